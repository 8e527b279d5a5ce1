#include "ops/nn/fused_attention.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/backend_table.h"
#include "cpu/kernels/attention.h"
#include "cuda/device.h"
#include "cuda/gemm.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/nn/attention.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// Shape inference. All tensors are (batch, heads, rows, dim), keys and values of as many heads or fewer.
// -----------------------------------------------------------------

// (batch, heads, rows, dim) of as many heads as `like`: contiguous, or as (batch, rows, heads, dim) lies, as queries
// cut out of rows do, so that joining the heads afterwards is a view.
TensorSpec heads_of(const Tensor& like, int64_t rows, int64_t dim, bool by_rows) {
  const int64_t batch = like.size(0), heads = like.size(1);
  DimVec strides;
  if (by_rows) strides = DimVec{rows * heads * dim, dim, heads * dim, 1};
  return {DimVec{batch, heads, rows, dim}, like.dtype(), like.device(), std::move(strides)};
}
// By rows if queries lie so, or values: a rotary embedding on the way makes queries contiguous.
TensorSpec result_of(const Tensor& q, const Tensor& v) {
  return heads_of(q, q.size(2), v.size(3), !q.is_contiguous() || !v.is_contiguous());
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
  return {result_of(q, v),
          TensorSpec{DimVec{q.size(0), q.size(1), q.size(2)}, opmath_dtype(q.dtype()), q.device(), {}}};
}

void check_ranges(const Tensor& ranges, int64_t rows) {
  VT_CHECK(!ranges.defined() || (ranges.dtype() == DType::int32 && same(ranges.sizes(), DimVec{rows, 2})), Runtime,
           "expected int32 ranges (", rows, ", 2), got ", to_string(ranges));
}

