// Attention in several subspaces: the projections, the masks and the heads around scaled_dot_product_attention.
#include <cmath>
#include <limits>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/random.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// A mask as a number to add: a bool mask is True where attention is forbidden.
Tensor to_add(const Tensor& mask, DType dtype) {
  if (!mask.defined() || mask.dtype() != DType::bool_) return mask.defined() ? ops::as_dtype(mask, dtype) : mask;
  const Tensor zeros = ops::filled(mask.sizes(), 0, dtype, mask.device());
  return ops::masked_fill(zeros, mask, Scalar(-std::numeric_limits<double>::infinity()));
}

// A mask with `count` columns more in which attention is allowed.
Tensor pad_columns(const Tensor& mask, int64_t count) {
  if (!mask.defined() || count == 0) return mask;
  DimVec sizes(mask.sizes());
  sizes.back() = count;
  return ops::cat(std::vector{mask, ops::filled(sizes, 0, mask.dtype(), mask.device())}, -1);
}

// The i-th third of a stacked weight or bias, or of a stacked projection, along `dim`.
Tensor third(const Tensor& t, int64_t i, int64_t dim) {
  const int64_t size = t.size(dim) / 3;
  return ops::narrow(t, dim, i * size, size);
}

void check_inputs(const Tensor& query, const Tensor& key, const Tensor& value, int64_t embed_dim, int64_t heads) {
  const int64_t ndim = query.dim();
  VT_CHECK(ndim == 2 || ndim == 3, Runtime, "query should be unbatched 2D or batched 3D tensor but received ", ndim,
           "-D query tensor");
  VT_CHECK(key.dim() == ndim && value.dim() == ndim, Runtime, "For ", ndim == 3 ? "batched" : "unbatched", " (", ndim,
           "-D) `query`, expected `key` and `value` to be ", ndim, "-D but found ", key.dim(), "-D and ", value.dim(),
           "-D tensors respectively");
  VT_CHECK(same(key.sizes().first(ndim - 1), value.sizes().first(ndim - 1)), Runtime,
           "expected key and value of the same length and batch, got ", key.sizes(), " and ", value.sizes());
  VT_CHECK(ndim == 2 || key.size(1) == query.size(1), Runtime, "expected query and key of the same batch, got ",
           query.sizes(), " and ", key.sizes());
  VT_CHECK(query.size(-1) == embed_dim, Runtime, "was expecting embedding dimension of ", embed_dim, ", but got ",
           query.size(-1));
  VT_CHECK(heads > 0 && embed_dim % heads == 0, Runtime, "embed_dim ", embed_dim, " not divisible by num_heads ",
           heads);
}

// `weights`: one stacked (3E, E), or three; bias (3E).
void check_projections(const std::array<Tensor, 3>& weights, bool apart, const Tensor& bias, int64_t embed_dim) {
  VT_CHECK(!apart || (weights[0].defined() && weights[1].defined() && weights[2].defined()), Runtime,
           "use_separate_proj_weight needs q_proj_weight, k_proj_weight and v_proj_weight");
  VT_CHECK(apart || (weights[0].defined() && weights[0].dim() == 2 && weights[0].size(0) == 3 * embed_dim), Runtime,
           "expected in_proj_weight to be a matrix of ", 3 * embed_dim, " rows, got ",
           weights[0].defined() ? to_string(weights[0]) : "none");
  VT_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == 3 * embed_dim), Runtime, "expected in_proj_bias of ",
           3 * embed_dim, " elements, got ", bias.defined() ? to_string(bias) : "none");
}

void check_masks(const Tensor& mask, const Tensor& padding, int64_t batch, int64_t heads, int64_t length,
                 int64_t source, bool batched) {
  if (mask.defined()) {
    const DimVec expected = mask.dim() == 3 ? DimVec{batch * heads, length, source} : DimVec{length, source};
    VT_CHECK(same(mask.sizes(), expected), Runtime, "The shape of the ", mask.dim(), "D attn_mask is ", mask.sizes(),
             ", but should be ", expected, ".");
  }
  if (!padding.defined()) return;
  const DimVec expected = batched ? DimVec{batch, source} : DimVec{source};
  VT_CHECK(same(padding.sizes(), expected), Runtime, "expecting key_padding_mask shape of ", expected, ", but got ",
           padding.sizes());
}

struct Inputs {
  Tensor q, k, v;  // (L, N, E), (S, N, E), (S, N, E) once projected
};

Inputs project(const Inputs& in, bool same, const std::array<Tensor, 3>& weights, const Tensor& bias) {
  if (!weights[1].defined() && same) {
    const Tensor stacked = ops::linear(in.q, weights[0], bias);
    return {third(stacked, 0, -1), third(stacked, 1, -1), third(stacked, 2, -1)};
  }
  auto one = [&](const Tensor& x, int i) {
    const Tensor own = weights[1].defined() ? weights[i] : third(weights[0], i, 0);
    return ops::linear(x, own, bias.defined() ? third(bias, i, 0) : bias);
  };
  return {one(in.q, 0), one(in.k, 1), one(in.v, 2)};
}

// (length, N, E) as (N, heads, length, E / heads).
Tensor split_heads(const Tensor& t, int64_t heads) {
  const Tensor parts = ops::reshape(t, DimVec{t.size(0), t.size(1), heads, t.size(2) / heads});
  return ops::permute(parts, DimVec{1, 2, 0, 3});
}

