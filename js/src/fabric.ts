// Fabric: tensors that lie on several devices, what places them there, and what their collectives have moved.
import { enter, noGrad } from "./context.js";
import { addon, type Tensor } from "./native.js";
import type { Abortable } from "./types.js";
import type { Module } from "./nn/module.js";
import { opPair } from "./op_functions.js";
import type { Optimizer } from "./optim/optimizer.js";

const core = addon.fabric;

export type Reduction = "sum" | "mean" | "max" | "min" | "product";
const REDUCTIONS: readonly Reduction[] = ["sum", "mean", "max", "min", "product"];

/** Every member has all of the tensor. */
export class Replicate {
  readonly kind = "replicate";
}

/** Every member has a part of dim `dim`; `bounds` says where each part begins and where the last one ends. */
export class Shard {
  readonly kind = "shard";
  constructor(
    readonly dim: number,
    readonly bounds: readonly number[] = [],
  ) {}
}

/** Every member has a tensor of the whole's sizes, and the whole is their sum (mean, max, min, product). */
export class Partial {
  readonly kind = "partial";
  constructor(readonly reduction: Reduction = "sum") {
    if (!REDUCTIONS.includes(reduction))
      throw new RangeError(`Partial: expected one of ${REDUCTIONS.join(", ")}, got '${reduction}'`);
  }
}

/** How the members along one dim of a mesh hold a tensor. */
export type Placement = Replicate | Shard | Partial;
/** One for each dim of a mesh; those that are left out replicate. */
export type Placements = Placement | readonly Placement[];

/**
 * Devices in a row, or in rows and columns: `new Mesh(["cuda:0", "cuda:1"])`, `new Mesh(4)` for the first four GPUs,
 * `new Mesh()` for all. Members on the CPU are virtual: a mesh of n times "cpu" holds n shards in the host's memory, and
 * computes as n GPUs would. Equal meshes have one `id`.
 */
export class Mesh {
  /** The number by which the core knows the mesh. */
  readonly id: number;
  /** How many members there are along each dim. */
  readonly shape: readonly number[];
  /** The device of each member, rows one after the other. */
  readonly devices: readonly string[];

  constructor(devices: number | readonly string[] | readonly (readonly string[])[] = addon.cuda.deviceCount()) {
    const named = typeof devices === "number" ? Array.from({ length: devices }, (_, i) => `cuda:${i}`) : devices;
    const rows = named.filter((row): row is readonly string[] => Array.isArray(row));
    if (rows.length > 0 && (rows.length !== named.length || rows.some((row) => row.length !== rows[0]!.length)))
      throw new RangeError("Mesh: expected rows of one length");
    const sizes = rows.length > 0 ? [rows.length, rows[0]!.length] : [named.length];
    this.id = core.mesh(sizes, named.flat() as string[]);
    ({ shape: this.shape, devices: this.devices } = core.meshParts(this.id));
  }

  /** @internal */
  static numbered(id: number): Mesh {
    return Object.assign(Object.create(Mesh.prototype) as Mesh, { id, ...core.meshParts(id) });
  }

  /** One or two. */
  get ndim(): number {
    return this.shape.length;
  }

  toString(): string {
    return `Mesh(${this.shape.join(" x ")} ${this.devices[0]!.split(":")[0]})`;
  }
}

function numbers(mesh: Mesh, placements: Placements): number[] {
  const listed: Placement[] = Array.isArray(placements) ? [...(placements as Placement[])] : [placements as Placement];
  while (listed.length < mesh.ndim) listed.push(new Replicate());
  return listed.flatMap((p) => {
    if (p instanceof Shard) return [1, p.dim, 0];
    if (p instanceof Partial) return [2, 0, REDUCTIONS.indexOf(p.reduction)];
    if (p instanceof Replicate) return [0, 0, 0];
    throw new TypeError("expected placements: Replicate, Shard or Partial");
  });
}

interface Located {
  mesh: Mesh;
  placements: readonly Placement[];
}

function located(tensor: Tensor): Located | null {
  enter();
  const found = core.placement(tensor);
  if (!found) return null;
  const placements = found.placements.map(({ kind, dim, reduction, bounds }) => {
    if (kind === "shard") return new Shard(dim, bounds);
    return kind === "partial" ? new Partial(reduction as Reduction) : new Replicate();
  });
  return { mesh: Mesh.numbered(found.mesh), placements };
}

