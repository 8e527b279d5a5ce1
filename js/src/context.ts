// Modes that follow the async context: grad mode, autocast, the current stream, scopes.
import { AsyncLocalStorage } from "node:async_hooks";

import { addon, type State, type StateChanges, type Tensor } from "./native.js";
import { known } from "./options.js";
import type { DType } from "./types.js";

const storage = new AsyncLocalStorage<State>();
let entered: State | undefined;

/** Makes the modes of the running function those of the thread. Before every call into the addon. */
export function enter(): void {
  const state = storage.getStore();
  if (state !== entered) addon.enterState((entered = state));
}

addon.beforeNew(enter);
addon.watchTurns(() => setImmediate(addon.turned));

/** Runs `body`, and all that it awaits, in these modes. */
export function withState<T>(state: State, body: () => T): T {
  if (typeof body !== "function") throw new TypeError(`expected a function, got ${String(body)}`);
  return storage.run(state, body);
}

function withChanges<T>(changes: StateChanges, body: () => T): T {
  return withState(addon.deriveState(storage.getStore(), changes), body);
}

/** Runs `body`, and what it awaits, without recording for autograd; gives back what it returns. */
export function noGrad<T>(body: () => T): T {
  return withChanges({ grad: false }, body);
}

/** Runs `body`, and what it awaits, with recording on, inside noGrad too. */
export function enableGrad<T>(body: () => T): T {
  return withChanges({ grad: true }, body);
}

/** Whether calls made here are recorded for autograd. */
export function isGradEnabled(): boolean {
  enter();
  return addon.isGradEnabled();
}

export interface AutocastOptions {
  /** "cpu" or "cuda". */
  device: string;
  /** bfloat16 on the CPU and float16 on CUDA unless given. */
  dtype?: "bfloat16" | "float16";
  /** False switches an outer autocast off. */
  enabled?: boolean;
}

/** Runs `body`, and what it awaits, with matrix products in a short dtype and delicate ops in float32. */
export function autocast<T>(options: AutocastOptions, body: () => T): T {
  const { device, dtype, enabled = true } = known("autocast", options, ["device", "dtype", "enabled"]);
  return withChanges({ autocast: { device, enabled, ...(dtype && { dtype }) } }, body);
}

/** Runs `body`, and what it awaits; new tensors whose call names no device are made on this one. */
export function withDevice<T>(device: string, body: () => T): T {
  return withChanges({ device }, body);
}

/** @internal */
export function withStream<T>(stream: StateChanges["stream"] & object, body: () => T): T {
  return withChanges({ stream }, body);
}

function tensorsIn(value: unknown, found: Tensor[], seen = new Set<unknown>()): Tensor[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return found;
  seen.add(value);
  if (value instanceof addon.Tensor) found.push(value);
  else if (value instanceof Map || value instanceof Set) [...value].forEach((entry) => tensorsIn(entry, found, seen));
  else if (!ArrayBuffer.isView(value)) Object.values(value).forEach((entry) => tensorsIn(entry, found, seen));
  return found;
}

/**
 * Runs `body` and frees every tensor that was made in it, except those in what it returns and those that were kept
 * (`tensor.keep()`): they belong to the scope around it. TypeError where `body` is asynchronous: use scopeAsync.
 */
export function scope<T>(body: () => T): T {
  const state = addon.deriveState(storage.getStore(), { scope: true });
  let kept: Tensor[] = [];
  try {
    const value = withState(state, body);
    if (value instanceof Promise) {
      value.catch(() => {});
      throw new TypeError("scope: an asynchronous function was given: use scopeAsync");
    }
    kept = tensorsIn(value, []);
    return value;
  } finally {
    addon.endScope(state, kept);
  }
}

/** The same for an asynchronous `body`; scopes of other functions that run meanwhile are not touched. */
export async function scopeAsync<T>(body: () => Promise<T> | T): Promise<T> {
  const state = addon.deriveState(storage.getStore(), { scope: true });
  let kept: Tensor[] = [];
  try {
    const value = await withState(state, body);
    kept = tensorsIn(value, []);
    return value;
  } finally {
    addon.endScope(state, kept);
  }
}

let recording = false;

/**
 * Runs a synchronous function as one task of the executor: its calls are recorded, which gives their results shapes and
 * dtypes, then computed together off the event loop. Resolves to what `body` returned, whose tensors then have their
 * values; the other tensors that it made are gone, as at the end of a scope. What needs a value on the way (itemSync, a
 * boolean mask) is refused.
 */
export async function task<T>(body: () => T, options: { signal?: AbortSignal } = {}): Promise<T> {
  known("task", options, ["signal"]).signal?.throwIfAborted();
  enter();
  if (recording) throw new Error("task: what runs as one task cannot start another: call its synchronous form");
  const state = addon.deriveState(storage.getStore(), { scope: true });
  addon.beginProgram();
  recording = true;
  let value: T;
  try {
    value = withState(state, body);
    if (value instanceof Promise) {
      value.catch(() => {});
      throw new TypeError("task: an asynchronous function was given: what runs as one task is synchronous");
    }
  } catch (error) {
    addon.dropProgram();
    addon.endScope(state, []);
    throw error;
  } finally {
    recording = false;
  }
  addon.endScope(state, tensorsIn(value, []));
  enter();
  await abortable(() => addon.submitProgram(), options.signal);
  return value;
}

/** Whether a task is being recorded. */
export function isRecording(): boolean {
  return recording;
}

// What is to be done when a signal is aborted; one listener a signal, however many calls have it.
const atAbort = new WeakMap<AbortSignal, Set<() => void>>();

function whenAborted(signal: AbortSignal, action: () => void): Set<() => void> {
  let actions = atAbort.get(signal);
  if (!actions) {
    const all = new Set<() => void>();
    signal.addEventListener("abort", () => all.forEach((act) => act()), { once: true });
    atAbort.set(signal, (actions = all));
  }
  return actions.add(action);
}

/** The promise that `start` makes by a call of the addon, rejected with the signal's reason when that is aborted. */
export async function abortable<T>(start: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  enter();
  let job = 0;
  const abort = () => addon.abortJob(job, signal?.reason);
  try {
    const promise = start();
    if (signal) job = addon.lastJob();
    if (signal) whenAborted(signal, abort);
    const value = await promise;
    signal?.throwIfAborted(); // of a promise that was settled before it was returned
    return value;
  } catch (error) {
    throw withStackOf(error);
  } finally {
    if (signal) atAbort.get(signal)?.delete(abort);
  }
}

/** The error of a rejection, which was made by a thread that knows no caller, with the stack of who awaits here. */
export function withStackOf(error: unknown): unknown {
  if (error instanceof Error && "code" in error) Error.captureStackTrace(error, withStackOf);
  return error;
}

export type DefaultDType = "float16" | "bfloat16" | "float32" | "float64";

/** The dtype of floating-point results that nothing else determines. */
export function defaultDtype(): DType {
  enter();
  return addon.defaultDtype();
}

/** Runs `body`, and what it awaits, with this default dtype. */
export function withDefaultDtype<T>(dtype: DefaultDType, body: () => T): T {
  return withChanges({ defaultDtype: dtype }, body);
}

/** Sets the default dtype of the process: what holds outside of withDefaultDtype, for calls made from now on. */
export function setDefaultDtype(dtype: DefaultDType): void {
  addon.setDefaultDtype(dtype);
}
