// Functions known by samples along a dim: differences, slopes and integrals.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/reduce/engine.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using Dims = std::optional<IntSpan>;

Tensor without_first(const Tensor& t, int64_t dim) { return ops::slice(t, dim, 1); }
Tensor without_last(const Tensor& t, int64_t dim) { return ops::slice(t, dim, 0, -1); }

Tensor diff(const Tensor& self, int64_t n, int64_t dim, const Tensor& prepend, const Tensor& append) {
  VT_CHECK(self.dim() > 0, Runtime, "diff expects input to be at least one-dimensional");
  VT_CHECK(n >= 0, Runtime, "order must be non-negative but got ", n);
  dim = wrap_dim(dim, self.dim());
  std::vector<Tensor> parts;
  for (const Tensor& part : {prepend, self, append}) {
    if (!part.defined()) continue;
    VT_CHECK(part.dim() == self.dim(), Runtime,
             "diff expects prepend or append to be the same dimension as input, got ", part.dim(), " and ", self.dim());
    parts.push_back(part);
  }
  Tensor out = parts.size() == 1 ? self : ops::cat(parts, dim);
  if (n == 0) return out.is_same(self) ? ops::clone(self) : out;
  for (int64_t order = std::min(n, out.size(dim)); order > 0; --order) {
    const Tensor later = without_first(out, dim), sooner = without_last(out, dim);
    out = out.dtype() == DType::bool_ ? ops::logical_xor(later, sooner) : later - sooner;
  }
  return out;
}

// ---- integrals ----

// Sums of integers do not fit their own dtype.
Tensor neighbours_added(const Tensor& samples, int64_t dim) {
  const Tensor y = is_integral(samples.dtype()) ? ops::as_dtype(samples, DType::int64) : samples;
  return without_first(y, dim) + without_last(y, dim);
}

// Distances of the samples: x is a vector along dim, or broadcasts with y.
Tensor steps_of(const Tensor& y, const Tensor& x, int64_t dim, const char* op) {
  VT_CHECK(y.dtype() != DType::bool_ && x.dtype() != DType::bool_, Runtime, op,
           ": received a bool input for `x` or `y`, but bool is not supported");
  Tensor at = x;
  if (x.dim() == 1) {
    VT_CHECK(x.size(0) == y.size(dim), Runtime, op, ": There must be one `x` value for each sample point, got ",
             x.size(0), " and ", y.size(dim));
    DimVec along(static_cast<size_t>(y.dim()), 1);
    along[wrap_dim(dim, y.dim())] = x.size(0);
    at = ops::reshape(x, along);
  } else if (x.dim() < y.dim()) {
    DimVec sizes(static_cast<size_t>(y.dim() - x.dim()), 1);
    for (const int64_t n : x.sizes()) sizes.push_back(n);
    at = ops::reshape(x, sizes);
  }
  return without_first(at, dim) - without_last(at, dim);
}

void check_samples(const Tensor& y, const char* op) {
  VT_CHECK(y.dtype() != DType::bool_, Runtime, op, ": received a bool input for `y`, but bool is not supported");
}

Tensor no_integral(const Tensor& y, int64_t dim) {
  DimVec sizes(y.sizes());
  sizes.erase(static_cast<size_t>(wrap_dim(dim, y.dim())));
  return ops::zero_(empty(sizes, y.dtype(), y.device()));
}

Tensor trapezoid_x(const Tensor& y, const Tensor& x, int64_t dim) {
  if (y.size(dim) == 0) return no_integral(y, dim);
  return ops::sum(steps_of(y, x, dim, "trapezoid") * neighbours_added(y, dim), DimVec{dim}) / Scalar(2.0);
}
Tensor trapezoid_dx(const Tensor& y, const Scalar& dx, int64_t dim) {
  if (y.size(dim) == 0) return no_integral(y, dim);
  check_samples(y, "trapezoid");
  VT_CHECK(!dx.is_bool(), Runtime, "trapezoid: Currently, we only support dx as a real number.");
  return ops::sum(neighbours_added(y, dim), DimVec{dim}) * Scalar(dx.to_double() / 2);
}
Tensor trapz_dx(const Tensor& y, double dx, int64_t dim) { return trapezoid_dx(y, Scalar(dx), dim); }

Tensor cumulative_trapezoid_x(const Tensor& y, const Tensor& x, int64_t dim) {
  return ops::cumsum(steps_of(y, x, dim, "cumulative_trapezoid") * neighbours_added(y, dim), dim) / Scalar(2.0);
}
Tensor cumulative_trapezoid_dx(const Tensor& y, const Scalar& dx, int64_t dim) {
  check_samples(y, "cumulative_trapezoid");
  return ops::cumsum(neighbours_added(y, dim), dim) * Scalar(dx.to_double() / 2);
}

// ---- slopes ----

DimVec slope_dims(const Tensor& self, const Dims& dim, int64_t edge_order) {
  VT_CHECK(edge_order == 1 || edge_order == 2, Runtime, "torch.gradient only supports edge_order=1 and edge_order=2.");
  DimVec dims;
  if (dim) {
    for (const int64_t d : *dim) {
      const int64_t at = wrap_dim(d, self.dim());
      for (const int64_t seen : dims) {
        VT_CHECK(seen != at, Runtime, "dim ", at, " appears multiple times in the list of dims");
      }
      dims.push_back(at);
    }
  } else {
    for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
  }
  for (const int64_t d : dims) {
    VT_CHECK(self.size(d) >= edge_order + 1, Runtime,
             "torch.gradient expected each dimension size to be at least edge_order+1");
  }
  return dims;
}

