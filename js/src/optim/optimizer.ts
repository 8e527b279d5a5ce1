// What optimizers share: groups of parameters, state by parameter, state dicts as PyTorch's.
import { noGrad, task } from "../context.js";
import type { Tensor } from "../native.js";
import { withStandard } from "../options.js";
import type { Abortable } from "../types.js";

export interface ParameterGroup<Options> {
  params: readonly Tensor[];
  options: Options;
}
/** Parameters, or groups of them with options of their own. */
export type Parameters<Options> = readonly Tensor[] | readonly ({ params: readonly Tensor[] } & Partial<Options>)[];

export interface OptimizerState {
  state: Record<number, Record<string, Tensor | number>>;
  groups: { params: number[]; options: object }[];
}

export abstract class Optimizer<Options extends { lr: number }> {
  /** The groups; `options.lr` and the others may be changed between steps. */
  readonly groups: ParameterGroup<Options>[];
  protected readonly state = new Map<Tensor, Record<string, Tensor>>();

  constructor(params: Parameters<Options>, defaults: Options) {
    const isGroup = (entry: unknown): entry is { params: readonly Tensor[] } & Partial<Options> =>
      typeof entry === "object" && entry !== null && "params" in entry;
    const entries = [...(params as readonly unknown[])];
    if (entries.length === 0) throw new RangeError(`${this.constructor.name}: there is no parameter`);
    this.groups = isGroup(entries[0])
      ? entries
          .filter(isGroup)
          .map(({ params: own, ...options }) => ({
            params: [...own],
            options: withStandard(this.constructor.name, defaults, options as unknown as Partial<Options>),
          }))
      : [{ params: entries as Tensor[], options: { ...defaults } }];
  }

  /** One step of the parameters of a group that have a gradient, by device and dtype. */
  protected abstract update(params: Tensor[], grads: Tensor[], options: Options): void;

  /** Updates every parameter that has a gradient. */
  stepSync(): void {
    noGrad(() => {
      for (const { params, options } of this.groups) {
        const batches = new Map<string, [Tensor[], Tensor[]]>();
        for (const p of params) {
          const grad = p.grad;
          if (!grad) continue;
          const kind = `${p.device} ${p.dtype}`;
          const batch = batches.get(kind) ?? [[], []];
          batch[0].push(p);
          batch[1].push(grad);
          batches.set(kind, batch);
        }
        for (const [batch, grads] of batches.values()) this.update(batch, grads, options);
      }
    });
  }

  /** The same as one task. */
  step(options: Abortable = {}): Promise<void> {
    return task(() => this.stepSync(), options);
  }

  /** Forgets all gradients. */
  zeroGrad(): void {
    for (const { params } of this.groups) for (const p of params) p.grad = null;
  }

  protected stateOf(p: Tensor, fresh: () => Record<string, Tensor>): Record<string, Tensor> {
    let state = this.state.get(p);
    if (!state) {
      state = fresh();
      for (const value of Object.values(state)) value.keep();
      this.state.set(p, state);
    }
    return state;
  }

  /** State and options, parameters as numbers in the order of the groups. */
  stateDict(): OptimizerState {
    const numbers = new Map(this.groups.flatMap(({ params }) => params).map((p, i) => [p, i] as const));
    const state: OptimizerState["state"] = {};
    for (const [p, values] of this.state) state[numbers.get(p)!] = { ...values };
    return {
      state,
      groups: this.groups.map(({ params, options }) => ({
        params: params.map((p) => numbers.get(p)!),
        options: { ...options },
      })),
    };
  }

  loadStateDict(saved: OptimizerState): void {
    const params = this.groups.flatMap((group) => group.params);
    if (
      saved.groups.length !== this.groups.length ||
      saved.groups.some((g, i) => g.params.length !== this.groups[i]!.params.length)
    ) {
      throw new RangeError("loadStateDict: the state is of other groups of parameters");
    }
    saved.groups.forEach((group, i) => Object.assign(this.groups[i]!.options, group.options));
    this.state.clear();
    for (const [number, values] of Object.entries(saved.state)) {
      const own: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(values))
        own[name] = noGrad(() => (value as Tensor).cloneSync()).keep();
      this.state.set(params[Number(number)]!, own);
    }
  }

  /** Frees the state. */
  dispose(): void {
    for (const values of this.state.values()) for (const value of Object.values(values)) value.dispose();
    this.state.clear();
  }
}

export function checkNotNegative(what: string, options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" && !(value >= 0))
      throw new RangeError(`${what}: expected ${name} of at least 0, got ${value}`);
  }
}
