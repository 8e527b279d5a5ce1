#include "core/determinism.h"
#include "ops/nn/attention_choice.h"
#include "ops/nn/attention_hopper.cuh"

namespace vt {
namespace {

using namespace attention;

ops::AttentionGradients backward(const Tensor& gradient, const Tensor& query, const Tensor& key, const Tensor& value,
                                 const Tensor& result, const Tensor& sums, double scale, Form form,
                                 const GeneralCall& general, bool in_order) {
  VT_CHECK(query.size(3) <= 128, NotImplemented, "no fused CUDA attention backward for a head dim over 128, got ",
           query.size(3));
  const Tensor grad = readable(gradient), out = readable(result), lse = contiguous_data(sums);
  const Tensor q = readable(query), k = readable(key), v = readable(value);
  // Of what was copied, so that the copy engine can write them too.
  ops::AttentionGradients gradients = ops::new_attention_gradients(grad, q, k, v, out, lse);
  const auto& [dq, dk, dv] = gradients;
  const BackwardCall call{grad, q, k, v, out, lse, scale, form, general, in_order, dq, dk, dv};
  const int64_t dim = q.size(3);
  if (dim <= 32) {
    launch_backward<32>(call);
  } else if (dim <= 64) {
    launch_backward<64>(call);
  } else {
    launch_backward<128>(call);
  }
  return gradients;
}

ops::AttentionGradients attention_backward_cuda(const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v,
                                                const Tensor& out, const Tensor& lse, bool causal, double scale) {
  check_suits(q, k, v, scale);
  if (is_deterministic()) {
    ops::AttentionOptions options;
    if (causal) options.high = 0;
    const GeneralCall general = general_call(options, scale, true);
    return backward(grad, q, k, v, out, lse, scale, Form::kGeneral, general, true);
  }
  return backward(grad, q, k, v, out, lse, scale, causal ? Form::kCausal : Form::kFull, {}, false);
}

ops::AttentionGradients attention_general_backward_cuda(const Tensor& grad, const Tensor& q, const Tensor& k,
                                                        const Tensor& v, const Tensor& mask, const Tensor& seen,
                                                        const Tensor& seeing, const Tensor& out, const Tensor& lse,
                                                        const Tensor& philox, std::optional<int64_t> low,
                                                        std::optional<int64_t> high, double dropout_p, double scale) {
  check_suits(q, k, v, scale);
  GeneralCall general = general_call({mask, low, high, dropout_p, seen, seeing}, scale, true);
  if (dropout_p > 0) {
    const auto* taken = static_cast<const uint64_t*>(philox.data());
    general.philox = philox;
    general.device.philox.device_seed = taken;
    general.device.philox.device_offset = taken + 1;
  }
  return backward(grad, q, k, v, out, lse, scale, Form::kGeneral, general, is_deterministic());
}

}  // namespace

void register_attention_backward_cuda(Registry& r) {
  r.at("_attention_backward").cuda(attention_backward_cuda);
  r.at("_attention_general_backward").cuda(attention_general_backward_cuda);
}

}  // namespace vt