function onMesh(tensor: Tensor): Located {
  const found = located(tensor);
  if (!found) throw new TypeError("expected a Fabric tensor, got one that is not on a mesh");
  return found;
}

/** Whether a tensor lies on a mesh. */
export function isFabric(tensor: Tensor): boolean {
  return core.isFabric(tensor);
}

/** The mesh of a Fabric tensor. */
export function meshOf(tensor: Tensor): Mesh {
  return onMesh(tensor).mesh;
}

/** How a tensor is placed, one placement for each dim of its mesh; null of a tensor on no mesh. */
export function placement(tensor: Tensor): readonly Placement[] | null {
  return located(tensor)?.placements ?? null;
}

/** What each member has: views of the tensor's memory where they can be, else copies. Without history. */
export function shards(tensor: Tensor): Tensor[] {
  enter();
  return core.shards(tensor);
}

type Form = "sync" | "async";

function call(form: Form, name: string, ...args: unknown[]): unknown {
  return opPair(name)[form](...args);
}

function place(form: Form, tensor: Tensor, mesh: Mesh, placements: Placements, options: object) {
  const now = located(tensor);
  const args = [mesh.id, numbers(mesh, placements)];
  if (now && now.mesh.id !== mesh.id) {
    const whole = bring(form, tensor, {});
    return form === "sync"
      ? call(form, "_fabric_distribute", whole, ...args, false, options)
      : (whole as Promise<Tensor>).then((t) => call(form, "_fabric_distribute", t, ...args, false, options));
  }
  return call(form, "_fabric_distribute", tensor, ...args, now !== null, options);
}

function bring(form: Form, tensor: Tensor, options: object) {
  const now = located(tensor);
  if (!now) return tensor;
  return call(form, "_fabric_gather", tensor, now.mesh.id, numbers(now.mesh, now.placements), options);
}

function sharded(mesh: Mesh, dim: number, meshDim: number): Placement[] {
  if (!(meshDim in mesh.shape)) throw new RangeError(`expected a dim of ${String(mesh)}, got ${meshDim}`);
  return mesh.shape.map((_, i) => (i === meshDim ? new Shard(dim) : new Replicate()));
}

/**
 * A Fabric tensor with the values of `tensor`, placed on `mesh` as said. A Fabric tensor is placed anew. Differentiable.
 */
export async function distribute(
  tensor: Tensor,
  mesh: Mesh,
  placements: Placements,
  options: Abortable = {},
): Promise<Tensor> {
  return (await place("async", tensor, mesh, placements, options)) as Tensor;
}

export function distributeSync(tensor: Tensor, mesh: Mesh, placements: Placements): Tensor {
  return place("sync", tensor, mesh, placements, {}) as Tensor;
}

/** A Fabric tensor whose dim `dim` is shared out among the members along `meshDim`, as evenly as it goes. */
export function shard(tensor: Tensor, mesh: Mesh, dim = 0, meshDim = 0, options: Abortable = {}): Promise<Tensor> {
  return distribute(tensor, mesh, sharded(mesh, dim, meshDim), options);
}

export function shardSync(tensor: Tensor, mesh: Mesh, dim = 0, meshDim = 0): Tensor {
  return distributeSync(tensor, mesh, sharded(mesh, dim, meshDim));
}

/** A Fabric tensor that every member has all of. */
export function replicate(tensor: Tensor, mesh: Mesh, options: Abortable = {}): Promise<Tensor> {
  return distribute(tensor, mesh, [], options);
}

export function replicateSync(tensor: Tensor, mesh: Mesh): Tensor {
  return distributeSync(tensor, mesh, []);
}

/** The tensor as one, on the device of the mesh's first member; any other tensor as it is. Differentiable. */
export async function gather(tensor: Tensor, options: Abortable = {}): Promise<Tensor> {
  return (await bring("async", tensor, options)) as Tensor;
}

export function gatherSync(tensor: Tensor): Tensor {
  return bring("sync", tensor, {}) as Tensor;
}

