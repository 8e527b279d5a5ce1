// Matrix products, which take the batch as one of their own, and convolutions, where examples with weights of their own
// are groups of channels.
#include "ops/batch/rules.h"
#include "ops/tensor_operators.h"
#include "ops/typed/conv.h"
#include "ops/typed/copy.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt::batch {

Tensor side_by_side(const Tensor& t) {
  DimVec sizes(t.sizes().subspan(1));
  sizes[1] *= t.size(0);
  return ops::reshape(ops::movedim(t, 0, 1), sizes);
}
Tensor apart(const BatchCall& c, const Tensor& t) {
  DimVec sizes{t.size(0), c.size(), t.size(1) / c.size()};
  for (const int64_t s : t.sizes().subspan(2)) sizes.push_back(s);
  return ops::movedim(ops::reshape(t, sizes), 1, 0);
}
Tensor stacked(const Tensor& t) {
  DimVec sizes(t.sizes().subspan(1));
  sizes[0] *= t.size(0);
  return ops::reshape(t, sizes);
}
Tensor unstacked(const BatchCall& c, const Tensor& t) {
  DimVec sizes{c.size(), t.size(0) / c.size()};
  for (const int64_t s : t.sizes().subspan(1)) sizes.push_back(s);
  return ops::reshape(t, sizes);
}

