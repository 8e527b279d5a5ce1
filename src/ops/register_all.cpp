#include "ops/register_all.h"

#include "dispatch/boxing.h"
#include "ops/typed/copy.h"

// Every family: its declarations with CPU kernels, then its CUDA kernels. A name without its file is a link error.
// One line per family, `F(copy)` calls register_copy.
// clang-format off
#define VT_FAMILIES(F) \
  F(copy) \
  F(factory) \
  F(view) \
  F(join) \
  F(index) \
  F(sort) \
  F(random) \
  F(pointwise_math) \
  F(pointwise_rounding) \
  F(pointwise_activation) \
  F(pointwise_arithmetic) \
  F(pointwise_comparison) \
  F(pointwise_selection) \
  F(pointwise_variates) \
  F(pointwise_unsigned) \
  F(pointwise_composite) \
  F(pointwise_predicates) \
  F(special_functions) \
  F(polynomials) \
  F(reduce_sums) \
  F(reduce_logic) \
  F(reduce_norms) \
  F(reduce_moments) \
  F(reduce_extrema) \
  F(reduce_scan) \
  F(samples) \
  F(products) \
  F(matmul) \
  F(contraction) \
  F(scaled_product) \
  F(grouped_product) \
  F(covariance) \
  F(matrix_forms) \
  F(einsum) \
  F(cholesky) \
  F(lu) \
  F(ldl) \
  F(solve) \
  F(determinant) \
  F(qr) \
  F(svd) \
  F(eigen) \
  F(pseudo_inverse) \
  F(least_squares) \
  F(matrix_norm) \
  F(matrix_functions) \
  F(fft) \
  F(fft_functions) \
  F(stft) \
  F(signal_windows) \
  F(softmax) \
  F(norm) \
  F(batch_norm) \
  F(group_norm) \
  F(activation) \
  F(convolution) \
  F(pooling) \
  F(fractional_pooling) \
  F(interpolate) \
  F(grid_sampler) \
  F(channels) \
  F(windows) \
  F(recurrent) \
  F(recurrent_waves) \
  F(recurrent_layers) \
  F(weight_norm) \
  F(distance) \
  F(loss_nll) \
  F(loss_cross_entropy) \
  F(loss_linear_cross_entropy) \
  F(loss_regression) \
  F(loss_probability) \
  F(loss_margin) \
  F(ctc_loss) \
  F(attention) \
  F(fused_attention) \
  F(multi_head_attention) \
  F(varlen_attention) \
  F(fused_optimizers) \
  F(foreach) \
  F(foreach_pointwise) \
  F(sparse_structure) \
  F(sparse_compressed) \
  F(sparse_conversion) \
  F(sparse_arithmetic) \
  F(sparse_products) \
  F(sparse_rows)
// clang-format on

// `F(copy_cuda)` calls register_copy_cuda.
// clang-format off
#define VT_CUDA_FAMILIES(F) \
  F(fill_cuda) \
  F(strided_copy_cuda) \
  F(factory_cuda) \
  F(view_cuda) \
  F(join_cuda) \
  F(index_cuda) \
  F(gather_cuda) \
  F(embedding_cuda) \
  F(sort_cuda) \
  F(dropout_cuda) \
  F(sampling_cuda) \
  F(variates_cuda) \
  F(softmax_cuda) \
  F(norm_cuda) \
  F(norm_backward_cuda) \
  F(batch_norm_cuda) \
  F(group_norm_cuda) \
  F(attention_cuda) \
  F(varlen_attention_cuda) \
  F(factors_cuda) \
  F(orthogonal_cuda) \
  F(fft_cuda) \
  F(convolution_cuda) \
  F(pooling_cuda) \
  F(interpolate_cuda) \
  F(grid_sampler_cuda) \
  F(recurrent_cuda) \
  F(loss_nll_cuda) \
  F(loss_cross_entropy_cuda) \
  F(ctc_loss_cuda) \
  F(fused_optimizers_cuda) \
  F(foreach_cuda) \
  F(reduce_cuda) \
  F(amp_cuda) \
  F(sparse_cuda)
// clang-format on

// Those of *.sm90.cu, which a build for other GPUs leaves out.
// clang-format off
#ifdef VT_SM90
#define VT_SM90_FAMILIES(F) \
  F(attention_forward_cuda) \
  F(attention_backward_cuda) \
  F(grouped_product_cuda)
#else
#define VT_SM90_FAMILIES(F)
#endif
// clang-format on

namespace vt {

#define VT_DECLARE(family) void register_##family(Registry&);
VT_FAMILIES(VT_DECLARE)
VT_CUDA_FAMILIES(VT_DECLARE)
VT_SM90_FAMILIES(VT_DECLARE)
#undef VT_DECLARE

void register_all_ops(Registry& registry) {
  boxing::copy_ops = {ops::copy_, ops::clone};
#define VT_CALL(family) register_##family(registry);
  VT_FAMILIES(VT_CALL)
  VT_CUDA_FAMILIES(VT_CALL)
  VT_SM90_FAMILIES(VT_CALL)
#undef VT_CALL
}

}  // namespace vt
