// scaled_dot_product_attention: the fused op where it suits, else matrix products and a softmax.
#include "ops/nn/attention.h"

#include <atomic>
#include <cmath>
#include <limits>

#include "dispatch/flops.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/nn/attention_choice.h"
#include "ops/nn/fused_attention.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/random.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

constexpr double kHidden = -std::numeric_limits<double>::infinity();

// Heads of key or value shared by groups of query heads; without `enable_gqa`, leading dims that broadcast.
void check_heads(const Tensor& q, const Tensor& t, bool enable_gqa) {
  if (!enable_gqa) {
    const IntSpan a = q.sizes().first(q.dim() - 2), b = t.sizes().first(t.dim() - 2);
    if (!same(a, b)) broadcast_sizes(a, b);
    return;
  }
  const int64_t heads = q.size(-3), shared = t.size(-3);
  VT_CHECK(shared > 0 && heads % shared == 0, Runtime,
           "Number of heads in key and value must divide the number of heads in query, got ", shared, " and ", heads);
}

void check_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, double dropout, bool causal,
                     bool enable_gqa) {
  VT_CHECK(q.dim() >= 2 && k.dim() >= 2 && v.dim() >= 2, Runtime,
           "Expected query, key, and value to all be at least 2 dimensional, but got ", q.dim(), ", ", k.dim(), " and ",
           v.dim());
  VT_CHECK(q.dtype() == k.dtype() && q.dtype() == v.dtype(), Runtime,
           "Expected query, key, and value to have the same dtype, but got ", q.dtype(), ", ", k.dtype(), " and ",
           v.dtype());
  VT_CHECK(q.device() == k.device() && q.device() == v.device(), Runtime,
           "Expected query, key, and value to have the same device type, but got ", q.device(), ", ", k.device(),
           " and ", v.device());
  VT_CHECK(q.size(-1) == k.size(-1), Runtime, "expected query and key of the same embedding size, got ", q.size(-1),
           " and ", k.size(-1));
  check_heads(q, k, enable_gqa);
  check_heads(q, v, enable_gqa);
  VT_CHECK(k.size(-2) == v.size(-2), Runtime, "expected key and value of the same length, got ", k.size(-2), " and ",
           v.size(-2));
  VT_CHECK(dropout >= 0 && dropout <= 1, Runtime, "dropout probability has to be between 0 and 1, but got ", dropout);
  VT_CHECK(!mask.defined() || !causal || (dropout == 0 && !mask.requires_grad()), Runtime,
           "Explicit attn_mask should not be set when is_causal=True");
  VT_CHECK(
      !mask.defined() || mask.dtype() == DType::bool_ || mask.dtype() == q.dtype() || mask.dtype() == DType::float32,
      Runtime, "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ",
      mask.defined() ? mask.dtype() : DType::bool_, " and query.dtype: ", q.dtype());
}

double scale_or_default(std::optional<double> scale, const Tensor& q) {
  return scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(-1))));
}

// Of arguments that were checked.
bool suits_fused(const Tensor& q, const Tensor& k, const Tensor& v, const ops::AttentionOptions& options,
                 double scale) {
  return ops::has_fused_attention(q, k, v, scale) && ops::has_fused_options(q, k, options);
}

// A causal call without anything else has a kernel of its own.
ops::AttentionOptions options_of(const Tensor& mask, double dropout_p, bool causal) {
  ops::AttentionOptions options;
  options.mask = mask;
  options.dropout_p = dropout_p;
  if (causal && dropout_p > 0) options.high = 0;
  return options;
}

// A mask of what it allows of keys that are not behind their query.
Tensor causal_part_of(const Tensor& mask, int64_t queries, int64_t keys) {
  const Tensor allowed = ops::tril(ops::filled(DimVec{queries, keys}, 1, DType::bool_, mask.device()));
  if (mask.dtype() == DType::bool_) return ops::logical_and(mask, allowed);
  const Tensor never = ops::filled(IntSpan(), kHidden, mask.dtype(), mask.device());
  return ops::where(allowed, mask, never);
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, double dropout_p, bool causal,
                 std::optional<double> given_scale, bool enable_gqa) {
  check_attention(q, k, v, mask, dropout_p, causal, enable_gqa);
  if (causal && mask.defined()) {
    const Tensor both = causal_part_of(mask, q.size(-2), k.size(-2));
    return attention(q, k, v, both, dropout_p, false, given_scale, enable_gqa);
  }
  const ops::AttentionWays allowed = ops::allowed_attention();
  VT_CHECK(allowed.fused || allowed.parts, Runtime,
           "No viable backend for scaled_dot_product_attention was found. This is likely due to turning off both the "
           "math kernel and the fused kernels.");
  const double scale = scale_or_default(given_scale, q);
  const ops::AttentionOptions options = options_of(mask, dropout_p, causal);
  if (allowed.fused && suits_fused(q, k, v, options, scale)) {
    return options.any() ? ops::fused_attention(q, k, v, options, scale) : ops::fused_attention(q, k, v, causal, scale);
  }
  VT_CHECK(allowed.parts, Runtime, "No available kernel. Aborting execution. The fused kernel takes ",
           q.device().is_cuda()
               ? "16-bit floats with a head dim of a multiple of 8 up to 256 and float32 with one of 4 "
                 "up to 128 on a GPU of compute capability 8.0 and up, and no attn_mask that wants a "
                 "gradient"
               : "no attn_mask and no dropout, and query, key and value of one floating dtype",
           "; allow SDPBackend.MATH too");
  const Tensor weights = ops::attention_weights(q, k, mask, causal, scale);
  check_heads(weights, v, enable_gqa);
  return ops::matmul_heads(dropout_p > 0 ? ops::dropout(weights, dropout_p, true) : weights, v);
}