/** A Fabric tensor of `shape` of which each member has the shard given for it, in the order of `mesh.devices`. */
export async function join(
  parts: readonly Tensor[],
  mesh: Mesh,
  placements: Placements,
  shape: readonly number[],
  options: Abortable = {},
): Promise<Tensor> {
  return (await call("async", "_fabric_join", parts, mesh.id, numbers(mesh, placements), shape, options)) as Tensor;
}

export function joinSync(
  parts: readonly Tensor[],
  mesh: Mesh,
  placements: Placements,
  shape: readonly number[],
): Tensor {
  return call("sync", "_fabric_join", parts, mesh.id, numbers(mesh, placements), shape, {}) as Tensor;
}

/**
 * Writes the sum (or mean, max, min, product) of all into each of `parts`, one on each device. Sums are taken in the order
 * of the parts, of 16-bit floats in float32: the same bits everywhere and every time.
 */
export async function allReduce(
  parts: readonly Tensor[],
  reduction: Reduction = "sum",
  options: Abortable = {},
): Promise<void> {
  await call("async", "_fabric_all_reduce_", parts, reduction, options);
}

export function allReduceSync(parts: readonly Tensor[], reduction: Reduction = "sum"): void {
  call("sync", "_fabric_all_reduce_", parts, reduction, {});
}

/** In strict mode an op without a sharding rule is an error instead of being gathered. The mode before. */
export function setStrict(on: boolean): boolean {
  return core.strict(on);
}

// ---- modules

function shareArguments(module: Module, place: (tensor: Tensor) => Tensor): void {
  const forward = module.forwardSync.bind(module);
  const placed = (value: unknown) =>
    value instanceof addon.Tensor && !isFabric(value as Tensor) ? place(value as Tensor) : value;
  Object.defineProperty(module, "forwardSync", {
    configurable: true,
    value: (...args: unknown[]) => forward(...args.map(placed)) as unknown,
  });
}

/**
 * The module, replicated on every member of the mesh (all GPUs unless given); each takes its part of a batch. Tensors that
 * it is called with are sharded along their first dim, and a loss of its result is the loss of the whole batch. Gradients
 * are the parts of a sum, and are added up once, when the optimizer reads them. Its parameters are new tensors: before
 * optimizers.
 */
export function dataParallel<M extends Module>(module: M, mesh = new Mesh(), meshDim = 0): M {
  module.replaceTensors((_, t) => replicateSync(t, mesh));
  shareArguments(module, (t) => (t.ndim > 0 ? shardSync(t, mesh, 0, meshDim) : t));
  return module;
}

/** How the parameters of a layer are shared out, by their names in it. What is not named is replicated. */
const STYLES = {
  column: { weight: 0, bias: 0 },
  row: { weight: 1 },
  vocabulary: { weight: 0 },
} as const;
export type Style = keyof typeof STYLES;

