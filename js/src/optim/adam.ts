// Adam and AdamW: one multi-tensor kernel a step.
import type { Tensor } from "../native.js";
import { ops } from "../op_functions.js";
import { withStandard } from "../options.js";
import { checkNotNegative, Optimizer, type Parameters } from "./optimizer.js";

export interface AdamOptions {
  lr: number;
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
  amsgrad: boolean;
  maximize: boolean;
}

/** https://arxiv.org/abs/1412.6980. State of a parameter: step, exp_avg, exp_avg_sq, and max_exp_avg_sq with amsgrad. */
export class Adam extends Optimizer<AdamOptions> {
  protected readonly decoupled: boolean = false;

  constructor(params: Parameters<AdamOptions>, options: Partial<AdamOptions> = {}) {
    const standard: AdamOptions = {
      lr: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      amsgrad: false,
      maximize: false,
    };
    const defaults = withStandard("Adam", standard, options);
    checkNotNegative("Adam", { lr: defaults.lr, eps: defaults.eps, weightDecay: defaults.weightDecay });
    if (defaults.betas.some((beta) => !(beta >= 0 && beta < 1)))
      throw new RangeError(`Adam: expected betas in [0, 1), got ${defaults.betas}`);
    super(params, defaults);
  }

  protected update(params: Tensor[], grads: Tensor[], options: AdamOptions): void {
    const states = params.map((p) =>
      this.stateOf(p, () => ({
        step: ops.zerosSync([], { dtype: "float32", device: p.device }),
        exp_avg: ops.zeros_likeSync(p),
        exp_avg_sq: ops.zeros_likeSync(p),
        ...(options.amsgrad && { max_exp_avg_sq: ops.zeros_likeSync(p) }),
      })),
    );
    const of = (name: string) => states.map((state) => state[name]!);
    const steps = of("step");
    ops._foreach_add_Sync(steps, 1);
    const kernel = this.decoupled ? ops._fused_adamw_Sync : ops._fused_adam_Sync;
    kernel(params, grads, of("exp_avg"), of("exp_avg_sq"), options.amsgrad ? of("max_exp_avg_sq") : [], steps, {
      lr: options.lr,
      beta1: options.betas[0],
      beta2: options.betas[1],
      weight_decay: options.weightDecay,
      eps: options.eps,
      amsgrad: options.amsgrad,
      maximize: options.maximize,
    });
  }
}

/** Adam with weight decay apart from the gradient: https://arxiv.org/abs/1711.05101. */
export class AdamW extends Adam {
  protected override readonly decoupled: boolean = true;

  constructor(params: Parameters<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, { weightDecay: 1e-2, ...options });
  }
}