std::array<TensorSpec, 3> attention_general_meta(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask,
                                                 const Tensor& seen, const Tensor& seeing, std::optional<int64_t>&,
                                                 std::optional<int64_t>&, double& dropout_p, double&) {
  check_heads(q, k, v);
  if (mask.defined()) {
    VT_CHECK(mask.dtype() == DType::bool_ || mask.dtype() == DType::float32 || mask.dtype() == q.dtype(), Runtime,
             "expected a mask of bool, float32 or the dtype of query, got ", to_string(mask));
    VT_CHECK(same(mask.sizes(), DimVec{q.size(0), q.size(1), q.size(2), k.size(2)}), Runtime,
             "expected a mask (batch, heads, queries, keys), got ", to_string(mask));
  }
  VT_CHECK(dropout_p >= 0 && dropout_p <= 1, Runtime, "expected dropout_p in [0, 1], got ", dropout_p);
  check_ranges(seen, q.size(2));
  check_ranges(seeing, k.size(2));
  VT_CHECK(seen.defined() == seeing.defined(), Runtime, "expected ranges of keys and of queries, or none");
  return {result_of(q, v), TensorSpec{DimVec{q.size(0), q.size(1), q.size(2)}, opmath_dtype(q.dtype()), q.device(), {}},
          TensorSpec{DimVec{dropout_p > 0 ? 2 : 0}, DType::int64, q.device(), {}}};
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
                                           const Tensor& mask, bool causal, double scale) {
  const int64_t heads = q.size(1), shared = k.size(1);
  const auto join = [&](const Tensor& t) { return shared == heads ? t : ops::join_groups(t, shared); };
  const Tensor grad = join(gradient);
  const Tensor p = join(ops::attention_weights(q, k, mask, causal, scale));
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

// With options there is no kernel for the CPU: the parts are as good as what one would do.
void check_no_dropout(double dropout_p) {
  VT_CHECK(dropout_p == 0, NotImplemented,
           "dropout in fused attention on the CPU; scaled_dot_product_attention makes it of parts there");
}

void attention_general_cpu(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask,
                           const Tensor& seen, const Tensor& seeing, std::optional<int64_t> low,
                           std::optional<int64_t> high, double dropout_p, double scale, Tensor& out, Tensor& lse,
                           Tensor&) {
  check_no_dropout(dropout_p);
  const GradMode off(false);
  const auto widen = [&](const Tensor& t) { return ops::as_dtype(t, opmath_dtype(t.dtype())); };
  const Tensor q = widen(query), k = widen(key), v = widen(value);
  const Tensor all = ops::whole_mask(q, k, {mask, low, high, 0, seen, seeing});
  copy_data(out, ops::matmul_heads(ops::attention_weights(q, k, all, false, scale), v));
  copy_data(lse, ops::logsumexp(ops::attention_scores(q, k, all, scale), DimVec{-1}, false));
}

ops::AttentionGradients attention_general_backward_cpu(const Tensor& grad, const Tensor& q, const Tensor& k,
                                                       const Tensor& v, const Tensor& mask, const Tensor& seen,
                                                       const Tensor& seeing, const Tensor& out, const Tensor& lse,
                                                       const Tensor&, std::optional<int64_t> low,
                                                       std::optional<int64_t> high, double dropout_p, double scale) {
  check_no_dropout(dropout_p);
  const GradMode off(false);
  ops::AttentionGradients gradients = ops::new_attention_gradients(grad, q, k, v, out, lse);
  const Tensor all = ops::whole_mask(q, k, {mask, low, high, 0, seen, seeing});
  const auto [dq, dk, dv] = gradients_by_parts(grad, q, k, v, all, false, scale);
  copy_data(std::get<0>(gradients), dq);
  copy_data(std::get<1>(gradients), dk);
  copy_data(std::get<2>(gradients), dv);
  return gradients;
}

// Without memory
// -----------------------------------------------------------------------------------------------------------------------

ops::AttentionGradients attention_backward_shapes(const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v,
                                                  const Tensor& out, const Tensor& lse, bool, double) {
  return ops::new_attention_gradients(grad, q, k, v, out, lse);
}

ops::AttentionGradients attention_general_backward_shapes(const Tensor& grad, const Tensor& q, const Tensor& k,
                                                          const Tensor& v, const Tensor&, const Tensor&, const Tensor&,
                                                          const Tensor& out, const Tensor& lse, const Tensor&,
                                                          std::optional<int64_t>, std::optional<int64_t>, double,
                                                          double) {
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
  set_gradients(ctx, grad_enabled() || !ops::has_fused_attention(q, k, v, scale)
                         ? gradients_by_parts(ctx.grad(0), q, k, v, {}, causal, scale)
                         : ops::_attention_backward(ctx.grad(0), q, k, v, ctx.saved_result(0), ctx.saved_result(1),
                                                    causal, scale));
}

void attention_general_backward(GradContext& ctx) {
  if (!ctx.grad(0).defined()) return;
  const Tensor q = ctx.saved(0), k = ctx.saved(1), v = ctx.saved(2), mask = ctx.saved(3);
  const Tensor seen = ctx.saved(4), seeing = ctx.saved(5);
  const auto low = ctx.arg<std::optional<int64_t>>(6), high = ctx.arg<std::optional<int64_t>>(7);
  const double dropout_p = ctx.arg<double>(8), scale = ctx.arg<double>(9);
  VT_CHECK(!ctx.needs(3), NotImplemented,
           "the gradient of fused attention's mask; scaled_dot_product_attention has it");
  if (grad_enabled() || !ops::has_fused_attention(q, k, v, scale)) {
    VT_CHECK(dropout_p == 0, NotImplemented,
             "gradients of gradients of fused attention with dropout; sdpa_kernel(SDPBackend.MATH) has them");
    const Tensor all = ops::whole_mask(q, k, {mask, low, high, 0, seen, seeing});
    return set_gradients(ctx, gradients_by_parts(ctx.grad(0), q, k, v, all, false, scale));
  }
  set_gradients(
      ctx, ops::_attention_general_backward(ctx.grad(0), q, k, v, mask, seen, seeing, ctx.saved_result(0),
                                            ctx.saved_result(1), ctx.saved_result(2), low, high, dropout_p, scale));
}

// Note [Attention on CUDA]
// Two families of kernels. Those for Hopper (attention_forward.cuh, attention_backward.cuh) are made of instructions of
// compute capability 9.0 alone and take 16-bit floats with head dims that are multiples of 8, up to 256; heads narrower
// than their tiles of 32, 64, 128 or 256 columns are filled with zeros on the way to shared memory, and what lies past
// them is not stored. Those for any tensor core, Note [Portable attention], serve the rest: heads over 128 backward
// with options or in deterministic mode, float32 up to 128, other GPUs from 8.0 on, and decoding, where few queries see
// many keys. Any layout will do: what cannot be read by 16 bytes is copied first. The running maximum assumes a
// positive scale. Tiles are counted in 32 bits. Where float32 products are to be FMA's, attention is made of parts; so
// it is of 16-bit heads over 128 and float32 ones over 64 where a block gets less shared memory than their tiles fill
// (8.6, 8.9, 12.0).
constexpr size_t kWideHeadBytes = 160 << 10;
bool suits_tensor_cores(const Tensor& q, const Tensor& k, const Tensor& v, double scale) {
  const bool wide = q.dtype() == DType::float32;
  const int64_t dim = q.size(-1), most = std::numeric_limits<int32_t>::max();
  if (wide ? cuda::float32_products() == cuda::Float32Products::Fma : !is_reduced_floating(q.dtype())) return false;
  if (dim % (wide ? 4 : 8) != 0 || dim > (wide ? 128 : 256) || v.size(-1) != dim) return false;
  if (!(scale > 0) || q.numel() == 0 || k.numel() == 0) return false;
  const int64_t heads = q.numel() / (q.size(-2) * dim), rows = std::max(q.size(-2), k.size(-2));
  if (rows > most / 2 || heads > most / ((rows + 63) / 64)) return false;
  const cuda::DeviceProperties& device = cuda::device_properties(q.device().index);
  return device.major >= 8 && (dim <= (wide ? 64 : 128) || device.shared_memory_per_block_optin >= kWideHeadBytes);
}

// Masks that want no gradient, and bands whose ends do not overflow.
bool options_suit_tensor_cores(const Tensor& q, const Tensor& k, const ops::AttentionOptions& options) {
  if (std::max(q.size(-2), k.size(-2)) > std::numeric_limits<int32_t>::max() / 4) return false;
  const Tensor& mask = options.mask;
  if (!mask.defined()) return true;
  if (mask.requires_grad() && grad_enabled()) return false;
  DimVec scores(q.sizes());
  scores.back() = k.size(-2);
  return mask.device() == q.device() && is_expandable_to(mask.sizes(), scores);
}

// What the kernel of a backend takes; one without an entry takes everything.
constinit BackendTable<bool(const Tensor& q, const Tensor& k, const Tensor& v, double scale)> fused_suits{"attention"};
// The same of the options; one without an entry takes none.
constinit BackendTable<bool(const Tensor& q, const Tensor& k, const ops::AttentionOptions& options)> options_suit{
    "attention"};

// (..., rows, dim) as (batch, heads, rows, dim). Leading dims are batch: results are laid out with the heads inside the
// rows, and where the caller names no heads they come back contiguous. Shared heads are named.
Tensor as_heads(const Tensor& t, bool shared) {
  if (t.dim() == 4) return t;
  const int64_t heads = shared ? t.size(-3) : 1;
  int64_t lead = 1;
  for (int64_t d = 0; d + (shared ? 3 : 2) < t.dim(); ++d) lead *= t.size(d);
  return ops::reshape(t, DimVec{lead, heads, t.size(-2), t.size(-1)});
}
bool names_heads(const Tensor& q, const Tensor& k) { return q.dim() > 2 && q.size(-3) != k.size(-3); }
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
    const TensorSpec spec = heads_of(t, t.size(2), t.size(3), !t.is_contiguous());
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

Tensor whole_mask(const Tensor& q, const Tensor& k, const AttentionOptions& options) {
  const auto& [mask, low, high, dropout_p, seen, seeing] = options;
  Tensor visible;
  if (low || high) {
    visible = filled(DimVec{q.size(2), k.size(2)}, 1, DType::bool_, q.device());
    if (high) visible = tril(visible, *high);
    if (low) visible = triu(visible, *low);
  } else if (seen.defined()) {
    const Tensor key = arange(Scalar(0), Scalar(k.size(2)), Scalar(1), DType::int32, q.device());
    visible = logical_and(ge(key, narrow(seen, 1, 0, 1)), lt(key, narrow(seen, 1, 1, 1)));
  }
  if (!visible.defined()) return mask;
  if (!mask.defined()) return visible;
  if (mask.dtype() == DType::bool_) return logical_and(mask, visible);
  return masked_fill(mask, logical_not(visible), Scalar(-std::numeric_limits<double>::infinity()));
}

bool has_fused_options(const Tensor& q, const Tensor& k, const AttentionOptions& options) {
  return !options.any() || (options_suit.has(q.device()) && options_suit(q.device(), q, k, options));
}

Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, double scale) {
  const bool shared = names_heads(q, k);
  auto [out, lse] = ops::_attention(as_heads(q, shared), as_heads(k, shared), as_heads(v, shared), causal, scale);
  return like_queries(out, q);
}

Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                       double scale) {
  const bool shared = names_heads(q, k);
  Tensor mask = options.mask;
  if (mask.defined()) {
    DimVec scores(q.sizes());
    scores.back() = k.size(-2);
    mask = as_heads(expand(mask, scores), shared);
  }
  const auto results =
      ops::_attention_general(as_heads(q, shared), as_heads(k, shared), as_heads(v, shared), mask, options.seen,
                              options.seeing, options.low, options.high, options.dropout_p, scale);
  return like_queries(std::get<0>(results), q);
}

}  // namespace ops