// Two bits, so that a call sees both as one setting left them.
constinit std::atomic<unsigned> allowed_ways{3};
constinit std::atomic<bool> portable_alone{false};

// Scores and their product with the values: (..., L, E), (..., S, E), (..., S, Ev).
double attention_flops(std::span<const Value> args) {
  const IntSpan q = sizes_at(args, 0), k = sizes_at(args, 1), v = sizes_at(args, 2);
  if (q.size() < 2 || k.size() < 2 || v.size() < 2) return 0;
  const double rows = elements_of(q.subspan(0, q.size() - 1)), columns = static_cast<double>(k[k.size() - 2]);
  return 2 * rows * columns * static_cast<double>(q.back() + v.back());
}

}  // namespace

ops::AttentionWays ops::allowed_attention() {
  const unsigned bits = allowed_ways.load(std::memory_order_relaxed);
  return {(bits & 1) != 0, (bits & 2) != 0};
}
void ops::allow_attention(AttentionWays ways) {
  allowed_ways.store((ways.fused ? 1u : 0u) | (ways.parts ? 2u : 0u), std::memory_order_relaxed);
}

bool ops::portable_attention() { return portable_alone.load(std::memory_order_relaxed); }
void ops::set_portable_attention(bool alone) { portable_alone.store(alone, std::memory_order_relaxed); }

bool ops::can_fuse_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, double dropout_p,
                             bool causal, std::optional<double> scale, bool enable_gqa) {
  check_attention(q, k, v, mask, dropout_p, causal, enable_gqa);
  return suits_fused(q, k, v, options_of(mask, dropout_p, causal), scale_or_default(scale, q));
}

Tensor ops::join_groups(const Tensor& t, int64_t shared) {
  DimVec sizes(t.sizes());
  const int64_t d = t.dim() - 3;
  sizes[d + 1] *= sizes[d] / shared;
  sizes[d] = shared;
  return reshape(t, sizes);
}
Tensor ops::split_groups(const Tensor& t, int64_t heads) {
  DimVec sizes(t.sizes());
  const int64_t d = t.dim() - 3;
  sizes[d + 1] /= heads / sizes[d];
  sizes[d] = heads;
  return reshape(t, sizes);
}
Tensor ops::matmul_heads(const Tensor& a, const Tensor& b) {
  if (a.dim() < 3 || b.dim() < 3 || b.size(-3) == 0 || a.size(-3) <= b.size(-3)) return matmul(a, b);
  return split_groups(matmul(join_groups(a, b.size(-3)), b), a.size(-3));
}

Tensor ops::attention_scores(const Tensor& q, const Tensor& k, const Tensor& mask, double scale) {
  const Tensor products = matmul_heads(q, transpose(k, -2, -1));
  // A mask would round sums of 16 bits again.
  const Tensor scores = as_dtype(products, opmath_dtype(products.dtype())) * Scalar(scale);
  if (!mask.defined()) return scores;
  return mask.dtype() == DType::bool_ ? masked_fill(scores, logical_not(mask), Scalar(kHidden))
                                      : scores + as_dtype(mask, scores.dtype());
}

Tensor ops::attention_weights(const Tensor& q, const Tensor& k, const Tensor& mask, bool causal, double scale) {
  if (mask.defined()) {  // rows that see nothing give zeros, not NaN, forward and backward
    const bool is_bool = mask.dtype() == DType::bool_;
    const Tensor hidden = is_bool ? logical_not(mask) : eq(mask, wrapped_number(Scalar(kHidden)));
    const Tensor nothing = all(hidden, -1, true);
    const Tensor harmless = is_bool ? mask : masked_fill(mask, nothing, Scalar(0.0));
    const Tensor scores = attention_scores(q, k, harmless, scale);
    return as_dtype(masked_fill(softmax(scores, -1), nothing, Scalar(0.0)), q.dtype());
  }
  const Tensor scores = matmul_heads(q, transpose(k, -2, -1));
  if (!causal || scores.numel() == 0) return softmax(scores * Scalar(scale), -1);
  const int64_t queries = scores.size(-2), keys = scores.size(-1);
  const Tensor flat = reshape(scores, DimVec{scores.numel() / (queries * keys), queries, keys});
  return view(_causal_softmax(flat, scale), DimVec(scores.sizes()));
}

void register_attention(Registry& r) {
  r.def(
       "scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor")
      .composite(attention)
      .autocast(AutocastPolicy::Lower)
      .surface(kFunctional)
      .doc(
          "softmax(query @ key^T * scale + mask) @ value; (..., L, E), (..., S, E), (..., S, Ev) -> (..., L, Ev). "
          "attn_mask: bool, True where attention is allowed, or a number to add; scale: 1 / sqrt(E) unless given; "
          "enable_gqa: key and value may have fewer heads (dim -3), each serving a group of query heads.");
  declare_flops(r, "scaled_dot_product_attention", attention_flops);
}

}  // namespace vt