Tensor sample(const Tensor& self, int64_t dim, int64_t index) {
  return ops::narrow(self, dim, index < 0 ? self.size(dim) + index : index, 1);
}

// Samples at equal distances.
Tensor slope(const Tensor& self, int64_t dim, double h, int64_t edge_order) {
  const Tensor middle = (ops::slice(self, dim, 2) - ops::slice(self, dim, 0, -2)) / Scalar(2 * h);
  auto at = [&](int64_t i) { return sample(self, dim, i); };
  Tensor first, last;
  if (edge_order == 1) {
    first = (at(1) - at(0)) / Scalar(h);
    last = (at(-1) - at(-2)) / Scalar(h);
  } else {
    first = (Scalar(-1.5) * at(0) + Scalar(2) * at(1) - Scalar(0.5) * at(2)) / Scalar(h);
    last = (Scalar(0.5) * at(-3) - Scalar(2) * at(-2) + Scalar(1.5) * at(-1)) / Scalar(h);
  }
  return ops::cat(std::vector<Tensor>{first, middle, last}, dim);
}

// Samples at the positions `x`, a vector: the parabola through three neighbours.
Tensor slope(const Tensor& self, int64_t dim, const Tensor& x, int64_t edge_order) {
  VT_CHECK(x.dim() == 1 && x.size(0) == self.size(dim), Runtime,
           "torch.gradient expected each element of spacing to have as many elements as the dim has, got ", x,
           " for size ", self.size(dim));
  DimVec along(static_cast<size_t>(self.dim()), 1);
  along[dim] = -1;
  const Tensor steps = ops::reshape(without_first(x, 0) - without_last(x, 0), along);
  const Tensor before = without_last(steps, dim), after = without_first(steps, dim), both = before + after;
  auto at = [&](int64_t i) { return sample(self, dim, i); };
  const Tensor middle = -after / (before * both) * ops::slice(self, dim, 0, -2) +
                        (after - before) / (before * after) * ops::slice(self, dim, 1, -1) +
                        before / (after * both) * ops::slice(self, dim, 2);
  Tensor first, last;
  if (edge_order == 1) {
    first = (at(1) - at(0)) / sample(steps, dim, 0);
    last = (at(-1) - at(-2)) / sample(steps, dim, -1);
  } else {
    const Tensor a = sample(steps, dim, 0), b = sample(steps, dim, 1);
    first = -(Scalar(2) * a + b) / (a * (a + b)) * at(0) + (a + b) / (a * b) * at(1) - a / (b * (a + b)) * at(2);
    const Tensor c = sample(steps, dim, -2), d = sample(steps, dim, -1);
    last = d / (c * (c + d)) * at(-3) - (c + d) / (c * d) * at(-2) + (c + Scalar(2) * d) / (d * (c + d)) * at(-1);
  }
  return ops::cat(std::vector<Tensor>{first, middle, last}, dim);
}

std::vector<Tensor> gradient(const Tensor& self, std::optional<std::span<const double>> spacing, Dims dim,
                             int64_t edge_order) {
  const DimVec dims = slope_dims(self, dim, edge_order);
  const size_t given = spacing ? spacing->size() : 0;
  VT_CHECK(given <= 1 || given == dims.size(), Runtime, "torch.gradient expected spacing to be unspecified, a scalar, ",
           "or a list of length ", dims.size(), ", got a list of length ", given);
  std::vector<Tensor> out;
  for (size_t i = 0; i < dims.size(); ++i) {
    const double h = given == 0 ? 1.0 : (*spacing)[given == 1 ? 0 : i];
    out.push_back(slope(self, dims[i], h, edge_order));
  }
  return out;
}
std::vector<Tensor> gradient_at(const Tensor& self, TensorSpan spacing, Dims dim, int64_t edge_order) {
  const DimVec dims = slope_dims(self, dim, edge_order);
  VT_CHECK(spacing.size() == dims.size(), Runtime, "torch.gradient expected spacing to be a list of length ",
           dims.size(), ", got a list of length ", spacing.size());
  std::vector<Tensor> out;
  for (size_t i = 0; i < dims.size(); ++i) out.push_back(slope(self, dims[i], spacing[i], edge_order));
  return out;
}

}  // namespace

void register_samples(Registry& r) {
  r.def("diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor")
      .composite(diff)
      .out()
      .doc("Differences of neighbours along dim, n times over; prepend and append are joined to self first.");
  r.def("trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor")
      .composite(trapezoid_x)
      .function_only()
      .doc("The integral of samples y along dim by the trapezoidal rule, at positions x or at distances dx.");
  r.def("trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor").composite(trapezoid_dx).function_only();
  r.def("trapz.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor").composite(trapezoid_x).function_only();
  r.def("trapz.dx(Tensor y, *, float dx=1, int dim=-1) -> Tensor").composite(trapz_dx).function_only();
  r.def("cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor")
      .composite(cumulative_trapezoid_x)
      .function_only()
      .doc("The integrals of samples y up to each but the first along dim, as trapezoid has them.");
  r.def("cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor")
      .composite(cumulative_trapezoid_dx)
      .function_only();
  r.def("gradient(Tensor self, *, float[]? spacing=None, int[1]? dim=None, int edge_order=1) -> Tensor[]")
      .composite(gradient)
      .surface(kNode)
      .doc(
          "Slopes of samples along each of dims, second order inside and edge_order at the edges; spacing: their "
          "distance, or one per dim, or a vector of positions per dim.");
  r.def("gradient.at(Tensor self, *, Tensor[] spacing, int[1]? dim=None, int edge_order=1) -> Tensor[]")
      .composite(gradient_at)
      .surface(kNode);
}

}  // namespace vt
