// Layers with parameters.
import { noGrad } from "../context.js";
import type { Tensor } from "../native.js";
import { ops } from "../op_functions.js";
import { known } from "../options.js";
import * as init from "./init.js";
import { buffer, Module, parameter } from "./module.js";

type Pair = number | readonly [number, number];
const pair = (value: Pair): [number, number] => (typeof value === "number" ? [value, value] : [value[0], value[1]]);

function biasFor(weight: Tensor, size: number): Tensor {
  const bound = 1 / Math.sqrt(init.fanIn(weight));
  return parameter(init.uniform_(init.blank([size]), -bound, bound));
}

/** x (..., in) -> (..., out). */
export class Linear extends Module {
  weight: Tensor;
  bias: Tensor | null;

  constructor(inFeatures: number, outFeatures: number, options: { bias?: boolean } = {}) {
    super();
    const { bias = true } = known("Linear", options, ["bias"]);
    this.weight = parameter(init.kaimingUniform_(init.blank([outFeatures, inFeatures]), { a: Math.sqrt(5) }));
    this.bias = bias ? biasFor(this.weight, outFeatures) : null;
  }

  forwardSync(x: Tensor): Tensor {
    return ops.linearSync(x, this.weight, this.bias);
  }
}

export interface Conv2dOptions {
  stride?: Pair;
  padding?: Pair;
  dilation?: Pair;
  groups?: number;
  bias?: boolean;
}

const CONV2D = ["stride", "padding", "dilation", "groups", "bias"];

/** x (N, in, H, W) -> (N, out, H', W'). */
export class Conv2d extends Module {
  weight: Tensor;
  bias: Tensor | null;
  private readonly geometry: [[number, number], [number, number], [number, number], number];

  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2dOptions = {}) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = known("Conv2d", options, CONV2D);
    this.geometry = [pair(stride), pair(padding), pair(dilation), groups];
    const shape = [outChannels, inChannels / groups, ...pair(kernelSize)];
    this.weight = parameter(init.kaimingUniform_(init.blank(shape), { a: Math.sqrt(5) }));
    this.bias = bias ? biasFor(this.weight, outChannels) : null;
  }

  forwardSync(x: Tensor): Tensor {
    return ops.conv2dSync(x, this.weight, this.bias, ...this.geometry);
  }
}

/** Rows of a table: indices (...) -> (..., dim). */
export class Embedding extends Module {
  weight: Tensor;
  private readonly paddingIndex: number;

  constructor(count: number, dim: number, options: { paddingIndex?: number } = {}) {
    super();
    const { paddingIndex = -1 } = known("Embedding", options, ["paddingIndex"]);
    this.paddingIndex = paddingIndex;
    this.weight = parameter(init.normal_(init.blank([count, dim])));
    if (paddingIndex >= 0) noGrad(() => this.weight.atSync(paddingIndex).fill_Sync(0));
  }

  forwardSync(indices: Tensor): Tensor {
    return ops.embeddingSync(this.weight, indices, this.paddingIndex);
  }
}

interface NormOptions {
  eps?: number;
  bias?: boolean;
}

/** Normalizes over the last dimensions, those of `shape`. */
export class LayerNorm extends Module {
  weight: Tensor;
  bias: Tensor | null;
  private readonly shape: readonly number[];
  private readonly eps: number;

  constructor(shape: number | readonly number[], options: NormOptions = {}) {
    super();
    const { eps = 1e-5, bias = true } = known("LayerNorm", options, ["eps", "bias"]);
    this.shape = typeof shape === "number" ? [shape] : shape;
    this.eps = eps;
    this.weight = parameter(init.ones_(init.blank(this.shape)));
    this.bias = bias ? parameter(init.zeros_(init.blank(this.shape))) : null;
  }

  forwardSync(x: Tensor): Tensor {
    return ops.layer_normSync(x, this.shape, this.weight, this.bias, this.eps);
  }
}

/** Divides by the root of the mean square over the last dimensions. `eps` is that of the dtype unless given. */
export class RMSNorm extends Module {
  weight: Tensor;
  private readonly shape: readonly number[];
  private readonly eps: number | null;