namespace {

void check_ranks(const BatchCall& c, int a, int64_t a_rank, int b, int64_t b_rank) {
  VT_CHECK(c.logical(a).dim() == a_rank && c.logical(b).dim() == b_rank, Runtime, "expected tensors of ", a_rank,
           " and ", b_rank, " dims, got ", to_string(c.logical(a)), " and ", to_string(c.logical(b)));
  VT_CHECK(c.logical(a).dtype() == c.logical(b).dtype(), Runtime, "expected operands to have the same dtype, but got ",
           c.logical(a).dtype(), " and ", c.logical(b).dtype());
}

// (B, n, m) with (m, p) is one product of B * n rows: matmul sees to that.
Tensor product(const BatchCall& c, int a, int b) { return ops::matmul(c.below(a), c.below(b)); }

void mm(BatchCall& c) {
  check_ranks(c, 0, 2, 1, 2);
  c.give(product(c, 0, 1));
}
void bmm(BatchCall& c) {
  check_ranks(c, 0, 3, 1, 3);
  VT_CHECK(c.logical(0).size(0) == c.logical(1).size(0), Runtime,
           "Expected size for first two dimensions of batch2 tensor to be: [", c.logical(0).size(0), ", ",
           c.logical(0).size(2), "] but got: [", c.logical(1).size(0), ", ", c.logical(1).size(1), "].");
  c.give(product(c, 0, 1));
}

void mv(BatchCall& c) {
  check_ranks(c, 0, 2, 1, 1);
  if (!c.is_batched(1)) return c.give(ops::matmul(c.below(0), c.below(1)));
  if (!c.is_batched(0)) return c.give(ops::matmul(c.below(1), ops::transpose(c.below(0), 0, 1)));
  c.give(ops::squeeze(ops::matmul(c.below(0), ops::unsqueeze(c.below(1), -1)), -1));
}

void dot(BatchCall& c) {
  check_ranks(c, 0, 1, 1, 1);
  VT_CHECK(c.logical(0).size(0) == c.logical(1).size(0), Runtime, "inconsistent tensor size, expected tensor [",
           c.logical(0).size(0), "] and src [", c.logical(1).size(0), "] to have the same number of elements");
  if (!c.is_batched(1)) return c.give(ops::matmul(c.below(0), c.below(1)));
  if (!c.is_batched(0)) return c.give(ops::matmul(c.below(1), c.below(0)));
  const Tensor row = ops::unsqueeze(c.below(0), 1), column = ops::unsqueeze(c.below(1), 2);
  c.give(ops::reshape(ops::bmm(row, column), DimVec{c.size()}));
}

bool is_number(const Scalar& s, double n) { return !s.is_complex() && s.to_double() == n; }
Tensor scaled(const Tensor& t, const Scalar& by) {
  return is_number(by, 1) ? t : ops::mul(t, wrapped_number(is_integral(t.dtype()) ? Scalar(by.to_int()) : by));
}

// beta * self + alpha * (mat1 @ mat2)
template <int64_t rank>
void add_product(BatchCall& c) {
  check_ranks(c, 1, rank, 2, rank);
  const Scalar beta = c.arg<Scalar>(3), alpha = c.arg<Scalar>(4);
  const Tensor p = scaled(product(c, 1, 2), alpha);
  if (is_number(beta, 0)) return c.give(c.any_batched(1) ? p : ops::clone(ops::expand(p, batch_and(c, p.sizes()))));
  const Tensor self = c.is_batched(0) ? c.aligned(c.logical(0), rank) : c.below(0);
  c.give(scaled(self, beta) + p);
}

// input (*, in), weight (out, in), bias (out)
void linear(BatchCall& c) {
  const Tensor &x = c.logical(0), &w = c.logical(1);
  VT_CHECK(w.dim() == 2 && x.dim() >= 1 && x.size(-1) == w.size(1), Runtime, "mat1 and mat2 shapes cannot be ",
           "multiplied (", to_string(x), " and the transpose of ", to_string(w), ")");
  const Tensor bias = c.below(2);
  if (!c.any_batched(1)) return c.give(ops::linear(c.below(0), c.below(1), bias));
  DimVec sizes(x.sizes());
  sizes.back() = w.size(0);
  Tensor y;
  if (c.is_batched(1)) {
    const int64_t rows =
        x.size(-1) == 0 ? checked_numel(x.sizes().first(x.sizes().size() - 1)) : x.numel() / x.size(-1);
    DimVec as_rows{rows, x.size(-1)};
    if (c.is_batched(0)) as_rows.insert(0, c.size());
    y = ops::matmul(ops::reshape(c.below(0), as_rows), ops::transpose(c.below(1), 1, 2));
    y = ops::reshape(y, batch_and(c, sizes));
  } else {
    y = ops::linear(c.below(0), c.below(1));
  }
  c.give(bias.defined() ? y + c.aligned(c.logical(2), x.dim()) : y);
}

// ---- convolutions ----

void convolution(BatchCall& c) {
  if (c.size() == 0) return loop(c);
  const bool transposed = c.arg<bool>(6);
  const int64_t groups = c.arg<int64_t>(8);
  const auto convolved = [&](const Tensor& x, const Tensor& w, const Tensor& b, int64_t all_groups) {
    return ops::convolution(x, w, b, c.arg<IntSpan>(3), c.arg<IntSpan>(4), c.arg<IntSpan>(5), transposed,
                            c.arg<IntSpan>(7), all_groups);
  };
  if (!c.any_batched(1)) return c.give(unstacked(c, convolved(stacked(c.below(0)), c.below(1), c.below(2), groups)));
  Tensor y;
  if (!c.is_batched(1)) {
    y = c.is_batched(0) ? unstacked(c, convolved(stacked(c.below(0)), c.below(1), {}, groups))
                        : convolved(c.below(0), c.below(1), {}, groups);
  } else {
    const bool shares_input = !c.is_batched(0) && groups == 1 && !transposed;
    const Tensor x = shares_input ? c.below(0) : side_by_side(c.expanded(0));
    y = apart(c, convolved(x, stacked(c.below(1)), {}, shares_input ? 1 : groups * c.size()));
  }
  if (!c.is_tensor(2)) return c.give(y);
  DimVec per_channel(static_cast<size_t>(c.logical(0).dim()) - 1, 1);
  per_channel[0] = c.logical(2).numel();
  if (c.is_batched(2)) {
    per_channel.insert(0, 1);
    per_channel.insert(0, c.size());
  }
  c.give(y + ops::reshape(c.below(2), per_channel));
}

void weight_gradient(BatchCall& c) {
  if (c.size() == 0) return loop(c);
  c.give(unstacked(c, ops::_convolution_weight_gradient(side_by_side(c.expanded(0)), side_by_side(c.expanded(1)),
                                                        c.arg<IntSpan>(2), c.arg<IntSpan>(3), c.arg<IntSpan>(4),
                                                        c.arg<IntSpan>(5), c.arg<int64_t>(6) * c.size())));
}

// linalg
// ---------------------------------------------------------------------------------------------------------------

// A (..., n, n) and B (..., n, k), or vectors B (..., n): what is in front of the matrices broadcasts.
void solve(BatchCall& c) {
  const Tensor &a = c.logical(0), &b = c.logical(1);
  const bool of_vectors =
      b.dim() == 1 || (a.dim() == b.dim() + 1 && same(b.sizes(), a.sizes().first(b.sizes().size())));
  const int64_t rank = of_vectors ? 0 : std::max(a.dim(), b.dim());
  if (a.dim() < rank) return loop(c);  // its factors would have the dims that it lacks
  Arguments args(c);
  args.set(0, c.expanded(0));
  DimVec sizes{c.size()};
  for (int64_t d = b.dim(); d < (of_vectors ? a.dim() - 1 : rank); ++d) sizes.push_back(1);
  for (const int64_t s : b.sizes()) sizes.push_back(s);
  const Tensor right = ops::reshape(c.expanded(1), sizes);
  args.set(1, of_vectors ? ops::expand(right, batch_and(c, a.sizes().first(static_cast<size_t>(a.dim()) - 1))) : right);
  c.give(c.run(args.values()));
}

void pinv(BatchCall& c) {
  if (c.any_batched(1)) return loop(c);
  leading(c);
}

}  // namespace

RuleTable rules_of_products() {
  static constexpr RuleRow kRows[] = {
      {"mm", mm},
      {"bmm", bmm},
      {"mv", mv},
      {"dot", dot},
      {"addmm", add_product<2>},
      {"baddbmm", add_product<3>},
      {"linear", linear},
      {"convolution", convolution},
      {"_convolution_weight_gradient", weight_gradient},
      {"_linalg_solve_ex", solve},
      {"linalg_solve_triangular", solve},
      {"linalg_pinv.atol_rtol_tensor", pinv},
  };
  return kRows;
}

}  // namespace vt::batch
