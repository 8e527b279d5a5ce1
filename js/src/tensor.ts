// Tensors: making them, reading them, and what is not an op.
import { inspect } from "node:util";

import { abortable, enter, isRecording } from "./context.js";
import { addon, type BackwardOptions, type GradientHook, type Tensor as TensorHandle } from "./native.js";
import type { Abortable, DType, IndexItem, Nested, Scalar, TensorArray } from "./types.js";
import { hookFunction } from "./hooks.js";
import { items } from "./indexing.js";
import { opPair } from "./op_functions.js";
import { known } from "./options.js";

export type Tensor = TensorHandle;
/** The class of all tensors; `tensor(...)` makes one of nested arrays. */
export const Tensor = addon.Tensor;

if (!("dispose" in (Symbol as object)))
  Object.defineProperty(Symbol, "dispose", { value: Symbol.for("Symbol.dispose") });

function define(members: object & ThisType<TensorHandle>): void {
  for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(members))) {
    Object.defineProperty(Tensor.prototype, name, { value: member.value, configurable: true, writable: true });
  }
  for (const symbol of Object.getOwnPropertySymbols(members)) {
    Object.defineProperty(Tensor.prototype, symbol, {
      value: (members as Record<symbol, unknown>)[symbol],
      configurable: true,
      writable: true,
    });
  }
}

function defineGetter(
  name: string,
  get: (t: TensorHandle) => unknown,
  set?: (t: TensorHandle, value: never) => void,
): void {
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    get(this: TensorHandle) {
      return get(this);
    },
    ...(set && {
      set(this: TensorHandle, value: never) {
        set(this, value);
      },
    }),
  });
}

defineGetter("ndim", (t) => t.shape.length);
defineGetter("size", (t) => t.shape.reduce((n, size) => n * size, 1));
defineGetter("isLeaf", (t) => addon.isLeaf(t));
defineGetter("gradFn", (t) => addon.gradFnName(t));
defineGetter(
  "requiresGrad",
  (t) => addon.requiresGrad(t),
  (t, on: boolean) => addon.setRequiresGrad(t, on),
);
defineGetter(
  "grad",
  (t) => {
    enter();
    return addon.grad(t);
  },
  (t, grad: TensorHandle | null) => addon.setGrad(t, grad),
);

function backwardArguments(t: TensorHandle, gradient: TensorHandle | null | undefined, options: BackwardOptions = {}) {
  const { inputs = [], ...rest } = known("backward", options, ["retainGraph", "createGraph", "inputs"]);
  return [[t], [gradient ?? null], inputs, { ...rest, accumulate: true }] as const;
}

define({
  data(options: Abortable = {}) {
    known("data", options, ["signal"]);
    return abortable(() => addon.tensorData(this, true, false), options.signal);
  },
  dataSync() {
    enter();
    return addon.tensorData(this, false, false);
  },
  memorySync() {
    enter();
    return addon.tensorData(this, false, true);
  },
  item(options: Abortable = {}) {
    known("item", options, ["signal"]);
    return abortable(() => addon.tensorItem(this), options.signal);
  },
  async tolist(options: Abortable = {}) {
    return nested(await this.data(options), this.shape, this.dtype);
  },
  tolistSync() {
    return nested(this.dataSync(), this.shape, this.dtype);
  },
  at(...index: IndexItem[]) {
    return abortable(() => addon.getItem(this, items(index), true));
  },
  atSync(...index: IndexItem[]) {
    enter();
    return addon.getItem(this, items(index), false);
  },
  setAt(index: IndexItem | readonly IndexItem[], value: TensorHandle | Scalar) {
    return abortable(() => addon.setItem(this, items(asList(index)), value, true));
  },
  setAtSync(index: IndexItem | readonly IndexItem[], value: TensorHandle | Scalar) {
    enter();
    return addon.setItem(this, items(asList(index)), value, false);
  },
  async backward(gradient?: TensorHandle | null, options: BackwardOptions & Abortable = {}) {
    const { signal, ...rest } = options;
    await abortable(() => addon.backward(...backwardArguments(this, gradient, rest), true), signal);
  },
  backwardSync(gradient?: TensorHandle | null, options?: BackwardOptions) {
    enter();
    addon.backward(...backwardArguments(this, gradient, options), false);
  },
  retainGrad() {
    addon.retainGrad(this);
  },
  registerHook(hook: GradientHook) {
    return addon.addHook(this, hookFunction(hook as (...tensors: unknown[]) => unknown), false);
  },
  registerPostAccumulateGradHook(hook: (leaf: TensorHandle) => void) {
    return addon.addHook(this, hookFunction(hook as (...tensors: unknown[]) => unknown), true);
  },
  [Symbol.dispose]() {
    this.dispose();
  },
  keep() {
    addon.keepTensor(this);
    return this;
  },
  toString() {
    return tensorText(this);
  },
  [inspect.custom]() {
    return tensorText(this);
  },
});

