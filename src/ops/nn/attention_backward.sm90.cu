#include "core/determinism.h"
#include "dispatch/registry.h"
#include "ops/nn/attention_hopper.cuh"

namespace vt {
namespace {

using namespace attention;

ops::AttentionGradients backward(const Request& r, const Tensor& gradient, const Tensor& result, const Tensor& sums) {
  const bool in_order = is_deterministic();
  const GeneralCall general = r.form == Form::kGeneral ? general_call(r, true, true) : GeneralCall{};
  const Tensor grad = readable(gradient), out = readable(result), lse = contiguous_data(sums);
  const Tensor q = readable(r.q), k = readable(r.k), v = readable(r.v);
  // Of what was copied, so that the copy engine can write them too.
  ops::AttentionGradients gradients = ops::new_attention_gradients(grad, q, k, v, out, lse);
  const auto& [dq, dk, dv] = gradients;
  const BackwardCall call{grad, q, k, v, out, lse, r.scale, r.form, general, in_order, dq, dk, dv};
  const int64_t dim = q.size(3);
  if (dim <= 32) {
    launch_backward<32>(call);
  } else if (dim <= 64) {
    launch_backward<64>(call);
  } else if (dim <= 128) {
    launch_backward<128>(call);
  } else {
    VT_CHECK(r.form != Form::kGeneral && !in_order, NotImplemented,
             "attention backward for Hopper with options or in order and a head dim of ", dim);
    launch_backward<256>(call);
  }
  return gradients;
}

}  // namespace

void register_attention_backward_cuda(Registry&) { hopper_kernels().backward = backward; }

}  // namespace vt
