// The one file that loads the addon, and the types of what it exports.
import { createRequire } from "node:module";

import type { TensorMethods } from "./ops.js";

/** A typed array that can hold the elements of a tensor; complex dtypes interleave real and imaginary parts. */
export type TensorArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

export type DType =
  | "bool"
  | "uint8"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "complex64"
  | "complex128"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float8_e4m3fn"
  | "float8_e5m2"
  | "float8_e4m3fnuz"
  | "float8_e5m2fnuz"
  | "float8_e8m0fnu"
  | "float4_e2m1fn_x2";

/** A handle on a tensor of the library. The methods named after ops are added from the registry. */
export interface Tensor extends TensorMethods {
  readonly shape: number[];
  readonly strides: number[];
  readonly dtype: DType;
  readonly device: string;
  readonly isLeaf: boolean;
  requiresGrad: boolean;
  grad: Tensor | null;
  /** The elements in row-major order, copied to a new typed array. */
  data(): TensorArray;
  /** Computes the gradients of the leaves; a tensor of one element needs no `gradient`. */
  backward(gradient?: Tensor | null, options?: { retainGraph?: boolean; createGraph?: boolean }): void;
}

export interface TensorConstructor {
  /** A CPU tensor with a copy of the array; the shape is the array's length unless given. */
  new (array: TensorArray, shape?: readonly number[], dtype?: DType): Tensor;
  prototype: Tensor;
}

/** Where an op is public, in PyTorch's names; "node": here, while Python has it under another name. */
export type Place = "torch" | "Tensor" | "torch.nn.functional" | "torch.linalg" | "torch.special" | "torch.fft" | "node";

/** One op, or a form of one, as the registry declares it. */
export interface OpEntry {
  name: string;
  schema: string;
  kind: "functional" | "inplace" | "out";
  /** Empty for what is a part of other ops. */
  places: Place[];
}

/** A plugin that is loaded: the namespace of its ops, its own version, its file, and the full names of its ops. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly ops: readonly string[];
}

/** What to record, and how many records of each kind to keep: the latest 1,048,576 unless set. */
export interface ProfileOptions {
  /** Ops, nodes of backward and ranges. */
  host?: boolean;
  /** Kernels, copies and fills of CUDA; where there is a GPU and CUPTI unless set. */
  device?: boolean;
  shapes?: boolean;
  memory?: boolean;
  flops?: boolean;
  limit?: number;
}

export interface Recording {
  /** JSON for Perfetto. */
  trace: Buffer;
  /** Records that came before the latest `limit`, by kind. */
  dropped: { host: number; device: number; runtime: number; memory: number };
}

export interface ProfileResult<T> extends Recording {
  value: T;
}

export interface Addon {
  Tensor: TensorConstructor;
  version: string;
  registry(): OpEntry[];
  call(name: string, positional: readonly unknown[], named: object): unknown;
  /** Hears of every op that comes in after start-up. */
  onLateOp(listener: (entry: OpEntry) => void): void;
  loadPlugin(path: string): Plugin;
  loadedPlugins(): Plugin[];
  isGradEnabled(): boolean;
  setGradEnabled(enabled: boolean): void;
  liveTensors(): number;
  /** Why device work cannot be recorded; empty if it can. */
  profilerDeviceUnavailable(): string;
  startProfile(options: Required<ProfileOptions>): void;
  stopProfile(): Recording;
  beginRange(name: string): number;
  endRange(range: number): void;
}

export const addon = createRequire(import.meta.url)("../lib/vibetensor.node") as Addon;
