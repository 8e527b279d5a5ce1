// Attention of sequences of unlike lengths that lie one after the other, without padding.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/nn/attention.h"
#include "ops/nn/attention_choice.h"
#include "ops/nn/fused_attention.h"
#include "ops/nn/sequence_ranges.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/nn.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

void check_packed(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& cu_q, const Tensor& cu_k,
                  bool enable_gqa) {
  VT_CHECK(q.dim() == 3 && k.dim() == 3 && v.dim() == 3, Runtime,
           "expected query, key and value (total length, heads, dim), got ", q.sizes(), ", ", k.sizes(), " and ",
           v.sizes());
  VT_CHECK(q.dtype() == k.dtype() && q.dtype() == v.dtype(), Runtime,
           "expected query, key and value of one dtype, got ", q.dtype(), ", ", k.dtype(), " and ", v.dtype());
  VT_CHECK(same(k.sizes().first(2), v.sizes().first(2)) && k.size(2) == q.size(2), Runtime,
           "expected key and value of the same length and heads, and query and key of the same dim, got ", q.sizes(),
           ", ", k.sizes(), " and ", v.sizes());
  VT_CHECK(enable_gqa ? k.size(1) > 0 && q.size(1) % k.size(1) == 0 : k.size(1) == q.size(1), Value,
           "Expect query and key/value to have the same number of heads, or with enable_gqa a multiple, but got Hq=",
           q.size(1), " and Hkv=", k.size(1));
  for (const Tensor* cu : {&cu_q, &cu_k}) {
    VT_CHECK(cu->dim() == 1 && cu->dtype() == DType::int32 && cu->numel() >= 2 && cu->device() == q.device(), Runtime,
             "expected cumulative lengths as int32 (sequences + 1) on ", q.device(), ", got ", to_string(*cu));
  }
  VT_CHECK(cu_q.numel() == cu_k.numel(), Runtime, "expected as many sequences of queries as of keys, got ",
           cu_q.numel() - 1, " and ", cu_k.numel() - 1);
}

// Which rows see which. Lengths are followed without a look, as reading them to refuse bad ones would wait for the
// device, but never fall and end within the rows, whatever was given: what is in no sequence sees nothing.
// -----------------------------------------------------------------------------------------------------------------------

std::array<TensorSpec, 2> ranges_meta(const Tensor& cu_q, const Tensor& cu_k, int64_t& queries, int64_t& keys,
                                      int64_t& window_left, int64_t& window_right) {
  VT_CHECK(cu_q.dtype() == DType::int32 && cu_k.dtype() == DType::int32 && cu_q.dim() == 1 && cu_q.numel() >= 2 &&
               same(cu_q.sizes(), cu_k.sizes()),
           Runtime, "expected cumulative lengths as int32 (sequences + 1), got ", to_string(cu_q), " and ",
           to_string(cu_k));
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  VT_CHECK(queries >= 0 && queries <= kMost && keys >= 0 && keys <= kMost, Runtime, "expected up to ", kMost,
           " queries and keys, got ", queries, " and ", keys);
  window_left = std::min(window_left, kMost);
  window_right = std::min(window_right, kMost);
  return {TensorSpec{DimVec{queries, 2}, DType::int32, cu_q.device(), {}},
          TensorSpec{DimVec{keys, 2}, DType::int32, cu_q.device(), {}}};
}

std::vector<int32_t> within_rows(const Tensor& cumulative, int64_t rows) {
  const Tensor given = contiguous_data(cumulative);
  std::vector<int32_t> result(given.data<int32_t>(), given.data<int32_t>() + given.numel());
  int32_t largest = 0;
  for (int32_t& x : result) x = largest = std::min(std::max(x, largest), static_cast<int32_t>(rows));
  return result;
}

