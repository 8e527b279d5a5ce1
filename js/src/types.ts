// Types of values that cross into the library.
import type { Tensor } from "./native.js";

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

/** A number stands for a tensor without dimensions, and promotes as a number. */
export type TensorLike = Tensor | number | boolean | bigint;
export type Scalar = number | boolean | bigint | { re: number; im: number };
export type MemoryFormat = "contiguous_format" | "preserve_format" | "channels_last" | "channels_last_3d";

/** Nested arrays of numbers, of equal lengths at each depth. */
export type Nested = number | bigint | boolean | readonly Nested[];

/** What every promise of a computation takes: aborting rejects it, and work that has not begun never does. */
export interface Abortable {
  signal?: AbortSignal;
}

/** A range of an index, as `start:stop:step` in Python. */
export interface Slice {
  readonly start?: number;
  readonly stop?: number;
  readonly step?: number;
}

/** One entry of a subscript; a string is "..." or a slice such as "1:3", "::2". Nested arrays are tensors of indices. */
export type IndexItem = number | bigint | boolean | null | string | Slice | Tensor | readonly Nested[];
