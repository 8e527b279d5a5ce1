#include "ops/nn/attention_hopper.cuh"
#include "ops/random/fill.cuh"

namespace vt {
namespace {

using namespace attention;

void forward(const Tensor& query, const Tensor& key, const Tensor& value, double scale, Form form,
             const GeneralCall& general, const Tensor& out, const Tensor& lse) {
  const Tensor q = readable(query), k = readable(key), v = readable(value);
  const ForwardCall call{q, k, v, scale, form, general, out, lse};
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

void attention_cuda(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, double scale, Tensor& out,
                    Tensor& lse) {
  check_suits(q, k, v, scale);
  forward(q, k, v, scale, causal ? Form::kCausal : Form::kFull, {}, out, lse);
}

void attention_general_cuda(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, const Tensor& seen,
                            const Tensor& seeing, std::optional<int64_t> low, std::optional<int64_t> high,
                            double dropout_p, double scale, Tensor& out, Tensor& lse, Tensor& philox) {
  check_suits(q, k, v, scale);
  GeneralCall general = general_call({mask, low, high, dropout_p, seen, seeing}, scale, false);
  if (dropout_p > 0) {
    general.philox = philox;
    general.device.philox = cuda::take_position(cuda_generator_or_default(nullptr, q.device().index));
    general.device.philox_taken = static_cast<uint64_t*>(philox.data());
  }
  forward(q, k, v, scale, Form::kGeneral, general, out, lse);
}

}  // namespace

void register_attention_forward_cuda(Registry& r) {
  r.at("_attention").cuda(attention_cuda);
  r.at("_attention_general").cuda(attention_general_cuda);
}

}  // namespace vt
