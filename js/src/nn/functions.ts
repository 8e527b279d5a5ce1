// Activations, pooling, shapes and losses: modules without parameters.
import type { Tensor } from "../native.js";
import { ops } from "../op_functions.js";
import { known } from "../options.js";
import { Module } from "./module.js";

function elementwise(apply: (x: Tensor) => Tensor) {
  return class extends Module {
    forwardSync(x: Tensor): Tensor {
      return apply(x);
    }
  };
}

export class ReLU extends elementwise((x) => ops.reluSync(x)) {}
export class SiLU extends elementwise((x) => ops.siluSync(x)) {}
export class Sigmoid extends elementwise((x) => ops.sigmoidSync(x)) {}
export class Tanh extends elementwise((x) => ops.tanhSync(x)) {}
export class Identity extends elementwise((x) => x) {}

/** `approximate`: "tanh" for the approximation by tanh. */
export class GELU extends Module {
  constructor(private readonly options: { approximate?: "none" | "tanh" } = {}) {
    super();
    known("GELU", options, ["approximate"]);
  }

  forwardSync(x: Tensor): Tensor {
    return ops.geluSync(x, this.options);
  }
}

export class LeakyReLU extends Module {
  constructor(private readonly slope = 0.01) {
    super();
  }

  forwardSync(x: Tensor): Tensor {
    return ops.leaky_reluSync(x, this.slope);
  }
}

export class Softmax extends Module {
  constructor(private readonly dim: number) {
    super();
  }

  forwardSync(x: Tensor): Tensor {
    return ops.softmaxSync(x, this.dim);
  }
}

/** Joins the dimensions from `start` to `end`. */
export class Flatten extends Module {
  constructor(
    private readonly start = 1,
    private readonly end = -1,
  ) {
    super();
  }

  forwardSync(x: Tensor): Tensor {
    return ops.flattenSync(x, this.start, this.end);
  }
}

type Pair = number | readonly [number, number];
const list = (value: Pair): number[] => (typeof value === "number" ? [value, value] : [...value]);

export class MaxPool2d extends Module {
  constructor(
    private readonly kernelSize: Pair,
    private readonly options: { stride?: Pair; padding?: Pair } = {},
  ) {
    super();
    known("pooling", options, ["stride", "padding"]);
  }

  forwardSync(x: Tensor): Tensor {
    const { stride = this.kernelSize, padding = 0 } = this.options;
    return ops.max_pool2dSync(x, list(this.kernelSize), list(stride), list(padding));
  }
}

export class AvgPool2d extends Module {
  constructor(
    private readonly kernelSize: Pair,
    private readonly options: { stride?: Pair; padding?: Pair } = {},
  ) {
    super();
    known("pooling", options, ["stride", "padding"]);
  }

  forwardSync(x: Tensor): Tensor {
    const { stride = this.kernelSize, padding = 0 } = this.options;
    return ops.avg_pool2dSync(x, list(this.kernelSize), list(stride), list(padding));
  }
}

// ---- losses

export type Reduction = "none" | "mean" | "sum";
const numberOf: Record<Reduction, number> = { none: 0, mean: 1, sum: 2 };

export interface LossOptions {
  reduction?: Reduction;
}
export interface CrossEntropyOptions extends LossOptions {
  weight?: Tensor;
  ignoreIndex?: number;
  labelSmoothing?: number;
}

function reductionOf({ reduction = "mean" }: LossOptions): number {
  if (!(reduction in numberOf)) throw new RangeError(`expected reduction to be none, mean or sum, got ${reduction}`);
  return numberOf[reduction];
}

const CROSS_ENTROPY = ["reduction", "weight", "ignoreIndex", "labelSmoothing"];

/** Of logits (N, C, ...) and classes (N, ...), or probabilities (N, C, ...). */
export class CrossEntropyLoss extends Module {
  constructor(private readonly options: CrossEntropyOptions = {}) {
    super();
    known("CrossEntropyLoss", options, CROSS_ENTROPY);
  }

  forwardSync(logits: Tensor, target: Tensor): Tensor {
    return crossEntropySync(logits, target, this.options);
  }
}

export function crossEntropySync(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { weight = null, ignoreIndex = -100, labelSmoothing = 0 } = known("crossEntropy", options, CROSS_ENTROPY);
  return ops.cross_entropy_lossSync(logits, target, weight, reductionOf(options), ignoreIndex, labelSmoothing);
}

export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Promise<Tensor> {
  const { weight = null, ignoreIndex = -100, labelSmoothing = 0 } = known("crossEntropy", options, CROSS_ENTROPY);
  return ops.cross_entropy_loss(logits, target, weight, reductionOf(options), ignoreIndex, labelSmoothing);
}

type Loss = (x: Tensor, target: Tensor, reduction: number) => Tensor;

function lossModule(compute: Loss) {
  return class extends Module {
    readonly reduction: number;

    constructor(options: LossOptions = {}) {
      super();
      known("loss", options, ["reduction"]);
      this.reduction = reductionOf(options);
    }

    forwardSync(x: Tensor, target: Tensor): Tensor {
      return compute(x, target, this.reduction);
    }
  };
}

export class MSELoss extends lossModule((x, target, reduction) => ops.mse_lossSync(x, target, reduction)) {}
export class L1Loss extends lossModule((x, target, reduction) => ops.l1_lossSync(x, target, reduction)) {}
export class SmoothL1Loss extends lossModule((x, target, reduction) => ops.smooth_l1_lossSync(x, target, reduction)) {}
export class HuberLoss extends lossModule((x, target, reduction) => ops.huber_lossSync(x, target, reduction)) {}
/** Of log-probabilities and probabilities. "batchmean", which only this loss has, divides the sum by the batch's size. */
export class KLDivLoss extends Module {
  private readonly reduction: number;

  constructor({ reduction = "mean" }: { reduction?: Reduction | "batchmean" } = {}) {
    super();
    this.reduction = reduction === "batchmean" ? 3 : reductionOf({ reduction });
  }

  forwardSync(x: Tensor, target: Tensor): Tensor {
    return ops.kl_divSync(x, target, this.reduction);
  }
}
/** Of log-probabilities (N, C, ...) and classes (N, ...). */
export class NLLLoss extends lossModule((x, target, reduction) => ops.nll_lossSync(x, target, null, reduction)) {}
export class BCELoss extends lossModule((x, target, reduction) =>
  ops.binary_cross_entropySync(x, target, null, reduction),
) {}
export class BCEWithLogitsLoss extends lossModule((x, target, reduction) =>
  ops.binary_cross_entropy_with_logitsSync(x, target, null, null, reduction),
) {}