function pattern(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

/**
 * The module with its layers shared out among the members along `meshDim`. `plan` maps names of submodules, or patterns of
 * them ("blocks.*.mlp"), to "column" or "row" for a Linear, to "vocabulary" for an Embedding; names of parameters to the
 * dim that is sharded, null for none. The first that fits counts; what none fits is replicated. RangeError for a name that
 * fits nothing. Parameters are new tensors: before optimizers.
 */
export function parallelize<M extends Module>(
  module: M,
  plan: Readonly<Record<string, Style | number | null>>,
  mesh = new Mesh(),
  meshDim = 0,
): M {
  const rules = Object.entries(plan).map(([name, style]) => {
    if (typeof style === "string" && !(style in STYLES))
      throw new RangeError(`parallelize: expected one of ${Object.keys(STYLES).join(", ")}, or a dim, got '${style}'`);
    return { name, style, fits: pattern(name), used: false };
  });
  const dimOf = (name: string): number | null => {
    const dot = name.lastIndexOf(".");
    const [layer, own] = [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
    const rule = rules.find(({ style, fits }) => fits.test(typeof style === "string" ? layer : name));
    if (!rule) return null;
    rule.used = true;
    if (typeof rule.style !== "string") return rule.style;
    return (STYLES[rule.style] as Readonly<Record<string, number>>)[own] ?? null;
  };
  // every name first, so that a plan that does not fit changes nothing
  const dims = new Map(Object.keys(module.stateDict()).map((name) => [name, dimOf(name)]));
  const unused = rules.filter(({ used }) => !used).map(({ name }) => `'${name}'`);
  if (unused.length > 0) throw new RangeError(`parallelize: nothing in the module is named ${unused.join(", ")}`);
  const wasOnMesh = module.parameters().some(isFabric);
  module.replaceTensors((name, t) => {
    const dim = dims.get(name) ?? null;
    return dim === null || t.ndim === 0 ? replicateSync(t, mesh) : shardSync(t, mesh, dim, meshDim);
  });
  if (!wasOnMesh) shareArguments(module, (t) => replicateSync(t, mesh));
  return module;
}

/**
 * An optimizer each member of which has the state of its part of every parameter: `new ShardedOptimizer(
 * model.parameters(), (parts) => new optim.AdamW(parts, { lr: 1e-3 }))`. A step shares out the gradients as it adds them
 * up, steps on the parts, and gathers the parameters. TypeError for parameters that are on no mesh.
 */
export class ShardedOptimizer<O extends Optimizer<{ lr: number }>> {
  /** The optimizer of the parts. */
  readonly optimizer: O;
  private readonly pairs: { parameter: Tensor; part: Tensor }[];

  constructor(parameters: readonly Tensor[], make: (parts: Tensor[]) => O, meshDim = 0) {
    this.pairs = parameters.map((parameter) => {
      const { mesh, placements } = onMesh(parameter);
      const part = noGrad(() => distributeSync(parameter, mesh, partsOf(parameter, placements, meshDim)).detachSync());
      part.keep().requiresGrad = true;
      return { parameter, part };
    });
    this.optimizer = make(this.pairs.map(({ part }) => part));
  }

  /** Steps on the parts, with the gradients of the parameters, and writes the parameters. */
  stepSync(): void {
    noGrad(() => {
      for (const { parameter, part } of this.pairs) {
        const { mesh, placements } = onMesh(part);
        part.grad = parameter.grad ? distributeSync(parameter.grad, mesh, placements).detachSync() : null;
      }
      this.optimizer.stepSync();
      for (const { parameter, part } of this.pairs) parameter.copy_Sync(part);
    });
  }

  async step(options: Abortable = {}): Promise<void> {
    await noGrad(async () => {
      await Promise.all(
        this.pairs.map(async ({ parameter, part }) => {
          const { mesh, placements } = onMesh(part);
          const { grad } = parameter;
          part.grad = grad ? (await distribute(grad, mesh, placements, options)).detachSync() : null;
        }),
      );
      await this.optimizer.step(options);
      await Promise.all(this.pairs.map(({ parameter, part }) => parameter.copy_(part)));
    });
  }

  /** Forgets all gradients. */
  zeroGrad(): void {
    for (const { parameter } of this.pairs) parameter.grad = null;
  }
}

function partsOf(parameter: Tensor, now: readonly Placement[], meshDim: number): Placement[] {
  const placements = now.map((p) => (p instanceof Partial ? new Replicate() : p));
  const taken = new Set(placements.map((p) => (p instanceof Shard ? p.dim : -1)));
  const free = parameter.shape.map((size, dim) => ({ size, dim })).filter(({ dim }) => !taken.has(dim));
  if (free.length > 0 && !(placements[meshDim] instanceof Shard)) {
    placements[meshDim] = new Shard(free.reduce((most, one) => (one.size > most.size ? one : most)).dim);
  }
  return placements;
}

// ---- what there is, and what was moved

export interface Topology {
  /** The GPUs by number. */
  names: string[];
  /** `peers[i][j]`: whether kernels on i read and write the memory of j. */
  peers: boolean[][];
}

/** The machine's GPUs and who reaches whom. */
export function topology(): Topology {
  const gpus = Array.from({ length: addon.cuda.deviceCount() }, (_, i) => i);
  return {
    names: gpus.map((i) => addon.cuda.properties(i).name),
    peers: gpus.map((i) => gpus.map((j) => i === j || core.canAccessPeer(i, j))),
  };
}

/** How often each collective ran, and the bytes of the parts that it was given, since the start. */
export function stats(): Record<string, { calls: number; bytes: number }> {
  return core.stats();
}

/** `stats` counts from zero. */
export function resetStats(): void {
  core.resetStats();
}