void register_fused_attention(Registry& r) {
  fused_suits.cuda(suits_tensor_cores);
  options_suit.cuda(options_suit_tensor_cores);
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
  r.def(
       "_attention_general(Tensor query, Tensor key, Tensor value, Tensor? mask, Tensor? seen, Tensor? seeing, int? low, int? high, float dropout_p, float scale) -> (Tensor, Tensor, Tensor)")
      .meta(attention_general_meta)
      .cpu(attention_general_cpu)
      .backward(keep::args(0, 1, 2, 3, 4, 5) | keep::results(0, 1, 2), attention_general_backward)
      .out(false)
      .random()
      .internal()
      .doc(
          "_attention with a mask (batch, heads, L, S), bool or a number to add, a band of keys (i + low <= j <= i + "
          "high) or, int32 (L, 2) and (S, 2), the range of keys that each query sees and that of queries that see each "
          "key, none of which ever falls, and on CUDA dropout; the third result is the seed and the position that "
          "dropout drew from.");
  r.def(
       "_attention_general_backward(Tensor grad, Tensor query, Tensor key, Tensor value, Tensor? mask, Tensor? seen, Tensor? seeing, Tensor out, Tensor logsumexp, Tensor philox, int? low, int? high, float dropout_p, float scale) -> (Tensor, Tensor, Tensor)")
      .cpu(attention_general_backward_cpu)
      .on(Key::Meta, attention_general_backward_shapes)
      .not_differentiable()
      .internal()
      .doc("Gradients of query, key and value of _attention_general.");
}

}  // namespace vt
