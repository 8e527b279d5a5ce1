// The public names: tensors, every op of the registry, and grad mode.
import type { Ops } from "./ops.js";
import { addon, type DType, type OpEntry, type Plugin, type Tensor as TensorHandle, type TensorArray } from "./native.js";

export type { DType, OpEntry, Place, Plugin, TensorArray } from "./native.js";
export type { MemoryFormat, Ops, Scalar, TensorLike } from "./ops.js";
export type Tensor = TensorHandle;
export const Tensor = addon.Tensor;
export const version = addon.version;
export { profile, recordFunction, type ProfileOptions, type ProfileResult } from "./profiler.js";

const entries: OpEntry[] = addon.registry();

/** Every op and derived form, as the registry declares them. */
export const registry: readonly OpEntry[] = entries;

/** Runs an op by name; without an overload in the name, the first declaration that the arguments fit. */
export function call(name: string, positional: readonly unknown[], named: object = {}): unknown {
  return addon.call(name, positional, named);
}

type AnyOp = (...args: unknown[]) => unknown;

function isNamed(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype && !("re" in value);
}

/** The op as a function; a plain object in the last place holds the named arguments: `add(x, y, { alpha: 2 })`. */
function opFunction(name: string): AnyOp {
  return (...args) => {
    const last = args.at(-1);
    return isNamed(last) ? addon.call(name, args.slice(0, -1), last) : addon.call(name, args, {});
  };
}

const functions: Record<string, AnyOp> = {};

/** Every op that is public anywhere, under its name without overload: `ops.matmul(a, b)`. `call` reaches the others. */
export const ops = functions as unknown as Readonly<Ops>;

const namespaces: Record<string, Record<string, AnyOp>> = {};

/** The ops of plugins, by namespace: `plugins.gain.gain(x, 2)` after `loadPlugin`. */
export const plugins: Readonly<Record<string, Readonly<Record<string, AnyOp>>>> = namespaces;

function offer(entry: OpEntry): void {
  const name = entry.name.split(".")[0]!;
  const op = opFunction(name);
  const [namespace, ofPlugin] = name.split("::");
  if (ofPlugin) {
    (namespaces[namespace!] ??= {})[ofPlugin] ??= op;
    return;
  }
  if (entry.places.length > 0) functions[name] ??= op;
  if (entry.places.includes("Tensor") && !(name in Tensor.prototype)) {
    Object.defineProperty(Tensor.prototype, name, {
      value(this: TensorHandle, ...args: unknown[]) {
        return op(this, ...args);
      },
    });
  }
}

entries.forEach(offer);
addon.onLateOp((entry) => {
  entries.push(entry);
  offer(entry);
});

export type Nested = number | boolean | readonly Nested[];

function shapeOf(data: Nested): number[] {
  return Array.isArray(data) ? [data.length, ...(data.length > 0 ? shapeOf(data[0] as Nested) : [])] : [];
}

function flatten(data: Nested, shape: readonly number[], into: (number | boolean)[]): void {
  if (!Array.isArray(data)) {
    if (shape.length > 0) throw new RangeError("tensor: expected nested arrays of equal lengths");
    into.push(data as number | boolean);
    return;
  }
  if (data.length !== shape[0]) throw new RangeError("tensor: expected nested arrays of equal lengths");
  for (const element of data) flatten(element as Nested, shape.slice(1), into);
}

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** A CPU tensor of nested arrays of numbers: bool for booleans, float32 otherwise unless `dtype` says more. */
export function tensor(data: Nested, options: { dtype?: keyof typeof arrays | "int64"; requiresGrad?: boolean } = {}): Tensor {
  const shape = shapeOf(data);
  const flat: (number | boolean)[] = [];
  flatten(data, shape, flat);
  const allBoolean = flat.length > 0 && flat.every((value) => typeof value === "boolean");
  const dtype: DType = options.dtype ?? (allBoolean ? "bool" : "float32");
  const numbers = flat.map(Number);
  const array = dtype === "int64" ? BigInt64Array.from(numbers, BigInt) : arrays[dtype as keyof typeof arrays].from(numbers);
  const result = new Tensor(array, shape, dtype);
  if (options.requiresGrad) result.requiresGrad = true;
  return result;
}

/** Runs `body` without recording, and gives back what it returns. */
export function noGrad<T>(body: () => T): T {
  const before = addon.isGradEnabled();
  addon.setGradEnabled(false);
  try {
    return body();
  } finally {
    addon.setGradEnabled(before);
  }
}

/** Tensors alive in the process, handles or not. */
export function liveTensors(): number {
  return addon.liveTensors();
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
