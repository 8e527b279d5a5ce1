// Module: parameters, buffers and other modules by name, with PyTorch's keys.
import { noGrad, task } from "../context.js";
import { addon, type Tensor } from "../native.js";
import type { Abortable, DType } from "../types.js";
import { ops } from "../op_functions.js";
import { known } from "../options.js";

const parameters = new WeakSet<Tensor>();
const buffers = new WeakSet<Tensor>();

/** Makes a tensor a parameter of the module that holds it: it requires grad, and outlives scopes. */
export function parameter(tensor: Tensor, requiresGrad = true): Tensor {
  parameters.add(tensor.keep());
  if (requiresGrad) tensor.requiresGrad = true;
  return tensor;
}

/** Makes a tensor a buffer of the module that holds it: state that is saved and not trained. */
export function buffer(tensor: Tensor): Tensor {
  buffers.add(tensor.keep());
  return tensor;
}

export interface LoadResult {
  missing: string[];
  unexpected: string[];
}

/**
 * Base of all modules. A subclass writes `forwardSync` in synchronous calls; `forward` runs the same as one task, off the
 * event loop. Properties that hold parameters, buffers and modules are found by themselves, in the order in which they
 * were set, and give state dicts PyTorch's keys.
 */
export abstract class Module {
  /** Whether dropout and batch norm are as in training. */
  training = true;

  // any: what a subclass takes and gives is its own business
  abstract forwardSync(...args: any[]): any;

  /** A promise of what forwardSync computes. The last argument may be `{ signal }`. */
  forward(...args: [...Parameters<this["forwardSync"]>, Abortable?]): Promise<ReturnType<this["forwardSync"]>> {
    const last = args.at(-1) as Abortable | undefined;
    const signal =
      typeof last === "object" && last !== null && last.signal instanceof AbortSignal ? last.signal : undefined;
    const given = signal ? args.slice(0, -1) : args;
    return task(() => this.forwardSync(...given) as ReturnType<this["forwardSync"]>, signal ? { signal } : {});
  }

  *namedChildren(): Generator<[string, Module]> {
    yield* propertiesThat(this, (value): value is Module => value instanceof Module);
  }

  /** This module under the prefix, then all below it. */
  *namedModules(prefix = ""): Generator<[string, Module]> {
    yield [prefix, this];
    for (const [name, child] of this.namedChildren()) yield* child.namedModules(prefix ? `${prefix}.${name}` : name);
  }

  /** Each parameter once, under its first name. */
  *namedParameters(prefix = ""): Generator<[string, Tensor]> {
    const seen = new Set<Tensor>();
    for (const [name, value] of named(this, parameters, prefix)) {
      if (!seen.has(value)) yield [name, value];
      seen.add(value);
    }
  }

  parameters(): Tensor[] {
    return [...this.namedParameters()].map(([, value]) => value);
  }

  namedBuffers(prefix = ""): Generator<[string, Tensor]> {
    return named(this, buffers, prefix);
  }

  /** Parameters and buffers by PyTorch's keys: the tensors themselves. */
  stateDict(prefix = ""): Record<string, Tensor> {
    const state: Record<string, Tensor> = {};
    for (const [path, module] of this.namedModules(prefix)) {
      for (const set of [parameters, buffers]) {
        for (const [name, value] of tensorsOf(module, set)) state[path ? `${path}.${name}` : name] = value;
      }
    }
    return state;
  }

  /** Copies values into parameters and buffers. Error for keys that are missing or not known, unless `strict` is false. */
  loadStateDict(state: Readonly<Record<string, Tensor>>, options: { strict?: boolean } = {}): LoadResult {
    const { strict = true } = known("loadStateDict", options, ["strict"]);
    const own = this.stateDict();
    const missing = Object.keys(own).filter((key) => !(key in state));
    const unexpected = Object.keys(state).filter((key) => !(key in own));
    if (strict && missing.length + unexpected.length > 0) {
      throw new Error(
        `loadStateDict: missing keys: ${missing.join(", ") || "none"}; unexpected keys: ${unexpected.join(", ") || "none"}`,
      );
    }
    for (const [key, value] of Object.entries(state)) {
      const target = own[key];
      if (!target) continue;
      if (String(target.shape) !== String(value.shape)) {
        throw new RangeError(`loadStateDict: ${key} has shape [${target.shape}], the state has [${value.shape}]`);
      }
      noGrad(() => target.copy_Sync(value));
    }
    return { missing, unexpected };
  }

  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  requiresGrad_(on = true): this {
    for (const p of this.parameters()) p.requiresGrad = on;
    return this;
  }

