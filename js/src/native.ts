// The one file that loads the addon, and the types of what it exports.
import type { TensorMethods } from "./ops.js";
import type { Abortable, DType, IndexItem, Scalar, TensorArray } from "./types.js";
import { loadAddon } from "./loader.js";

/**
 * A handle on a tensor of the library. What computes is there twice: the plain name gives a promise, the name with `Sync`
 * the result. The methods named after ops are made from the registry and take its arguments; named ones go in an object
 * in the last place.
 */
export interface Tensor extends TensorMethods {
  /** Sizes of the dimensions. */
  readonly shape: number[];
  /** Elements from one index to the next, by dimension. */
  readonly strides: number[];
  readonly dtype: DType;
  /** "cpu", "cuda:0", ... */
  readonly device: string;
  /** Number of dimensions. */
  readonly ndim: number;
  /** Number of elements. */
  readonly size: number;
  readonly isLeaf: boolean;
  /** Whether autograd records what is computed with it. Only leaves may stop, only floating-point and complex may start. */
  requiresGrad: boolean;
  /** The gradient that backward passes have added up; null before the first. */
  grad: Tensor | null;
  /** Name of the node that made it, null for a leaf. */
  readonly gradFn: string | null;
  /** Whether its memory was given up. */
  readonly isDisposed: boolean;
  /** Whether the task that computes it is still to be done. */
  readonly isPending: boolean;

  /** The elements in row-major order, copied to a new typed array. float16 and bfloat16 come as their 16 bits. */
  data(options?: Abortable): Promise<TensorArray>;
  dataSync(): TensorArray;
  /** A typed array over the memory itself, of a contiguous tensor on the CPU: writing to it writes the tensor. */
  memorySync(): TensorArray;
  /** Nested arrays of the elements: numbers, booleans, bigints where a number is not exact, {re, im}. */
  tolist(options?: Abortable): Promise<unknown>;
  tolistSync(): unknown;

  /** What PyTorch's x[...] is: integers, `slice(1, 3)` or "1:3", null for a new dimension, "...", booleans and tensors. */
  at(...index: IndexItem[]): Promise<Tensor>;
  atSync(...index: IndexItem[]): Tensor;
  /** Writes the value, broadcast, to what `at(...index)` names; gives the tensor itself. */
  setAt(index: IndexItem | readonly IndexItem[], value: Tensor | Scalar): Promise<Tensor>;
  setAtSync(index: IndexItem | readonly IndexItem[], value: Tensor | Scalar): Tensor;

  /** Adds the gradients of the leaves to their `grad`; a tensor of one element needs no `gradient`. */
  backward(gradient?: Tensor | null, options?: BackwardOptions & Abortable): Promise<void>;
  backwardSync(gradient?: Tensor | null, options?: BackwardOptions): void;
  /** Keeps the gradient of what is no leaf in its `grad`. */
  retainGrad(): void;
  /** Calls `hook` with the gradient in every backward pass; what it returns takes its place. Gives what removes it. */
  registerHook(hook: GradientHook): () => void;
  /** Calls `hook` with the leaf after its `grad` was added to. */
  registerPostAccumulateGradHook(hook: (leaf: Tensor) => void | Promise<void>): () => void;

  /** Frees the memory now, unless other tensors share it. Again is fine; using the tensor after is an error. */
  dispose(): void;
  [Symbol.dispose](): void;
  /** Takes the tensor out of the scope that would free it, and gives it back. */
  keep(): this;
}

export type GradientHook = (gradient: Tensor) => Tensor | void | Promise<Tensor | void>;

export interface BackwardOptions {
  /** Keep what a second pass would need. */
  retainGraph?: boolean;
  /** Record the pass, for gradients of gradients. */
  createGraph?: boolean;
  /** Add to the `grad` of these alone. */
  inputs?: readonly Tensor[];
}

export interface TensorConstructor {
  /**
   * A CPU tensor of a typed array's elements: copied, or with `share` over the array's own memory. The shape is the
   * array's length and the dtype the array's unless given; a Uint16Array holds float16 or bfloat16 if asked.
   */
  new (array: TensorArray, shape?: readonly number[], dtype?: DType, share?: boolean): Tensor;
  prototype: Tensor;
}

