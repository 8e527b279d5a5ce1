// Starting values, written in place; with the same seed they are PyTorch's.
import { noGrad } from "../context.js";
import type { Generator, Tensor } from "../native.js";
import { ops } from "../op_functions.js";

const drawnBy = (generator?: Generator) => (generator ? { generator } : {});

export function uniform_(t: Tensor, from = 0, to = 1, generator?: Generator): Tensor {
  return noGrad(() => t.uniform_Sync(from, to, drawnBy(generator)));
}

export function normal_(t: Tensor, mean = 0, std = 1, generator?: Generator): Tensor {
  return noGrad(() => t.normal_Sync(mean, std, drawnBy(generator)));
}

export function constant_(t: Tensor, value: number): Tensor {
  return noGrad(() => t.fill_Sync(value));
}

export const zeros_ = (t: Tensor): Tensor => constant_(t, 0);
export const ones_ = (t: Tensor): Tensor => constant_(t, 1);

function fans(t: Tensor): { fanIn: number; fanOut: number } {
  const [outer, inner, ...kernel] = t.shape;
  if (outer === undefined || inner === undefined)
    throw new RangeError("init: expected a tensor of at least two dimensions");
  const field = kernel.reduce((n, size) => n * size, 1);
  return { fanIn: inner * field, fanOut: outer * field };
}

/** How many values each output is a sum of. */
export function fanIn(t: Tensor): number {
  return fans(t).fanIn;
}

/** Uniform numbers that keep the variance of what a layer with leaky ReLU of slope `a` is given. */
export function kaimingUniform_(t: Tensor, { a = 0, generator }: { a?: number; generator?: Generator } = {}): Tensor {
  const gain = Math.sqrt(2.0 / (1 + a ** 2));
  const std = gain / Math.sqrt(fans(t).fanIn);
  const bound = Math.sqrt(3.0) * std;
  return uniform_(t, -bound, bound, generator);
}

/** Uniform numbers that keep the variance of values and gradients. */
export function xavierUniform_(
  t: Tensor,
  { gain = 1, generator }: { gain?: number; generator?: Generator } = {},
): Tensor {
  const { fanIn, fanOut } = fans(t);
  const std = gain * Math.sqrt(2.0 / (fanIn + fanOut));
  const bound = Math.sqrt(3.0) * std;
  return uniform_(t, -bound, bound, generator);
}

/** Memory for a parameter, to be filled. */
export function blank(shape: readonly number[]): Tensor {
  return noGrad(() => ops.emptySync(shape));
}
