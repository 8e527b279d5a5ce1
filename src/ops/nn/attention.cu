// Attention's ops on CUDA: which kernels run a call.
#include <cmath>

#include "dispatch/registry.h"
#include "ops/nn/attention_call.cuh"
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
      "at most 256, a positive scale and at least one query and key, on compute capability 9.0");
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

void forward(const Request& r, const Tensor& out, const Tensor& lse) {
  check_suits(r.q, r.k, r.v, r.scale);
  hopper_kernels().forward(r, out, lse);
}

ops::AttentionGradients backward(const Request& r, const Tensor& grad, const Tensor& out, const Tensor& lse) {
  check_suits(r.q, r.k, r.v, r.scale);
  return hopper_kernels().backward(r, grad, out, lse);
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
