#include "ops/nn/fused_attention.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/backend_table.h"
#include "core/build_info.h"
#include "cpu/kernels/attention.h"
#include "cuda/device.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/nn/attention.h"
#include "ops/tensor_operators.h"
#include "ops/typed/linalg.h"
#include "ops/typed/nn.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// Shape inference. All tensors are (batch, heads, rows, dim), keys and values of as many heads or fewer.
// -----------------------------------------------------------------

// Contiguous like a contiguous `like`; else (batch, heads, rows, dim) that lies as (batch, rows, heads, dim), as
// queries cut out of rows do, so that joining the heads afterwards is a view.
TensorSpec heads_inside(const Tensor& like, int64_t rows, int64_t dim) {
  const int64_t batch = like.size(0), heads = like.size(1);
  if (like.is_contiguous()) return {DimVec{batch, heads, rows, dim}, like.dtype(), like.device(), {}};
  return {DimVec{batch, heads, rows, dim}, like.dtype(), like.device(),
          DimVec{rows * heads * dim, dim, heads * dim, 1}};
}

bool shares_heads(int64_t query, int64_t key, int64_t value) {
  return key == value && (key == query || (key > 0 && query % key == 0));
}

void check_heads(const Tensor& q, const Tensor& k, const Tensor& v) {
  VT_CHECK(q.dim() == 4 && k.dim() == 4 && v.dim() == 4, Runtime, "expected query, key and value of 4 dims, got ",
           q.dim(), ", ", k.dim(), " and ", v.dim());
  VT_CHECK(is_floating(q.dtype()) && q.dtype() == k.dtype() && q.dtype() == v.dtype(), Runtime,
           "expected query, key and value of one floating dtype, got ", q.dtype(), ", ", k.dtype(), " and ", v.dtype());
  VT_CHECK(q.size(0) == k.size(0) && q.size(0) == v.size(0), Runtime,
           "expected query, key and value of the same batch, got ", q.size(0), ", ", k.size(0), " and ", v.size(0));
  VT_CHECK(shares_heads(q.size(1), k.size(1), v.size(1)), Runtime,
           "expected as many heads of key as of value, dividing those of query, got ", k.size(1), ", ", v.size(1),
           " and ", q.size(1));
  VT_CHECK(q.size(3) == k.size(3), Runtime, "expected query and key of the same embedding size, got ", q.size(3),
           " and ", k.size(3));
  VT_CHECK(k.size(2) == v.size(2), Runtime, "expected key and value of the same length, got ", k.size(2), " and ",
           v.size(2));
}

std::array<TensorSpec, 2> attention_meta(const Tensor& q, const Tensor& k, const Tensor& v, bool&, double&) {
  check_heads(q, k, v);
  return {heads_inside(q, q.size(2), v.size(3)),
          TensorSpec{DimVec{q.size(0), q.size(1), q.size(2)}, opmath_dtype(q.dtype()), q.device(), {}}};
}

void check_backward(const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& out,
                    const Tensor& lse) {
  check_heads(q, k, v);
  VT_CHECK(same(grad.sizes(), out.sizes()) && grad.dtype() == q.dtype() && out.dtype() == q.dtype(), Runtime,
           "expected gradient and result alike, got ", to_string(grad), " and ", to_string(out));
  VT_CHECK(out.dim() == 4 && out.size(0) == q.size(0) && out.size(1) == q.size(1) && out.size(2) == q.size(2) &&
               out.size(3) == v.size(3),
           Runtime, "expected the result of these queries and values, got ", to_string(out));
  VT_CHECK(lse.dim() == 3 && lse.numel() == q.size(0) * q.size(1) * q.size(2) && lse.dtype() == opmath_dtype(q.dtype()),
           Runtime, "expected a logarithm of sums for each query, got ", to_string(lse));
}

// A tensor that query, key and value are cut out of and fill.
struct Packed {
  DimVec sizes, strides;
  int64_t key = 0, value = 0;  // where they begin, in elements behind the query
};

// {3, batch, heads, rows, dim}, or where heads are shared {batch, heads + 2 shared, rows, dim}, if they lie so.
std::optional<Packed> packed(const Tensor& q, const Tensor& k, const Tensor& v) {
  if (q.storage() != k.storage() || q.storage() != v.storage() || q.size(2) != k.size(2) || q.size(3) != v.size(3) ||
      !same(q.strides(), k.strides()) || !same(q.strides(), v.strides())) {
    return {};
  }
  Packed whole{DimVec(q.sizes()), DimVec(q.strides()), k.storage_offset() - q.storage_offset(),
               v.storage_offset() - q.storage_offset()};
  if (q.size(1) == k.size(1)) {
    whole.sizes.insert(0, 3);
    whole.strides.insert(0, whole.key);
    if (whole.key <= 0 || whole.value != 2 * whole.key) return {};
  } else {
    whole.sizes[1] += 2 * k.size(1);
    if (whole.key != q.size(1) * q.stride(1) || whole.value != whole.key + k.size(1) * q.stride(1)) return {};
  }
  return is_non_overlapping_and_dense(whole.sizes, whole.strides) ? std::optional(whole) : std::nullopt;
}