/** Where an op is public, in PyTorch's names; "node": here, while Python has it under another name. */
export type Place =
  "torch" | "Tensor" | "torch.nn.functional" | "torch.linalg" | "torch.special" | "torch.fft" | "node";

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

/** A source of random numbers, on the CPU unless a device is named. */
export interface Generator {
  /** Starts the stream of the seed: PyTorch's numbers for that seed, on the CPU. */
  manualSeed(seed: number | bigint): this;
  /** The state, as a uint8 tensor. */
  getState(): Tensor;
  setState(state: Tensor): this;
  readonly initialSeed: bigint;
}

/** A queue of work of a CUDA device. */
export interface Stream {
  readonly handle: bigint;
  readonly device: number;
}

export type AnyOp = (...args: unknown[]) => unknown;

/** Modes as the addon keeps them. */
export type State = { readonly __state: never };
export interface StateChanges {
  grad?: boolean;
  autocast?: { device: string; enabled: boolean; dtype?: DType };
  device?: string;
  defaultDtype?: DType;
  stream?: Stream;
  scope?: true;
}

export interface RuntimeStats {
  /** Threads of the executor so far. */
  threads: number;
  /** Calls that were admitted and are not done. */
  inFlight: number;
  /** Calls in line for admission. */
  waiting: number;
  peakInFlight: number;
  peakWaiting: number;
  completed: number;
}

export interface MemoryReport {
  /** Tensors that JavaScript holds, and the bytes behind them. */
  handles: number;
  bytes: number;
  /** Tensors of the process, whoever holds them. */
  tensors: number;
}

/** One tensor that is alive; `stack` is where it was made, in debug mode. */
export interface LiveTensor {
  shape: number[];
  dtype: DType;
  device: string;
  stack?: string;
}

interface LoadedTensors {
  names: string[];
  tensors: Tensor[];
  metadata: Record<string, string>;
}

type Maybe<T> = T | Promise<T>;
type Item = number | bigint | boolean | null | "..." | { start?: number; stop?: number; step?: number } | Tensor;

export interface CudaAddon {
  deviceCount(): number;
  unavailableReason(): string;
  properties(device?: number): {
    name: string;
    major: number;
    minor: number;
    totalMemory: number;
    multiProcessorCount: number;
  };
  newStream(device?: number, priority?: number): Stream;
  currentStream(device?: number): Stream;
  waitStream(waiter: Stream, other: Stream): void;
  queryStream(stream: Stream): boolean;
  synchronizeStream(stream: Stream, async: boolean): Maybe<void>;
  synchronizeDevice(device: number | undefined, async: boolean): Maybe<void>;
  memoryStats(device?: number): Record<string, number>;
  memorySnapshot(): unknown[];
  resetPeakMemoryStats(device?: number): void;
  emptyCache(): void;
  Event: new (timing: boolean) => CudaEventHandle;
  Graph: new () => CudaGraphHandle;
}
export interface CudaEventHandle {
  record(stream?: Stream): void;
  block(stream: Stream): void;
  query(): boolean;
  synchronize(): Promise<void>;
  elapsedTime(end: CudaEventHandle): number;
}
export interface CudaGraphHandle {
  captureBegin(): void;
  captureEnd(): void;
  abortCapture(): void;
  replay(): void;
  reset(): void;
}

export interface FabricAddon {
  mesh(sizes: readonly number[], devices: readonly string[]): number;
  meshParts(mesh: number): { shape: number[]; devices: string[] };
  isFabric(tensor: Tensor): boolean;
  placement(tensor: Tensor): {
    mesh: number;
    placements: { kind: "replicate" | "shard" | "partial"; dim: number; reduction: string; bounds: number[] }[];
  } | null;
  shards(tensor: Tensor): Tensor[];
  strict(on: boolean): boolean;
  stats(): Record<string, { calls: number; bytes: number }>;
  resetStats(): void;
  canAccessPeer(device: number, peer: number): boolean;
}

