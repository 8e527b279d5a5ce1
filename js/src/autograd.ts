// Gradients by name, and functions with a backward in TypeScript.
import { abortable, enableGrad, enter, isGradEnabled, noGrad } from "./context.js";
import { hookFunction } from "./hooks.js";
import { known } from "./options.js";
import { addon, type Tensor } from "./native.js";
import type { Abortable } from "./types.js";

export interface GradOptions {
  /** What each output's gradient is multiplied by; ones for outputs of one element unless given. */
  gradOutputs?: readonly (Tensor | null)[];
  retainGraph?: boolean;
  /** Record the pass, for gradients of gradients. */
  createGraph?: boolean;
  /** Give null for an input that no output depends on, instead of an error. */
  allowUnused?: boolean;
}

function gradArguments(outputs: Tensor | readonly Tensor[], inputs: readonly Tensor[], options: GradOptions) {
  const all = Array.isArray(outputs) ? (outputs as readonly Tensor[]) : [outputs as Tensor];
  const names = ["gradOutputs", "retainGraph", "createGraph", "allowUnused"];
  const { gradOutputs = all.map(() => null), ...rest } = known("grad", options, names);
  return [all, gradOutputs, inputs, { ...rest, accumulate: false }] as const;
}

/** The gradients of the outputs' sum by each input; no leaf's `grad` is touched. */
export async function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions & Abortable = {},
): Promise<(Tensor | null)[]> {
  const { signal, ...rest } = options;
  return abortable(() => addon.backward(...gradArguments(outputs, inputs, rest), true), signal);
}

export function gradSync(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  enter();
  return addon.backward(...gradArguments(outputs, inputs, options), false) as (Tensor | null)[];
}

/** What a function's forward leaves for its backward. */
export class FunctionContext {
  /** @internal */
  saved: readonly (Tensor | null)[] = [];
  /** Other things to remember, of any kind. */
  [name: string]: unknown;

  /** Keeps inputs or results; a backward finds them in savedTensors, and an error if they were written to since. */
  saveForBackward(...tensors: (Tensor | null)[]): void {
    this.saved = tensors;
  }
}

export interface BackwardContext {
  readonly savedTensors: readonly (Tensor | null)[];
  readonly [name: string]: unknown;
}

/** A pair of functions: what to compute, in synchronous calls, and its gradient. */
export interface FunctionDefinition<Args extends unknown[]> {
  /** Shown as the node's name; "Function" unless given. */
  name?: string;
  forward(ctx: FunctionContext, ...args: Args): Tensor | Tensor[];
  /** One gradient, or null, for each tensor among forward's arguments, of the gradients of its results. */
  backward(
    ctx: BackwardContext,
    ...grads: Tensor[]
  ): Tensor | null | (Tensor | null)[] | Promise<Tensor | null | (Tensor | null)[]>;
}

/**
 * The function that computes `forward` and, in a backward pass, `backward`:
 *
 *     const cube = defineFunction({
 *       forward(ctx, x: Tensor) { ctx.saveForBackward(x); return x.powSync(3); },
 *       backward({ savedTensors: [x] }, g) { return g.mulSync(x!.powSync(2)).mulSync(3); },
 *     });
 *
 * It computes at once. A `backward` that is asynchronous needs the asynchronous form of the pass.
 */
export function defineFunction<Args extends unknown[]>(
  definition: FunctionDefinition<Args>,
): (...args: Args) => Tensor | Tensor[] {
  return (...args) => {
    const ctx = new FunctionContext();
    const inputs = args.filter((arg): arg is Tensor & Args[number] => arg instanceof addon.Tensor) as Tensor[];
    const results = noGrad(() => definition.forward(ctx, ...args));
    if (!isGradEnabled() || !inputs.some((input) => input.requiresGrad)) return results;
    const outputs = Array.isArray(results) ? results : [results];
    const { saved, ...memory } = ctx;
    const backward = (...tensors: (Tensor | null)[]) =>
      definition.backward(
        { ...memory, savedTensors: tensors.slice(0, saved.length) },
        ...(tensors.slice(saved.length) as Tensor[]),
      );
    const name = `${definition.name ?? "Function"}Backward`;
    const recorded = addon.recordFunction(
      name,
      inputs,
      outputs,
      saved,
      hookFunction(backward as (...tensors: unknown[]) => unknown),
    );
    return Array.isArray(results) ? recorded : recorded[0]!;
  };
}

export { enableGrad, isGradEnabled, noGrad };