function asList(index: IndexItem | readonly IndexItem[]): readonly IndexItem[] {
  return Array.isArray(index) ? (index as readonly IndexItem[]) : [index as IndexItem];
}

const LINE_WIDTH = 80;

// As PyTorch prints it: what is not evident from the numbers is said after them.
function tensorText(t: TensorHandle): string {
  if (t.isDisposed) return "tensor(disposed)";
  if (t.isPending || isRecording()) return `tensor(pending, size=(${t.shape.join(", ")}), dtype=${t.dtype})`;
  enter();
  let text = `tensor(${addon.tensorText(t, false)}`;
  const standard = addon.defaultDtype();
  const plain = [
    standard,
    standard === "float64" ? "complex128" : "complex64",
    ...(t.size > 0 ? ["int64", "bool"] : []),
  ];
  const notes: string[] = [];
  if (t.device !== "cpu") notes.push(`device='${t.device}'`);
  if ((t.size === 0 && t.ndim !== 1) || t.device === "meta")
    notes.push(`size=(${t.shape.join(", ")}${t.ndim === 1 ? "," : ""})`);
  if (!plain.includes(t.dtype)) notes.push(`dtype=${t.dtype}`);
  if (t.gradFn !== null) notes.push(`gradFn=<${t.gradFn.split("::").at(-1)}>`);
  else if (t.requiresGrad) notes.push("requiresGrad=true");
  let column = text.length - text.lastIndexOf("\n");
  for (const note of notes) {
    const breaks = column + note.length + 2 > LINE_WIDTH;
    text += breaks ? `,\n       ${note}` : `, ${note}`;
    column = breaks ? 7 + note.length : column + note.length + 2;
  }
  return `${text})`;
}

// ---- values out

const scratch = new DataView(new ArrayBuffer(4));

function halfFromBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function bfloatFromBits(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

function elementsOf(data: TensorArray, dtype: DType): unknown[] {
  switch (dtype) {
    case "bool":
      return Array.from(data as Uint8Array, Boolean);
    case "float16":
      return Array.from(data as Uint16Array, halfFromBits);
    case "bfloat16":
      return Array.from(data as Uint16Array, bfloatFromBits);
    case "complex64":
    case "complex128":
      return Array.from({ length: data.length / 2 }, (_, i) => ({ re: data[2 * i], im: data[2 * i + 1] }));
    default:
      return Array.from(data as Iterable<number | bigint>, (v) =>
        typeof v === "bigint" && Number.isSafeInteger(Number(v)) ? Number(v) : v,
      );
  }
}

function nested(data: TensorArray, shape: readonly number[], dtype: DType): unknown {
  if (dtype.startsWith("float8") || dtype.startsWith("float4"))
    throw new TypeError(`tolist: convert ${dtype} to float32 first`);
  const elements = elementsOf(data, dtype);
  const build = (dim: number, from: number, count: number): unknown => {
    if (dim === shape.length) return elements[from];
    const size = shape[dim]!;
    const step = size === 0 ? 0 : count / size;
    return Array.from({ length: size }, (_, i) => build(dim + 1, from + i * step, step));
  };
  return build(0, 0, elements.length);
}

// ---- tensors of values

function shapeOf(data: Nested): number[] {
  return Array.isArray(data) ? [data.length, ...(data.length > 0 ? shapeOf(data[0] as Nested) : [])] : [];
}

function flatten(data: Nested, shape: readonly number[], depth: number, into: (number | bigint | boolean)[]): void {
  if (!Array.isArray(data)) {
    if (depth < shape.length) throw new RangeError("tensor: expected nested arrays of equal lengths");
    if (!["number", "bigint", "boolean"].includes(typeof data))
      throw new TypeError(`tensor: expected numbers, bigints or booleans, got ${String(data)}`);
    into.push(data as number | bigint | boolean);
    return;
  }
  if (data.length !== shape[depth]) throw new RangeError("tensor: expected nested arrays of equal lengths");
  for (const element of data) flatten(element as Nested, shape, depth + 1, into);
}

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

function isTyped(data: unknown): data is TensorArray {
  return ArrayBuffer.isView(data) && !(data instanceof DataView);
}

function arrayOf(values: (number | bigint | boolean)[], dtype: DType): [TensorArray, DType] {
  if (dtype === "int64") return [BigInt64Array.from(values as number[], BigInt), dtype];
  if (dtype === "uint64") return [BigUint64Array.from(values as number[], BigInt), dtype];
  const Of = arrays[dtype as keyof typeof arrays];
  // the dtypes that no typed array has are made of exact numbers by the library
  return Of ? [Of.from(values.map(Number)), dtype] : [Float64Array.from(values, Number), "float64"];
}

export interface TensorOptions {
  dtype?: DType;
  device?: string;
  requiresGrad?: boolean;
}

/**
 * A tensor of nested arrays of numbers, or with the elements of a typed array: bool for booleans, int64 for bigints, the
 * default dtype for other numbers, a typed array's own, unless `dtype` says more. RangeError for rows of unequal lengths.
 */
export function tensor(data: Nested | TensorArray, options: TensorOptions = {}): Tensor {
  known("tensor", options, ["dtype", "device", "requiresGrad"]);
  enter();
  let result: Tensor;
  if (isTyped(data)) {
    result = isHalfArray(data)
      ? new Tensor(new Uint16Array(data.buffer, data.byteOffset, data.length), undefined, "float16")
      : new Tensor(data);
  } else {
    const shape = shapeOf(data);
    const flat: (number | bigint | boolean)[] = [];
    flatten(data, shape, 0, flat);
    const all = (type: string) => flat.length > 0 && flat.every((value) => typeof value === type);
    const natural: DType = all("boolean") ? "bool" : all("bigint") ? "int64" : addon.defaultDtype();
    const [array, dtype] = arrayOf(flat, options.dtype ?? natural);
    result = new Tensor(array, shape, dtype);
  }
  return placed(result, options);
}

// Float16Array, where the engine has it.
function isHalfArray(data: TensorArray): boolean {
  return (data as { constructor: { name: string } }).constructor.name === "Float16Array";
}

function placed(t: Tensor, { dtype, device, requiresGrad }: TensorOptions): Tensor {
  const to = opPair("to").sync;
  let result = t;
  if (dtype !== undefined && dtype !== t.dtype) result = to(result, { dtype }) as Tensor;
  if (device !== undefined && device !== "cpu") result = to(result, { device }) as Tensor;
  if (requiresGrad) result.requiresGrad = true;
  return result;
}

/**
 * A CPU tensor over a typed array's own memory: what is written to one is seen in the other. `dtype` names float16 or
 * bfloat16 for a Uint16Array.
 */
export function fromTypedArray(array: TensorArray, shape?: readonly number[], dtype?: DType): Tensor {
  return new Tensor(array, shape, dtype, true);
}
