// Attention's ops on CUDA: which kernels run a call.
#include <cmath>

#include "core/determinism.h"
#include "cuda/device.h"
#include "dispatch/registry.h"
#include "ops/nn/attention_call.cuh"
#include "ops/nn/attention_choice.h"
#include "ops/random/fill.cuh"

namespace vt {
namespace attention {

HopperKernels& hopper_kernels() {
  static constinit HopperKernels kernels;
  return kernels;
}

void check_suits(const Tensor& q, const Tensor& k, const Tensor& v, double scale) {
  VT_CHECK(
      ops::has_fused_attention(q, k, v, scale), NotImplemented,
      "no fused CUDA attention for these: it takes float16 and bfloat16 with a head dim that is a multiple of 8 and "
      "at most 256, float32 with one of 4 and at most 128, a positive scale and at least one query and key, on "
      "compute capability 8.0 and up");
}

GeneralCall general_call(const Request& request, bool by_key, bool again) {
  ops::AttentionOptions options = request.options;
  if (request.form == Form::kCausal) options.high = 0;
  GeneralCall call = general_call(options, request.scale, by_key);
  if (options.dropout_p == 0) return call;
  call.philox = request.philox;
  auto* noted = static_cast<uint64_t*>(request.philox.data());
  if (again) {
    call.device.philox.device_seed = noted;
    call.device.philox.device_offset = noted + 1;
  } else {
    call.device.philox = request.position;
    call.device.philox_taken = noted;
  }
  return call;
}

}  // namespace attention

namespace {

using namespace attention;

bool on_hopper(const Tensor& q) {
  if (hopper_kernels().forward == nullptr || ops::portable_attention() || !is_reduced_floating(q.dtype())) return false;
  const cuda::DeviceProperties& device = cuda::device_properties(q.device().index);
  return device.major == 9 && device.minor == 0;
}

void forward(const Request& r, const Tensor& out, const Tensor& lse) {
  check_suits(r.q, r.k, r.v, r.scale);
  (on_hopper(r.q) && !decodes(r) ? hopper_kernels().forward : portable_forward)(r, out, lse);
}

ops::AttentionGradients backward(const Request& r, const Tensor& grad, const Tensor& out, const Tensor& lse) {
  check_suits(r.q, r.k, r.v, r.scale);
  const bool plain = r.form != Form::kGeneral && !is_deterministic();
  const bool hopper = on_hopper(r.q) && (r.q.size(3) <= 128 || plain);
  return (hopper ? hopper_kernels().backward : portable_backward)(r, grad, out, lse);
}

void attention_cuda(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, double scale, Tensor& out,
                    Tensor& lse) {
  forward({q, k, v, scale, causal ? Form::kCausal : Form::kFull, {}, {}, {}}, out, lse);
}

void attention_general_cuda(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, const Tensor& seen,
                            const Tensor& seeing, std::optional<int64_t> low, std::optional<int64_t> high,
                            double dropout_p, double scale, Tensor& out, Tensor& lse, Tensor& philox) {
  Request request{q, k, v, scale, Form::kGeneral, {mask, low, high, dropout_p, seen, seeing}, philox, {}};
  if (dropout_p > 0) request.position = cuda::take_position(cuda_generator_or_default(nullptr, q.device().index));
  forward(request, out, lse);
}

ops::AttentionGradients attention_backward_cuda(const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v,
                                                const Tensor& out, const Tensor& lse, bool causal, double scale) {
  return backward({q, k, v, scale, causal ? Form::kCausal : Form::kFull, {}, {}, {}}, grad, out, lse);
}

ops::AttentionGradients attention_general_backward_cuda(const Tensor& grad, const Tensor& q, const Tensor& k,
                                                        const Tensor& v, const Tensor& mask, const Tensor& seen,
                                                        const Tensor& seeing, const Tensor& out, const Tensor& lse,
                                                        const Tensor& philox, std::optional<int64_t> low,
                                                        std::optional<int64_t> high, double dropout_p, double scale) {
  return backward({q, k, v, scale, Form::kGeneral, {mask, low, high, dropout_p, seen, seeing}, philox, {}}, grad, out,
                  lse);
}

}  // namespace

void register_attention_cuda(Registry& r) {
  r.at("_attention").cuda(attention_cuda);
  r.at("_attention_general").cuda(attention_general_cuda);
  r.at("_attention_backward").cuda(attention_backward_cuda);
  r.at("_attention_general_backward").cuda(attention_general_backward_cuda);
}

}  // namespace vt