void ranges_cpu(const Tensor& cu_q, const Tensor& cu_k, int64_t queries, int64_t keys, int64_t window_left,
                int64_t window_right, Tensor& seen, Tensor& seeing) {
  const std::vector<int32_t> of_queries = within_rows(cu_q, queries), of_keys = within_rows(cu_k, keys);
  const auto sequences = static_cast<int32_t>(of_queries.size() - 1);
  const auto fill = [](const Tensor& to, const SequenceRanges& ranges) {
    auto* range = static_cast<RowRange*>(to.data());
    for (int32_t row = 0; row < to.size(0); ++row) range[row] = ranges.of(row);
  };
  fill(seen, {of_queries.data(), of_keys.data(), sequences, window_left, window_right});
  fill(seeing, {of_keys.data(), of_queries.data(), sequences, window_right, window_left});
}

std::tuple<Tensor, Tensor> varlen_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                            const Tensor& cu_seq_q, const Tensor& cu_seq_k, int64_t window_left,
                                            int64_t window_right, std::optional<double> given_scale, bool enable_gqa) {
  check_packed(query, key, value, cu_seq_q, cu_seq_k, enable_gqa);
  const auto as_batch = [](const Tensor& t) { return ops::unsqueeze(ops::transpose(t, 0, 1), 0); };
  const Tensor q = as_batch(query), k = as_batch(key), v = as_batch(value);
  const double scale = given_scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(-1))));
  ops::AttentionOptions options;
  std::tie(options.seen, options.seeing) =
      ops::_sequence_ranges(cu_seq_q, cu_seq_k, q.size(2), k.size(2), window_left, window_right);
  const ops::AttentionWays allowed = ops::allowed_attention();
  Tensor out, lse;
  if (allowed.fused && ops::has_fused_attention(q, k, v, scale) && ops::has_fused_options(q, k, options)) {
    std::tie(out, lse, std::ignore) = ops::_attention_general(q, k, v, Tensor(), options.seen, options.seeing,
                                                              std::nullopt, std::nullopt, 0.0, scale);
  } else {
    VT_CHECK(allowed.parts, Runtime,
             "No available kernel. Aborting execution. The fused kernel takes 16-bit floats with a head dim of a "
             "multiple of 8 up to 256 and float32 with one of 4 up to 128 on a GPU of compute capability 8.0 and up; "
             "allow SDPBackend.MATH too");
    const Tensor mask = ops::whole_mask(q, k, options);
    out = ops::matmul_heads(ops::attention_weights(q, k, mask, false, scale), v);
    const DType wide = opmath_dtype(q.dtype());  // products of 16 bits would round the logarithms
    const Tensor scores = ops::attention_scores(ops::as_dtype(q, wide), ops::as_dtype(k, wide), mask, scale);
    lse = ops::logsumexp(ops::detach(scores), DimVec{-1});
  }
  return {ops::transpose(ops::squeeze(out, 0), 0, 1), ops::squeeze(ops::detach(lse), 0)};
}

}  // namespace

void register_varlen_attention(Registry& r) {
  r.def(
       "_sequence_ranges(Tensor cu_seq_q, Tensor cu_seq_k, int queries, int keys, int window_left, int window_right) -> (Tensor, Tensor)")
      .meta(ranges_meta)
      .cpu(ranges_cpu)
      .not_differentiable()
      .out(false)
      .internal()
      .doc(
          "int32 (queries, 2) and (keys, 2): of sequences that lie one after the other the range of keys that each query "
          "sees, and that of queries that see each key. See varlen_attention.");
  r.def(
       "varlen_attention(Tensor query, Tensor key, Tensor value, Tensor cu_seq_q, Tensor cu_seq_k, int window_left=-1, int window_right=-1, *, float? scale=None, bool enable_gqa=False) -> (Tensor, Tensor)")
      .composite(varlen_attention)
      .autocast(AutocastPolicy::Lower)
      .surface(kNode)
      .doc(
          "Attention of sequences that lie one after the other: (Tq, H, E), (Tk, H, E), (Tk, H, Ev) -> (Tq, H, Ev), and "
          "the logarithms of the sums of exponentials (H, Tq), which have no gradient. cu_seq_q and cu_seq_k: int32 (N + "
          "1), where each sequence begins, from 0, and where the last ends. A query sees window_left keys before its "
          "place and window_right after it, all if negative; places are counted from the ends of its sequences. "
          "Queries that see nothing get zeros; enable_gqa: key and value may have fewer heads.");
}

}  // namespace vt
