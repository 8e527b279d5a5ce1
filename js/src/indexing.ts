// Subscripts: from what programs write to what the addon reads.
import { addon, type Tensor as TensorHandle } from "./native.js";
import type { IndexItem, Slice } from "./types.js";

type Item = number | bigint | boolean | null | "..." | Slice | TensorHandle;

/** A range of an index: `slice(1, 3)` is Python's 1:3, `slice(undefined, undefined, 2)` is ::2. */
export function slice(start?: number, stop?: number, step?: number): Slice {
  return {
    ...(start !== undefined && { start }),
    ...(stop !== undefined && { stop }),
    ...(step !== undefined && { step }),
  };
}

function parseSlice(text: string): Slice | "..." {
  if (text === "...") return text;
  const parts = text.split(":").map((part) => part.trim());
  const isSlice =
    (parts.length === 2 || parts.length === 3) && parts.every((part) => /^-?\d*$/.test(part) && part !== "-");
  if (!isSlice) throw new TypeError(`at: expected "..." or a slice such as "1:3", got "${text}"`);
  const [start, stop, step] = parts.map((part) => (part === "" ? undefined : Number(part)));
  return slice(start, stop, step);
}

// Indices may be written as nested arrays; the class makes them, as `tensor` would be a cycle of modules.
function indexTensor(values: readonly unknown[]): TensorHandle {
  const shape: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat = (values as unknown[]).flat(Infinity) as (number | bigint | boolean)[];
  if (flat.length !== shape.reduce((n, size) => n * size, 1))
    throw new RangeError("at: expected nested arrays of equal lengths");
  return flat.length > 0 && flat.every((value) => typeof value === "boolean")
    ? new addon.Tensor(Uint8Array.from(flat, Number), shape, "bool")
    : new addon.Tensor(BigInt64Array.from(flat as number[], BigInt), shape, "int64");
}

/** The items of a subscript. TypeError for what is no index. */
export function items(index: readonly IndexItem[]): Item[] {
  return index.map((item) => {
    if (typeof item === "string") return parseSlice(item);
    if (Array.isArray(item)) return indexTensor(item);
    return item as Item;
  });
}