// What is added to the scores (N, heads, L, S), undefined for nothing. mask (L, S) or (N * heads, L, S), padding (N,
// S).
Tensor joined_mask(const Tensor& mask, const Tensor& padding, int64_t batch, int64_t heads, int64_t length,
                   int64_t extra) {
  Tensor sum;
  if (mask.defined()) {
    const DimVec sizes = mask.dim() == 3 ? DimVec{batch, heads, length, -1} : DimVec{1, 1, length, -1};
    sum = pad_columns(ops::reshape(mask, sizes), extra);
  }
  if (!padding.defined()) return sum;
  const Tensor columns = pad_columns(ops::reshape(padding, DimVec{batch, 1, 1, -1}), extra);
  return sum.defined() ? sum + columns : ops::expand(columns, DimVec{batch, 1, length, columns.size(-1)});
}

// (output, weights); the weights are undefined unless they are needed, when they must be written out.
std::tuple<Tensor, Tensor> attend(const Inputs& in, const Tensor& mask, double dropout_p, bool need_weights) {
  if (!need_weights) {
    return {ops::scaled_dot_product_attention(in.q, in.k, in.v, mask, dropout_p), Tensor()};
  }
  const double scale = 1.0 / std::sqrt(static_cast<double>(in.q.size(-1)));
  const Tensor scores = ops::matmul(in.q * scale, ops::transpose(in.k, -2, -1));
  Tensor weights = ops::softmax(mask.defined() ? scores + mask : scores, -1);
  if (dropout_p > 0) {
    weights = ops::dropout(weights, dropout_p, true);
  }
  return {ops::matmul(weights, in.v), weights};
}

std::tuple<Tensor, Tensor> multi_head_attention_forward(
    const Tensor& query, const Tensor& key, const Tensor& value, int64_t embed_dim, int64_t heads,
    const Tensor& in_proj_weight, const Tensor& in_proj_bias, const Tensor& bias_k, const Tensor& bias_v,
    bool add_zero_attn, double dropout_p, const Tensor& out_proj_weight, const Tensor& out_proj_bias, bool training,
    const Tensor& key_padding_mask, bool need_weights, const Tensor& attn_mask, bool use_separate_proj_weight,
    const Tensor& q_proj_weight, const Tensor& k_proj_weight, const Tensor& v_proj_weight, bool average_attn_weights,
    bool is_causal) {
  VT_CHECK(!is_causal || attn_mask.defined(), Runtime, "Need attn_mask if specifying the is_causal hint.");
  check_inputs(query, key, value, embed_dim, heads);
  const bool batched = query.dim() == 3;
  auto with_batch = [&](const Tensor& t) { return batched ? t : ops::unsqueeze(t, 1); };
  const bool same = query.impl() == key.impl() && key.impl() == value.impl();
  const std::array<Tensor, 3> weights = use_separate_proj_weight
                                            ? std::array{q_proj_weight, k_proj_weight, v_proj_weight}
                                            : std::array{in_proj_weight, Tensor(), Tensor()};
  check_projections(weights, use_separate_proj_weight, in_proj_bias, embed_dim);
  Inputs in = project({with_batch(query), with_batch(key), with_batch(value)}, same, weights, in_proj_bias);
  const int64_t length = in.q.size(0), batch = in.q.size(1);

  check_masks(attn_mask, key_padding_mask, batch, heads, length, in.k.size(0), batched);
  int64_t extra = 0;  // keys that are no one's input
  auto append = [&](const Tensor& k, const Tensor& v) {
    in.k = ops::cat(std::vector{in.k, k});
    in.v = ops::cat(std::vector{in.v, v});
    ++extra;
  };
  const DimVec one_key = {1, batch, embed_dim};
  if (bias_k.defined() && bias_v.defined()) append(ops::expand(bias_k, one_key), ops::expand(bias_v, one_key));
  if (add_zero_attn) {
    const Tensor zeros = ops::filled(one_key, 0, in.k.dtype(), in.k.device());
    append(zeros, zeros);
  }

  const DType dtype = in.q.dtype();
  const Tensor mask =
      joined_mask(to_add(attn_mask, dtype), to_add(key_padding_mask, dtype), batch, heads, length, extra);
  in = {split_heads(in.q, heads), split_heads(in.k, heads), split_heads(in.v, heads)};
  auto [output, attention] = attend(in, mask, training ? dropout_p : 0.0, need_weights);
  output = ops::reshape(ops::permute(output, DimVec{2, 0, 1, 3}), DimVec{length, batch, embed_dim});
  output = ops::linear(output, out_proj_weight, out_proj_bias);
  if (!batched) output = ops::squeeze(output, 1);
  if (!need_weights) return {output, Tensor()};
  if (average_attn_weights) attention = ops::mean(attention, DimVec{1});
  return {output, batched ? attention : ops::squeeze(attention, 0)};
}

}  // namespace

void register_multi_head_attention(Registry& r) {
  r.def(
       "multi_head_attention_forward(Tensor query, Tensor key, Tensor value, int embed_dim_to_check, int num_heads, Tensor? in_proj_weight, Tensor? in_proj_bias, Tensor? bias_k, Tensor? bias_v, bool add_zero_attn, float dropout_p, Tensor out_proj_weight, Tensor? out_proj_bias, bool training=True, Tensor? key_padding_mask=None, bool need_weights=True, Tensor? attn_mask=None, bool use_separate_proj_weight=False, Tensor? q_proj_weight=None, Tensor? k_proj_weight=None, Tensor? v_proj_weight=None, bool average_attn_weights=True, bool is_causal=False) -> (Tensor, Tensor)")
      .composite(multi_head_attention_forward)
      .surface(kFunctional)
      .random()
      .doc(
          "(output, attention weights if needed), attending from query (L, N, E) to key and value (S, N, .) in "
          "num_heads subspaces; bool masks are True where attention is forbidden.");
}

}  // namespace vt
