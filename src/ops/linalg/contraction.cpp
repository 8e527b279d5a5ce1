// Products summed over chosen dims, each brought to one matrix product: tensordot and bilinear.
#include <algorithm>

#include "dispatch/registry.h"
#include "ops/tensor_operators.h"
#include "ops/typed/linalg.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// tensordot
// -------------------------------------------------------------------------------------------------------------

DimVec wrapped(IntSpan dims, int64_t ndim) {
  DimVec out;
  for (const int64_t d : dims) {
    const int64_t at = wrap_dim(d, ndim);
    for (const int64_t seen : out)
      VT_CHECK(seen != at, Runtime, "dim ", at, " appears multiple times in the list of dims");
    out.push_back(at);
  }
  return out;
}

DimVec others(const DimVec& dims, int64_t ndim) {
  DimVec out;
  for (int64_t d = 0; d < ndim; ++d) {
    if (std::ranges::find(dims, d) == dims.end()) out.push_back(d);
  }
  return out;
}

int64_t count(const Tensor& t, const DimVec& dims) {
  int64_t n = 1;
  for (const int64_t d : dims) n = checked_mul(n, t.size(d));
  return n;
}

// Summed along a dim that the other operand has of size 1: it broadcasts.
Tensor summed(const Tensor& t, int64_t dim) { return ops::sum(t, DimVec{dim}, true, t.dtype()); }

Tensor tensordot(const Tensor& self, const Tensor& other, IntSpan dims_self, IntSpan dims_other) {
  VT_CHECK(dims_self.size() == dims_other.size(), Runtime, "both dimension lists should have same length");
  VT_CHECK(self.dtype() == other.dtype(), Runtime, "both inputs should have same dtype, got ", self.dtype(), " and ",
           other.dtype());
  const DimVec inner_a = wrapped(dims_self, self.dim()), inner_b = wrapped(dims_other, other.dim());
  const DimVec outer_a = others(inner_a, self.dim()), outer_b = others(inner_b, other.dim());
  Tensor a = self, b = other;
  for (size_t i = 0; i < inner_a.size(); ++i) {
    const int64_t n = a.size(inner_a[i]), m = b.size(inner_b[i]);
    if (n == m) continue;
    VT_CHECK(n == 1 || m == 1, Runtime, "contracted dimensions need to match, but first has size ", n, " in dim ",
             inner_a[i], " and second has size ", m, " in dim ", inner_b[i]);
    if (n == 1) b = summed(b, inner_b[i]);
    if (m == 1) a = summed(a, inner_a[i]);
  }
  auto permuted = [](const Tensor& t, DimVec first, const DimVec& second) {
    for (const int64_t d : second) first.push_back(d);
    return ops::permute(t, first);
  };
  const int64_t width = count(a, inner_a);
  DimVec sizes;
  for (const int64_t d : outer_a) sizes.push_back(a.size(d));
  for (const int64_t d : outer_b) sizes.push_back(b.size(d));
  if (outer_a.empty() && outer_b.empty()) {
    return ops::dot(ops::reshape(permuted(a, {}, inner_a), DimVec{width}),
                    ops::reshape(permuted(b, {}, inner_b), DimVec{width}));
  }
  const Tensor left = ops::reshape(permuted(a, outer_a, inner_a), DimVec{count(a, outer_a), width});
  const Tensor right = ops::reshape(permuted(b, inner_b, outer_b), DimVec{width, count(b, outer_b)});
  return ops::reshape(ops::mm(left, right), sizes);
}

// bilinear
// --------------------------------------------------------------------------------------------------------------

void check_bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias) {
  VT_CHECK(x1.dim() == x2.dim(), Runtime, "bilinear(): input dimensions do not match: got ", x1.dim(), " and ",
           x2.dim());
  VT_CHECK(x1.dim() > 0 && weight.dim() == 3, Runtime,
           "bilinear(): expected inputs of at least 1 dimension and a weight of 3, got ", x1.dim(), " and ",
           weight.dim());
  for (int64_t d = 0; d + 1 < x1.dim(); ++d) {
    VT_CHECK(x1.size(d) == x2.size(d), Runtime, "bilinear(): input batch dimensions do not match at dim ", d, ": got ",
             x1.size(d), " and ", x2.size(d));
  }
  VT_CHECK(x1.size(-1) == weight.size(1), Runtime, "bilinear(): input1 size does not match weight size: got ",
           x1.size(-1), " but expected ", weight.size(1));
  VT_CHECK(x2.size(-1) == weight.size(2), Runtime, "bilinear(): input2 size does not match weight size: got ",
           x2.size(-1), " but expected ", weight.size(2));
  VT_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0)), Runtime,
           "bilinear(): bias size does not match weight size: got ", bias.defined() ? bias.sizes() : IntSpan(),
           " but expected ", weight.size(0));
}

Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias) {
  check_bilinear(x1, x2, weight, bias);
  const int64_t out = weight.size(0), in1 = weight.size(1), in2 = weight.size(2);
  DimVec sizes(x1.sizes());
  sizes.back() = out;
  int64_t rows = 1;
  for (int64_t d = 0; d + 1 < x1.dim(); ++d) rows = checked_mul(rows, x1.size(d));
  const Tensor by_input = ops::reshape(ops::permute(weight, DimVec{1, 0, 2}), DimVec{in1, out * in2});
  const Tensor half = ops::view(ops::mm(ops::reshape(x1, DimVec{rows, in1}), by_input), DimVec{rows, out, in2});
  const Tensor result = ops::reshape(ops::bmm(half, ops::reshape(x2, DimVec{rows, in2, 1})), sizes);
  return bias.defined() ? result + bias : result;
}

}  // namespace

void register_contraction(Registry& r) {
  r.def("tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor")
      .composite(tensordot)
      .autocast({.cuda = AutocastPolicy::Promote})
      .function_only()
      .out()
      .doc("Sum of products over pairs of dims, one list of dims per operand; the other dims of self come first.");
  r.def("bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None) -> Tensor")
      .composite(bilinear)
      .autocast(AutocastPolicy::Promote)
      .surface(kFunction | kFunctional)
      .doc("x1 @ weight[k] @ x2 + bias[k]: (*, in1), (*, in2), (out, in1, in2), (out) give (*, out).");
}

}  // namespace vt