  /** Forgets all gradients. */
  zeroGrad(): void {
    for (const p of this.parameters()) p.grad = null;
  }

  /** Moves parameters and buffers, and converts those that are floating-point. The tensors are new ones: before optimizers. */
  to(where: string | { device?: string; dtype?: DType }): this {
    const { device, dtype } = typeof where === "string" ? { device: where, dtype: undefined } : where;
    return this.replaceTensors((_, t) => moved(t, device, dtype));
  }

  /**
   * Puts what `other` gives, computed without history, in the place of each parameter and buffer. The tensors are new
   * ones: before optimizers.
   */
  replaceTensors(other: (name: string, tensor: Tensor) => Tensor): this {
    const replaced = new Map<Tensor, Tensor>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, value] of Object.entries(module)) {
        if (!(value instanceof addon.Tensor)) continue;
        const t = value as Tensor;
        if (!parameters.has(t) && !buffers.has(t)) continue;
        if (!replaced.has(t)) {
          const result = noGrad(() => other(path ? `${path}.${name}` : name, t).detachSync());
          replaced.set(t, parameters.has(t) ? parameter(result, t.requiresGrad) : buffer(result));
        }
        (module as unknown as Record<string, Tensor>)[name] = replaced.get(t)!;
      }
    }
    return this;
  }

  /** Frees parameters and buffers. */
  dispose(): void {
    for (const value of Object.values(this.stateDict())) value.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function* propertiesThat<T>(module: Module, is: (value: unknown) => value is T): Generator<[string, T]> {
  for (const [name, value] of Object.entries(module)) if (is(value)) yield [name, value];
}

function tensorsOf(module: Module, set: WeakSet<Tensor>): Generator<[string, Tensor]> {
  return propertiesThat(module, (value): value is Tensor => value instanceof addon.Tensor && set.has(value as Tensor));
}

function* named(root: Module, set: WeakSet<Tensor>, prefix: string): Generator<[string, Tensor]> {
  for (const [path, module] of root.namedModules(prefix)) {
    for (const [name, value] of tensorsOf(module, set)) yield [path ? `${path}.${name}` : name, value];
  }
}

function moved(t: Tensor, device?: string, dtype?: DType): Tensor {
  const converts = dtype !== undefined && /^(float|bfloat|complex)/.test(t.dtype);
  const placed = device === undefined ? t : ops.toSync(t, { device });
  return converts ? ops.toSync(placed, { dtype }) : placed;
}

/** Modules one after the other; their names are "0", "1", ... */
export class Sequential extends Module {
  private readonly count: number;

  constructor(...modules: Module[]) {
    super();
    this.count = modules.length;
    Object.assign(this, modules);
  }

  forwardSync(x: Tensor): Tensor {
    for (let i = 0; i < this.count; ++i) x = (this as unknown as Module[])[i]!.forwardSync(x) as Tensor;
    return x;
  }
}

/** Modules in a list, without a forward of their own. */
export class ModuleList<M extends Module = Module> extends Module implements Iterable<M> {
  readonly length: number;

  constructor(modules: readonly M[]) {
    super();
    this.length = modules.length;
    Object.assign(this, modules);
  }

  forwardSync(): never {
    throw new Error("ModuleList has no forward: call its modules");
  }

  get(index: number): M {
    const found = (this as unknown as M[])[index < 0 ? this.length + index : index];
    if (!found) throw new RangeError(`ModuleList: index ${index} of ${this.length}`);
    return found;
  }

  *[Symbol.iterator](): Iterator<M> {
    for (let i = 0; i < this.length; ++i) yield this.get(i);
  }
}