  constructor(shape: number | readonly number[], options: { eps?: number } = {}) {
    super();
    const { eps } = known("RMSNorm", options, ["eps"]);
    this.shape = typeof shape === "number" ? [shape] : shape;
    this.eps = eps ?? null;
    this.weight = parameter(init.ones_(init.blank(this.shape)));
  }

  forwardSync(x: Tensor): Tensor {
    return ops.rms_normSync(x, this.shape, this.weight, this.eps);
  }
}

class BatchNorm extends Module {
  weight: Tensor;
  bias: Tensor;
  running_mean: Tensor;
  running_var: Tensor;
  num_batches_tracked: Tensor;
  private readonly momentum: number;
  private readonly eps: number;

  constructor(features: number, options: { momentum?: number; eps?: number } = {}) {
    super();
    const { momentum = 0.1, eps = 1e-5 } = known("BatchNorm", options, ["momentum", "eps"]);
    this.momentum = momentum;
    this.eps = eps;
    this.weight = parameter(init.ones_(init.blank([features])));
    this.bias = parameter(init.zeros_(init.blank([features])));
    this.running_mean = buffer(ops.zerosSync([features]));
    this.running_var = buffer(ops.onesSync([features]));
    this.num_batches_tracked = buffer(ops.zerosSync([], { dtype: "int64" }));
  }

  forwardSync(x: Tensor): Tensor {
    if (this.training) noGrad(() => this.num_batches_tracked.add_Sync(1));
    return ops.batch_normSync(
      x,
      this.weight,
      this.bias,
      this.running_mean,
      this.running_var,
      this.training,
      this.momentum,
      this.eps,
      true,
    );
  }
}

/** Normalizes each feature over the batch: x (N, C) or (N, C, L). */
export class BatchNorm1d extends BatchNorm {}
/** Normalizes each channel over batch and image: x (N, C, H, W). */
export class BatchNorm2d extends BatchNorm {}

/** In training sets elements to zero with probability `p`, and scales the others by 1 / (1 - p). */
export class Dropout extends Module {
  constructor(private readonly p = 0.5) {
    super();
  }

  forwardSync(x: Tensor): Tensor {
    return ops.dropoutSync(x, this.p, this.training);
  }
}

export interface AttentionOptions {
  dropout?: number;
  bias?: boolean;
  /** Whether the batch comes first: (N, L, E) instead of (L, N, E). */
  batchFirst?: boolean;
}

/** Attention of several heads, and its weights, averaged over heads, if `needWeights`. */
export class MultiheadAttention extends Module {
  in_proj_weight: Tensor;
  in_proj_bias: Tensor | null;
  out_proj: Linear;

  private readonly dropout: number;
  private readonly batchFirst: boolean;

  constructor(
    private readonly embedDim: number,
    private readonly heads: number,
    options: AttentionOptions = {},
  ) {
    super();
    const names = ["dropout", "bias", "batchFirst"];
    const { dropout = 0, bias = true, batchFirst = false } = known("MultiheadAttention", options, names);
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.in_proj_weight = parameter(init.blank([3 * embedDim, embedDim]));
    this.in_proj_bias = bias ? parameter(init.blank([3 * embedDim])) : null;
    this.out_proj = new Linear(embedDim, embedDim, { bias });
    init.xavierUniform_(this.in_proj_weight);
    if (this.in_proj_bias) init.zeros_(this.in_proj_bias);
    if (this.out_proj.bias) init.zeros_(this.out_proj.bias);
  }

  forwardSync(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: { needWeights?: boolean; mask?: Tensor; isCausal?: boolean } = {},
  ): [Tensor, Tensor | null] {
    const names = ["needWeights", "mask", "isCausal"];
    const { needWeights = true, mask, isCausal = false } = known("MultiheadAttention", options, names);
    const turn = (x: Tensor) => (this.batchFirst && x.ndim === 3 ? x.transposeSync(0, 1) : x);
    const [output, weights] = ops.multi_head_attention_forwardSync(
      turn(query),
      turn(key),
      turn(value),
      this.embedDim,
      this.heads,
      this.in_proj_weight,
      this.in_proj_bias,
      null,
      null,
      false,
      this.training ? this.dropout : 0,
      this.out_proj.weight,
      this.out_proj.bias,
      { training: this.training, need_weights: needWeights, attn_mask: mask ?? null, is_causal: isCausal },
    ) as [Tensor, Tensor | null];
    return [turn(output), weights];
  }
}
