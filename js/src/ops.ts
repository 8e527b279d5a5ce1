// Made by tools/gen_stubs.py from the registry; do not edit.
import type { Generator, Tensor } from "./native.js";
import type { Abortable, DType, MemoryFormat, Scalar, TensorLike } from "./types.js";

/** The public ops, under their names without overload: a promise, and with `Sync` the result. */
export interface Ops {
  _amp_foreach_non_finite_check_and_unscale_(self: readonly (Tensor)[], found_inf: Tensor, inv_scale: Tensor, named?: Abortable): Promise<void>;
  _amp_foreach_non_finite_check_and_unscale_Sync(self: readonly (Tensor)[], found_inf: Tensor, inv_scale: Tensor): void;
  _amp_update_scale_(self: Tensor, growth_tracker: Tensor, found_inf: Tensor, scale_growth_factor: number, scale_backoff_factor: number, growth_interval: number | bigint, named?: Abortable): Promise<void>;
  _amp_update_scale_Sync(self: Tensor, growth_tracker: Tensor, found_inf: Tensor, scale_growth_factor: number, scale_backoff_factor: number, growth_interval: number | bigint): void;
  /** In place: self, marked as coalesced or not. */
  _coalesced_(self: Tensor, coalesced: boolean, named?: Abortable): Promise<Tensor>;
  _coalesced_Sync(self: Tensor, coalesced: boolean): Tensor;
  _foreach_abs(self: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_absSync(self: readonly (Tensor)[]): Tensor[];
  _foreach_abs_(self: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_abs_Sync(self: readonly (Tensor)[]): void;
  _foreach_add(self: readonly (Tensor)[], scalar: Scalar, named?: Abortable): Promise<Tensor[]>;
  _foreach_add(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: { alpha?: Scalar } & Abortable): Promise<Tensor[]>;
  _foreach_addSync(self: readonly (Tensor)[], scalar: Scalar): Tensor[];
  _foreach_addSync(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: { alpha?: Scalar }): Tensor[];
  _foreach_add_(self: readonly (Tensor)[], scalar: Scalar, named?: Abortable): Promise<void>;
  _foreach_add_(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: { alpha?: Scalar } & Abortable): Promise<void>;
  _foreach_add_Sync(self: readonly (Tensor)[], scalar: Scalar): void;
  _foreach_add_Sync(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: { alpha?: Scalar }): void;
  _foreach_addcdiv(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], value: Scalar, named?: { value?: Scalar } & Abortable): Promise<Tensor[]>;
  _foreach_addcdiv(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], named?: { value?: Scalar } & Abortable): Promise<Tensor[]>;
  _foreach_addcdivSync(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], value: Scalar, named?: { value?: Scalar }): Tensor[];
  _foreach_addcdivSync(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], named?: { value?: Scalar }): Tensor[];
  _foreach_addcdiv_(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], value: Scalar, named?: { value?: Scalar } & Abortable): Promise<void>;
  _foreach_addcdiv_(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], named?: { value?: Scalar } & Abortable): Promise<void>;
  _foreach_addcdiv_Sync(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], value: Scalar, named?: { value?: Scalar }): void;
  _foreach_addcdiv_Sync(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], named?: { value?: Scalar }): void;
  _foreach_addcmul(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], value: Scalar, named?: { value?: Scalar } & Abortable): Promise<Tensor[]>;
  _foreach_addcmul(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], named?: { value?: Scalar } & Abortable): Promise<Tensor[]>;
  _foreach_addcmulSync(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], value: Scalar, named?: { value?: Scalar }): Tensor[];
  _foreach_addcmulSync(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], named?: { value?: Scalar }): Tensor[];
  _foreach_addcmul_(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], value: Scalar, named?: { value?: Scalar } & Abortable): Promise<void>;
  _foreach_addcmul_(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], named?: { value?: Scalar } & Abortable): Promise<void>;
  _foreach_addcmul_Sync(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], value: Scalar, named?: { value?: Scalar }): void;
  _foreach_addcmul_Sync(self: readonly (Tensor)[], tensor1: readonly (Tensor)[], tensor2: readonly (Tensor)[], named?: { value?: Scalar }): void;
  _foreach_copy_(self: readonly (Tensor)[], src: readonly (Tensor)[], non_blocking: boolean, named?: { non_blocking?: boolean } & Abortable): Promise<void>;
  _foreach_copy_(self: readonly (Tensor)[], src: readonly (Tensor)[], named?: { non_blocking?: boolean } & Abortable): Promise<void>;
  _foreach_copy_Sync(self: readonly (Tensor)[], src: readonly (Tensor)[], non_blocking: boolean, named?: { non_blocking?: boolean }): void;
  _foreach_copy_Sync(self: readonly (Tensor)[], src: readonly (Tensor)[], named?: { non_blocking?: boolean }): void;
  _foreach_div(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_div(self: readonly (Tensor)[], scalar: Scalar, named?: Abortable): Promise<Tensor[]>;
  _foreach_divSync(self: readonly (Tensor)[], other: readonly (Tensor)[]): Tensor[];
  _foreach_divSync(self: readonly (Tensor)[], scalar: Scalar): Tensor[];
  _foreach_div_(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_div_(self: readonly (Tensor)[], scalar: Scalar, named?: Abortable): Promise<void>;
  _foreach_div_Sync(self: readonly (Tensor)[], other: readonly (Tensor)[]): void;
  _foreach_div_Sync(self: readonly (Tensor)[], scalar: Scalar): void;
  _foreach_exp(self: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_expSync(self: readonly (Tensor)[]): Tensor[];
  _foreach_exp_(self: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_exp_Sync(self: readonly (Tensor)[]): void;
  _foreach_lerp(self: readonly (Tensor)[], tensors1: readonly (Tensor)[], weight: Scalar, named?: Abortable): Promise<Tensor[]>;
  _foreach_lerpSync(self: readonly (Tensor)[], tensors1: readonly (Tensor)[], weight: Scalar): Tensor[];
  _foreach_lerp_(self: readonly (Tensor)[], tensors1: readonly (Tensor)[], weight: Scalar, named?: Abortable): Promise<void>;
  _foreach_lerp_Sync(self: readonly (Tensor)[], tensors1: readonly (Tensor)[], weight: Scalar): void;
  _foreach_log(self: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_logSync(self: readonly (Tensor)[]): Tensor[];
  _foreach_log_(self: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_log_Sync(self: readonly (Tensor)[]): void;
  _foreach_maximum(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_maximumSync(self: readonly (Tensor)[], other: readonly (Tensor)[]): Tensor[];
  _foreach_maximum_(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_maximum_Sync(self: readonly (Tensor)[], other: readonly (Tensor)[]): void;
  _foreach_minimum(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_minimumSync(self: readonly (Tensor)[], other: readonly (Tensor)[]): Tensor[];
  _foreach_minimum_(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_minimum_Sync(self: readonly (Tensor)[], other: readonly (Tensor)[]): void;
  _foreach_mul(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_mul(self: readonly (Tensor)[], scalar: Scalar, named?: Abortable): Promise<Tensor[]>;
  _foreach_mulSync(self: readonly (Tensor)[], other: readonly (Tensor)[]): Tensor[];
  _foreach_mulSync(self: readonly (Tensor)[], scalar: Scalar): Tensor[];
  _foreach_mul_(self: readonly (Tensor)[], scalar: Scalar, named?: Abortable): Promise<void>;
  _foreach_mul_(self: readonly (Tensor)[], other: Tensor, named?: Abortable): Promise<void>;
  _foreach_mul_(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_mul_Sync(self: readonly (Tensor)[], scalar: Scalar): void;
  _foreach_mul_Sync(self: readonly (Tensor)[], other: Tensor): void;
  _foreach_mul_Sync(self: readonly (Tensor)[], other: readonly (Tensor)[]): void;
  _foreach_neg(self: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_negSync(self: readonly (Tensor)[]): Tensor[];
  _foreach_neg_(self: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_neg_Sync(self: readonly (Tensor)[]): void;
  _foreach_norm(self: readonly (Tensor)[], ord: Scalar, dtype: DType | null, named?: { ord?: Scalar; dtype?: DType | null } & Abortable): Promise<Tensor[]>;
  _foreach_norm(self: readonly (Tensor)[], ord: Scalar, named?: { ord?: Scalar; dtype?: DType | null } & Abortable): Promise<Tensor[]>;
  _foreach_norm(self: readonly (Tensor)[], named?: { ord?: Scalar; dtype?: DType | null } & Abortable): Promise<Tensor[]>;
  _foreach_normSync(self: readonly (Tensor)[], ord: Scalar, dtype: DType | null, named?: { ord?: Scalar; dtype?: DType | null }): Tensor[];
  _foreach_normSync(self: readonly (Tensor)[], ord: Scalar, named?: { ord?: Scalar; dtype?: DType | null }): Tensor[];
  _foreach_normSync(self: readonly (Tensor)[], named?: { ord?: Scalar; dtype?: DType | null }): Tensor[];
  _foreach_reciprocal(self: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_reciprocalSync(self: readonly (Tensor)[]): Tensor[];
  _foreach_reciprocal_(self: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_reciprocal_Sync(self: readonly (Tensor)[]): void;
  _foreach_rsqrt(self: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_rsqrtSync(self: readonly (Tensor)[]): Tensor[];
  _foreach_rsqrt_(self: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_rsqrt_Sync(self: readonly (Tensor)[]): void;
  _foreach_sign(self: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_signSync(self: readonly (Tensor)[]): Tensor[];
  _foreach_sign_(self: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_sign_Sync(self: readonly (Tensor)[]): void;
  _foreach_sqrt(self: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  _foreach_sqrtSync(self: readonly (Tensor)[]): Tensor[];
  _foreach_sqrt_(self: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_sqrt_Sync(self: readonly (Tensor)[]): void;
  _foreach_sub(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: { alpha?: Scalar } & Abortable): Promise<Tensor[]>;
  _foreach_subSync(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: { alpha?: Scalar }): Tensor[];
  _foreach_sub_(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: { alpha?: Scalar } & Abortable): Promise<void>;
  _foreach_sub_Sync(self: readonly (Tensor)[], other: readonly (Tensor)[], named?: { alpha?: Scalar }): void;
  _foreach_zero_(self: readonly (Tensor)[], named?: Abortable): Promise<void>;
  _foreach_zero_Sync(self: readonly (Tensor)[]): void;
  _fused_adam_(self: readonly (Tensor)[], grads: readonly (Tensor)[], exp_avgs: readonly (Tensor)[], exp_avg_sqs: readonly (Tensor)[], max_exp_avg_sqs: readonly (Tensor)[], state_steps: readonly (Tensor)[], named: { lr: number; beta1: number; beta2: number; weight_decay: number; eps: number; amsgrad: boolean; maximize: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null } & Abortable): Promise<void>;
  _fused_adam_(self: readonly (Tensor)[], grads: readonly (Tensor)[], exp_avgs: readonly (Tensor)[], exp_avg_sqs: readonly (Tensor)[], max_exp_avg_sqs: readonly (Tensor)[], state_steps: readonly (Tensor)[], named: { lr: Tensor; beta1: number; beta2: number; weight_decay: number; eps: number; amsgrad: boolean; maximize: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null } & Abortable): Promise<void>;
  _fused_adam_Sync(self: readonly (Tensor)[], grads: readonly (Tensor)[], exp_avgs: readonly (Tensor)[], exp_avg_sqs: readonly (Tensor)[], max_exp_avg_sqs: readonly (Tensor)[], state_steps: readonly (Tensor)[], named: { lr: number; beta1: number; beta2: number; weight_decay: number; eps: number; amsgrad: boolean; maximize: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null }): void;
  _fused_adam_Sync(self: readonly (Tensor)[], grads: readonly (Tensor)[], exp_avgs: readonly (Tensor)[], exp_avg_sqs: readonly (Tensor)[], max_exp_avg_sqs: readonly (Tensor)[], state_steps: readonly (Tensor)[], named: { lr: Tensor; beta1: number; beta2: number; weight_decay: number; eps: number; amsgrad: boolean; maximize: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null }): void;
  _fused_adamw_(self: readonly (Tensor)[], grads: readonly (Tensor)[], exp_avgs: readonly (Tensor)[], exp_avg_sqs: readonly (Tensor)[], max_exp_avg_sqs: readonly (Tensor)[], state_steps: readonly (Tensor)[], named: { lr: number; beta1: number; beta2: number; weight_decay: number; eps: number; amsgrad: boolean; maximize: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null } & Abortable): Promise<void>;
  _fused_adamw_(self: readonly (Tensor)[], grads: readonly (Tensor)[], exp_avgs: readonly (Tensor)[], exp_avg_sqs: readonly (Tensor)[], max_exp_avg_sqs: readonly (Tensor)[], state_steps: readonly (Tensor)[], named: { lr: Tensor; beta1: number; beta2: number; weight_decay: number; eps: number; amsgrad: boolean; maximize: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null } & Abortable): Promise<void>;
  _fused_adamw_Sync(self: readonly (Tensor)[], grads: readonly (Tensor)[], exp_avgs: readonly (Tensor)[], exp_avg_sqs: readonly (Tensor)[], max_exp_avg_sqs: readonly (Tensor)[], state_steps: readonly (Tensor)[], named: { lr: number; beta1: number; beta2: number; weight_decay: number; eps: number; amsgrad: boolean; maximize: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null }): void;
  _fused_adamw_Sync(self: readonly (Tensor)[], grads: readonly (Tensor)[], exp_avgs: readonly (Tensor)[], exp_avg_sqs: readonly (Tensor)[], max_exp_avg_sqs: readonly (Tensor)[], state_steps: readonly (Tensor)[], named: { lr: Tensor; beta1: number; beta2: number; weight_decay: number; eps: number; amsgrad: boolean; maximize: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null }): void;
  _fused_rms_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, eps: number, named?: Abortable): Promise<[Tensor, Tensor]>;
  _fused_rms_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, eps: number, named: { out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  _fused_rms_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, eps: number): [Tensor, Tensor];
  _fused_rms_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, eps: number, named: { out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  _fused_sgd_(self: readonly (Tensor)[], grads: readonly (Tensor)[], momentum_buffer_list: readonly (Tensor)[], named: { weight_decay: number; momentum: number; lr: number; dampening: number; nesterov: boolean; maximize: boolean; is_first_step: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null } & Abortable): Promise<void>;
  _fused_sgd_(self: readonly (Tensor)[], grads: readonly (Tensor)[], momentum_buffer_list: readonly (Tensor)[], named: { weight_decay: number; momentum: number; lr: Tensor; dampening: number; nesterov: boolean; maximize: boolean; is_first_step: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null } & Abortable): Promise<void>;
  _fused_sgd_Sync(self: readonly (Tensor)[], grads: readonly (Tensor)[], momentum_buffer_list: readonly (Tensor)[], named: { weight_decay: number; momentum: number; lr: number; dampening: number; nesterov: boolean; maximize: boolean; is_first_step: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null }): void;
  _fused_sgd_Sync(self: readonly (Tensor)[], grads: readonly (Tensor)[], momentum_buffer_list: readonly (Tensor)[], named: { weight_decay: number; momentum: number; lr: Tensor; dampening: number; nesterov: boolean; maximize: boolean; is_first_step: boolean; grad_scale?: Tensor | null; found_inf?: Tensor | null }): void;
  /** Products by groups, which end at offs: of rows (m, k) with (groups, k, n), of columns (groups, m, k) with (k, n), of terms (m, k) with (k, n), which gives (groups, m, n). Without offs (groups, m, k) with (groups, k, n). Rows and columns behind the last group are zeros. offs never falls; it is not read on the host. */
  _grouped_mm(self: Tensor, mat2: Tensor, offs: Tensor | null, bias: Tensor | null, out_dtype: DType | null, named?: { offs?: Tensor | null; bias?: Tensor | null; out_dtype?: DType | null } & Abortable): Promise<Tensor>;
  _grouped_mm(self: Tensor, mat2: Tensor, offs: Tensor | null, bias: Tensor | null, named?: { offs?: Tensor | null; bias?: Tensor | null; out_dtype?: DType | null } & Abortable): Promise<Tensor>;
  _grouped_mm(self: Tensor, mat2: Tensor, offs: Tensor | null, named?: { offs?: Tensor | null; bias?: Tensor | null; out_dtype?: DType | null } & Abortable): Promise<Tensor>;
  _grouped_mm(self: Tensor, mat2: Tensor, named?: { offs?: Tensor | null; bias?: Tensor | null; out_dtype?: DType | null } & Abortable): Promise<Tensor>;
  _grouped_mmSync(self: Tensor, mat2: Tensor, offs: Tensor | null, bias: Tensor | null, out_dtype: DType | null, named?: { offs?: Tensor | null; bias?: Tensor | null; out_dtype?: DType | null }): Tensor;
  _grouped_mmSync(self: Tensor, mat2: Tensor, offs: Tensor | null, bias: Tensor | null, named?: { offs?: Tensor | null; bias?: Tensor | null; out_dtype?: DType | null }): Tensor;
  _grouped_mmSync(self: Tensor, mat2: Tensor, offs: Tensor | null, named?: { offs?: Tensor | null; bias?: Tensor | null; out_dtype?: DType | null }): Tensor;
  _grouped_mmSync(self: Tensor, mat2: Tensor, named?: { offs?: Tensor | null; bias?: Tensor | null; out_dtype?: DType | null }): Tensor;
  /** For each dim of points (..., dims) the edges of that many bins of one width, in `range` or that of the points. */
  _histogramdd_bin_edges(self: Tensor, bins: number | bigint | readonly (number | bigint)[], named?: { range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean } & Abortable): Promise<Tensor[]>;
  _histogramdd_bin_edgesSync(self: Tensor, bins: number | bigint | readonly (number | bigint)[], named?: { range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean }): Tensor[];
  /** How many points (..., dims) lie between the edges of each dim: (bins of the first dim, ...). */
  _histogramdd_from_bin_tensors(self: Tensor, bins: readonly (Tensor)[], named?: { weight?: Tensor | null; density?: boolean } & Abortable): Promise<Tensor>;
  _histogramdd_from_bin_tensorsSync(self: Tensor, bins: readonly (Tensor)[], named?: { weight?: Tensor | null; density?: boolean }): Tensor;
  /** indices() of a tensor that may be uncoalesced. */
  _indices(self: Tensor, named?: Abortable): Promise<Tensor>;
  _indicesSync(self: Tensor): Tensor;
  _log_softmax(self: Tensor, dim: number | bigint, half_to_float: boolean, named?: Abortable): Promise<Tensor>;
  _log_softmax(self: Tensor, dim: number | bigint, half_to_float: boolean, named: { out: Tensor } & Abortable): Promise<Tensor>;
  _log_softmaxSync(self: Tensor, dim: number | bigint, half_to_float: boolean): Tensor;
  _log_softmaxSync(self: Tensor, dim: number | bigint, half_to_float: boolean, named: { out: Tensor }): Tensor;
  _log_softmax_backward_data(grad_output: Tensor, output: Tensor, dim: number | bigint, input_dtype: DType, named?: Abortable): Promise<Tensor>;
  _log_softmax_backward_data(grad_output: Tensor, output: Tensor, dim: number | bigint, input_dtype: DType, named: { out: Tensor } & Abortable): Promise<Tensor>;
  _log_softmax_backward_dataSync(grad_output: Tensor, output: Tensor, dim: number | bigint, input_dtype: DType): Tensor;
  _log_softmax_backward_dataSync(grad_output: Tensor, output: Tensor, dim: number | bigint, input_dtype: DType, named: { out: Tensor }): Tensor;
  /** The number of entries. */
  _nnz(self: Tensor, named?: Abortable): Promise<number | bigint>;
  _nnzSync(self: Tensor): number | bigint;
  /** The steps of padded sequences (steps, batch, *), longest first, without the padding: step 0 of all, then step 1 of those that have one, ...; and how many have each step. lengths (batch) on the CPU. */
  _pack_padded_sequence(input: Tensor, lengths: Tensor, batch_first: boolean, named?: Abortable): Promise<[Tensor, Tensor]>;
  _pack_padded_sequenceSync(input: Tensor, lengths: Tensor, batch_first: boolean): [Tensor, Tensor];
  /** What _pack_padded_sequence packed, padded again to total_length steps or to the longest; and the lengths. */
  _pad_packed_sequence(data: Tensor, batch_sizes: Tensor, batch_first: boolean, padding_value: Scalar, total_length: number | bigint, named?: Abortable): Promise<[Tensor, Tensor]>;
  _pad_packed_sequenceSync(data: Tensor, batch_sizes: Tensor, batch_first: boolean, padding_value: Scalar, total_length: number | bigint): [Tensor, Tensor];
  _sample_dirichlet(self: Tensor, generator: Generator | null, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  _sample_dirichlet(self: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  _sample_dirichletSync(self: Tensor, generator: Generator | null, named?: { generator?: Generator | null }): Tensor;
  _sample_dirichletSync(self: Tensor, named?: { generator?: Generator | null }): Tensor;
  /** scale_a * input @ mat2 * scale_b + bias of 8-bit floats, in out_dtype, or input's dtype: (m, k) @ (k, n). The scales are float32, one number each or (m, 1) and (1, n). An 8-bit result is multiplied with scale_result and saturates. use_fast_accum: CUDA may keep sums in fewer bits than float32's. */
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, out_dtype: DType | null, use_fast_accum: boolean, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean } & Abortable): Promise<Tensor>;
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, out_dtype: DType | null, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean } & Abortable): Promise<Tensor>;
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean } & Abortable): Promise<Tensor>;
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean } & Abortable): Promise<Tensor>;
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean } & Abortable): Promise<Tensor>;
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, out_dtype: DType | null, use_fast_accum: boolean, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, out_dtype: DType | null, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  _scaled_mm(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, out_dtype: DType | null, use_fast_accum: boolean, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean }): Tensor;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, out_dtype: DType | null, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean }): Tensor;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean }): Tensor;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean }): Tensor;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, named?: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean }): Tensor;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, out_dtype: DType | null, use_fast_accum: boolean, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor }): Tensor;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, out_dtype: DType | null, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor }): Tensor;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, scale_result: Tensor | null, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor }): Tensor;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, bias: Tensor | null, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor }): Tensor;
  _scaled_mmSync(self: Tensor, mat2: Tensor, scale_a: Tensor, scale_b: Tensor, named: { bias?: Tensor | null; scale_result?: Tensor | null; out_dtype?: DType | null; use_fast_accum?: boolean; out: Tensor }): Tensor;
  /** segment_reduce under the name that programs of graphs call. */
  _segment_reduce(data: Tensor, reduce: string, named?: { lengths?: Tensor | null; indices?: Tensor | null; offsets?: Tensor | null; axis?: number | bigint; unsafe?: boolean; initial?: Scalar | null } & Abortable): Promise<Tensor>;
  _segment_reduceSync(data: Tensor, reduce: string, named?: { lengths?: Tensor | null; indices?: Tensor | null; offsets?: Tensor | null; axis?: number | bigint; unsafe?: boolean; initial?: Scalar | null }): Tensor;
  _softmax(self: Tensor, dim: number | bigint, half_to_float: boolean, named?: Abortable): Promise<Tensor>;
  _softmax(self: Tensor, dim: number | bigint, half_to_float: boolean, named: { out: Tensor } & Abortable): Promise<Tensor>;
  _softmaxSync(self: Tensor, dim: number | bigint, half_to_float: boolean): Tensor;
  _softmaxSync(self: Tensor, dim: number | bigint, half_to_float: boolean, named: { out: Tensor }): Tensor;
  _softmax_backward_data(grad_output: Tensor, output: Tensor, dim: number | bigint, input_dtype: DType, named?: Abortable): Promise<Tensor>;
  _softmax_backward_data(grad_output: Tensor, output: Tensor, dim: number | bigint, input_dtype: DType, named: { out: Tensor } & Abortable): Promise<Tensor>;
  _softmax_backward_dataSync(grad_output: Tensor, output: Tensor, dim: number | bigint, input_dtype: DType): Tensor;
  _softmax_backward_dataSync(grad_output: Tensor, output: Tensor, dim: number | bigint, input_dtype: DType, named: { out: Tensor }): Tensor;
  /** The product of a sparse matrix and one in memory in which the terms of a row are reduced by `reduce`: sum, mean, amax or amin. */
  _sparse_mm_reduce(self: Tensor, mat2: Tensor, reduce: string, named?: Abortable): Promise<Tensor>;
  _sparse_mm_reduceSync(self: Tensor, mat2: Tensor, reduce: string): Tensor;
  _standard_gamma(self: Tensor, generator: Generator | null, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  _standard_gamma(self: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  _standard_gammaSync(self: Tensor, generator: Generator | null, named?: { generator?: Generator | null }): Tensor;
  _standard_gammaSync(self: Tensor, named?: { generator?: Generator | null }): Tensor;
  /** values() of a tensor that may be uncoalesced, without a gradient. */
  _values(self: Tensor, named?: Abortable): Promise<Tensor>;
  _valuesSync(self: Tensor): Tensor;
  /** v with its slices along dim brought to the lengths g. */
  _weight_norm(v: Tensor, g: Tensor, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  _weight_norm(v: Tensor, g: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  _weight_normSync(v: Tensor, g: Tensor, dim: number | bigint, named?: { dim?: number | bigint }): Tensor;
  _weight_normSync(v: Tensor, g: Tensor, named?: { dim?: number | bigint }): Tensor;
  /** The |x|, of every element; of the shape of input. */
  abs(self: Tensor, named?: Abortable): Promise<Tensor>;
  abs(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  absSync(self: Tensor): Tensor;
  absSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the |x|, of every element; of the shape of input. */
  abs_(self: Tensor, named?: Abortable): Promise<Tensor>;
  abs_Sync(self: Tensor): Tensor;
  absolute(self: Tensor, named?: Abortable): Promise<Tensor>;
  absolute(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  absoluteSync(self: Tensor): Tensor;
  absoluteSync(self: Tensor, named: { out: Tensor }): Tensor;
  absolute_(self: Tensor, named?: Abortable): Promise<Tensor>;
  absolute_Sync(self: Tensor): Tensor;
  /** The arccosine, of every element; of the shape of input. */
  acos(self: Tensor, named?: Abortable): Promise<Tensor>;
  acos(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  acosSync(self: Tensor): Tensor;
  acosSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the arccosine, of every element; of the shape of input. */
  acos_(self: Tensor, named?: Abortable): Promise<Tensor>;
  acos_Sync(self: Tensor): Tensor;
  /** The inverse hyperbolic cosine, of every element; of the shape of input. */
  acosh(self: Tensor, named?: Abortable): Promise<Tensor>;
  acosh(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  acoshSync(self: Tensor): Tensor;
  acoshSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the inverse hyperbolic cosine, of every element; of the shape of input. */
  acosh_(self: Tensor, named?: Abortable): Promise<Tensor>;
  acosh_Sync(self: Tensor): Tensor;
  /** Pools the last dims to output_size, over windows as even as they can be. */
  adaptive_avg_pool1d(self: Tensor, output_size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  adaptive_avg_pool1dSync(self: Tensor, output_size: number | bigint | readonly (number | bigint)[]): Tensor;
  /** Pools the last dims to output_size, over windows as even as they can be. */
  adaptive_avg_pool2d(self: Tensor, output_size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  adaptive_avg_pool2dSync(self: Tensor, output_size: number | bigint | readonly (number | bigint)[]): Tensor;
  /** Pools the last dims to output_size, over windows as even as they can be. */
  adaptive_avg_pool3d(self: Tensor, output_size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  adaptive_avg_pool3dSync(self: Tensor, output_size: number | bigint | readonly (number | bigint)[]): Tensor;
  /** Pools the last dims to output_size, over windows as even as they can be. */
  adaptive_max_pool1d(self: Tensor, output_size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<[Tensor, Tensor]>;
  adaptive_max_pool1dSync(self: Tensor, output_size: number | bigint | readonly (number | bigint)[]): [Tensor, Tensor];
  /** Pools the last dims to output_size, over windows as even as they can be. */
  adaptive_max_pool2d(self: Tensor, output_size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<[Tensor, Tensor]>;
  adaptive_max_pool2dSync(self: Tensor, output_size: number | bigint | readonly (number | bigint)[]): [Tensor, Tensor];
  /** Pools the last dims to output_size, over windows as even as they can be. */
  adaptive_max_pool3d(self: Tensor, output_size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<[Tensor, Tensor]>;
  adaptive_max_pool3dSync(self: Tensor, output_size: number | bigint | readonly (number | bigint)[]): [Tensor, Tensor];
  /** Input + alpha * other, element by element; the shapes broadcast, the dtypes promote. */
  add(self: TensorLike, other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  add(self: TensorLike, other: TensorLike, named: { alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  addSync(self: TensorLike, other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  addSync(self: TensorLike, other: TensorLike, named: { alpha?: Scalar; out: Tensor }): Tensor;
  /** In place: input + alpha * other, element by element; the shapes broadcast, the dtypes promote. */
  add_(self: Tensor, other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  add_Sync(self: Tensor, other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  /** beta * input + alpha * the sum of all batch1[i] @ batch2[i]. */
  addbmm(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addbmm(self: Tensor, batch1: Tensor, batch2: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  addbmmSync(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addbmmSync(self: Tensor, batch1: Tensor, batch2: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor }): Tensor;
  /** In place: beta * self + alpha * the sum of all batch1[i] @ batch2[i]. */
  addbmm_(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addbmm_Sync(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addcdiv(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  addcdiv(self: Tensor, tensor1: Tensor, tensor2: Tensor, named: { value?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  addcdivSync(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcdivSync(self: Tensor, tensor1: Tensor, tensor2: Tensor, named: { value?: Scalar; out: Tensor }): Tensor;
  addcdiv_(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  addcdiv_Sync(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcmul(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  addcmul(self: Tensor, tensor1: Tensor, tensor2: Tensor, named: { value?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  addcmulSync(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcmulSync(self: Tensor, tensor1: Tensor, tensor2: Tensor, named: { value?: Scalar; out: Tensor }): Tensor;
  addcmul_(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  addcmul_Sync(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  /** beta * input + alpha * (mat1 (n, m) @ mat2 (m, p)); input broadcasts to (n, p). */
  addmm(self: Tensor, mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addmm(self: Tensor, mat1: Tensor, mat2: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  addmmSync(self: Tensor, mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addmmSync(self: Tensor, mat1: Tensor, mat2: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor }): Tensor;
  /** In place: beta * self + alpha * (mat1 @ mat2); self broadcasts to (n, p). */
  addmm_(self: Tensor, mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addmm_Sync(self: Tensor, mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** beta * input + alpha * (mat @ vec). */
  addmv(self: Tensor, mat: Tensor, vec: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addmv(self: Tensor, mat: Tensor, vec: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  addmvSync(self: Tensor, mat: Tensor, vec: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addmvSync(self: Tensor, mat: Tensor, vec: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor }): Tensor;
  /** In place: beta * self + alpha * (mat @ vec). */
  addmv_(self: Tensor, mat: Tensor, vec: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addmv_Sync(self: Tensor, mat: Tensor, vec: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** beta * input + alpha * outer(vec1, vec2). */
  addr(self: Tensor, vec1: Tensor, vec2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addr(self: Tensor, vec1: Tensor, vec2: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  addrSync(self: Tensor, vec1: Tensor, vec2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addrSync(self: Tensor, vec1: Tensor, vec2: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor }): Tensor;
  /** In place: beta * self + alpha * outer(vec1, vec2). */
  addr_(self: Tensor, vec1: Tensor, vec2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addr_Sync(self: Tensor, vec1: Tensor, vec2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  adjoint(self: Tensor, named?: Abortable): Promise<Tensor>;
  adjointSync(self: Tensor): Tensor;
  /** The grid (N, ..., 2) or (N, ..., 3) of the images of all elements of a tensor (N, C, ...) of sizes `size` under the affine maps theta (N, 2, 3) or (N, 3, 4). */
  affine_grid_generator(theta: Tensor, size: number | bigint | readonly (number | bigint)[], align_corners: boolean, named?: Abortable): Promise<Tensor>;
  affine_grid_generatorSync(theta: Tensor, size: number | bigint | readonly (number | bigint)[], align_corners: boolean): Tensor;
  alias_copy(self: Tensor, named?: Abortable): Promise<Tensor>;
  alias_copy(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  alias_copySync(self: Tensor): Tensor;
  alias_copySync(self: Tensor, named: { out: Tensor }): Tensor;
  /** The answer whether all are nonzero, of all elements or along dim, which goes or stays with size 1. */
  all(self: Tensor, named?: Abortable): Promise<Tensor>;
  all(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  all(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  all(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  all(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  all(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  all(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  all(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  all(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  all(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  all(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  all(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  allSync(self: Tensor): Tensor;
  allSync(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  allSync(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean }): Tensor;
  allSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  allSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  allSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  allSync(self: Tensor, named: { out: Tensor }): Tensor;
  allSync(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out: Tensor }): Tensor;
  allSync(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out: Tensor }): Tensor;
  allSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor }): Tensor;
  allSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor }): Tensor;
  allSync(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor }): Tensor;
  /** Whether |input - other| <= atol + rtol * |other| everywhere. */
  allclose(self: Tensor, other: Tensor, rtol: number, atol: number, equal_nan: boolean, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Scalar>;
  allclose(self: Tensor, other: Tensor, rtol: number, atol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Scalar>;
  allclose(self: Tensor, other: Tensor, rtol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Scalar>;
  allclose(self: Tensor, other: Tensor, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Scalar>;
  allcloseSync(self: Tensor, other: Tensor, rtol: number, atol: number, equal_nan: boolean, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Scalar;
  allcloseSync(self: Tensor, other: Tensor, rtol: number, atol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Scalar;
  allcloseSync(self: Tensor, other: Tensor, rtol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Scalar;
  allcloseSync(self: Tensor, other: Tensor, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Scalar;
  alpha_dropout(input: Tensor, p: number, train: boolean, named?: Abortable): Promise<Tensor>;
  alpha_dropoutSync(input: Tensor, p: number, train: boolean): Tensor;
  /** The largest element, of all elements or along dim, which goes or stays with size 1. */
  amax(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amax(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amax(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amax(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  amax(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  amax(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  amaxSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  amaxSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  amaxSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  amaxSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor }): Tensor;
  amaxSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor }): Tensor;
  amaxSync(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor }): Tensor;
  /** The smallest element, of all elements or along dim, which goes or stays with size 1. */
  amin(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amin(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amin(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amin(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  amin(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  amin(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  aminSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  aminSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  aminSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  aminSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor }): Tensor;
  aminSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor }): Tensor;
  aminSync(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; out: Tensor }): Tensor;
  aminmax(self: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  aminmax(self: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  aminmaxSync(self: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean }): [Tensor, Tensor];
  aminmaxSync(self: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  angle(self: Tensor, named?: Abortable): Promise<Tensor>;
  angle(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  angleSync(self: Tensor): Tensor;
  angleSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** The answer whether one is nonzero, of all elements or along dim, which goes or stays with size 1. */
  any(self: Tensor, named?: Abortable): Promise<Tensor>;
  any(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  any(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  any(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  any(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  any(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  any(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  any(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  any(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  any(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  any(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  any(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  anySync(self: Tensor): Tensor;
  anySync(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  anySync(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean }): Tensor;
  anySync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  anySync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  anySync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  anySync(self: Tensor, named: { out: Tensor }): Tensor;
  anySync(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out: Tensor }): Tensor;
  anySync(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out: Tensor }): Tensor;
  anySync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor }): Tensor;
  anySync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor }): Tensor;
  anySync(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; out: Tensor }): Tensor;
  /** The numbers from start up to end, without it, by step: 1-d. */
  arange(end: Scalar, named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  arange(start: Scalar, end: Scalar, named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  arange(start: Scalar, end: Scalar, step: Scalar, named?: { step?: Scalar; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  arange(start: Scalar, end: Scalar, named?: { step?: Scalar; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  arange(end: Scalar, named: { dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  arange(start: Scalar, end: Scalar, named: { dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  arange(start: Scalar, end: Scalar, step: Scalar, named: { step?: Scalar; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  arange(start: Scalar, end: Scalar, named: { step?: Scalar; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  arangeSync(end: Scalar, named?: { dtype?: DType | null; device?: string | null }): Tensor;
  arangeSync(start: Scalar, end: Scalar, named?: { dtype?: DType | null; device?: string | null }): Tensor;
  arangeSync(start: Scalar, end: Scalar, step: Scalar, named?: { step?: Scalar; dtype?: DType | null; device?: string | null }): Tensor;
  arangeSync(start: Scalar, end: Scalar, named?: { step?: Scalar; dtype?: DType | null; device?: string | null }): Tensor;
  arangeSync(end: Scalar, named: { dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  arangeSync(start: Scalar, end: Scalar, named: { dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  arangeSync(start: Scalar, end: Scalar, step: Scalar, named: { step?: Scalar; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  arangeSync(start: Scalar, end: Scalar, named: { step?: Scalar; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  arccos(self: Tensor, named?: Abortable): Promise<Tensor>;
  arccos(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  arccosSync(self: Tensor): Tensor;
  arccosSync(self: Tensor, named: { out: Tensor }): Tensor;
  arccos_(self: Tensor, named?: Abortable): Promise<Tensor>;
  arccos_Sync(self: Tensor): Tensor;
  arccosh(self: Tensor, named?: Abortable): Promise<Tensor>;
  arccosh(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  arccoshSync(self: Tensor): Tensor;
  arccoshSync(self: Tensor, named: { out: Tensor }): Tensor;
  arccosh_(self: Tensor, named?: Abortable): Promise<Tensor>;
  arccosh_Sync(self: Tensor): Tensor;
  arcsin(self: Tensor, named?: Abortable): Promise<Tensor>;
  arcsin(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  arcsinSync(self: Tensor): Tensor;
  arcsinSync(self: Tensor, named: { out: Tensor }): Tensor;
  arcsin_(self: Tensor, named?: Abortable): Promise<Tensor>;
  arcsin_Sync(self: Tensor): Tensor;
  arcsinh(self: Tensor, named?: Abortable): Promise<Tensor>;
  arcsinh(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  arcsinhSync(self: Tensor): Tensor;
  arcsinhSync(self: Tensor, named: { out: Tensor }): Tensor;
  arcsinh_(self: Tensor, named?: Abortable): Promise<Tensor>;
  arcsinh_Sync(self: Tensor): Tensor;
  arctan(self: Tensor, named?: Abortable): Promise<Tensor>;
  arctan(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  arctanSync(self: Tensor): Tensor;
  arctanSync(self: Tensor, named: { out: Tensor }): Tensor;
  arctan2(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  arctan2(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  arctan2Sync(self: Tensor, other: Tensor): Tensor;
  arctan2Sync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  arctan2_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  arctan2_Sync(self: Tensor, other: Tensor): Tensor;
  arctan_(self: Tensor, named?: Abortable): Promise<Tensor>;
  arctan_Sync(self: Tensor): Tensor;
  arctanh(self: Tensor, named?: Abortable): Promise<Tensor>;
  arctanh(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  arctanhSync(self: Tensor): Tensor;
  arctanhSync(self: Tensor, named: { out: Tensor }): Tensor;
  arctanh_(self: Tensor, named?: Abortable): Promise<Tensor>;
  arctanh_Sync(self: Tensor): Tensor;
  /** The position of the largest element, of all elements or along dim, which goes or stays with size 1. */
  argmax(self: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmax(self: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmax(self: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmax(self: Tensor, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  argmax(self: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  argmax(self: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  argmaxSync(self: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argmaxSync(self: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argmaxSync(self: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argmaxSync(self: Tensor, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor }): Tensor;
  argmaxSync(self: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor }): Tensor;
  argmaxSync(self: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor }): Tensor;
  /** The position of the smallest element, of all elements or along dim, which goes or stays with size 1. */
  argmin(self: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmin(self: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmin(self: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmin(self: Tensor, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  argmin(self: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  argmin(self: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  argminSync(self: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argminSync(self: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argminSync(self: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argminSync(self: Tensor, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor }): Tensor;
  argminSync(self: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor }): Tensor;
  argminSync(self: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; out: Tensor }): Tensor;
  /** The positions of the elements along dim in order; int64, of the shape of input. */
  argsort(self: Tensor, dim: number | bigint, descending: boolean, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<Tensor>;
  argsort(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<Tensor>;
  argsort(self: Tensor, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<Tensor>;
  argsort(self: Tensor, named: { stable: boolean; dim?: number | bigint; descending?: boolean } & Abortable): Promise<Tensor>;
  argsortSync(self: Tensor, dim: number | bigint, descending: boolean, named?: { dim?: number | bigint; descending?: boolean }): Tensor;
  argsortSync(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; descending?: boolean }): Tensor;
  argsortSync(self: Tensor, named?: { dim?: number | bigint; descending?: boolean }): Tensor;
  argsortSync(self: Tensor, named: { stable: boolean; dim?: number | bigint; descending?: boolean }): Tensor;
  argwhere(self: Tensor, named?: Abortable): Promise<Tensor>;
  argwhereSync(self: Tensor): Tensor;
  as_strided(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_strided(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_stridedSync(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null }): Tensor;
  as_stridedSync(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null }): Tensor;
  as_strided_copy(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_strided_copy(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_strided_copy(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named: { storage_offset?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  as_strided_copy(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named: { storage_offset?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  as_strided_copySync(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null }): Tensor;
  as_strided_copySync(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null }): Tensor;
  as_strided_copySync(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named: { storage_offset?: number | bigint | null; out: Tensor }): Tensor;
  as_strided_copySync(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named: { storage_offset?: number | bigint | null; out: Tensor }): Tensor;
  /** A copy of input with src where as_strided(input, size, stride, storage_offset) is. */
  as_strided_scatter(self: Tensor, src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_strided_scatter(self: Tensor, src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_strided_scatter(self: Tensor, src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named: { storage_offset?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  as_strided_scatter(self: Tensor, src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named: { storage_offset?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  as_strided_scatterSync(self: Tensor, src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null }): Tensor;
  as_strided_scatterSync(self: Tensor, src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null }): Tensor;
  as_strided_scatterSync(self: Tensor, src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named: { storage_offset?: number | bigint | null; out: Tensor }): Tensor;
  as_strided_scatterSync(self: Tensor, src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named: { storage_offset?: number | bigint | null; out: Tensor }): Tensor;
  /** The arcsine, of every element; of the shape of input. */
  asin(self: Tensor, named?: Abortable): Promise<Tensor>;
  asin(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  asinSync(self: Tensor): Tensor;
  asinSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the arcsine, of every element; of the shape of input. */
  asin_(self: Tensor, named?: Abortable): Promise<Tensor>;
  asin_Sync(self: Tensor): Tensor;
  /** The inverse hyperbolic sine, of every element; of the shape of input. */
  asinh(self: Tensor, named?: Abortable): Promise<Tensor>;
  asinh(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  asinhSync(self: Tensor): Tensor;
  asinhSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the inverse hyperbolic sine, of every element; of the shape of input. */
  asinh_(self: Tensor, named?: Abortable): Promise<Tensor>;
  asinh_Sync(self: Tensor): Tensor;
  /** The arctangent, of every element; of the shape of input. */
  atan(self: Tensor, named?: Abortable): Promise<Tensor>;
  atan(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  atanSync(self: Tensor): Tensor;
  atanSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** The angle of the point (other, input), element by element; the shapes broadcast, the dtypes promote. */
  atan2(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  atan2(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  atan2Sync(self: Tensor, other: Tensor): Tensor;
  atan2Sync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the angle of the point (other, input), element by element; the shapes broadcast, the dtypes promote. */
  atan2_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  atan2_Sync(self: Tensor, other: Tensor): Tensor;
  /** In place: the arctangent, of every element; of the shape of input. */
  atan_(self: Tensor, named?: Abortable): Promise<Tensor>;
  atan_Sync(self: Tensor): Tensor;
  /** The inverse hyperbolic tangent, of every element; of the shape of input. */
  atanh(self: Tensor, named?: Abortable): Promise<Tensor>;
  atanh(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  atanhSync(self: Tensor): Tensor;
  atanhSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the inverse hyperbolic tangent, of every element; of the shape of input. */
  atanh_(self: Tensor, named?: Abortable): Promise<Tensor>;
  atanh_Sync(self: Tensor): Tensor;
  atleast_1d(self: Tensor, named?: Abortable): Promise<Tensor>;
  atleast_1d(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  atleast_1dSync(self: Tensor): Tensor;
  atleast_1dSync(tensors: readonly (Tensor)[]): Tensor[];
  atleast_2d(self: Tensor, named?: Abortable): Promise<Tensor>;
  atleast_2d(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  atleast_2dSync(self: Tensor): Tensor;
  atleast_2dSync(tensors: readonly (Tensor)[]): Tensor[];
  atleast_3d(self: Tensor, named?: Abortable): Promise<Tensor>;
  atleast_3d(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  atleast_3dSync(self: Tensor): Tensor;
  atleast_3dSync(tensors: readonly (Tensor)[]): Tensor[];
  /** The mean of each window of the last dims. Zeros of the padding count unless count_include_pad is False; divisor_override is divided by instead. */
  avg_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean } & Abortable): Promise<Tensor>;
  avg_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean } & Abortable): Promise<Tensor>;
  avg_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean } & Abortable): Promise<Tensor>;
  avg_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean } & Abortable): Promise<Tensor>;
  avg_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean } & Abortable): Promise<Tensor>;
  avg_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean }): Tensor;
  avg_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean }): Tensor;
  avg_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean }): Tensor;
  avg_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean }): Tensor;
  avg_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean }): Tensor;
  /** The mean of each window of the last dims. Zeros of the padding count unless count_include_pad is False; divisor_override is divided by instead. */
  avg_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, divisor_override: number | bigint | null, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, divisor_override: number | bigint | null, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  /** The mean of each window of the last dims. Zeros of the padding count unless count_include_pad is False; divisor_override is divided by instead. */
  avg_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, divisor_override: number | bigint | null, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null } & Abortable): Promise<Tensor>;
  avg_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, divisor_override: number | bigint | null, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, count_include_pad: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  avg_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: number | bigint | null }): Tensor;
  /** beta * input + alpha * (batch1 @ batch2), batch by batch; input broadcasts. */
  baddbmm(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  baddbmm(self: Tensor, batch1: Tensor, batch2: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  baddbmmSync(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  baddbmmSync(self: Tensor, batch1: Tensor, batch2: Tensor, named: { beta?: Scalar; alpha?: Scalar; out: Tensor }): Tensor;
  /** In place: beta * self + alpha * (batch1 @ batch2), batch by batch; self broadcasts. */
  baddbmm_(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  baddbmm_Sync(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** 1 - abs(2 n / (N - 1) - 1) for n < window_length, a triangle; N is that, or with `periodic` one more. */
  bartlett_window(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  bartlett_window(window_length: number | bigint, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  bartlett_windowSync(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  bartlett_windowSync(window_length: number | bigint, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** (x - mean) / sqrt(var + eps) * weight + bias per channel, the second dim: statistics of the input if training, which then move the running ones by momentum, or else the running ones. */
  batch_norm(input: Tensor, weight: Tensor | null, bias: Tensor | null, running_mean: Tensor | null, running_var: Tensor | null, training: boolean, momentum: number, eps: number, cudnn_enabled: boolean, named?: Abortable): Promise<Tensor>;
  batch_normSync(input: Tensor, weight: Tensor | null, bias: Tensor | null, running_mean: Tensor | null, running_var: Tensor | null, training: boolean, momentum: number, eps: number, cudnn_enabled: boolean): Tensor;
  /** 0 or 1 at random, 1 with the probabilities in input. */
  bernoulli(self: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulli(self: Tensor, p: number, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulli(self: Tensor, named: { generator?: Generator | null; out: Tensor } & Abortable): Promise<Tensor>;
  bernoulliSync(self: Tensor, named?: { generator?: Generator | null }): Tensor;
  bernoulliSync(self: Tensor, p: number, named?: { generator?: Generator | null }): Tensor;
  bernoulliSync(self: Tensor, named: { generator?: Generator | null; out: Tensor }): Tensor;
  /** In place: 0 or 1 at random, 1 with the probabilities in input. */
  bernoulli_(self: Tensor, p: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulli_(self: Tensor, p: number, named?: { p?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulli_(self: Tensor, named?: { p?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulli_Sync(self: Tensor, p: Tensor, named?: { generator?: Generator | null }): Tensor;
  bernoulli_Sync(self: Tensor, p: number, named?: { p?: number; generator?: Generator | null }): Tensor;
  bernoulli_Sync(self: Tensor, named?: { p?: number; generator?: Generator | null }): Tensor;
  bfloat16(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  bfloat16Sync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** x1 @ weight[k] @ x2 + bias[k]: (*, in1), (*, in2), (out, in1, in2), (out) give (*, out). */
  bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null } & Abortable): Promise<Tensor>;
  bilinear(input1: Tensor, input2: Tensor, weight: Tensor, named?: { bias?: Tensor | null } & Abortable): Promise<Tensor>;
  bilinearSync(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null }): Tensor;
  bilinearSync(input1: Tensor, input2: Tensor, weight: Tensor, named?: { bias?: Tensor | null }): Tensor;
  /** Cross entropy of probabilities input in [0, 1] and target, which has input's shape; weight multiplies it. */
  binary_cross_entropy(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  binary_cross_entropy(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  binary_cross_entropy(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  binary_cross_entropySync(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  binary_cross_entropySync(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  binary_cross_entropySync(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  /** binary_cross_entropy of sigmoid(input), without its overflow; pos_weight multiplies the positive part. */
  binary_cross_entropy_with_logits(self: Tensor, target: Tensor, weight: Tensor | null, pos_weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  binary_cross_entropy_with_logits(self: Tensor, target: Tensor, weight: Tensor | null, pos_weight: Tensor | null, named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  binary_cross_entropy_with_logits(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  binary_cross_entropy_with_logits(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  binary_cross_entropy_with_logitsSync(self: Tensor, target: Tensor, weight: Tensor | null, pos_weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  binary_cross_entropy_with_logitsSync(self: Tensor, target: Tensor, weight: Tensor | null, pos_weight: Tensor | null, named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  binary_cross_entropy_with_logitsSync(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  binary_cross_entropy_with_logitsSync(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  /** How often each number occurs in input (n), or the sums of weights. */
  bincount(self: Tensor, weights: Tensor | null, minlength: number | bigint, named?: { weights?: Tensor | null; minlength?: number | bigint } & Abortable): Promise<Tensor>;
  bincount(self: Tensor, weights: Tensor | null, named?: { weights?: Tensor | null; minlength?: number | bigint } & Abortable): Promise<Tensor>;
  bincount(self: Tensor, named?: { weights?: Tensor | null; minlength?: number | bigint } & Abortable): Promise<Tensor>;
  bincountSync(self: Tensor, weights: Tensor | null, minlength: number | bigint, named?: { weights?: Tensor | null; minlength?: number | bigint }): Tensor;
  bincountSync(self: Tensor, weights: Tensor | null, named?: { weights?: Tensor | null; minlength?: number | bigint }): Tensor;
  bincountSync(self: Tensor, named?: { weights?: Tensor | null; minlength?: number | bigint }): Tensor;
  binomial(count: Tensor, prob: Tensor, generator: Generator | null, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  binomial(count: Tensor, prob: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  binomialSync(count: Tensor, prob: Tensor, generator: Generator | null, named?: { generator?: Generator | null }): Tensor;
  binomialSync(count: Tensor, prob: Tensor, named?: { generator?: Generator | null }): Tensor;
  bitwise_and(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_and(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  bitwise_and(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  bitwise_andSync(self: Tensor, other: TensorLike): Tensor;
  bitwise_andSync(self: Scalar, other: Tensor): Tensor;
  bitwise_andSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  bitwise_and_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_and_Sync(self: Tensor, other: TensorLike): Tensor;
  bitwise_left_shift(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_left_shift(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  bitwise_left_shift(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  bitwise_left_shiftSync(self: Tensor, other: TensorLike): Tensor;
  bitwise_left_shiftSync(self: Scalar, other: Tensor): Tensor;
  bitwise_left_shiftSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  bitwise_left_shift_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_left_shift_Sync(self: Tensor, other: TensorLike): Tensor;
  bitwise_not(self: Tensor, named?: Abortable): Promise<Tensor>;
  bitwise_not(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  bitwise_notSync(self: Tensor): Tensor;
  bitwise_notSync(self: Tensor, named: { out: Tensor }): Tensor;
  bitwise_not_(self: Tensor, named?: Abortable): Promise<Tensor>;
  bitwise_not_Sync(self: Tensor): Tensor;
  bitwise_or(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_or(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  bitwise_or(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  bitwise_orSync(self: Tensor, other: TensorLike): Tensor;
  bitwise_orSync(self: Scalar, other: Tensor): Tensor;
  bitwise_orSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  bitwise_or_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_or_Sync(self: Tensor, other: TensorLike): Tensor;
  bitwise_right_shift(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_right_shift(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  bitwise_right_shift(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  bitwise_right_shiftSync(self: Tensor, other: TensorLike): Tensor;
  bitwise_right_shiftSync(self: Scalar, other: Tensor): Tensor;
  bitwise_right_shiftSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  bitwise_right_shift_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_right_shift_Sync(self: Tensor, other: TensorLike): Tensor;
  bitwise_xor(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_xor(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  bitwise_xor(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  bitwise_xorSync(self: Tensor, other: TensorLike): Tensor;
  bitwise_xorSync(self: Scalar, other: Tensor): Tensor;
  bitwise_xorSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  bitwise_xor_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_xor_Sync(self: Tensor, other: TensorLike): Tensor;
  /** 0.42 - 0.5 * cos(2 pi n / (N - 1)) + 0.08 * cos(4 pi n / (N - 1)) for n < window_length; N is that, or with `periodic` one more. */
  blackman_window(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  blackman_window(window_length: number | bigint, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  blackman_windowSync(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  blackman_windowSync(window_length: number | bigint, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** A matrix with the given ones along its diagonal and zeros elsewhere; vectors are rows. */
  block_diag(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor>;
  block_diagSync(tensors: readonly (Tensor)[]): Tensor;
  /** The matrix products of input (b, n, m) and mat2 (b, m, p): (b, n, p). */
  bmm(self: Tensor, mat2: Tensor, named?: Abortable): Promise<Tensor>;
  bmm(self: Tensor, mat2: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  bmmSync(self: Tensor, mat2: Tensor): Tensor;
  bmmSync(self: Tensor, mat2: Tensor, named: { out: Tensor }): Tensor;
  bool(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  boolSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  broadcast_tensors(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  broadcast_tensorsSync(tensors: readonly (Tensor)[]): Tensor[];
  broadcast_to(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  broadcast_toSync(self: Tensor, size: number | bigint | readonly (number | bigint)[]): Tensor;
  bucketize(self: TensorLike, boundaries: Tensor, named?: { out_int32?: boolean; right?: boolean } & Abortable): Promise<Tensor>;
  bucketize(self: TensorLike, boundaries: Tensor, named: { out_int32?: boolean; right?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  bucketizeSync(self: TensorLike, boundaries: Tensor, named?: { out_int32?: boolean; right?: boolean }): Tensor;
  bucketizeSync(self: TensorLike, boundaries: Tensor, named: { out_int32?: boolean; right?: boolean; out: Tensor }): Tensor;
  byte(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  byteSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** All combinations of the elements of vectors, one a row. */
  cartesian_prod(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor>;
  cartesian_prodSync(tensors: readonly (Tensor)[]): Tensor;
  /** The tensors joined along a dim in which their sizes may differ. */
  cat(tensors: readonly (Tensor)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  cat(tensors: readonly (Tensor)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  cat(tensors: readonly (Tensor)[], dim: number | bigint, named: { dim?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  cat(tensors: readonly (Tensor)[], named: { dim?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  catSync(tensors: readonly (Tensor)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor;
  catSync(tensors: readonly (Tensor)[], named?: { dim?: number | bigint }): Tensor;
  catSync(tensors: readonly (Tensor)[], dim: number | bigint, named: { dim?: number | bigint; out: Tensor }): Tensor;
  catSync(tensors: readonly (Tensor)[], named: { dim?: number | bigint; out: Tensor }): Tensor;
  cauchy_(self: Tensor, median: number, sigma: number, named?: { median?: number; sigma?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  cauchy_(self: Tensor, median: number, named?: { median?: number; sigma?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  cauchy_(self: Tensor, named?: { median?: number; sigma?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  cauchy_Sync(self: Tensor, median: number, sigma: number, named?: { median?: number; sigma?: number; generator?: Generator | null }): Tensor;
  cauchy_Sync(self: Tensor, median: number, named?: { median?: number; sigma?: number; generator?: Generator | null }): Tensor;
  cauchy_Sync(self: Tensor, named?: { median?: number; sigma?: number; generator?: Generator | null }): Tensor;
  /** Where the entries of each column of a CSC or BSC tensor begin. */
  ccol_indices(self: Tensor, named?: Abortable): Promise<Tensor>;
  ccol_indicesSync(self: Tensor): Tensor;
  /** p-norms of the differences of rows: (*, P, M) and (*, R, M) give (*, P, R). compute_mode, for p 2: 1 by a product of matrices, 2 by differences, 0 by a product where there are more than 25 rows. */
  cdist(x1: Tensor, x2: Tensor, p: number, compute_mode: number | bigint | null, named?: { p?: number; compute_mode?: number | bigint | null } & Abortable): Promise<Tensor>;
  cdist(x1: Tensor, x2: Tensor, p: number, named?: { p?: number; compute_mode?: number | bigint | null } & Abortable): Promise<Tensor>;
  cdist(x1: Tensor, x2: Tensor, named?: { p?: number; compute_mode?: number | bigint | null } & Abortable): Promise<Tensor>;
  cdistSync(x1: Tensor, x2: Tensor, p: number, compute_mode: number | bigint | null, named?: { p?: number; compute_mode?: number | bigint | null }): Tensor;
  cdistSync(x1: Tensor, x2: Tensor, p: number, named?: { p?: number; compute_mode?: number | bigint | null }): Tensor;
  cdistSync(x1: Tensor, x2: Tensor, named?: { p?: number; compute_mode?: number | bigint | null }): Tensor;
  cdouble(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  cdoubleSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** The smallest whole number not below x, of every element; of the shape of input. */
  ceil(self: Tensor, named?: Abortable): Promise<Tensor>;
  ceil(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  ceilSync(self: Tensor): Tensor;
  ceilSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the smallest whole number not below x, of every element; of the shape of input. */
  ceil_(self: Tensor, named?: Abortable): Promise<Tensor>;
  ceil_Sync(self: Tensor): Tensor;
  celu(self: Tensor, alpha: Scalar, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  celu(self: Tensor, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  celuSync(self: Tensor, alpha: Scalar, named?: { alpha?: Scalar }): Tensor;
  celuSync(self: Tensor, named?: { alpha?: Scalar }): Tensor;
  celu_(self: Tensor, alpha: Scalar, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  celu_(self: Tensor, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  celu_Sync(self: Tensor, alpha: Scalar, named?: { alpha?: Scalar }): Tensor;
  celu_Sync(self: Tensor, named?: { alpha?: Scalar }): Tensor;
  cfloat(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  cfloatSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** The first channel of each group, then the second of each, and so on: (N, C, *). */
  channel_shuffle(self: Tensor, groups: number | bigint, named?: Abortable): Promise<Tensor>;
  channel_shuffleSync(self: Tensor, groups: number | bigint): Tensor;
  char(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  charSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** torch.linalg.cholesky under its old name. */
  cholesky(self: Tensor, upper: boolean, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky(self: Tensor, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky(self: Tensor, upper: boolean, named: { upper?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  cholesky(self: Tensor, named: { upper?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  choleskySync(self: Tensor, upper: boolean, named?: { upper?: boolean }): Tensor;
  choleskySync(self: Tensor, named?: { upper?: boolean }): Tensor;
  choleskySync(self: Tensor, upper: boolean, named: { upper?: boolean; out: Tensor }): Tensor;
  choleskySync(self: Tensor, named: { upper?: boolean; out: Tensor }): Tensor;
  /** The inverse of the matrix with the Cholesky factor input (..., n, n). */
  cholesky_inverse(self: Tensor, upper: boolean, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky_inverse(self: Tensor, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky_inverse(self: Tensor, upper: boolean, named: { upper?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  cholesky_inverse(self: Tensor, named: { upper?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  cholesky_inverseSync(self: Tensor, upper: boolean, named?: { upper?: boolean }): Tensor;
  cholesky_inverseSync(self: Tensor, named?: { upper?: boolean }): Tensor;
  cholesky_inverseSync(self: Tensor, upper: boolean, named: { upper?: boolean; out: Tensor }): Tensor;
  cholesky_inverseSync(self: Tensor, named: { upper?: boolean; out: Tensor }): Tensor;
  /** X of A X = input (..., n, k) for the Cholesky factor input2 (..., n, n) of A. */
  cholesky_solve(self: Tensor, input2: Tensor, upper: boolean, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky_solve(self: Tensor, input2: Tensor, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky_solve(self: Tensor, input2: Tensor, upper: boolean, named: { upper?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  cholesky_solve(self: Tensor, input2: Tensor, named: { upper?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  cholesky_solveSync(self: Tensor, input2: Tensor, upper: boolean, named?: { upper?: boolean }): Tensor;
  cholesky_solveSync(self: Tensor, input2: Tensor, named?: { upper?: boolean }): Tensor;
  cholesky_solveSync(self: Tensor, input2: Tensor, upper: boolean, named: { upper?: boolean; out: Tensor }): Tensor;
  cholesky_solveSync(self: Tensor, input2: Tensor, named: { upper?: boolean; out: Tensor }): Tensor;
  /** Views of input along dim, about chunks of them, the last perhaps shorter. */
  chunk(self: Tensor, chunks: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  chunk(self: Tensor, chunks: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  chunkSync(self: Tensor, chunks: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  chunkSync(self: Tensor, chunks: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  /** input limited to [min, max]. */
  clamp(self: Tensor, min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, min: Scalar | null, max: Scalar | null, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, min: Scalar | null, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, min: TensorLike | null, max: TensorLike | null, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, min: TensorLike | null, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor } & Abortable): Promise<Tensor>;
  clamp(self: Tensor, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor } & Abortable): Promise<Tensor>;
  clampSync(self: Tensor, min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clampSync(self: Tensor, min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clampSync(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clampSync(self: Tensor, min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clampSync(self: Tensor, min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clampSync(self: Tensor, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clampSync(self: Tensor, min: Scalar | null, max: Scalar | null, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor }): Tensor;
  clampSync(self: Tensor, min: Scalar | null, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor }): Tensor;
  clampSync(self: Tensor, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor }): Tensor;
  clampSync(self: Tensor, min: TensorLike | null, max: TensorLike | null, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor }): Tensor;
  clampSync(self: Tensor, min: TensorLike | null, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor }): Tensor;
  clampSync(self: Tensor, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor }): Tensor;
  /** In place: input limited to [min, max]. */
  clamp_(self: Tensor, min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp_(self: Tensor, min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp_(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp_(self: Tensor, min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp_(self: Tensor, min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp_(self: Tensor, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp_Sync(self: Tensor, min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp_Sync(self: Tensor, min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp_Sync(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp_Sync(self: Tensor, min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clamp_Sync(self: Tensor, min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clamp_Sync(self: Tensor, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clamp_max(self: Tensor, max: Scalar, named?: Abortable): Promise<Tensor>;
  clamp_max(self: Tensor, max: TensorLike, named?: Abortable): Promise<Tensor>;
  clamp_max(self: Tensor, max: Scalar, named: { out: Tensor } & Abortable): Promise<Tensor>;
  clamp_max(self: Tensor, max: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  clamp_maxSync(self: Tensor, max: Scalar): Tensor;
  clamp_maxSync(self: Tensor, max: TensorLike): Tensor;
  clamp_maxSync(self: Tensor, max: Scalar, named: { out: Tensor }): Tensor;
  clamp_maxSync(self: Tensor, max: TensorLike, named: { out: Tensor }): Tensor;
  clamp_max_(self: Tensor, max: Scalar, named?: Abortable): Promise<Tensor>;
  clamp_max_(self: Tensor, max: TensorLike, named?: Abortable): Promise<Tensor>;
  clamp_max_Sync(self: Tensor, max: Scalar): Tensor;
  clamp_max_Sync(self: Tensor, max: TensorLike): Tensor;
  clamp_min(self: Tensor, min: Scalar, named?: Abortable): Promise<Tensor>;
  clamp_min(self: Tensor, min: TensorLike, named?: Abortable): Promise<Tensor>;
  clamp_min(self: Tensor, min: Scalar, named: { out: Tensor } & Abortable): Promise<Tensor>;
  clamp_min(self: Tensor, min: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  clamp_minSync(self: Tensor, min: Scalar): Tensor;
  clamp_minSync(self: Tensor, min: TensorLike): Tensor;
  clamp_minSync(self: Tensor, min: Scalar, named: { out: Tensor }): Tensor;
  clamp_minSync(self: Tensor, min: TensorLike, named: { out: Tensor }): Tensor;
  clamp_min_(self: Tensor, min: Scalar, named?: Abortable): Promise<Tensor>;
  clamp_min_(self: Tensor, min: TensorLike, named?: Abortable): Promise<Tensor>;
  clamp_min_Sync(self: Tensor, min: Scalar): Tensor;
  clamp_min_Sync(self: Tensor, min: TensorLike): Tensor;
  clip(self: Tensor, min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip(self: Tensor, min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip(self: Tensor, min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip(self: Tensor, min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip(self: Tensor, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip(self: Tensor, min: Scalar | null, max: Scalar | null, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor } & Abortable): Promise<Tensor>;
  clip(self: Tensor, min: Scalar | null, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor } & Abortable): Promise<Tensor>;
  clip(self: Tensor, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor } & Abortable): Promise<Tensor>;
  clip(self: Tensor, min: TensorLike | null, max: TensorLike | null, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor } & Abortable): Promise<Tensor>;
  clip(self: Tensor, min: TensorLike | null, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor } & Abortable): Promise<Tensor>;
  clip(self: Tensor, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor } & Abortable): Promise<Tensor>;
  clipSync(self: Tensor, min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clipSync(self: Tensor, min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clipSync(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clipSync(self: Tensor, min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clipSync(self: Tensor, min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clipSync(self: Tensor, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clipSync(self: Tensor, min: Scalar | null, max: Scalar | null, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor }): Tensor;
  clipSync(self: Tensor, min: Scalar | null, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor }): Tensor;
  clipSync(self: Tensor, named: { min?: Scalar | null; max?: Scalar | null; out: Tensor }): Tensor;
  clipSync(self: Tensor, min: TensorLike | null, max: TensorLike | null, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor }): Tensor;
  clipSync(self: Tensor, min: TensorLike | null, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor }): Tensor;
  clipSync(self: Tensor, named: { min?: TensorLike | null; max?: TensorLike | null; out: Tensor }): Tensor;
  clip_(self: Tensor, min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip_(self: Tensor, min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip_(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip_(self: Tensor, min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip_(self: Tensor, min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip_(self: Tensor, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip_Sync(self: Tensor, min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clip_Sync(self: Tensor, min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clip_Sync(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clip_Sync(self: Tensor, min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clip_Sync(self: Tensor, min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clip_Sync(self: Tensor, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  /** A copy of input with memory of its own, part of its history. */
  clone(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  cloneSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** Self with its entries in order and none twice, those of one place added up; itinput if it is so. */
  coalesce(self: Tensor, named?: Abortable): Promise<Tensor>;
  coalesceSync(self: Tensor): Tensor;
  /** Columns (N, C * elements, places) added up to images (N, C, H, W) where im2col would take them from. */
  col2im(self: Tensor, output_size: number | bigint | readonly (number | bigint)[], kernel_size: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  col2imSync(self: Tensor, output_size: number | bigint | readonly (number | bigint)[], kernel_size: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[]): Tensor;
  /** The column of each entry of a CSR or BSR tensor. */
  col_indices(self: Tensor, named?: Abortable): Promise<Tensor>;
  col_indicesSync(self: Tensor): Tensor;
  column_stack(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor>;
  column_stack(tensors: readonly (Tensor)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  column_stackSync(tensors: readonly (Tensor)[]): Tensor;
  column_stackSync(tensors: readonly (Tensor)[], named: { out: Tensor }): Tensor;
  /** All choices of r elements of a vector, one a row, in order of their places. */
  combinations(self: Tensor, r: number | bigint, with_replacement: boolean, named?: { r?: number | bigint; with_replacement?: boolean } & Abortable): Promise<Tensor>;
  combinations(self: Tensor, r: number | bigint, named?: { r?: number | bigint; with_replacement?: boolean } & Abortable): Promise<Tensor>;
  combinations(self: Tensor, named?: { r?: number | bigint; with_replacement?: boolean } & Abortable): Promise<Tensor>;
  combinationsSync(self: Tensor, r: number | bigint, with_replacement: boolean, named?: { r?: number | bigint; with_replacement?: boolean }): Tensor;
  combinationsSync(self: Tensor, r: number | bigint, named?: { r?: number | bigint; with_replacement?: boolean }): Tensor;
  combinationsSync(self: Tensor, named?: { r?: number | bigint; with_replacement?: boolean }): Tensor;
  complex(real: Tensor, imag: Tensor, named?: Abortable): Promise<Tensor>;
  complex(real: Tensor, imag: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  complexSync(real: Tensor, imag: Tensor): Tensor;
  complexSync(real: Tensor, imag: Tensor, named: { out: Tensor }): Tensor;
  concat(tensors: readonly (Tensor)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  concat(tensors: readonly (Tensor)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  concatSync(tensors: readonly (Tensor)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor;
  concatSync(tensors: readonly (Tensor)[], named?: { dim?: number | bigint }): Tensor;
  concatenate(tensors: readonly (Tensor)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  concatenate(tensors: readonly (Tensor)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  concatenateSync(tensors: readonly (Tensor)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor;
  concatenateSync(tensors: readonly (Tensor)[], named?: { dim?: number | bigint }): Tensor;
  conj(self: Tensor, named?: Abortable): Promise<Tensor>;
  conjSync(self: Tensor): Tensor;
  conj_physical(self: Tensor, named?: Abortable): Promise<Tensor>;
  conj_physical(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  conj_physicalSync(self: Tensor): Tensor;
  conj_physicalSync(self: Tensor, named: { out: Tensor }): Tensor;
  conj_physical_(self: Tensor, named?: Abortable): Promise<Tensor>;
  conj_physical_Sync(self: Tensor): Tensor;
  constant_pad_nd(self: Tensor, pad: number | bigint | readonly (number | bigint)[], value: Scalar, named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  constant_pad_nd(self: Tensor, pad: number | bigint | readonly (number | bigint)[], named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  constant_pad_ndSync(self: Tensor, pad: number | bigint | readonly (number | bigint)[], value: Scalar, named?: { value?: Scalar }): Tensor;
  constant_pad_ndSync(self: Tensor, pad: number | bigint | readonly (number | bigint)[], named?: { value?: Scalar }): Tensor;
  contiguous(self: Tensor, named?: { memory_format?: MemoryFormat } & Abortable): Promise<Tensor>;
  contiguousSync(self: Tensor, named?: { memory_format?: MemoryFormat }): Tensor;
  /** Each output channel is the sum, over the input channels of its group, of their correlation with a kernel. input (N, C, ...) or (C, ...), weight (filters, C / groups, ...), bias (filters). padding: zeros on both sides of each spatial dim, "valid" for none, or "same" for a result of the input's size. */
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1d(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv1dSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  /** Each output channel is the sum, over the input channels of its group, of their correlation with a kernel. input (N, C, ...) or (C, ...), weight (filters, C / groups, ...), bias (filters). padding: zeros on both sides of each spatial dim, "valid" for none, or "same" for a result of the input's size. */
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2d(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv2dSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  /** Each output channel is the sum, over the input channels of its group, of their correlation with a kernel. input (N, C, ...) or (C, ...), weight (filters, C / groups, ...), bias (filters). padding: zeros on both sides of each spatial dim, "valid" for none, or "same" for a result of the input's size. */
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3d(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint } & Abortable): Promise<Tensor>;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: string, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  conv3dSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: string; dilation?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint }): Tensor;
  /** The transposed convolution, which is the gradient of a convolution with respect to its input. input (N, C, ...) or (C, ...), weight (C, filters / groups, ...), bias (filters). output_padding: outputs added behind each spatial dim, of those that a stride leaves undecided. */
  conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose1d(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose1d(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose1dSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose1dSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  /** The transposed convolution, which is the gradient of a convolution with respect to its input. input (N, C, ...) or (C, ...), weight (C, filters / groups, ...), bias (filters). output_padding: outputs added behind each spatial dim, of those that a stride leaves undecided. */
  conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose2d(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose2dSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose2dSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  /** The transposed convolution, which is the gradient of a convolution with respect to its input. input (N, C, ...) or (C, ...), weight (C, filters / groups, ...), bias (filters). output_padding: outputs added behind each spatial dim, of those that a stride leaves undecided. */
  conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose3d(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose3d(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  conv_transpose3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, dilation: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], output_padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose3dSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  conv_transpose3dSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null; stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; output_padding?: number | bigint | readonly (number | bigint)[]; groups?: number | bigint; dilation?: number | bigint | readonly (number | bigint)[] }): Tensor;
  convolution(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], transposed: boolean, output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, named?: Abortable): Promise<Tensor>;
  convolution(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], transposed: boolean, output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  convolutionSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], transposed: boolean, output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint): Tensor;
  convolutionSync(input: Tensor, weight: Tensor, bias: Tensor | null, stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], transposed: boolean, output_padding: number | bigint | readonly (number | bigint)[], groups: number | bigint, named: { out: Tensor }): Tensor;
  copy_(self: Tensor, src: Tensor, non_blocking: boolean, named?: { non_blocking?: boolean } & Abortable): Promise<Tensor>;
  copy_(self: Tensor, src: Tensor, named?: { non_blocking?: boolean } & Abortable): Promise<Tensor>;
  copy_Sync(self: Tensor, src: Tensor, non_blocking: boolean, named?: { non_blocking?: boolean }): Tensor;
  copy_Sync(self: Tensor, src: Tensor, named?: { non_blocking?: boolean }): Tensor;
  copysign(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  copysign(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  copysignSync(self: Tensor, other: TensorLike): Tensor;
  copysignSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  copysign_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  copysign_Sync(self: Tensor, other: TensorLike): Tensor;
  /** Pearson's correlations of variables (rows) by their observations (columns). */
  corrcoef(self: Tensor, named?: Abortable): Promise<Tensor>;
  corrcoefSync(self: Tensor): Tensor;
  /** The cosine, of every element; of the shape of input. */
  cos(self: Tensor, named?: Abortable): Promise<Tensor>;
  cos(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  cosSync(self: Tensor): Tensor;
  cosSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the cosine, of every element; of the shape of input. */
  cos_(self: Tensor, named?: Abortable): Promise<Tensor>;
  cos_Sync(self: Tensor): Tensor;
  /** The hyperbolic cosine, of every element; of the shape of input. */
  cosh(self: Tensor, named?: Abortable): Promise<Tensor>;
  cosh(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  coshSync(self: Tensor): Tensor;
  coshSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the hyperbolic cosine, of every element; of the shape of input. */
  cosh_(self: Tensor, named?: Abortable): Promise<Tensor>;
  cosh_Sync(self: Tensor): Tensor;
  /** 1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1; (N, D), (N, D), (N). */
  cosine_embedding_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: number, reduction: number | bigint, named?: { margin?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  cosine_embedding_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: number, named?: { margin?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  cosine_embedding_loss(input1: Tensor, input2: Tensor, target: Tensor, named?: { margin?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  cosine_embedding_lossSync(input1: Tensor, input2: Tensor, target: Tensor, margin: number, reduction: number | bigint, named?: { margin?: number; reduction?: number | bigint }): Tensor;
  cosine_embedding_lossSync(input1: Tensor, input2: Tensor, target: Tensor, margin: number, named?: { margin?: number; reduction?: number | bigint }): Tensor;
  cosine_embedding_lossSync(input1: Tensor, input2: Tensor, target: Tensor, named?: { margin?: number; reduction?: number | bigint }): Tensor;
  /** Dot product along dim over the product of the norms, each at least eps; the inputs broadcast. */
  cosine_similarity(x1: Tensor, x2: Tensor, dim: number | bigint, eps: number, named?: { dim?: number | bigint; eps?: number } & Abortable): Promise<Tensor>;
  cosine_similarity(x1: Tensor, x2: Tensor, dim: number | bigint, named?: { dim?: number | bigint; eps?: number } & Abortable): Promise<Tensor>;
  cosine_similarity(x1: Tensor, x2: Tensor, named?: { dim?: number | bigint; eps?: number } & Abortable): Promise<Tensor>;
  cosine_similaritySync(x1: Tensor, x2: Tensor, dim: number | bigint, eps: number, named?: { dim?: number | bigint; eps?: number }): Tensor;
  cosine_similaritySync(x1: Tensor, x2: Tensor, dim: number | bigint, named?: { dim?: number | bigint; eps?: number }): Tensor;
  cosine_similaritySync(x1: Tensor, x2: Tensor, named?: { dim?: number | bigint; eps?: number }): Tensor;
  /** The number of elements that are not zero, of all elements or along dim, which goes or stays with size 1. */
  count_nonzero(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  count_nonzero(self: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  count_nonzero(self: Tensor, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  count_nonzero(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  count_nonzero(self: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  count_nonzero(self: Tensor, named: { dim?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  count_nonzeroSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[]): Tensor;
  count_nonzeroSync(self: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null }): Tensor;
  count_nonzeroSync(self: Tensor, named?: { dim?: number | bigint | null }): Tensor;
  count_nonzeroSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { out: Tensor }): Tensor;
  count_nonzeroSync(self: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; out: Tensor }): Tensor;
  count_nonzeroSync(self: Tensor, named: { dim?: number | bigint | null; out: Tensor }): Tensor;
  /** Covariances of variables (rows) by their observations (columns); fweights: how often each was observed, aweights: how much each counts. */
  cov(self: Tensor, named?: { correction?: number | bigint; fweights?: Tensor | null; aweights?: Tensor | null } & Abortable): Promise<Tensor>;
  covSync(self: Tensor, named?: { correction?: number | bigint; fweights?: Tensor | null; aweights?: Tensor | null }): Tensor;
  /** Vector products along dim; without one along the first of size 3. */
  cross(self: Tensor, other: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  cross(self: Tensor, other: Tensor, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  cross(self: Tensor, other: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  cross(self: Tensor, other: Tensor, named: { dim?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  crossSync(self: Tensor, other: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null }): Tensor;
  crossSync(self: Tensor, other: Tensor, named?: { dim?: number | bigint | null }): Tensor;
  crossSync(self: Tensor, other: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; out: Tensor }): Tensor;
  crossSync(self: Tensor, other: Tensor, named: { dim?: number | bigint | null; out: Tensor }): Tensor;
  /** -log softmax(input) at target: class numbers (N, *), or probabilities of input's shape (N, C, *) or (C,). */
  cross_entropy_loss(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, label_smoothing: number, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number } & Abortable): Promise<Tensor>;
  cross_entropy_loss(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number } & Abortable): Promise<Tensor>;
  cross_entropy_loss(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number } & Abortable): Promise<Tensor>;
  cross_entropy_loss(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number } & Abortable): Promise<Tensor>;
  cross_entropy_loss(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number } & Abortable): Promise<Tensor>;
  cross_entropy_lossSync(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, label_smoothing: number, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number }): Tensor;
  cross_entropy_lossSync(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number }): Tensor;
  cross_entropy_lossSync(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number }): Tensor;
  cross_entropy_lossSync(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number }): Tensor;
  cross_entropy_lossSync(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; label_smoothing?: number }): Tensor;
  /** Where the entries of each row of a CSR or BSR tensor begin. */
  crow_indices(self: Tensor, named?: Abortable): Promise<Tensor>;
  crow_indicesSync(self: Tensor): Tensor;
  ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: number | bigint | readonly (number | bigint)[], target_lengths: number | bigint | readonly (number | bigint)[], blank: number | bigint, reduction: number | bigint, zero_infinity: boolean, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean } & Abortable): Promise<Tensor>;
  ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: number | bigint | readonly (number | bigint)[], target_lengths: number | bigint | readonly (number | bigint)[], blank: number | bigint, reduction: number | bigint, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean } & Abortable): Promise<Tensor>;
  ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: number | bigint | readonly (number | bigint)[], target_lengths: number | bigint | readonly (number | bigint)[], blank: number | bigint, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean } & Abortable): Promise<Tensor>;
  ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: number | bigint | readonly (number | bigint)[], target_lengths: number | bigint | readonly (number | bigint)[], named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean } & Abortable): Promise<Tensor>;
  ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: number | bigint, reduction: number | bigint, zero_infinity: boolean, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean } & Abortable): Promise<Tensor>;
  ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: number | bigint, reduction: number | bigint, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean } & Abortable): Promise<Tensor>;
  ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: number | bigint, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean } & Abortable): Promise<Tensor>;
  ctc_loss(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean } & Abortable): Promise<Tensor>;
  ctc_lossSync(log_probs: Tensor, targets: Tensor, input_lengths: number | bigint | readonly (number | bigint)[], target_lengths: number | bigint | readonly (number | bigint)[], blank: number | bigint, reduction: number | bigint, zero_infinity: boolean, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean }): Tensor;
  ctc_lossSync(log_probs: Tensor, targets: Tensor, input_lengths: number | bigint | readonly (number | bigint)[], target_lengths: number | bigint | readonly (number | bigint)[], blank: number | bigint, reduction: number | bigint, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean }): Tensor;
  ctc_lossSync(log_probs: Tensor, targets: Tensor, input_lengths: number | bigint | readonly (number | bigint)[], target_lengths: number | bigint | readonly (number | bigint)[], blank: number | bigint, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean }): Tensor;
  ctc_lossSync(log_probs: Tensor, targets: Tensor, input_lengths: number | bigint | readonly (number | bigint)[], target_lengths: number | bigint | readonly (number | bigint)[], named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean }): Tensor;
  ctc_lossSync(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: number | bigint, reduction: number | bigint, zero_infinity: boolean, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean }): Tensor;
  ctc_lossSync(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: number | bigint, reduction: number | bigint, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean }): Tensor;
  ctc_lossSync(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, blank: number | bigint, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean }): Tensor;
  ctc_lossSync(log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor, named?: { blank?: number | bigint; reduction?: number | bigint; zero_infinity?: boolean }): Tensor;
  /** The largest element so far along dim, and where it was found last. */
  cummax(self: Tensor, dim: number | bigint, named?: Abortable): Promise<[Tensor, Tensor]>;
  cummax(self: Tensor, dim: number | bigint, named: { out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  cummaxSync(self: Tensor, dim: number | bigint): [Tensor, Tensor];
  cummaxSync(self: Tensor, dim: number | bigint, named: { out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** The smallest element so far along dim, and where it was found last. */
  cummin(self: Tensor, dim: number | bigint, named?: Abortable): Promise<[Tensor, Tensor]>;
  cummin(self: Tensor, dim: number | bigint, named: { out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  cumminSync(self: Tensor, dim: number | bigint): [Tensor, Tensor];
  cumminSync(self: Tensor, dim: number | bigint, named: { out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** The products of the elements so far along dim; of the shape of input. */
  cumprod(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  cumprod(self: Tensor, dim: number | bigint, named: { dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  cumprodSync(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  cumprodSync(self: Tensor, dim: number | bigint, named: { dtype?: DType | null; out: Tensor }): Tensor;
  /** In place: the products of the elements so far along dim; of the shape of input. */
  cumprod_(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  cumprod_Sync(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  /** The sums of the elements so far along dim; of the shape of input. */
  cumsum(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  cumsum(self: Tensor, dim: number | bigint, named: { dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  cumsumSync(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  cumsumSync(self: Tensor, dim: number | bigint, named: { dtype?: DType | null; out: Tensor }): Tensor;
  /** In place: the sums of the elements so far along dim; of the shape of input. */
  cumsum_(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  cumsum_Sync(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  cumulative_trapezoid(y: Tensor, x: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  cumulative_trapezoid(y: Tensor, named?: { dx?: Scalar; dim?: number | bigint } & Abortable): Promise<Tensor>;
  cumulative_trapezoidSync(y: Tensor, x: Tensor, named?: { dim?: number | bigint }): Tensor;
  cumulative_trapezoidSync(y: Tensor, named?: { dx?: Scalar; dim?: number | bigint }): Tensor;
  /** The degrees as radians, of every element; of the shape of input. */
  deg2rad(self: Tensor, named?: Abortable): Promise<Tensor>;
  deg2rad(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  deg2radSync(self: Tensor): Tensor;
  deg2radSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the degrees as radians, of every element; of the shape of input. */
  deg2rad_(self: Tensor, named?: Abortable): Promise<Tensor>;
  deg2rad_Sync(self: Tensor): Tensor;
  /** How many of the dims, the last ones, the values have. */
  dense_dim(self: Tensor, named?: Abortable): Promise<number | bigint>;
  dense_dimSync(self: Tensor): number | bigint;
  /** torch.linalg.det under its old name. */
  det(self: Tensor, named?: Abortable): Promise<Tensor>;
  detSync(self: Tensor): Tensor;
  /** A view of input without its history. */
  detach(self: Tensor, named?: Abortable): Promise<Tensor>;
  detachSync(self: Tensor): Tensor;
  detach_copy(self: Tensor, named?: Abortable): Promise<Tensor>;
  detach_copy(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  detach_copySync(self: Tensor): Tensor;
  detach_copySync(self: Tensor, named: { out: Tensor }): Tensor;
  /** The diagonal of a matrix, or the matrix with a vector as its diagonal. */
  diag(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  diag(self: Tensor, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  diag(self: Tensor, diagonal: number | bigint, named: { diagonal?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diag(self: Tensor, named: { diagonal?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diagSync(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  diagSync(self: Tensor, named?: { diagonal?: number | bigint }): Tensor;
  diagSync(self: Tensor, diagonal: number | bigint, named: { diagonal?: number | bigint; out: Tensor }): Tensor;
  diagSync(self: Tensor, named: { diagonal?: number | bigint; out: Tensor }): Tensor;
  diag_embed(self: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diag_embed(self: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diag_embed(self: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diag_embed(self: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diag_embedSync(self: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diag_embedSync(self: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diag_embedSync(self: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diag_embedSync(self: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagflat(self: Tensor, offset: number | bigint, named?: { offset?: number | bigint } & Abortable): Promise<Tensor>;
  diagflat(self: Tensor, named?: { offset?: number | bigint } & Abortable): Promise<Tensor>;
  diagflatSync(self: Tensor, offset: number | bigint, named?: { offset?: number | bigint }): Tensor;
  diagflatSync(self: Tensor, named?: { offset?: number | bigint }): Tensor;
  diagonal(self: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal(self: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal(self: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal(self: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonalSync(self: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonalSync(self: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonalSync(self: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonalSync(self: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_copy(self: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_copy(self: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_copy(self: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_copy(self: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_copy(self: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diagonal_copy(self: Tensor, offset: number | bigint, dim1: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diagonal_copy(self: Tensor, offset: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diagonal_copy(self: Tensor, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diagonal_copySync(self: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_copySync(self: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_copySync(self: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_copySync(self: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_copySync(self: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor }): Tensor;
  diagonal_copySync(self: Tensor, offset: number | bigint, dim1: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor }): Tensor;
  diagonal_copySync(self: Tensor, offset: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor }): Tensor;
  diagonal_copySync(self: Tensor, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor }): Tensor;
  /** A copy of input with src as its diagonal. */
  diagonal_scatter(self: Tensor, src: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_scatter(self: Tensor, src: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_scatter(self: Tensor, src: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_scatter(self: Tensor, src: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_scatter(self: Tensor, src: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diagonal_scatter(self: Tensor, src: Tensor, offset: number | bigint, dim1: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diagonal_scatter(self: Tensor, src: Tensor, offset: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diagonal_scatter(self: Tensor, src: Tensor, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  diagonal_scatterSync(self: Tensor, src: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_scatterSync(self: Tensor, src: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_scatterSync(self: Tensor, src: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_scatterSync(self: Tensor, src: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_scatterSync(self: Tensor, src: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor }): Tensor;
  diagonal_scatterSync(self: Tensor, src: Tensor, offset: number | bigint, dim1: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor }): Tensor;
  diagonal_scatterSync(self: Tensor, src: Tensor, offset: number | bigint, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor }): Tensor;
  diagonal_scatterSync(self: Tensor, src: Tensor, named: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint; out: Tensor }): Tensor;
  /** Differences of neighbours along dim, n times over; prepend and append are joined to input first. */
  diff(self: Tensor, n: number | bigint, dim: number | bigint, prepend: Tensor | null, append: Tensor | null, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diff(self: Tensor, n: number | bigint, dim: number | bigint, prepend: Tensor | null, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diff(self: Tensor, n: number | bigint, dim: number | bigint, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diff(self: Tensor, n: number | bigint, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diff(self: Tensor, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diff(self: Tensor, n: number | bigint, dim: number | bigint, prepend: Tensor | null, append: Tensor | null, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor } & Abortable): Promise<Tensor>;
  diff(self: Tensor, n: number | bigint, dim: number | bigint, prepend: Tensor | null, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor } & Abortable): Promise<Tensor>;
  diff(self: Tensor, n: number | bigint, dim: number | bigint, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor } & Abortable): Promise<Tensor>;
  diff(self: Tensor, n: number | bigint, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor } & Abortable): Promise<Tensor>;
  diff(self: Tensor, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor } & Abortable): Promise<Tensor>;
  diffSync(self: Tensor, n: number | bigint, dim: number | bigint, prepend: Tensor | null, append: Tensor | null, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  diffSync(self: Tensor, n: number | bigint, dim: number | bigint, prepend: Tensor | null, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  diffSync(self: Tensor, n: number | bigint, dim: number | bigint, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  diffSync(self: Tensor, n: number | bigint, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  diffSync(self: Tensor, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  diffSync(self: Tensor, n: number | bigint, dim: number | bigint, prepend: Tensor | null, append: Tensor | null, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor }): Tensor;
  diffSync(self: Tensor, n: number | bigint, dim: number | bigint, prepend: Tensor | null, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor }): Tensor;
  diffSync(self: Tensor, n: number | bigint, dim: number | bigint, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor }): Tensor;
  diffSync(self: Tensor, n: number | bigint, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor }): Tensor;
  diffSync(self: Tensor, named: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null; out: Tensor }): Tensor;
  /** The derivative of log|gamma(x)|, of every element; of the shape of input. */
  digamma(self: Tensor, named?: Abortable): Promise<Tensor>;
  digamma(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  digammaSync(self: Tensor): Tensor;
  digammaSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the derivative of log|gamma(x)|, of every element; of the shape of input. */
  digamma_(self: Tensor, named?: Abortable): Promise<Tensor>;
  digamma_Sync(self: Tensor): Tensor;
  /** p-norm of input - other. */
  dist(self: Tensor, other: Tensor, p: Scalar, named?: { p?: Scalar } & Abortable): Promise<Tensor>;
  dist(self: Tensor, other: Tensor, named?: { p?: Scalar } & Abortable): Promise<Tensor>;
  distSync(self: Tensor, other: Tensor, p: Scalar, named?: { p?: Scalar }): Tensor;
  distSync(self: Tensor, other: Tensor, named?: { p?: Scalar }): Tensor;
  /** Input / other; rounding_mode "floor" or "trunc" rounds it, element by element; the shapes broadcast, the dtypes promote. */
  div(self: TensorLike, other: TensorLike, named?: Abortable): Promise<Tensor>;
  div(self: TensorLike, other: TensorLike, named: { rounding_mode: string | null } & Abortable): Promise<Tensor>;
  div(self: TensorLike, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  div(self: TensorLike, other: TensorLike, named: { rounding_mode: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  divSync(self: TensorLike, other: TensorLike): Tensor;
  divSync(self: TensorLike, other: TensorLike, named: { rounding_mode: string | null }): Tensor;
  divSync(self: TensorLike, other: TensorLike, named: { out: Tensor }): Tensor;
  divSync(self: TensorLike, other: TensorLike, named: { rounding_mode: string | null; out: Tensor }): Tensor;
  /** In place: input / other; rounding_mode "floor" or "trunc" rounds it, element by element; the shapes broadcast, the dtypes promote. */
  div_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  div_(self: Tensor, other: TensorLike, named: { rounding_mode: string | null } & Abortable): Promise<Tensor>;
  div_Sync(self: Tensor, other: TensorLike): Tensor;
  div_Sync(self: Tensor, other: TensorLike, named: { rounding_mode: string | null }): Tensor;
  divide(self: TensorLike, other: TensorLike, named?: Abortable): Promise<Tensor>;
  divide(self: TensorLike, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  divideSync(self: TensorLike, other: TensorLike): Tensor;
  divideSync(self: TensorLike, other: TensorLike, named: { out: Tensor }): Tensor;
  divide_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  divide_Sync(self: Tensor, other: TensorLike): Tensor;
  /** The sum of the products of two vectors of one size; no dimensions. */
  dot(self: Tensor, tensor: Tensor, named?: Abortable): Promise<Tensor>;
  dot(self: Tensor, tensor: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  dotSync(self: Tensor, tensor: Tensor): Tensor;
  dotSync(self: Tensor, tensor: Tensor, named: { out: Tensor }): Tensor;
  double(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  doubleSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** input with elements zeroed with probability p and the others scaled by 1 / (1 - p), while train is True. */
  dropout(input: Tensor, p: number, train: boolean, named?: Abortable): Promise<Tensor>;
  dropoutSync(input: Tensor, p: number, train: boolean): Tensor;
  /** In place: input with elements zeroed with probability p and the others scaled by 1 / (1 - p), while train is True. */
  dropout_(self: Tensor, p: number, train: boolean, named?: Abortable): Promise<Tensor>;
  dropout_Sync(self: Tensor, p: number, train: boolean): Tensor;
  dsplit(self: Tensor, sections: number | bigint, named?: Abortable): Promise<Tensor[]>;
  dsplit(self: Tensor, indices: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor[]>;
  dsplitSync(self: Tensor, sections: number | bigint): Tensor[];
  dsplitSync(self: Tensor, indices: number | bigint | readonly (number | bigint)[]): Tensor[];
  dstack(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor>;
  dstack(tensors: readonly (Tensor)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  dstackSync(tensors: readonly (Tensor)[]): Tensor;
  dstackSync(tensors: readonly (Tensor)[], named: { out: Tensor }): Tensor;
  /** The sum of products that `equation` describes: "ij,jk->ik"; path: which two operands to multiply, in turn. */
  einsum(equation: string, tensors: readonly (Tensor)[], named?: { path?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  einsumSync(equation: string, tensors: readonly (Tensor)[], named?: { path?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  elu(self: Tensor, alpha: Scalar, scale: Scalar, input_scale: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar } & Abortable): Promise<Tensor>;
  elu(self: Tensor, alpha: Scalar, scale: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar } & Abortable): Promise<Tensor>;
  elu(self: Tensor, alpha: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar } & Abortable): Promise<Tensor>;
  elu(self: Tensor, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar } & Abortable): Promise<Tensor>;
  elu(self: Tensor, alpha: Scalar, scale: Scalar, input_scale: Scalar, named: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  elu(self: Tensor, alpha: Scalar, scale: Scalar, named: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  elu(self: Tensor, alpha: Scalar, named: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  elu(self: Tensor, named: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  eluSync(self: Tensor, alpha: Scalar, scale: Scalar, input_scale: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  eluSync(self: Tensor, alpha: Scalar, scale: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  eluSync(self: Tensor, alpha: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  eluSync(self: Tensor, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  eluSync(self: Tensor, alpha: Scalar, scale: Scalar, input_scale: Scalar, named: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar; out: Tensor }): Tensor;
  eluSync(self: Tensor, alpha: Scalar, scale: Scalar, named: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar; out: Tensor }): Tensor;
  eluSync(self: Tensor, alpha: Scalar, named: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar; out: Tensor }): Tensor;
  eluSync(self: Tensor, named: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar; out: Tensor }): Tensor;
  elu_(self: Tensor, alpha: Scalar, scale: Scalar, input_scale: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar } & Abortable): Promise<Tensor>;
  elu_(self: Tensor, alpha: Scalar, scale: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar } & Abortable): Promise<Tensor>;
  elu_(self: Tensor, alpha: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar } & Abortable): Promise<Tensor>;
  elu_(self: Tensor, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar } & Abortable): Promise<Tensor>;
  elu_Sync(self: Tensor, alpha: Scalar, scale: Scalar, input_scale: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  elu_Sync(self: Tensor, alpha: Scalar, scale: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  elu_Sync(self: Tensor, alpha: Scalar, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  elu_Sync(self: Tensor, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  embedding(weight: Tensor, indices: Tensor, padding_idx: number | bigint, scale_grad_by_freq: boolean, sparse: boolean, named?: { padding_idx?: number | bigint; scale_grad_by_freq?: boolean; sparse?: boolean } & Abortable): Promise<Tensor>;
  embedding(weight: Tensor, indices: Tensor, padding_idx: number | bigint, scale_grad_by_freq: boolean, named?: { padding_idx?: number | bigint; scale_grad_by_freq?: boolean; sparse?: boolean } & Abortable): Promise<Tensor>;
  embedding(weight: Tensor, indices: Tensor, padding_idx: number | bigint, named?: { padding_idx?: number | bigint; scale_grad_by_freq?: boolean; sparse?: boolean } & Abortable): Promise<Tensor>;
  embedding(weight: Tensor, indices: Tensor, named?: { padding_idx?: number | bigint; scale_grad_by_freq?: boolean; sparse?: boolean } & Abortable): Promise<Tensor>;
  embeddingSync(weight: Tensor, indices: Tensor, padding_idx: number | bigint, scale_grad_by_freq: boolean, sparse: boolean, named?: { padding_idx?: number | bigint; scale_grad_by_freq?: boolean; sparse?: boolean }): Tensor;
  embeddingSync(weight: Tensor, indices: Tensor, padding_idx: number | bigint, scale_grad_by_freq: boolean, named?: { padding_idx?: number | bigint; scale_grad_by_freq?: boolean; sparse?: boolean }): Tensor;
  embeddingSync(weight: Tensor, indices: Tensor, padding_idx: number | bigint, named?: { padding_idx?: number | bigint; scale_grad_by_freq?: boolean; sparse?: boolean }): Tensor;
  embeddingSync(weight: Tensor, indices: Tensor, named?: { padding_idx?: number | bigint; scale_grad_by_freq?: boolean; sparse?: boolean }): Tensor;
  /** Rows of weight by number, bags of them from each of offsets on reduced by mode: 0 sum, 1 mean, 2 max. Rows padding_idx count for nothing. */
  embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, sparse: boolean, per_sample_weights: Tensor | null, include_last_offset: boolean, padding_idx: number | bigint, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint } & Abortable): Promise<Tensor>;
  embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, sparse: boolean, per_sample_weights: Tensor | null, include_last_offset: boolean, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint } & Abortable): Promise<Tensor>;
  embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, sparse: boolean, per_sample_weights: Tensor | null, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint } & Abortable): Promise<Tensor>;
  embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, sparse: boolean, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint } & Abortable): Promise<Tensor>;
  embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint } & Abortable): Promise<Tensor>;
  embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint } & Abortable): Promise<Tensor>;
  embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint } & Abortable): Promise<Tensor>;
  embedding_bagSync(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, sparse: boolean, per_sample_weights: Tensor | null, include_last_offset: boolean, padding_idx: number | bigint, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint }): Tensor;
  embedding_bagSync(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, sparse: boolean, per_sample_weights: Tensor | null, include_last_offset: boolean, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint }): Tensor;
  embedding_bagSync(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, sparse: boolean, per_sample_weights: Tensor | null, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint }): Tensor;
  embedding_bagSync(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, sparse: boolean, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint }): Tensor;
  embedding_bagSync(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, mode: number | bigint, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint }): Tensor;
  embedding_bagSync(weight: Tensor, indices: Tensor, offsets: Tensor, scale_grad_by_freq: boolean, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint }): Tensor;
  embedding_bagSync(weight: Tensor, indices: Tensor, offsets: Tensor, named?: { scale_grad_by_freq?: boolean; mode?: number | bigint; sparse?: boolean; per_sample_weights?: Tensor | null; include_last_offset?: boolean; padding_idx?: number | bigint }): Tensor;
  /** In place: self, in which the rows that indices name are scaled down to norms of at most max_norm, without a record. */
  embedding_renorm_(self: Tensor, indices: Tensor, max_norm: number, norm_type: number, named?: Abortable): Promise<Tensor>;
  embedding_renorm_Sync(self: Tensor, indices: Tensor, max_norm: number, norm_type: number): Tensor;
  /** A tensor of that size whose elements are not set. */
  empty(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  emptySync(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null }): Tensor;
  /** A tensor of the shape and dtype of input whose elements are not set. */
  empty_like(self: Tensor, named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  empty_likeSync(self: Tensor, named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null }): Tensor;
  /** A new tensor, elements unset, dense with its dims in memory in the order of physical_layout. */
  empty_permuted(size: number | bigint | readonly (number | bigint)[], physical_layout: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  empty_permutedSync(size: number | bigint | readonly (number | bigint)[], physical_layout: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  empty_strided(size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  empty_stridedSync(size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  /** Whether input == other, element by element; the shapes broadcast, the dtypes promote. */
  eq(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  eq(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  eqSync(self: Tensor, other: TensorLike): Tensor;
  eqSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: whether input == other, element by element; the shapes broadcast, the dtypes promote. */
  eq_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  eq_Sync(self: Tensor, other: TensorLike): Tensor;
  /** Whether both have the same shape and elements. */
  equal(self: Tensor, other: Tensor, named?: Abortable): Promise<Scalar>;
  equalSync(self: Tensor, other: Tensor): Scalar;
  /** The error function, of every element; of the shape of input. */
  erf(self: Tensor, named?: Abortable): Promise<Tensor>;
  erf(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  erfSync(self: Tensor): Tensor;
  erfSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the error function, of every element; of the shape of input. */
  erf_(self: Tensor, named?: Abortable): Promise<Tensor>;
  erf_Sync(self: Tensor): Tensor;
  /** The 1 - erf(x), of every element; of the shape of input. */
  erfc(self: Tensor, named?: Abortable): Promise<Tensor>;
  erfc(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  erfcSync(self: Tensor): Tensor;
  erfcSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the 1 - erf(x), of every element; of the shape of input. */
  erfc_(self: Tensor, named?: Abortable): Promise<Tensor>;
  erfc_Sync(self: Tensor): Tensor;
  /** The inverse of erf, of every element; of the shape of input. */
  erfinv(self: Tensor, named?: Abortable): Promise<Tensor>;
  erfinv(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  erfinvSync(self: Tensor): Tensor;
  erfinvSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the inverse of erf, of every element; of the shape of input. */
  erfinv_(self: Tensor, named?: Abortable): Promise<Tensor>;
  erfinv_Sync(self: Tensor): Tensor;
  /** The e ** x, of every element; of the shape of input. */
  exp(self: Tensor, named?: Abortable): Promise<Tensor>;
  exp(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  expSync(self: Tensor): Tensor;
  expSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** The 2 ** x, of every element; of the shape of input. */
  exp2(self: Tensor, named?: Abortable): Promise<Tensor>;
  exp2(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  exp2Sync(self: Tensor): Tensor;
  exp2Sync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the 2 ** x, of every element; of the shape of input. */
  exp2_(self: Tensor, named?: Abortable): Promise<Tensor>;
  exp2_Sync(self: Tensor): Tensor;
  /** In place: the e ** x, of every element; of the shape of input. */
  exp_(self: Tensor, named?: Abortable): Promise<Tensor>;
  exp_Sync(self: Tensor): Tensor;
  /** A view of input in which dims of size 1 have other sizes, without more memory. */
  expand(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { implicit?: boolean } & Abortable): Promise<Tensor>;
  expandSync(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { implicit?: boolean }): Tensor;
  expand_as(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  expand_asSync(self: Tensor, other: Tensor): Tensor;
  expand_copy(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { implicit?: boolean } & Abortable): Promise<Tensor>;
  expand_copy(self: Tensor, size: number | bigint | readonly (number | bigint)[], named: { implicit?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  expand_copySync(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { implicit?: boolean }): Tensor;
  expand_copySync(self: Tensor, size: number | bigint | readonly (number | bigint)[], named: { implicit?: boolean; out: Tensor }): Tensor;
  /** The e ** x - 1, exact near 0, of every element; of the shape of input. */
  expm1(self: Tensor, named?: Abortable): Promise<Tensor>;
  expm1(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  expm1Sync(self: Tensor): Tensor;
  expm1Sync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the e ** x - 1, exact near 0, of every element; of the shape of input. */
  expm1_(self: Tensor, named?: Abortable): Promise<Tensor>;
  expm1_Sync(self: Tensor): Tensor;
  exponential_(self: Tensor, lambd: number, named?: { lambd?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  exponential_(self: Tensor, named?: { lambd?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  exponential_Sync(self: Tensor, lambd: number, named?: { lambd?: number; generator?: Generator | null }): Tensor;
  exponential_Sync(self: Tensor, named?: { lambd?: number; generator?: Generator | null }): Tensor;
  /** The identity matrix (n, m), m being n unless given. */
  eye(n: number | bigint, named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  eye(n: number | bigint, m: number | bigint, named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  eye(n: number | bigint, named: { dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  eye(n: number | bigint, m: number | bigint, named: { dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  eyeSync(n: number | bigint, named?: { dtype?: DType | null; device?: string | null }): Tensor;
  eyeSync(n: number | bigint, m: number | bigint, named?: { dtype?: DType | null; device?: string | null }): Tensor;
  eyeSync(n: number | bigint, named: { dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  eyeSync(n: number | bigint, m: number | bigint, named: { dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  feature_alpha_dropout(input: Tensor, p: number, train: boolean, named?: Abortable): Promise<Tensor>;
  feature_alpha_dropoutSync(input: Tensor, p: number, train: boolean): Tensor;
  feature_dropout(input: Tensor, p: number, train: boolean, named?: Abortable): Promise<Tensor>;
  feature_dropoutSync(input: Tensor, p: number, train: boolean): Tensor;
  feature_dropout_(self: Tensor, p: number, train: boolean, named?: Abortable): Promise<Tensor>;
  feature_dropout_Sync(self: Tensor, p: number, train: boolean): Tensor;
  /** The discrete Fourier transform along `dim`, cut or filled up to n elements: complex, of the dim's whole length. norm: "backward" (no factor), "ortho" (1 / sqrt(n)) or "forward" (1 / n). Real and integer tensors are taken. */
  fft_fft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fft(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fft(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fft(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fft(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fft(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fft(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_fftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_fftSync(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_fftSync(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_fftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_fftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_fftSync(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_fftSync(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  /** fftn over the last two dims. */
  fft_fft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fft2(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fft2(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_fft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_fft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_fft2Sync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_fft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_fft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_fft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_fft2Sync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** The frequencies of the elements of fft's result of length n, for samples d apart: 0, 1, ..., -2, -1 over n d. */
  fft_fftfreq(n: number | bigint, d: number, named?: { d?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  fft_fftfreq(n: number | bigint, named?: { d?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  fft_fftfreqSync(n: number | bigint, d: number, named?: { d?: number; dtype?: DType | null; device?: string | null }): Tensor;
  fft_fftfreqSync(n: number | bigint, named?: { d?: number; dtype?: DType | null; device?: string | null }): Tensor;
  /** fft over several dims, all or the last of as many as `s` has sizes; a size of -1 is the tensor's. */
  fft_fftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fftn(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_fftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fftn(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_fftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_fftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_fftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_fftnSync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_fftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_fftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_fftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_fftnSync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** Turns fft's order of frequencies into the ascending one, with 0 in the middle, along `dim` or all dims. */
  fft_fftshift(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  fft_fftshift(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  fft_fftshiftSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  fft_fftshiftSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  /** The transform, real, of a signal of n elements that equals its conjugate mirror image and is given by half. */
  fft_hfft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfft(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfft(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfft(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfft(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfft(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfft(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_hfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_hfftSync(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_hfftSync(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_hfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_hfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_hfftSync(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_hfftSync(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  /** hfftn over the last two dims. */
  fft_hfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfft2(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfft2(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_hfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_hfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_hfft2Sync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_hfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_hfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_hfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_hfft2Sync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** hfft over several dims; the last is given by half. */
  fft_hfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfftn(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_hfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfftn(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_hfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_hfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_hfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_hfftnSync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_hfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_hfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_hfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_hfftnSync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** The inverse of fft along `dim`; norm "backward" divides by n, "forward" does not. */
  fft_ifft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifft(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifft(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifft(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifft(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifft(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifft(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_ifftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_ifftSync(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_ifftSync(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_ifftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_ifftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_ifftSync(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_ifftSync(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  /** ifftn over the last two dims. */
  fft_ifft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifft2(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifft2(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ifft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ifft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ifft2Sync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ifft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ifft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ifft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ifft2Sync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** The inverse of fftn. */
  fft_ifftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifftn(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ifftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifftn(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ifftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ifftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ifftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ifftnSync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ifftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ifftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ifftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ifftnSync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** The inverse of fftshift. */
  fft_ifftshift(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  fft_ifftshift(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  fft_ifftshiftSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  fft_ifftshiftSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  /** The inverse of hfft: n / 2 + 1 elements of a real tensor's inverse transform. */
  fft_ihfft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfft(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfft(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfft(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfft(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfft(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfft(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_ihfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_ihfftSync(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_ihfftSync(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_ihfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_ihfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_ihfftSync(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_ihfftSync(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  /** ihfftn over the last two dims. */
  fft_ihfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfft2(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfft2(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ihfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ihfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ihfft2Sync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ihfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ihfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ihfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ihfft2Sync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** The inverse of hfftn. */
  fft_ihfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfftn(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_ihfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfftn(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_ihfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ihfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ihfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ihfftnSync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_ihfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ihfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ihfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_ihfftnSync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** The inverse of rfft: n real elements (2 (m - 1) of m unless given) from half a spectrum. */
  fft_irfft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfft(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfft(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfft(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfft(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfft(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfft(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_irfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_irfftSync(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_irfftSync(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_irfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_irfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_irfftSync(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_irfftSync(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  /** irfftn over the last two dims. */
  fft_irfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfft2(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfft2(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_irfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_irfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_irfft2Sync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_irfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_irfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_irfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_irfft2Sync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** The inverse of rfftn; the last of `s` is the real tensor's size. */
  fft_irfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfftn(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_irfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfftn(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_irfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_irfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_irfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_irfftnSync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_irfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_irfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_irfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_irfftnSync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** The first n / 2 + 1 elements of a real tensor's transform along `dim`; the rest are their mirror image. */
  fft_rfft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfft(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfft(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfft(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfft(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfft(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfft(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfft(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_rfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_rfftSync(self: Tensor, n: number | bigint | null, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_rfftSync(self: Tensor, named?: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null }): Tensor;
  fft_rfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, norm: string | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_rfftSync(self: Tensor, n: number | bigint | null, dim: number | bigint, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_rfftSync(self: Tensor, n: number | bigint | null, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  fft_rfftSync(self: Tensor, named: { n?: number | bigint | null; dim?: number | bigint; norm?: string | null; out: Tensor }): Tensor;
  /** rfftn over the last two dims. */
  fft_rfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfft2(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfft2(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfft2(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_rfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_rfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_rfft2Sync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_rfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_rfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_rfft2Sync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_rfft2Sync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  /** The frequencies of the elements of rfft's result: 0, 1, ..., n / 2 over n d. */
  fft_rfftfreq(n: number | bigint, d: number, named?: { d?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  fft_rfftfreq(n: number | bigint, named?: { d?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  fft_rfftfreqSync(n: number | bigint, d: number, named?: { d?: number; dtype?: DType | null; device?: string | null }): Tensor;
  fft_rfftfreqSync(n: number | bigint, named?: { d?: number; dtype?: DType | null; device?: string | null }): Tensor;
  /** fftn of a real tensor, of whose last transformed dim n / 2 + 1 elements are given. */
  fft_rfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfftn(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null } & Abortable): Promise<Tensor>;
  fft_rfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfftn(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfftn(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fft_rfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_rfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_rfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_rfftnSync(self: Tensor, named?: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null }): Tensor;
  fft_rfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, norm: string | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_rfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_rfftnSync(self: Tensor, s: number | bigint | readonly (number | bigint)[] | null, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fft_rfftnSync(self: Tensor, named: { s?: number | bigint | readonly (number | bigint)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; norm?: string | null; out: Tensor }): Tensor;
  fill(self: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  fill(self: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  fillSync(self: Tensor, value: Scalar): Tensor;
  fillSync(self: Tensor, value: TensorLike): Tensor;
  fill_(self: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  fill_(self: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  fill_Sync(self: Tensor, value: Scalar): Tensor;
  fill_Sync(self: Tensor, value: TensorLike): Tensor;
  /** In place: self with fill_value on its diagonal; wrap: of a tall matrix, in each square block below the first too. */
  fill_diagonal_(self: Tensor, fill_value: Scalar, wrap: boolean, named?: { wrap?: boolean } & Abortable): Promise<Tensor>;
  fill_diagonal_(self: Tensor, fill_value: Scalar, named?: { wrap?: boolean } & Abortable): Promise<Tensor>;
  fill_diagonal_Sync(self: Tensor, fill_value: Scalar, wrap: boolean, named?: { wrap?: boolean }): Tensor;
  fill_diagonal_Sync(self: Tensor, fill_value: Scalar, named?: { wrap?: boolean }): Tensor;
  fix(self: Tensor, named?: Abortable): Promise<Tensor>;
  fix(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  fixSync(self: Tensor): Tensor;
  fixSync(self: Tensor, named: { out: Tensor }): Tensor;
  fix_(self: Tensor, named?: Abortable): Promise<Tensor>;
  fix_Sync(self: Tensor): Tensor;
  /** input with the dims start_dim to end_dim as one. */
  flatten(self: Tensor, start_dim: number | bigint, end_dim: number | bigint, named?: { start_dim?: number | bigint; end_dim?: number | bigint } & Abortable): Promise<Tensor>;
  flatten(self: Tensor, start_dim: number | bigint, named?: { start_dim?: number | bigint; end_dim?: number | bigint } & Abortable): Promise<Tensor>;
  flatten(self: Tensor, named?: { start_dim?: number | bigint; end_dim?: number | bigint } & Abortable): Promise<Tensor>;
  flattenSync(self: Tensor, start_dim: number | bigint, end_dim: number | bigint, named?: { start_dim?: number | bigint; end_dim?: number | bigint }): Tensor;
  flattenSync(self: Tensor, start_dim: number | bigint, named?: { start_dim?: number | bigint; end_dim?: number | bigint }): Tensor;
  flattenSync(self: Tensor, named?: { start_dim?: number | bigint; end_dim?: number | bigint }): Tensor;
  /** input with the elements along dims in reverse order. */
  flip(self: Tensor, dims: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  flipSync(self: Tensor, dims: number | bigint | readonly (number | bigint)[]): Tensor;
  fliplr(self: Tensor, named?: Abortable): Promise<Tensor>;
  fliplrSync(self: Tensor): Tensor;
  flipud(self: Tensor, named?: Abortable): Promise<Tensor>;
  flipudSync(self: Tensor): Tensor;
  float(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  floatSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  float_power(self: Tensor, exponent: TensorLike, named?: Abortable): Promise<Tensor>;
  float_power(self: Scalar, exponent: Tensor, named?: Abortable): Promise<Tensor>;
  float_power(self: Tensor, exponent: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  float_power(self: Scalar, exponent: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  float_powerSync(self: Tensor, exponent: TensorLike): Tensor;
  float_powerSync(self: Scalar, exponent: Tensor): Tensor;
  float_powerSync(self: Tensor, exponent: TensorLike, named: { out: Tensor }): Tensor;
  float_powerSync(self: Scalar, exponent: Tensor, named: { out: Tensor }): Tensor;
  float_power_(self: Tensor, exponent: TensorLike, named?: Abortable): Promise<Tensor>;
  float_power_Sync(self: Tensor, exponent: TensorLike): Tensor;
  /** The largest whole number not above x, of every element; of the shape of input. */
  floor(self: Tensor, named?: Abortable): Promise<Tensor>;
  floor(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  floorSync(self: Tensor): Tensor;
  floorSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the largest whole number not above x, of every element; of the shape of input. */
  floor_(self: Tensor, named?: Abortable): Promise<Tensor>;
  floor_Sync(self: Tensor): Tensor;
  /** Input / other, rounded down, element by element; the shapes broadcast, the dtypes promote. */
  floor_divide(self: TensorLike, other: TensorLike, named?: Abortable): Promise<Tensor>;
  floor_divide(self: TensorLike, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  floor_divideSync(self: TensorLike, other: TensorLike): Tensor;
  floor_divideSync(self: TensorLike, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: input / other, rounded down, element by element; the shapes broadcast, the dtypes promote. */
  floor_divide_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  floor_divide_Sync(self: Tensor, other: TensorLike): Tensor;
  fmax(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  fmax(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  fmaxSync(self: Tensor, other: Tensor): Tensor;
  fmaxSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  fmin(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  fmin(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  fminSync(self: Tensor, other: Tensor): Tensor;
  fminSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** What is left of input / other, of input's sign, element by element; the shapes broadcast, the dtypes promote. */
  fmod(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  fmod(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  fmodSync(self: Tensor, other: TensorLike): Tensor;
  fmodSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: what is left of input / other, of input's sign, element by element; the shapes broadcast, the dtypes promote. */
  fmod_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  fmod_Sync(self: Tensor, other: TensorLike): Tensor;
  /** The part of x behind the point, of every element; of the shape of input. */
  frac(self: Tensor, named?: Abortable): Promise<Tensor>;
  frac(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  fracSync(self: Tensor): Tensor;
  fracSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the part of x behind the point, of every element; of the shape of input. */
  frac_(self: Tensor, named?: Abortable): Promise<Tensor>;
  frac_Sync(self: Tensor): Tensor;
  fractional_max_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], output_size: number | bigint | readonly (number | bigint)[], random_samples: Tensor, named?: Abortable): Promise<[Tensor, Tensor]>;
  fractional_max_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], output_size: number | bigint | readonly (number | bigint)[], random_samples: Tensor): [Tensor, Tensor];
  fractional_max_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], output_size: number | bigint | readonly (number | bigint)[], random_samples: Tensor, named?: Abortable): Promise<[Tensor, Tensor]>;
  fractional_max_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], output_size: number | bigint | readonly (number | bigint)[], random_samples: Tensor): [Tensor, Tensor];
  frexp(self: Tensor, named?: Abortable): Promise<[Tensor, Tensor]>;
  frexp(self: Tensor, named: { out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  frexpSync(self: Tensor): [Tensor, Tensor];
  frexpSync(self: Tensor, named: { out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** The 2-norm of the elements along up to two dims. */
  frobenius_norm(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  frobenius_norm(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  frobenius_norm(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  frobenius_norm(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  frobenius_normSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  frobenius_normSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean }): Tensor;
  frobenius_normSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; out: Tensor }): Tensor;
  frobenius_normSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; out: Tensor }): Tensor;
  /** fill_value everywhere, of that size. */
  full(size: number | bigint | readonly (number | bigint)[], fill_value: Scalar, named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  full(size: number | bigint | readonly (number | bigint)[], fill_value: Scalar, named: { dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  fullSync(size: number | bigint | readonly (number | bigint)[], fill_value: Scalar, named?: { dtype?: DType | null; device?: string | null }): Tensor;
  fullSync(size: number | bigint | readonly (number | bigint)[], fill_value: Scalar, named: { dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  /** fill_value everywhere, of the shape and dtype of input. */
  full_like(self: Tensor, fill_value: Scalar, named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  full_likeSync(self: Tensor, fill_value: Scalar, named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null }): Tensor;
  /** The elements of input at the positions in index along dim; of the shape of index. */
  gather(self: Tensor, dim: number | bigint, index: Tensor, named?: { sparse_grad?: boolean } & Abortable): Promise<Tensor>;
  gather(self: Tensor, dim: number | bigint, index: Tensor, named: { sparse_grad?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  gatherSync(self: Tensor, dim: number | bigint, index: Tensor, named?: { sparse_grad?: boolean }): Tensor;
  gatherSync(self: Tensor, dim: number | bigint, index: Tensor, named: { sparse_grad?: boolean; out: Tensor }): Tensor;
  /** (log var + (input - target)^2 / var) / 2, var being at least eps; full adds the constant log(2 pi) / 2. */
  gaussian_nll_loss(input: Tensor, target: Tensor, var_: Tensor, full: boolean, eps: number, reduction: number | bigint, named?: { full?: boolean; eps?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  gaussian_nll_loss(input: Tensor, target: Tensor, var_: Tensor, full: boolean, eps: number, named?: { full?: boolean; eps?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  gaussian_nll_loss(input: Tensor, target: Tensor, var_: Tensor, full: boolean, named?: { full?: boolean; eps?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  gaussian_nll_loss(input: Tensor, target: Tensor, var_: Tensor, named?: { full?: boolean; eps?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  gaussian_nll_lossSync(input: Tensor, target: Tensor, var_: Tensor, full: boolean, eps: number, reduction: number | bigint, named?: { full?: boolean; eps?: number; reduction?: number | bigint }): Tensor;
  gaussian_nll_lossSync(input: Tensor, target: Tensor, var_: Tensor, full: boolean, eps: number, named?: { full?: boolean; eps?: number; reduction?: number | bigint }): Tensor;
  gaussian_nll_lossSync(input: Tensor, target: Tensor, var_: Tensor, full: boolean, named?: { full?: boolean; eps?: number; reduction?: number | bigint }): Tensor;
  gaussian_nll_lossSync(input: Tensor, target: Tensor, var_: Tensor, named?: { full?: boolean; eps?: number; reduction?: number | bigint }): Tensor;
  gcd(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  gcd(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  gcdSync(self: Tensor, other: Tensor): Tensor;
  gcdSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  gcd_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  gcd_Sync(self: Tensor, other: Tensor): Tensor;
  /** Whether input >= other, element by element; the shapes broadcast, the dtypes promote. */
  ge(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  ge(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  geSync(self: Tensor, other: TensorLike): Tensor;
  geSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: whether input >= other, element by element; the shapes broadcast, the dtypes promote. */
  ge_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  ge_Sync(self: Tensor, other: TensorLike): Tensor;
  /** input * Phi(input), Phi the normal distribution; approximate="tanh" takes the tanh formula for it. */
  gelu(self: Tensor, named?: { approximate?: string } & Abortable): Promise<Tensor>;
  gelu(self: Tensor, named: { approximate?: string; out: Tensor } & Abortable): Promise<Tensor>;
  geluSync(self: Tensor, named?: { approximate?: string }): Tensor;
  geluSync(self: Tensor, named: { approximate?: string; out: Tensor }): Tensor;
  geometric_(self: Tensor, p: number, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  geometric_Sync(self: Tensor, p: number, named?: { generator?: Generator | null }): Tensor;
  /** The QR factors of each matrix (..., m, n) as LAPACK leaves them: R, the reflections below it, and their scales. */
  geqrf(self: Tensor, named?: Abortable): Promise<[Tensor, Tensor]>;
  geqrf(self: Tensor, named: { out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  geqrfSync(self: Tensor): [Tensor, Tensor];
  geqrfSync(self: Tensor, named: { out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** outer under its old name. */
  ger(self: Tensor, vec2: Tensor, named?: Abortable): Promise<Tensor>;
  ger(self: Tensor, vec2: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  gerSync(self: Tensor, vec2: Tensor): Tensor;
  gerSync(self: Tensor, vec2: Tensor, named: { out: Tensor }): Tensor;
  /** First half along dim times the sigmoid of the second. */
  glu(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  glu(self: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  glu(self: Tensor, dim: number | bigint, named: { dim?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  glu(self: Tensor, named: { dim?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  gluSync(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint }): Tensor;
  gluSync(self: Tensor, named?: { dim?: number | bigint }): Tensor;
  gluSync(self: Tensor, dim: number | bigint, named: { dim?: number | bigint; out: Tensor }): Tensor;
  gluSync(self: Tensor, named: { dim?: number | bigint; out: Tensor }): Tensor;
  gradient(self: Tensor, named?: { spacing?: readonly (number)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; edge_order?: number | bigint } & Abortable): Promise<Tensor[]>;
  gradient(self: Tensor, named: { spacing: readonly (Tensor)[]; dim?: number | bigint | readonly (number | bigint)[] | null; edge_order?: number | bigint } & Abortable): Promise<Tensor[]>;
  gradientSync(self: Tensor, named?: { spacing?: readonly (number)[] | null; dim?: number | bigint | readonly (number | bigint)[] | null; edge_order?: number | bigint }): Tensor[];
  gradientSync(self: Tensor, named: { spacing: readonly (Tensor)[]; dim?: number | bigint | readonly (number | bigint)[] | null; edge_order?: number | bigint }): Tensor[];
  greater(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  greater(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  greaterSync(self: Tensor, other: TensorLike): Tensor;
  greaterSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  greater_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  greater_Sync(self: Tensor, other: TensorLike): Tensor;
  greater_equal(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  greater_equal(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  greater_equalSync(self: Tensor, other: TensorLike): Tensor;
  greater_equalSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  greater_equal_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  greater_equal_Sync(self: Tensor, other: TensorLike): Tensor;
  /** input (N, C, H, W) or (N, C, D, H, W) at the points of a grid (N, ..., 2) or (N, ..., 3) of x, y(, z) from -1 to 1. interpolation_mode: 0 linear, 1 nearest, 2 cubic; padding_mode: 0 zeros, 1 border, 2 reflection. */
  grid_sampler(input: Tensor, grid: Tensor, interpolation_mode: number | bigint, padding_mode: number | bigint, align_corners: boolean, named?: Abortable): Promise<Tensor>;
  grid_samplerSync(input: Tensor, grid: Tensor, interpolation_mode: number | bigint, padding_mode: number | bigint, align_corners: boolean): Tensor;
  /** (x - mean) / sqrt(var + eps) over each image's groups of channels, times weight plus bias per channel. */
  group_norm(input: Tensor, num_groups: number | bigint, weight: Tensor | null, bias: Tensor | null, eps: number, cudnn_enabled: boolean, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean } & Abortable): Promise<Tensor>;
  group_norm(input: Tensor, num_groups: number | bigint, weight: Tensor | null, bias: Tensor | null, eps: number, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean } & Abortable): Promise<Tensor>;
  group_norm(input: Tensor, num_groups: number | bigint, weight: Tensor | null, bias: Tensor | null, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean } & Abortable): Promise<Tensor>;
  group_norm(input: Tensor, num_groups: number | bigint, weight: Tensor | null, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean } & Abortable): Promise<Tensor>;
  group_norm(input: Tensor, num_groups: number | bigint, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean } & Abortable): Promise<Tensor>;
  group_normSync(input: Tensor, num_groups: number | bigint, weight: Tensor | null, bias: Tensor | null, eps: number, cudnn_enabled: boolean, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean }): Tensor;
  group_normSync(input: Tensor, num_groups: number | bigint, weight: Tensor | null, bias: Tensor | null, eps: number, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean }): Tensor;
  group_normSync(input: Tensor, num_groups: number | bigint, weight: Tensor | null, bias: Tensor | null, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean }): Tensor;
  group_normSync(input: Tensor, num_groups: number | bigint, weight: Tensor | null, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean }): Tensor;
  group_normSync(input: Tensor, num_groups: number | bigint, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean }): Tensor;
  /** Recurrent layers over a packed sequence: data (rows, features), batch_sizes (steps) of int64 on the CPU, hx (layers * directions, batch, size). The output of every row, and the last states. */
  gru(input: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, batch_first: boolean, named?: Abortable): Promise<[Tensor, Tensor]>;
  gru(data: Tensor, batch_sizes: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, named?: Abortable): Promise<[Tensor, Tensor]>;
  gruSync(input: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, batch_first: boolean): [Tensor, Tensor];
  gruSync(data: Tensor, batch_sizes: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean): [Tensor, Tensor];
  /** One step: input (batch, features), hx (batch, size), weights (gates * size, features) and (gates * size, size), biases (gates * size). The new state. */
  gru_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<Tensor>;
  gru_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<Tensor>;
  gru_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<Tensor>;
  gru_cellSync(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): Tensor;
  gru_cellSync(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): Tensor;
  gru_cellSync(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): Tensor;
  /** Whether input > other, element by element; the shapes broadcast, the dtypes promote. */
  gt(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  gt(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  gtSync(self: Tensor, other: TensorLike): Tensor;
  gtSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: whether input > other, element by element; the shapes broadcast, the dtypes promote. */
  gt_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  gt_Sync(self: Tensor, other: TensorLike): Tensor;
  /** A sample of the Gumbel-softmax distribution; hard: one-hot, with the gradient of the soft one. */
  gumbel_softmax(logits: Tensor, tau: number, hard: boolean, dim: number | bigint, named?: { tau?: number; hard?: boolean; dim?: number | bigint } & Abortable): Promise<Tensor>;
  gumbel_softmax(logits: Tensor, tau: number, hard: boolean, named?: { tau?: number; hard?: boolean; dim?: number | bigint } & Abortable): Promise<Tensor>;
  gumbel_softmax(logits: Tensor, tau: number, named?: { tau?: number; hard?: boolean; dim?: number | bigint } & Abortable): Promise<Tensor>;
  gumbel_softmax(logits: Tensor, named?: { tau?: number; hard?: boolean; dim?: number | bigint } & Abortable): Promise<Tensor>;
  gumbel_softmaxSync(logits: Tensor, tau: number, hard: boolean, dim: number | bigint, named?: { tau?: number; hard?: boolean; dim?: number | bigint }): Tensor;
  gumbel_softmaxSync(logits: Tensor, tau: number, hard: boolean, named?: { tau?: number; hard?: boolean; dim?: number | bigint }): Tensor;
  gumbel_softmaxSync(logits: Tensor, tau: number, named?: { tau?: number; hard?: boolean; dim?: number | bigint }): Tensor;
  gumbel_softmaxSync(logits: Tensor, named?: { tau?: number; hard?: boolean; dim?: number | bigint }): Tensor;
  half(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  halfSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** alpha - beta * cos(2 pi n / (N - 1)) for n < window_length; N is that, or with `periodic` one more. */
  hamming_window(window_length: number | bigint, periodic: boolean, alpha: number, beta: number, named?: { periodic?: boolean; alpha?: number; beta?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  hamming_window(window_length: number | bigint, periodic: boolean, alpha: number, named?: { periodic?: boolean; alpha?: number; beta?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  hamming_window(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; alpha?: number; beta?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  hamming_window(window_length: number | bigint, named?: { periodic?: boolean; alpha?: number; beta?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  hamming_windowSync(window_length: number | bigint, periodic: boolean, alpha: number, beta: number, named?: { periodic?: boolean; alpha?: number; beta?: number; dtype?: DType | null; device?: string | null }): Tensor;
  hamming_windowSync(window_length: number | bigint, periodic: boolean, alpha: number, named?: { periodic?: boolean; alpha?: number; beta?: number; dtype?: DType | null; device?: string | null }): Tensor;
  hamming_windowSync(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; alpha?: number; beta?: number; dtype?: DType | null; device?: string | null }): Tensor;
  hamming_windowSync(window_length: number | bigint, named?: { periodic?: boolean; alpha?: number; beta?: number; dtype?: DType | null; device?: string | null }): Tensor;
  /** 0.5 - 0.5 * cos(2 pi n / (N - 1)) for n < window_length; N is that, or with `periodic` one more. */
  hann_window(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  hann_window(window_length: number | bigint, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  hann_windowSync(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  hann_windowSync(window_length: number | bigint, named?: { periodic?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** input, zero within lambd of zero. */
  hardshrink(self: Tensor, lambd: Scalar, named?: { lambd?: Scalar } & Abortable): Promise<Tensor>;
  hardshrink(self: Tensor, named?: { lambd?: Scalar } & Abortable): Promise<Tensor>;
  hardshrink(self: Tensor, lambd: Scalar, named: { lambd?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  hardshrink(self: Tensor, named: { lambd?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  hardshrinkSync(self: Tensor, lambd: Scalar, named?: { lambd?: Scalar }): Tensor;
  hardshrinkSync(self: Tensor, named?: { lambd?: Scalar }): Tensor;
  hardshrinkSync(self: Tensor, lambd: Scalar, named: { lambd?: Scalar; out: Tensor }): Tensor;
  hardshrinkSync(self: Tensor, named: { lambd?: Scalar; out: Tensor }): Tensor;
  hardsigmoid(self: Tensor, named?: Abortable): Promise<Tensor>;
  hardsigmoid(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  hardsigmoidSync(self: Tensor): Tensor;
  hardsigmoidSync(self: Tensor, named: { out: Tensor }): Tensor;
  hardsigmoid_(self: Tensor, named?: Abortable): Promise<Tensor>;
  hardsigmoid_Sync(self: Tensor): Tensor;
  hardswish(self: Tensor, named?: Abortable): Promise<Tensor>;
  hardswish(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  hardswishSync(self: Tensor): Tensor;
  hardswishSync(self: Tensor, named: { out: Tensor }): Tensor;
  hardswish_(self: Tensor, named?: Abortable): Promise<Tensor>;
  hardswish_Sync(self: Tensor): Tensor;
  hardtanh(self: Tensor, min_val: Scalar, max_val: Scalar, named?: { min_val?: Scalar; max_val?: Scalar } & Abortable): Promise<Tensor>;
  hardtanh(self: Tensor, min_val: Scalar, named?: { min_val?: Scalar; max_val?: Scalar } & Abortable): Promise<Tensor>;
  hardtanh(self: Tensor, named?: { min_val?: Scalar; max_val?: Scalar } & Abortable): Promise<Tensor>;
  hardtanh(self: Tensor, min_val: Scalar, max_val: Scalar, named: { min_val?: Scalar; max_val?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  hardtanh(self: Tensor, min_val: Scalar, named: { min_val?: Scalar; max_val?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  hardtanh(self: Tensor, named: { min_val?: Scalar; max_val?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  hardtanhSync(self: Tensor, min_val: Scalar, max_val: Scalar, named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  hardtanhSync(self: Tensor, min_val: Scalar, named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  hardtanhSync(self: Tensor, named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  hardtanhSync(self: Tensor, min_val: Scalar, max_val: Scalar, named: { min_val?: Scalar; max_val?: Scalar; out: Tensor }): Tensor;
  hardtanhSync(self: Tensor, min_val: Scalar, named: { min_val?: Scalar; max_val?: Scalar; out: Tensor }): Tensor;
  hardtanhSync(self: Tensor, named: { min_val?: Scalar; max_val?: Scalar; out: Tensor }): Tensor;
  hardtanh_(self: Tensor, min_val: Scalar, max_val: Scalar, named?: { min_val?: Scalar; max_val?: Scalar } & Abortable): Promise<Tensor>;
  hardtanh_(self: Tensor, min_val: Scalar, named?: { min_val?: Scalar; max_val?: Scalar } & Abortable): Promise<Tensor>;
  hardtanh_(self: Tensor, named?: { min_val?: Scalar; max_val?: Scalar } & Abortable): Promise<Tensor>;
  hardtanh_Sync(self: Tensor, min_val: Scalar, max_val: Scalar, named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  hardtanh_Sync(self: Tensor, min_val: Scalar, named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  hardtanh_Sync(self: Tensor, named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  heaviside(self: Tensor, values: Tensor, named?: Abortable): Promise<Tensor>;
  heaviside(self: Tensor, values: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  heavisideSync(self: Tensor, values: Tensor): Tensor;
  heavisideSync(self: Tensor, values: Tensor, named: { out: Tensor }): Tensor;
  heaviside_(self: Tensor, values: Tensor, named?: Abortable): Promise<Tensor>;
  heaviside_Sync(self: Tensor, values: Tensor): Tensor;
  /** input where target is 1, max(0, margin - input) where it is -1. */
  hinge_embedding_loss(self: Tensor, target: Tensor, margin: number, reduction: number | bigint, named?: { margin?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  hinge_embedding_loss(self: Tensor, target: Tensor, margin: number, named?: { margin?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  hinge_embedding_loss(self: Tensor, target: Tensor, named?: { margin?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  hinge_embedding_lossSync(self: Tensor, target: Tensor, margin: number, reduction: number | bigint, named?: { margin?: number; reduction?: number | bigint }): Tensor;
  hinge_embedding_lossSync(self: Tensor, target: Tensor, margin: number, named?: { margin?: number; reduction?: number | bigint }): Tensor;
  hinge_embedding_lossSync(self: Tensor, target: Tensor, named?: { margin?: number; reduction?: number | bigint }): Tensor;
  histc(self: Tensor, bins: number | bigint, min: Scalar, max: Scalar, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar } & Abortable): Promise<Tensor>;
  histc(self: Tensor, bins: number | bigint, min: Scalar, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar } & Abortable): Promise<Tensor>;
  histc(self: Tensor, bins: number | bigint, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar } & Abortable): Promise<Tensor>;
  histc(self: Tensor, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar } & Abortable): Promise<Tensor>;
  histc(self: Tensor, bins: number | bigint, min: Scalar, max: Scalar, named: { bins?: number | bigint; min?: Scalar; max?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  histc(self: Tensor, bins: number | bigint, min: Scalar, named: { bins?: number | bigint; min?: Scalar; max?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  histc(self: Tensor, bins: number | bigint, named: { bins?: number | bigint; min?: Scalar; max?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  histc(self: Tensor, named: { bins?: number | bigint; min?: Scalar; max?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  histcSync(self: Tensor, bins: number | bigint, min: Scalar, max: Scalar, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar }): Tensor;
  histcSync(self: Tensor, bins: number | bigint, min: Scalar, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar }): Tensor;
  histcSync(self: Tensor, bins: number | bigint, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar }): Tensor;
  histcSync(self: Tensor, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar }): Tensor;
  histcSync(self: Tensor, bins: number | bigint, min: Scalar, max: Scalar, named: { bins?: number | bigint; min?: Scalar; max?: Scalar; out: Tensor }): Tensor;
  histcSync(self: Tensor, bins: number | bigint, min: Scalar, named: { bins?: number | bigint; min?: Scalar; max?: Scalar; out: Tensor }): Tensor;
  histcSync(self: Tensor, bins: number | bigint, named: { bins?: number | bigint; min?: Scalar; max?: Scalar; out: Tensor }): Tensor;
  histcSync(self: Tensor, named: { bins?: number | bigint; min?: Scalar; max?: Scalar; out: Tensor }): Tensor;
  /** histogram of that many bins of one width, between the least and the greatest element or in `range`. */
  histogram(self: Tensor, bins: Tensor, named?: { weight?: Tensor | null; density?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  histogram(self: Tensor, bins: number | bigint, named?: { bins?: number | bigint; range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  histogram(self: Tensor, named?: { bins?: number | bigint; range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  histogramSync(self: Tensor, bins: Tensor, named?: { weight?: Tensor | null; density?: boolean }): [Tensor, Tensor];
  histogramSync(self: Tensor, bins: number | bigint, named?: { bins?: number | bigint; range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean }): [Tensor, Tensor];
  histogramSync(self: Tensor, named?: { bins?: number | bigint; range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean }): [Tensor, Tensor];
  hsplit(self: Tensor, sections: number | bigint, named?: Abortable): Promise<Tensor[]>;
  hsplit(self: Tensor, indices: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor[]>;
  hsplitSync(self: Tensor, sections: number | bigint): Tensor[];
  hsplitSync(self: Tensor, indices: number | bigint | readonly (number | bigint)[]): Tensor[];
  hstack(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor>;
  hstack(tensors: readonly (Tensor)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  hstackSync(tensors: readonly (Tensor)[]): Tensor;
  hstackSync(tensors: readonly (Tensor)[], named: { out: Tensor }): Tensor;
  /** d^2 / 2 where d = |input - target| < delta, delta * (d - delta / 2) elsewhere; weight multiplies it. */
  huber_loss(self: Tensor, target: Tensor, reduction: number | bigint, delta: number, named?: { reduction?: number | bigint; delta?: number; weight?: Tensor | null } & Abortable): Promise<Tensor>;
  huber_loss(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; delta?: number; weight?: Tensor | null } & Abortable): Promise<Tensor>;
  huber_loss(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; delta?: number; weight?: Tensor | null } & Abortable): Promise<Tensor>;
  huber_lossSync(self: Tensor, target: Tensor, reduction: number | bigint, delta: number, named?: { reduction?: number | bigint; delta?: number; weight?: Tensor | null }): Tensor;
  huber_lossSync(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; delta?: number; weight?: Tensor | null }): Tensor;
  huber_lossSync(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; delta?: number; weight?: Tensor | null }): Tensor;
  hypot(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  hypot(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  hypotSync(self: Tensor, other: Tensor): Tensor;
  hypotSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  hypot_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  hypot_Sync(self: Tensor, other: Tensor): Tensor;
  i0(self: Tensor, named?: Abortable): Promise<Tensor>;
  i0(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  i0Sync(self: Tensor): Tensor;
  i0Sync(self: Tensor, named: { out: Tensor }): Tensor;
  i0_(self: Tensor, named?: Abortable): Promise<Tensor>;
  i0_Sync(self: Tensor): Tensor;
  igamma(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  igamma(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  igammaSync(self: Tensor, other: Tensor): Tensor;
  igammaSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  igamma_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  igamma_Sync(self: Tensor, other: Tensor): Tensor;
  igammac(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  igammac(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  igammacSync(self: Tensor, other: Tensor): Tensor;
  igammacSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  igammac_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  igammac_Sync(self: Tensor, other: Tensor): Tensor;
  /** Sliding windows of images (N, C, H, W) as columns (N, C * elements, places). */
  im2col(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  im2colSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[]): Tensor;
  imag(self: Tensor, named?: Abortable): Promise<Tensor>;
  imagSync(self: Tensor): Tensor;
  index(self: Tensor, indices: readonly (Tensor | null)[], named?: Abortable): Promise<Tensor>;
  indexSync(self: Tensor, indices: readonly (Tensor | null)[]): Tensor;
  index_add(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  index_add(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named: { alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  index_addSync(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named?: { alpha?: Scalar }): Tensor;
  index_addSync(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named: { alpha?: Scalar; out: Tensor }): Tensor;
  index_add_(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  index_add_Sync(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named?: { alpha?: Scalar }): Tensor;
  index_copy(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named?: Abortable): Promise<Tensor>;
  index_copy(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  index_copySync(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor): Tensor;
  index_copySync(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named: { out: Tensor }): Tensor;
  index_copy_(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, named?: Abortable): Promise<Tensor>;
  index_copy_Sync(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor): Tensor;
  index_fill(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  index_fill(self: Tensor, dim: number | bigint, index: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  index_fill(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { out: Tensor } & Abortable): Promise<Tensor>;
  index_fillSync(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar): Tensor;
  index_fillSync(self: Tensor, dim: number | bigint, index: Tensor, value: TensorLike): Tensor;
  index_fillSync(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { out: Tensor }): Tensor;
  index_fill_(self: Tensor, dim: number | bigint, index: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  index_fill_(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  index_fill_Sync(self: Tensor, dim: number | bigint, index: Tensor, value: TensorLike): Tensor;
  index_fill_Sync(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar): Tensor;
  index_put(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, accumulate: boolean, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  index_put(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  index_putSync(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, accumulate: boolean, named?: { accumulate?: boolean }): Tensor;
  index_putSync(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, named?: { accumulate?: boolean }): Tensor;
  index_put_(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, accumulate: boolean, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  index_put_(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  index_put_Sync(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, accumulate: boolean, named?: { accumulate?: boolean }): Tensor;
  index_put_Sync(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, named?: { accumulate?: boolean }): Tensor;
  /** input, in which the slices along dim that index names are folded with those of source: reduce is prod, mean, amax or amin. */
  index_reduce(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named?: { include_self?: boolean } & Abortable): Promise<Tensor>;
  index_reduce(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named: { include_self?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  index_reduceSync(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named?: { include_self?: boolean }): Tensor;
  index_reduceSync(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named: { include_self?: boolean; out: Tensor }): Tensor;
  /** In place: self, in which the slices along dim that index names are folded with those of source: reduce is prod, mean, amax or amin. */
  index_reduce_(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named?: { include_self?: boolean } & Abortable): Promise<Tensor>;
  index_reduce_Sync(self: Tensor, dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named?: { include_self?: boolean }): Tensor;
  /** The slices of input along dim at the positions in index (n). */
  index_select(self: Tensor, dim: number | bigint, index: Tensor, named?: Abortable): Promise<Tensor>;
  index_select(self: Tensor, dim: number | bigint, index: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  index_selectSync(self: Tensor, dim: number | bigint, index: Tensor): Tensor;
  index_selectSync(self: Tensor, dim: number | bigint, index: Tensor, named: { out: Tensor }): Tensor;
  /** Where the values of a coalesced COO tensor are, (dims, nnz). */
  indices(self: Tensor, named?: Abortable): Promise<Tensor>;
  indicesSync(self: Tensor): Tensor;
  /** Sums of products over the last dim of both: (..., n), (*, n) give (..., *). */
  inner(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  inner(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  innerSync(self: Tensor, other: Tensor): Tensor;
  innerSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** batch_norm of every image by itinput. */
  instance_norm(input: Tensor, weight: Tensor | null, bias: Tensor | null, running_mean: Tensor | null, running_var: Tensor | null, use_input_stats: boolean, momentum: number, eps: number, cudnn_enabled: boolean, named?: Abortable): Promise<Tensor>;
  instance_normSync(input: Tensor, weight: Tensor | null, bias: Tensor | null, running_mean: Tensor | null, running_var: Tensor | null, use_input_stats: boolean, momentum: number, eps: number, cudnn_enabled: boolean): Tensor;
  int(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  intSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** input (N, C, ...) with its one to three spatial dims resized to `size`, or to their sizes times scale_factor. mode: nearest, nearest-exact, area, linear, bilinear, trilinear, bicubic or lanczos. align_corners: the centres of the first and last elements stay where they are, instead of their outer borders. recompute_scale_factor: steps are those of the rounded sizes. antialias: bilinear, bicubic and lanczos take in all inputs that an output covers. */
  interpolate(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, mode: string, align_corners: boolean | null, recompute_scale_factor: boolean | null, antialias: boolean, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean } & Abortable): Promise<Tensor>;
  interpolate(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, mode: string, align_corners: boolean | null, recompute_scale_factor: boolean | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean } & Abortable): Promise<Tensor>;
  interpolate(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, mode: string, align_corners: boolean | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean } & Abortable): Promise<Tensor>;
  interpolate(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, mode: string, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean } & Abortable): Promise<Tensor>;
  interpolate(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean } & Abortable): Promise<Tensor>;
  interpolate(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean } & Abortable): Promise<Tensor>;
  interpolate(input: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean } & Abortable): Promise<Tensor>;
  interpolateSync(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, mode: string, align_corners: boolean | null, recompute_scale_factor: boolean | null, antialias: boolean, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean }): Tensor;
  interpolateSync(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, mode: string, align_corners: boolean | null, recompute_scale_factor: boolean | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean }): Tensor;
  interpolateSync(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, mode: string, align_corners: boolean | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean }): Tensor;
  interpolateSync(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, mode: string, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean }): Tensor;
  interpolateSync(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, scale_factor: readonly (number)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean }): Tensor;
  interpolateSync(input: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean }): Tensor;
  interpolateSync(input: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null; scale_factor?: readonly (number)[] | null; mode?: string; align_corners?: boolean | null; recompute_scale_factor?: boolean | null; antialias?: boolean }): Tensor;
  /** torch.linalg.inv under its old name. */
  inverse(self: Tensor, named?: Abortable): Promise<Tensor>;
  inverse(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  inverseSync(self: Tensor): Tensor;
  inverseSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** Whether the entries are known to be in order and none to come twice. */
  is_coalesced(self: Tensor, named?: Abortable): Promise<boolean>;
  is_coalescedSync(self: Tensor): boolean;
  is_nonzero(self: Tensor, named?: Abortable): Promise<Scalar>;
  is_nonzeroSync(self: Tensor): Scalar;
  is_same_size(self: Tensor, other: Tensor, named?: Abortable): Promise<Scalar>;
  is_same_sizeSync(self: Tensor, other: Tensor): Scalar;
  /** Whether |input - other| <= atol + rtol * |other|, element by element. */
  isclose(self: Tensor, other: Tensor, rtol: number, atol: number, equal_nan: boolean, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Tensor>;
  isclose(self: Tensor, other: Tensor, rtol: number, atol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Tensor>;
  isclose(self: Tensor, other: Tensor, rtol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Tensor>;
  isclose(self: Tensor, other: Tensor, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Tensor>;
  iscloseSync(self: Tensor, other: Tensor, rtol: number, atol: number, equal_nan: boolean, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Tensor;
  iscloseSync(self: Tensor, other: Tensor, rtol: number, atol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Tensor;
  iscloseSync(self: Tensor, other: Tensor, rtol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Tensor;
  iscloseSync(self: Tensor, other: Tensor, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Tensor;
  /** The whether x is neither infinite nor NaN, of every element; of the shape of input. */
  isfinite(self: Tensor, named?: Abortable): Promise<Tensor>;
  isfinite(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  isfiniteSync(self: Tensor): Tensor;
  isfiniteSync(self: Tensor, named: { out: Tensor }): Tensor;
  isin(elements: TensorLike, test_elements: TensorLike, named?: { assume_unique?: boolean; invert?: boolean } & Abortable): Promise<Tensor>;
  isin(elements: TensorLike, test_element: Scalar, named?: { assume_unique?: boolean; invert?: boolean } & Abortable): Promise<Tensor>;
  isin(element: Scalar, test_elements: TensorLike, named?: { assume_unique?: boolean; invert?: boolean } & Abortable): Promise<Tensor>;
  isin(elements: TensorLike, test_elements: TensorLike, named: { assume_unique?: boolean; invert?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  isin(elements: TensorLike, test_element: Scalar, named: { assume_unique?: boolean; invert?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  isin(element: Scalar, test_elements: TensorLike, named: { assume_unique?: boolean; invert?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  isinSync(elements: TensorLike, test_elements: TensorLike, named?: { assume_unique?: boolean; invert?: boolean }): Tensor;
  isinSync(elements: TensorLike, test_element: Scalar, named?: { assume_unique?: boolean; invert?: boolean }): Tensor;
  isinSync(element: Scalar, test_elements: TensorLike, named?: { assume_unique?: boolean; invert?: boolean }): Tensor;
  isinSync(elements: TensorLike, test_elements: TensorLike, named: { assume_unique?: boolean; invert?: boolean; out: Tensor }): Tensor;
  isinSync(elements: TensorLike, test_element: Scalar, named: { assume_unique?: boolean; invert?: boolean; out: Tensor }): Tensor;
  isinSync(element: Scalar, test_elements: TensorLike, named: { assume_unique?: boolean; invert?: boolean; out: Tensor }): Tensor;
  /** The whether x is infinite, of every element; of the shape of input. */
  isinf(self: Tensor, named?: Abortable): Promise<Tensor>;
  isinf(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  isinfSync(self: Tensor): Tensor;
  isinfSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** The whether x is NaN, of every element; of the shape of input. */
  isnan(self: Tensor, named?: Abortable): Promise<Tensor>;
  isnan(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  isnanSync(self: Tensor): Tensor;
  isnanSync(self: Tensor, named: { out: Tensor }): Tensor;
  isneginf(self: Tensor, named?: Abortable): Promise<Tensor>;
  isneginf(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  isneginfSync(self: Tensor): Tensor;
  isneginfSync(self: Tensor, named: { out: Tensor }): Tensor;
  isposinf(self: Tensor, named?: Abortable): Promise<Tensor>;
  isposinf(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  isposinfSync(self: Tensor): Tensor;
  isposinfSync(self: Tensor, named: { out: Tensor }): Tensor;
  isreal(self: Tensor, named?: Abortable): Promise<Tensor>;
  isrealSync(self: Tensor): Tensor;
  /** The signal, or batch of them, of stft's result: frames laid over each other, over the sum of squared windows. RuntimeError where windows leave a sample out. */
  istft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, length: number | bigint | null, return_complex: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(self: Tensor, n_fft: number | bigint, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, length: number | bigint | null, return_complex: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(self: Tensor, n_fft: number | bigint, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  item(self: Tensor, named?: Abortable): Promise<Scalar>;
  itemSync(self: Tensor): Scalar;
  /** I0(beta sqrt(1 - x^2)) / I0(beta) for x from -1 to 1 in window_length steps, or with `periodic` in one more of which the last is left out. */
  kaiser_window(window_length: number | bigint, periodic: boolean, beta: number, named?: { periodic?: boolean; beta?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  kaiser_window(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; beta?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  kaiser_window(window_length: number | bigint, named?: { periodic?: boolean; beta?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  kaiser_windowSync(window_length: number | bigint, periodic: boolean, beta: number, named?: { periodic?: boolean; beta?: number; dtype?: DType | null; device?: string | null }): Tensor;
  kaiser_windowSync(window_length: number | bigint, periodic: boolean, named?: { periodic?: boolean; beta?: number; dtype?: DType | null; device?: string | null }): Tensor;
  kaiser_windowSync(window_length: number | bigint, named?: { periodic?: boolean; beta?: number; dtype?: DType | null; device?: string | null }): Tensor;
  /** target * (log target - input) of log-probabilities input; log_target: target is given as its logarithm. reduction 3 divides the sum by the size of the batch. */
  kl_div(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; log_target?: boolean } & Abortable): Promise<Tensor>;
  kl_div(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; log_target?: boolean } & Abortable): Promise<Tensor>;
  kl_divSync(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; log_target?: boolean }): Tensor;
  kl_divSync(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; log_target?: boolean }): Tensor;
  /** The Kronecker product: a copy of other, scaled, for every element of input. */
  kron(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  kron(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  kronSync(self: Tensor, other: Tensor): Tensor;
  kronSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** The k-th smallest element along dim, and where it is: (values, indices). */
  kthvalue(self: Tensor, k: number | bigint, dim: number | bigint, keepdim: boolean, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  kthvalue(self: Tensor, k: number | bigint, dim: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  kthvalue(self: Tensor, k: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  kthvalue(self: Tensor, k: number | bigint, dim: number | bigint, keepdim: boolean, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  kthvalue(self: Tensor, k: number | bigint, dim: number | bigint, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  kthvalue(self: Tensor, k: number | bigint, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  kthvalueSync(self: Tensor, k: number | bigint, dim: number | bigint, keepdim: boolean, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  kthvalueSync(self: Tensor, k: number | bigint, dim: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  kthvalueSync(self: Tensor, k: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  kthvalueSync(self: Tensor, k: number | bigint, dim: number | bigint, keepdim: boolean, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  kthvalueSync(self: Tensor, k: number | bigint, dim: number | bigint, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  kthvalueSync(self: Tensor, k: number | bigint, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** |input - target| of the broadcast shape; weight (of input's shape) multiplies it and its mean is weighted. */
  l1_loss(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; weight?: Tensor | null } & Abortable): Promise<Tensor>;
  l1_loss(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; weight?: Tensor | null } & Abortable): Promise<Tensor>;
  l1_lossSync(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; weight?: Tensor | null }): Tensor;
  l1_lossSync(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; weight?: Tensor | null }): Tensor;
  /** (x - mean) / sqrt(var + eps) over the trailing dims, times weight plus bias. */
  layer_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, eps: number, cudnn_enable: boolean, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean } & Abortable): Promise<Tensor>;
  layer_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, eps: number, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean } & Abortable): Promise<Tensor>;
  layer_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean } & Abortable): Promise<Tensor>;
  layer_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean } & Abortable): Promise<Tensor>;
  layer_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean } & Abortable): Promise<Tensor>;
  layer_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, eps: number, cudnn_enable: boolean, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean }): Tensor;
  layer_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, eps: number, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean }): Tensor;
  layer_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean }): Tensor;
  layer_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean }): Tensor;
  layer_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean }): Tensor;
  lcm(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  lcm(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  lcmSync(self: Tensor, other: Tensor): Tensor;
  lcmSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  lcm_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  lcm_Sync(self: Tensor, other: Tensor): Tensor;
  ldexp(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  ldexp(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  ldexpSync(self: Tensor, other: Tensor): Tensor;
  ldexpSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  ldexp_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  ldexp_Sync(self: Tensor, other: Tensor): Tensor;
  /** Whether input <= other, element by element; the shapes broadcast, the dtypes promote. */
  le(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  le(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  leSync(self: Tensor, other: TensorLike): Tensor;
  leSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: whether input <= other, element by element; the shapes broadcast, the dtypes promote. */
  le_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  le_Sync(self: Tensor, other: TensorLike): Tensor;
  leaky_relu(self: Tensor, negative_slope: Scalar, named?: { negative_slope?: Scalar } & Abortable): Promise<Tensor>;
  leaky_relu(self: Tensor, named?: { negative_slope?: Scalar } & Abortable): Promise<Tensor>;
  leaky_relu(self: Tensor, negative_slope: Scalar, named: { negative_slope?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  leaky_relu(self: Tensor, named: { negative_slope?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  leaky_reluSync(self: Tensor, negative_slope: Scalar, named?: { negative_slope?: Scalar }): Tensor;
  leaky_reluSync(self: Tensor, named?: { negative_slope?: Scalar }): Tensor;
  leaky_reluSync(self: Tensor, negative_slope: Scalar, named: { negative_slope?: Scalar; out: Tensor }): Tensor;
  leaky_reluSync(self: Tensor, named: { negative_slope?: Scalar; out: Tensor }): Tensor;
  leaky_relu_(self: Tensor, negative_slope: Scalar, named?: { negative_slope?: Scalar } & Abortable): Promise<Tensor>;
  leaky_relu_(self: Tensor, named?: { negative_slope?: Scalar } & Abortable): Promise<Tensor>;
  leaky_relu_Sync(self: Tensor, negative_slope: Scalar, named?: { negative_slope?: Scalar }): Tensor;
  leaky_relu_Sync(self: Tensor, named?: { negative_slope?: Scalar }): Tensor;
  /** input + weight * (end - input). */
  lerp(self: Tensor, end: Tensor, weight: Scalar, named?: Abortable): Promise<Tensor>;
  lerp(self: Tensor, end: Tensor, weight: TensorLike, named?: Abortable): Promise<Tensor>;
  lerp(self: Tensor, end: Tensor, weight: Scalar, named: { out: Tensor } & Abortable): Promise<Tensor>;
  lerp(self: Tensor, end: Tensor, weight: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  lerpSync(self: Tensor, end: Tensor, weight: Scalar): Tensor;
  lerpSync(self: Tensor, end: Tensor, weight: TensorLike): Tensor;
  lerpSync(self: Tensor, end: Tensor, weight: Scalar, named: { out: Tensor }): Tensor;
  lerpSync(self: Tensor, end: Tensor, weight: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: input + weight * (end - input). */
  lerp_(self: Tensor, end: Tensor, weight: Scalar, named?: Abortable): Promise<Tensor>;
  lerp_(self: Tensor, end: Tensor, weight: TensorLike, named?: Abortable): Promise<Tensor>;
  lerp_Sync(self: Tensor, end: Tensor, weight: Scalar): Tensor;
  lerp_Sync(self: Tensor, end: Tensor, weight: TensorLike): Tensor;
  less(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  less(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  lessSync(self: Tensor, other: TensorLike): Tensor;
  lessSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  less_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  less_Sync(self: Tensor, other: TensorLike): Tensor;
  less_equal(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  less_equal(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  less_equalSync(self: Tensor, other: TensorLike): Tensor;
  less_equalSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  less_equal_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  less_equal_Sync(self: Tensor, other: TensorLike): Tensor;
  /** The log|gamma(x)|, of every element; of the shape of input. */
  lgamma(self: Tensor, named?: Abortable): Promise<Tensor>;
  lgamma(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  lgammaSync(self: Tensor): Tensor;
  lgammaSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the log|gamma(x)|, of every element; of the shape of input. */
  lgamma_(self: Tensor, named?: Abortable): Promise<Tensor>;
  lgamma_Sync(self: Tensor): Tensor;
  /** L of A = L L^H for Hermitian positive-definite matrices (..., n, n); LinAlgError for others. */
  linalg_cholesky(self: Tensor, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  linalg_cholesky(self: Tensor, named: { upper?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_choleskySync(self: Tensor, named?: { upper?: boolean }): Tensor;
  linalg_choleskySync(self: Tensor, named: { upper?: boolean; out: Tensor }): Tensor;
  /** The Cholesky factor of each matrix (..., n, n), of which one triangle is read, and LAPACK's info (...). */
  linalg_cholesky_ex(self: Tensor, named?: { upper?: boolean; check_errors?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_cholesky_ex(self: Tensor, named: { upper?: boolean; check_errors?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_cholesky_exSync(self: Tensor, named?: { upper?: boolean; check_errors?: boolean }): [Tensor, Tensor];
  linalg_cholesky_exSync(self: Tensor, named: { upper?: boolean; check_errors?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  linalg_cond(self: Tensor, p: Scalar | null, named?: { p?: Scalar | null } & Abortable): Promise<Tensor>;
  linalg_cond(self: Tensor, named?: { p?: Scalar | null } & Abortable): Promise<Tensor>;
  linalg_cond(self: Tensor, p: string, named?: Abortable): Promise<Tensor>;
  linalg_cond(self: Tensor, p: Scalar | null, named: { p?: Scalar | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_cond(self: Tensor, named: { p?: Scalar | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_cond(self: Tensor, p: string, named: { out: Tensor } & Abortable): Promise<Tensor>;
  linalg_condSync(self: Tensor, p: Scalar | null, named?: { p?: Scalar | null }): Tensor;
  linalg_condSync(self: Tensor, named?: { p?: Scalar | null }): Tensor;
  linalg_condSync(self: Tensor, p: string): Tensor;
  linalg_condSync(self: Tensor, p: Scalar | null, named: { p?: Scalar | null; out: Tensor }): Tensor;
  linalg_condSync(self: Tensor, named: { p?: Scalar | null; out: Tensor }): Tensor;
  linalg_condSync(self: Tensor, p: string, named: { out: Tensor }): Tensor;
  /** Vector products along dim, of size 3. */
  linalg_cross(self: Tensor, other: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  linalg_cross(self: Tensor, other: Tensor, named: { dim?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_crossSync(self: Tensor, other: Tensor, named?: { dim?: number | bigint }): Tensor;
  linalg_crossSync(self: Tensor, other: Tensor, named: { dim?: number | bigint; out: Tensor }): Tensor;
  /** The determinant of each matrix (..., n, n). */
  linalg_det(A: Tensor, named?: Abortable): Promise<Tensor>;
  linalg_det(A: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  linalg_detSync(A: Tensor): Tensor;
  linalg_detSync(A: Tensor, named: { out: Tensor }): Tensor;
  /** A view of the diagonal of each matrix. */
  linalg_diagonal(A: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  linalg_diagonalSync(A: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  /** Eigenvalues (..., n) and vectors (..., n, n) of length 1, both complex, of square matrices. */
  linalg_eig(self: Tensor, named?: Abortable): Promise<[Tensor, Tensor]>;
  linalg_eig(self: Tensor, named: { out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_eigSync(self: Tensor): [Tensor, Tensor];
  linalg_eigSync(self: Tensor, named: { out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** Eigenvalues (..., n), real and ascending, and vectors (..., n, n) of Hermitian matrices; one triangle is read. */
  linalg_eigh(self: Tensor, UPLO: string, named?: { UPLO?: string } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_eigh(self: Tensor, named?: { UPLO?: string } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_eigh(self: Tensor, UPLO: string, named: { UPLO?: string; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_eigh(self: Tensor, named: { UPLO?: string; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_eighSync(self: Tensor, UPLO: string, named?: { UPLO?: string }): [Tensor, Tensor];
  linalg_eighSync(self: Tensor, named?: { UPLO?: string }): [Tensor, Tensor];
  linalg_eighSync(self: Tensor, UPLO: string, named: { UPLO?: string; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  linalg_eighSync(self: Tensor, named: { UPLO?: string; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** The eigenvalues of square matrices (..., n, n), complex. */
  linalg_eigvals(self: Tensor, named?: Abortable): Promise<Tensor>;
  linalg_eigvals(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  linalg_eigvalsSync(self: Tensor): Tensor;
  linalg_eigvalsSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** The eigenvalues of Hermitian matrices (..., n, n), ascending. */
  linalg_eigvalsh(self: Tensor, UPLO: string, named?: { UPLO?: string } & Abortable): Promise<Tensor>;
  linalg_eigvalsh(self: Tensor, named?: { UPLO?: string } & Abortable): Promise<Tensor>;
  linalg_eigvalsh(self: Tensor, UPLO: string, named: { UPLO?: string; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_eigvalsh(self: Tensor, named: { UPLO?: string; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_eigvalshSync(self: Tensor, UPLO: string, named?: { UPLO?: string }): Tensor;
  linalg_eigvalshSync(self: Tensor, named?: { UPLO?: string }): Tensor;
  linalg_eigvalshSync(self: Tensor, UPLO: string, named: { UPLO?: string; out: Tensor }): Tensor;
  linalg_eigvalshSync(self: Tensor, named: { UPLO?: string; out: Tensor }): Tensor;
  /** The first n columns of the product of the reflections that torch.geqrf leaves in input (..., m, n). */
  linalg_householder_product(input: Tensor, tau: Tensor, named?: Abortable): Promise<Tensor>;
  linalg_householder_product(input: Tensor, tau: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  linalg_householder_productSync(input: Tensor, tau: Tensor): Tensor;
  linalg_householder_productSync(input: Tensor, tau: Tensor, named: { out: Tensor }): Tensor;
  /** The inverse of each matrix (..., n, n); LinAlgError if one is singular. */
  linalg_inv(A: Tensor, named?: Abortable): Promise<Tensor>;
  linalg_inv(A: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  linalg_invSync(A: Tensor): Tensor;
  linalg_invSync(A: Tensor, named: { out: Tensor }): Tensor;
  /** linalg.inv that says in info, a number per matrix, which were singular. */
  linalg_inv_ex(A: Tensor, named?: { check_errors?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_inv_ex(A: Tensor, named: { check_errors?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_inv_exSync(A: Tensor, named?: { check_errors?: boolean }): [Tensor, Tensor];
  linalg_inv_exSync(A: Tensor, named: { check_errors?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** linalg.ldl_factor_ex that raises LinAlgError where D has a zero on its diagonal. */
  linalg_ldl_factor(self: Tensor, named?: { hermitian?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_ldl_factor(self: Tensor, named: { hermitian?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_ldl_factorSync(self: Tensor, named?: { hermitian?: boolean }): [Tensor, Tensor];
  linalg_ldl_factorSync(self: Tensor, named: { hermitian?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** L below the diagonal and D on it and, where a block of D has two rows, beside it, of symmetric matrices (..., n, n), Hermitian ones with `hermitian`; LAPACK's pivots (..., n), negative for such blocks; info (...). */
  linalg_ldl_factor_ex(self: Tensor, named?: { hermitian?: boolean; check_errors?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_ldl_factor_ex(self: Tensor, named: { hermitian?: boolean; check_errors?: boolean; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_ldl_factor_exSync(self: Tensor, named?: { hermitian?: boolean; check_errors?: boolean }): [Tensor, Tensor, Tensor];
  linalg_ldl_factor_exSync(self: Tensor, named: { hermitian?: boolean; check_errors?: boolean; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  /** X of A X = B (..., n, k) from the factors of A, of which ldl_factor makes them. */
  linalg_ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, named?: { hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_ldl_solve(LD: Tensor, pivots: Tensor, B: Tensor, named: { hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_ldl_solveSync(LD: Tensor, pivots: Tensor, B: Tensor, named?: { hermitian?: boolean }): Tensor;
  linalg_ldl_solveSync(LD: Tensor, pivots: Tensor, B: Tensor, named: { hermitian?: boolean; out: Tensor }): Tensor;
  /** X (..., n, k) that makes A X closest to B, for A (..., m, n) and B (..., m, k) or vectors (..., m); driver: gelsy, gels, gelsd or gelss. */
  linalg_lstsq(self: Tensor, b: Tensor, rcond: number | null, named?: { rcond?: number | null; driver?: string | null } & Abortable): Promise<[Tensor, Tensor, Tensor, Tensor]>;
  linalg_lstsq(self: Tensor, b: Tensor, named?: { rcond?: number | null; driver?: string | null } & Abortable): Promise<[Tensor, Tensor, Tensor, Tensor]>;
  linalg_lstsq(self: Tensor, b: Tensor, rcond: number | null, named: { rcond?: number | null; driver?: string | null; out0: Tensor; out1: Tensor; out2: Tensor; out3: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor, Tensor]>;
  linalg_lstsq(self: Tensor, b: Tensor, named: { rcond?: number | null; driver?: string | null; out0: Tensor; out1: Tensor; out2: Tensor; out3: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor, Tensor]>;
  linalg_lstsqSync(self: Tensor, b: Tensor, rcond: number | null, named?: { rcond?: number | null; driver?: string | null }): [Tensor, Tensor, Tensor, Tensor];
  linalg_lstsqSync(self: Tensor, b: Tensor, named?: { rcond?: number | null; driver?: string | null }): [Tensor, Tensor, Tensor, Tensor];
  linalg_lstsqSync(self: Tensor, b: Tensor, rcond: number | null, named: { rcond?: number | null; driver?: string | null; out0: Tensor; out1: Tensor; out2: Tensor; out3: Tensor }): [Tensor, Tensor, Tensor, Tensor];
  linalg_lstsqSync(self: Tensor, b: Tensor, named: { rcond?: number | null; driver?: string | null; out0: Tensor; out1: Tensor; out2: Tensor; out3: Tensor }): [Tensor, Tensor, Tensor, Tensor];
  /** P, L and U of A = P L U for matrices (..., m, n). */
  linalg_lu(A: Tensor, named?: { pivot?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_lu(A: Tensor, named: { pivot?: boolean; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_luSync(A: Tensor, named?: { pivot?: boolean }): [Tensor, Tensor, Tensor];
  linalg_luSync(A: Tensor, named: { pivot?: boolean; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  /** linalg.lu_factor_ex that raises LinAlgError where U has a zero on its diagonal. */
  linalg_lu_factor(A: Tensor, named?: { pivot?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_lu_factor(A: Tensor, named: { pivot?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_lu_factorSync(A: Tensor, named?: { pivot?: boolean }): [Tensor, Tensor];
  linalg_lu_factorSync(A: Tensor, named: { pivot?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** L below the diagonal and U on and above it, of matrices (..., m, n); pivots (..., min(m, n)); info (...). */
  linalg_lu_factor_ex(A: Tensor, named?: { pivot?: boolean; check_errors?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_lu_factor_ex(A: Tensor, named: { pivot?: boolean; check_errors?: boolean; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_lu_factor_exSync(A: Tensor, named?: { pivot?: boolean; check_errors?: boolean }): [Tensor, Tensor, Tensor];
  linalg_lu_factor_exSync(A: Tensor, named: { pivot?: boolean; check_errors?: boolean; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  /** X of A X = B (or X A = B) from the factors of A; adjoint: with A^H in its place. */
  linalg_lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, named?: { left?: boolean; adjoint?: boolean } & Abortable): Promise<Tensor>;
  linalg_lu_solve(LU: Tensor, pivots: Tensor, B: Tensor, named: { left?: boolean; adjoint?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_lu_solveSync(LU: Tensor, pivots: Tensor, B: Tensor, named?: { left?: boolean; adjoint?: boolean }): Tensor;
  linalg_lu_solveSync(LU: Tensor, pivots: Tensor, B: Tensor, named: { left?: boolean; adjoint?: boolean; out: Tensor }): Tensor;
  /** torch.matmul under the name that NumPy has for it. */
  linalg_matmul(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  linalg_matmul(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matmulSync(self: Tensor, other: Tensor): Tensor;
  linalg_matmulSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** The exponential of each square matrix (..., n, n). */
  linalg_matrix_exp(self: Tensor, named?: Abortable): Promise<Tensor>;
  linalg_matrix_expSync(self: Tensor): Tensor;
  /** The norm of the matrices in two dims: "fro", "nuc", inf, -inf, 1, -1, 2 or -2. */
  linalg_matrix_norm(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: Scalar, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[], named?: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: string, named?: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, named?: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[], named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: Scalar, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[], named: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, ord: string, named: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_norm(self: Tensor, named: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_normSync(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: Scalar, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[], named?: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: string, named?: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_matrix_normSync(self: Tensor, named?: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[], named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: Scalar, named: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[], named: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_matrix_normSync(self: Tensor, ord: string, named: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_matrix_normSync(self: Tensor, named: { ord?: string; dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  /** The n-th power of each square matrix; a negative n is of the inverse. */
  linalg_matrix_power(self: Tensor, n: number | bigint, named?: Abortable): Promise<Tensor>;
  linalg_matrix_power(self: Tensor, n: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_powerSync(self: Tensor, n: number | bigint): Tensor;
  linalg_matrix_powerSync(self: Tensor, n: number | bigint, named: { out: Tensor }): Tensor;
  linalg_matrix_rank(input: Tensor, named?: { atol?: Tensor | null; rtol?: Tensor | null; hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(self: Tensor, named?: { atol?: number | null; rtol?: number | null; hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(self: Tensor, tol: number, hermitian: boolean, named?: { hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(self: Tensor, tol: number, named?: { hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(input: Tensor, tol: Tensor, hermitian: boolean, named?: { hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(input: Tensor, tol: Tensor, named?: { hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(input: Tensor, named: { atol?: Tensor | null; rtol?: Tensor | null; hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(self: Tensor, named: { atol?: number | null; rtol?: number | null; hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(self: Tensor, tol: number, hermitian: boolean, named: { hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(self: Tensor, tol: number, named: { hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(input: Tensor, tol: Tensor, hermitian: boolean, named: { hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_rank(input: Tensor, tol: Tensor, named: { hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_matrix_rankSync(input: Tensor, named?: { atol?: Tensor | null; rtol?: Tensor | null; hermitian?: boolean }): Tensor;
  linalg_matrix_rankSync(self: Tensor, named?: { atol?: number | null; rtol?: number | null; hermitian?: boolean }): Tensor;
  linalg_matrix_rankSync(self: Tensor, tol: number, hermitian: boolean, named?: { hermitian?: boolean }): Tensor;
  linalg_matrix_rankSync(self: Tensor, tol: number, named?: { hermitian?: boolean }): Tensor;
  linalg_matrix_rankSync(input: Tensor, tol: Tensor, hermitian: boolean, named?: { hermitian?: boolean }): Tensor;
  linalg_matrix_rankSync(input: Tensor, tol: Tensor, named?: { hermitian?: boolean }): Tensor;
  linalg_matrix_rankSync(input: Tensor, named: { atol?: Tensor | null; rtol?: Tensor | null; hermitian?: boolean; out: Tensor }): Tensor;
  linalg_matrix_rankSync(self: Tensor, named: { atol?: number | null; rtol?: number | null; hermitian?: boolean; out: Tensor }): Tensor;
  linalg_matrix_rankSync(self: Tensor, tol: number, hermitian: boolean, named: { hermitian?: boolean; out: Tensor }): Tensor;
  linalg_matrix_rankSync(self: Tensor, tol: number, named: { hermitian?: boolean; out: Tensor }): Tensor;
  linalg_matrix_rankSync(input: Tensor, tol: Tensor, hermitian: boolean, named: { hermitian?: boolean; out: Tensor }): Tensor;
  linalg_matrix_rankSync(input: Tensor, tol: Tensor, named: { hermitian?: boolean; out: Tensor }): Tensor;
  /** The product of matrices, in the order of least cost; the first and the last may be vectors. */
  linalg_multi_dot(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor>;
  linalg_multi_dot(tensors: readonly (Tensor)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  linalg_multi_dotSync(tensors: readonly (Tensor)[]): Tensor;
  linalg_multi_dotSync(tensors: readonly (Tensor)[], named: { out: Tensor }): Tensor;
  linalg_norm(self: Tensor, ord: Scalar | null, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: Scalar | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: Scalar | null, named?: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, named?: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: string, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: Scalar | null, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: Scalar | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: Scalar | null, named: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, named: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_norm(self: Tensor, ord: string, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_normSync(self: Tensor, ord: Scalar | null, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_normSync(self: Tensor, ord: Scalar | null, dim: number | bigint | readonly (number | bigint)[] | null, named?: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_normSync(self: Tensor, ord: Scalar | null, named?: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_normSync(self: Tensor, named?: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_normSync(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_normSync(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_normSync(self: Tensor, ord: string, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_normSync(self: Tensor, ord: Scalar | null, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_normSync(self: Tensor, ord: Scalar | null, dim: number | bigint | readonly (number | bigint)[] | null, named: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_normSync(self: Tensor, ord: Scalar | null, named: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_normSync(self: Tensor, named: { ord?: Scalar | null; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_normSync(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_normSync(self: Tensor, ord: string, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_normSync(self: Tensor, ord: string, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_pinv(self: Tensor, named?: { atol?: Tensor | null; rtol?: Tensor | null; hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, named?: { atol?: number | null; rtol?: number | null; hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, rcond: number, hermitian: boolean, named?: { hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, rcond: number, named?: { hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, rcond: Tensor, hermitian: boolean, named?: { hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, rcond: Tensor, named?: { hermitian?: boolean } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, named: { atol?: Tensor | null; rtol?: Tensor | null; hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, named: { atol?: number | null; rtol?: number | null; hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, rcond: number, hermitian: boolean, named: { hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, rcond: number, named: { hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, rcond: Tensor, hermitian: boolean, named: { hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_pinv(self: Tensor, rcond: Tensor, named: { hermitian?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_pinvSync(self: Tensor, named?: { atol?: Tensor | null; rtol?: Tensor | null; hermitian?: boolean }): Tensor;
  linalg_pinvSync(self: Tensor, named?: { atol?: number | null; rtol?: number | null; hermitian?: boolean }): Tensor;
  linalg_pinvSync(self: Tensor, rcond: number, hermitian: boolean, named?: { hermitian?: boolean }): Tensor;
  linalg_pinvSync(self: Tensor, rcond: number, named?: { hermitian?: boolean }): Tensor;
  linalg_pinvSync(self: Tensor, rcond: Tensor, hermitian: boolean, named?: { hermitian?: boolean }): Tensor;
  linalg_pinvSync(self: Tensor, rcond: Tensor, named?: { hermitian?: boolean }): Tensor;
  linalg_pinvSync(self: Tensor, named: { atol?: Tensor | null; rtol?: Tensor | null; hermitian?: boolean; out: Tensor }): Tensor;
  linalg_pinvSync(self: Tensor, named: { atol?: number | null; rtol?: number | null; hermitian?: boolean; out: Tensor }): Tensor;
  linalg_pinvSync(self: Tensor, rcond: number, hermitian: boolean, named: { hermitian?: boolean; out: Tensor }): Tensor;
  linalg_pinvSync(self: Tensor, rcond: number, named: { hermitian?: boolean; out: Tensor }): Tensor;
  linalg_pinvSync(self: Tensor, rcond: Tensor, hermitian: boolean, named: { hermitian?: boolean; out: Tensor }): Tensor;
  linalg_pinvSync(self: Tensor, rcond: Tensor, named: { hermitian?: boolean; out: Tensor }): Tensor;
  /** Q with orthonormal columns and upper triangular R of A = Q R (..., m, n); mode: reduced, complete or r. */
  linalg_qr(A: Tensor, mode: string, named?: { mode?: string } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_qr(A: Tensor, named?: { mode?: string } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_qr(A: Tensor, mode: string, named: { mode?: string; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_qr(A: Tensor, named: { mode?: string; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_qrSync(A: Tensor, mode: string, named?: { mode?: string }): [Tensor, Tensor];
  linalg_qrSync(A: Tensor, named?: { mode?: string }): [Tensor, Tensor];
  linalg_qrSync(A: Tensor, mode: string, named: { mode?: string; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  linalg_qrSync(A: Tensor, named: { mode?: string; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** The sign (or phase) of the determinant of each matrix (..., n, n), and the log of its size. */
  linalg_slogdet(A: Tensor, named?: Abortable): Promise<[Tensor, Tensor]>;
  linalg_slogdet(A: Tensor, named: { out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_slogdetSync(A: Tensor): [Tensor, Tensor];
  linalg_slogdetSync(A: Tensor, named: { out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** X of A X = B (or X A = B) for A (..., n, n) and B (..., n, k) or vectors (..., n); LinAlgError if singular. */
  linalg_solve(A: Tensor, B: Tensor, named?: { left?: boolean } & Abortable): Promise<Tensor>;
  linalg_solve(A: Tensor, B: Tensor, named: { left?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_solveSync(A: Tensor, B: Tensor, named?: { left?: boolean }): Tensor;
  linalg_solveSync(A: Tensor, B: Tensor, named: { left?: boolean; out: Tensor }): Tensor;
  /** linalg.solve that says in info, a number per matrix, which were singular. */
  linalg_solve_ex(A: Tensor, B: Tensor, named?: { left?: boolean; check_errors?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_solve_ex(A: Tensor, B: Tensor, named: { left?: boolean; check_errors?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  linalg_solve_exSync(A: Tensor, B: Tensor, named?: { left?: boolean; check_errors?: boolean }): [Tensor, Tensor];
  linalg_solve_exSync(A: Tensor, B: Tensor, named: { left?: boolean; check_errors?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** X of A X = B (or X A = B), of A (..., n, n) only one triangle being read; unitriangular: ones on its diagonal. */
  linalg_solve_triangular(self: Tensor, B: Tensor, named: { upper: boolean; left?: boolean; unitriangular?: boolean } & Abortable): Promise<Tensor>;
  linalg_solve_triangular(self: Tensor, B: Tensor, named: { upper: boolean; left?: boolean; unitriangular?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_solve_triangularSync(self: Tensor, B: Tensor, named: { upper: boolean; left?: boolean; unitriangular?: boolean }): Tensor;
  linalg_solve_triangularSync(self: Tensor, B: Tensor, named: { upper: boolean; left?: boolean; unitriangular?: boolean; out: Tensor }): Tensor;
  /** U, S, V^H of A = U diag(S) V^H for matrices (..., m, n); S (..., min(m, n)), descending; LinAlgError for NaN. */
  linalg_svd(A: Tensor, full_matrices: boolean, named?: { full_matrices?: boolean; driver?: string | null } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_svd(A: Tensor, named?: { full_matrices?: boolean; driver?: string | null } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_svd(A: Tensor, full_matrices: boolean, named: { full_matrices?: boolean; driver?: string | null; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_svd(A: Tensor, named: { full_matrices?: boolean; driver?: string | null; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  linalg_svdSync(A: Tensor, full_matrices: boolean, named?: { full_matrices?: boolean; driver?: string | null }): [Tensor, Tensor, Tensor];
  linalg_svdSync(A: Tensor, named?: { full_matrices?: boolean; driver?: string | null }): [Tensor, Tensor, Tensor];
  linalg_svdSync(A: Tensor, full_matrices: boolean, named: { full_matrices?: boolean; driver?: string | null; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  linalg_svdSync(A: Tensor, named: { full_matrices?: boolean; driver?: string | null; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  /** The singular values of each matrix, descending. */
  linalg_svdvals(A: Tensor, named?: { driver?: string | null } & Abortable): Promise<Tensor>;
  linalg_svdvals(A: Tensor, named: { driver?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_svdvalsSync(A: Tensor, named?: { driver?: string | null }): Tensor;
  linalg_svdvalsSync(A: Tensor, named: { driver?: string | null; out: Tensor }): Tensor;
  /** The inverse of input as a map from its dims from `ind` on to those before. */
  linalg_tensorinv(self: Tensor, ind: number | bigint, named?: { ind?: number | bigint } & Abortable): Promise<Tensor>;
  linalg_tensorinv(self: Tensor, named?: { ind?: number | bigint } & Abortable): Promise<Tensor>;
  linalg_tensorinv(self: Tensor, ind: number | bigint, named: { ind?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_tensorinv(self: Tensor, named: { ind?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_tensorinvSync(self: Tensor, ind: number | bigint, named?: { ind?: number | bigint }): Tensor;
  linalg_tensorinvSync(self: Tensor, named?: { ind?: number | bigint }): Tensor;
  linalg_tensorinvSync(self: Tensor, ind: number | bigint, named: { ind?: number | bigint; out: Tensor }): Tensor;
  linalg_tensorinvSync(self: Tensor, named: { ind?: number | bigint; out: Tensor }): Tensor;
  /** X of tensordot(input, X, X.ndim) = other. */
  linalg_tensorsolve(self: Tensor, other: Tensor, dims: number | bigint | readonly (number | bigint)[] | null, named?: { dims?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  linalg_tensorsolve(self: Tensor, other: Tensor, named?: { dims?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  linalg_tensorsolve(self: Tensor, other: Tensor, dims: number | bigint | readonly (number | bigint)[] | null, named: { dims?: number | bigint | readonly (number | bigint)[] | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_tensorsolve(self: Tensor, other: Tensor, named: { dims?: number | bigint | readonly (number | bigint)[] | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_tensorsolveSync(self: Tensor, other: Tensor, dims: number | bigint | readonly (number | bigint)[] | null, named?: { dims?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  linalg_tensorsolveSync(self: Tensor, other: Tensor, named?: { dims?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  linalg_tensorsolveSync(self: Tensor, other: Tensor, dims: number | bigint | readonly (number | bigint)[] | null, named: { dims?: number | bigint | readonly (number | bigint)[] | null; out: Tensor }): Tensor;
  linalg_tensorsolveSync(self: Tensor, other: Tensor, named: { dims?: number | bigint | readonly (number | bigint)[] | null; out: Tensor }): Tensor;
  linalg_vander(x: Tensor, named?: { N?: number | bigint | null } & Abortable): Promise<Tensor>;
  linalg_vanderSync(x: Tensor, named?: { N?: number | bigint | null }): Tensor;
  /** Sums of conj(x) y along `dim`. */
  linalg_vecdot(x: Tensor, y: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  linalg_vecdot(x: Tensor, y: Tensor, named: { dim?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_vecdotSync(x: Tensor, y: Tensor, named?: { dim?: number | bigint }): Tensor;
  linalg_vecdotSync(x: Tensor, y: Tensor, named: { dim?: number | bigint; out: Tensor }): Tensor;
  linalg_vector_norm(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_vector_norm(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[] | null, named?: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_vector_norm(self: Tensor, ord: Scalar, named?: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_vector_norm(self: Tensor, named?: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  linalg_vector_norm(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_vector_norm(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[] | null, named: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_vector_norm(self: Tensor, ord: Scalar, named: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_vector_norm(self: Tensor, named: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  linalg_vector_normSync(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_vector_normSync(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[] | null, named?: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_vector_normSync(self: Tensor, ord: Scalar, named?: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_vector_normSync(self: Tensor, named?: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  linalg_vector_normSync(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_vector_normSync(self: Tensor, ord: Scalar, dim: number | bigint | readonly (number | bigint)[] | null, named: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_vector_normSync(self: Tensor, ord: Scalar, named: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  linalg_vector_normSync(self: Tensor, named: { ord?: Scalar; dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  /** input (*, in) @ weight (out, in) transposed + bias (out): (*, out). */
  linear(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null } & Abortable): Promise<Tensor>;
  linear(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null } & Abortable): Promise<Tensor>;
  linear(input: Tensor, weight: Tensor, bias: Tensor | null, named: { bias?: Tensor | null; out: Tensor } & Abortable): Promise<Tensor>;
  linear(input: Tensor, weight: Tensor, named: { bias?: Tensor | null; out: Tensor } & Abortable): Promise<Tensor>;
  linearSync(input: Tensor, weight: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null }): Tensor;
  linearSync(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null }): Tensor;
  linearSync(input: Tensor, weight: Tensor, bias: Tensor | null, named: { bias?: Tensor | null; out: Tensor }): Tensor;
  linearSync(input: Tensor, weight: Tensor, named: { bias?: Tensor | null; out: Tensor }): Tensor;
  /** cross_entropy_loss(linear(input, weight, bias), target) of `chunk` rows at a time, 0 for a good number, without ever holding all logits: input (N, features), weight (classes, features), target (N), class numbers. */
  linear_cross_entropy(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, class_weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, chunk: number | bigint, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint } & Abortable): Promise<Tensor>;
  linear_cross_entropy(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, class_weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint } & Abortable): Promise<Tensor>;
  linear_cross_entropy(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, class_weight: Tensor | null, reduction: number | bigint, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint } & Abortable): Promise<Tensor>;
  linear_cross_entropy(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, class_weight: Tensor | null, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint } & Abortable): Promise<Tensor>;
  linear_cross_entropy(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint } & Abortable): Promise<Tensor>;
  linear_cross_entropy(self: Tensor, weight: Tensor, target: Tensor, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint } & Abortable): Promise<Tensor>;
  linear_cross_entropySync(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, class_weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, chunk: number | bigint, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint }): Tensor;
  linear_cross_entropySync(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, class_weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint }): Tensor;
  linear_cross_entropySync(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, class_weight: Tensor | null, reduction: number | bigint, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint }): Tensor;
  linear_cross_entropySync(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, class_weight: Tensor | null, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint }): Tensor;
  linear_cross_entropySync(self: Tensor, weight: Tensor, target: Tensor, bias: Tensor | null, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint }): Tensor;
  linear_cross_entropySync(self: Tensor, weight: Tensor, target: Tensor, named?: { bias?: Tensor | null; class_weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint; chunk?: number | bigint }): Tensor;
  /** steps numbers from start to end, both included, evenly spaced: 1-d. */
  linspace(start: Scalar, end: Scalar, steps: number | bigint, named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  linspace(start: Scalar, end: Scalar, steps: number | bigint, named: { dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  linspaceSync(start: Scalar, end: Scalar, steps: number | bigint, named?: { dtype?: DType | null; device?: string | null }): Tensor;
  linspaceSync(start: Scalar, end: Scalar, steps: number | bigint, named: { dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  /** input / (k + alpha * the mean square of `size` neighbouring channels) ** beta; channels are the second dim. */
  local_response_norm(input: Tensor, size: number | bigint, alpha: number, beta: number, k: number, named?: { alpha?: number; beta?: number; k?: number } & Abortable): Promise<Tensor>;
  local_response_norm(input: Tensor, size: number | bigint, alpha: number, beta: number, named?: { alpha?: number; beta?: number; k?: number } & Abortable): Promise<Tensor>;
  local_response_norm(input: Tensor, size: number | bigint, alpha: number, named?: { alpha?: number; beta?: number; k?: number } & Abortable): Promise<Tensor>;
  local_response_norm(input: Tensor, size: number | bigint, named?: { alpha?: number; beta?: number; k?: number } & Abortable): Promise<Tensor>;
  local_response_normSync(input: Tensor, size: number | bigint, alpha: number, beta: number, k: number, named?: { alpha?: number; beta?: number; k?: number }): Tensor;
  local_response_normSync(input: Tensor, size: number | bigint, alpha: number, beta: number, named?: { alpha?: number; beta?: number; k?: number }): Tensor;
  local_response_normSync(input: Tensor, size: number | bigint, alpha: number, named?: { alpha?: number; beta?: number; k?: number }): Tensor;
  local_response_normSync(input: Tensor, size: number | bigint, named?: { alpha?: number; beta?: number; k?: number }): Tensor;
  /** The natural logarithm, of every element; of the shape of input. */
  log(self: Tensor, named?: Abortable): Promise<Tensor>;
  log(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  logSync(self: Tensor): Tensor;
  logSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** The logarithm to base 10, of every element; of the shape of input. */
  log10(self: Tensor, named?: Abortable): Promise<Tensor>;
  log10(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  log10Sync(self: Tensor): Tensor;
  log10Sync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the logarithm to base 10, of every element; of the shape of input. */
  log10_(self: Tensor, named?: Abortable): Promise<Tensor>;
  log10_Sync(self: Tensor): Tensor;
  /** The log(1 + x), exact near 0, of every element; of the shape of input. */
  log1p(self: Tensor, named?: Abortable): Promise<Tensor>;
  log1p(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  log1pSync(self: Tensor): Tensor;
  log1pSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the log(1 + x), exact near 0, of every element; of the shape of input. */
  log1p_(self: Tensor, named?: Abortable): Promise<Tensor>;
  log1p_Sync(self: Tensor): Tensor;
  /** The logarithm to base 2, of every element; of the shape of input. */
  log2(self: Tensor, named?: Abortable): Promise<Tensor>;
  log2(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  log2Sync(self: Tensor): Tensor;
  log2Sync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the logarithm to base 2, of every element; of the shape of input. */
  log2_(self: Tensor, named?: Abortable): Promise<Tensor>;
  log2_Sync(self: Tensor): Tensor;
  /** In place: the natural logarithm, of every element; of the shape of input. */
  log_(self: Tensor, named?: Abortable): Promise<Tensor>;
  log_Sync(self: Tensor): Tensor;
  log_normal_(self: Tensor, mean: number, std: number, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  log_normal_(self: Tensor, mean: number, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  log_normal_(self: Tensor, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  log_normal_Sync(self: Tensor, mean: number, std: number, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  log_normal_Sync(self: Tensor, mean: number, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  log_normal_Sync(self: Tensor, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  /** log(sigmoid(input)), without overflow. */
  log_sigmoid(self: Tensor, named?: Abortable): Promise<Tensor>;
  log_sigmoid(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  log_sigmoidSync(self: Tensor): Tensor;
  log_sigmoidSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** The logarithm of softmax, of the shape of input. */
  log_softmax(self: Tensor, dim: number | bigint, dtype: DType | null, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  log_softmax(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  log_softmax(self: Tensor, dim: number | bigint, dtype: DType | null, named: { dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  log_softmax(self: Tensor, dim: number | bigint, named: { dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  log_softmaxSync(self: Tensor, dim: number | bigint, dtype: DType | null, named?: { dtype?: DType | null }): Tensor;
  log_softmaxSync(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  log_softmaxSync(self: Tensor, dim: number | bigint, dtype: DType | null, named: { dtype?: DType | null; out: Tensor }): Tensor;
  log_softmaxSync(self: Tensor, dim: number | bigint, named: { dtype?: DType | null; out: Tensor }): Tensor;
  logaddexp(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  logaddexp(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  logaddexpSync(self: Tensor, other: Tensor): Tensor;
  logaddexpSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  logaddexp2(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  logaddexp2(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  logaddexp2Sync(self: Tensor, other: Tensor): Tensor;
  logaddexp2Sync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** The logarithm of the running sum of exp(input) along dim, without overflow. */
  logcumsumexp(self: Tensor, dim: number | bigint, named?: Abortable): Promise<Tensor>;
  logcumsumexp(self: Tensor, dim: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  logcumsumexpSync(self: Tensor, dim: number | bigint): Tensor;
  logcumsumexpSync(self: Tensor, dim: number | bigint, named: { out: Tensor }): Tensor;
  /** The log of the determinant of each matrix (..., n, n); NaN for a negative one. */
  logdet(self: Tensor, named?: Abortable): Promise<Tensor>;
  logdetSync(self: Tensor): Tensor;
  /** Whether both are nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_and(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_and(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  logical_andSync(self: Tensor, other: Tensor): Tensor;
  logical_andSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** In place: whether both are nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_and_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_and_Sync(self: Tensor, other: Tensor): Tensor;
  /** The whether x is zero, of every element; of the shape of input. */
  logical_not(self: Tensor, named?: Abortable): Promise<Tensor>;
  logical_not(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  logical_notSync(self: Tensor): Tensor;
  logical_notSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the whether x is zero, of every element; of the shape of input. */
  logical_not_(self: Tensor, named?: Abortable): Promise<Tensor>;
  logical_not_Sync(self: Tensor): Tensor;
  /** Whether one is nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_or(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_or(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  logical_orSync(self: Tensor, other: Tensor): Tensor;
  logical_orSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** In place: whether one is nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_or_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_or_Sync(self: Tensor, other: Tensor): Tensor;
  /** Whether exactly one is nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_xor(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_xor(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  logical_xorSync(self: Tensor, other: Tensor): Tensor;
  logical_xorSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** In place: whether exactly one is nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_xor_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_xor_Sync(self: Tensor, other: Tensor): Tensor;
  logit(self: Tensor, eps: number | null, named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  logit(self: Tensor, named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  logit(self: Tensor, eps: number | null, named: { eps?: number | null; out: Tensor } & Abortable): Promise<Tensor>;
  logit(self: Tensor, named: { eps?: number | null; out: Tensor } & Abortable): Promise<Tensor>;
  logitSync(self: Tensor, eps: number | null, named?: { eps?: number | null }): Tensor;
  logitSync(self: Tensor, named?: { eps?: number | null }): Tensor;
  logitSync(self: Tensor, eps: number | null, named: { eps?: number | null; out: Tensor }): Tensor;
  logitSync(self: Tensor, named: { eps?: number | null; out: Tensor }): Tensor;
  logit_(self: Tensor, eps: number | null, named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  logit_(self: Tensor, named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  logit_Sync(self: Tensor, eps: number | null, named?: { eps?: number | null }): Tensor;
  logit_Sync(self: Tensor, named?: { eps?: number | null }): Tensor;
  logspace(start: Scalar, end: Scalar, steps: number | bigint, base: number, named?: { base?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  logspace(start: Scalar, end: Scalar, steps: number | bigint, named?: { base?: number; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  logspace(start: Scalar, end: Scalar, steps: number | bigint, base: number, named: { base?: number; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  logspace(start: Scalar, end: Scalar, steps: number | bigint, named: { base?: number; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  logspaceSync(start: Scalar, end: Scalar, steps: number | bigint, base: number, named?: { base?: number; dtype?: DType | null; device?: string | null }): Tensor;
  logspaceSync(start: Scalar, end: Scalar, steps: number | bigint, named?: { base?: number; dtype?: DType | null; device?: string | null }): Tensor;
  logspaceSync(start: Scalar, end: Scalar, steps: number | bigint, base: number, named: { base?: number; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  logspaceSync(start: Scalar, end: Scalar, steps: number | bigint, named: { base?: number; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  /** log(sum(exp(input))) along dim. */
  logsumexp(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  logsumexp(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  logsumexp(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  logsumexp(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  logsumexpSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  logsumexpSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean }): Tensor;
  logsumexpSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; out: Tensor }): Tensor;
  logsumexpSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; out: Tensor }): Tensor;
  long(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  longSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** The p-norm, p = norm_type, of each window of the last dims. */
  lp_pool1d(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  lp_pool1d(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  lp_pool1d(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  lp_pool1dSync(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  lp_pool1dSync(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  lp_pool1dSync(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  /** The p-norm, p = norm_type, of each window of the last dims. */
  lp_pool2d(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  lp_pool2d(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  lp_pool2d(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  lp_pool2dSync(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  lp_pool2dSync(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  lp_pool2dSync(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  /** The p-norm, p = norm_type, of each window of the last dims. */
  lp_pool3d(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  lp_pool3d(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  lp_pool3d(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  lp_pool3dSync(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  lp_pool3dSync(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  lp_pool3dSync(input: Tensor, norm_type: number, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  /** Recurrent layers over a packed sequence: data (rows, features), batch_sizes (steps) of int64 on the CPU, hx (layers * directions, batch, size). The output of every row, and the last states. */
  lstm(input: Tensor, hx: readonly (Tensor)[], params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, batch_first: boolean, named?: Abortable): Promise<[Tensor, Tensor, Tensor]>;
  lstm(data: Tensor, batch_sizes: Tensor, hx: readonly (Tensor)[], params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, named?: Abortable): Promise<[Tensor, Tensor, Tensor]>;
  lstmSync(input: Tensor, hx: readonly (Tensor)[], params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, batch_first: boolean): [Tensor, Tensor, Tensor];
  lstmSync(data: Tensor, batch_sizes: Tensor, hx: readonly (Tensor)[], params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean): [Tensor, Tensor, Tensor];
  /** One step: input (batch, features), hx (batch, size), weights (gates * size, features) and (gates * size, size), biases (gates * size). The new state. */
  lstm_cell(input: Tensor, hx: readonly (Tensor)[], w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<[Tensor, Tensor]>;
  lstm_cell(input: Tensor, hx: readonly (Tensor)[], w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<[Tensor, Tensor]>;
  lstm_cell(input: Tensor, hx: readonly (Tensor)[], w_ih: Tensor, w_hh: Tensor, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<[Tensor, Tensor]>;
  lstm_cellSync(input: Tensor, hx: readonly (Tensor)[], w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): [Tensor, Tensor];
  lstm_cellSync(input: Tensor, hx: readonly (Tensor)[], w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): [Tensor, Tensor];
  lstm_cellSync(input: Tensor, hx: readonly (Tensor)[], w_ih: Tensor, w_hh: Tensor, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): [Tensor, Tensor];
  /** Whether input < other, element by element; the shapes broadcast, the dtypes promote. */
  lt(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  lt(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  ltSync(self: Tensor, other: TensorLike): Tensor;
  ltSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: whether input < other, element by element; the shapes broadcast, the dtypes promote. */
  lt_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  lt_Sync(self: Tensor, other: TensorLike): Tensor;
  /** torch.linalg.lu_solve under its old name. */
  lu_solve(self: Tensor, LU_data: Tensor, LU_pivots: Tensor, named?: Abortable): Promise<Tensor>;
  lu_solve(self: Tensor, LU_data: Tensor, LU_pivots: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  lu_solveSync(self: Tensor, LU_data: Tensor, LU_pivots: Tensor): Tensor;
  lu_solveSync(self: Tensor, LU_data: Tensor, LU_pivots: Tensor, named: { out: Tensor }): Tensor;
  /** P, L and U from what linalg.lu_factor gives; those not asked for have no elements. */
  lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: boolean, unpack_pivots: boolean, named?: { unpack_data?: boolean; unpack_pivots?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: boolean, named?: { unpack_data?: boolean; unpack_pivots?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  lu_unpack(LU_data: Tensor, LU_pivots: Tensor, named?: { unpack_data?: boolean; unpack_pivots?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: boolean, unpack_pivots: boolean, named: { unpack_data?: boolean; unpack_pivots?: boolean; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  lu_unpack(LU_data: Tensor, LU_pivots: Tensor, unpack_data: boolean, named: { unpack_data?: boolean; unpack_pivots?: boolean; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  lu_unpack(LU_data: Tensor, LU_pivots: Tensor, named: { unpack_data?: boolean; unpack_pivots?: boolean; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  lu_unpackSync(LU_data: Tensor, LU_pivots: Tensor, unpack_data: boolean, unpack_pivots: boolean, named?: { unpack_data?: boolean; unpack_pivots?: boolean }): [Tensor, Tensor, Tensor];
  lu_unpackSync(LU_data: Tensor, LU_pivots: Tensor, unpack_data: boolean, named?: { unpack_data?: boolean; unpack_pivots?: boolean }): [Tensor, Tensor, Tensor];
  lu_unpackSync(LU_data: Tensor, LU_pivots: Tensor, named?: { unpack_data?: boolean; unpack_pivots?: boolean }): [Tensor, Tensor, Tensor];
  lu_unpackSync(LU_data: Tensor, LU_pivots: Tensor, unpack_data: boolean, unpack_pivots: boolean, named: { unpack_data?: boolean; unpack_pivots?: boolean; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  lu_unpackSync(LU_data: Tensor, LU_pivots: Tensor, unpack_data: boolean, named: { unpack_data?: boolean; unpack_pivots?: boolean; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  lu_unpackSync(LU_data: Tensor, LU_pivots: Tensor, named: { unpack_data?: boolean; unpack_pivots?: boolean; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  /** max(0, -target * (input1 - input2) + margin), target in {1, -1}. */
  margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: number, reduction: number | bigint, named?: { margin?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: number, named?: { margin?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, named?: { margin?: number; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  margin_ranking_lossSync(input1: Tensor, input2: Tensor, target: Tensor, margin: number, reduction: number | bigint, named?: { margin?: number; reduction?: number | bigint }): Tensor;
  margin_ranking_lossSync(input1: Tensor, input2: Tensor, target: Tensor, margin: number, named?: { margin?: number; reduction?: number | bigint }): Tensor;
  margin_ranking_lossSync(input1: Tensor, input2: Tensor, target: Tensor, named?: { margin?: number; reduction?: number | bigint }): Tensor;
  /** input with value where mask, which broadcasts, is True. */
  masked_fill(self: Tensor, mask: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  masked_fill(self: Tensor, mask: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  masked_fillSync(self: Tensor, mask: Tensor, value: Scalar): Tensor;
  masked_fillSync(self: Tensor, mask: Tensor, value: TensorLike): Tensor;
  /** In place: input with value where mask, which broadcasts, is True. */
  masked_fill_(self: Tensor, mask: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  masked_fill_(self: Tensor, mask: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  masked_fill_Sync(self: Tensor, mask: Tensor, value: Scalar): Tensor;
  masked_fill_Sync(self: Tensor, mask: Tensor, value: TensorLike): Tensor;
  masked_scatter(self: Tensor, mask: Tensor, source: Tensor, named?: Abortable): Promise<Tensor>;
  masked_scatterSync(self: Tensor, mask: Tensor, source: Tensor): Tensor;
  masked_scatter_(self: Tensor, mask: Tensor, source: Tensor, named?: Abortable): Promise<Tensor>;
  masked_scatter_Sync(self: Tensor, mask: Tensor, source: Tensor): Tensor;
  /** The elements of input where mask is True: 1-d. */
  masked_select(self: Tensor, mask: Tensor, named?: Abortable): Promise<Tensor>;
  masked_select(self: Tensor, mask: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  masked_selectSync(self: Tensor, mask: Tensor): Tensor;
  masked_selectSync(self: Tensor, mask: Tensor, named: { out: Tensor }): Tensor;
  /** The matrix product (..., n, m) @ (..., m, p) -> (..., n, p); a vector counts as a row or column, and batches broadcast. */
  matmul(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  matmul(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  matmulSync(self: Tensor, other: Tensor): Tensor;
  matmulSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** torch.linalg.matrix_exp under its old name. */
  matrix_exp(self: Tensor, named?: Abortable): Promise<Tensor>;
  matrix_expSync(self: Tensor): Tensor;
  /** torch.linalg.matrix_power under its old name. */
  matrix_power(self: Tensor, n: number | bigint, named?: Abortable): Promise<Tensor>;
  matrix_power(self: Tensor, n: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  matrix_powerSync(self: Tensor, n: number | bigint): Tensor;
  matrix_powerSync(self: Tensor, n: number | bigint, named: { out: Tensor }): Tensor;
  /** The largest element of all; with dim, the largest along it and where it is: (values, indices). */
  max(self: Tensor, named?: Abortable): Promise<Tensor>;
  max(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  max(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  max(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  max(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  max(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  maxSync(self: Tensor): Tensor;
  maxSync(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): [Tensor, Tensor];
  maxSync(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean }): [Tensor, Tensor];
  maxSync(self: Tensor, other: Tensor): Tensor;
  maxSync(self: Tensor, named: { out: Tensor }): Tensor;
  maxSync(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  maxSync(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  maxSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** The maximum of each window of the last dims. kernel_size, stride (kernel_size unless given), padding (of minus infinity, at most half a window) and dilation are one number or one per dim; ceil_mode: a last window may reach past the end. */
  max_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool1d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool1dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  /** The maximum of each window of the last dims. kernel_size, stride (kernel_size unless given), padding (of minus infinity, at most half a window) and dilation are one number or one per dim; ceil_mode: a last window may reach past the end. */
  max_pool1d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool1d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool1d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool1d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool1d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool1d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool1d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool1d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool1d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool1d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  /** The maximum of each window of the last dims. kernel_size, stride (kernel_size unless given), padding (of minus infinity, at most half a window) and dilation are one number or one per dim; ceil_mode: a last window may reach past the end. */
  max_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool2d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool2dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  /** The maximum of each window of the last dims. kernel_size, stride (kernel_size unless given), padding (of minus infinity, at most half a window) and dilation are one number or one per dim; ceil_mode: a last window may reach past the end. */
  max_pool2d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool2d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool2d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool2d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool2d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool2d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool2d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool2d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool2d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool2d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  /** The maximum of each window of the last dims. kernel_size, stride (kernel_size unless given), padding (of minus infinity, at most half a window) and dilation are one number or one per dim; ceil_mode: a last window may reach past the end. */
  max_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool3d(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<Tensor>;
  max_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  max_pool3dSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): Tensor;
  /** The maximum of each window of the last dims. kernel_size, stride (kernel_size unless given), padding (of minus infinity, at most half a window) and dilation are one number or one per dim; ceil_mode: a last window may reach past the end. */
  max_pool3d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool3d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool3d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool3d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool3d_with_indices(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max_pool3d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], ceil_mode: boolean, named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool3d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], dilation: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool3d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], padding: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool3d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  max_pool3d_with_indicesSync(self: Tensor, kernel_size: number | bigint | readonly (number | bigint)[], named?: { stride?: number | bigint | readonly (number | bigint)[]; padding?: number | bigint | readonly (number | bigint)[]; dilation?: number | bigint | readonly (number | bigint)[]; ceil_mode?: boolean }): [Tensor, Tensor];
  /** The inverse of max_pool as far as there is one: input at indices of zeros of output_size. */
  max_unpool1d(self: Tensor, indices: Tensor, output_size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  max_unpool1dSync(self: Tensor, indices: Tensor, output_size: number | bigint | readonly (number | bigint)[]): Tensor;
  /** The inverse of max_pool as far as there is one: input at indices of zeros of output_size. */
  max_unpool2d(self: Tensor, indices: Tensor, output_size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  max_unpool2dSync(self: Tensor, indices: Tensor, output_size: number | bigint | readonly (number | bigint)[]): Tensor;
  /** The inverse of max_pool as far as there is one: input at indices of zeros of output_size. */
  max_unpool3d(self: Tensor, indices: Tensor, output_size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  max_unpool3dSync(self: Tensor, indices: Tensor, output_size: number | bigint | readonly (number | bigint)[]): Tensor;
  /** The larger of the two; NaN if one is, element by element; the shapes broadcast, the dtypes promote. */
  maximum(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  maximum(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  maximumSync(self: Tensor, other: Tensor): Tensor;
  maximumSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** The mean, of all elements or along dim, which goes or stays with size 1. */
  mean(self: Tensor, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  mean(self: Tensor, named: { dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  meanSync(self: Tensor, named?: { dtype?: DType | null }): Tensor;
  meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  meanSync(self: Tensor, named: { dtype?: DType | null; out: Tensor }): Tensor;
  meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  /** The lower median of all; with dim, along it and where it is: (values, indices). */
  median(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  median(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  median(self: Tensor, named?: Abortable): Promise<Tensor>;
  median(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  median(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  median(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  medianSync(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): [Tensor, Tensor];
  medianSync(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean }): [Tensor, Tensor];
  medianSync(self: Tensor): Tensor;
  medianSync(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  medianSync(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  medianSync(self: Tensor, named: { out: Tensor }): Tensor;
  meshgrid(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor[]>;
  meshgrid(tensors: readonly (Tensor)[], named: { indexing: string } & Abortable): Promise<Tensor[]>;
  meshgridSync(tensors: readonly (Tensor)[]): Tensor[];
  meshgridSync(tensors: readonly (Tensor)[], named: { indexing: string }): Tensor[];
  /** The smallest element of all; with dim, the smallest along it and where it is: (values, indices). */
  min(self: Tensor, named?: Abortable): Promise<Tensor>;
  min(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  min(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  min(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  min(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  min(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  min(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  min(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  minSync(self: Tensor): Tensor;
  minSync(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): [Tensor, Tensor];
  minSync(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean }): [Tensor, Tensor];
  minSync(self: Tensor, other: Tensor): Tensor;
  minSync(self: Tensor, named: { out: Tensor }): Tensor;
  minSync(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  minSync(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  minSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** The smaller of the two; NaN if one is, element by element; the shapes broadcast, the dtypes promote. */
  minimum(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  minimum(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  minimumSync(self: Tensor, other: Tensor): Tensor;
  minimumSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  mish(self: Tensor, named?: Abortable): Promise<Tensor>;
  mish(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  mishSync(self: Tensor): Tensor;
  mishSync(self: Tensor, named: { out: Tensor }): Tensor;
  mish_(self: Tensor, named?: Abortable): Promise<Tensor>;
  mish_Sync(self: Tensor): Tensor;
  /** The matrix product of input (n, m) and mat2 (m, p): (n, p). */
  mm(self: Tensor, mat2: Tensor, named?: Abortable): Promise<Tensor>;
  mm(self: Tensor, mat2: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  mmSync(self: Tensor, mat2: Tensor): Tensor;
  mmSync(self: Tensor, mat2: Tensor, named: { out: Tensor }): Tensor;
  /** The most frequent value along dim, and where it is: (values, indices). */
  mode(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  mode(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  mode(self: Tensor, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  mode(self: Tensor, dim: number | bigint, keepdim: boolean, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  mode(self: Tensor, dim: number | bigint, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  mode(self: Tensor, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  modeSync(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  modeSync(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  modeSync(self: Tensor, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  modeSync(self: Tensor, dim: number | bigint, keepdim: boolean, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  modeSync(self: Tensor, dim: number | bigint, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  modeSync(self: Tensor, named: { dim?: number | bigint; keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  moveaxis(self: Tensor, source: number | bigint, destination: number | bigint, named?: Abortable): Promise<Tensor>;
  moveaxis(self: Tensor, source: number | bigint | readonly (number | bigint)[], destination: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  moveaxisSync(self: Tensor, source: number | bigint, destination: number | bigint): Tensor;
  moveaxisSync(self: Tensor, source: number | bigint | readonly (number | bigint)[], destination: number | bigint | readonly (number | bigint)[]): Tensor;
  movedim(self: Tensor, source: number | bigint, destination: number | bigint, named?: Abortable): Promise<Tensor>;
  movedim(self: Tensor, source: number | bigint | readonly (number | bigint)[], destination: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  movedimSync(self: Tensor, source: number | bigint, destination: number | bigint): Tensor;
  movedimSync(self: Tensor, source: number | bigint | readonly (number | bigint)[], destination: number | bigint | readonly (number | bigint)[]): Tensor;
  /** (input - target)^2 of the broadcast shape; weight (of input's shape) multiplies it and its mean is weighted. */
  mse_loss(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; weight?: Tensor | null } & Abortable): Promise<Tensor>;
  mse_loss(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; weight?: Tensor | null } & Abortable): Promise<Tensor>;
  mse_lossSync(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; weight?: Tensor | null }): Tensor;
  mse_lossSync(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; weight?: Tensor | null }): Tensor;
  msort(self: Tensor, named?: Abortable): Promise<Tensor>;
  msort(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  msortSync(self: Tensor): Tensor;
  msortSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** Input * other, element by element; the shapes broadcast, the dtypes promote. */
  mul(self: TensorLike, other: TensorLike, named?: Abortable): Promise<Tensor>;
  mul(self: TensorLike, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  mulSync(self: TensorLike, other: TensorLike): Tensor;
  mulSync(self: TensorLike, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: input * other, element by element; the shapes broadcast, the dtypes promote. */
  mul_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  mul_Sync(self: Tensor, other: TensorLike): Tensor;
  /** (output, attention weights if needed), attending from query (L, N, E) to key and value (S, N, .) in num_heads subspaces; bool masks are True where attention is forbidden. */
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, k_proj_weight: Tensor | null, v_proj_weight: Tensor | null, average_attn_weights: boolean, is_causal: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, k_proj_weight: Tensor | null, v_proj_weight: Tensor | null, average_attn_weights: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, k_proj_weight: Tensor | null, v_proj_weight: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, k_proj_weight: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forward(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, k_proj_weight: Tensor | null, v_proj_weight: Tensor | null, average_attn_weights: boolean, is_causal: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, k_proj_weight: Tensor | null, v_proj_weight: Tensor | null, average_attn_weights: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, k_proj_weight: Tensor | null, v_proj_weight: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, k_proj_weight: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, q_proj_weight: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, use_separate_proj_weight: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, attn_mask: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, need_weights: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, key_padding_mask: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, training: boolean, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  multi_head_attention_forwardSync(query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: number | bigint, num_heads: number | bigint, in_proj_weight: Tensor | null, in_proj_bias: Tensor | null, bias_k: Tensor | null, bias_v: Tensor | null, add_zero_attn: boolean, dropout_p: number, out_proj_weight: Tensor, out_proj_bias: Tensor | null, named?: { training?: boolean; key_padding_mask?: Tensor | null; need_weights?: boolean; attn_mask?: Tensor | null; use_separate_proj_weight?: boolean; q_proj_weight?: Tensor | null; k_proj_weight?: Tensor | null; v_proj_weight?: Tensor | null; average_attn_weights?: boolean; is_causal?: boolean }): [Tensor, Tensor];
  /** The mean over classes but the target of weight[target] * max(0, margin - input[target] + input[class])^p. */
  multi_margin_loss(self: Tensor, target: Tensor, p: Scalar, margin: Scalar, weight: Tensor | null, reduction: number | bigint, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multi_margin_loss(self: Tensor, target: Tensor, p: Scalar, margin: Scalar, weight: Tensor | null, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multi_margin_loss(self: Tensor, target: Tensor, p: Scalar, margin: Scalar, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multi_margin_loss(self: Tensor, target: Tensor, p: Scalar, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multi_margin_loss(self: Tensor, target: Tensor, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multi_margin_lossSync(self: Tensor, target: Tensor, p: Scalar, margin: Scalar, weight: Tensor | null, reduction: number | bigint, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  multi_margin_lossSync(self: Tensor, target: Tensor, p: Scalar, margin: Scalar, weight: Tensor | null, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  multi_margin_lossSync(self: Tensor, target: Tensor, p: Scalar, margin: Scalar, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  multi_margin_lossSync(self: Tensor, target: Tensor, p: Scalar, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  multi_margin_lossSync(self: Tensor, target: Tensor, named?: { p?: Scalar; margin?: Scalar; weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  /** The mean over classes of max(0, 1 - input[target] + input[class]) over the targets before the first negative one and the classes that are none of them. */
  multilabel_margin_loss(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multilabel_margin_loss(self: Tensor, target: Tensor, named?: { reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multilabel_margin_lossSync(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint }): Tensor;
  multilabel_margin_lossSync(self: Tensor, target: Tensor, named?: { reduction?: number | bigint }): Tensor;
  /** The mean over the last dim of the binary cross entropies of sigmoid(input) and target. */
  multilabel_soft_margin_loss(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multilabel_soft_margin_loss(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multilabel_soft_margin_loss(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  multilabel_soft_margin_lossSync(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  multilabel_soft_margin_lossSync(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  multilabel_soft_margin_lossSync(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; reduction?: number | bigint }): Tensor;
  /** num_samples positions for each row of input (..., n), drawn with these weights; int64. */
  multinomial(self: Tensor, num_samples: number | bigint, replacement: boolean, named?: { replacement?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  multinomial(self: Tensor, num_samples: number | bigint, named?: { replacement?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  multinomial(self: Tensor, num_samples: number | bigint, replacement: boolean, named: { replacement?: boolean; generator?: Generator | null; out: Tensor } & Abortable): Promise<Tensor>;
  multinomial(self: Tensor, num_samples: number | bigint, named: { replacement?: boolean; generator?: Generator | null; out: Tensor } & Abortable): Promise<Tensor>;
  multinomialSync(self: Tensor, num_samples: number | bigint, replacement: boolean, named?: { replacement?: boolean; generator?: Generator | null }): Tensor;
  multinomialSync(self: Tensor, num_samples: number | bigint, named?: { replacement?: boolean; generator?: Generator | null }): Tensor;
  multinomialSync(self: Tensor, num_samples: number | bigint, replacement: boolean, named: { replacement?: boolean; generator?: Generator | null; out: Tensor }): Tensor;
  multinomialSync(self: Tensor, num_samples: number | bigint, named: { replacement?: boolean; generator?: Generator | null; out: Tensor }): Tensor;
  multiply(self: TensorLike, other: TensorLike, named?: Abortable): Promise<Tensor>;
  multiply(self: TensorLike, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  multiplySync(self: TensorLike, other: TensorLike): Tensor;
  multiplySync(self: TensorLike, other: TensorLike, named: { out: Tensor }): Tensor;
  multiply_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  multiply_Sync(self: Tensor, other: TensorLike): Tensor;
  /** The product of the matrix input (n, m) and the vector vec (m): (n). */
  mv(self: Tensor, vec: Tensor, named?: Abortable): Promise<Tensor>;
  mv(self: Tensor, vec: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  mvSync(self: Tensor, vec: Tensor): Tensor;
  mvSync(self: Tensor, vec: Tensor, named: { out: Tensor }): Tensor;
  mvlgamma(self: Tensor, p: number | bigint, named?: Abortable): Promise<Tensor>;
  mvlgamma(self: Tensor, p: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  mvlgammaSync(self: Tensor, p: number | bigint): Tensor;
  mvlgammaSync(self: Tensor, p: number | bigint, named: { out: Tensor }): Tensor;
  mvlgamma_(self: Tensor, p: number | bigint, named?: Abortable): Promise<Tensor>;
  mvlgamma_Sync(self: Tensor, p: number | bigint): Tensor;
  /** input with numbers in the place of NaN and the infinities. */
  nan_to_num(self: Tensor, nan: number | null, posinf: number | null, neginf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num(self: Tensor, nan: number | null, posinf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num(self: Tensor, nan: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num(self: Tensor, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num(self: Tensor, nan: number | null, posinf: number | null, neginf: number | null, named: { nan?: number | null; posinf?: number | null; neginf?: number | null; out: Tensor } & Abortable): Promise<Tensor>;
  nan_to_num(self: Tensor, nan: number | null, posinf: number | null, named: { nan?: number | null; posinf?: number | null; neginf?: number | null; out: Tensor } & Abortable): Promise<Tensor>;
  nan_to_num(self: Tensor, nan: number | null, named: { nan?: number | null; posinf?: number | null; neginf?: number | null; out: Tensor } & Abortable): Promise<Tensor>;
  nan_to_num(self: Tensor, named: { nan?: number | null; posinf?: number | null; neginf?: number | null; out: Tensor } & Abortable): Promise<Tensor>;
  nan_to_numSync(self: Tensor, nan: number | null, posinf: number | null, neginf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_numSync(self: Tensor, nan: number | null, posinf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_numSync(self: Tensor, nan: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_numSync(self: Tensor, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_numSync(self: Tensor, nan: number | null, posinf: number | null, neginf: number | null, named: { nan?: number | null; posinf?: number | null; neginf?: number | null; out: Tensor }): Tensor;
  nan_to_numSync(self: Tensor, nan: number | null, posinf: number | null, named: { nan?: number | null; posinf?: number | null; neginf?: number | null; out: Tensor }): Tensor;
  nan_to_numSync(self: Tensor, nan: number | null, named: { nan?: number | null; posinf?: number | null; neginf?: number | null; out: Tensor }): Tensor;
  nan_to_numSync(self: Tensor, named: { nan?: number | null; posinf?: number | null; neginf?: number | null; out: Tensor }): Tensor;
  /** In place: input with numbers in the place of NaN and the infinities. */
  nan_to_num_(self: Tensor, nan: number | null, posinf: number | null, neginf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num_(self: Tensor, nan: number | null, posinf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num_(self: Tensor, nan: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num_(self: Tensor, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num_Sync(self: Tensor, nan: number | null, posinf: number | null, neginf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_num_Sync(self: Tensor, nan: number | null, posinf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_num_Sync(self: Tensor, nan: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_num_Sync(self: Tensor, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nanmean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nanmean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nanmean(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nanmean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  nanmean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  nanmean(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  nanmeanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nanmeanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nanmeanSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nanmeanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  nanmeanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  nanmeanSync(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  nanmedian(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  nanmedian(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  nanmedian(self: Tensor, named?: Abortable): Promise<Tensor>;
  nanmedian(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  nanmedian(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  nanmedian(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  nanmedianSync(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): [Tensor, Tensor];
  nanmedianSync(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean }): [Tensor, Tensor];
  nanmedianSync(self: Tensor): Tensor;
  nanmedianSync(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  nanmedianSync(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  nanmedianSync(self: Tensor, named: { out: Tensor }): Tensor;
  nanquantile(self: Tensor, q: number, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: number, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: number, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: number, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: number, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: number, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: Tensor, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  nanquantile(self: Tensor, q: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  nanquantileSync(self: Tensor, q: number, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(self: Tensor, q: number, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(self: Tensor, q: number, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(self: Tensor, q: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(self: Tensor, q: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(self: Tensor, q: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(self: Tensor, q: number, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  nanquantileSync(self: Tensor, q: number, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  nanquantileSync(self: Tensor, q: number, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  nanquantileSync(self: Tensor, q: Tensor, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  nanquantileSync(self: Tensor, q: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  nanquantileSync(self: Tensor, q: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  /** The sum of what is not NaN, of all elements or along dim, which goes or stays with size 1. */
  nansum(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nansum(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nansum(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nansum(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  nansum(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  nansum(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  nansumSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nansumSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nansumSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nansumSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  nansumSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  nansumSync(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  narrow(self: Tensor, dim: number | bigint, start: number | bigint, length: number | bigint, named?: Abortable): Promise<Tensor>;
  narrow(self: Tensor, dim: number | bigint, start: Tensor, length: number | bigint, named?: Abortable): Promise<Tensor>;
  narrowSync(self: Tensor, dim: number | bigint, start: number | bigint, length: number | bigint): Tensor;
  narrowSync(self: Tensor, dim: number | bigint, start: Tensor, length: number | bigint): Tensor;
  narrow_copy(self: Tensor, dim: number | bigint, start: number | bigint, length: number | bigint, named?: Abortable): Promise<Tensor>;
  narrow_copy(self: Tensor, dim: number | bigint, start: number | bigint, length: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  narrow_copySync(self: Tensor, dim: number | bigint, start: number | bigint, length: number | bigint): Tensor;
  narrow_copySync(self: Tensor, dim: number | bigint, start: number | bigint, length: number | bigint, named: { out: Tensor }): Tensor;
  native_channel_shuffle(self: Tensor, groups: number | bigint, named?: Abortable): Promise<Tensor>;
  native_channel_shuffleSync(self: Tensor, groups: number | bigint): Tensor;
  native_dropout(input: Tensor, p: number, train: boolean | null, named?: Abortable): Promise<[Tensor, Tensor]>;
  native_dropoutSync(input: Tensor, p: number, train: boolean | null): [Tensor, Tensor];
  native_layer_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, eps: number, named?: Abortable): Promise<[Tensor, Tensor, Tensor]>;
  native_layer_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, eps: number, named: { out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  native_layer_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, eps: number): [Tensor, Tensor, Tensor];
  native_layer_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, bias: Tensor | null, eps: number, named: { out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  /** Whether input != other, element by element; the shapes broadcast, the dtypes promote. */
  ne(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  ne(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  neSync(self: Tensor, other: TensorLike): Tensor;
  neSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: whether input != other, element by element; the shapes broadcast, the dtypes promote. */
  ne_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  ne_Sync(self: Tensor, other: TensorLike): Tensor;
  /** The -x, of every element; of the shape of input. */
  neg(self: Tensor, named?: Abortable): Promise<Tensor>;
  neg(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  negSync(self: Tensor): Tensor;
  negSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the -x, of every element; of the shape of input. */
  neg_(self: Tensor, named?: Abortable): Promise<Tensor>;
  neg_Sync(self: Tensor): Tensor;
  negative(self: Tensor, named?: Abortable): Promise<Tensor>;
  negative(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  negativeSync(self: Tensor): Tensor;
  negativeSync(self: Tensor, named: { out: Tensor }): Tensor;
  negative_(self: Tensor, named?: Abortable): Promise<Tensor>;
  negative_Sync(self: Tensor): Tensor;
  new_empty(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_emptySync(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  new_empty_strided(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_empty_stridedSync(self: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  new_full(self: Tensor, size: number | bigint | readonly (number | bigint)[], fill_value: Scalar, named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_fullSync(self: Tensor, size: number | bigint | readonly (number | bigint)[], fill_value: Scalar, named?: { dtype?: DType | null; device?: string | null }): Tensor;
  new_ones(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_onesSync(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  new_zeros(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_zerosSync(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  nextafter(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  nextafter(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  nextafterSync(self: Tensor, other: Tensor): Tensor;
  nextafterSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  nextafter_(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  nextafter_Sync(self: Tensor, other: Tensor): Tensor;
  nll_loss(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint } & Abortable): Promise<Tensor>;
  nll_loss(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint } & Abortable): Promise<Tensor>;
  nll_loss(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint } & Abortable): Promise<Tensor>;
  nll_loss(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint } & Abortable): Promise<Tensor>;
  nll_lossSync(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, ignore_index: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint }): Tensor;
  nll_lossSync(self: Tensor, target: Tensor, weight: Tensor | null, reduction: number | bigint, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint }): Tensor;
  nll_lossSync(self: Tensor, target: Tensor, weight: Tensor | null, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint }): Tensor;
  nll_lossSync(self: Tensor, target: Tensor, named?: { weight?: Tensor | null; reduction?: number | bigint; ignore_index?: number | bigint }): Tensor;
  nonzero(self: Tensor, named?: Abortable): Promise<Tensor>;
  nonzeroSync(self: Tensor): Tensor;
  nonzero_numpy(self: Tensor, named?: Abortable): Promise<Tensor[]>;
  nonzero_numpySync(self: Tensor): Tensor[];
  /** The coordinates of the first size non-zero elements, (size, dims); rows of fill_value where there are fewer. */
  nonzero_static(self: Tensor, named: { size: number | bigint; fill_value?: number | bigint } & Abortable): Promise<Tensor>;
  nonzero_staticSync(self: Tensor, named: { size: number | bigint; fill_value?: number | bigint }): Tensor;
  norm(self: Tensor, p: Scalar, named?: { p?: Scalar } & Abortable): Promise<Tensor>;
  norm(self: Tensor, named?: { p?: Scalar } & Abortable): Promise<Tensor>;
  norm(self: Tensor, p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  norm(self: Tensor, p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  norm(self: Tensor, p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; dtype: DType } & Abortable): Promise<Tensor>;
  norm(self: Tensor, p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; dtype: DType } & Abortable): Promise<Tensor>;
  normSync(self: Tensor, p: Scalar, named?: { p?: Scalar }): Tensor;
  normSync(self: Tensor, named?: { p?: Scalar }): Tensor;
  normSync(self: Tensor, p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  normSync(self: Tensor, p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean }): Tensor;
  normSync(self: Tensor, p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; dtype: DType }): Tensor;
  normSync(self: Tensor, p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; dtype: DType }): Tensor;
  /** The pow-norms of v's slices along dim, one size per other dim; of all of v for dim -1. */
  norm_except_dim(v: Tensor, pow: number | bigint, dim: number | bigint, named?: { pow?: number | bigint; dim?: number | bigint } & Abortable): Promise<Tensor>;
  norm_except_dim(v: Tensor, pow: number | bigint, named?: { pow?: number | bigint; dim?: number | bigint } & Abortable): Promise<Tensor>;
  norm_except_dim(v: Tensor, named?: { pow?: number | bigint; dim?: number | bigint } & Abortable): Promise<Tensor>;
  norm_except_dimSync(v: Tensor, pow: number | bigint, dim: number | bigint, named?: { pow?: number | bigint; dim?: number | bigint }): Tensor;
  norm_except_dimSync(v: Tensor, pow: number | bigint, named?: { pow?: number | bigint; dim?: number | bigint }): Tensor;
  norm_except_dimSync(v: Tensor, named?: { pow?: number | bigint; dim?: number | bigint }): Tensor;
  /** Random numbers of normal distributions with these means and standard deviations. */
  normal(mean: Tensor, std: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal(mean: Tensor, std: number, named?: { std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal(mean: Tensor, named?: { std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal(mean: number, std: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal(mean: number, std: number, size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  normal(mean: Tensor, std: Tensor, named: { generator?: Generator | null; out: Tensor } & Abortable): Promise<Tensor>;
  normal(mean: Tensor, std: number, named: { std?: number; generator?: Generator | null; out: Tensor } & Abortable): Promise<Tensor>;
  normal(mean: Tensor, named: { std?: number; generator?: Generator | null; out: Tensor } & Abortable): Promise<Tensor>;
  normal(mean: number, std: Tensor, named: { generator?: Generator | null; out: Tensor } & Abortable): Promise<Tensor>;
  normal(mean: number, std: number, size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  normalSync(mean: Tensor, std: Tensor, named?: { generator?: Generator | null }): Tensor;
  normalSync(mean: Tensor, std: number, named?: { std?: number; generator?: Generator | null }): Tensor;
  normalSync(mean: Tensor, named?: { std?: number; generator?: Generator | null }): Tensor;
  normalSync(mean: number, std: Tensor, named?: { generator?: Generator | null }): Tensor;
  normalSync(mean: number, std: number, size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null }): Tensor;
  normalSync(mean: Tensor, std: Tensor, named: { generator?: Generator | null; out: Tensor }): Tensor;
  normalSync(mean: Tensor, std: number, named: { std?: number; generator?: Generator | null; out: Tensor }): Tensor;
  normalSync(mean: Tensor, named: { std?: number; generator?: Generator | null; out: Tensor }): Tensor;
  normalSync(mean: number, std: Tensor, named: { generator?: Generator | null; out: Tensor }): Tensor;
  normalSync(mean: number, std: number, size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  /** In place: random numbers of normal distributions with these means and standard deviations. */
  normal_(self: Tensor, mean: number, std: number, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal_(self: Tensor, mean: number, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal_(self: Tensor, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal_Sync(self: Tensor, mean: number, std: number, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  normal_Sync(self: Tensor, mean: number, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  normal_Sync(self: Tensor, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  /** input over its p-norm along dim, that norm being at least eps. */
  normalize(self: Tensor, p: number, dim: number | bigint, eps: number, named?: { p?: number; dim?: number | bigint; eps?: number } & Abortable): Promise<Tensor>;
  normalize(self: Tensor, p: number, dim: number | bigint, named?: { p?: number; dim?: number | bigint; eps?: number } & Abortable): Promise<Tensor>;
  normalize(self: Tensor, p: number, named?: { p?: number; dim?: number | bigint; eps?: number } & Abortable): Promise<Tensor>;
  normalize(self: Tensor, named?: { p?: number; dim?: number | bigint; eps?: number } & Abortable): Promise<Tensor>;
  normalize(self: Tensor, p: number, dim: number | bigint, eps: number, named: { p?: number; dim?: number | bigint; eps?: number; out: Tensor } & Abortable): Promise<Tensor>;
  normalize(self: Tensor, p: number, dim: number | bigint, named: { p?: number; dim?: number | bigint; eps?: number; out: Tensor } & Abortable): Promise<Tensor>;
  normalize(self: Tensor, p: number, named: { p?: number; dim?: number | bigint; eps?: number; out: Tensor } & Abortable): Promise<Tensor>;
  normalize(self: Tensor, named: { p?: number; dim?: number | bigint; eps?: number; out: Tensor } & Abortable): Promise<Tensor>;
  normalizeSync(self: Tensor, p: number, dim: number | bigint, eps: number, named?: { p?: number; dim?: number | bigint; eps?: number }): Tensor;
  normalizeSync(self: Tensor, p: number, dim: number | bigint, named?: { p?: number; dim?: number | bigint; eps?: number }): Tensor;
  normalizeSync(self: Tensor, p: number, named?: { p?: number; dim?: number | bigint; eps?: number }): Tensor;
  normalizeSync(self: Tensor, named?: { p?: number; dim?: number | bigint; eps?: number }): Tensor;
  normalizeSync(self: Tensor, p: number, dim: number | bigint, eps: number, named: { p?: number; dim?: number | bigint; eps?: number; out: Tensor }): Tensor;
  normalizeSync(self: Tensor, p: number, dim: number | bigint, named: { p?: number; dim?: number | bigint; eps?: number; out: Tensor }): Tensor;
  normalizeSync(self: Tensor, p: number, named: { p?: number; dim?: number | bigint; eps?: number; out: Tensor }): Tensor;
  normalizeSync(self: Tensor, named: { p?: number; dim?: number | bigint; eps?: number; out: Tensor }): Tensor;
  not_equal(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  not_equal(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  not_equalSync(self: Tensor, other: TensorLike): Tensor;
  not_equalSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  not_equal_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  not_equal_Sync(self: Tensor, other: TensorLike): Tensor;
  nuclear_norm(self: Tensor, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  nuclear_norm(self: Tensor, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  nuclear_norm(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  nuclear_norm(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  nuclear_norm(self: Tensor, keepdim: boolean, named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  nuclear_norm(self: Tensor, named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  nuclear_norm(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  nuclear_norm(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  nuclear_normSync(self: Tensor, keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  nuclear_normSync(self: Tensor, named?: { keepdim?: boolean }): Tensor;
  nuclear_normSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  nuclear_normSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean }): Tensor;
  nuclear_normSync(self: Tensor, keepdim: boolean, named: { keepdim?: boolean; out: Tensor }): Tensor;
  nuclear_normSync(self: Tensor, named: { keepdim?: boolean; out: Tensor }): Tensor;
  nuclear_normSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; out: Tensor }): Tensor;
  nuclear_normSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; out: Tensor }): Tensor;
  /** Zeros with a one where the class number points: input (*) of int64, result (*, num_classes) of int64. */
  one_hot(self: Tensor, num_classes: number | bigint, named?: { num_classes?: number | bigint } & Abortable): Promise<Tensor>;
  one_hot(self: Tensor, named?: { num_classes?: number | bigint } & Abortable): Promise<Tensor>;
  one_hotSync(self: Tensor, num_classes: number | bigint, named?: { num_classes?: number | bigint }): Tensor;
  one_hotSync(self: Tensor, named?: { num_classes?: number | bigint }): Tensor;
  /** Ones of that size. */
  ones(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  ones(size: number | bigint | readonly (number | bigint)[], named: { dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  onesSync(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  onesSync(size: number | bigint | readonly (number | bigint)[], named: { dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  /** Ones of the shape and dtype of input. */
  ones_like(self: Tensor, named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  ones_likeSync(self: Tensor, named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null }): Tensor;
  /** torch.linalg.householder_product under LAPACK's name. */
  orgqr(self: Tensor, input2: Tensor, named?: Abortable): Promise<Tensor>;
  orgqr(self: Tensor, input2: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  orgqrSync(self: Tensor, input2: Tensor): Tensor;
  orgqrSync(self: Tensor, input2: Tensor, named: { out: Tensor }): Tensor;
  /** Q input3 or input3 Q, or with Q^H, for the product Q of the reflections input with scales input2. */
  ormqr(self: Tensor, input2: Tensor, input3: Tensor, left: boolean, transpose: boolean, named?: { left?: boolean; transpose?: boolean } & Abortable): Promise<Tensor>;
  ormqr(self: Tensor, input2: Tensor, input3: Tensor, left: boolean, named?: { left?: boolean; transpose?: boolean } & Abortable): Promise<Tensor>;
  ormqr(self: Tensor, input2: Tensor, input3: Tensor, named?: { left?: boolean; transpose?: boolean } & Abortable): Promise<Tensor>;
  ormqr(self: Tensor, input2: Tensor, input3: Tensor, left: boolean, transpose: boolean, named: { left?: boolean; transpose?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  ormqr(self: Tensor, input2: Tensor, input3: Tensor, left: boolean, named: { left?: boolean; transpose?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  ormqr(self: Tensor, input2: Tensor, input3: Tensor, named: { left?: boolean; transpose?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  ormqrSync(self: Tensor, input2: Tensor, input3: Tensor, left: boolean, transpose: boolean, named?: { left?: boolean; transpose?: boolean }): Tensor;
  ormqrSync(self: Tensor, input2: Tensor, input3: Tensor, left: boolean, named?: { left?: boolean; transpose?: boolean }): Tensor;
  ormqrSync(self: Tensor, input2: Tensor, input3: Tensor, named?: { left?: boolean; transpose?: boolean }): Tensor;
  ormqrSync(self: Tensor, input2: Tensor, input3: Tensor, left: boolean, transpose: boolean, named: { left?: boolean; transpose?: boolean; out: Tensor }): Tensor;
  ormqrSync(self: Tensor, input2: Tensor, input3: Tensor, left: boolean, named: { left?: boolean; transpose?: boolean; out: Tensor }): Tensor;
  ormqrSync(self: Tensor, input2: Tensor, input3: Tensor, named: { left?: boolean; transpose?: boolean; out: Tensor }): Tensor;
  /** The products of all pairs of elements of two vectors (n) and (m): (n, m). */
  outer(self: Tensor, vec2: Tensor, named?: Abortable): Promise<Tensor>;
  outer(self: Tensor, vec2: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  outerSync(self: Tensor, vec2: Tensor): Tensor;
  outerSync(self: Tensor, vec2: Tensor, named: { out: Tensor }): Tensor;
  /** input with more elements around it: pad is (before, after) of the last dim, then of the one before it, and so on; negative numbers cut off. mode: constant, or reflect, replicate or circular, which take no value. */
  pad(self: Tensor, pad: number | bigint | readonly (number | bigint)[], mode: string, value: number | null, named?: { mode?: string; value?: number | null } & Abortable): Promise<Tensor>;
  pad(self: Tensor, pad: number | bigint | readonly (number | bigint)[], mode: string, named?: { mode?: string; value?: number | null } & Abortable): Promise<Tensor>;
  pad(self: Tensor, pad: number | bigint | readonly (number | bigint)[], named?: { mode?: string; value?: number | null } & Abortable): Promise<Tensor>;
  padSync(self: Tensor, pad: number | bigint | readonly (number | bigint)[], mode: string, value: number | null, named?: { mode?: string; value?: number | null }): Tensor;
  padSync(self: Tensor, pad: number | bigint | readonly (number | bigint)[], mode: string, named?: { mode?: string; value?: number | null }): Tensor;
  padSync(self: Tensor, pad: number | bigint | readonly (number | bigint)[], named?: { mode?: string; value?: number | null }): Tensor;
  /** Sequences (steps, *) as one tensor (longest, batch, *), padded at the side; (batch, longest, *) if batch_first. */
  pad_sequence(sequences: readonly (Tensor)[], batch_first: boolean, padding_value: number, padding_side: string, named?: { batch_first?: boolean; padding_value?: number; padding_side?: string } & Abortable): Promise<Tensor>;
  pad_sequence(sequences: readonly (Tensor)[], batch_first: boolean, padding_value: number, named?: { batch_first?: boolean; padding_value?: number; padding_side?: string } & Abortable): Promise<Tensor>;
  pad_sequence(sequences: readonly (Tensor)[], batch_first: boolean, named?: { batch_first?: boolean; padding_value?: number; padding_side?: string } & Abortable): Promise<Tensor>;
  pad_sequence(sequences: readonly (Tensor)[], named?: { batch_first?: boolean; padding_value?: number; padding_side?: string } & Abortable): Promise<Tensor>;
  pad_sequenceSync(sequences: readonly (Tensor)[], batch_first: boolean, padding_value: number, padding_side: string, named?: { batch_first?: boolean; padding_value?: number; padding_side?: string }): Tensor;
  pad_sequenceSync(sequences: readonly (Tensor)[], batch_first: boolean, padding_value: number, named?: { batch_first?: boolean; padding_value?: number; padding_side?: string }): Tensor;
  pad_sequenceSync(sequences: readonly (Tensor)[], batch_first: boolean, named?: { batch_first?: boolean; padding_value?: number; padding_side?: string }): Tensor;
  pad_sequenceSync(sequences: readonly (Tensor)[], named?: { batch_first?: boolean; padding_value?: number; padding_side?: string }): Tensor;
  /** p-norm of x1 - x2 + eps along the last dim. */
  pairwise_distance(x1: Tensor, x2: Tensor, p: number, eps: number, keepdim: boolean, named?: { p?: number; eps?: number; keepdim?: boolean } & Abortable): Promise<Tensor>;
  pairwise_distance(x1: Tensor, x2: Tensor, p: number, eps: number, named?: { p?: number; eps?: number; keepdim?: boolean } & Abortable): Promise<Tensor>;
  pairwise_distance(x1: Tensor, x2: Tensor, p: number, named?: { p?: number; eps?: number; keepdim?: boolean } & Abortable): Promise<Tensor>;
  pairwise_distance(x1: Tensor, x2: Tensor, named?: { p?: number; eps?: number; keepdim?: boolean } & Abortable): Promise<Tensor>;
  pairwise_distanceSync(x1: Tensor, x2: Tensor, p: number, eps: number, keepdim: boolean, named?: { p?: number; eps?: number; keepdim?: boolean }): Tensor;
  pairwise_distanceSync(x1: Tensor, x2: Tensor, p: number, eps: number, named?: { p?: number; eps?: number; keepdim?: boolean }): Tensor;
  pairwise_distanceSync(x1: Tensor, x2: Tensor, p: number, named?: { p?: number; eps?: number; keepdim?: boolean }): Tensor;
  pairwise_distanceSync(x1: Tensor, x2: Tensor, named?: { p?: number; eps?: number; keepdim?: boolean }): Tensor;
  /** p-norms of the differences of each two rows of a matrix (N, M): a vector of N (N - 1) / 2. */
  pdist(self: Tensor, p: number, named?: { p?: number } & Abortable): Promise<Tensor>;
  pdist(self: Tensor, named?: { p?: number } & Abortable): Promise<Tensor>;
  pdistSync(self: Tensor, p: number, named?: { p?: number }): Tensor;
  pdistSync(self: Tensor, named?: { p?: number }): Tensor;
  /** A view of input with its dims in another order. */
  permute(self: Tensor, dims: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  permuteSync(self: Tensor, dims: number | bigint | readonly (number | bigint)[]): Tensor;
  permute_copy(self: Tensor, dims: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  permute_copy(self: Tensor, dims: number | bigint | readonly (number | bigint)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  permute_copySync(self: Tensor, dims: number | bigint | readonly (number | bigint)[]): Tensor;
  permute_copySync(self: Tensor, dims: number | bigint | readonly (number | bigint)[], named: { out: Tensor }): Tensor;
  /** torch.linalg.pinv under its old name. */
  pinverse(self: Tensor, rcond: number, named?: { rcond?: number } & Abortable): Promise<Tensor>;
  pinverse(self: Tensor, named?: { rcond?: number } & Abortable): Promise<Tensor>;
  pinverseSync(self: Tensor, rcond: number, named?: { rcond?: number }): Tensor;
  pinverseSync(self: Tensor, named?: { rcond?: number }): Tensor;
  /** Channels spread over space: (*, C r r, H, W) gives (*, C, H r, W r), r the upscale_factor. */
  pixel_shuffle(self: Tensor, upscale_factor: number | bigint, named?: Abortable): Promise<Tensor>;
  pixel_shuffleSync(self: Tensor, upscale_factor: number | bigint): Tensor;
  /** Space gathered in channels: (*, C, H r, W r) gives (*, C r r, H, W), r the downscale_factor. */
  pixel_unshuffle(self: Tensor, downscale_factor: number | bigint, named?: Abortable): Promise<Tensor>;
  pixel_unshuffleSync(self: Tensor, downscale_factor: number | bigint): Tensor;
  poisson(self: Tensor, generator: Generator | null, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  poisson(self: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  poissonSync(self: Tensor, generator: Generator | null, named?: { generator?: Generator | null }): Tensor;
  poissonSync(self: Tensor, named?: { generator?: Generator | null }): Tensor;
  /** exp(input) - target * input, or input - target * log(input + eps) unless log_input; full adds Stirling's approximation of log(target!). */
  poisson_nll_loss(input: Tensor, target: Tensor, log_input: boolean, full: boolean, eps: number, reduction: number | bigint, named?: Abortable): Promise<Tensor>;
  poisson_nll_lossSync(input: Tensor, target: Tensor, log_input: boolean, full: boolean, eps: number, reduction: number | bigint): Tensor;
  polar(abs: Tensor, angle: Tensor, named?: Abortable): Promise<Tensor>;
  polarSync(abs: Tensor, angle: Tensor): Tensor;
  polygamma(n: number | bigint, self: Tensor, named?: Abortable): Promise<Tensor>;
  polygamma(self: Tensor, n: number | bigint, named?: Abortable): Promise<Tensor>;
  polygamma(n: number | bigint, self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  polygammaSync(n: number | bigint, self: Tensor): Tensor;
  polygammaSync(self: Tensor, n: number | bigint): Tensor;
  polygammaSync(n: number | bigint, self: Tensor, named: { out: Tensor }): Tensor;
  polygamma_(self: Tensor, n: number | bigint, named?: Abortable): Promise<Tensor>;
  polygamma_Sync(self: Tensor, n: number | bigint): Tensor;
  positive(self: Tensor, named?: Abortable): Promise<Tensor>;
  positiveSync(self: Tensor): Tensor;
  /** Input to the power of exponent, element by element; the shapes broadcast, the dtypes promote. */
  pow(self: Tensor, exponent: Scalar, named?: Abortable): Promise<Tensor>;
  pow(self: Tensor, exponent: TensorLike, named?: Abortable): Promise<Tensor>;
  pow(self: Scalar, exponent: TensorLike, named?: Abortable): Promise<Tensor>;
  pow(self: Tensor, exponent: Scalar, named: { out: Tensor } & Abortable): Promise<Tensor>;
  pow(self: Tensor, exponent: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  pow(self: Scalar, exponent: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  powSync(self: Tensor, exponent: Scalar): Tensor;
  powSync(self: Tensor, exponent: TensorLike): Tensor;
  powSync(self: Scalar, exponent: TensorLike): Tensor;
  powSync(self: Tensor, exponent: Scalar, named: { out: Tensor }): Tensor;
  powSync(self: Tensor, exponent: TensorLike, named: { out: Tensor }): Tensor;
  powSync(self: Scalar, exponent: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: input to the power of exponent, element by element; the shapes broadcast, the dtypes promote. */
  pow_(self: Tensor, exponent: Scalar, named?: Abortable): Promise<Tensor>;
  pow_(self: Tensor, exponent: TensorLike, named?: Abortable): Promise<Tensor>;
  pow_Sync(self: Tensor, exponent: Scalar): Tensor;
  pow_Sync(self: Tensor, exponent: TensorLike): Tensor;
  /** input where positive, weight * input elsewhere; weight has one element, or one per channel (dim 1). */
  prelu(self: Tensor, weight: Tensor, named?: Abortable): Promise<Tensor>;
  preluSync(self: Tensor, weight: Tensor): Tensor;
  /** The product, of all elements or along dim, which goes or stays with size 1. */
  prod(self: Tensor, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  prod(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  prod(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  prod(self: Tensor, named: { dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  prod(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  prod(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  prodSync(self: Tensor, named?: { dtype?: DType | null }): Tensor;
  prodSync(self: Tensor, dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  prodSync(self: Tensor, dim: number | bigint, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  prodSync(self: Tensor, named: { dtype?: DType | null; out: Tensor }): Tensor;
  prodSync(self: Tensor, dim: number | bigint, keepdim: boolean, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  prodSync(self: Tensor, dim: number | bigint, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  put(self: Tensor, index: Tensor, source: Tensor, accumulate: boolean, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  put(self: Tensor, index: Tensor, source: Tensor, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  putSync(self: Tensor, index: Tensor, source: Tensor, accumulate: boolean, named?: { accumulate?: boolean }): Tensor;
  putSync(self: Tensor, index: Tensor, source: Tensor, named?: { accumulate?: boolean }): Tensor;
  put_(self: Tensor, index: Tensor, source: Tensor, accumulate: boolean, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  put_(self: Tensor, index: Tensor, source: Tensor, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  put_Sync(self: Tensor, index: Tensor, source: Tensor, accumulate: boolean, named?: { accumulate?: boolean }): Tensor;
  put_Sync(self: Tensor, index: Tensor, source: Tensor, named?: { accumulate?: boolean }): Tensor;
  /** torch.linalg.qr under its old name; some: mode reduced, else complete. */
  qr(self: Tensor, some: boolean, named?: { some?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  qr(self: Tensor, named?: { some?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  qr(self: Tensor, some: boolean, named: { some?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  qr(self: Tensor, named: { some?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  qrSync(self: Tensor, some: boolean, named?: { some?: boolean }): [Tensor, Tensor];
  qrSync(self: Tensor, named?: { some?: boolean }): [Tensor, Tensor];
  qrSync(self: Tensor, some: boolean, named: { some?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  qrSync(self: Tensor, named: { some?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  quantile(self: Tensor, q: number, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: number, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: number, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: number, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: number, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: number, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: Tensor, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  quantile(self: Tensor, q: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor } & Abortable): Promise<Tensor>;
  quantileSync(self: Tensor, q: number, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(self: Tensor, q: number, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(self: Tensor, q: number, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(self: Tensor, q: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(self: Tensor, q: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(self: Tensor, q: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(self: Tensor, q: number, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  quantileSync(self: Tensor, q: number, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  quantileSync(self: Tensor, q: number, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  quantileSync(self: Tensor, q: Tensor, dim: number | bigint | null, keepdim: boolean, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  quantileSync(self: Tensor, q: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  quantileSync(self: Tensor, q: Tensor, named: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string; out: Tensor }): Tensor;
  /** The radians as degrees, of every element; of the shape of input. */
  rad2deg(self: Tensor, named?: Abortable): Promise<Tensor>;
  rad2deg(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  rad2degSync(self: Tensor): Tensor;
  rad2degSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the radians as degrees, of every element; of the shape of input. */
  rad2deg_(self: Tensor, named?: Abortable): Promise<Tensor>;
  rad2deg_Sync(self: Tensor): Tensor;
  /** Random numbers from 0 to 1, without 1, of that size. */
  rand(size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  rand(size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  randSync(size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null }): Tensor;
  randSync(size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  rand_like(self: Tensor, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  rand_likeSync(self: Tensor, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null }): Tensor;
  /** Random whole numbers from low up to high, without it, of that size. */
  randint(high: number | bigint, size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  randint(low: number | bigint, high: number | bigint, size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  randint(high: number | bigint, size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  randint(low: number | bigint, high: number | bigint, size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  randintSync(high: number | bigint, size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null }): Tensor;
  randintSync(low: number | bigint, high: number | bigint, size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null }): Tensor;
  randintSync(high: number | bigint, size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  randintSync(low: number | bigint, high: number | bigint, size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  randint_like(self: Tensor, high: number | bigint, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  randint_like(self: Tensor, low: number | bigint, high: number | bigint, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  randint_likeSync(self: Tensor, high: number | bigint, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null }): Tensor;
  randint_likeSync(self: Tensor, low: number | bigint, high: number | bigint, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null }): Tensor;
  /** Random numbers of the standard normal distribution, of that size. */
  randn(size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  randn(size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  randnSync(size: number | bigint | readonly (number | bigint)[], named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null }): Tensor;
  randnSync(size: number | bigint | readonly (number | bigint)[], named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  randn_like(self: Tensor, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  randn_likeSync(self: Tensor, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null }): Tensor;
  random_(self: Tensor, from: number | bigint, to: number | bigint | null, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  random_(self: Tensor, to: number | bigint, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  random_(self: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  random_Sync(self: Tensor, from: number | bigint, to: number | bigint | null, named?: { generator?: Generator | null }): Tensor;
  random_Sync(self: Tensor, to: number | bigint, named?: { generator?: Generator | null }): Tensor;
  random_Sync(self: Tensor, named?: { generator?: Generator | null }): Tensor;
  /** The numbers 0 to n - 1 in random order: (n). */
  randperm(n: number | bigint, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  randperm(n: number | bigint, named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  randpermSync(n: number | bigint, named?: { generator?: Generator | null; dtype?: DType | null; device?: string | null }): Tensor;
  randpermSync(n: number | bigint, named: { generator?: Generator | null; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  /** start, start + step, ... up to end, which arange leaves out. */
  range(start: Scalar, end: Scalar, step: Scalar, named?: { step?: Scalar; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  range(start: Scalar, end: Scalar, named?: { step?: Scalar; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  range(start: Scalar, end: Scalar, step: Scalar, named: { step?: Scalar; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  range(start: Scalar, end: Scalar, named: { step?: Scalar; dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  rangeSync(start: Scalar, end: Scalar, step: Scalar, named?: { step?: Scalar; dtype?: DType | null; device?: string | null }): Tensor;
  rangeSync(start: Scalar, end: Scalar, named?: { step?: Scalar; dtype?: DType | null; device?: string | null }): Tensor;
  rangeSync(start: Scalar, end: Scalar, step: Scalar, named: { step?: Scalar; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  rangeSync(start: Scalar, end: Scalar, named: { step?: Scalar; dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  ravel(self: Tensor, named?: Abortable): Promise<Tensor>;
  ravelSync(self: Tensor): Tensor;
  real(self: Tensor, named?: Abortable): Promise<Tensor>;
  realSync(self: Tensor): Tensor;
  /** The 1 / x, of every element; of the shape of input. */
  reciprocal(self: Tensor, named?: Abortable): Promise<Tensor>;
  reciprocal(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  reciprocalSync(self: Tensor): Tensor;
  reciprocalSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the 1 / x, of every element; of the shape of input. */
  reciprocal_(self: Tensor, named?: Abortable): Promise<Tensor>;
  reciprocal_Sync(self: Tensor): Tensor;
  /** The max(x, 0), of every element; of the shape of input. */
  relu(self: Tensor, named?: Abortable): Promise<Tensor>;
  relu(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  reluSync(self: Tensor): Tensor;
  reluSync(self: Tensor, named: { out: Tensor }): Tensor;
  relu6(self: Tensor, named?: Abortable): Promise<Tensor>;
  relu6Sync(self: Tensor): Tensor;
  relu6_(self: Tensor, named?: Abortable): Promise<Tensor>;
  relu6_Sync(self: Tensor): Tensor;
  /** In place: the max(x, 0), of every element; of the shape of input. */
  relu_(self: Tensor, named?: Abortable): Promise<Tensor>;
  relu_Sync(self: Tensor): Tensor;
  /** Input modulo other, of other's sign, element by element; the shapes broadcast, the dtypes promote. */
  remainder(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  remainder(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  remainder(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  remainderSync(self: Tensor, other: TensorLike): Tensor;
  remainderSync(self: Scalar, other: Tensor): Tensor;
  remainderSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  /** In place: input modulo other, of other's sign, element by element; the shapes broadcast, the dtypes promote. */
  remainder_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  remainder_Sync(self: Tensor, other: TensorLike): Tensor;
  /** input, each slice along dim whose p-norm is above maxnorm scaled down to it. */
  renorm(self: Tensor, p: Scalar, dim: number | bigint, maxnorm: Scalar, named?: Abortable): Promise<Tensor>;
  renorm(self: Tensor, p: Scalar, dim: number | bigint, maxnorm: Scalar, named: { out: Tensor } & Abortable): Promise<Tensor>;
  renormSync(self: Tensor, p: Scalar, dim: number | bigint, maxnorm: Scalar): Tensor;
  renormSync(self: Tensor, p: Scalar, dim: number | bigint, maxnorm: Scalar, named: { out: Tensor }): Tensor;
  /** In place: self, each slice along dim whose p-norm is above maxnorm scaled down to it. */
  renorm_(self: Tensor, p: Scalar, dim: number | bigint, maxnorm: Scalar, named?: Abortable): Promise<Tensor>;
  renorm_Sync(self: Tensor, p: Scalar, dim: number | bigint, maxnorm: Scalar): Tensor;
  /** input repeated along every dim, copied. */
  repeat(self: Tensor, repeats: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  repeatSync(self: Tensor, repeats: number | bigint | readonly (number | bigint)[]): Tensor;
  repeat_interleave(self: Tensor, repeats: number | bigint, dim: number | bigint | null, named?: { dim?: number | bigint | null; output_size?: number | bigint | null } & Abortable): Promise<Tensor>;
  repeat_interleave(self: Tensor, repeats: number | bigint, named?: { dim?: number | bigint | null; output_size?: number | bigint | null } & Abortable): Promise<Tensor>;
  repeat_interleave(self: Tensor, repeats: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; output_size?: number | bigint | null } & Abortable): Promise<Tensor>;
  repeat_interleave(self: Tensor, repeats: Tensor, named?: { dim?: number | bigint | null; output_size?: number | bigint | null } & Abortable): Promise<Tensor>;
  repeat_interleave(repeats: Tensor, named?: { output_size?: number | bigint | null } & Abortable): Promise<Tensor>;
  repeat_interleaveSync(self: Tensor, repeats: number | bigint, dim: number | bigint | null, named?: { dim?: number | bigint | null; output_size?: number | bigint | null }): Tensor;
  repeat_interleaveSync(self: Tensor, repeats: number | bigint, named?: { dim?: number | bigint | null; output_size?: number | bigint | null }): Tensor;
  repeat_interleaveSync(self: Tensor, repeats: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; output_size?: number | bigint | null }): Tensor;
  repeat_interleaveSync(self: Tensor, repeats: Tensor, named?: { dim?: number | bigint | null; output_size?: number | bigint | null }): Tensor;
  repeat_interleaveSync(repeats: Tensor, named?: { output_size?: number | bigint | null }): Tensor;
  /** The elements of input in another shape, -1 standing for what is left; a view where that is possible. */
  reshape(self: Tensor, shape: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  reshapeSync(self: Tensor, shape: number | bigint | readonly (number | bigint)[]): Tensor;
  reshape_as(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  reshape_asSync(self: Tensor, other: Tensor): Tensor;
  resize_(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  resize_Sync(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: { memory_format?: MemoryFormat | null }): Tensor;
  resize_as_(self: Tensor, the_template: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  resize_as_Sync(self: Tensor, the_template: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** x / sqrt(mean(x^2) + eps) over the trailing dims, times weight. */
  rms_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, eps: number | null, named?: { weight?: Tensor | null; eps?: number | null } & Abortable): Promise<Tensor>;
  rms_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, named?: { weight?: Tensor | null; eps?: number | null } & Abortable): Promise<Tensor>;
  rms_norm(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], named?: { weight?: Tensor | null; eps?: number | null } & Abortable): Promise<Tensor>;
  rms_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, eps: number | null, named?: { weight?: Tensor | null; eps?: number | null }): Tensor;
  rms_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], weight: Tensor | null, named?: { weight?: Tensor | null; eps?: number | null }): Tensor;
  rms_normSync(input: Tensor, normalized_shape: number | bigint | readonly (number | bigint)[], named?: { weight?: Tensor | null; eps?: number | null }): Tensor;
  /** Recurrent layers over a packed sequence: data (rows, features), batch_sizes (steps) of int64 on the CPU, hx (layers * directions, batch, size). The output of every row, and the last states. */
  rnn_relu(input: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, batch_first: boolean, named?: Abortable): Promise<[Tensor, Tensor]>;
  rnn_relu(data: Tensor, batch_sizes: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, named?: Abortable): Promise<[Tensor, Tensor]>;
  rnn_reluSync(input: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, batch_first: boolean): [Tensor, Tensor];
  rnn_reluSync(data: Tensor, batch_sizes: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean): [Tensor, Tensor];
  /** One step: input (batch, features), hx (batch, size), weights (gates * size, features) and (gates * size, size), biases (gates * size). The new state. */
  rnn_relu_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<Tensor>;
  rnn_relu_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<Tensor>;
  rnn_relu_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<Tensor>;
  rnn_relu_cellSync(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): Tensor;
  rnn_relu_cellSync(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): Tensor;
  rnn_relu_cellSync(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): Tensor;
  /** Recurrent layers over a packed sequence: data (rows, features), batch_sizes (steps) of int64 on the CPU, hx (layers * directions, batch, size). The output of every row, and the last states. */
  rnn_tanh(input: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, batch_first: boolean, named?: Abortable): Promise<[Tensor, Tensor]>;
  rnn_tanh(data: Tensor, batch_sizes: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, named?: Abortable): Promise<[Tensor, Tensor]>;
  rnn_tanhSync(input: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean, batch_first: boolean): [Tensor, Tensor];
  rnn_tanhSync(data: Tensor, batch_sizes: Tensor, hx: Tensor, params: readonly (Tensor)[], has_biases: boolean, num_layers: number | bigint, dropout: number, train: boolean, bidirectional: boolean): [Tensor, Tensor];
  /** One step: input (batch, features), hx (batch, size), weights (gates * size, features) and (gates * size, size), biases (gates * size). The new state. */
  rnn_tanh_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<Tensor>;
  rnn_tanh_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<Tensor>;
  rnn_tanh_cell(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null } & Abortable): Promise<Tensor>;
  rnn_tanh_cellSync(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): Tensor;
  rnn_tanh_cellSync(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): Tensor;
  rnn_tanh_cellSync(input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, named?: { b_ih?: Tensor | null; b_hh?: Tensor | null }): Tensor;
  /** input with its elements moved along dims, round the end. */
  roll(self: Tensor, shifts: number | bigint | readonly (number | bigint)[], dims: number | bigint | readonly (number | bigint)[], named?: { dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  roll(self: Tensor, shifts: number | bigint | readonly (number | bigint)[], named?: { dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  rollSync(self: Tensor, shifts: number | bigint | readonly (number | bigint)[], dims: number | bigint | readonly (number | bigint)[], named?: { dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  rollSync(self: Tensor, shifts: number | bigint | readonly (number | bigint)[], named?: { dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  rot90(self: Tensor, k: number | bigint, dims: number | bigint | readonly (number | bigint)[], named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  rot90(self: Tensor, k: number | bigint, named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  rot90(self: Tensor, named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  rot90Sync(self: Tensor, k: number | bigint, dims: number | bigint | readonly (number | bigint)[], named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  rot90Sync(self: Tensor, k: number | bigint, named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  rot90Sync(self: Tensor, named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  /** The nearest whole number, the even one of two, of every element; of the shape of input. */
  round(self: Tensor, named?: Abortable): Promise<Tensor>;
  round(self: Tensor, named: { decimals: number | bigint } & Abortable): Promise<Tensor>;
  round(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  round(self: Tensor, named: { decimals: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  roundSync(self: Tensor): Tensor;
  roundSync(self: Tensor, named: { decimals: number | bigint }): Tensor;
  roundSync(self: Tensor, named: { out: Tensor }): Tensor;
  roundSync(self: Tensor, named: { decimals: number | bigint; out: Tensor }): Tensor;
  /** In place: the nearest whole number, the even one of two, of every element; of the shape of input. */
  round_(self: Tensor, named?: Abortable): Promise<Tensor>;
  round_(self: Tensor, named: { decimals: number | bigint } & Abortable): Promise<Tensor>;
  round_Sync(self: Tensor): Tensor;
  round_Sync(self: Tensor, named: { decimals: number | bigint }): Tensor;
  /** The row of each entry of a CSC or BSC tensor. */
  row_indices(self: Tensor, named?: Abortable): Promise<Tensor>;
  row_indicesSync(self: Tensor): Tensor;
  row_stack(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor>;
  row_stack(tensors: readonly (Tensor)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  row_stackSync(tensors: readonly (Tensor)[]): Tensor;
  row_stackSync(tensors: readonly (Tensor)[], named: { out: Tensor }): Tensor;
  /** input where positive, elsewhere times a slope: drawn from [lower, upper) while training, else their mean. */
  rrelu(self: Tensor, lower: Scalar, upper: Scalar, training: boolean, generator: Generator | null, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rrelu(self: Tensor, lower: Scalar, upper: Scalar, training: boolean, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rrelu(self: Tensor, lower: Scalar, upper: Scalar, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rrelu(self: Tensor, lower: Scalar, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rrelu(self: Tensor, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rreluSync(self: Tensor, lower: Scalar, upper: Scalar, training: boolean, generator: Generator | null, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  rreluSync(self: Tensor, lower: Scalar, upper: Scalar, training: boolean, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  rreluSync(self: Tensor, lower: Scalar, upper: Scalar, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  rreluSync(self: Tensor, lower: Scalar, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  rreluSync(self: Tensor, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  rrelu_(self: Tensor, lower: Scalar, upper: Scalar, training: boolean, generator: Generator | null, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rrelu_(self: Tensor, lower: Scalar, upper: Scalar, training: boolean, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rrelu_(self: Tensor, lower: Scalar, upper: Scalar, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rrelu_(self: Tensor, lower: Scalar, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rrelu_(self: Tensor, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  rrelu_Sync(self: Tensor, lower: Scalar, upper: Scalar, training: boolean, generator: Generator | null, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  rrelu_Sync(self: Tensor, lower: Scalar, upper: Scalar, training: boolean, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  rrelu_Sync(self: Tensor, lower: Scalar, upper: Scalar, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  rrelu_Sync(self: Tensor, lower: Scalar, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  rrelu_Sync(self: Tensor, named?: { lower?: Scalar; upper?: Scalar; training?: boolean; generator?: Generator | null }): Tensor;
  /** The 1 / sqrt(x), of every element; of the shape of input. */
  rsqrt(self: Tensor, named?: Abortable): Promise<Tensor>;
  rsqrt(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  rsqrtSync(self: Tensor): Tensor;
  rsqrtSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the 1 / sqrt(x), of every element; of the shape of input. */
  rsqrt_(self: Tensor, named?: Abortable): Promise<Tensor>;
  rsqrt_Sync(self: Tensor): Tensor;
  rsub(self: Tensor, other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  rsub(self: Tensor, other: TensorLike, named: { alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  rsubSync(self: Tensor, other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  rsubSync(self: Tensor, other: TensorLike, named: { alpha?: Scalar; out: Tensor }): Tensor;
  scalar_tensor(s: Scalar, named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  scalar_tensorSync(s: Scalar, named?: { dtype?: DType | null; device?: string | null }): Tensor;
  /** softmax(query @ key^T * scale + mask) @ value; (..., L, E), (..., S, E), (..., S, Ev) -> (..., L, Ev). attn_mask: bool, True where attention is allowed, or a number to add; scale: 1 / sqrt(E) unless given; enable_gqa: key and value may have fewer heads (dim -3), each serving a group of query heads. */
  scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | null, dropout_p: number, is_causal: boolean, named?: { attn_mask?: Tensor | null; dropout_p?: number; is_causal?: boolean; scale?: number | null; enable_gqa?: boolean } & Abortable): Promise<Tensor>;
  scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | null, dropout_p: number, named?: { attn_mask?: Tensor | null; dropout_p?: number; is_causal?: boolean; scale?: number | null; enable_gqa?: boolean } & Abortable): Promise<Tensor>;
  scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | null, named?: { attn_mask?: Tensor | null; dropout_p?: number; is_causal?: boolean; scale?: number | null; enable_gqa?: boolean } & Abortable): Promise<Tensor>;
  scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, named?: { attn_mask?: Tensor | null; dropout_p?: number; is_causal?: boolean; scale?: number | null; enable_gqa?: boolean } & Abortable): Promise<Tensor>;
  scaled_dot_product_attentionSync(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | null, dropout_p: number, is_causal: boolean, named?: { attn_mask?: Tensor | null; dropout_p?: number; is_causal?: boolean; scale?: number | null; enable_gqa?: boolean }): Tensor;
  scaled_dot_product_attentionSync(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | null, dropout_p: number, named?: { attn_mask?: Tensor | null; dropout_p?: number; is_causal?: boolean; scale?: number | null; enable_gqa?: boolean }): Tensor;
  scaled_dot_product_attentionSync(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | null, named?: { attn_mask?: Tensor | null; dropout_p?: number; is_causal?: boolean; scale?: number | null; enable_gqa?: boolean }): Tensor;
  scaled_dot_product_attentionSync(query: Tensor, key: Tensor, value: Tensor, named?: { attn_mask?: Tensor | null; dropout_p?: number; is_causal?: boolean; scale?: number | null; enable_gqa?: boolean }): Tensor;
  /** input with the elements of src at the positions in index along dim. */
  scatter(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named?: Abortable): Promise<Tensor>;
  scatter(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  scatter(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string } & Abortable): Promise<Tensor>;
  scatter(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string } & Abortable): Promise<Tensor>;
  scatter(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  scatter(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { out: Tensor } & Abortable): Promise<Tensor>;
  scatter(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string; out: Tensor } & Abortable): Promise<Tensor>;
  scatter(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string; out: Tensor } & Abortable): Promise<Tensor>;
  scatterSync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor): Tensor;
  scatterSync(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar): Tensor;
  scatterSync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string }): Tensor;
  scatterSync(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string }): Tensor;
  scatterSync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { out: Tensor }): Tensor;
  scatterSync(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { out: Tensor }): Tensor;
  scatterSync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string; out: Tensor }): Tensor;
  scatterSync(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string; out: Tensor }): Tensor;
  /** In place: input with the elements of src at the positions in index along dim. */
  scatter_(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named?: Abortable): Promise<Tensor>;
  scatter_(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  scatter_(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string } & Abortable): Promise<Tensor>;
  scatter_(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string } & Abortable): Promise<Tensor>;
  scatter_Sync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor): Tensor;
  scatter_Sync(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar): Tensor;
  scatter_Sync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string }): Tensor;
  scatter_Sync(self: Tensor, dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string }): Tensor;
  /** input with the elements of src added at the positions in index along dim. */
  scatter_add(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named?: Abortable): Promise<Tensor>;
  scatter_add(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  scatter_addSync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor): Tensor;
  scatter_addSync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named: { out: Tensor }): Tensor;
  /** In place: input with the elements of src added at the positions in index along dim. */
  scatter_add_(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, named?: Abortable): Promise<Tensor>;
  scatter_add_Sync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor): Tensor;
  scatter_reduce(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named?: { include_self?: boolean } & Abortable): Promise<Tensor>;
  scatter_reduce(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named: { include_self?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  scatter_reduceSync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named?: { include_self?: boolean }): Tensor;
  scatter_reduceSync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named: { include_self?: boolean; out: Tensor }): Tensor;
  scatter_reduce_(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named?: { include_self?: boolean } & Abortable): Promise<Tensor>;
  scatter_reduce_Sync(self: Tensor, dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named?: { include_self?: boolean }): Tensor;
  searchsorted(sorted_sequence: Tensor, self: TensorLike, named?: { out_int32?: boolean; right?: boolean; side?: string | null; sorter?: Tensor | null } & Abortable): Promise<Tensor>;
  searchsorted(sorted_sequence: Tensor, self: TensorLike, named: { out_int32?: boolean; right?: boolean; side?: string | null; sorter?: Tensor | null; out: Tensor } & Abortable): Promise<Tensor>;
  searchsortedSync(sorted_sequence: Tensor, self: TensorLike, named?: { out_int32?: boolean; right?: boolean; side?: string | null; sorter?: Tensor | null }): Tensor;
  searchsortedSync(sorted_sequence: Tensor, self: TensorLike, named: { out_int32?: boolean; right?: boolean; side?: string | null; sorter?: Tensor | null; out: Tensor }): Tensor;
  /** The sum, mean, prod, max or min of each segment along `axis`: the segments' lengths (..., S), or offsets (..., S + 1), have the sizes of data in front of it. An empty one is `initial`, or else what the reduction begins with, of a mean NaN. */
  segment_reduce(data: Tensor, reduce: string, named?: { lengths?: Tensor | null; indices?: Tensor | null; offsets?: Tensor | null; axis?: number | bigint; unsafe?: boolean; initial?: Scalar | null } & Abortable): Promise<Tensor>;
  segment_reduceSync(data: Tensor, reduce: string, named?: { lengths?: Tensor | null; indices?: Tensor | null; offsets?: Tensor | null; axis?: number | bigint; unsafe?: boolean; initial?: Scalar | null }): Tensor;
  select(self: Tensor, dim: number | bigint, index: number | bigint, named?: Abortable): Promise<Tensor>;
  selectSync(self: Tensor, dim: number | bigint, index: number | bigint): Tensor;
  select_copy(self: Tensor, dim: number | bigint, index: number | bigint, named?: Abortable): Promise<Tensor>;
  select_copy(self: Tensor, dim: number | bigint, index: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  select_copySync(self: Tensor, dim: number | bigint, index: number | bigint): Tensor;
  select_copySync(self: Tensor, dim: number | bigint, index: number | bigint, named: { out: Tensor }): Tensor;
  /** A copy of input with src at index along dim. */
  select_scatter(self: Tensor, src: Tensor, dim: number | bigint, index: number | bigint, named?: Abortable): Promise<Tensor>;
  select_scatter(self: Tensor, src: Tensor, dim: number | bigint, index: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  select_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, index: number | bigint): Tensor;
  select_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, index: number | bigint, named: { out: Tensor }): Tensor;
  selu(self: Tensor, named?: Abortable): Promise<Tensor>;
  seluSync(self: Tensor): Tensor;
  selu_(self: Tensor, named?: Abortable): Promise<Tensor>;
  selu_Sync(self: Tensor): Tensor;
  set_(self: Tensor, source: Tensor, named?: Abortable): Promise<Tensor>;
  set_(self: Tensor, named?: Abortable): Promise<Tensor>;
  set_Sync(self: Tensor, source: Tensor): Tensor;
  set_Sync(self: Tensor): Tensor;
  sgn(self: Tensor, named?: Abortable): Promise<Tensor>;
  sgn(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  sgnSync(self: Tensor): Tensor;
  sgnSync(self: Tensor, named: { out: Tensor }): Tensor;
  sgn_(self: Tensor, named?: Abortable): Promise<Tensor>;
  sgn_Sync(self: Tensor): Tensor;
  short(self: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  shortSync(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** The 1 / (1 + e ** -x), of every element; of the shape of input. */
  sigmoid(self: Tensor, named?: Abortable): Promise<Tensor>;
  sigmoid(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  sigmoidSync(self: Tensor): Tensor;
  sigmoidSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: 1 / (1 + exp(-self)). */
  sigmoid_(self: Tensor, named?: Abortable): Promise<Tensor>;
  sigmoid_Sync(self: Tensor): Tensor;
  /** The -1, 0 or 1 as x is, of every element; of the shape of input. */
  sign(self: Tensor, named?: Abortable): Promise<Tensor>;
  sign(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  signSync(self: Tensor): Tensor;
  signSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the -1, 0 or 1 as x is, of every element; of the shape of input. */
  sign_(self: Tensor, named?: Abortable): Promise<Tensor>;
  sign_Sync(self: Tensor): Tensor;
  /** A triangle, 1 - abs(x) for x from -1 to 1, (M,). */
  signal_windows_bartlett(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_bartlettSync(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** 0.42 - 0.5 cos(x) + 0.08 cos(2 x) for x from 0 to 2 pi, (M,). */
  signal_windows_blackman(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_blackmanSync(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** sin(pi (n + 1/2) / M), (M,): half a wave. */
  signal_windows_cosine(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_cosineSync(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** exp(-abs(n - center) / tau), (M,); the center is the middle unless said, which only periodic windows may. */
  signal_windows_exponential(M: number | bigint, named?: { center?: number | null; tau?: number; sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_exponentialSync(M: number | bigint, named?: { center?: number | null; tau?: number; sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** exp(-((n - middle) / std)^2 / 2), (M,). */
  signal_windows_gaussian(M: number | bigint, named?: { std?: number; sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_gaussianSync(M: number | bigint, named?: { std?: number; sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** a[0] - a[1] cos(x) + a[2] cos(2 x) - ... for x from 0 to 2 pi, (M,). */
  signal_windows_general_cosine(M: number | bigint, named: { a: readonly (number)[]; sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_general_cosineSync(M: number | bigint, named: { a: readonly (number)[]; sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** alpha - (1 - alpha) cos(x) for x from 0 to 2 pi, (M,). */
  signal_windows_general_hamming(M: number | bigint, named?: { alpha?: number; sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_general_hammingSync(M: number | bigint, named?: { alpha?: number; sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** 0.54 - 0.46 cos(x) for x from 0 to 2 pi, (M,). */
  signal_windows_hamming(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_hammingSync(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** (1 - cos(x)) / 2 for x from 0 to 2 pi, (M,). */
  signal_windows_hann(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_hannSync(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** I0(beta sqrt(1 - x^2)) / I0(beta) for x from -1 to 1, (M,). */
  signal_windows_kaiser(M: number | bigint, named?: { beta?: number; sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_kaiserSync(M: number | bigint, named?: { beta?: number; sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  /** Nuttall's window of four cosines, (M,). */
  signal_windows_nuttall(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  signal_windows_nuttallSync(M: number | bigint, named?: { sym?: boolean; dtype?: DType | null; device?: string | null }): Tensor;
  signbit(self: Tensor, named?: Abortable): Promise<Tensor>;
  signbit(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  signbitSync(self: Tensor): Tensor;
  signbitSync(self: Tensor, named: { out: Tensor }): Tensor;
  silu(self: Tensor, named?: Abortable): Promise<Tensor>;
  silu(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  siluSync(self: Tensor): Tensor;
  siluSync(self: Tensor, named: { out: Tensor }): Tensor;
  silu_(self: Tensor, named?: Abortable): Promise<Tensor>;
  silu_Sync(self: Tensor): Tensor;
  /** The sine, of every element; of the shape of input. */
  sin(self: Tensor, named?: Abortable): Promise<Tensor>;
  sin(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  sinSync(self: Tensor): Tensor;
  sinSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the sine, of every element; of the shape of input. */
  sin_(self: Tensor, named?: Abortable): Promise<Tensor>;
  sin_Sync(self: Tensor): Tensor;
  /** The sin(pi x) / (pi x), of every element; of the shape of input. */
  sinc(self: Tensor, named?: Abortable): Promise<Tensor>;
  sinc(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  sincSync(self: Tensor): Tensor;
  sincSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the sin(pi x) / (pi x), of every element; of the shape of input. */
  sinc_(self: Tensor, named?: Abortable): Promise<Tensor>;
  sinc_Sync(self: Tensor): Tensor;
  /** The hyperbolic sine, of every element; of the shape of input. */
  sinh(self: Tensor, named?: Abortable): Promise<Tensor>;
  sinh(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  sinhSync(self: Tensor): Tensor;
  sinhSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the hyperbolic sine, of every element; of the shape of input. */
  sinh_(self: Tensor, named?: Abortable): Promise<Tensor>;
  sinh_Sync(self: Tensor): Tensor;
  slice(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice(self: Tensor, dim: number | bigint, start: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice(self: Tensor, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  sliceSync(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  sliceSync(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  sliceSync(self: Tensor, dim: number | bigint, start: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  sliceSync(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  sliceSync(self: Tensor, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_copy(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_copy(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_copy(self: Tensor, dim: number | bigint, start: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_copy(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_copy(self: Tensor, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_copy(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_copy(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_copy(self: Tensor, dim: number | bigint, start: number | bigint | null, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_copy(self: Tensor, dim: number | bigint, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_copy(self: Tensor, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_copySync(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_copySync(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_copySync(self: Tensor, dim: number | bigint, start: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_copySync(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_copySync(self: Tensor, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_copySync(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  slice_copySync(self: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  slice_copySync(self: Tensor, dim: number | bigint, start: number | bigint | null, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  slice_copySync(self: Tensor, dim: number | bigint, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  slice_copySync(self: Tensor, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  /** A copy of input with src where start:end:step along dim is. */
  slice_scatter(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatter(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatter(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatter(self: Tensor, src: Tensor, dim: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatter(self: Tensor, src: Tensor, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatter(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_scatter(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_scatter(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_scatter(self: Tensor, src: Tensor, dim: number | bigint, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_scatter(self: Tensor, src: Tensor, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  slice_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_scatterSync(self: Tensor, src: Tensor, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  slice_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  slice_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, start: number | bigint | null, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  slice_scatterSync(self: Tensor, src: Tensor, dim: number | bigint, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  slice_scatterSync(self: Tensor, src: Tensor, named: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint; out: Tensor }): Tensor;
  /** torch.linalg.slogdet under its old name. */
  slogdet(self: Tensor, named?: Abortable): Promise<[Tensor, Tensor]>;
  slogdet(self: Tensor, named: { out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  slogdetSync(self: Tensor): [Tensor, Tensor];
  slogdetSync(self: Tensor, named: { out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** d^2 / (2 beta) where d = |input - target| < beta, d - beta / 2 elsewhere. */
  smooth_l1_loss(self: Tensor, target: Tensor, reduction: number | bigint, beta: number, named?: { reduction?: number | bigint; beta?: number } & Abortable): Promise<Tensor>;
  smooth_l1_loss(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; beta?: number } & Abortable): Promise<Tensor>;
  smooth_l1_loss(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; beta?: number } & Abortable): Promise<Tensor>;
  smooth_l1_lossSync(self: Tensor, target: Tensor, reduction: number | bigint, beta: number, named?: { reduction?: number | bigint; beta?: number }): Tensor;
  smooth_l1_lossSync(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint; beta?: number }): Tensor;
  smooth_l1_lossSync(self: Tensor, target: Tensor, named?: { reduction?: number | bigint; beta?: number }): Tensor;
  /** log(1 + exp(-target * input)), target in {1, -1}. */
  soft_margin_loss(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint } & Abortable): Promise<Tensor>;
  soft_margin_loss(self: Tensor, target: Tensor, named?: { reduction?: number | bigint } & Abortable): Promise<Tensor>;
  soft_margin_lossSync(self: Tensor, target: Tensor, reduction: number | bigint, named?: { reduction?: number | bigint }): Tensor;
  soft_margin_lossSync(self: Tensor, target: Tensor, named?: { reduction?: number | bigint }): Tensor;
  /** exp(input) over its sum along dim, of the shape of input: rows that add up to 1. */
  softmax(self: Tensor, dim: number | bigint, dtype: DType | null, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  softmax(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  softmax(self: Tensor, dim: number | bigint, dtype: DType | null, named: { dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  softmax(self: Tensor, dim: number | bigint, named: { dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  softmaxSync(self: Tensor, dim: number | bigint, dtype: DType | null, named?: { dtype?: DType | null }): Tensor;
  softmaxSync(self: Tensor, dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  softmaxSync(self: Tensor, dim: number | bigint, dtype: DType | null, named: { dtype?: DType | null; out: Tensor }): Tensor;
  softmaxSync(self: Tensor, dim: number | bigint, named: { dtype?: DType | null; out: Tensor }): Tensor;
  /** log(1 + exp(beta * input)) / beta, and input where beta * input > threshold. */
  softplus(self: Tensor, beta: Scalar, threshold: Scalar, named?: { beta?: Scalar; threshold?: Scalar } & Abortable): Promise<Tensor>;
  softplus(self: Tensor, beta: Scalar, named?: { beta?: Scalar; threshold?: Scalar } & Abortable): Promise<Tensor>;
  softplus(self: Tensor, named?: { beta?: Scalar; threshold?: Scalar } & Abortable): Promise<Tensor>;
  softplus(self: Tensor, beta: Scalar, threshold: Scalar, named: { beta?: Scalar; threshold?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  softplus(self: Tensor, beta: Scalar, named: { beta?: Scalar; threshold?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  softplus(self: Tensor, named: { beta?: Scalar; threshold?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  softplusSync(self: Tensor, beta: Scalar, threshold: Scalar, named?: { beta?: Scalar; threshold?: Scalar }): Tensor;
  softplusSync(self: Tensor, beta: Scalar, named?: { beta?: Scalar; threshold?: Scalar }): Tensor;
  softplusSync(self: Tensor, named?: { beta?: Scalar; threshold?: Scalar }): Tensor;
  softplusSync(self: Tensor, beta: Scalar, threshold: Scalar, named: { beta?: Scalar; threshold?: Scalar; out: Tensor }): Tensor;
  softplusSync(self: Tensor, beta: Scalar, named: { beta?: Scalar; threshold?: Scalar; out: Tensor }): Tensor;
  softplusSync(self: Tensor, named: { beta?: Scalar; threshold?: Scalar; out: Tensor }): Tensor;
  /** input moved towards zero by lambd, zero within lambd of it; a negative lambd is refused. */
  softshrink(self: Tensor, lambd: Scalar, named?: { lambd?: Scalar } & Abortable): Promise<Tensor>;
  softshrink(self: Tensor, named?: { lambd?: Scalar } & Abortable): Promise<Tensor>;
  softshrink(self: Tensor, lambd: Scalar, named: { lambd?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  softshrink(self: Tensor, named: { lambd?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  softshrinkSync(self: Tensor, lambd: Scalar, named?: { lambd?: Scalar }): Tensor;
  softshrinkSync(self: Tensor, named?: { lambd?: Scalar }): Tensor;
  softshrinkSync(self: Tensor, lambd: Scalar, named: { lambd?: Scalar; out: Tensor }): Tensor;
  softshrinkSync(self: Tensor, named: { lambd?: Scalar; out: Tensor }): Tensor;
  /** input / (1 + |input|). */
  softsign(self: Tensor, named?: Abortable): Promise<Tensor>;
  softsignSync(self: Tensor): Tensor;
  /** The elements along dim in order, and where they were: (values, indices), of the shape of input. */
  sort(self: Tensor, dim: number | bigint, descending: boolean, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  sort(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  sort(self: Tensor, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  sort(self: Tensor, named: { stable: boolean | null; dim?: number | bigint; descending?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  sort(self: Tensor, dim: number | bigint, descending: boolean, named: { dim?: number | bigint; descending?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  sort(self: Tensor, dim: number | bigint, named: { dim?: number | bigint; descending?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  sort(self: Tensor, named: { dim?: number | bigint; descending?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  sort(self: Tensor, named: { stable: boolean | null; dim?: number | bigint; descending?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  sortSync(self: Tensor, dim: number | bigint, descending: boolean, named?: { dim?: number | bigint; descending?: boolean }): [Tensor, Tensor];
  sortSync(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint; descending?: boolean }): [Tensor, Tensor];
  sortSync(self: Tensor, named?: { dim?: number | bigint; descending?: boolean }): [Tensor, Tensor];
  sortSync(self: Tensor, named: { stable: boolean | null; dim?: number | bigint; descending?: boolean }): [Tensor, Tensor];
  sortSync(self: Tensor, dim: number | bigint, descending: boolean, named: { dim?: number | bigint; descending?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  sortSync(self: Tensor, dim: number | bigint, named: { dim?: number | bigint; descending?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  sortSync(self: Tensor, named: { dim?: number | bigint; descending?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  sortSync(self: Tensor, named: { stable: boolean | null; dim?: number | bigint; descending?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** As sparse_csc_tensor of blocks: values (nnz, rows of a block, columns of a block). */
  sparse_bsc_tensor(ccol_indices: Tensor, row_indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  sparse_bsc_tensor(ccol_indices: Tensor, row_indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  sparse_bsc_tensorSync(ccol_indices: Tensor, row_indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  sparse_bsc_tensorSync(ccol_indices: Tensor, row_indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  /** As sparse_csr_tensor of blocks: values (nnz, rows of a block, columns of a block). */
  sparse_bsr_tensor(crow_indices: Tensor, col_indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  sparse_bsr_tensor(crow_indices: Tensor, col_indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  sparse_bsr_tensorSync(crow_indices: Tensor, col_indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  sparse_bsr_tensorSync(crow_indices: Tensor, col_indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  /** A sparse tensor of values (nnz, dense sizes...) at indices (sparse dims, nnz), of int64; entries at one place add up. Without size the smallest that holds them. RuntimeError for indices outside of it. */
  sparse_coo_tensor(indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; is_coalesced?: boolean } & Abortable): Promise<Tensor>;
  sparse_coo_tensor(indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null; is_coalesced?: boolean } & Abortable): Promise<Tensor>;
  sparse_coo_tensorSync(indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null; is_coalesced?: boolean }): Tensor;
  sparse_coo_tensorSync(indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null; is_coalesced?: boolean }): Tensor;
  /** A sparse matrix by columns, as sparse_csr_tensor makes one by rows. */
  sparse_csc_tensor(ccol_indices: Tensor, row_indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  sparse_csc_tensor(ccol_indices: Tensor, row_indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  sparse_csc_tensorSync(ccol_indices: Tensor, row_indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  sparse_csc_tensorSync(ccol_indices: Tensor, row_indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  /** A sparse matrix by rows: values (nnz), the column of each, and (rows + 1) where the entries of each row begin, int32 or int64. RuntimeError for indices that are out of range or out of order. */
  sparse_csr_tensor(crow_indices: Tensor, col_indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  sparse_csr_tensor(crow_indices: Tensor, col_indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null } & Abortable): Promise<Tensor>;
  sparse_csr_tensorSync(crow_indices: Tensor, col_indices: Tensor, values: Tensor, size: number | bigint | readonly (number | bigint)[] | null, named?: { size?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  sparse_csr_tensorSync(crow_indices: Tensor, col_indices: Tensor, values: Tensor, named?: { size?: number | bigint | readonly (number | bigint)[] | null }): Tensor;
  /** How many of the dims, the first ones, have indices; 0 for a tensor in memory. */
  sparse_dim(self: Tensor, named?: Abortable): Promise<number | bigint>;
  sparse_dimSync(self: Tensor): number | bigint;
  /** The elements of input at the entries of a sparse tensor of its sizes, in the layout of that. */
  sparse_mask(self: Tensor, mask: Tensor, named?: Abortable): Promise<Tensor>;
  sparse_maskSync(self: Tensor, mask: Tensor): Tensor;
  /** beta * input + alpha * (mat1 @ mat2) where input, a CSR matrix, has entries, and nothing elsewhere. */
  sparse_sampled_addmm(self: Tensor, mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  sparse_sampled_addmmSync(self: Tensor, mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** A COO matrix of diagonals (k, n), of which element j of the one with offset o is at (j - o, j); offsets (k) of int64 differ. */
  sparse_spdiags(diagonals: Tensor, offsets: Tensor, shape: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  sparse_spdiagsSync(diagonals: Tensor, offsets: Tensor, shape: number | bigint | readonly (number | bigint)[]): Tensor;
  special_airy_ai(x: Tensor, named?: Abortable): Promise<Tensor>;
  special_airy_ai(x: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_airy_aiSync(x: Tensor): Tensor;
  special_airy_aiSync(x: Tensor, named: { out: Tensor }): Tensor;
  special_bessel_j0(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_bessel_j0(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_bessel_j0Sync(self: Tensor): Tensor;
  special_bessel_j0Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_bessel_j1(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_bessel_j1(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_bessel_j1Sync(self: Tensor): Tensor;
  special_bessel_j1Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_bessel_y0(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_bessel_y0(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_bessel_y0Sync(self: Tensor): Tensor;
  special_bessel_y0Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_bessel_y1(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_bessel_y1(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_bessel_y1Sync(self: Tensor): Tensor;
  special_bessel_y1Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_chebyshev_polynomial_t(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_t(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_t(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_t(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_tSync(x: Scalar, n: Tensor): Tensor;
  special_chebyshev_polynomial_tSync(x: Tensor, n: TensorLike): Tensor;
  special_chebyshev_polynomial_tSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_chebyshev_polynomial_tSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_chebyshev_polynomial_u(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_u(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_u(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_u(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_uSync(x: Scalar, n: Tensor): Tensor;
  special_chebyshev_polynomial_uSync(x: Tensor, n: TensorLike): Tensor;
  special_chebyshev_polynomial_uSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_chebyshev_polynomial_uSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_chebyshev_polynomial_v(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_v(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_v(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_v(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_vSync(x: Scalar, n: Tensor): Tensor;
  special_chebyshev_polynomial_vSync(x: Tensor, n: TensorLike): Tensor;
  special_chebyshev_polynomial_vSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_chebyshev_polynomial_vSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_chebyshev_polynomial_w(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_w(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_w(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_w(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_chebyshev_polynomial_wSync(x: Scalar, n: Tensor): Tensor;
  special_chebyshev_polynomial_wSync(x: Tensor, n: TensorLike): Tensor;
  special_chebyshev_polynomial_wSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_chebyshev_polynomial_wSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_digamma(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_digamma(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_digammaSync(self: Tensor): Tensor;
  special_digammaSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_entr(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_entr(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_entrSync(self: Tensor): Tensor;
  special_entrSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_erf(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_erf(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_erfSync(self: Tensor): Tensor;
  special_erfSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_erfc(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_erfc(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_erfcSync(self: Tensor): Tensor;
  special_erfcSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_erfcx(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_erfcx(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_erfcxSync(self: Tensor): Tensor;
  special_erfcxSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_erfinv(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_erfinv(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_erfinvSync(self: Tensor): Tensor;
  special_erfinvSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_exp2(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_exp2(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_exp2Sync(self: Tensor): Tensor;
  special_exp2Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_expit(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_expit(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_expitSync(self: Tensor): Tensor;
  special_expitSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_expm1(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_expm1(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_expm1Sync(self: Tensor): Tensor;
  special_expm1Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_gammainc(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  special_gammainc(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_gammaincSync(self: Tensor, other: Tensor): Tensor;
  special_gammaincSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  special_gammaincc(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  special_gammaincc(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_gammainccSync(self: Tensor, other: Tensor): Tensor;
  special_gammainccSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  special_gammaln(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_gammaln(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_gammalnSync(self: Tensor): Tensor;
  special_gammalnSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_hermite_polynomial_h(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_hermite_polynomial_h(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_hermite_polynomial_h(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_hermite_polynomial_h(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_hermite_polynomial_hSync(x: Scalar, n: Tensor): Tensor;
  special_hermite_polynomial_hSync(x: Tensor, n: TensorLike): Tensor;
  special_hermite_polynomial_hSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_hermite_polynomial_hSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_hermite_polynomial_he(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_hermite_polynomial_he(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_hermite_polynomial_he(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_hermite_polynomial_he(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_hermite_polynomial_heSync(x: Scalar, n: Tensor): Tensor;
  special_hermite_polynomial_heSync(x: Tensor, n: TensorLike): Tensor;
  special_hermite_polynomial_heSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_hermite_polynomial_heSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_i0(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_i0(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_i0Sync(self: Tensor): Tensor;
  special_i0Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_i0e(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_i0e(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_i0eSync(self: Tensor): Tensor;
  special_i0eSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_i1(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_i1(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_i1Sync(self: Tensor): Tensor;
  special_i1Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_i1e(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_i1e(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_i1eSync(self: Tensor): Tensor;
  special_i1eSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_laguerre_polynomial_l(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_laguerre_polynomial_l(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_laguerre_polynomial_l(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_laguerre_polynomial_l(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_laguerre_polynomial_lSync(x: Scalar, n: Tensor): Tensor;
  special_laguerre_polynomial_lSync(x: Tensor, n: TensorLike): Tensor;
  special_laguerre_polynomial_lSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_laguerre_polynomial_lSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_legendre_polynomial_p(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_legendre_polynomial_p(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_legendre_polynomial_p(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_legendre_polynomial_p(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_legendre_polynomial_pSync(x: Scalar, n: Tensor): Tensor;
  special_legendre_polynomial_pSync(x: Tensor, n: TensorLike): Tensor;
  special_legendre_polynomial_pSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_legendre_polynomial_pSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_log1p(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_log1p(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_log1pSync(self: Tensor): Tensor;
  special_log1pSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_log_ndtr(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_log_ndtr(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_log_ndtrSync(self: Tensor): Tensor;
  special_log_ndtrSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_logit(self: Tensor, eps: number | null, named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  special_logit(self: Tensor, named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  special_logit(self: Tensor, eps: number | null, named: { eps?: number | null; out: Tensor } & Abortable): Promise<Tensor>;
  special_logit(self: Tensor, named: { eps?: number | null; out: Tensor } & Abortable): Promise<Tensor>;
  special_logitSync(self: Tensor, eps: number | null, named?: { eps?: number | null }): Tensor;
  special_logitSync(self: Tensor, named?: { eps?: number | null }): Tensor;
  special_logitSync(self: Tensor, eps: number | null, named: { eps?: number | null; out: Tensor }): Tensor;
  special_logitSync(self: Tensor, named: { eps?: number | null; out: Tensor }): Tensor;
  special_modified_bessel_i0(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_modified_bessel_i0(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_modified_bessel_i0Sync(self: Tensor): Tensor;
  special_modified_bessel_i0Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_modified_bessel_i1(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_modified_bessel_i1(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_modified_bessel_i1Sync(self: Tensor): Tensor;
  special_modified_bessel_i1Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_modified_bessel_k0(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_modified_bessel_k0(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_modified_bessel_k0Sync(self: Tensor): Tensor;
  special_modified_bessel_k0Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_modified_bessel_k1(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_modified_bessel_k1(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_modified_bessel_k1Sync(self: Tensor): Tensor;
  special_modified_bessel_k1Sync(self: Tensor, named: { out: Tensor }): Tensor;
  special_multigammaln(self: Tensor, p: number | bigint, named?: Abortable): Promise<Tensor>;
  special_multigammaln(self: Tensor, p: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_multigammalnSync(self: Tensor, p: number | bigint): Tensor;
  special_multigammalnSync(self: Tensor, p: number | bigint, named: { out: Tensor }): Tensor;
  special_ndtr(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_ndtr(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_ndtrSync(self: Tensor): Tensor;
  special_ndtrSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_ndtri(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_ndtri(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_ndtriSync(self: Tensor): Tensor;
  special_ndtriSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_polygamma(n: number | bigint, self: Tensor, named?: Abortable): Promise<Tensor>;
  special_polygamma(n: number | bigint, self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_polygammaSync(n: number | bigint, self: Tensor): Tensor;
  special_polygammaSync(n: number | bigint, self: Tensor, named: { out: Tensor }): Tensor;
  special_psi(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_psi(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_psiSync(self: Tensor): Tensor;
  special_psiSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_round(self: Tensor, named?: { decimals?: number | bigint } & Abortable): Promise<Tensor>;
  special_round(self: Tensor, named: { decimals?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  special_roundSync(self: Tensor, named?: { decimals?: number | bigint }): Tensor;
  special_roundSync(self: Tensor, named: { decimals?: number | bigint; out: Tensor }): Tensor;
  special_scaled_modified_bessel_k0(x: Tensor, named?: Abortable): Promise<Tensor>;
  special_scaled_modified_bessel_k0(x: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_scaled_modified_bessel_k0Sync(x: Tensor): Tensor;
  special_scaled_modified_bessel_k0Sync(x: Tensor, named: { out: Tensor }): Tensor;
  special_scaled_modified_bessel_k1(x: Tensor, named?: Abortable): Promise<Tensor>;
  special_scaled_modified_bessel_k1(x: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_scaled_modified_bessel_k1Sync(x: Tensor): Tensor;
  special_scaled_modified_bessel_k1Sync(x: Tensor, named: { out: Tensor }): Tensor;
  special_shifted_chebyshev_polynomial_t(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_t(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_t(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_t(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_tSync(x: Scalar, n: Tensor): Tensor;
  special_shifted_chebyshev_polynomial_tSync(x: Tensor, n: TensorLike): Tensor;
  special_shifted_chebyshev_polynomial_tSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_shifted_chebyshev_polynomial_tSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_shifted_chebyshev_polynomial_u(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_u(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_u(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_u(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_uSync(x: Scalar, n: Tensor): Tensor;
  special_shifted_chebyshev_polynomial_uSync(x: Tensor, n: TensorLike): Tensor;
  special_shifted_chebyshev_polynomial_uSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_shifted_chebyshev_polynomial_uSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_shifted_chebyshev_polynomial_v(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_v(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_v(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_v(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_vSync(x: Scalar, n: Tensor): Tensor;
  special_shifted_chebyshev_polynomial_vSync(x: Tensor, n: TensorLike): Tensor;
  special_shifted_chebyshev_polynomial_vSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_shifted_chebyshev_polynomial_vSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_shifted_chebyshev_polynomial_w(x: Scalar, n: Tensor, named?: Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_w(x: Tensor, n: TensorLike, named?: Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_w(x: Scalar, n: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_w(x: Tensor, n: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_shifted_chebyshev_polynomial_wSync(x: Scalar, n: Tensor): Tensor;
  special_shifted_chebyshev_polynomial_wSync(x: Tensor, n: TensorLike): Tensor;
  special_shifted_chebyshev_polynomial_wSync(x: Scalar, n: Tensor, named: { out: Tensor }): Tensor;
  special_shifted_chebyshev_polynomial_wSync(x: Tensor, n: TensorLike, named: { out: Tensor }): Tensor;
  special_sinc(self: Tensor, named?: Abortable): Promise<Tensor>;
  special_sinc(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_sincSync(self: Tensor): Tensor;
  special_sincSync(self: Tensor, named: { out: Tensor }): Tensor;
  special_spherical_bessel_j0(x: Tensor, named?: Abortable): Promise<Tensor>;
  special_spherical_bessel_j0(x: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_spherical_bessel_j0Sync(x: Tensor): Tensor;
  special_spherical_bessel_j0Sync(x: Tensor, named: { out: Tensor }): Tensor;
  special_xlog1py(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  special_xlog1py(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  special_xlog1py(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_xlog1py(self: Scalar, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_xlog1pySync(self: Tensor, other: TensorLike): Tensor;
  special_xlog1pySync(self: Scalar, other: Tensor): Tensor;
  special_xlog1pySync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  special_xlog1pySync(self: Scalar, other: Tensor, named: { out: Tensor }): Tensor;
  special_xlogy(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  special_xlogy(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  special_xlogy(self: Scalar, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_xlogy(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_xlogySync(self: Scalar, other: Tensor): Tensor;
  special_xlogySync(self: Tensor, other: TensorLike): Tensor;
  special_xlogySync(self: Scalar, other: Tensor, named: { out: Tensor }): Tensor;
  special_xlogySync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  special_zeta(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  special_zeta(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  special_zeta(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_zeta(self: Scalar, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  special_zetaSync(self: Tensor, other: TensorLike): Tensor;
  special_zetaSync(self: Scalar, other: Tensor): Tensor;
  special_zetaSync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  special_zetaSync(self: Scalar, other: Tensor, named: { out: Tensor }): Tensor;
  split(self: Tensor, split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split(self: Tensor, split_size: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split(self: Tensor, split_size: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split(self: Tensor, split_size: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  splitSync(self: Tensor, split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  splitSync(self: Tensor, split_size: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  splitSync(self: Tensor, split_size: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  splitSync(self: Tensor, split_size: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint }): Tensor[];
  split_copy(self: Tensor, split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split_copy(self: Tensor, split_size: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split_copySync(self: Tensor, split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  split_copySync(self: Tensor, split_size: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  split_with_sizes(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split_with_sizes(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split_with_sizesSync(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  split_with_sizesSync(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint }): Tensor[];
  split_with_sizes_copy(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split_with_sizes_copy(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split_with_sizes_copySync(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  split_with_sizes_copySync(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint }): Tensor[];
  /** The square root, of every element; of the shape of input. */
  sqrt(self: Tensor, named?: Abortable): Promise<Tensor>;
  sqrt(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  sqrtSync(self: Tensor): Tensor;
  sqrtSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the square root, of every element; of the shape of input. */
  sqrt_(self: Tensor, named?: Abortable): Promise<Tensor>;
  sqrt_Sync(self: Tensor): Tensor;
  /** The x * x, of every element; of the shape of input. */
  square(self: Tensor, named?: Abortable): Promise<Tensor>;
  square(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  squareSync(self: Tensor): Tensor;
  squareSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the x * x, of every element; of the shape of input. */
  square_(self: Tensor, named?: Abortable): Promise<Tensor>;
  square_Sync(self: Tensor): Tensor;
  /** A view of input without the dims of size 1, or without those given. */
  squeeze(self: Tensor, named?: Abortable): Promise<Tensor>;
  squeeze(self: Tensor, dim: number | bigint, named?: Abortable): Promise<Tensor>;
  squeeze(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  squeezeSync(self: Tensor): Tensor;
  squeezeSync(self: Tensor, dim: number | bigint): Tensor;
  squeezeSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[]): Tensor;
  /** In place: a view of input without the dims of size 1, or without those given. */
  squeeze_(self: Tensor, named?: Abortable): Promise<Tensor>;
  squeeze_(self: Tensor, dim: number | bigint, named?: Abortable): Promise<Tensor>;
  squeeze_(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  squeeze_Sync(self: Tensor): Tensor;
  squeeze_Sync(self: Tensor, dim: number | bigint): Tensor;
  squeeze_Sync(self: Tensor, dim: number | bigint | readonly (number | bigint)[]): Tensor;
  squeeze_copy(self: Tensor, named?: Abortable): Promise<Tensor>;
  squeeze_copy(self: Tensor, dim: number | bigint, named?: Abortable): Promise<Tensor>;
  squeeze_copy(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  squeeze_copy(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  squeeze_copy(self: Tensor, dim: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  squeeze_copy(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  squeeze_copySync(self: Tensor): Tensor;
  squeeze_copySync(self: Tensor, dim: number | bigint): Tensor;
  squeeze_copySync(self: Tensor, dim: number | bigint | readonly (number | bigint)[]): Tensor;
  squeeze_copySync(self: Tensor, named: { out: Tensor }): Tensor;
  squeeze_copySync(self: Tensor, dim: number | bigint, named: { out: Tensor }): Tensor;
  squeeze_copySync(self: Tensor, dim: number | bigint | readonly (number | bigint)[], named: { out: Tensor }): Tensor;
  /** The tensors, all of one shape, joined along a new dim. */
  stack(tensors: readonly (Tensor)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  stack(tensors: readonly (Tensor)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  stack(tensors: readonly (Tensor)[], dim: number | bigint, named: { dim?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  stack(tensors: readonly (Tensor)[], named: { dim?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  stackSync(tensors: readonly (Tensor)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor;
  stackSync(tensors: readonly (Tensor)[], named?: { dim?: number | bigint }): Tensor;
  stackSync(tensors: readonly (Tensor)[], dim: number | bigint, named: { dim?: number | bigint; out: Tensor }): Tensor;
  stackSync(tensors: readonly (Tensor)[], named: { dim?: number | bigint; out: Tensor }): Tensor;
  /** The standard deviation, of a sample unless correction=0, of all elements or along dim, which goes or stays with size 1. */
  std(self: Tensor, unbiased: boolean, named?: { unbiased?: boolean } & Abortable): Promise<Tensor>;
  std(self: Tensor, named?: { unbiased?: boolean } & Abortable): Promise<Tensor>;
  std(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  std(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  std(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  std(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  std(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  std(self: Tensor, unbiased: boolean, named: { unbiased?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  std(self: Tensor, named: { unbiased?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  std(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  std(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  std(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  std(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  std(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  stdSync(self: Tensor, unbiased: boolean, named?: { unbiased?: boolean }): Tensor;
  stdSync(self: Tensor, named?: { unbiased?: boolean }): Tensor;
  stdSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  stdSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  stdSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  stdSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): Tensor;
  stdSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): Tensor;
  stdSync(self: Tensor, unbiased: boolean, named: { unbiased?: boolean; out: Tensor }): Tensor;
  stdSync(self: Tensor, named: { unbiased?: boolean; out: Tensor }): Tensor;
  stdSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor }): Tensor;
  stdSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor }): Tensor;
  stdSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor }): Tensor;
  stdSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean; out: Tensor }): Tensor;
  stdSync(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean; out: Tensor }): Tensor;
  std_mean(self: Tensor, unbiased: boolean, named?: { unbiased?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  std_mean(self: Tensor, named?: { unbiased?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  std_mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  std_mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  std_mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  std_mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  std_mean(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  std_meanSync(self: Tensor, unbiased: boolean, named?: { unbiased?: boolean }): [Tensor, Tensor];
  std_meanSync(self: Tensor, named?: { unbiased?: boolean }): [Tensor, Tensor];
  std_meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): [Tensor, Tensor];
  std_meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): [Tensor, Tensor];
  std_meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean }): [Tensor, Tensor];
  std_meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): [Tensor, Tensor];
  std_meanSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): [Tensor, Tensor];
  /** The transforms of the frames of a signal (length) or a batch of them (B, length), n_fft samples each, hop_length (n_fft / 4) apart and times `window` (win_length, n_fft unless given): (..., n_fft / 2 + 1, frames), or (..., n_fft, frames) of complex signals and with onesided=False. center: frames are centred on their places, which pads the signal by pad_mode. normalized: over the root of n_fft. */
  stft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, return_complex: boolean | null, align_to_window: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, return_complex: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(self: Tensor, n_fft: number | bigint, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, return_complex: boolean | null, align_to_window: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, return_complex: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(self: Tensor, n_fft: number | bigint, hop_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(self: Tensor, n_fft: number | bigint, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  /** Input - alpha * other, element by element; the shapes broadcast, the dtypes promote. */
  sub(self: TensorLike, other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  sub(self: TensorLike, other: TensorLike, named: { alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  subSync(self: TensorLike, other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  subSync(self: TensorLike, other: TensorLike, named: { alpha?: Scalar; out: Tensor }): Tensor;
  /** In place: input - alpha * other, element by element; the shapes broadcast, the dtypes promote. */
  sub_(self: Tensor, other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  sub_Sync(self: Tensor, other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  subtract(self: TensorLike, other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  subtract(self: TensorLike, other: TensorLike, named: { alpha?: Scalar; out: Tensor } & Abortable): Promise<Tensor>;
  subtractSync(self: TensorLike, other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  subtractSync(self: TensorLike, other: TensorLike, named: { alpha?: Scalar; out: Tensor }): Tensor;
  subtract_(self: Tensor, other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  subtract_Sync(self: Tensor, other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  /** The sum, of all elements or along dim, which goes or stays with size 1. */
  sum(self: Tensor, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  sum(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  sum(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  sum(self: Tensor, named: { dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  sum(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  sum(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor } & Abortable): Promise<Tensor>;
  sumSync(self: Tensor, named?: { dtype?: DType | null }): Tensor;
  sumSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  sumSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  sumSync(self: Tensor, named: { dtype?: DType | null; out: Tensor }): Tensor;
  sumSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  sumSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { keepdim?: boolean; dtype?: DType | null; out: Tensor }): Tensor;
  sum_to_size(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  sum_to_sizeSync(self: Tensor, size: number | bigint | readonly (number | bigint)[]): Tensor;
  /** torch.linalg.svd under its old name, with V instead of V^H; some: as full_matrices=False. */
  svd(self: Tensor, some: boolean, compute_uv: boolean, named?: { some?: boolean; compute_uv?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  svd(self: Tensor, some: boolean, named?: { some?: boolean; compute_uv?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  svd(self: Tensor, named?: { some?: boolean; compute_uv?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  svd(self: Tensor, some: boolean, compute_uv: boolean, named: { some?: boolean; compute_uv?: boolean; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  svd(self: Tensor, some: boolean, named: { some?: boolean; compute_uv?: boolean; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  svd(self: Tensor, named: { some?: boolean; compute_uv?: boolean; out0: Tensor; out1: Tensor; out2: Tensor } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  svdSync(self: Tensor, some: boolean, compute_uv: boolean, named?: { some?: boolean; compute_uv?: boolean }): [Tensor, Tensor, Tensor];
  svdSync(self: Tensor, some: boolean, named?: { some?: boolean; compute_uv?: boolean }): [Tensor, Tensor, Tensor];
  svdSync(self: Tensor, named?: { some?: boolean; compute_uv?: boolean }): [Tensor, Tensor, Tensor];
  svdSync(self: Tensor, some: boolean, compute_uv: boolean, named: { some?: boolean; compute_uv?: boolean; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  svdSync(self: Tensor, some: boolean, named: { some?: boolean; compute_uv?: boolean; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  svdSync(self: Tensor, named: { some?: boolean; compute_uv?: boolean; out0: Tensor; out1: Tensor; out2: Tensor }): [Tensor, Tensor, Tensor];
  swapaxes(self: Tensor, axis0: number | bigint, axis1: number | bigint, named?: Abortable): Promise<Tensor>;
  swapaxesSync(self: Tensor, axis0: number | bigint, axis1: number | bigint): Tensor;
  swapaxes_(self: Tensor, axis0: number | bigint, axis1: number | bigint, named?: Abortable): Promise<Tensor>;
  swapaxes_Sync(self: Tensor, axis0: number | bigint, axis1: number | bigint): Tensor;
  swapdims(self: Tensor, dim0: number | bigint, dim1: number | bigint, named?: Abortable): Promise<Tensor>;
  swapdimsSync(self: Tensor, dim0: number | bigint, dim1: number | bigint): Tensor;
  swapdims_(self: Tensor, dim0: number | bigint, dim1: number | bigint, named?: Abortable): Promise<Tensor>;
  swapdims_Sync(self: Tensor, dim0: number | bigint, dim1: number | bigint): Tensor;
  /** A view of the matrix input, transposed. */
  t(self: Tensor, named?: Abortable): Promise<Tensor>;
  tSync(self: Tensor): Tensor;
  /** In place: a view of the matrix input, transposed. */
  t_(self: Tensor, named?: Abortable): Promise<Tensor>;
  t_Sync(self: Tensor): Tensor;
  t_copy(self: Tensor, named?: Abortable): Promise<Tensor>;
  t_copy(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  t_copySync(self: Tensor): Tensor;
  t_copySync(self: Tensor, named: { out: Tensor }): Tensor;
  take(self: Tensor, index: Tensor, named?: Abortable): Promise<Tensor>;
  take(self: Tensor, index: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  takeSync(self: Tensor, index: Tensor): Tensor;
  takeSync(self: Tensor, index: Tensor, named: { out: Tensor }): Tensor;
  take_along_dim(self: Tensor, indices: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  take_along_dim(self: Tensor, indices: Tensor, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  take_along_dim(self: Tensor, indices: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  take_along_dim(self: Tensor, indices: Tensor, named: { dim?: number | bigint | null; out: Tensor } & Abortable): Promise<Tensor>;
  take_along_dimSync(self: Tensor, indices: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null }): Tensor;
  take_along_dimSync(self: Tensor, indices: Tensor, named?: { dim?: number | bigint | null }): Tensor;
  take_along_dimSync(self: Tensor, indices: Tensor, dim: number | bigint | null, named: { dim?: number | bigint | null; out: Tensor }): Tensor;
  take_along_dimSync(self: Tensor, indices: Tensor, named: { dim?: number | bigint | null; out: Tensor }): Tensor;
  /** The tangent, of every element; of the shape of input. */
  tan(self: Tensor, named?: Abortable): Promise<Tensor>;
  tan(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  tanSync(self: Tensor): Tensor;
  tanSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the tangent, of every element; of the shape of input. */
  tan_(self: Tensor, named?: Abortable): Promise<Tensor>;
  tan_Sync(self: Tensor): Tensor;
  /** The hyperbolic tangent, of every element; of the shape of input. */
  tanh(self: Tensor, named?: Abortable): Promise<Tensor>;
  tanh(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  tanhSync(self: Tensor): Tensor;
  tanhSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the hyperbolic tangent of self. */
  tanh_(self: Tensor, named?: Abortable): Promise<Tensor>;
  tanh_Sync(self: Tensor): Tensor;
  /** input - tanh(input). */
  tanhshrink(self: Tensor, named?: Abortable): Promise<Tensor>;
  tanhshrinkSync(self: Tensor): Tensor;
  tensor_split(self: Tensor, sections: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(self: Tensor, sections: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(self: Tensor, indices: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(self: Tensor, indices: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(self: Tensor, tensor_indices_or_sections: Tensor, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(self: Tensor, tensor_indices_or_sections: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_splitSync(self: Tensor, sections: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(self: Tensor, sections: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(self: Tensor, indices: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(self: Tensor, indices: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(self: Tensor, tensor_indices_or_sections: Tensor, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(self: Tensor, tensor_indices_or_sections: Tensor, named?: { dim?: number | bigint }): Tensor[];
  /** Sum of products over pairs of dims, one list of dims per operand; the other dims of input come first. */
  tensordot(self: Tensor, other: Tensor, dims_self: number | bigint | readonly (number | bigint)[], dims_other: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  tensordot(self: Tensor, other: Tensor, dims_self: number | bigint | readonly (number | bigint)[], dims_other: number | bigint | readonly (number | bigint)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  tensordotSync(self: Tensor, other: Tensor, dims_self: number | bigint | readonly (number | bigint)[], dims_other: number | bigint | readonly (number | bigint)[]): Tensor;
  tensordotSync(self: Tensor, other: Tensor, dims_self: number | bigint | readonly (number | bigint)[], dims_other: number | bigint | readonly (number | bigint)[], named: { out: Tensor }): Tensor;
  threshold(self: Tensor, threshold: Scalar, value: Scalar, named?: Abortable): Promise<Tensor>;
  threshold(self: Tensor, threshold: Scalar, value: Scalar, named: { out: Tensor } & Abortable): Promise<Tensor>;
  thresholdSync(self: Tensor, threshold: Scalar, value: Scalar): Tensor;
  thresholdSync(self: Tensor, threshold: Scalar, value: Scalar, named: { out: Tensor }): Tensor;
  threshold_(self: Tensor, threshold: Scalar, value: Scalar, named?: Abortable): Promise<Tensor>;
  threshold_Sync(self: Tensor, threshold: Scalar, value: Scalar): Tensor;
  tile(self: Tensor, dims: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  tileSync(self: Tensor, dims: number | bigint | readonly (number | bigint)[]): Tensor;
  to(self: Tensor, device: string | null, dtype: DType | null, non_blocking: boolean, copy: boolean, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, device: string | null, dtype: DType | null, non_blocking: boolean, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, device: string | null, dtype: DType | null, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, device: string | null, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, dtype: DType, non_blocking: boolean, copy: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, dtype: DType, non_blocking: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, dtype: DType, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, other: Tensor, non_blocking: boolean, copy: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, other: Tensor, non_blocking: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(self: Tensor, other: Tensor, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  toSync(self: Tensor, device: string | null, dtype: DType | null, non_blocking: boolean, copy: boolean, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, device: string | null, dtype: DType | null, non_blocking: boolean, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, device: string | null, dtype: DType | null, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, device: string | null, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, dtype: DType, non_blocking: boolean, copy: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, dtype: DType, non_blocking: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, dtype: DType, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, other: Tensor, non_blocking: boolean, copy: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, other: Tensor, non_blocking: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(self: Tensor, other: Tensor, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  /** Self in memory, zeros where a sparse tensor has no entry. */
  to_dense(self: Tensor, dtype: DType | null, named?: { dtype?: DType | null; masked_grad?: boolean | null } & Abortable): Promise<Tensor>;
  to_dense(self: Tensor, named?: { dtype?: DType | null; masked_grad?: boolean | null } & Abortable): Promise<Tensor>;
  to_denseSync(self: Tensor, dtype: DType | null, named?: { dtype?: DType | null; masked_grad?: boolean | null }): Tensor;
  to_denseSync(self: Tensor, named?: { dtype?: DType | null; masked_grad?: boolean | null }): Tensor;
  /** A coalesced COO tensor of the elements that are not zero, with that many sparse dims, all unless given. */
  to_sparse(self: Tensor, sparse_dim: number | bigint | null, named?: { sparse_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse(self: Tensor, named?: { sparse_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparseSync(self: Tensor, sparse_dim: number | bigint | null, named?: { sparse_dim?: number | bigint | null }): Tensor;
  to_sparseSync(self: Tensor, named?: { sparse_dim?: number | bigint | null }): Tensor;
  /** A BSC tensor of the blocks of a matrix that are not all zeros. */
  to_sparse_bsc(self: Tensor, blocksize: number | bigint | readonly (number | bigint)[], dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_bsc(self: Tensor, blocksize: number | bigint | readonly (number | bigint)[], named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_bscSync(self: Tensor, blocksize: number | bigint | readonly (number | bigint)[], dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null }): Tensor;
  to_sparse_bscSync(self: Tensor, blocksize: number | bigint | readonly (number | bigint)[], named?: { dense_dim?: number | bigint | null }): Tensor;
  /** A BSR tensor of the blocks of a matrix that are not all zeros. */
  to_sparse_bsr(self: Tensor, blocksize: number | bigint | readonly (number | bigint)[], dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_bsr(self: Tensor, blocksize: number | bigint | readonly (number | bigint)[], named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_bsrSync(self: Tensor, blocksize: number | bigint | readonly (number | bigint)[], dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null }): Tensor;
  to_sparse_bsrSync(self: Tensor, blocksize: number | bigint | readonly (number | bigint)[], named?: { dense_dim?: number | bigint | null }): Tensor;
  /** A CSC tensor of the elements of a matrix that are not zero. */
  to_sparse_csc(self: Tensor, dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_csc(self: Tensor, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_cscSync(self: Tensor, dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null }): Tensor;
  to_sparse_cscSync(self: Tensor, named?: { dense_dim?: number | bigint | null }): Tensor;
  /** A CSR tensor of the elements of a matrix that are not zero. */
  to_sparse_csr(self: Tensor, dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_csr(self: Tensor, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_csrSync(self: Tensor, dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null }): Tensor;
  to_sparse_csrSync(self: Tensor, named?: { dense_dim?: number | bigint | null }): Tensor;
  /** The k largest (or smallest) elements along dim, and where they are: (values, indices). */
  topk(self: Tensor, k: number | bigint, dim: number | bigint, largest: boolean, sorted: boolean, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  topk(self: Tensor, k: number | bigint, dim: number | bigint, largest: boolean, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  topk(self: Tensor, k: number | bigint, dim: number | bigint, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  topk(self: Tensor, k: number | bigint, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  topk(self: Tensor, k: number | bigint, dim: number | bigint, largest: boolean, sorted: boolean, named: { dim?: number | bigint; largest?: boolean; sorted?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  topk(self: Tensor, k: number | bigint, dim: number | bigint, largest: boolean, named: { dim?: number | bigint; largest?: boolean; sorted?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  topk(self: Tensor, k: number | bigint, dim: number | bigint, named: { dim?: number | bigint; largest?: boolean; sorted?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  topk(self: Tensor, k: number | bigint, named: { dim?: number | bigint; largest?: boolean; sorted?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  topkSync(self: Tensor, k: number | bigint, dim: number | bigint, largest: boolean, sorted: boolean, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topkSync(self: Tensor, k: number | bigint, dim: number | bigint, largest: boolean, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topkSync(self: Tensor, k: number | bigint, dim: number | bigint, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topkSync(self: Tensor, k: number | bigint, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topkSync(self: Tensor, k: number | bigint, dim: number | bigint, largest: boolean, sorted: boolean, named: { dim?: number | bigint; largest?: boolean; sorted?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  topkSync(self: Tensor, k: number | bigint, dim: number | bigint, largest: boolean, named: { dim?: number | bigint; largest?: boolean; sorted?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  topkSync(self: Tensor, k: number | bigint, dim: number | bigint, named: { dim?: number | bigint; largest?: boolean; sorted?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  topkSync(self: Tensor, k: number | bigint, named: { dim?: number | bigint; largest?: boolean; sorted?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  trace(self: Tensor, named?: Abortable): Promise<Tensor>;
  traceSync(self: Tensor): Tensor;
  /** A view of input with two dims exchanged. */
  transpose(self: Tensor, dim0: number | bigint, dim1: number | bigint, named?: Abortable): Promise<Tensor>;
  transposeSync(self: Tensor, dim0: number | bigint, dim1: number | bigint): Tensor;
  /** In place: a view of input with two dims exchanged. */
  transpose_(self: Tensor, dim0: number | bigint, dim1: number | bigint, named?: Abortable): Promise<Tensor>;
  transpose_Sync(self: Tensor, dim0: number | bigint, dim1: number | bigint): Tensor;
  transpose_copy(self: Tensor, dim0: number | bigint, dim1: number | bigint, named?: Abortable): Promise<Tensor>;
  transpose_copy(self: Tensor, dim0: number | bigint, dim1: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  transpose_copySync(self: Tensor, dim0: number | bigint, dim1: number | bigint): Tensor;
  transpose_copySync(self: Tensor, dim0: number | bigint, dim1: number | bigint, named: { out: Tensor }): Tensor;
  trapezoid(y: Tensor, x: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  trapezoid(y: Tensor, named?: { dx?: Scalar; dim?: number | bigint } & Abortable): Promise<Tensor>;
  trapezoidSync(y: Tensor, x: Tensor, named?: { dim?: number | bigint }): Tensor;
  trapezoidSync(y: Tensor, named?: { dx?: Scalar; dim?: number | bigint }): Tensor;
  trapz(y: Tensor, x: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor>;
  trapz(y: Tensor, named?: { dx?: number; dim?: number | bigint } & Abortable): Promise<Tensor>;
  trapzSync(y: Tensor, x: Tensor, named?: { dim?: number | bigint }): Tensor;
  trapzSync(y: Tensor, named?: { dx?: number; dim?: number | bigint }): Tensor;
  /** X of A X = input with triangular A, or A^T; and a copy of A. */
  triangular_solve(self: Tensor, A: Tensor, upper: boolean, transpose: boolean, unitriangular: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(self: Tensor, A: Tensor, upper: boolean, transpose: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(self: Tensor, A: Tensor, upper: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(self: Tensor, A: Tensor, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(self: Tensor, A: Tensor, upper: boolean, transpose: boolean, unitriangular: boolean, named: { upper?: boolean; transpose?: boolean; unitriangular?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(self: Tensor, A: Tensor, upper: boolean, transpose: boolean, named: { upper?: boolean; transpose?: boolean; unitriangular?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(self: Tensor, A: Tensor, upper: boolean, named: { upper?: boolean; transpose?: boolean; unitriangular?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(self: Tensor, A: Tensor, named: { upper?: boolean; transpose?: boolean; unitriangular?: boolean; out0: Tensor; out1: Tensor } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solveSync(self: Tensor, A: Tensor, upper: boolean, transpose: boolean, unitriangular: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean }): [Tensor, Tensor];
  triangular_solveSync(self: Tensor, A: Tensor, upper: boolean, transpose: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean }): [Tensor, Tensor];
  triangular_solveSync(self: Tensor, A: Tensor, upper: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean }): [Tensor, Tensor];
  triangular_solveSync(self: Tensor, A: Tensor, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean }): [Tensor, Tensor];
  triangular_solveSync(self: Tensor, A: Tensor, upper: boolean, transpose: boolean, unitriangular: boolean, named: { upper?: boolean; transpose?: boolean; unitriangular?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  triangular_solveSync(self: Tensor, A: Tensor, upper: boolean, transpose: boolean, named: { upper?: boolean; transpose?: boolean; unitriangular?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  triangular_solveSync(self: Tensor, A: Tensor, upper: boolean, named: { upper?: boolean; transpose?: boolean; unitriangular?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  triangular_solveSync(self: Tensor, A: Tensor, named: { upper?: boolean; transpose?: boolean; unitriangular?: boolean; out0: Tensor; out1: Tensor }): [Tensor, Tensor];
  /** input (..., n, m) with zeros above the diagonal-th diagonal. */
  tril(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  tril(self: Tensor, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  tril(self: Tensor, diagonal: number | bigint, named: { diagonal?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  tril(self: Tensor, named: { diagonal?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  trilSync(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  trilSync(self: Tensor, named?: { diagonal?: number | bigint }): Tensor;
  trilSync(self: Tensor, diagonal: number | bigint, named: { diagonal?: number | bigint; out: Tensor }): Tensor;
  trilSync(self: Tensor, named: { diagonal?: number | bigint; out: Tensor }): Tensor;
  /** In place: input (..., n, m) with zeros above the diagonal-th diagonal. */
  tril_(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  tril_(self: Tensor, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  tril_Sync(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  tril_Sync(self: Tensor, named?: { diagonal?: number | bigint }): Tensor;
  tril_indices(row: number | bigint, col: number | bigint, offset: number | bigint, named?: { offset?: number | bigint; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  tril_indices(row: number | bigint, col: number | bigint, named?: { offset?: number | bigint; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  tril_indicesSync(row: number | bigint, col: number | bigint, offset: number | bigint, named?: { offset?: number | bigint; dtype?: DType | null; device?: string | null }): Tensor;
  tril_indicesSync(row: number | bigint, col: number | bigint, named?: { offset?: number | bigint; dtype?: DType | null; device?: string | null }): Tensor;
  /** max(0, |anchor - positive| - |anchor - negative| + margin), in p-norms along the last dim. */
  triplet_margin_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, p: number, eps: number, swap: boolean, reduction: number | bigint, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  triplet_margin_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, p: number, eps: number, swap: boolean, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  triplet_margin_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, p: number, eps: number, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  triplet_margin_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, p: number, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  triplet_margin_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  triplet_margin_loss(anchor: Tensor, positive: Tensor, negative: Tensor, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint } & Abortable): Promise<Tensor>;
  triplet_margin_lossSync(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, p: number, eps: number, swap: boolean, reduction: number | bigint, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint }): Tensor;
  triplet_margin_lossSync(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, p: number, eps: number, swap: boolean, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint }): Tensor;
  triplet_margin_lossSync(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, p: number, eps: number, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint }): Tensor;
  triplet_margin_lossSync(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, p: number, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint }): Tensor;
  triplet_margin_lossSync(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint }): Tensor;
  triplet_margin_lossSync(anchor: Tensor, positive: Tensor, negative: Tensor, named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: number | bigint }): Tensor;
  /** input (..., n, m) with zeros below the diagonal-th diagonal. */
  triu(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  triu(self: Tensor, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  triu(self: Tensor, diagonal: number | bigint, named: { diagonal?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  triu(self: Tensor, named: { diagonal?: number | bigint; out: Tensor } & Abortable): Promise<Tensor>;
  triuSync(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  triuSync(self: Tensor, named?: { diagonal?: number | bigint }): Tensor;
  triuSync(self: Tensor, diagonal: number | bigint, named: { diagonal?: number | bigint; out: Tensor }): Tensor;
  triuSync(self: Tensor, named: { diagonal?: number | bigint; out: Tensor }): Tensor;
  /** In place: input (..., n, m) with zeros below the diagonal-th diagonal. */
  triu_(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  triu_(self: Tensor, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  triu_Sync(self: Tensor, diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  triu_Sync(self: Tensor, named?: { diagonal?: number | bigint }): Tensor;
  triu_indices(row: number | bigint, col: number | bigint, offset: number | bigint, named?: { offset?: number | bigint; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  triu_indices(row: number | bigint, col: number | bigint, named?: { offset?: number | bigint; dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  triu_indicesSync(row: number | bigint, col: number | bigint, offset: number | bigint, named?: { offset?: number | bigint; dtype?: DType | null; device?: string | null }): Tensor;
  triu_indicesSync(row: number | bigint, col: number | bigint, named?: { offset?: number | bigint; dtype?: DType | null; device?: string | null }): Tensor;
  true_divide(self: TensorLike, other: TensorLike, named?: Abortable): Promise<Tensor>;
  true_divide(self: TensorLike, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  true_divideSync(self: TensorLike, other: TensorLike): Tensor;
  true_divideSync(self: TensorLike, other: TensorLike, named: { out: Tensor }): Tensor;
  true_divide_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  true_divide_Sync(self: Tensor, other: TensorLike): Tensor;
  /** The x without what is behind the point, of every element; of the shape of input. */
  trunc(self: Tensor, named?: Abortable): Promise<Tensor>;
  trunc(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  truncSync(self: Tensor): Tensor;
  truncSync(self: Tensor, named: { out: Tensor }): Tensor;
  /** In place: the x without what is behind the point, of every element; of the shape of input. */
  trunc_(self: Tensor, named?: Abortable): Promise<Tensor>;
  trunc_Sync(self: Tensor): Tensor;
  type_as(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  type_asSync(self: Tensor, other: Tensor): Tensor;
  unbind(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unbind(self: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unbindSync(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unbindSync(self: Tensor, named?: { dim?: number | bigint }): Tensor[];
  unbind_copy(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unbind_copy(self: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unbind_copySync(self: Tensor, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unbind_copySync(self: Tensor, named?: { dim?: number | bigint }): Tensor[];
  unflatten(self: Tensor, dim: number | bigint, sizes: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  unflattenSync(self: Tensor, dim: number | bigint, sizes: number | bigint | readonly (number | bigint)[]): Tensor;
  unfold(self: Tensor, dimension: number | bigint, size: number | bigint, step: number | bigint, named?: Abortable): Promise<Tensor>;
  unfoldSync(self: Tensor, dimension: number | bigint, size: number | bigint, step: number | bigint): Tensor;
  unfold_copy(self: Tensor, dimension: number | bigint, size: number | bigint, step: number | bigint, named?: Abortable): Promise<Tensor>;
  unfold_copy(self: Tensor, dimension: number | bigint, size: number | bigint, step: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  unfold_copySync(self: Tensor, dimension: number | bigint, size: number | bigint, step: number | bigint): Tensor;
  unfold_copySync(self: Tensor, dimension: number | bigint, size: number | bigint, step: number | bigint, named: { out: Tensor }): Tensor;
  uniform_(self: Tensor, from: number, to: number, named?: { from?: number; to?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  uniform_(self: Tensor, from: number, named?: { from?: number; to?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  uniform_(self: Tensor, named?: { from?: number; to?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  uniform_Sync(self: Tensor, from: number, to: number, named?: { from?: number; to?: number; generator?: Generator | null }): Tensor;
  uniform_Sync(self: Tensor, from: number, named?: { from?: number; to?: number; generator?: Generator | null }): Tensor;
  uniform_Sync(self: Tensor, named?: { from?: number; to?: number; generator?: Generator | null }): Tensor;
  unique_consecutive(self: Tensor, return_inverse: boolean, return_counts: boolean, dim: number | bigint | null, named?: { return_inverse?: boolean; return_counts?: boolean; dim?: number | bigint | null } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  unique_consecutive(self: Tensor, return_inverse: boolean, return_counts: boolean, named?: { return_inverse?: boolean; return_counts?: boolean; dim?: number | bigint | null } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  unique_consecutive(self: Tensor, return_inverse: boolean, named?: { return_inverse?: boolean; return_counts?: boolean; dim?: number | bigint | null } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  unique_consecutive(self: Tensor, named?: { return_inverse?: boolean; return_counts?: boolean; dim?: number | bigint | null } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  unique_consecutiveSync(self: Tensor, return_inverse: boolean, return_counts: boolean, dim: number | bigint | null, named?: { return_inverse?: boolean; return_counts?: boolean; dim?: number | bigint | null }): [Tensor, Tensor, Tensor];
  unique_consecutiveSync(self: Tensor, return_inverse: boolean, return_counts: boolean, named?: { return_inverse?: boolean; return_counts?: boolean; dim?: number | bigint | null }): [Tensor, Tensor, Tensor];
  unique_consecutiveSync(self: Tensor, return_inverse: boolean, named?: { return_inverse?: boolean; return_counts?: boolean; dim?: number | bigint | null }): [Tensor, Tensor, Tensor];
  unique_consecutiveSync(self: Tensor, named?: { return_inverse?: boolean; return_counts?: boolean; dim?: number | bigint | null }): [Tensor, Tensor, Tensor];
  unique_dim(self: Tensor, dim: number | bigint, sorted: boolean, return_inverse: boolean, return_counts: boolean, named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  unique_dim(self: Tensor, dim: number | bigint, sorted: boolean, return_inverse: boolean, named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  unique_dim(self: Tensor, dim: number | bigint, sorted: boolean, named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  unique_dim(self: Tensor, dim: number | bigint, named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  unique_dimSync(self: Tensor, dim: number | bigint, sorted: boolean, return_inverse: boolean, return_counts: boolean, named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean }): [Tensor, Tensor, Tensor];
  unique_dimSync(self: Tensor, dim: number | bigint, sorted: boolean, return_inverse: boolean, named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean }): [Tensor, Tensor, Tensor];
  unique_dimSync(self: Tensor, dim: number | bigint, sorted: boolean, named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean }): [Tensor, Tensor, Tensor];
  unique_dimSync(self: Tensor, dim: number | bigint, named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean }): [Tensor, Tensor, Tensor];
  /** The coordinates, a tensor per dim, of places along the flat line of a tensor of sizes shape. */
  unravel_index(indices: Tensor, shape: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor[]>;
  unravel_indexSync(indices: Tensor, shape: number | bigint | readonly (number | bigint)[]): Tensor[];
  unsafe_chunk(self: Tensor, chunks: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_chunk(self: Tensor, chunks: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_chunkSync(self: Tensor, chunks: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_chunkSync(self: Tensor, chunks: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_split(self: Tensor, split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_split(self: Tensor, split_size: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_splitSync(self: Tensor, split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_splitSync(self: Tensor, split_size: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_split_with_sizes(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_split_with_sizes(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_split_with_sizesSync(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_split_with_sizesSync(self: Tensor, split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint }): Tensor[];
  /** A view of input with a new dim of size 1. */
  unsqueeze(self: Tensor, dim: number | bigint, named?: Abortable): Promise<Tensor>;
  unsqueezeSync(self: Tensor, dim: number | bigint): Tensor;
  /** In place: a view of input with a new dim of size 1. */
  unsqueeze_(self: Tensor, dim: number | bigint, named?: Abortable): Promise<Tensor>;
  unsqueeze_Sync(self: Tensor, dim: number | bigint): Tensor;
  unsqueeze_copy(self: Tensor, dim: number | bigint, named?: Abortable): Promise<Tensor>;
  unsqueeze_copy(self: Tensor, dim: number | bigint, named: { out: Tensor } & Abortable): Promise<Tensor>;
  unsqueeze_copySync(self: Tensor, dim: number | bigint): Tensor;
  unsqueeze_copySync(self: Tensor, dim: number | bigint, named: { out: Tensor }): Tensor;
  /** The values of a coalesced COO or of a compressed tensor, (nnz, ...). */
  values(self: Tensor, named?: Abortable): Promise<Tensor>;
  valuesSync(self: Tensor): Tensor;
  /** Powers of a vector's elements, a row for each: those below N, the number of elements. */
  vander(x: Tensor, N: number | bigint | null, increasing: boolean, named?: { N?: number | bigint | null; increasing?: boolean } & Abortable): Promise<Tensor>;
  vander(x: Tensor, N: number | bigint | null, named?: { N?: number | bigint | null; increasing?: boolean } & Abortable): Promise<Tensor>;
  vander(x: Tensor, named?: { N?: number | bigint | null; increasing?: boolean } & Abortable): Promise<Tensor>;
  vanderSync(x: Tensor, N: number | bigint | null, increasing: boolean, named?: { N?: number | bigint | null; increasing?: boolean }): Tensor;
  vanderSync(x: Tensor, N: number | bigint | null, named?: { N?: number | bigint | null; increasing?: boolean }): Tensor;
  vanderSync(x: Tensor, named?: { N?: number | bigint | null; increasing?: boolean }): Tensor;
  /** The variance, of a sample unless correction=0, of all elements or along dim, which goes or stays with size 1. */
  var(self: Tensor, unbiased: boolean, named?: { unbiased?: boolean } & Abortable): Promise<Tensor>;
  var(self: Tensor, named?: { unbiased?: boolean } & Abortable): Promise<Tensor>;
  var(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  var(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  var(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  var(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  var(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  var(self: Tensor, unbiased: boolean, named: { unbiased?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  var(self: Tensor, named: { unbiased?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  var(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  var(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  var(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  var(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  var(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean; out: Tensor } & Abortable): Promise<Tensor>;
  varSync(self: Tensor, unbiased: boolean, named?: { unbiased?: boolean }): Tensor;
  varSync(self: Tensor, named?: { unbiased?: boolean }): Tensor;
  varSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  varSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  varSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  varSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): Tensor;
  varSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): Tensor;
  varSync(self: Tensor, unbiased: boolean, named: { unbiased?: boolean; out: Tensor }): Tensor;
  varSync(self: Tensor, named: { unbiased?: boolean; out: Tensor }): Tensor;
  varSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor }): Tensor;
  varSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor }): Tensor;
  varSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { unbiased?: boolean; keepdim?: boolean; out: Tensor }): Tensor;
  varSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean; out: Tensor }): Tensor;
  varSync(self: Tensor, named: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean; out: Tensor }): Tensor;
  var_mean(self: Tensor, unbiased: boolean, named?: { unbiased?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  var_mean(self: Tensor, named?: { unbiased?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  var_mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  var_mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  var_mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  var_mean(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  var_mean(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  var_meanSync(self: Tensor, unbiased: boolean, named?: { unbiased?: boolean }): [Tensor, Tensor];
  var_meanSync(self: Tensor, named?: { unbiased?: boolean }): [Tensor, Tensor];
  var_meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): [Tensor, Tensor];
  var_meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): [Tensor, Tensor];
  var_meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean }): [Tensor, Tensor];
  var_meanSync(self: Tensor, dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): [Tensor, Tensor];
  var_meanSync(self: Tensor, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): [Tensor, Tensor];
  /** Attention of sequences that lie one after the other: (Tq, H, E), (Tk, H, E), (Tk, H, Ev) -> (Tq, H, Ev), and the logarithms of the sums of exponentials (H, Tq), which have no gradient. cu_seq_q and cu_seq_k: int32 (N + 1), where each sequence begins, from 0, and where the last ends. A query sees window_left keys before its place and window_right after it, all if negative; places are counted from the ends of its sequences. Queries that see nothing get zeros; enable_gqa: key and value may have fewer heads. */
  varlen_attention(query: Tensor, key: Tensor, value: Tensor, cu_seq_q: Tensor, cu_seq_k: Tensor, window_left: number | bigint, window_right: number | bigint, named?: { window_left?: number | bigint; window_right?: number | bigint; scale?: number | null; enable_gqa?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  varlen_attention(query: Tensor, key: Tensor, value: Tensor, cu_seq_q: Tensor, cu_seq_k: Tensor, window_left: number | bigint, named?: { window_left?: number | bigint; window_right?: number | bigint; scale?: number | null; enable_gqa?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  varlen_attention(query: Tensor, key: Tensor, value: Tensor, cu_seq_q: Tensor, cu_seq_k: Tensor, named?: { window_left?: number | bigint; window_right?: number | bigint; scale?: number | null; enable_gqa?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  varlen_attentionSync(query: Tensor, key: Tensor, value: Tensor, cu_seq_q: Tensor, cu_seq_k: Tensor, window_left: number | bigint, window_right: number | bigint, named?: { window_left?: number | bigint; window_right?: number | bigint; scale?: number | null; enable_gqa?: boolean }): [Tensor, Tensor];
  varlen_attentionSync(query: Tensor, key: Tensor, value: Tensor, cu_seq_q: Tensor, cu_seq_k: Tensor, window_left: number | bigint, named?: { window_left?: number | bigint; window_right?: number | bigint; scale?: number | null; enable_gqa?: boolean }): [Tensor, Tensor];
  varlen_attentionSync(query: Tensor, key: Tensor, value: Tensor, cu_seq_q: Tensor, cu_seq_k: Tensor, named?: { window_left?: number | bigint; window_right?: number | bigint; scale?: number | null; enable_gqa?: boolean }): [Tensor, Tensor];
  /** dot with the first vector conjugated. */
  vdot(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  vdot(self: Tensor, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  vdotSync(self: Tensor, other: Tensor): Tensor;
  vdotSync(self: Tensor, other: Tensor, named: { out: Tensor }): Tensor;
  /** A view of input in another shape, -1 standing for what is left; RuntimeError where only a copy would do. */
  view(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  view(self: Tensor, dtype: DType, named?: Abortable): Promise<Tensor>;
  viewSync(self: Tensor, size: number | bigint | readonly (number | bigint)[]): Tensor;
  viewSync(self: Tensor, dtype: DType): Tensor;
  view_as(self: Tensor, other: Tensor, named?: Abortable): Promise<Tensor>;
  view_asSync(self: Tensor, other: Tensor): Tensor;
  view_as_complex(self: Tensor, named?: Abortable): Promise<Tensor>;
  view_as_complexSync(self: Tensor): Tensor;
  view_as_complex_copy(self: Tensor, named?: Abortable): Promise<Tensor>;
  view_as_complex_copy(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  view_as_complex_copySync(self: Tensor): Tensor;
  view_as_complex_copySync(self: Tensor, named: { out: Tensor }): Tensor;
  view_as_real(self: Tensor, named?: Abortable): Promise<Tensor>;
  view_as_realSync(self: Tensor): Tensor;
  view_as_real_copy(self: Tensor, named?: Abortable): Promise<Tensor>;
  view_as_real_copy(self: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  view_as_real_copySync(self: Tensor): Tensor;
  view_as_real_copySync(self: Tensor, named: { out: Tensor }): Tensor;
  view_copy(self: Tensor, size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  view_copy(self: Tensor, dtype: DType, named?: Abortable): Promise<Tensor>;
  view_copy(self: Tensor, size: number | bigint | readonly (number | bigint)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  view_copy(self: Tensor, dtype: DType, named: { out: Tensor } & Abortable): Promise<Tensor>;
  view_copySync(self: Tensor, size: number | bigint | readonly (number | bigint)[]): Tensor;
  view_copySync(self: Tensor, dtype: DType): Tensor;
  view_copySync(self: Tensor, size: number | bigint | readonly (number | bigint)[], named: { out: Tensor }): Tensor;
  view_copySync(self: Tensor, dtype: DType, named: { out: Tensor }): Tensor;
  vsplit(self: Tensor, sections: number | bigint, named?: Abortable): Promise<Tensor[]>;
  vsplit(self: Tensor, indices: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor[]>;
  vsplitSync(self: Tensor, sections: number | bigint): Tensor[];
  vsplitSync(self: Tensor, indices: number | bigint | readonly (number | bigint)[]): Tensor[];
  vstack(tensors: readonly (Tensor)[], named?: Abortable): Promise<Tensor>;
  vstack(tensors: readonly (Tensor)[], named: { out: Tensor } & Abortable): Promise<Tensor>;
  vstackSync(tensors: readonly (Tensor)[]): Tensor;
  vstackSync(tensors: readonly (Tensor)[], named: { out: Tensor }): Tensor;
  /** input where condition is True, other elsewhere; the shapes broadcast. */
  where(condition: Tensor, named?: Abortable): Promise<Tensor[]>;
  where(condition: Tensor, self: TensorLike, other: TensorLike, named?: Abortable): Promise<Tensor>;
  where(condition: Tensor, self: TensorLike, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  whereSync(condition: Tensor): Tensor[];
  whereSync(condition: Tensor, self: TensorLike, other: TensorLike): Tensor;
  whereSync(condition: Tensor, self: TensorLike, other: TensorLike, named: { out: Tensor }): Tensor;
  xlogy(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  xlogy(self: Scalar, other: Tensor, named?: Abortable): Promise<Tensor>;
  xlogy(self: Tensor, other: TensorLike, named: { out: Tensor } & Abortable): Promise<Tensor>;
  xlogy(self: Scalar, other: Tensor, named: { out: Tensor } & Abortable): Promise<Tensor>;
  xlogySync(self: Tensor, other: TensorLike): Tensor;
  xlogySync(self: Scalar, other: Tensor): Tensor;
  xlogySync(self: Tensor, other: TensorLike, named: { out: Tensor }): Tensor;
  xlogySync(self: Scalar, other: Tensor, named: { out: Tensor }): Tensor;
  xlogy_(self: Tensor, other: TensorLike, named?: Abortable): Promise<Tensor>;
  xlogy_Sync(self: Tensor, other: TensorLike): Tensor;
  zero_(self: Tensor, named?: Abortable): Promise<Tensor>;
  zero_Sync(self: Tensor): Tensor;
  /** Zeros of that size. */
  zeros(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  zeros(size: number | bigint | readonly (number | bigint)[], named: { dtype?: DType | null; device?: string | null; out: Tensor } & Abortable): Promise<Tensor>;
  zerosSync(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  zerosSync(size: number | bigint | readonly (number | bigint)[], named: { dtype?: DType | null; device?: string | null; out: Tensor }): Tensor;
  /** Zeros of the shape and dtype of input. */
  zeros_like(self: Tensor, named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  zeros_likeSync(self: Tensor, named?: { dtype?: DType | null; device?: string | null; memory_format?: MemoryFormat | null }): Tensor;
}

/** The ops that are methods of Tensor. */
export interface TensorMethods {
  /** In place: self, marked as coalesced or not. */
  _coalesced_(coalesced: boolean, named?: Abortable): Promise<Tensor>;
  _coalesced_Sync(coalesced: boolean): Tensor;
  /** indices() of a tensor that may be uncoalesced. */
  _indices(named?: Abortable): Promise<Tensor>;
  _indicesSync(): Tensor;
  /** The number of entries. */
  _nnz(named?: Abortable): Promise<number | bigint>;
  _nnzSync(): number | bigint;
  /** values() of a tensor that may be uncoalesced, without a gradient. */
  _values(named?: Abortable): Promise<Tensor>;
  _valuesSync(): Tensor;
  /** The |x|, of every element; of the shape of input. */
  abs(named?: Abortable): Promise<Tensor>;
  absSync(): Tensor;
  /** In place: the |x|, of every element; of the shape of input. */
  abs_(named?: Abortable): Promise<Tensor>;
  abs_Sync(): Tensor;
  absolute(named?: Abortable): Promise<Tensor>;
  absoluteSync(): Tensor;
  absolute_(named?: Abortable): Promise<Tensor>;
  absolute_Sync(): Tensor;
  /** The arccosine, of every element; of the shape of input. */
  acos(named?: Abortable): Promise<Tensor>;
  acosSync(): Tensor;
  /** In place: the arccosine, of every element; of the shape of input. */
  acos_(named?: Abortable): Promise<Tensor>;
  acos_Sync(): Tensor;
  /** The inverse hyperbolic cosine, of every element; of the shape of input. */
  acosh(named?: Abortable): Promise<Tensor>;
  acoshSync(): Tensor;
  /** In place: the inverse hyperbolic cosine, of every element; of the shape of input. */
  acosh_(named?: Abortable): Promise<Tensor>;
  acosh_Sync(): Tensor;
  /** Input + alpha * other, element by element; the shapes broadcast, the dtypes promote. */
  add(other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  addSync(other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  /** In place: input + alpha * other, element by element; the shapes broadcast, the dtypes promote. */
  add_(other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  add_Sync(other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  /** beta * input + alpha * the sum of all batch1[i] @ batch2[i]. */
  addbmm(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addbmmSync(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** In place: beta * self + alpha * the sum of all batch1[i] @ batch2[i]. */
  addbmm_(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addbmm_Sync(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addcdiv(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  addcdivSync(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcdiv_(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  addcdiv_Sync(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcmul(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  addcmulSync(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcmul_(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar } & Abortable): Promise<Tensor>;
  addcmul_Sync(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  /** beta * input + alpha * (mat1 (n, m) @ mat2 (m, p)); input broadcasts to (n, p). */
  addmm(mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addmmSync(mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** In place: beta * self + alpha * (mat1 @ mat2); self broadcasts to (n, p). */
  addmm_(mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addmm_Sync(mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** beta * input + alpha * (mat @ vec). */
  addmv(mat: Tensor, vec: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addmvSync(mat: Tensor, vec: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** In place: beta * self + alpha * (mat @ vec). */
  addmv_(mat: Tensor, vec: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addmv_Sync(mat: Tensor, vec: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** beta * input + alpha * outer(vec1, vec2). */
  addr(vec1: Tensor, vec2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addrSync(vec1: Tensor, vec2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** In place: beta * self + alpha * outer(vec1, vec2). */
  addr_(vec1: Tensor, vec2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  addr_Sync(vec1: Tensor, vec2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  adjoint(named?: Abortable): Promise<Tensor>;
  adjointSync(): Tensor;
  /** The answer whether all are nonzero, of all elements or along dim, which goes or stays with size 1. */
  all(named?: Abortable): Promise<Tensor>;
  all(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  all(dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  all(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  all(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  all(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  allSync(): Tensor;
  allSync(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  allSync(dim: number | bigint, named?: { keepdim?: boolean }): Tensor;
  allSync(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  allSync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  allSync(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  /** Whether |input - other| <= atol + rtol * |other| everywhere. */
  allclose(other: Tensor, rtol: number, atol: number, equal_nan: boolean, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Scalar>;
  allclose(other: Tensor, rtol: number, atol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Scalar>;
  allclose(other: Tensor, rtol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Scalar>;
  allclose(other: Tensor, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Scalar>;
  allcloseSync(other: Tensor, rtol: number, atol: number, equal_nan: boolean, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Scalar;
  allcloseSync(other: Tensor, rtol: number, atol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Scalar;
  allcloseSync(other: Tensor, rtol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Scalar;
  allcloseSync(other: Tensor, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Scalar;
  /** The largest element, of all elements or along dim, which goes or stays with size 1. */
  amax(dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amax(dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amax(named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amaxSync(dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  amaxSync(dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  amaxSync(named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  /** The smallest element, of all elements or along dim, which goes or stays with size 1. */
  amin(dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amin(dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  amin(named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean } & Abortable): Promise<Tensor>;
  aminSync(dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  aminSync(dim: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  aminSync(named?: { dim?: number | bigint | readonly (number | bigint)[]; keepdim?: boolean }): Tensor;
  aminmax(named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  aminmaxSync(named?: { dim?: number | bigint | null; keepdim?: boolean }): [Tensor, Tensor];
  angle(named?: Abortable): Promise<Tensor>;
  angleSync(): Tensor;
  /** The answer whether one is nonzero, of all elements or along dim, which goes or stays with size 1. */
  any(named?: Abortable): Promise<Tensor>;
  any(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  any(dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  any(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  any(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  any(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  anySync(): Tensor;
  anySync(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  anySync(dim: number | bigint, named?: { keepdim?: boolean }): Tensor;
  anySync(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  anySync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  anySync(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean }): Tensor;
  arccos(named?: Abortable): Promise<Tensor>;
  arccosSync(): Tensor;
  arccos_(named?: Abortable): Promise<Tensor>;
  arccos_Sync(): Tensor;
  arccosh(named?: Abortable): Promise<Tensor>;
  arccoshSync(): Tensor;
  arccosh_(named?: Abortable): Promise<Tensor>;
  arccosh_Sync(): Tensor;
  arcsin(named?: Abortable): Promise<Tensor>;
  arcsinSync(): Tensor;
  arcsin_(named?: Abortable): Promise<Tensor>;
  arcsin_Sync(): Tensor;
  arcsinh(named?: Abortable): Promise<Tensor>;
  arcsinhSync(): Tensor;
  arcsinh_(named?: Abortable): Promise<Tensor>;
  arcsinh_Sync(): Tensor;
  arctan(named?: Abortable): Promise<Tensor>;
  arctanSync(): Tensor;
  arctan2(other: Tensor, named?: Abortable): Promise<Tensor>;
  arctan2Sync(other: Tensor): Tensor;
  arctan2_(other: Tensor, named?: Abortable): Promise<Tensor>;
  arctan2_Sync(other: Tensor): Tensor;
  arctan_(named?: Abortable): Promise<Tensor>;
  arctan_Sync(): Tensor;
  arctanh(named?: Abortable): Promise<Tensor>;
  arctanhSync(): Tensor;
  arctanh_(named?: Abortable): Promise<Tensor>;
  arctanh_Sync(): Tensor;
  /** The position of the largest element, of all elements or along dim, which goes or stays with size 1. */
  argmax(dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmax(dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmax(named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmaxSync(dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argmaxSync(dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argmaxSync(named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  /** The position of the smallest element, of all elements or along dim, which goes or stays with size 1. */
  argmin(dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmin(dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argmin(named?: { dim?: number | bigint | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  argminSync(dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argminSync(dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  argminSync(named?: { dim?: number | bigint | null; keepdim?: boolean }): Tensor;
  /** The positions of the elements along dim in order; int64, of the shape of input. */
  argsort(dim: number | bigint, descending: boolean, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<Tensor>;
  argsort(dim: number | bigint, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<Tensor>;
  argsort(named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<Tensor>;
  argsort(named: { stable: boolean; dim?: number | bigint; descending?: boolean } & Abortable): Promise<Tensor>;
  argsortSync(dim: number | bigint, descending: boolean, named?: { dim?: number | bigint; descending?: boolean }): Tensor;
  argsortSync(dim: number | bigint, named?: { dim?: number | bigint; descending?: boolean }): Tensor;
  argsortSync(named?: { dim?: number | bigint; descending?: boolean }): Tensor;
  argsortSync(named: { stable: boolean; dim?: number | bigint; descending?: boolean }): Tensor;
  argwhere(named?: Abortable): Promise<Tensor>;
  argwhereSync(): Tensor;
  as_strided(size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_strided(size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_stridedSync(size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null }): Tensor;
  as_stridedSync(size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null }): Tensor;
  /** A copy of input with src where as_strided(input, size, stride, storage_offset) is. */
  as_strided_scatter(src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_strided_scatter(src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null } & Abortable): Promise<Tensor>;
  as_strided_scatterSync(src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], storage_offset: number | bigint | null, named?: { storage_offset?: number | bigint | null }): Tensor;
  as_strided_scatterSync(src: Tensor, size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { storage_offset?: number | bigint | null }): Tensor;
  /** The arcsine, of every element; of the shape of input. */
  asin(named?: Abortable): Promise<Tensor>;
  asinSync(): Tensor;
  /** In place: the arcsine, of every element; of the shape of input. */
  asin_(named?: Abortable): Promise<Tensor>;
  asin_Sync(): Tensor;
  /** The inverse hyperbolic sine, of every element; of the shape of input. */
  asinh(named?: Abortable): Promise<Tensor>;
  asinhSync(): Tensor;
  /** In place: the inverse hyperbolic sine, of every element; of the shape of input. */
  asinh_(named?: Abortable): Promise<Tensor>;
  asinh_Sync(): Tensor;
  /** The arctangent, of every element; of the shape of input. */
  atan(named?: Abortable): Promise<Tensor>;
  atanSync(): Tensor;
  /** The angle of the point (other, input), element by element; the shapes broadcast, the dtypes promote. */
  atan2(other: Tensor, named?: Abortable): Promise<Tensor>;
  atan2Sync(other: Tensor): Tensor;
  /** In place: the angle of the point (other, input), element by element; the shapes broadcast, the dtypes promote. */
  atan2_(other: Tensor, named?: Abortable): Promise<Tensor>;
  atan2_Sync(other: Tensor): Tensor;
  /** In place: the arctangent, of every element; of the shape of input. */
  atan_(named?: Abortable): Promise<Tensor>;
  atan_Sync(): Tensor;
  /** The inverse hyperbolic tangent, of every element; of the shape of input. */
  atanh(named?: Abortable): Promise<Tensor>;
  atanhSync(): Tensor;
  /** In place: the inverse hyperbolic tangent, of every element; of the shape of input. */
  atanh_(named?: Abortable): Promise<Tensor>;
  atanh_Sync(): Tensor;
  /** beta * input + alpha * (batch1 @ batch2), batch by batch; input broadcasts. */
  baddbmm(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  baddbmmSync(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** In place: beta * self + alpha * (batch1 @ batch2), batch by batch; self broadcasts. */
  baddbmm_(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar } & Abortable): Promise<Tensor>;
  baddbmm_Sync(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  /** 0 or 1 at random, 1 with the probabilities in input. */
  bernoulli(named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulli(p: number, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulliSync(named?: { generator?: Generator | null }): Tensor;
  bernoulliSync(p: number, named?: { generator?: Generator | null }): Tensor;
  /** In place: 0 or 1 at random, 1 with the probabilities in input. */
  bernoulli_(p: Tensor, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulli_(p: number, named?: { p?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulli_(named?: { p?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  bernoulli_Sync(p: Tensor, named?: { generator?: Generator | null }): Tensor;
  bernoulli_Sync(p: number, named?: { p?: number; generator?: Generator | null }): Tensor;
  bernoulli_Sync(named?: { p?: number; generator?: Generator | null }): Tensor;
  bfloat16(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  bfloat16Sync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** How often each number occurs in input (n), or the sums of weights. */
  bincount(weights: Tensor | null, minlength: number | bigint, named?: { weights?: Tensor | null; minlength?: number | bigint } & Abortable): Promise<Tensor>;
  bincount(weights: Tensor | null, named?: { weights?: Tensor | null; minlength?: number | bigint } & Abortable): Promise<Tensor>;
  bincount(named?: { weights?: Tensor | null; minlength?: number | bigint } & Abortable): Promise<Tensor>;
  bincountSync(weights: Tensor | null, minlength: number | bigint, named?: { weights?: Tensor | null; minlength?: number | bigint }): Tensor;
  bincountSync(weights: Tensor | null, named?: { weights?: Tensor | null; minlength?: number | bigint }): Tensor;
  bincountSync(named?: { weights?: Tensor | null; minlength?: number | bigint }): Tensor;
  bitwise_and(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_andSync(other: TensorLike): Tensor;
  bitwise_and_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_and_Sync(other: TensorLike): Tensor;
  bitwise_left_shift(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_left_shiftSync(other: TensorLike): Tensor;
  bitwise_left_shift_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_left_shift_Sync(other: TensorLike): Tensor;
  bitwise_not(named?: Abortable): Promise<Tensor>;
  bitwise_notSync(): Tensor;
  bitwise_not_(named?: Abortable): Promise<Tensor>;
  bitwise_not_Sync(): Tensor;
  bitwise_or(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_orSync(other: TensorLike): Tensor;
  bitwise_or_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_or_Sync(other: TensorLike): Tensor;
  bitwise_right_shift(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_right_shiftSync(other: TensorLike): Tensor;
  bitwise_right_shift_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_right_shift_Sync(other: TensorLike): Tensor;
  bitwise_xor(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_xorSync(other: TensorLike): Tensor;
  bitwise_xor_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  bitwise_xor_Sync(other: TensorLike): Tensor;
  /** The matrix products of input (b, n, m) and mat2 (b, m, p): (b, n, p). */
  bmm(mat2: Tensor, named?: Abortable): Promise<Tensor>;
  bmmSync(mat2: Tensor): Tensor;
  bool(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  boolSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  broadcast_to(size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  broadcast_toSync(size: number | bigint | readonly (number | bigint)[]): Tensor;
  byte(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  byteSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  cauchy_(median: number, sigma: number, named?: { median?: number; sigma?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  cauchy_(median: number, named?: { median?: number; sigma?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  cauchy_(named?: { median?: number; sigma?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  cauchy_Sync(median: number, sigma: number, named?: { median?: number; sigma?: number; generator?: Generator | null }): Tensor;
  cauchy_Sync(median: number, named?: { median?: number; sigma?: number; generator?: Generator | null }): Tensor;
  cauchy_Sync(named?: { median?: number; sigma?: number; generator?: Generator | null }): Tensor;
  /** Where the entries of each column of a CSC or BSC tensor begin. */
  ccol_indices(named?: Abortable): Promise<Tensor>;
  ccol_indicesSync(): Tensor;
  cdouble(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  cdoubleSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** The smallest whole number not below x, of every element; of the shape of input. */
  ceil(named?: Abortable): Promise<Tensor>;
  ceilSync(): Tensor;
  /** In place: the smallest whole number not below x, of every element; of the shape of input. */
  ceil_(named?: Abortable): Promise<Tensor>;
  ceil_Sync(): Tensor;
  cfloat(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  cfloatSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  char(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  charSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** torch.linalg.cholesky under its old name. */
  cholesky(upper: boolean, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky(named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  choleskySync(upper: boolean, named?: { upper?: boolean }): Tensor;
  choleskySync(named?: { upper?: boolean }): Tensor;
  /** The inverse of the matrix with the Cholesky factor input (..., n, n). */
  cholesky_inverse(upper: boolean, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky_inverse(named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky_inverseSync(upper: boolean, named?: { upper?: boolean }): Tensor;
  cholesky_inverseSync(named?: { upper?: boolean }): Tensor;
  /** X of A X = input (..., n, k) for the Cholesky factor input2 (..., n, n) of A. */
  cholesky_solve(input2: Tensor, upper: boolean, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky_solve(input2: Tensor, named?: { upper?: boolean } & Abortable): Promise<Tensor>;
  cholesky_solveSync(input2: Tensor, upper: boolean, named?: { upper?: boolean }): Tensor;
  cholesky_solveSync(input2: Tensor, named?: { upper?: boolean }): Tensor;
  /** Views of input along dim, about chunks of them, the last perhaps shorter. */
  chunk(chunks: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  chunk(chunks: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  chunkSync(chunks: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  chunkSync(chunks: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  /** input limited to [min, max]. */
  clamp(min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp(min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp(named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp(min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp(min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp(named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clampSync(min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clampSync(min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clampSync(named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clampSync(min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clampSync(min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clampSync(named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  /** In place: input limited to [min, max]. */
  clamp_(min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp_(min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp_(named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clamp_(min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp_(min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp_(named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clamp_Sync(min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp_Sync(min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp_Sync(named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp_Sync(min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clamp_Sync(min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clamp_Sync(named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clamp_max(max: Scalar, named?: Abortable): Promise<Tensor>;
  clamp_max(max: TensorLike, named?: Abortable): Promise<Tensor>;
  clamp_maxSync(max: Scalar): Tensor;
  clamp_maxSync(max: TensorLike): Tensor;
  clamp_max_(max: Scalar, named?: Abortable): Promise<Tensor>;
  clamp_max_(max: TensorLike, named?: Abortable): Promise<Tensor>;
  clamp_max_Sync(max: Scalar): Tensor;
  clamp_max_Sync(max: TensorLike): Tensor;
  clamp_min(min: Scalar, named?: Abortable): Promise<Tensor>;
  clamp_min(min: TensorLike, named?: Abortable): Promise<Tensor>;
  clamp_minSync(min: Scalar): Tensor;
  clamp_minSync(min: TensorLike): Tensor;
  clamp_min_(min: Scalar, named?: Abortable): Promise<Tensor>;
  clamp_min_(min: TensorLike, named?: Abortable): Promise<Tensor>;
  clamp_min_Sync(min: Scalar): Tensor;
  clamp_min_Sync(min: TensorLike): Tensor;
  clip(min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip(min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip(named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip(min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip(min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip(named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clipSync(min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clipSync(min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clipSync(named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clipSync(min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clipSync(min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clipSync(named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clip_(min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip_(min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip_(named?: { min?: Scalar | null; max?: Scalar | null } & Abortable): Promise<Tensor>;
  clip_(min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip_(min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip_(named?: { min?: TensorLike | null; max?: TensorLike | null } & Abortable): Promise<Tensor>;
  clip_Sync(min: Scalar | null, max: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clip_Sync(min: Scalar | null, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clip_Sync(named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clip_Sync(min: TensorLike | null, max: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clip_Sync(min: TensorLike | null, named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  clip_Sync(named?: { min?: TensorLike | null; max?: TensorLike | null }): Tensor;
  /** A copy of input with memory of its own, part of its history. */
  clone(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  cloneSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** Self with its entries in order and none twice, those of one place added up; itinput if it is so. */
  coalesce(named?: Abortable): Promise<Tensor>;
  coalesceSync(): Tensor;
  /** The column of each entry of a CSR or BSR tensor. */
  col_indices(named?: Abortable): Promise<Tensor>;
  col_indicesSync(): Tensor;
  conj(named?: Abortable): Promise<Tensor>;
  conjSync(): Tensor;
  conj_physical(named?: Abortable): Promise<Tensor>;
  conj_physicalSync(): Tensor;
  conj_physical_(named?: Abortable): Promise<Tensor>;
  conj_physical_Sync(): Tensor;
  contiguous(named?: { memory_format?: MemoryFormat } & Abortable): Promise<Tensor>;
  contiguousSync(named?: { memory_format?: MemoryFormat }): Tensor;
  copy_(src: Tensor, non_blocking: boolean, named?: { non_blocking?: boolean } & Abortable): Promise<Tensor>;
  copy_(src: Tensor, named?: { non_blocking?: boolean } & Abortable): Promise<Tensor>;
  copy_Sync(src: Tensor, non_blocking: boolean, named?: { non_blocking?: boolean }): Tensor;
  copy_Sync(src: Tensor, named?: { non_blocking?: boolean }): Tensor;
  copysign(other: TensorLike, named?: Abortable): Promise<Tensor>;
  copysignSync(other: TensorLike): Tensor;
  copysign_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  copysign_Sync(other: TensorLike): Tensor;
  /** Pearson's correlations of variables (rows) by their observations (columns). */
  corrcoef(named?: Abortable): Promise<Tensor>;
  corrcoefSync(): Tensor;
  /** The cosine, of every element; of the shape of input. */
  cos(named?: Abortable): Promise<Tensor>;
  cosSync(): Tensor;
  /** In place: the cosine, of every element; of the shape of input. */
  cos_(named?: Abortable): Promise<Tensor>;
  cos_Sync(): Tensor;
  /** The hyperbolic cosine, of every element; of the shape of input. */
  cosh(named?: Abortable): Promise<Tensor>;
  coshSync(): Tensor;
  /** In place: the hyperbolic cosine, of every element; of the shape of input. */
  cosh_(named?: Abortable): Promise<Tensor>;
  cosh_Sync(): Tensor;
  /** The number of elements that are not zero, of all elements or along dim, which goes or stays with size 1. */
  count_nonzero(dim: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  count_nonzero(dim: number | bigint | null, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  count_nonzero(named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  count_nonzeroSync(dim: number | bigint | readonly (number | bigint)[]): Tensor;
  count_nonzeroSync(dim: number | bigint | null, named?: { dim?: number | bigint | null }): Tensor;
  count_nonzeroSync(named?: { dim?: number | bigint | null }): Tensor;
  /** Covariances of variables (rows) by their observations (columns); fweights: how often each was observed, aweights: how much each counts. */
  cov(named?: { correction?: number | bigint; fweights?: Tensor | null; aweights?: Tensor | null } & Abortable): Promise<Tensor>;
  covSync(named?: { correction?: number | bigint; fweights?: Tensor | null; aweights?: Tensor | null }): Tensor;
  /** Vector products along dim; without one along the first of size 3. */
  cross(other: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  cross(other: Tensor, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  crossSync(other: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null }): Tensor;
  crossSync(other: Tensor, named?: { dim?: number | bigint | null }): Tensor;
  /** Where the entries of each row of a CSR or BSR tensor begin. */
  crow_indices(named?: Abortable): Promise<Tensor>;
  crow_indicesSync(): Tensor;
  /** The largest element so far along dim, and where it was found last. */
  cummax(dim: number | bigint, named?: Abortable): Promise<[Tensor, Tensor]>;
  cummaxSync(dim: number | bigint): [Tensor, Tensor];
  /** The smallest element so far along dim, and where it was found last. */
  cummin(dim: number | bigint, named?: Abortable): Promise<[Tensor, Tensor]>;
  cumminSync(dim: number | bigint): [Tensor, Tensor];
  /** The products of the elements so far along dim; of the shape of input. */
  cumprod(dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  cumprodSync(dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  /** In place: the products of the elements so far along dim; of the shape of input. */
  cumprod_(dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  cumprod_Sync(dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  /** The sums of the elements so far along dim; of the shape of input. */
  cumsum(dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  cumsumSync(dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  /** In place: the sums of the elements so far along dim; of the shape of input. */
  cumsum_(dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  cumsum_Sync(dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  /** The degrees as radians, of every element; of the shape of input. */
  deg2rad(named?: Abortable): Promise<Tensor>;
  deg2radSync(): Tensor;
  /** In place: the degrees as radians, of every element; of the shape of input. */
  deg2rad_(named?: Abortable): Promise<Tensor>;
  deg2rad_Sync(): Tensor;
  /** How many of the dims, the last ones, the values have. */
  dense_dim(named?: Abortable): Promise<number | bigint>;
  dense_dimSync(): number | bigint;
  /** torch.linalg.det under its old name. */
  det(named?: Abortable): Promise<Tensor>;
  detSync(): Tensor;
  /** A view of input without its history. */
  detach(named?: Abortable): Promise<Tensor>;
  detachSync(): Tensor;
  /** The diagonal of a matrix, or the matrix with a vector as its diagonal. */
  diag(diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  diag(named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  diagSync(diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  diagSync(named?: { diagonal?: number | bigint }): Tensor;
  diag_embed(offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diag_embed(offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diag_embed(offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diag_embed(named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diag_embedSync(offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diag_embedSync(offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diag_embedSync(offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diag_embedSync(named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagflat(offset: number | bigint, named?: { offset?: number | bigint } & Abortable): Promise<Tensor>;
  diagflat(named?: { offset?: number | bigint } & Abortable): Promise<Tensor>;
  diagflatSync(offset: number | bigint, named?: { offset?: number | bigint }): Tensor;
  diagflatSync(named?: { offset?: number | bigint }): Tensor;
  diagonal(offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal(offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal(offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal(named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonalSync(offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonalSync(offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonalSync(offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonalSync(named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  /** A copy of input with src as its diagonal. */
  diagonal_scatter(src: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_scatter(src: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_scatter(src: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_scatter(src: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint } & Abortable): Promise<Tensor>;
  diagonal_scatterSync(src: Tensor, offset: number | bigint, dim1: number | bigint, dim2: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_scatterSync(src: Tensor, offset: number | bigint, dim1: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_scatterSync(src: Tensor, offset: number | bigint, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  diagonal_scatterSync(src: Tensor, named?: { offset?: number | bigint; dim1?: number | bigint; dim2?: number | bigint }): Tensor;
  /** Differences of neighbours along dim, n times over; prepend and append are joined to input first. */
  diff(n: number | bigint, dim: number | bigint, prepend: Tensor | null, append: Tensor | null, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diff(n: number | bigint, dim: number | bigint, prepend: Tensor | null, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diff(n: number | bigint, dim: number | bigint, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diff(n: number | bigint, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diff(named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null } & Abortable): Promise<Tensor>;
  diffSync(n: number | bigint, dim: number | bigint, prepend: Tensor | null, append: Tensor | null, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  diffSync(n: number | bigint, dim: number | bigint, prepend: Tensor | null, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  diffSync(n: number | bigint, dim: number | bigint, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  diffSync(n: number | bigint, named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  diffSync(named?: { n?: number | bigint; dim?: number | bigint; prepend?: Tensor | null; append?: Tensor | null }): Tensor;
  /** The derivative of log|gamma(x)|, of every element; of the shape of input. */
  digamma(named?: Abortable): Promise<Tensor>;
  digammaSync(): Tensor;
  /** In place: the derivative of log|gamma(x)|, of every element; of the shape of input. */
  digamma_(named?: Abortable): Promise<Tensor>;
  digamma_Sync(): Tensor;
  /** p-norm of input - other. */
  dist(other: Tensor, p: Scalar, named?: { p?: Scalar } & Abortable): Promise<Tensor>;
  dist(other: Tensor, named?: { p?: Scalar } & Abortable): Promise<Tensor>;
  distSync(other: Tensor, p: Scalar, named?: { p?: Scalar }): Tensor;
  distSync(other: Tensor, named?: { p?: Scalar }): Tensor;
  /** Input / other; rounding_mode "floor" or "trunc" rounds it, element by element; the shapes broadcast, the dtypes promote. */
  div(other: TensorLike, named?: Abortable): Promise<Tensor>;
  div(other: TensorLike, named: { rounding_mode: string | null } & Abortable): Promise<Tensor>;
  divSync(other: TensorLike): Tensor;
  divSync(other: TensorLike, named: { rounding_mode: string | null }): Tensor;
  /** In place: input / other; rounding_mode "floor" or "trunc" rounds it, element by element; the shapes broadcast, the dtypes promote. */
  div_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  div_(other: TensorLike, named: { rounding_mode: string | null } & Abortable): Promise<Tensor>;
  div_Sync(other: TensorLike): Tensor;
  div_Sync(other: TensorLike, named: { rounding_mode: string | null }): Tensor;
  divide(other: TensorLike, named?: Abortable): Promise<Tensor>;
  divideSync(other: TensorLike): Tensor;
  divide_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  divide_Sync(other: TensorLike): Tensor;
  /** The sum of the products of two vectors of one size; no dimensions. */
  dot(tensor: Tensor, named?: Abortable): Promise<Tensor>;
  dotSync(tensor: Tensor): Tensor;
  double(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  doubleSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  dsplit(sections: number | bigint, named?: Abortable): Promise<Tensor[]>;
  dsplit(indices: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor[]>;
  dsplitSync(sections: number | bigint): Tensor[];
  dsplitSync(indices: number | bigint | readonly (number | bigint)[]): Tensor[];
  /** Whether input == other, element by element; the shapes broadcast, the dtypes promote. */
  eq(other: TensorLike, named?: Abortable): Promise<Tensor>;
  eqSync(other: TensorLike): Tensor;
  /** In place: whether input == other, element by element; the shapes broadcast, the dtypes promote. */
  eq_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  eq_Sync(other: TensorLike): Tensor;
  /** Whether both have the same shape and elements. */
  equal(other: Tensor, named?: Abortable): Promise<Scalar>;
  equalSync(other: Tensor): Scalar;
  /** The error function, of every element; of the shape of input. */
  erf(named?: Abortable): Promise<Tensor>;
  erfSync(): Tensor;
  /** In place: the error function, of every element; of the shape of input. */
  erf_(named?: Abortable): Promise<Tensor>;
  erf_Sync(): Tensor;
  /** The 1 - erf(x), of every element; of the shape of input. */
  erfc(named?: Abortable): Promise<Tensor>;
  erfcSync(): Tensor;
  /** In place: the 1 - erf(x), of every element; of the shape of input. */
  erfc_(named?: Abortable): Promise<Tensor>;
  erfc_Sync(): Tensor;
  /** The inverse of erf, of every element; of the shape of input. */
  erfinv(named?: Abortable): Promise<Tensor>;
  erfinvSync(): Tensor;
  /** In place: the inverse of erf, of every element; of the shape of input. */
  erfinv_(named?: Abortable): Promise<Tensor>;
  erfinv_Sync(): Tensor;
  /** The e ** x, of every element; of the shape of input. */
  exp(named?: Abortable): Promise<Tensor>;
  expSync(): Tensor;
  /** The 2 ** x, of every element; of the shape of input. */
  exp2(named?: Abortable): Promise<Tensor>;
  exp2Sync(): Tensor;
  /** In place: the 2 ** x, of every element; of the shape of input. */
  exp2_(named?: Abortable): Promise<Tensor>;
  exp2_Sync(): Tensor;
  /** In place: the e ** x, of every element; of the shape of input. */
  exp_(named?: Abortable): Promise<Tensor>;
  exp_Sync(): Tensor;
  /** A view of input in which dims of size 1 have other sizes, without more memory. */
  expand(size: number | bigint | readonly (number | bigint)[], named?: { implicit?: boolean } & Abortable): Promise<Tensor>;
  expandSync(size: number | bigint | readonly (number | bigint)[], named?: { implicit?: boolean }): Tensor;
  expand_as(other: Tensor, named?: Abortable): Promise<Tensor>;
  expand_asSync(other: Tensor): Tensor;
  /** The e ** x - 1, exact near 0, of every element; of the shape of input. */
  expm1(named?: Abortable): Promise<Tensor>;
  expm1Sync(): Tensor;
  /** In place: the e ** x - 1, exact near 0, of every element; of the shape of input. */
  expm1_(named?: Abortable): Promise<Tensor>;
  expm1_Sync(): Tensor;
  exponential_(lambd: number, named?: { lambd?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  exponential_(named?: { lambd?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  exponential_Sync(lambd: number, named?: { lambd?: number; generator?: Generator | null }): Tensor;
  exponential_Sync(named?: { lambd?: number; generator?: Generator | null }): Tensor;
  fill_(value: Scalar, named?: Abortable): Promise<Tensor>;
  fill_(value: TensorLike, named?: Abortable): Promise<Tensor>;
  fill_Sync(value: Scalar): Tensor;
  fill_Sync(value: TensorLike): Tensor;
  /** In place: self with fill_value on its diagonal; wrap: of a tall matrix, in each square block below the first too. */
  fill_diagonal_(fill_value: Scalar, wrap: boolean, named?: { wrap?: boolean } & Abortable): Promise<Tensor>;
  fill_diagonal_(fill_value: Scalar, named?: { wrap?: boolean } & Abortable): Promise<Tensor>;
  fill_diagonal_Sync(fill_value: Scalar, wrap: boolean, named?: { wrap?: boolean }): Tensor;
  fill_diagonal_Sync(fill_value: Scalar, named?: { wrap?: boolean }): Tensor;
  fix(named?: Abortable): Promise<Tensor>;
  fixSync(): Tensor;
  fix_(named?: Abortable): Promise<Tensor>;
  fix_Sync(): Tensor;
  /** input with the dims start_dim to end_dim as one. */
  flatten(start_dim: number | bigint, end_dim: number | bigint, named?: { start_dim?: number | bigint; end_dim?: number | bigint } & Abortable): Promise<Tensor>;
  flatten(start_dim: number | bigint, named?: { start_dim?: number | bigint; end_dim?: number | bigint } & Abortable): Promise<Tensor>;
  flatten(named?: { start_dim?: number | bigint; end_dim?: number | bigint } & Abortable): Promise<Tensor>;
  flattenSync(start_dim: number | bigint, end_dim: number | bigint, named?: { start_dim?: number | bigint; end_dim?: number | bigint }): Tensor;
  flattenSync(start_dim: number | bigint, named?: { start_dim?: number | bigint; end_dim?: number | bigint }): Tensor;
  flattenSync(named?: { start_dim?: number | bigint; end_dim?: number | bigint }): Tensor;
  /** input with the elements along dims in reverse order. */
  flip(dims: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  flipSync(dims: number | bigint | readonly (number | bigint)[]): Tensor;
  fliplr(named?: Abortable): Promise<Tensor>;
  fliplrSync(): Tensor;
  flipud(named?: Abortable): Promise<Tensor>;
  flipudSync(): Tensor;
  float(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  floatSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  float_power(exponent: TensorLike, named?: Abortable): Promise<Tensor>;
  float_powerSync(exponent: TensorLike): Tensor;
  float_power_(exponent: TensorLike, named?: Abortable): Promise<Tensor>;
  float_power_Sync(exponent: TensorLike): Tensor;
  /** The largest whole number not above x, of every element; of the shape of input. */
  floor(named?: Abortable): Promise<Tensor>;
  floorSync(): Tensor;
  /** In place: the largest whole number not above x, of every element; of the shape of input. */
  floor_(named?: Abortable): Promise<Tensor>;
  floor_Sync(): Tensor;
  /** Input / other, rounded down, element by element; the shapes broadcast, the dtypes promote. */
  floor_divide(other: TensorLike, named?: Abortable): Promise<Tensor>;
  floor_divideSync(other: TensorLike): Tensor;
  /** In place: input / other, rounded down, element by element; the shapes broadcast, the dtypes promote. */
  floor_divide_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  floor_divide_Sync(other: TensorLike): Tensor;
  fmax(other: Tensor, named?: Abortable): Promise<Tensor>;
  fmaxSync(other: Tensor): Tensor;
  fmin(other: Tensor, named?: Abortable): Promise<Tensor>;
  fminSync(other: Tensor): Tensor;
  /** What is left of input / other, of input's sign, element by element; the shapes broadcast, the dtypes promote. */
  fmod(other: TensorLike, named?: Abortable): Promise<Tensor>;
  fmodSync(other: TensorLike): Tensor;
  /** In place: what is left of input / other, of input's sign, element by element; the shapes broadcast, the dtypes promote. */
  fmod_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  fmod_Sync(other: TensorLike): Tensor;
  /** The part of x behind the point, of every element; of the shape of input. */
  frac(named?: Abortable): Promise<Tensor>;
  fracSync(): Tensor;
  /** In place: the part of x behind the point, of every element; of the shape of input. */
  frac_(named?: Abortable): Promise<Tensor>;
  frac_Sync(): Tensor;
  frexp(named?: Abortable): Promise<[Tensor, Tensor]>;
  frexpSync(): [Tensor, Tensor];
  /** The elements of input at the positions in index along dim; of the shape of index. */
  gather(dim: number | bigint, index: Tensor, named?: { sparse_grad?: boolean } & Abortable): Promise<Tensor>;
  gatherSync(dim: number | bigint, index: Tensor, named?: { sparse_grad?: boolean }): Tensor;
  gcd(other: Tensor, named?: Abortable): Promise<Tensor>;
  gcdSync(other: Tensor): Tensor;
  gcd_(other: Tensor, named?: Abortable): Promise<Tensor>;
  gcd_Sync(other: Tensor): Tensor;
  /** Whether input >= other, element by element; the shapes broadcast, the dtypes promote. */
  ge(other: TensorLike, named?: Abortable): Promise<Tensor>;
  geSync(other: TensorLike): Tensor;
  /** In place: whether input >= other, element by element; the shapes broadcast, the dtypes promote. */
  ge_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  ge_Sync(other: TensorLike): Tensor;
  geometric_(p: number, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  geometric_Sync(p: number, named?: { generator?: Generator | null }): Tensor;
  /** The QR factors of each matrix (..., m, n) as LAPACK leaves them: R, the reflections below it, and their scales. */
  geqrf(named?: Abortable): Promise<[Tensor, Tensor]>;
  geqrfSync(): [Tensor, Tensor];
  /** outer under its old name. */
  ger(vec2: Tensor, named?: Abortable): Promise<Tensor>;
  gerSync(vec2: Tensor): Tensor;
  greater(other: TensorLike, named?: Abortable): Promise<Tensor>;
  greaterSync(other: TensorLike): Tensor;
  greater_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  greater_Sync(other: TensorLike): Tensor;
  greater_equal(other: TensorLike, named?: Abortable): Promise<Tensor>;
  greater_equalSync(other: TensorLike): Tensor;
  greater_equal_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  greater_equal_Sync(other: TensorLike): Tensor;
  /** Whether input > other, element by element; the shapes broadcast, the dtypes promote. */
  gt(other: TensorLike, named?: Abortable): Promise<Tensor>;
  gtSync(other: TensorLike): Tensor;
  /** In place: whether input > other, element by element; the shapes broadcast, the dtypes promote. */
  gt_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  gt_Sync(other: TensorLike): Tensor;
  half(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  halfSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** input, zero within lambd of zero. */
  hardshrink(lambd: Scalar, named?: { lambd?: Scalar } & Abortable): Promise<Tensor>;
  hardshrink(named?: { lambd?: Scalar } & Abortable): Promise<Tensor>;
  hardshrinkSync(lambd: Scalar, named?: { lambd?: Scalar }): Tensor;
  hardshrinkSync(named?: { lambd?: Scalar }): Tensor;
  heaviside(values: Tensor, named?: Abortable): Promise<Tensor>;
  heavisideSync(values: Tensor): Tensor;
  heaviside_(values: Tensor, named?: Abortable): Promise<Tensor>;
  heaviside_Sync(values: Tensor): Tensor;
  histc(bins: number | bigint, min: Scalar, max: Scalar, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar } & Abortable): Promise<Tensor>;
  histc(bins: number | bigint, min: Scalar, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar } & Abortable): Promise<Tensor>;
  histc(bins: number | bigint, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar } & Abortable): Promise<Tensor>;
  histc(named?: { bins?: number | bigint; min?: Scalar; max?: Scalar } & Abortable): Promise<Tensor>;
  histcSync(bins: number | bigint, min: Scalar, max: Scalar, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar }): Tensor;
  histcSync(bins: number | bigint, min: Scalar, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar }): Tensor;
  histcSync(bins: number | bigint, named?: { bins?: number | bigint; min?: Scalar; max?: Scalar }): Tensor;
  histcSync(named?: { bins?: number | bigint; min?: Scalar; max?: Scalar }): Tensor;
  /** histogram of that many bins of one width, between the least and the greatest element or in `range`. */
  histogram(bins: Tensor, named?: { weight?: Tensor | null; density?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  histogram(bins: number | bigint, named?: { bins?: number | bigint; range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  histogram(named?: { bins?: number | bigint; range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  histogramSync(bins: Tensor, named?: { weight?: Tensor | null; density?: boolean }): [Tensor, Tensor];
  histogramSync(bins: number | bigint, named?: { bins?: number | bigint; range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean }): [Tensor, Tensor];
  histogramSync(named?: { bins?: number | bigint; range?: readonly (number)[] | null; weight?: Tensor | null; density?: boolean }): [Tensor, Tensor];
  hsplit(sections: number | bigint, named?: Abortable): Promise<Tensor[]>;
  hsplit(indices: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor[]>;
  hsplitSync(sections: number | bigint): Tensor[];
  hsplitSync(indices: number | bigint | readonly (number | bigint)[]): Tensor[];
  hypot(other: Tensor, named?: Abortable): Promise<Tensor>;
  hypotSync(other: Tensor): Tensor;
  hypot_(other: Tensor, named?: Abortable): Promise<Tensor>;
  hypot_Sync(other: Tensor): Tensor;
  i0(named?: Abortable): Promise<Tensor>;
  i0Sync(): Tensor;
  i0_(named?: Abortable): Promise<Tensor>;
  i0_Sync(): Tensor;
  igamma(other: Tensor, named?: Abortable): Promise<Tensor>;
  igammaSync(other: Tensor): Tensor;
  igamma_(other: Tensor, named?: Abortable): Promise<Tensor>;
  igamma_Sync(other: Tensor): Tensor;
  igammac(other: Tensor, named?: Abortable): Promise<Tensor>;
  igammacSync(other: Tensor): Tensor;
  igammac_(other: Tensor, named?: Abortable): Promise<Tensor>;
  igammac_Sync(other: Tensor): Tensor;
  index(indices: readonly (Tensor | null)[], named?: Abortable): Promise<Tensor>;
  indexSync(indices: readonly (Tensor | null)[]): Tensor;
  index_add(dim: number | bigint, index: Tensor, source: Tensor, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  index_addSync(dim: number | bigint, index: Tensor, source: Tensor, named?: { alpha?: Scalar }): Tensor;
  index_add_(dim: number | bigint, index: Tensor, source: Tensor, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  index_add_Sync(dim: number | bigint, index: Tensor, source: Tensor, named?: { alpha?: Scalar }): Tensor;
  index_copy(dim: number | bigint, index: Tensor, source: Tensor, named?: Abortable): Promise<Tensor>;
  index_copySync(dim: number | bigint, index: Tensor, source: Tensor): Tensor;
  index_copy_(dim: number | bigint, index: Tensor, source: Tensor, named?: Abortable): Promise<Tensor>;
  index_copy_Sync(dim: number | bigint, index: Tensor, source: Tensor): Tensor;
  index_fill(dim: number | bigint, index: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  index_fill(dim: number | bigint, index: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  index_fillSync(dim: number | bigint, index: Tensor, value: Scalar): Tensor;
  index_fillSync(dim: number | bigint, index: Tensor, value: TensorLike): Tensor;
  index_fill_(dim: number | bigint, index: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  index_fill_(dim: number | bigint, index: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  index_fill_Sync(dim: number | bigint, index: Tensor, value: TensorLike): Tensor;
  index_fill_Sync(dim: number | bigint, index: Tensor, value: Scalar): Tensor;
  index_put(indices: readonly (Tensor | null)[], values: Tensor, accumulate: boolean, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  index_put(indices: readonly (Tensor | null)[], values: Tensor, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  index_putSync(indices: readonly (Tensor | null)[], values: Tensor, accumulate: boolean, named?: { accumulate?: boolean }): Tensor;
  index_putSync(indices: readonly (Tensor | null)[], values: Tensor, named?: { accumulate?: boolean }): Tensor;
  index_put_(indices: readonly (Tensor | null)[], values: Tensor, accumulate: boolean, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  index_put_(indices: readonly (Tensor | null)[], values: Tensor, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  index_put_Sync(indices: readonly (Tensor | null)[], values: Tensor, accumulate: boolean, named?: { accumulate?: boolean }): Tensor;
  index_put_Sync(indices: readonly (Tensor | null)[], values: Tensor, named?: { accumulate?: boolean }): Tensor;
  /** input, in which the slices along dim that index names are folded with those of source: reduce is prod, mean, amax or amin. */
  index_reduce(dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named?: { include_self?: boolean } & Abortable): Promise<Tensor>;
  index_reduceSync(dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named?: { include_self?: boolean }): Tensor;
  /** In place: self, in which the slices along dim that index names are folded with those of source: reduce is prod, mean, amax or amin. */
  index_reduce_(dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named?: { include_self?: boolean } & Abortable): Promise<Tensor>;
  index_reduce_Sync(dim: number | bigint, index: Tensor, source: Tensor, reduce: string, named?: { include_self?: boolean }): Tensor;
  /** The slices of input along dim at the positions in index (n). */
  index_select(dim: number | bigint, index: Tensor, named?: Abortable): Promise<Tensor>;
  index_selectSync(dim: number | bigint, index: Tensor): Tensor;
  /** Where the values of a coalesced COO tensor are, (dims, nnz). */
  indices(named?: Abortable): Promise<Tensor>;
  indicesSync(): Tensor;
  /** Sums of products over the last dim of both: (..., n), (*, n) give (..., *). */
  inner(other: Tensor, named?: Abortable): Promise<Tensor>;
  innerSync(other: Tensor): Tensor;
  int(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  intSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** torch.linalg.inv under its old name. */
  inverse(named?: Abortable): Promise<Tensor>;
  inverseSync(): Tensor;
  /** Whether the entries are known to be in order and none to come twice. */
  is_coalesced(named?: Abortable): Promise<boolean>;
  is_coalescedSync(): boolean;
  is_nonzero(named?: Abortable): Promise<Scalar>;
  is_nonzeroSync(): Scalar;
  is_same_size(other: Tensor, named?: Abortable): Promise<Scalar>;
  is_same_sizeSync(other: Tensor): Scalar;
  /** Whether |input - other| <= atol + rtol * |other|, element by element. */
  isclose(other: Tensor, rtol: number, atol: number, equal_nan: boolean, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Tensor>;
  isclose(other: Tensor, rtol: number, atol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Tensor>;
  isclose(other: Tensor, rtol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Tensor>;
  isclose(other: Tensor, named?: { rtol?: number; atol?: number; equal_nan?: boolean } & Abortable): Promise<Tensor>;
  iscloseSync(other: Tensor, rtol: number, atol: number, equal_nan: boolean, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Tensor;
  iscloseSync(other: Tensor, rtol: number, atol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Tensor;
  iscloseSync(other: Tensor, rtol: number, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Tensor;
  iscloseSync(other: Tensor, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): Tensor;
  /** The whether x is neither infinite nor NaN, of every element; of the shape of input. */
  isfinite(named?: Abortable): Promise<Tensor>;
  isfiniteSync(): Tensor;
  /** The whether x is infinite, of every element; of the shape of input. */
  isinf(named?: Abortable): Promise<Tensor>;
  isinfSync(): Tensor;
  /** The whether x is NaN, of every element; of the shape of input. */
  isnan(named?: Abortable): Promise<Tensor>;
  isnanSync(): Tensor;
  isneginf(named?: Abortable): Promise<Tensor>;
  isneginfSync(): Tensor;
  isposinf(named?: Abortable): Promise<Tensor>;
  isposinfSync(): Tensor;
  isreal(named?: Abortable): Promise<Tensor>;
  isrealSync(): Tensor;
  /** The signal, or batch of them, of stft's result: frames laid over each other, over the sum of squared windows. RuntimeError where windows leave a sample out. */
  istft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, length: number | bigint | null, return_complex: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(n_fft: number | bigint, hop_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istft(n_fft: number | bigint, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean } & Abortable): Promise<Tensor>;
  istftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, length: number | bigint | null, return_complex: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, onesided: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, normalized: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(n_fft: number | bigint, hop_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  istftSync(n_fft: number | bigint, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; normalized?: boolean; onesided?: boolean | null; length?: number | bigint | null; return_complex?: boolean }): Tensor;
  item(named?: Abortable): Promise<Scalar>;
  itemSync(): Scalar;
  /** The Kronecker product: a copy of other, scaled, for every element of input. */
  kron(other: Tensor, named?: Abortable): Promise<Tensor>;
  kronSync(other: Tensor): Tensor;
  /** The k-th smallest element along dim, and where it is: (values, indices). */
  kthvalue(k: number | bigint, dim: number | bigint, keepdim: boolean, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  kthvalue(k: number | bigint, dim: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  kthvalue(k: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  kthvalueSync(k: number | bigint, dim: number | bigint, keepdim: boolean, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  kthvalueSync(k: number | bigint, dim: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  kthvalueSync(k: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  lcm(other: Tensor, named?: Abortable): Promise<Tensor>;
  lcmSync(other: Tensor): Tensor;
  lcm_(other: Tensor, named?: Abortable): Promise<Tensor>;
  lcm_Sync(other: Tensor): Tensor;
  ldexp(other: Tensor, named?: Abortable): Promise<Tensor>;
  ldexpSync(other: Tensor): Tensor;
  ldexp_(other: Tensor, named?: Abortable): Promise<Tensor>;
  ldexp_Sync(other: Tensor): Tensor;
  /** Whether input <= other, element by element; the shapes broadcast, the dtypes promote. */
  le(other: TensorLike, named?: Abortable): Promise<Tensor>;
  leSync(other: TensorLike): Tensor;
  /** In place: whether input <= other, element by element; the shapes broadcast, the dtypes promote. */
  le_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  le_Sync(other: TensorLike): Tensor;
  /** input + weight * (end - input). */
  lerp(end: Tensor, weight: Scalar, named?: Abortable): Promise<Tensor>;
  lerp(end: Tensor, weight: TensorLike, named?: Abortable): Promise<Tensor>;
  lerpSync(end: Tensor, weight: Scalar): Tensor;
  lerpSync(end: Tensor, weight: TensorLike): Tensor;
  /** In place: input + weight * (end - input). */
  lerp_(end: Tensor, weight: Scalar, named?: Abortable): Promise<Tensor>;
  lerp_(end: Tensor, weight: TensorLike, named?: Abortable): Promise<Tensor>;
  lerp_Sync(end: Tensor, weight: Scalar): Tensor;
  lerp_Sync(end: Tensor, weight: TensorLike): Tensor;
  less(other: TensorLike, named?: Abortable): Promise<Tensor>;
  lessSync(other: TensorLike): Tensor;
  less_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  less_Sync(other: TensorLike): Tensor;
  less_equal(other: TensorLike, named?: Abortable): Promise<Tensor>;
  less_equalSync(other: TensorLike): Tensor;
  less_equal_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  less_equal_Sync(other: TensorLike): Tensor;
  /** The log|gamma(x)|, of every element; of the shape of input. */
  lgamma(named?: Abortable): Promise<Tensor>;
  lgammaSync(): Tensor;
  /** In place: the log|gamma(x)|, of every element; of the shape of input. */
  lgamma_(named?: Abortable): Promise<Tensor>;
  lgamma_Sync(): Tensor;
  /** The natural logarithm, of every element; of the shape of input. */
  log(named?: Abortable): Promise<Tensor>;
  logSync(): Tensor;
  /** The logarithm to base 10, of every element; of the shape of input. */
  log10(named?: Abortable): Promise<Tensor>;
  log10Sync(): Tensor;
  /** In place: the logarithm to base 10, of every element; of the shape of input. */
  log10_(named?: Abortable): Promise<Tensor>;
  log10_Sync(): Tensor;
  /** The log(1 + x), exact near 0, of every element; of the shape of input. */
  log1p(named?: Abortable): Promise<Tensor>;
  log1pSync(): Tensor;
  /** In place: the log(1 + x), exact near 0, of every element; of the shape of input. */
  log1p_(named?: Abortable): Promise<Tensor>;
  log1p_Sync(): Tensor;
  /** The logarithm to base 2, of every element; of the shape of input. */
  log2(named?: Abortable): Promise<Tensor>;
  log2Sync(): Tensor;
  /** In place: the logarithm to base 2, of every element; of the shape of input. */
  log2_(named?: Abortable): Promise<Tensor>;
  log2_Sync(): Tensor;
  /** In place: the natural logarithm, of every element; of the shape of input. */
  log_(named?: Abortable): Promise<Tensor>;
  log_Sync(): Tensor;
  log_normal_(mean: number, std: number, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  log_normal_(mean: number, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  log_normal_(named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  log_normal_Sync(mean: number, std: number, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  log_normal_Sync(mean: number, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  log_normal_Sync(named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  /** The logarithm of softmax, of the shape of input. */
  log_softmax(dim: number | bigint, dtype: DType | null, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  log_softmax(dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  log_softmaxSync(dim: number | bigint, dtype: DType | null, named?: { dtype?: DType | null }): Tensor;
  log_softmaxSync(dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  logaddexp(other: Tensor, named?: Abortable): Promise<Tensor>;
  logaddexpSync(other: Tensor): Tensor;
  logaddexp2(other: Tensor, named?: Abortable): Promise<Tensor>;
  logaddexp2Sync(other: Tensor): Tensor;
  /** The logarithm of the running sum of exp(input) along dim, without overflow. */
  logcumsumexp(dim: number | bigint, named?: Abortable): Promise<Tensor>;
  logcumsumexpSync(dim: number | bigint): Tensor;
  /** The log of the determinant of each matrix (..., n, n); NaN for a negative one. */
  logdet(named?: Abortable): Promise<Tensor>;
  logdetSync(): Tensor;
  /** Whether both are nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_and(other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_andSync(other: Tensor): Tensor;
  /** In place: whether both are nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_and_(other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_and_Sync(other: Tensor): Tensor;
  /** The whether x is zero, of every element; of the shape of input. */
  logical_not(named?: Abortable): Promise<Tensor>;
  logical_notSync(): Tensor;
  /** In place: the whether x is zero, of every element; of the shape of input. */
  logical_not_(named?: Abortable): Promise<Tensor>;
  logical_not_Sync(): Tensor;
  /** Whether one is nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_or(other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_orSync(other: Tensor): Tensor;
  /** In place: whether one is nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_or_(other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_or_Sync(other: Tensor): Tensor;
  /** Whether exactly one is nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_xor(other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_xorSync(other: Tensor): Tensor;
  /** In place: whether exactly one is nonzero, element by element; the shapes broadcast, the dtypes promote. */
  logical_xor_(other: Tensor, named?: Abortable): Promise<Tensor>;
  logical_xor_Sync(other: Tensor): Tensor;
  logit(eps: number | null, named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  logit(named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  logitSync(eps: number | null, named?: { eps?: number | null }): Tensor;
  logitSync(named?: { eps?: number | null }): Tensor;
  logit_(eps: number | null, named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  logit_(named?: { eps?: number | null } & Abortable): Promise<Tensor>;
  logit_Sync(eps: number | null, named?: { eps?: number | null }): Tensor;
  logit_Sync(named?: { eps?: number | null }): Tensor;
  /** log(sum(exp(input))) along dim. */
  logsumexp(dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  logsumexp(dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  logsumexpSync(dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  logsumexpSync(dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean }): Tensor;
  long(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  longSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** Whether input < other, element by element; the shapes broadcast, the dtypes promote. */
  lt(other: TensorLike, named?: Abortable): Promise<Tensor>;
  ltSync(other: TensorLike): Tensor;
  /** In place: whether input < other, element by element; the shapes broadcast, the dtypes promote. */
  lt_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  lt_Sync(other: TensorLike): Tensor;
  /** torch.linalg.lu_solve under its old name. */
  lu_solve(LU_data: Tensor, LU_pivots: Tensor, named?: Abortable): Promise<Tensor>;
  lu_solveSync(LU_data: Tensor, LU_pivots: Tensor): Tensor;
  /** input with value where mask, which broadcasts, is True. */
  masked_fill(mask: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  masked_fill(mask: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  masked_fillSync(mask: Tensor, value: Scalar): Tensor;
  masked_fillSync(mask: Tensor, value: TensorLike): Tensor;
  /** In place: input with value where mask, which broadcasts, is True. */
  masked_fill_(mask: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  masked_fill_(mask: Tensor, value: TensorLike, named?: Abortable): Promise<Tensor>;
  masked_fill_Sync(mask: Tensor, value: Scalar): Tensor;
  masked_fill_Sync(mask: Tensor, value: TensorLike): Tensor;
  masked_scatter(mask: Tensor, source: Tensor, named?: Abortable): Promise<Tensor>;
  masked_scatterSync(mask: Tensor, source: Tensor): Tensor;
  masked_scatter_(mask: Tensor, source: Tensor, named?: Abortable): Promise<Tensor>;
  masked_scatter_Sync(mask: Tensor, source: Tensor): Tensor;
  /** The elements of input where mask is True: 1-d. */
  masked_select(mask: Tensor, named?: Abortable): Promise<Tensor>;
  masked_selectSync(mask: Tensor): Tensor;
  /** The matrix product (..., n, m) @ (..., m, p) -> (..., n, p); a vector counts as a row or column, and batches broadcast. */
  matmul(other: Tensor, named?: Abortable): Promise<Tensor>;
  matmulSync(other: Tensor): Tensor;
  /** torch.linalg.matrix_exp under its old name. */
  matrix_exp(named?: Abortable): Promise<Tensor>;
  matrix_expSync(): Tensor;
  /** torch.linalg.matrix_power under its old name. */
  matrix_power(n: number | bigint, named?: Abortable): Promise<Tensor>;
  matrix_powerSync(n: number | bigint): Tensor;
  /** The largest element of all; with dim, the largest along it and where it is: (values, indices). */
  max(named?: Abortable): Promise<Tensor>;
  max(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max(dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  max(other: Tensor, named?: Abortable): Promise<Tensor>;
  maxSync(): Tensor;
  maxSync(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): [Tensor, Tensor];
  maxSync(dim: number | bigint, named?: { keepdim?: boolean }): [Tensor, Tensor];
  maxSync(other: Tensor): Tensor;
  /** The larger of the two; NaN if one is, element by element; the shapes broadcast, the dtypes promote. */
  maximum(other: Tensor, named?: Abortable): Promise<Tensor>;
  maximumSync(other: Tensor): Tensor;
  /** The mean, of all elements or along dim, which goes or stays with size 1. */
  mean(named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  mean(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  mean(dim: number | bigint | readonly (number | bigint)[] | null, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  meanSync(named?: { dtype?: DType | null }): Tensor;
  meanSync(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  meanSync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  /** The lower median of all; with dim, along it and where it is: (values, indices). */
  median(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  median(dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  median(named?: Abortable): Promise<Tensor>;
  medianSync(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): [Tensor, Tensor];
  medianSync(dim: number | bigint, named?: { keepdim?: boolean }): [Tensor, Tensor];
  medianSync(): Tensor;
  /** The smallest element of all; with dim, the smallest along it and where it is: (values, indices). */
  min(named?: Abortable): Promise<Tensor>;
  min(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  min(dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  min(other: Tensor, named?: Abortable): Promise<Tensor>;
  minSync(): Tensor;
  minSync(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): [Tensor, Tensor];
  minSync(dim: number | bigint, named?: { keepdim?: boolean }): [Tensor, Tensor];
  minSync(other: Tensor): Tensor;
  /** The smaller of the two; NaN if one is, element by element; the shapes broadcast, the dtypes promote. */
  minimum(other: Tensor, named?: Abortable): Promise<Tensor>;
  minimumSync(other: Tensor): Tensor;
  /** The matrix product of input (n, m) and mat2 (m, p): (n, p). */
  mm(mat2: Tensor, named?: Abortable): Promise<Tensor>;
  mmSync(mat2: Tensor): Tensor;
  /** The most frequent value along dim, and where it is: (values, indices). */
  mode(dim: number | bigint, keepdim: boolean, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  mode(dim: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  mode(named?: { dim?: number | bigint; keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  modeSync(dim: number | bigint, keepdim: boolean, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  modeSync(dim: number | bigint, named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  modeSync(named?: { dim?: number | bigint; keepdim?: boolean }): [Tensor, Tensor];
  moveaxis(source: number | bigint, destination: number | bigint, named?: Abortable): Promise<Tensor>;
  moveaxis(source: number | bigint | readonly (number | bigint)[], destination: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  moveaxisSync(source: number | bigint, destination: number | bigint): Tensor;
  moveaxisSync(source: number | bigint | readonly (number | bigint)[], destination: number | bigint | readonly (number | bigint)[]): Tensor;
  movedim(source: number | bigint, destination: number | bigint, named?: Abortable): Promise<Tensor>;
  movedim(source: number | bigint | readonly (number | bigint)[], destination: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  movedimSync(source: number | bigint, destination: number | bigint): Tensor;
  movedimSync(source: number | bigint | readonly (number | bigint)[], destination: number | bigint | readonly (number | bigint)[]): Tensor;
  msort(named?: Abortable): Promise<Tensor>;
  msortSync(): Tensor;
  /** Input * other, element by element; the shapes broadcast, the dtypes promote. */
  mul(other: TensorLike, named?: Abortable): Promise<Tensor>;
  mulSync(other: TensorLike): Tensor;
  /** In place: input * other, element by element; the shapes broadcast, the dtypes promote. */
  mul_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  mul_Sync(other: TensorLike): Tensor;
  /** num_samples positions for each row of input (..., n), drawn with these weights; int64. */
  multinomial(num_samples: number | bigint, replacement: boolean, named?: { replacement?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  multinomial(num_samples: number | bigint, named?: { replacement?: boolean; generator?: Generator | null } & Abortable): Promise<Tensor>;
  multinomialSync(num_samples: number | bigint, replacement: boolean, named?: { replacement?: boolean; generator?: Generator | null }): Tensor;
  multinomialSync(num_samples: number | bigint, named?: { replacement?: boolean; generator?: Generator | null }): Tensor;
  multiply(other: TensorLike, named?: Abortable): Promise<Tensor>;
  multiplySync(other: TensorLike): Tensor;
  multiply_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  multiply_Sync(other: TensorLike): Tensor;
  /** The product of the matrix input (n, m) and the vector vec (m): (n). */
  mv(vec: Tensor, named?: Abortable): Promise<Tensor>;
  mvSync(vec: Tensor): Tensor;
  mvlgamma(p: number | bigint, named?: Abortable): Promise<Tensor>;
  mvlgammaSync(p: number | bigint): Tensor;
  mvlgamma_(p: number | bigint, named?: Abortable): Promise<Tensor>;
  mvlgamma_Sync(p: number | bigint): Tensor;
  /** input with numbers in the place of NaN and the infinities. */
  nan_to_num(nan: number | null, posinf: number | null, neginf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num(nan: number | null, posinf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num(nan: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num(named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_numSync(nan: number | null, posinf: number | null, neginf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_numSync(nan: number | null, posinf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_numSync(nan: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_numSync(named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  /** In place: input with numbers in the place of NaN and the infinities. */
  nan_to_num_(nan: number | null, posinf: number | null, neginf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num_(nan: number | null, posinf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num_(nan: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num_(named?: { nan?: number | null; posinf?: number | null; neginf?: number | null } & Abortable): Promise<Tensor>;
  nan_to_num_Sync(nan: number | null, posinf: number | null, neginf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_num_Sync(nan: number | null, posinf: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_num_Sync(nan: number | null, named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_num_Sync(named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nanmean(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nanmean(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nanmean(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nanmeanSync(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nanmeanSync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nanmeanSync(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nanmedian(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  nanmedian(dim: number | bigint, named?: { keepdim?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  nanmedian(named?: Abortable): Promise<Tensor>;
  nanmedianSync(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean }): [Tensor, Tensor];
  nanmedianSync(dim: number | bigint, named?: { keepdim?: boolean }): [Tensor, Tensor];
  nanmedianSync(): Tensor;
  nanquantile(q: number, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(q: number, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(q: number, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(q: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(q: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantile(q: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  nanquantileSync(q: number, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(q: number, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(q: number, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(q: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(q: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  nanquantileSync(q: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  /** The sum of what is not NaN, of all elements or along dim, which goes or stays with size 1. */
  nansum(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nansum(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nansum(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  nansumSync(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nansumSync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  nansumSync(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; keepdim?: boolean; dtype?: DType | null }): Tensor;
  narrow(dim: number | bigint, start: number | bigint, length: number | bigint, named?: Abortable): Promise<Tensor>;
  narrow(dim: number | bigint, start: Tensor, length: number | bigint, named?: Abortable): Promise<Tensor>;
  narrowSync(dim: number | bigint, start: number | bigint, length: number | bigint): Tensor;
  narrowSync(dim: number | bigint, start: Tensor, length: number | bigint): Tensor;
  narrow_copy(dim: number | bigint, start: number | bigint, length: number | bigint, named?: Abortable): Promise<Tensor>;
  narrow_copySync(dim: number | bigint, start: number | bigint, length: number | bigint): Tensor;
  /** Whether input != other, element by element; the shapes broadcast, the dtypes promote. */
  ne(other: TensorLike, named?: Abortable): Promise<Tensor>;
  neSync(other: TensorLike): Tensor;
  /** In place: whether input != other, element by element; the shapes broadcast, the dtypes promote. */
  ne_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  ne_Sync(other: TensorLike): Tensor;
  /** The -x, of every element; of the shape of input. */
  neg(named?: Abortable): Promise<Tensor>;
  negSync(): Tensor;
  /** In place: the -x, of every element; of the shape of input. */
  neg_(named?: Abortable): Promise<Tensor>;
  neg_Sync(): Tensor;
  negative(named?: Abortable): Promise<Tensor>;
  negativeSync(): Tensor;
  negative_(named?: Abortable): Promise<Tensor>;
  negative_Sync(): Tensor;
  new_empty(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_emptySync(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  new_empty_strided(size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_empty_stridedSync(size: number | bigint | readonly (number | bigint)[], stride: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  new_full(size: number | bigint | readonly (number | bigint)[], fill_value: Scalar, named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_fullSync(size: number | bigint | readonly (number | bigint)[], fill_value: Scalar, named?: { dtype?: DType | null; device?: string | null }): Tensor;
  new_ones(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_onesSync(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  new_zeros(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null } & Abortable): Promise<Tensor>;
  new_zerosSync(size: number | bigint | readonly (number | bigint)[], named?: { dtype?: DType | null; device?: string | null }): Tensor;
  nextafter(other: Tensor, named?: Abortable): Promise<Tensor>;
  nextafterSync(other: Tensor): Tensor;
  nextafter_(other: Tensor, named?: Abortable): Promise<Tensor>;
  nextafter_Sync(other: Tensor): Tensor;
  nonzero(named?: Abortable): Promise<Tensor>;
  nonzeroSync(): Tensor;
  /** The coordinates of the first size non-zero elements, (size, dims); rows of fill_value where there are fewer. */
  nonzero_static(named: { size: number | bigint; fill_value?: number | bigint } & Abortable): Promise<Tensor>;
  nonzero_staticSync(named: { size: number | bigint; fill_value?: number | bigint }): Tensor;
  norm(p: Scalar, named?: { p?: Scalar } & Abortable): Promise<Tensor>;
  norm(named?: { p?: Scalar } & Abortable): Promise<Tensor>;
  norm(p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  norm(p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean } & Abortable): Promise<Tensor>;
  norm(p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; dtype: DType } & Abortable): Promise<Tensor>;
  norm(p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; dtype: DType } & Abortable): Promise<Tensor>;
  normSync(p: Scalar, named?: { p?: Scalar }): Tensor;
  normSync(named?: { p?: Scalar }): Tensor;
  normSync(p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named?: { keepdim?: boolean }): Tensor;
  normSync(p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], named?: { keepdim?: boolean }): Tensor;
  normSync(p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], keepdim: boolean, named: { keepdim?: boolean; dtype: DType }): Tensor;
  normSync(p: Scalar | null, dim: number | bigint | readonly (number | bigint)[], named: { keepdim?: boolean; dtype: DType }): Tensor;
  /** In place: random numbers of normal distributions with these means and standard deviations. */
  normal_(mean: number, std: number, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal_(mean: number, named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal_(named?: { mean?: number; std?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  normal_Sync(mean: number, std: number, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  normal_Sync(mean: number, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  normal_Sync(named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  not_equal(other: TensorLike, named?: Abortable): Promise<Tensor>;
  not_equalSync(other: TensorLike): Tensor;
  not_equal_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  not_equal_Sync(other: TensorLike): Tensor;
  /** torch.linalg.householder_product under LAPACK's name. */
  orgqr(input2: Tensor, named?: Abortable): Promise<Tensor>;
  orgqrSync(input2: Tensor): Tensor;
  /** Q input3 or input3 Q, or with Q^H, for the product Q of the reflections input with scales input2. */
  ormqr(input2: Tensor, input3: Tensor, left: boolean, transpose: boolean, named?: { left?: boolean; transpose?: boolean } & Abortable): Promise<Tensor>;
  ormqr(input2: Tensor, input3: Tensor, left: boolean, named?: { left?: boolean; transpose?: boolean } & Abortable): Promise<Tensor>;
  ormqr(input2: Tensor, input3: Tensor, named?: { left?: boolean; transpose?: boolean } & Abortable): Promise<Tensor>;
  ormqrSync(input2: Tensor, input3: Tensor, left: boolean, transpose: boolean, named?: { left?: boolean; transpose?: boolean }): Tensor;
  ormqrSync(input2: Tensor, input3: Tensor, left: boolean, named?: { left?: boolean; transpose?: boolean }): Tensor;
  ormqrSync(input2: Tensor, input3: Tensor, named?: { left?: boolean; transpose?: boolean }): Tensor;
  /** The products of all pairs of elements of two vectors (n) and (m): (n, m). */
  outer(vec2: Tensor, named?: Abortable): Promise<Tensor>;
  outerSync(vec2: Tensor): Tensor;
  /** A view of input with its dims in another order. */
  permute(dims: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  permuteSync(dims: number | bigint | readonly (number | bigint)[]): Tensor;
  /** torch.linalg.pinv under its old name. */
  pinverse(rcond: number, named?: { rcond?: number } & Abortable): Promise<Tensor>;
  pinverse(named?: { rcond?: number } & Abortable): Promise<Tensor>;
  pinverseSync(rcond: number, named?: { rcond?: number }): Tensor;
  pinverseSync(named?: { rcond?: number }): Tensor;
  polygamma(n: number | bigint, named?: Abortable): Promise<Tensor>;
  polygammaSync(n: number | bigint): Tensor;
  polygamma_(n: number | bigint, named?: Abortable): Promise<Tensor>;
  polygamma_Sync(n: number | bigint): Tensor;
  positive(named?: Abortable): Promise<Tensor>;
  positiveSync(): Tensor;
  /** Input to the power of exponent, element by element; the shapes broadcast, the dtypes promote. */
  pow(exponent: Scalar, named?: Abortable): Promise<Tensor>;
  pow(exponent: TensorLike, named?: Abortable): Promise<Tensor>;
  powSync(exponent: Scalar): Tensor;
  powSync(exponent: TensorLike): Tensor;
  /** In place: input to the power of exponent, element by element; the shapes broadcast, the dtypes promote. */
  pow_(exponent: Scalar, named?: Abortable): Promise<Tensor>;
  pow_(exponent: TensorLike, named?: Abortable): Promise<Tensor>;
  pow_Sync(exponent: Scalar): Tensor;
  pow_Sync(exponent: TensorLike): Tensor;
  /** input where positive, weight * input elsewhere; weight has one element, or one per channel (dim 1). */
  prelu(weight: Tensor, named?: Abortable): Promise<Tensor>;
  preluSync(weight: Tensor): Tensor;
  /** The product, of all elements or along dim, which goes or stays with size 1. */
  prod(named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  prod(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  prod(dim: number | bigint, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  prodSync(named?: { dtype?: DType | null }): Tensor;
  prodSync(dim: number | bigint, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  prodSync(dim: number | bigint, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  put(index: Tensor, source: Tensor, accumulate: boolean, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  put(index: Tensor, source: Tensor, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  putSync(index: Tensor, source: Tensor, accumulate: boolean, named?: { accumulate?: boolean }): Tensor;
  putSync(index: Tensor, source: Tensor, named?: { accumulate?: boolean }): Tensor;
  put_(index: Tensor, source: Tensor, accumulate: boolean, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  put_(index: Tensor, source: Tensor, named?: { accumulate?: boolean } & Abortable): Promise<Tensor>;
  put_Sync(index: Tensor, source: Tensor, accumulate: boolean, named?: { accumulate?: boolean }): Tensor;
  put_Sync(index: Tensor, source: Tensor, named?: { accumulate?: boolean }): Tensor;
  /** torch.linalg.qr under its old name; some: mode reduced, else complete. */
  qr(some: boolean, named?: { some?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  qr(named?: { some?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  qrSync(some: boolean, named?: { some?: boolean }): [Tensor, Tensor];
  qrSync(named?: { some?: boolean }): [Tensor, Tensor];
  quantile(q: number, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(q: number, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(q: number, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(q: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(q: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantile(q: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string } & Abortable): Promise<Tensor>;
  quantileSync(q: number, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(q: number, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(q: number, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(q: Tensor, dim: number | bigint | null, keepdim: boolean, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(q: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  quantileSync(q: Tensor, named?: { dim?: number | bigint | null; keepdim?: boolean; interpolation?: string }): Tensor;
  /** The radians as degrees, of every element; of the shape of input. */
  rad2deg(named?: Abortable): Promise<Tensor>;
  rad2degSync(): Tensor;
  /** In place: the radians as degrees, of every element; of the shape of input. */
  rad2deg_(named?: Abortable): Promise<Tensor>;
  rad2deg_Sync(): Tensor;
  random_(from: number | bigint, to: number | bigint | null, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  random_(to: number | bigint, named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  random_(named?: { generator?: Generator | null } & Abortable): Promise<Tensor>;
  random_Sync(from: number | bigint, to: number | bigint | null, named?: { generator?: Generator | null }): Tensor;
  random_Sync(to: number | bigint, named?: { generator?: Generator | null }): Tensor;
  random_Sync(named?: { generator?: Generator | null }): Tensor;
  ravel(named?: Abortable): Promise<Tensor>;
  ravelSync(): Tensor;
  /** The 1 / x, of every element; of the shape of input. */
  reciprocal(named?: Abortable): Promise<Tensor>;
  reciprocalSync(): Tensor;
  /** In place: the 1 / x, of every element; of the shape of input. */
  reciprocal_(named?: Abortable): Promise<Tensor>;
  reciprocal_Sync(): Tensor;
  /** The max(x, 0), of every element; of the shape of input. */
  relu(named?: Abortable): Promise<Tensor>;
  reluSync(): Tensor;
  /** In place: the max(x, 0), of every element; of the shape of input. */
  relu_(named?: Abortable): Promise<Tensor>;
  relu_Sync(): Tensor;
  /** Input modulo other, of other's sign, element by element; the shapes broadcast, the dtypes promote. */
  remainder(other: TensorLike, named?: Abortable): Promise<Tensor>;
  remainderSync(other: TensorLike): Tensor;
  /** In place: input modulo other, of other's sign, element by element; the shapes broadcast, the dtypes promote. */
  remainder_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  remainder_Sync(other: TensorLike): Tensor;
  /** input, each slice along dim whose p-norm is above maxnorm scaled down to it. */
  renorm(p: Scalar, dim: number | bigint, maxnorm: Scalar, named?: Abortable): Promise<Tensor>;
  renormSync(p: Scalar, dim: number | bigint, maxnorm: Scalar): Tensor;
  /** In place: self, each slice along dim whose p-norm is above maxnorm scaled down to it. */
  renorm_(p: Scalar, dim: number | bigint, maxnorm: Scalar, named?: Abortable): Promise<Tensor>;
  renorm_Sync(p: Scalar, dim: number | bigint, maxnorm: Scalar): Tensor;
  /** input repeated along every dim, copied. */
  repeat(repeats: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  repeatSync(repeats: number | bigint | readonly (number | bigint)[]): Tensor;
  repeat_interleave(repeats: number | bigint, dim: number | bigint | null, named?: { dim?: number | bigint | null; output_size?: number | bigint | null } & Abortable): Promise<Tensor>;
  repeat_interleave(repeats: number | bigint, named?: { dim?: number | bigint | null; output_size?: number | bigint | null } & Abortable): Promise<Tensor>;
  repeat_interleave(repeats: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; output_size?: number | bigint | null } & Abortable): Promise<Tensor>;
  repeat_interleave(repeats: Tensor, named?: { dim?: number | bigint | null; output_size?: number | bigint | null } & Abortable): Promise<Tensor>;
  repeat_interleaveSync(repeats: number | bigint, dim: number | bigint | null, named?: { dim?: number | bigint | null; output_size?: number | bigint | null }): Tensor;
  repeat_interleaveSync(repeats: number | bigint, named?: { dim?: number | bigint | null; output_size?: number | bigint | null }): Tensor;
  repeat_interleaveSync(repeats: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null; output_size?: number | bigint | null }): Tensor;
  repeat_interleaveSync(repeats: Tensor, named?: { dim?: number | bigint | null; output_size?: number | bigint | null }): Tensor;
  /** The elements of input in another shape, -1 standing for what is left; a view where that is possible. */
  reshape(shape: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  reshapeSync(shape: number | bigint | readonly (number | bigint)[]): Tensor;
  reshape_as(other: Tensor, named?: Abortable): Promise<Tensor>;
  reshape_asSync(other: Tensor): Tensor;
  resize_(size: number | bigint | readonly (number | bigint)[], named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  resize_Sync(size: number | bigint | readonly (number | bigint)[], named?: { memory_format?: MemoryFormat | null }): Tensor;
  resize_as_(the_template: Tensor, named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  resize_as_Sync(the_template: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** input with its elements moved along dims, round the end. */
  roll(shifts: number | bigint | readonly (number | bigint)[], dims: number | bigint | readonly (number | bigint)[], named?: { dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  roll(shifts: number | bigint | readonly (number | bigint)[], named?: { dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  rollSync(shifts: number | bigint | readonly (number | bigint)[], dims: number | bigint | readonly (number | bigint)[], named?: { dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  rollSync(shifts: number | bigint | readonly (number | bigint)[], named?: { dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  rot90(k: number | bigint, dims: number | bigint | readonly (number | bigint)[], named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  rot90(k: number | bigint, named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  rot90(named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] } & Abortable): Promise<Tensor>;
  rot90Sync(k: number | bigint, dims: number | bigint | readonly (number | bigint)[], named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  rot90Sync(k: number | bigint, named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  rot90Sync(named?: { k?: number | bigint; dims?: number | bigint | readonly (number | bigint)[] }): Tensor;
  /** The nearest whole number, the even one of two, of every element; of the shape of input. */
  round(named?: Abortable): Promise<Tensor>;
  round(named: { decimals: number | bigint } & Abortable): Promise<Tensor>;
  roundSync(): Tensor;
  roundSync(named: { decimals: number | bigint }): Tensor;
  /** In place: the nearest whole number, the even one of two, of every element; of the shape of input. */
  round_(named?: Abortable): Promise<Tensor>;
  round_(named: { decimals: number | bigint } & Abortable): Promise<Tensor>;
  round_Sync(): Tensor;
  round_Sync(named: { decimals: number | bigint }): Tensor;
  /** The row of each entry of a CSC or BSC tensor. */
  row_indices(named?: Abortable): Promise<Tensor>;
  row_indicesSync(): Tensor;
  /** The 1 / sqrt(x), of every element; of the shape of input. */
  rsqrt(named?: Abortable): Promise<Tensor>;
  rsqrtSync(): Tensor;
  /** In place: the 1 / sqrt(x), of every element; of the shape of input. */
  rsqrt_(named?: Abortable): Promise<Tensor>;
  rsqrt_Sync(): Tensor;
  /** input with the elements of src at the positions in index along dim. */
  scatter(dim: number | bigint, index: Tensor, src: Tensor, named?: Abortable): Promise<Tensor>;
  scatter(dim: number | bigint, index: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  scatter(dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string } & Abortable): Promise<Tensor>;
  scatter(dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string } & Abortable): Promise<Tensor>;
  scatterSync(dim: number | bigint, index: Tensor, src: Tensor): Tensor;
  scatterSync(dim: number | bigint, index: Tensor, value: Scalar): Tensor;
  scatterSync(dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string }): Tensor;
  scatterSync(dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string }): Tensor;
  /** In place: input with the elements of src at the positions in index along dim. */
  scatter_(dim: number | bigint, index: Tensor, src: Tensor, named?: Abortable): Promise<Tensor>;
  scatter_(dim: number | bigint, index: Tensor, value: Scalar, named?: Abortable): Promise<Tensor>;
  scatter_(dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string } & Abortable): Promise<Tensor>;
  scatter_(dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string } & Abortable): Promise<Tensor>;
  scatter_Sync(dim: number | bigint, index: Tensor, src: Tensor): Tensor;
  scatter_Sync(dim: number | bigint, index: Tensor, value: Scalar): Tensor;
  scatter_Sync(dim: number | bigint, index: Tensor, src: Tensor, named: { reduce: string }): Tensor;
  scatter_Sync(dim: number | bigint, index: Tensor, value: Scalar, named: { reduce: string }): Tensor;
  /** input with the elements of src added at the positions in index along dim. */
  scatter_add(dim: number | bigint, index: Tensor, src: Tensor, named?: Abortable): Promise<Tensor>;
  scatter_addSync(dim: number | bigint, index: Tensor, src: Tensor): Tensor;
  /** In place: input with the elements of src added at the positions in index along dim. */
  scatter_add_(dim: number | bigint, index: Tensor, src: Tensor, named?: Abortable): Promise<Tensor>;
  scatter_add_Sync(dim: number | bigint, index: Tensor, src: Tensor): Tensor;
  scatter_reduce(dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named?: { include_self?: boolean } & Abortable): Promise<Tensor>;
  scatter_reduceSync(dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named?: { include_self?: boolean }): Tensor;
  scatter_reduce_(dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named?: { include_self?: boolean } & Abortable): Promise<Tensor>;
  scatter_reduce_Sync(dim: number | bigint, index: Tensor, src: Tensor, reduce: string, named?: { include_self?: boolean }): Tensor;
  select(dim: number | bigint, index: number | bigint, named?: Abortable): Promise<Tensor>;
  selectSync(dim: number | bigint, index: number | bigint): Tensor;
  /** A copy of input with src at index along dim. */
  select_scatter(src: Tensor, dim: number | bigint, index: number | bigint, named?: Abortable): Promise<Tensor>;
  select_scatterSync(src: Tensor, dim: number | bigint, index: number | bigint): Tensor;
  set_(source: Tensor, named?: Abortable): Promise<Tensor>;
  set_(named?: Abortable): Promise<Tensor>;
  set_Sync(source: Tensor): Tensor;
  set_Sync(): Tensor;
  sgn(named?: Abortable): Promise<Tensor>;
  sgnSync(): Tensor;
  sgn_(named?: Abortable): Promise<Tensor>;
  sgn_Sync(): Tensor;
  short(named?: { memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  shortSync(named?: { memory_format?: MemoryFormat | null }): Tensor;
  /** The 1 / (1 + e ** -x), of every element; of the shape of input. */
  sigmoid(named?: Abortable): Promise<Tensor>;
  sigmoidSync(): Tensor;
  /** In place: 1 / (1 + exp(-self)). */
  sigmoid_(named?: Abortable): Promise<Tensor>;
  sigmoid_Sync(): Tensor;
  /** The -1, 0 or 1 as x is, of every element; of the shape of input. */
  sign(named?: Abortable): Promise<Tensor>;
  signSync(): Tensor;
  /** In place: the -1, 0 or 1 as x is, of every element; of the shape of input. */
  sign_(named?: Abortable): Promise<Tensor>;
  sign_Sync(): Tensor;
  signbit(named?: Abortable): Promise<Tensor>;
  signbitSync(): Tensor;
  /** The sine, of every element; of the shape of input. */
  sin(named?: Abortable): Promise<Tensor>;
  sinSync(): Tensor;
  /** In place: the sine, of every element; of the shape of input. */
  sin_(named?: Abortable): Promise<Tensor>;
  sin_Sync(): Tensor;
  /** The sin(pi x) / (pi x), of every element; of the shape of input. */
  sinc(named?: Abortable): Promise<Tensor>;
  sincSync(): Tensor;
  /** In place: the sin(pi x) / (pi x), of every element; of the shape of input. */
  sinc_(named?: Abortable): Promise<Tensor>;
  sinc_Sync(): Tensor;
  /** The hyperbolic sine, of every element; of the shape of input. */
  sinh(named?: Abortable): Promise<Tensor>;
  sinhSync(): Tensor;
  /** In place: the hyperbolic sine, of every element; of the shape of input. */
  sinh_(named?: Abortable): Promise<Tensor>;
  sinh_Sync(): Tensor;
  /** A copy of input with src where start:end:step along dim is. */
  slice_scatter(src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatter(src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatter(src: Tensor, dim: number | bigint, start: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatter(src: Tensor, dim: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatter(src: Tensor, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint } & Abortable): Promise<Tensor>;
  slice_scatterSync(src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, step: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_scatterSync(src: Tensor, dim: number | bigint, start: number | bigint | null, end: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_scatterSync(src: Tensor, dim: number | bigint, start: number | bigint | null, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_scatterSync(src: Tensor, dim: number | bigint, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  slice_scatterSync(src: Tensor, named?: { dim?: number | bigint; start?: number | bigint | null; end?: number | bigint | null; step?: number | bigint }): Tensor;
  /** torch.linalg.slogdet under its old name. */
  slogdet(named?: Abortable): Promise<[Tensor, Tensor]>;
  slogdetSync(): [Tensor, Tensor];
  /** exp(input) over its sum along dim, of the shape of input: rows that add up to 1. */
  softmax(dim: number | bigint, dtype: DType | null, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  softmax(dim: number | bigint, named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  softmaxSync(dim: number | bigint, dtype: DType | null, named?: { dtype?: DType | null }): Tensor;
  softmaxSync(dim: number | bigint, named?: { dtype?: DType | null }): Tensor;
  /** The elements along dim in order, and where they were: (values, indices), of the shape of input. */
  sort(dim: number | bigint, descending: boolean, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  sort(dim: number | bigint, named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  sort(named?: { dim?: number | bigint; descending?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  sort(named: { stable: boolean | null; dim?: number | bigint; descending?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  sortSync(dim: number | bigint, descending: boolean, named?: { dim?: number | bigint; descending?: boolean }): [Tensor, Tensor];
  sortSync(dim: number | bigint, named?: { dim?: number | bigint; descending?: boolean }): [Tensor, Tensor];
  sortSync(named?: { dim?: number | bigint; descending?: boolean }): [Tensor, Tensor];
  sortSync(named: { stable: boolean | null; dim?: number | bigint; descending?: boolean }): [Tensor, Tensor];
  /** How many of the dims, the first ones, have indices; 0 for a tensor in memory. */
  sparse_dim(named?: Abortable): Promise<number | bigint>;
  sparse_dimSync(): number | bigint;
  /** The elements of input at the entries of a sparse tensor of its sizes, in the layout of that. */
  sparse_mask(mask: Tensor, named?: Abortable): Promise<Tensor>;
  sparse_maskSync(mask: Tensor): Tensor;
  split(split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split(split_size: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split(split_size: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split(split_size: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  splitSync(split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  splitSync(split_size: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  splitSync(split_size: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  splitSync(split_size: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint }): Tensor[];
  split_with_sizes(split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split_with_sizes(split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  split_with_sizesSync(split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  split_with_sizesSync(split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint }): Tensor[];
  /** The square root, of every element; of the shape of input. */
  sqrt(named?: Abortable): Promise<Tensor>;
  sqrtSync(): Tensor;
  /** In place: the square root, of every element; of the shape of input. */
  sqrt_(named?: Abortable): Promise<Tensor>;
  sqrt_Sync(): Tensor;
  /** The x * x, of every element; of the shape of input. */
  square(named?: Abortable): Promise<Tensor>;
  squareSync(): Tensor;
  /** In place: the x * x, of every element; of the shape of input. */
  square_(named?: Abortable): Promise<Tensor>;
  square_Sync(): Tensor;
  /** A view of input without the dims of size 1, or without those given. */
  squeeze(named?: Abortable): Promise<Tensor>;
  squeeze(dim: number | bigint, named?: Abortable): Promise<Tensor>;
  squeeze(dim: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  squeezeSync(): Tensor;
  squeezeSync(dim: number | bigint): Tensor;
  squeezeSync(dim: number | bigint | readonly (number | bigint)[]): Tensor;
  /** In place: a view of input without the dims of size 1, or without those given. */
  squeeze_(named?: Abortable): Promise<Tensor>;
  squeeze_(dim: number | bigint, named?: Abortable): Promise<Tensor>;
  squeeze_(dim: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  squeeze_Sync(): Tensor;
  squeeze_Sync(dim: number | bigint): Tensor;
  squeeze_Sync(dim: number | bigint | readonly (number | bigint)[]): Tensor;
  /** The standard deviation, of a sample unless correction=0, of all elements or along dim, which goes or stays with size 1. */
  std(unbiased: boolean, named?: { unbiased?: boolean } & Abortable): Promise<Tensor>;
  std(named?: { unbiased?: boolean } & Abortable): Promise<Tensor>;
  std(dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  std(dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  std(dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  std(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  std(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  stdSync(unbiased: boolean, named?: { unbiased?: boolean }): Tensor;
  stdSync(named?: { unbiased?: boolean }): Tensor;
  stdSync(dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  stdSync(dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  stdSync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  stdSync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): Tensor;
  stdSync(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): Tensor;
  /** The transforms of the frames of a signal (length) or a batch of them (B, length), n_fft samples each, hop_length (n_fft / 4) apart and times `window` (win_length, n_fft unless given): (..., n_fft / 2 + 1, frames), or (..., n_fft, frames) of complex signals and with onesided=False. center: frames are centred on their places, which pads the signal by pad_mode. normalized: over the root of n_fft. */
  stft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, return_complex: boolean | null, align_to_window: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, return_complex: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(n_fft: number | bigint, hop_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stft(n_fft: number | bigint, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null } & Abortable): Promise<Tensor>;
  stftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, return_complex: boolean | null, align_to_window: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, return_complex: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, onesided: boolean | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, normalized: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, pad_mode: string, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, center: boolean, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, window: Tensor | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(n_fft: number | bigint, hop_length: number | bigint | null, win_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(n_fft: number | bigint, hop_length: number | bigint | null, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  stftSync(n_fft: number | bigint, named?: { hop_length?: number | bigint | null; win_length?: number | bigint | null; window?: Tensor | null; center?: boolean; pad_mode?: string; normalized?: boolean; onesided?: boolean | null; return_complex?: boolean | null; align_to_window?: boolean | null }): Tensor;
  /** Input - alpha * other, element by element; the shapes broadcast, the dtypes promote. */
  sub(other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  subSync(other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  /** In place: input - alpha * other, element by element; the shapes broadcast, the dtypes promote. */
  sub_(other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  sub_Sync(other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  subtract(other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  subtractSync(other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  subtract_(other: TensorLike, named?: { alpha?: Scalar } & Abortable): Promise<Tensor>;
  subtract_Sync(other: TensorLike, named?: { alpha?: Scalar }): Tensor;
  /** The sum, of all elements or along dim, which goes or stays with size 1. */
  sum(named?: { dtype?: DType | null } & Abortable): Promise<Tensor>;
  sum(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  sum(dim: number | bigint | readonly (number | bigint)[] | null, named?: { keepdim?: boolean; dtype?: DType | null } & Abortable): Promise<Tensor>;
  sumSync(named?: { dtype?: DType | null }): Tensor;
  sumSync(dim: number | bigint | readonly (number | bigint)[] | null, keepdim: boolean, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  sumSync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  sum_to_size(size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  sum_to_sizeSync(size: number | bigint | readonly (number | bigint)[]): Tensor;
  /** torch.linalg.svd under its old name, with V instead of V^H; some: as full_matrices=False. */
  svd(some: boolean, compute_uv: boolean, named?: { some?: boolean; compute_uv?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  svd(some: boolean, named?: { some?: boolean; compute_uv?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  svd(named?: { some?: boolean; compute_uv?: boolean } & Abortable): Promise<[Tensor, Tensor, Tensor]>;
  svdSync(some: boolean, compute_uv: boolean, named?: { some?: boolean; compute_uv?: boolean }): [Tensor, Tensor, Tensor];
  svdSync(some: boolean, named?: { some?: boolean; compute_uv?: boolean }): [Tensor, Tensor, Tensor];
  svdSync(named?: { some?: boolean; compute_uv?: boolean }): [Tensor, Tensor, Tensor];
  swapaxes(axis0: number | bigint, axis1: number | bigint, named?: Abortable): Promise<Tensor>;
  swapaxesSync(axis0: number | bigint, axis1: number | bigint): Tensor;
  swapaxes_(axis0: number | bigint, axis1: number | bigint, named?: Abortable): Promise<Tensor>;
  swapaxes_Sync(axis0: number | bigint, axis1: number | bigint): Tensor;
  swapdims(dim0: number | bigint, dim1: number | bigint, named?: Abortable): Promise<Tensor>;
  swapdimsSync(dim0: number | bigint, dim1: number | bigint): Tensor;
  swapdims_(dim0: number | bigint, dim1: number | bigint, named?: Abortable): Promise<Tensor>;
  swapdims_Sync(dim0: number | bigint, dim1: number | bigint): Tensor;
  /** A view of the matrix input, transposed. */
  t(named?: Abortable): Promise<Tensor>;
  tSync(): Tensor;
  /** In place: a view of the matrix input, transposed. */
  t_(named?: Abortable): Promise<Tensor>;
  t_Sync(): Tensor;
  take(index: Tensor, named?: Abortable): Promise<Tensor>;
  takeSync(index: Tensor): Tensor;
  take_along_dim(indices: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  take_along_dim(indices: Tensor, named?: { dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  take_along_dimSync(indices: Tensor, dim: number | bigint | null, named?: { dim?: number | bigint | null }): Tensor;
  take_along_dimSync(indices: Tensor, named?: { dim?: number | bigint | null }): Tensor;
  /** The tangent, of every element; of the shape of input. */
  tan(named?: Abortable): Promise<Tensor>;
  tanSync(): Tensor;
  /** In place: the tangent, of every element; of the shape of input. */
  tan_(named?: Abortable): Promise<Tensor>;
  tan_Sync(): Tensor;
  /** The hyperbolic tangent, of every element; of the shape of input. */
  tanh(named?: Abortable): Promise<Tensor>;
  tanhSync(): Tensor;
  /** In place: the hyperbolic tangent of self. */
  tanh_(named?: Abortable): Promise<Tensor>;
  tanh_Sync(): Tensor;
  tensor_split(sections: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(sections: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(indices: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(indices: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(tensor_indices_or_sections: Tensor, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_split(tensor_indices_or_sections: Tensor, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  tensor_splitSync(sections: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(sections: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(indices: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(indices: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(tensor_indices_or_sections: Tensor, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  tensor_splitSync(tensor_indices_or_sections: Tensor, named?: { dim?: number | bigint }): Tensor[];
  tile(dims: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  tileSync(dims: number | bigint | readonly (number | bigint)[]): Tensor;
  to(device: string | null, dtype: DType | null, non_blocking: boolean, copy: boolean, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(device: string | null, dtype: DType | null, non_blocking: boolean, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(device: string | null, dtype: DType | null, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(device: string | null, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(dtype: DType, non_blocking: boolean, copy: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(dtype: DType, non_blocking: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(dtype: DType, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(other: Tensor, non_blocking: boolean, copy: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(other: Tensor, non_blocking: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  to(other: Tensor, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null } & Abortable): Promise<Tensor>;
  toSync(device: string | null, dtype: DType | null, non_blocking: boolean, copy: boolean, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(device: string | null, dtype: DType | null, non_blocking: boolean, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(device: string | null, dtype: DType | null, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(device: string | null, named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(named?: { device?: string | null; dtype?: DType | null; non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(dtype: DType, non_blocking: boolean, copy: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(dtype: DType, non_blocking: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(dtype: DType, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(other: Tensor, non_blocking: boolean, copy: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(other: Tensor, non_blocking: boolean, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  toSync(other: Tensor, named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null }): Tensor;
  /** Self in memory, zeros where a sparse tensor has no entry. */
  to_dense(dtype: DType | null, named?: { dtype?: DType | null; masked_grad?: boolean | null } & Abortable): Promise<Tensor>;
  to_dense(named?: { dtype?: DType | null; masked_grad?: boolean | null } & Abortable): Promise<Tensor>;
  to_denseSync(dtype: DType | null, named?: { dtype?: DType | null; masked_grad?: boolean | null }): Tensor;
  to_denseSync(named?: { dtype?: DType | null; masked_grad?: boolean | null }): Tensor;
  /** A coalesced COO tensor of the elements that are not zero, with that many sparse dims, all unless given. */
  to_sparse(sparse_dim: number | bigint | null, named?: { sparse_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse(named?: { sparse_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparseSync(sparse_dim: number | bigint | null, named?: { sparse_dim?: number | bigint | null }): Tensor;
  to_sparseSync(named?: { sparse_dim?: number | bigint | null }): Tensor;
  /** A BSC tensor of the blocks of a matrix that are not all zeros. */
  to_sparse_bsc(blocksize: number | bigint | readonly (number | bigint)[], dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_bsc(blocksize: number | bigint | readonly (number | bigint)[], named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_bscSync(blocksize: number | bigint | readonly (number | bigint)[], dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null }): Tensor;
  to_sparse_bscSync(blocksize: number | bigint | readonly (number | bigint)[], named?: { dense_dim?: number | bigint | null }): Tensor;
  /** A BSR tensor of the blocks of a matrix that are not all zeros. */
  to_sparse_bsr(blocksize: number | bigint | readonly (number | bigint)[], dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_bsr(blocksize: number | bigint | readonly (number | bigint)[], named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_bsrSync(blocksize: number | bigint | readonly (number | bigint)[], dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null }): Tensor;
  to_sparse_bsrSync(blocksize: number | bigint | readonly (number | bigint)[], named?: { dense_dim?: number | bigint | null }): Tensor;
  /** A CSC tensor of the elements of a matrix that are not zero. */
  to_sparse_csc(dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_csc(named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_cscSync(dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null }): Tensor;
  to_sparse_cscSync(named?: { dense_dim?: number | bigint | null }): Tensor;
  /** A CSR tensor of the elements of a matrix that are not zero. */
  to_sparse_csr(dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_csr(named?: { dense_dim?: number | bigint | null } & Abortable): Promise<Tensor>;
  to_sparse_csrSync(dense_dim: number | bigint | null, named?: { dense_dim?: number | bigint | null }): Tensor;
  to_sparse_csrSync(named?: { dense_dim?: number | bigint | null }): Tensor;
  /** The k largest (or smallest) elements along dim, and where they are: (values, indices). */
  topk(k: number | bigint, dim: number | bigint, largest: boolean, sorted: boolean, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  topk(k: number | bigint, dim: number | bigint, largest: boolean, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  topk(k: number | bigint, dim: number | bigint, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  topk(k: number | bigint, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  topkSync(k: number | bigint, dim: number | bigint, largest: boolean, sorted: boolean, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topkSync(k: number | bigint, dim: number | bigint, largest: boolean, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topkSync(k: number | bigint, dim: number | bigint, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topkSync(k: number | bigint, named?: { dim?: number | bigint; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  trace(named?: Abortable): Promise<Tensor>;
  traceSync(): Tensor;
  /** A view of input with two dims exchanged. */
  transpose(dim0: number | bigint, dim1: number | bigint, named?: Abortable): Promise<Tensor>;
  transposeSync(dim0: number | bigint, dim1: number | bigint): Tensor;
  /** In place: a view of input with two dims exchanged. */
  transpose_(dim0: number | bigint, dim1: number | bigint, named?: Abortable): Promise<Tensor>;
  transpose_Sync(dim0: number | bigint, dim1: number | bigint): Tensor;
  /** X of A X = input with triangular A, or A^T; and a copy of A. */
  triangular_solve(A: Tensor, upper: boolean, transpose: boolean, unitriangular: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(A: Tensor, upper: boolean, transpose: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(A: Tensor, upper: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solve(A: Tensor, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean } & Abortable): Promise<[Tensor, Tensor]>;
  triangular_solveSync(A: Tensor, upper: boolean, transpose: boolean, unitriangular: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean }): [Tensor, Tensor];
  triangular_solveSync(A: Tensor, upper: boolean, transpose: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean }): [Tensor, Tensor];
  triangular_solveSync(A: Tensor, upper: boolean, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean }): [Tensor, Tensor];
  triangular_solveSync(A: Tensor, named?: { upper?: boolean; transpose?: boolean; unitriangular?: boolean }): [Tensor, Tensor];
  /** input (..., n, m) with zeros above the diagonal-th diagonal. */
  tril(diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  tril(named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  trilSync(diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  trilSync(named?: { diagonal?: number | bigint }): Tensor;
  /** In place: input (..., n, m) with zeros above the diagonal-th diagonal. */
  tril_(diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  tril_(named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  tril_Sync(diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  tril_Sync(named?: { diagonal?: number | bigint }): Tensor;
  /** input (..., n, m) with zeros below the diagonal-th diagonal. */
  triu(diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  triu(named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  triuSync(diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  triuSync(named?: { diagonal?: number | bigint }): Tensor;
  /** In place: input (..., n, m) with zeros below the diagonal-th diagonal. */
  triu_(diagonal: number | bigint, named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  triu_(named?: { diagonal?: number | bigint } & Abortable): Promise<Tensor>;
  triu_Sync(diagonal: number | bigint, named?: { diagonal?: number | bigint }): Tensor;
  triu_Sync(named?: { diagonal?: number | bigint }): Tensor;
  true_divide(other: TensorLike, named?: Abortable): Promise<Tensor>;
  true_divideSync(other: TensorLike): Tensor;
  true_divide_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  true_divide_Sync(other: TensorLike): Tensor;
  /** The x without what is behind the point, of every element; of the shape of input. */
  trunc(named?: Abortable): Promise<Tensor>;
  truncSync(): Tensor;
  /** In place: the x without what is behind the point, of every element; of the shape of input. */
  trunc_(named?: Abortable): Promise<Tensor>;
  trunc_Sync(): Tensor;
  type_as(other: Tensor, named?: Abortable): Promise<Tensor>;
  type_asSync(other: Tensor): Tensor;
  unbind(dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unbind(named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unbindSync(dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unbindSync(named?: { dim?: number | bigint }): Tensor[];
  unflatten(dim: number | bigint, sizes: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  unflattenSync(dim: number | bigint, sizes: number | bigint | readonly (number | bigint)[]): Tensor;
  unfold(dimension: number | bigint, size: number | bigint, step: number | bigint, named?: Abortable): Promise<Tensor>;
  unfoldSync(dimension: number | bigint, size: number | bigint, step: number | bigint): Tensor;
  uniform_(from: number, to: number, named?: { from?: number; to?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  uniform_(from: number, named?: { from?: number; to?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  uniform_(named?: { from?: number; to?: number; generator?: Generator | null } & Abortable): Promise<Tensor>;
  uniform_Sync(from: number, to: number, named?: { from?: number; to?: number; generator?: Generator | null }): Tensor;
  uniform_Sync(from: number, named?: { from?: number; to?: number; generator?: Generator | null }): Tensor;
  uniform_Sync(named?: { from?: number; to?: number; generator?: Generator | null }): Tensor;
  unsafe_chunk(chunks: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_chunk(chunks: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_chunkSync(chunks: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_chunkSync(chunks: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_split(split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_split(split_size: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_splitSync(split_size: number | bigint, dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_splitSync(split_size: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_split_with_sizes(split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_split_with_sizes(split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint } & Abortable): Promise<Tensor[]>;
  unsafe_split_with_sizesSync(split_sizes: number | bigint | readonly (number | bigint)[], dim: number | bigint, named?: { dim?: number | bigint }): Tensor[];
  unsafe_split_with_sizesSync(split_sizes: number | bigint | readonly (number | bigint)[], named?: { dim?: number | bigint }): Tensor[];
  /** A view of input with a new dim of size 1. */
  unsqueeze(dim: number | bigint, named?: Abortable): Promise<Tensor>;
  unsqueezeSync(dim: number | bigint): Tensor;
  /** In place: a view of input with a new dim of size 1. */
  unsqueeze_(dim: number | bigint, named?: Abortable): Promise<Tensor>;
  unsqueeze_Sync(dim: number | bigint): Tensor;
  /** The values of a coalesced COO or of a compressed tensor, (nnz, ...). */
  values(named?: Abortable): Promise<Tensor>;
  valuesSync(): Tensor;
  /** The variance, of a sample unless correction=0, of all elements or along dim, which goes or stays with size 1. */
  var(unbiased: boolean, named?: { unbiased?: boolean } & Abortable): Promise<Tensor>;
  var(named?: { unbiased?: boolean } & Abortable): Promise<Tensor>;
  var(dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  var(dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  var(dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean } & Abortable): Promise<Tensor>;
  var(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  var(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean } & Abortable): Promise<Tensor>;
  varSync(unbiased: boolean, named?: { unbiased?: boolean }): Tensor;
  varSync(named?: { unbiased?: boolean }): Tensor;
  varSync(dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, keepdim: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  varSync(dim: number | bigint | readonly (number | bigint)[] | null, unbiased: boolean, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  varSync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  varSync(dim: number | bigint | readonly (number | bigint)[] | null, named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): Tensor;
  varSync(named?: { dim?: number | bigint | readonly (number | bigint)[] | null; correction?: Scalar | null; keepdim?: boolean }): Tensor;
  /** dot with the first vector conjugated. */
  vdot(other: Tensor, named?: Abortable): Promise<Tensor>;
  vdotSync(other: Tensor): Tensor;
  /** A view of input in another shape, -1 standing for what is left; RuntimeError where only a copy would do. */
  view(size: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor>;
  view(dtype: DType, named?: Abortable): Promise<Tensor>;
  viewSync(size: number | bigint | readonly (number | bigint)[]): Tensor;
  viewSync(dtype: DType): Tensor;
  view_as(other: Tensor, named?: Abortable): Promise<Tensor>;
  view_asSync(other: Tensor): Tensor;
  vsplit(sections: number | bigint, named?: Abortable): Promise<Tensor[]>;
  vsplit(indices: number | bigint | readonly (number | bigint)[], named?: Abortable): Promise<Tensor[]>;
  vsplitSync(sections: number | bigint): Tensor[];
  vsplitSync(indices: number | bigint | readonly (number | bigint)[]): Tensor[];
  xlogy(other: TensorLike, named?: Abortable): Promise<Tensor>;
  xlogySync(other: TensorLike): Tensor;
  xlogy_(other: TensorLike, named?: Abortable): Promise<Tensor>;
  xlogy_Sync(other: TensorLike): Tensor;
  zero_(named?: Abortable): Promise<Tensor>;
  zero_Sync(): Tensor;
}
