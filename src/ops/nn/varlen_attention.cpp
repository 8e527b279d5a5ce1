// Attention of sequences of unlike lengths that lie one after the other, without padding.
#include <cmath>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/nn/attention.h"
#include "ops/nn/attention_choice.h"
#include "ops/nn/fused_attention.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
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

// Cumulative lengths that never fall and end within `rows`, whatever was given: kernels follow them without a look, and
// reading them here to refuse bad ones would wait for the device.
Tensor within_rows(const Tensor& cumulative, int64_t rows) {
  return ops::clamp(std::get<0>(ops::cummax(cumulative, 0)), Scalar(0), Scalar(rows));
}

// int32 (rows, 2): the rows of the other side, from [0] up to [1], that each row sees or is seen by: those of its
// sequence from `before` ahead of its place, counted from the sequences' ends, to `after` behind it; negative: all.
// Never falls. What comes after the last sequence sees nothing.
Tensor ranges_of(const Tensor& own, const Tensor& other, int64_t rows, int64_t before, int64_t after) {
  const int64_t sequences = own.numel() - 1;
  const Tensor row = ops::arange(Scalar(0), Scalar(rows), Scalar(1), DType::int32, own.device());
  const Tensor last = ops::searchsorted(own, row, false, true) - Scalar(1);
  const Tensor sequence = ops::clamp(last, Scalar(0), Scalar(sequences - 1));
  const auto of_sequence = [&](const Tensor& cu, int64_t first) {
    return ops::index_select(ops::narrow(cu, 0, first, sequences), 0, sequence);
  };
  const Tensor base = of_sequence(other, 0), end = of_sequence(other, 1);
  const Tensor place = row - of_sequence(own, 1) + end;  // in the other side, both ends being the same place
  const auto within = [&](const Tensor& at) { return ops::minimum(ops::maximum(at, base), end); };
  const Tensor from = before < 0 ? base : within(place - Scalar(before));
  const Tensor to = after < 0 ? end : within(place + Scalar(after + 1));
  const Tensor outside = ops::ge(row, ops::narrow(own, 0, sequences, 1));
  return ops::stack(std::vector{ops::where(outside, end, from), ops::where(outside, end, to)}, 1);
}

std::tuple<Tensor, Tensor> varlen_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                            const Tensor& cu_seq_q, const Tensor& cu_seq_k, int64_t window_left,
                                            int64_t window_right, std::optional<double> given_scale, bool enable_gqa) {
  check_packed(query, key, value, cu_seq_q, cu_seq_k, enable_gqa);
  const auto as_batch = [](const Tensor& t) { return ops::unsqueeze(ops::transpose(t, 0, 1), 0); };
  const Tensor q = as_batch(query), k = as_batch(key), v = as_batch(value);
  const double scale = given_scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(-1))));
  ops::AttentionOptions options;
  const Tensor queries = within_rows(cu_seq_q, q.size(2)), keys = within_rows(cu_seq_k, k.size(2));
  options.seen = ranges_of(queries, keys, q.size(2), window_left, window_right);
  options.seeing = ranges_of(keys, queries, k.size(2), window_right, window_left);
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
