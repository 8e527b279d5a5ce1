// Norms, embeddings and losses: ops that sum over dims which the batch's must not be among.
#include "ops/batch/rules.h"
#include "ops/copy/copy.h"
#include "ops/nn/loss.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt::batch {
namespace {

// ---- batch norm: examples are channels of their own ----

Tensor per_example_channel(const BatchCall& c, int i) {
  return c.is_tensor(i) ? ops::reshape(c.expanded(i), DimVec{-1}) : Tensor();
}
Tensor rows_per_example(const BatchCall& c, const Tensor& t) { return ops::reshape(t, DimVec{c.size(), -1}); }

void batch_norm(BatchCall& c) {
  if (c.size() == 0) return loop(c);
  const auto [y, mean, var] = ops::_batch_norm(side_by_side(c.expanded(0)), per_example_channel(c, 1),
                                               per_example_channel(c, 2), c.arg<double>(3));
  c.give(std::tuple(apart(c, y), rows_per_example(c, mean), rows_per_example(c, var)));
}

void batch_norm_backward(BatchCall& c) {
  if (c.size() == 0) return loop(c);
  const auto [dx, dw, db] =
      ops::_batch_norm_backward(side_by_side(c.expanded(0)), side_by_side(c.expanded(1)), per_example_channel(c, 2),
                                per_example_channel(c, 3), per_example_channel(c, 4), c.arg<double>(5));
  c.give(std::tuple(apart(c, dx), rows_per_example(c, dw), rows_per_example(c, db)));
}

// Groups of channels too.
void group_norm(BatchCall& c) {
  if (c.size() == 0) return loop(c);
  const auto [y, mean, rstd] =
      ops::_group_norm(side_by_side(c.expanded(0)), per_example_channel(c, 1), per_example_channel(c, 2),
                       c.arg<int64_t>(3) * c.size(), c.arg<double>(4));
  c.give(std::tuple(apart(c, y), apart(c, mean), apart(c, rstd)));
}

void group_norm_backward(BatchCall& c) {
  if (c.size() == 0) return loop(c);
  const auto [dx, dw, db] =
      ops::_group_norm_backward(side_by_side(c.expanded(0)), side_by_side(c.expanded(1)), side_by_side(c.expanded(2)),
                                side_by_side(c.expanded(3)), per_example_channel(c, 4), c.arg<int64_t>(5) * c.size());
  c.give(std::tuple(apart(c, dx), rows_per_example(c, dw), rows_per_example(c, db)));
}

// ---- layer and rms norm: weights of an example's own are applied outside ----

Tensor per_column(const BatchCall& c, int i, int64_t rank) {
  return c.is_batched(i) ? c.aligned(c.logical(i), rank) : c.below(i);
}

void layer_norm(BatchCall& c) {
  const bool own = c.is_batched(2) || c.is_batched(3);
  const int64_t rank = c.logical(0).dim();
  auto [y, mean, rstd] = ops::native_layer_norm(c.expanded(0), c.arg<IntSpan>(1), own ? Tensor() : c.below(2),
                                                own ? Tensor() : c.below(3), c.arg<double>(4));
  if (own && c.is_tensor(2)) y = y * per_column(c, 2, rank);
  if (own && c.is_tensor(3)) y = y + per_column(c, 3, rank);
  c.give(std::tuple(y, mean, rstd));
}

void rms_norm(BatchCall& c) {
  const bool own = c.is_batched(2);
  auto [y, rstd] =
      ops::_fused_rms_norm(c.expanded(0), c.arg<IntSpan>(1), own ? Tensor() : c.below(2), c.arg<double>(3));
  if (own) y = y * per_column(c, 2, c.logical(0).dim());
  c.give(std::tuple(y, rstd));
}

// An example's rows added up: dims 1 to before the normalised ones.
Tensor sum_rows(const Tensor& t, int64_t rows_rank) {
  DimVec dims;
  for (int64_t d = 1; d <= rows_rank; ++d) dims.push_back(d);
  return dims.empty() ? t : ops::sum(t, dims);
}

// Gradients of x, weight and bias from the op's own for x, with what an example's weight does to the gradient put
// outside; those of weight and bias are sums over an example's rows.
template <bool layer>
void norm_backward(BatchCall& c) {
  const int rstd_at = layer ? 4 : 3, weight_at = rstd_at + 1;
  const IntSpan shape = c.arg<IntSpan>(2);
  const int64_t rank = c.logical(1).dim(), rows_rank = rank - static_cast<int64_t>(shape.size());
  const Tensor x = c.expanded(1), rstd = c.expanded(rstd_at), mean = layer ? c.expanded(3) : Tensor();
  const Tensor g = ops::as_dtype(c.expanded(0), x.dtype());
  const bool own = c.is_batched(weight_at);
  const Tensor incoming = own ? g * per_column(c, weight_at, rank) : g;
  const Tensor weight = own ? Tensor() : c.below(weight_at);
  const Tensor normalized = ops::as_dtype((layer ? x - mean : x) * rstd, x.dtype());
  const Tensor dw = sum_rows(g * normalized, rows_rank);
  if constexpr (layer) {
    const Tensor dx = std::get<0>(ops::native_layer_norm_backward(incoming, x, shape, mean, rstd, weight, {}));
    c.give(std::tuple(dx, dw, sum_rows(g, rows_rank)));
  } else {
    c.give(std::tuple(std::get<0>(ops::_fused_rms_norm_backward(incoming, x, shape, rstd, weight)), dw));
  }
}

// ---- embeddings: the rows of all tables are one table ----

Tensor in_one_table(const BatchCall& c, int indices, int64_t rows) {
  DimVec ones(static_cast<size_t>(c.logical(indices).dim()) + 1, 1);
  ones[0] = c.size();
  const Tensor index = ops::as_dtype(c.expanded(indices), DType::int64);
  const Tensor first = ops::arange(Scalar(0), Scalar(c.size()), DType::int64, index.device());
  return index + ops::reshape(first * Scalar(rows), ones);
}

void embedding(BatchCall& c) {
  const int64_t padding = c.arg<int64_t>(2);
  if (!c.is_batched(0)) {
    return c.give(ops::embedding(c.below(0), c.below(1), padding, c.arg<bool>(3), c.arg<bool>(4)));
  }
  if (padding >= 0 || c.arg<bool>(3) || c.arg<bool>(4)) return loop(c);  // a table of its own says more than its rows
  const Tensor tables = c.below(0);
  const int64_t rows = c.logical(0).size(0);
  c.give(ops::embedding(ops::reshape(tables, DimVec{-1, tables.size(2)}), in_one_table(c, 1, rows)));
}

void embedding_backward(BatchCall& c) {
  const int64_t rows = c.arg<int64_t>(2), padding = c.arg<int64_t>(3);
  const Tensor grads = c.expanded(0);
  const Tensor sums =
      ops::embedding_dense_backward(grads, in_one_table(c, 1, rows), rows * c.size(), -1, c.arg<bool>(4));
  Tensor out = ops::reshape(sums, DimVec{c.size(), rows, grads.size(-1)});
  if (padding >= 0) {
    out = ops::index_fill(out, 1, ops::full(DimVec{1}, Scalar(padding), DType::int64, out.device()), Scalar(0));
  }
  c.give(out);
}

// ---- losses by class ----

// What a row of log-probabilities (B, ..., C) is asked for: the class, where it counts, and its weight.
struct Classes {
  Tensor index;    // (B, ..., 1), safe to read by
  Tensor weights;  // (B, ...): 0 for rows that do not count
};

Classes classes_of(const BatchCall& c, int target, int weight, int64_t ignore, DType dtype) {
  const Tensor t = ops::as_dtype(c.expanded(target), DType::int64);
  const Tensor ignored = ops::eq(t, wrapped_number(ignore));
  const Tensor safe = ops::masked_fill(t, ignored, Scalar(0));
  Tensor weights;
  if (weight < 0 || !c.is_tensor(weight)) {
    weights = ops::ones_like(t, dtype);
  } else {
    const Tensor table = c.expanded(weight);
    weights = ops::reshape(ops::gather(table, 1, ops::reshape(safe, DimVec{c.size(), -1})), DimVec(t.sizes()));
  }
  return {ops::unsqueeze(safe, -1), ops::masked_fill(weights, ignored, Scalar(0.0))};
}

// Over all dims of an example.
Tensor sum_of_example(const BatchCall& c, const Tensor& t) {
  return t.dim() == 1
             ? t
             : ops::sum(ops::reshape(t, DimVec{c.size(), t.numel() / std::max<int64_t>(c.size(), 1)}), DimVec{1});
}
// A number per example as it broadcasts over `like`.
Tensor over(const Tensor& number, const Tensor& like) {
  DimVec sizes(static_cast<size_t>(like.dim()), 1);
  sizes[0] = number.size(0);
  return ops::reshape(number, sizes);
}

void nll_loss(BatchCall& c) {
  const Tensor x = c.expanded(0);
  const int64_t reduction = c.arg<int64_t>(3);
  const Classes classes = classes_of(c, 1, 2, c.arg<int64_t>(4), x.dtype());
  const Tensor terms = -(ops::squeeze(ops::gather(x, -1, classes.index), -1) * classes.weights);
  const Tensor total = sum_of_example(c, classes.weights);
  if (reduction == ops::kNoReduction) return c.give(std::tuple(terms, total));
  const Tensor sum = sum_of_example(c, terms);
  c.give(std::tuple(reduction == ops::kMean ? sum / total : sum, total));
}

void nll_loss_backward(BatchCall& c) {
  const Tensor x = c.expanded(1), g = c.expanded(0);
  const int64_t reduction = c.arg<int64_t>(4);
  const Classes classes = classes_of(c, 2, 3, c.arg<int64_t>(5), x.dtype());
  Tensor terms = -classes.weights;
  if (reduction == ops::kMean) terms = terms / over(c.expanded(6), terms);
  terms = terms * (reduction == ops::kNoReduction ? g : over(g, terms));
  const Tensor zeros = ops::zeros_like(x);
  c.give(ops::scatter(zeros, -1, classes.index, ops::unsqueeze(ops::as_dtype(terms, x.dtype()), -1)));
}

void cross_entropy(BatchCall& c) {
  const Tensor x = ops::as_dtype(c.expanded(0), opmath_dtype(c.logical(0).dtype()));
  const Classes classes = classes_of(c, 1, -1, c.arg<int64_t>(2), x.dtype());
  const Tensor largest = ops::amax(x, DimVec{-1}, true);
  const Tensor rest = ops::logsumexp(x - largest, DimVec{-1}, true);
  const Tensor wide = ops::as_dtype(largest, DType::float64) + ops::as_dtype(rest, DType::float64);
  const Tensor lse = ops::squeeze(wide, -1);
  const Tensor count = sum_of_example(c, classes.weights);
  const Tensor losses = ops::squeeze(rest + (largest - ops::gather(x, -1, classes.index)), -1);
  // rows that do not count may hold anything, infinities too
  const Tensor terms = ops::masked_fill(losses, ops::eq(classes.weights, wrapped_number(0.0)), Scalar(0.0));
  c.give(std::tuple(sum_of_example(c, terms) / count, lse, count, terms));
}

void cross_entropy_backward(BatchCall& c) {
  const Tensor logits = c.expanded(0), count = c.expanded(4), g = c.expanded(1);
  const Tensor p = ops::softmax_of(logits);
  const Classes classes = classes_of(c, 2, -1, c.arg<int64_t>(5), p.dtype());
  const Tensor minus_one = ops::full_like(ops::as_dtype(classes.index, p.dtype()), Scalar(-1.0));
  const Tensor difference = ops::scatter_add(p, -1, classes.index, minus_one);
  const Tensor scale = ops::unsqueeze(classes.weights * over(g / count, classes.weights), -1);
  const Tensor counts = ops::ne(scale, wrapped_number(0.0));
  c.give(ops::as_dtype(ops::masked_fill(difference * scale, ~counts, Scalar(0.0)), logits.dtype()));
}

}  // namespace

RuleTable rules_of_layers() {
  static constexpr RuleRow kRows[] = {
      {"_batch_norm", batch_norm},       {"_batch_norm_backward", batch_norm_backward},
      {"_group_norm", group_norm},       {"_group_norm_backward", group_norm_backward},
      {"native_layer_norm", layer_norm}, {"native_layer_norm_backward", norm_backward<true>},
      {"_fused_rms_norm", rms_norm},     {"_fused_rms_norm_backward", norm_backward<false>},
      {"embedding", embedding},          {"embedding_dense_backward", embedding_backward},
      {"nll_loss_forward", nll_loss},    {"nll_loss_backward", nll_loss_backward},
      {"_cross_entropy", cross_entropy}, {"_cross_entropy_backward", cross_entropy_backward},
  };
  return kRows;
}

}  // namespace vt::batch
