// CUDA: devices, streams, events, memory, graphs.
import { abortable, enter, withStream as runWithStream } from "./context.js";
import { addon, type CudaGraphHandle, type Stream, type Tensor } from "./native.js";
import type { Abortable } from "./types.js";

export type { Stream } from "./native.js";

const cuda = addon.cuda;

/** Whether a usable GPU is there; never throws. */
export function isAvailable(): boolean {
  return cuda.deviceCount() > 0;
}

/** One sentence that says why there is none; empty where there is. */
export function unavailableReason(): string {
  return cuda.unavailableReason();
}

export function deviceCount(): number {
  return cuda.deviceCount();
}

/** Name, compute capability and memory of a device, the current one unless given. */
export function deviceProperties(device?: number) {
  return cuda.properties(device);
}

/** A stream of the device's pool; a negative priority runs before others. */
export function newStream(device?: number, priority = 0): Stream {
  return cuda.newStream(device, priority);
}

export function currentStream(device?: number): Stream {
  enter();
  return cuda.currentStream(device);
}

/** Runs `body`, and what it awaits, with its work on this stream. */
export function withStream<T>(stream: Stream, body: () => T): T {
  return runWithStream(stream, body);
}

/** Later work on `waiter` starts after all that `other` was given so far. */
export function waitStream(waiter: Stream, other: Stream): void {
  cuda.waitStream(waiter, other);
}

/** Resolves when all work on the device, or on a stream, is done. */
export async function synchronize(target?: number | Stream, options: Abortable = {}): Promise<void> {
  await abortable(
    () => (typeof target === "object" ? cuda.synchronizeStream(target, true) : cuda.synchronizeDevice(target, true)),
    options.signal,
  );
}

export function synchronizeSync(target?: number | Stream): void {
  enter();
  if (typeof target === "object") cuda.synchronizeStream(target, false);
  else cuda.synchronizeDevice(target, false);
}

/** A point in a stream's work. `new Event(true)` measures time. */
export const Event = cuda.Event;

/** Counters of the allocator, by the names of torch.cuda.memory_stats: "allocated_bytes.all.current", ... */
export function memoryStats(device?: number): Record<string, number> {
  return cuda.memoryStats(device);
}

/** The segments that the allocator holds, with their blocks. */
export function memorySnapshot(): unknown[] {
  return cuda.memorySnapshot();
}

export function resetPeakMemoryStats(device?: number): void {
  cuda.resetPeakMemoryStats(device);
}

/** Gives unused memory back to the driver. */
export function emptyCache(): void {
  cuda.emptyCache();
}

/** Work that is recorded once and given to the device again with one call; memory that it uses stays until `reset`. */
export class Graph {
  private readonly graph: CudaGraphHandle = new cuda.Graph();

  /** Records the synchronous calls of `body` on a stream of its own; nothing runs. Gives what `body` returns. */
  captureSync<T>(body: () => T): T {
    const stream = newStream();
    return runWithStream(stream, () => {
      enter();
      this.graph.captureBegin();
      try {
        const value = body();
        this.graph.captureEnd();
        return value;
      } catch (error) {
        this.graph.abortCapture();
        throw error;
      }
    });
  }

  /** Runs it again on the current stream, with fresh random numbers; waits for nothing. */
  replay(): void {
    enter();
    this.graph.replay();
  }

  reset(): void {
    this.graph.reset();
  }
}

/**
 * A step that is captured at its third call and replayed from then on. `body` gets the tensors that it is called with;
 * each later call copies its arguments into those of the capture, so shapes must stay. Its results are overwritten by
 * the next call.
 */
export function graphStep<Args extends Tensor[], R>(body: (...args: Args) => R): (...args: Args) => R {
  const warmups = 2;
  let calls = 0;
  let graph: Graph | undefined;
  let inputs: Args;
  let result: R;
  return (...args) => {
    if (graph) {
      inputs.forEach((input, i) => input.copy_Sync(args[i]!));
      graph.replay();
      return result;
    }
    if (calls++ < warmups) {
      const stream = newStream();
      waitStream(stream, currentStream());
      const value = runWithStream(stream, () => body(...args));
      waitStream(currentStream(), stream);
      return value;
    }
    inputs = args.map((arg) => arg.cloneSync()) as Args;
    synchronizeSync();
    const captured = new Graph();
    result = captured.captureSync(() => body(...inputs));
    graph = captured;
    graph.replay();
    return result;
  };
}
