// The executor of asynchronous calls, what lives, plugins, and tensors that go to other threads.
import { enter } from "./context.js";
import { addon, type LiveTensor, type MemoryReport, type Plugin, type RuntimeStats, type Tensor } from "./native.js";
import { known } from "./options.js";

export type { LiveTensor, MemoryReport, RuntimeStats } from "./native.js";

export interface RuntimeOptions {
  /** Threads that run asynchronous calls: as many as the machine has, from 2 to 8, unless set. */
  threads?: number;
  /** Calls that are admitted at a time, 1024 unless set; later ones wait in line. */
  maxInFlight?: number;
}

/** The executor of the process. */
export const runtime = {
  /** What runs and waits now, and the most that ever did. */
  stats(): RuntimeStats {
    return addon.runtimeStats();
  },
  configure(options: RuntimeOptions): void {
    known("configure", options, ["threads", "maxInFlight"]);
    for (const [name, value] of Object.entries(options)) {
      if (!Number.isInteger(value) || value < 1)
        throw new RangeError(`configure: expected ${name} of at least 1, got ${value}`);
    }
    addon.configure(options.threads ?? 0, options.maxInFlight ?? 0); // 0: as it is
  },
};

/** What is alive: the tensors that this thread's JavaScript holds and the bytes behind them. */
export function memory(): MemoryReport & { live(): LiveTensor[] } {
  return { ...addon.memory(false), live: () => addon.memory(true).live ?? [] };
}

/** From now on new tensors remember where they were made: `memory().live()` shows it. Costs a stack trace a tensor. */
export function setMemoryDebug(on: boolean): void {
  addon.setMemoryDebug(on);
}

/** Tensors alive in the process, handles or not. */
export function liveTensors(): number {
  return addon.liveTensors();
}

/**
 * A number by which one other thread of the process may take the tensor, memory and all, without a copy:
 * `worker.postMessage(sendTensor(x))` here, `receiveTensor(n)` there.
 */
export function sendTensor(tensor: Tensor): number {
  return addon.sendTensor(tensor);
}

export function receiveTensor(parcel: number): Tensor {
  enter();
  return addon.receiveTensor(parcel);
}

/** The tensor for another addon of this process: an External with a DLManagedTensorVersioned, to be taken once. */
export function toDLPack(tensor: Tensor): unknown {
  return addon.toDLPack(tensor);
}

export function fromDLPack(external: unknown): Tensor {
  enter();
  return addon.fromDLPack(external);
}

/**
 * Loads a shared library that was compiled with vibetensor/plugin.h, whole or not at all; its ops are in `plugins` then.
 * A file that is loaded already is given as it is.
 */
export function loadPlugin(path: string): Plugin {
  return addon.loadPlugin(path);
}

/** The plugins that the process has loaded, from whatever language. */
export function loadedPlugins(): readonly Plugin[] {
  return addon.loadedPlugins();
}
