// Calls of attention for the kernels of any tensor core.
#include "ops/nn/attention_portable.cuh"

namespace vt::attention {
namespace {

using namespace tiles;

// The tensor itself if its rows can be read by 16 bytes, else a copy.
Tensor with_aligned_rows(const Tensor& t) {
  const auto step = static_cast<int64_t>(16 / size_of(t.dtype()));
  bool aligned = t.stride(3) == 1 && reinterpret_cast<uintptr_t>(t.data()) % 16 == 0;
  for (int d = 0; d < 3; ++d) aligned &= t.size(d) == 1 || t.stride(d) % step == 0;
  if (aligned) return t;
  const Tensor copy = empty(t.sizes(), t.dtype(), t.device());
  copy_data(copy, t);
  return copy;
}

template <class F>
void with_type(DType dtype, const F& f) {
  switch (dtype) {
    case DType::bfloat16: return f(TypeTag<bfloat16>());
    case DType::float16: return f(TypeTag<float16>());
    default: return f(TypeTag<float>());
  }
}

// What scores are multiplied with on their way to base 2: one where adding a bias did it.
float scale_log2_of(const GeneralCall& general, double scale) {
  return general.device.bias != nullptr ? 1.0f : static_cast<float>(scale * kLog2E);
}

}  // namespace

void portable_forward(const Request& r, const Tensor& out, const Tensor& lse) {
  const GeneralCall general = general_call(r, false, false);
  const Tensor q = with_aligned_rows(r.q), k = with_aligned_rows(r.k), v = with_aligned_rows(r.v);
  ForwardGlobals g{};
  g.q = q.data(), g.k = k.data(), g.v = v.data(), g.out = out.data();
  g.lse = lse.data<float>();
  g.q_at = strides_of(q), g.k_at = strides_of(k), g.v_at = strides_of(v), g.out_at = strides_of(out);
  g.batch = static_cast<int>(q.size(0)), g.heads = static_cast<int>(q.size(1));
  g.shared_heads = static_cast<int>(k.size(1));
  g.queries = static_cast<int>(q.size(2)), g.keys = static_cast<int>(k.size(2)), g.dim = static_cast<int>(q.size(3));
  g.scale = static_cast<float>(general.device.bias != nullptr ? 1 / kLog2E : r.scale);
  g.scale_log2 = scale_log2_of(general, r.scale);
  g.general = general.device;
  const PortableForward call{
      q,         k, v, out, lse, g, {storage_of(general.mask), storage_of(general.ranges), storage_of(general.philox)},
      decodes(r)};
  with_type(q.dtype(), [&]<class T>(TypeTag<T>) { launch_portable_forward<T>(call); });
}

ops::AttentionGradients portable_backward(const Request& r, const Tensor& gradient, const Tensor& result,
                                          const Tensor& logarithms) {
  const GeneralCall of_queries = general_call(r, false, true), of_keys = general_call(r, true, true);
  const Tensor grad = with_aligned_rows(gradient), out = with_aligned_rows(result), lse = contiguous_data(logarithms);
  const Tensor q = with_aligned_rows(r.q), k = with_aligned_rows(r.k), v = with_aligned_rows(r.v);
  ops::AttentionGradients gradients = ops::new_attention_gradients(grad, q, k, v, out, lse);
  const auto& [dq, dk, dv] = gradients;
  const Tensor sums = empty(DimVec{2 * lse.numel()}, DType::float32, q.device());
  BackwardGlobals g{};
  g.q = q.data(), g.k = k.data(), g.v = v.data(), g.dout = grad.data(), g.out = out.data();
  g.dq = dq.data(), g.dk = dk.data(), g.dv = dv.data();
  g.q_at = strides_of(q), g.k_at = strides_of(k), g.v_at = strides_of(v);
  g.dout_at = strides_of(grad), g.out_at = strides_of(out);
  g.dq_at = strides_of(dq), g.dk_at = strides_of(dk), g.dv_at = strides_of(dv);
  g.lse = lse.data<float>();
  g.sums = reinterpret_cast<RowSums*>(sums.data());
  g.batch = static_cast<int>(q.size(0)), g.heads = static_cast<int>(q.size(1));
  g.shared_heads = static_cast<int>(k.size(1));
  g.queries = static_cast<int>(q.size(2)), g.keys = static_cast<int>(k.size(2)), g.dim = static_cast<int>(q.size(3));
  g.scale = static_cast<float>(r.scale);
  g.scale_log2 = scale_log2_of(of_queries, r.scale);
  PortableBackward call{q, k, v, grad, out, lse, dq, dk, dv, g, g, sums, of_queries, of_keys};
  call.by_query.general = of_queries.device;
  call.by_key.general = of_keys.device;
  with_type(q.dtype(), [&]<class T>(TypeTag<T>) { launch_portable_backward<T>(call); });
  return gradients;
}

}  // namespace vt::attention