export interface Addon {
  Tensor: TensorConstructor;
  Generator: new (device?: string) => Generator;
  version: string;
  cuda: CudaAddon;
  fabric: FabricAddon;
  registry(): OpEntry[];
  /** The op as functions: one that computes at once, one that gives a promise. */
  opFunctions(name: string): [AnyOp, AnyOp];
  /** Hears of every op that comes in after start-up. */
  onLateOp(listener: (entry: OpEntry) => void): void;
  loadPlugin(path: string): Plugin;
  loadedPlugins(): Plugin[];

  beforeNew(enter: () => void): void;
  deriveState(state: State | undefined, changes: StateChanges): State;
  enterState(state: State | undefined): void;
  endScope(state: State, kept: Tensor[]): void;
  isGradEnabled(): boolean;
  setDefaultDtype(dtype: DType): void;
  defaultDtype(): DType;

  lastJob(): number;
  abortJob(job: number, reason: unknown): void;
  runtimeStats(): RuntimeStats;
  configure(threads: number, maxInFlight: number): void;
  watchTurns(mark: () => void): void;
  turned(): void;
  beginProgram(): void;
  submitProgram(): Promise<void>;
  dropProgram(): void;

  keepTensor(tensor: Tensor): void;
  tensorItem(tensor: Tensor): Promise<Scalar>;
  tensorData(tensor: Tensor, async: boolean, view: boolean): Maybe<TensorArray>;
  sendTensor(tensor: Tensor): number;
  receiveTensor(parcel: number): Tensor;
  liveTensors(): number;
  memory(list: boolean): MemoryReport & { live?: LiveTensor[] };
  setMemoryDebug(on: boolean): void;
  tensorText(tensor: Tensor, async: boolean): Maybe<string>;

  getItem(tensor: Tensor, items: Item[], async: boolean): Maybe<Tensor>;
  setItem(tensor: Tensor, items: Item[], value: Tensor | Scalar, async: boolean): Maybe<Tensor>;

  backward(
    outputs: readonly Tensor[],
    gradients: readonly (Tensor | null)[],
    inputs: readonly Tensor[],
    options: { retainGraph?: boolean; createGraph?: boolean; allowUnused?: boolean; accumulate?: boolean },
    async: boolean,
  ): Maybe<(Tensor | null)[]>;
  isLeaf(tensor: Tensor): boolean;
  requiresGrad(tensor: Tensor): boolean;
  setRequiresGrad(tensor: Tensor, on: boolean): void;
  grad(tensor: Tensor): Tensor | null;
  setGrad(tensor: Tensor, grad: Tensor | null): void;
  retainGrad(tensor: Tensor): void;
  gradFnName(tensor: Tensor): string | null;
  addHook(tensor: Tensor, hook: (state: State, ...tensors: (Tensor | null)[]) => unknown, after: boolean): () => void;
  recordFunction(
    name: string,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    saved: readonly (Tensor | null)[],
    backward: (state: State, ...tensors: (Tensor | null)[]) => unknown,
  ): Tensor[];

  manualSeed(seed: number | bigint): void;
  rngState(): Tensor;
  setRngState(state: Tensor): void;
  loadSafetensors(
    path: string,
    options: { names?: readonly string[]; device?: string; map?: boolean },
    async: boolean,
  ): Maybe<LoadedTensors>;
  saveSafetensors(
    path: string,
    names: readonly string[],
    tensors: readonly Tensor[],
    options: { metadata?: Record<string, string>; maxShardBytes?: number },
    async: boolean,
  ): Maybe<void>;
  toDLPack(tensor: Tensor): unknown;
  fromDLPack(external: unknown): Tensor;

  /** Why device work cannot be recorded; empty if it can. */
  profilerDeviceUnavailable(): string;
  startProfile(options: Required<ProfileOptions>): void;
  stopProfile(): Recording;
  beginRange(name: string): number;
  endRange(range: number): void;
}

export const addon = loadAddon() as Addon;