// By parts
// -------------------------------------------------------------------------------------------------------------------

// Gradients out of ops that have derivatives themselves. Groups of heads are joined as Note [Shared heads] says, so
// that products over their rows are sums over the group.
ops::AttentionGradients gradients_by_parts(const Tensor& gradient, const Tensor& q, const Tensor& k, const Tensor& v,
                                           bool causal, double scale) {
  const int64_t heads = q.size(1), shared = k.size(1);
  const auto join = [&](const Tensor& t) { return shared == heads ? t : ops::join_groups(t, shared); };
  const Tensor grad = join(gradient);
  const Tensor p = join(ops::attention_weights(q, k, {}, causal, scale));
  const Tensor dp = ops::matmul(grad, ops::transpose(v, -2, -1));
  const Tensor ds = p * (dp - ops::sum(dp * p, DimVec{-1}, true)) * Scalar(scale);
  const Tensor dq = ops::matmul(ds, k);
  return {shared == heads ? dq : ops::split_groups(dq, heads), ops::matmul(ops::transpose(ds, -2, -1), join(q)),
          ops::matmul(ops::transpose(p, -2, -1), grad)};
}

// CPU
// -----------------------------------------------------------------------------------------------------------------------

Tensor with_dense_rows(const Tensor& t) { return t.stride(3) == 1 || t.size(3) <= 1 ? t : ops::as_contiguous(t); }

cpu::AttentionShape shape_of(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, double scale) {
  return {q.size(0), q.size(1), k.size(1), q.size(2), k.size(2), q.size(3), v.size(3), scale, causal};
}

template <class T>
cpu::AttentionMatrix<const T> read(const Tensor& t) {
  return {t.data<T>(), t.stride(0), t.stride(1), t.stride(2)};
}
template <class T>
cpu::AttentionMatrix<T> write(const Tensor& t) {
  return {t.data<T>(), t.stride(0), t.stride(1), t.stride(2)};
}

void attention_cpu(const Tensor& query, const Tensor& key, const Tensor& value, bool causal, double scale, Tensor& out,
                   Tensor& lse) {
  const Tensor q = with_dense_rows(query), k = with_dense_rows(key), v = with_dense_rows(value);
  visit_dtype<kFloatingSet>(q.dtype(), [&]<class T>(TypeTag<T>) {
    cpu::attention<T>(shape_of(q, k, v, causal, scale), read<T>(q), read<T>(k), read<T>(v), write<T>(out),
                      lse.data<opmath_t<T>>());
  });
}

ops::AttentionGradients attention_backward_cpu(const Tensor& grad, const Tensor& query, const Tensor& key,
                                               const Tensor& value, const Tensor& result, const Tensor& lse,
                                               bool causal, double scale) {
  ops::AttentionGradients gradients = ops::new_attention_gradients(grad, query, key, value, result, lse);
  auto& [dq, dk, dv] = gradients;
  const Tensor g = with_dense_rows(grad), q = with_dense_rows(query), k = with_dense_rows(key),
               v = with_dense_rows(value);
  const Tensor out = with_dense_rows(result), sums = ops::as_contiguous(lse);
  visit_dtype<kFloatingSet>(q.dtype(), [&]<class T>(TypeTag<T>) {
    cpu::attention_backward<T>(shape_of(q, k, v, causal, scale), read<T>(g), read<T>(q), read<T>(k), read<T>(v),
                               read<T>(out), sums.data<opmath_t<T>>(), write<T>(dq), write<T>(dk), write<T>(dv));
  });
  return gradients;
}

// Without memory
// -----------------------------------------------------------------------------------------------------------------------

ops::AttentionGradients attention_backward_shapes(const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v,
                                                  const Tensor& out, const Tensor& lse, bool, double) {
  return ops::new_attention_gradients(grad, q, k, v, out, lse);
}

// Derivative
// ----------------------------------------------------------------------------------------------------------------

void set_gradients(GradContext& ctx, const ops::AttentionGradients& gradients) {
  const auto& [dq, dk, dv] = gradients;
  ctx.set(0, dq);
  ctx.set(1, dk);
  ctx.set(2, dv);
}

void attention_backward(GradContext& ctx) {
  if (!ctx.grad(0).defined()) return;
  const Tensor q = ctx.saved(0), k = ctx.saved(1), v = ctx.saved(2);
  const bool causal = ctx.arg<bool>(3);
  const double scale = ctx.arg<double>(4);
  set_gradients(ctx, grad_enabled() ? gradients_by_parts(ctx.grad(0), q, k, v, causal, scale)
                                    : ops::_attention_backward(ctx.grad(0), q, k, v, ctx.saved_result(0),
                                                               ctx.saved_result(1), causal, scale));
}

// Whether heads are shared, and so named by a dim of their own.
bool names_heads(const Tensor& q, const Tensor& k) { return q.dim() > 2 && q.size(-3) != k.size(-3); }

