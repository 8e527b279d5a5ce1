// Datasets, and batches of them as an async iterator.
import { addon, type Generator, type Tensor } from "./native.js";
import { ops } from "./op_functions.js";
import { known } from "./options.js";
import { tensor } from "./tensor.js";
import type { Nested } from "./types.js";

/** Examples by index; an example may come as a promise. */
export interface Dataset<T> {
  readonly length: number;
  get(index: number): T | Promise<T>;
}

/** Rows of tensors that have equally many. */
export class TensorDataset implements Dataset<Tensor[]> {
  readonly length: number;
  private readonly tensors: readonly Tensor[];

  constructor(...tensors: Tensor[]) {
    const lengths = new Set(tensors.map((t) => t.shape[0]));
    if (lengths.size !== 1 || lengths.has(undefined))
      throw new RangeError("TensorDataset: expected tensors of one first size");
    this.length = tensors[0]!.shape[0]!;
    this.tensors = tensors;
  }

  get(index: number): Tensor[] {
    return this.tensors.map((t) => t.atSync(index));
  }

  /** Many rows at once: what the loader asks for. */
  getBatch(indices: number[]): Tensor[] {
    const at = new addon.Tensor(BigInt64Array.from(indices, BigInt));
    const rows = this.tensors.map((t) => ops.index_selectSync(t, 0, at));
    at.dispose();
    return rows;
  }
}

/** Some examples of another dataset. */
export class Subset<T> implements Dataset<T> {
  constructor(
    private readonly dataset: Dataset<T>,
    private readonly indices: readonly number[],
  ) {}

  get length(): number {
    return this.indices.length;
  }

  get(index: number): T | Promise<T> {
    return this.dataset.get(this.indices[index]!);
  }
}

export interface DataLoaderOptions<T, B> {
  /** Examples a batch; 1 unless given. */
  batchSize?: number;
  /** A new order each time, PyTorch's for the same seed. */
  shuffle?: boolean;
  generator?: Generator;
  dropLast?: boolean;
  /** Makes a batch of examples; tensors are stacked, numbers become a tensor, arrays go element by element. */
  collate?: (examples: T[]) => B;
  /** Batches under way ahead of the one that is worked on; 2 unless given. */
  prefetch?: number;
  signal?: AbortSignal;
}

/** The batch of examples: stacked tensors, tensors of numbers, arrays and objects of these. */
export function defaultCollate(examples: unknown[]): unknown {
  const first = examples[0];
  if (first instanceof addon.Tensor) return ops.stackSync(examples as Tensor[]);
  if (typeof first === "number") {
    return tensor(examples as Nested, Number.isInteger(first) ? { dtype: "int64" } : {});
  }
  if (typeof first === "bigint" || typeof first === "boolean") return tensor(examples as Nested);
  if (Array.isArray(first))
    return first.map((_, i) => defaultCollate(examples.map((example) => (example as unknown[])[i])));
  if (typeof first === "object" && first !== null) {
    const keys = Object.keys(first);
    return Object.fromEntries(
      keys.map((key) => [key, defaultCollate(examples.map((example) => (example as Record<string, unknown>)[key]))]),
    );
  }
  return examples;
}

/** Batches of a dataset: `for await (const batch of new DataLoader(dataset, { batchSize: 64, shuffle: true }))`. */
export class DataLoader<T, B = T> implements AsyncIterable<B> {
  private readonly options: DataLoaderOptions<T, B>;

  constructor(
    private readonly dataset: Dataset<T>,
    options: DataLoaderOptions<T, B> = {},
  ) {
    const names = ["batchSize", "shuffle", "generator", "dropLast", "collate", "prefetch", "signal"];
    const { batchSize = 1, prefetch = 2 } = known("DataLoader", options, names);
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new RangeError(`DataLoader: expected batchSize of at least 1, got ${batchSize}`);
    if (!Number.isInteger(prefetch) || prefetch < 0)
      throw new RangeError(`DataLoader: expected prefetch of at least 0, got ${prefetch}`);
    this.options = options;
  }

  /** Batches of one pass. */
  get length(): number {
    const { batchSize = 1, dropLast = false } = this.options;
    return dropLast ? Math.floor(this.dataset.length / batchSize) : Math.ceil(this.dataset.length / batchSize);
  }

  private order(): number[] {
    const count = this.dataset.length;
    if (!this.options.shuffle) return Array.from({ length: count }, (_, i) => i);
    const generator = this.options.generator ?? new addon.Generator().manualSeed(seedFromDefault());
    const permutation = ops.randpermSync(count, { generator });
    const order = Array.from(permutation.dataSync() as BigInt64Array, Number);
    permutation.dispose();
    return order;
  }

  private async batch(indices: number[]): Promise<B> {
    const { collate } = this.options;
    const whole = this.dataset as Partial<TensorDataset>;
    if (!collate && typeof whole.getBatch === "function") return whole.getBatch(indices) as B;
    const examples = await Promise.all(indices.map((index) => this.dataset.get(index)));
    return collate ? collate(examples) : (defaultCollate(examples) as B);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<B> {
    const { batchSize = 1, prefetch = 2, signal } = this.options;
    const order = this.order();
    const pending: Promise<B>[] = [];
    const count = this.length;
    const start = (i: number) => {
      const made = this.batch(order.slice(i * batchSize, (i + 1) * batchSize));
      made.catch(() => {}); // whoever awaits it hears of it
      pending.push(made);
    };
    for (let next = 0, done = 0; done < count; ++done) {
      for (; next < count && next <= done + prefetch; ++next) start(next);
      signal?.throwIfAborted();
      yield await pending.shift()!;
    }
  }
}

// As Python's sampler: a seed from the default generator, so that manualSeed fixes the orders.
function seedFromDefault(): bigint {
  const drawn = ops.emptySync([], { dtype: "int64" }).random_Sync();
  const seed = (drawn.dataSync() as BigInt64Array)[0]!;
  drawn.dispose();
  return seed;
}
