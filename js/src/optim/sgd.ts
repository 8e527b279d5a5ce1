// Stochastic gradient descent.
import type { Tensor } from "../native.js";
import { ops } from "../op_functions.js";
import { withStandard } from "../options.js";
import { checkNotNegative, Optimizer, type Parameters } from "./optimizer.js";

export interface SGDOptions {
  lr: number;
  momentum: number;
  dampening: number;
  weightDecay: number;
  nesterov: boolean;
  maximize: boolean;
}

/** Gradient descent with momentum. State of a parameter: momentum_buffer, where momentum is not zero. */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Parameters<SGDOptions>, options: Partial<SGDOptions> = {}) {
    const standard: SGDOptions = {
      lr: 1e-3,
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
    };
    const defaults = withStandard("SGD", standard, options);
    checkNotNegative("SGD", { lr: defaults.lr, momentum: defaults.momentum, weightDecay: defaults.weightDecay });
    if (defaults.nesterov && (defaults.momentum <= 0 || defaults.dampening !== 0)) {
      throw new RangeError("SGD: Nesterov's momentum requires a momentum and no dampening");
    }
    super(params, defaults);
  }

  protected update(params: Tensor[], grads: Tensor[], options: SGDOptions): void {
    if (options.momentum === 0) return this.launch(params, grads, [], options, false);
    // a buffer begins as the first gradient: those without one are a list of their own
    const isFresh = params.map((p) => !this.state.has(p));
    for (const first of [true, false]) {
      const chosen = params.flatMap((p, i) => (isFresh[i] === first ? [[p, grads[i]!] as const] : []));
      if (chosen.length === 0) continue;
      const buffers = chosen.map(
        ([p]) => this.stateOf(p, () => ({ momentum_buffer: ops.zeros_likeSync(p) }))["momentum_buffer"]!,
      );
      this.launch(
        chosen.map(([p]) => p),
        chosen.map(([, grad]) => grad),
        buffers,
        options,
        first,
      );
    }
  }

  private launch(params: Tensor[], grads: Tensor[], buffers: Tensor[], options: SGDOptions, first: boolean): void {
    ops._fused_sgd_Sync(params, grads, buffers, {
      weight_decay: options.weightDecay,
      momentum: options.momentum,
      lr: options.lr,
      dampening: options.dampening,
      nesterov: options.nesterov,
      maximize: options.maximize,
      is_first_step: first,
    });
  }
}