// Note [Attention on CUDA]
// The kernels (attention_forward.cuh, attention_backward.cuh) are made of instructions of compute capability 9.0 alone.
// They take 16-bit floats, head dims that are whole panels of shared memory, a head of keys for each of queries, and
// any layout: what the copy engine cannot address is copied first. The running maximum assumes a positive scale. Tiles
// are counted in 32 bits. A build for other GPUs leaves them out.
bool suits_hopper(const Tensor& q, const Tensor& k, const Tensor& v, double scale) {
  if (!build_info().sm90) return false;
  const int64_t dim = q.size(-1), most = std::numeric_limits<int32_t>::max();
  if (!is_reduced_floating(q.dtype()) || (dim != 32 && dim != 64 && dim != 128) || v.size(-1) != dim) return false;
  if (names_heads(q, k) || !(scale > 0) || q.numel() == 0 || k.numel() == 0) return false;
  const int64_t heads = q.numel() / (q.size(-2) * dim), rows = std::max(q.size(-2), k.size(-2));
  if (rows > most / 2 || heads > most / ((rows + 63) / 64)) return false;
  const cuda::DeviceProperties& device = cuda::device_properties(q.device().index);
  return device.major == 9 && device.minor == 0;
}

// What the kernel of a backend takes; one without an entry takes everything.
constinit BackendTable<bool(const Tensor& q, const Tensor& k, const Tensor& v, double scale)> fused_suits{"attention"};
// (..., rows, dim) as (batch, heads, rows, dim). Leading dims are batch: results are laid out with the heads inside the
// rows, and where the caller names no heads they come back contiguous. Shared heads are named.
Tensor as_heads(const Tensor& t, bool shared) {
  if (t.dim() == 4) return t;
  const int64_t heads = shared ? t.size(-3) : 1;
  int64_t lead = 1;
  for (int64_t d = 0; d + (shared ? 3 : 2) < t.dim(); ++d) lead *= t.size(d);
  return ops::reshape(t, DimVec{lead, heads, t.size(-2), t.size(-1)});
}
// A result (batch, heads, L, Ev) with the leading dims of the queries.
Tensor like_queries(const Tensor& out, const Tensor& q) {
  if (q.dim() == 4) return out;
  DimVec sizes(q.sizes());
  sizes.back() = out.size(-1);
  return ops::reshape(out, sizes);
}

}  // namespace

namespace ops {

AttentionGradients new_attention_gradients(const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v,
                                           const Tensor& out, const Tensor& lse) {
  check_backward(grad, q, k, v, out, lse);
  if (const std::optional<Packed> place = packed(q, k, v)) {
    const Tensor whole = empty_strided(place->sizes, place->strides, q.dtype(), q.device());
    const auto slice = [&](const Tensor& t, int64_t offset) {
      return make_detached(make_view(whole, t.sizes(), t.strides(), offset));
    };
    return {slice(q, 0), slice(k, place->key), slice(v, place->value)};
  }
  const auto separate = [](const Tensor& t) {
    const TensorSpec spec = heads_inside(t, t.size(2), t.size(3));
    return spec.strides.empty() ? empty(spec.sizes, spec.dtype, spec.device)
                                : empty_strided(spec.sizes, spec.strides, spec.dtype, spec.device);
  };
  return {separate(q), separate(k), separate(v)};
}

bool has_fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, double scale) {
  if (!is_floating(q.dtype()) || q.dim() != k.dim() || q.dim() != v.dim()) return false;
  for (int64_t d = 0; d + 3 < q.dim(); ++d) {
    if (q.size(d) != k.size(d) || q.size(d) != v.size(d)) return false;
  }
  if (q.dim() > 2 && !shares_heads(q.size(-3), k.size(-3), v.size(-3))) return false;
  return !fused_suits.has(q.device()) || fused_suits(q.device(), q, k, v, scale);
}

Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, double scale) {
  const bool shared = names_heads(q, k);
  auto [out, lse] = ops::_attention(as_heads(q, shared), as_heads(k, shared), as_heads(v, shared), causal, scale);
  return like_queries(out, q);
}

}  // namespace ops

void register_fused_attention(Registry& r) {
  fused_suits.cuda(suits_hopper);
  r.def("_attention(Tensor query, Tensor key, Tensor value, bool is_causal, float scale) -> (Tensor, Tensor)")
      .meta(attention_meta)
      .cpu(attention_cpu)
      .backward(keep::args(0, 1, 2) | keep::results(0, 1), attention_backward)
      .out(false)
      .internal()
      .doc(
          "Attention's result (batch, heads, L, Ev) and, for each query, the logarithm of the sum of its "
          "exponentials.");
  r.def(
       "_attention_backward(Tensor grad, Tensor query, Tensor key, Tensor value, Tensor out, Tensor logsumexp, bool is_causal, float scale) -> (Tensor, Tensor, Tensor)")
      .cpu(attention_backward_cpu)
      .on(Key::Meta, attention_backward_shapes)
      .not_differentiable()
      .internal()
      .doc("Gradients of query, key and value of _attention.");
}

}  // namespace vt
