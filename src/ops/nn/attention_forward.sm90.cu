#include "dispatch/registry.h"
#include "ops/nn/attention_hopper.cuh"

namespace vt {
namespace {

using namespace attention;

void forward(const Request& r, const Tensor& out, const Tensor& lse) {
  const GeneralCall general = r.form == Form::kGeneral ? general_call(r, false, false) : GeneralCall{};
  const Tensor q = readable(r.q), k = readable(r.k), v = readable(r.v);
  const ForwardCall call{q, k, v, r.scale, r.form, general, out, lse};
  const int64_t dim = q.size(3);
  if (dim <= 32) {
    launch_forward<32>(call);
  } else if (dim <= 64) {
    launch_forward<64>(call);
  } else if (dim <= 128) {
    launch_forward<128>(call);
  } else {
    launch_forward<256>(call);
  }
}

}  // namespace

void register_attention_forward_cuda(Registry&) { hopper_kernels().forward = forward; }

}  // namespace vt
