// var, std, var_mean, std_mean, logsumexp: one node each.
#include "ops/reduce/moments.h"

#include <limits>

#include "core/backend_table.h"
#include "core/warning.h"
#include "dispatch/registry.h"
#include "ops/pointwise/gradients.h"
#include "ops/reduce/cpu_engine.h"
#include "ops/reduce/engine.h"
#include "ops/reduce/moments_cuda.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace vt::reduce;
using ops::exp, ops::isinf, ops::log, ops::sqrt;
using pointwise::conj, pointwise::real_part, pointwise::unless;
using Dims = std::optional<DimVec>;
using MaybeScalar = std::optional<Scalar>;
using Two = std::tuple<Tensor, Tensor>;

void check_floating(const Tensor& self, const char* op) {
  VT_CHECK(is_differentiable(self.dtype()), Runtime, op, " only support floating point and complex dtypes, got ",
           self.dtype());
  if (is_stored_only(self.dtype())) throw_unsupported_dtype(self.dtype());
}
double divisor(const Tensor& self, IntSpan dims, double correction) {
  double n = 1;
  for (const int64_t d : dims) n *= static_cast<double>(self.sizes()[d]);
  return std::max(0.0, n - correction);
}
Tensor without_dims(const Tensor& t, const DimVec& sizes) {
  return same(t.sizes(), sizes) ? t : ops::reshape(t, sizes);
}

// Squares around the mean, summed over dims and divided; the root of that. self is real, the result has its dtype and
// the reduced dims as 1.
using Variance = Tensor(bool root, const Tensor& self, const DimVec& dims, double divisor);
constinit BackendTable<Variance> variance{"var"};

Tensor variance_cpu(bool root, const Tensor& self, const DimVec& dims, double divisor) {
  const bool wide = self.dtype() == DType::float64;
  const DType compute = wide ? DType::float64 : DType::float32;
  const Tensor out = empty(reduced_sizes(self, dims, true), self.dtype());
  reduce_on_cpu(*variance_kernels(root, wide), self, compute, compute, dims, out, divisor);
  return out;
}
Tensor variance_shape(bool, const Tensor& self, const DimVec& dims, double) {
  return empty(reduced_sizes(self, dims, true), self.dtype(), self.device());
}

// `name` is the function that the program called.
Tensor variance_of(bool root, const Tensor& self, const Dims& dim, const MaybeScalar& correction, bool keepdim,
                   const char* name) {
  check_floating(self, "std and var");
  const DimVec dims = reduced_dims(self, dim);
  const double by = divisor(self, dims, correction.value_or(Scalar(1)).to_double());
  if (VT_UNLIKELY(by <= 0)) {
    warn(vt::detail::concat(
        name,
        "(): degrees of freedom is <= 0. Correction should be strictly less than the number of elements "
        "that are reduced to one; the result is not a number or infinite."));
  }
  auto of = [&](bool rooted, const Tensor& part) { return variance(self.device(), rooted, part, dims, by); };
  Tensor result;
  if (is_complex(self.dtype())) {
    result = of(false, ops::real(self)) + of(false, ops::imag(self));
    if (root) result = sqrt(result);
  } else {
    result = of(root, self);
  }
  return without_dims(result, reduced_sizes(self, dims, keepdim));
}
Two variance_and_mean(bool root, const Tensor& self, const Dims& dim, const MaybeScalar& correction, bool keepdim) {
  return {variance_of(root, self, dim, correction, keepdim, root ? "std_mean" : "var_mean"),
          ops::mean(self, reduced_dims(self, dim), keepdim)};
}

// ---- gradients ----

Tensor var_gradient(const Tensor& grad, const Tensor& self, const Dims& dim, const MaybeScalar& correction,
                    bool keepdim) {
  const DimVec dims = reduced_dims(self, dim);
  const double scale = 2.0 / divisor(self, dims, correction.value_or(Scalar(1)).to_double());
  return restore_dims(grad, self.sizes(), dims, keepdim) * scale * (self - ops::mean(self, dims, true));
}
Tensor std_gradient(const Tensor& grad, const Tensor& std, const Tensor& self, const Dims& dim,
                    const MaybeScalar& correction, bool keepdim) {
  return var_gradient(unless(std == 0, grad / (2 * std)), self, dim, correction, keepdim);
}
Tensor mean_gradient(const Tensor& grad, const Tensor& self, const Dims& dim, bool keepdim) {
  const DimVec dims = reduced_dims(self, dim);
  return expand_to(grad / divisor(self, dims, 0.0), self.sizes(), dims, keepdim);
}

// ---- var.correction and its family; PyTorch's other overloads are spellings of them ----

template <bool root>
Tensor var(const Tensor& self, Dims dim, MaybeScalar correction, bool keepdim) {
  return variance_of(root, self, dim, correction, keepdim, root ? "std" : "var");
}
template <bool root>
Two var_mean(const Tensor& self, Dims dim, MaybeScalar correction, bool keepdim) {
  return variance_and_mean(root, self, dim, correction, keepdim);
}
void var_backward(GradContext& c) {
  c.set(0, var_gradient(c.grad(), c.saved(0), c.arg<Dims>(1), c.arg<MaybeScalar>(2), c.arg<bool>(3)));
}
void std_backward(GradContext& c) {
  c.set(0, std_gradient(c.grad(), c.saved_result(), c.saved(0), c.arg<Dims>(1), c.arg<MaybeScalar>(2), c.arg<bool>(3)));
}
template <bool root>
void with_mean_backward(GradContext& c) {
  const Tensor self = c.saved(0);
  const auto dim = c.arg<Dims>(1);
  const auto correction = c.arg<MaybeScalar>(2);
  const bool keepdim = c.arg<bool>(3);
  Tensor total;
  if (c.grad(0).defined()) {
    if constexpr (root) {
      total = std_gradient(c.grad(0), c.saved_result(0), self, dim, correction, keepdim);
    } else {
      total = var_gradient(c.grad(0), self, dim, correction, keepdim);
    }
  }
  if (c.grad(1).defined()) {
    const Tensor share = mean_gradient(c.grad(1), self, dim, keepdim);
    total = total.defined() ? total + share : share;
  }
  c.set(0, total);
}

// The spellings with a flag: unbiased is a correction of one.
Scalar correction(bool unbiased) { return unbiased ? 1 : 0; }
Tensor var_all(const Tensor& self, bool unbiased) { return ops::var(self, std::nullopt, correction(unbiased)); }
Tensor std_all(const Tensor& self, bool unbiased) { return ops::std(self, std::nullopt, correction(unbiased)); }
Tensor var_dim(const Tensor& self, Dims dim, bool unbiased, bool keepdim) {
  return ops::var(self, dim, correction(unbiased), keepdim);
}
Tensor std_dim(const Tensor& self, Dims dim, bool unbiased, bool keepdim) {
  return ops::std(self, dim, correction(unbiased), keepdim);
}
Two var_mean_all(const Tensor& self, bool unbiased) { return ops::var_mean(self, std::nullopt, correction(unbiased)); }
Two std_mean_all(const Tensor& self, bool unbiased) { return ops::std_mean(self, std::nullopt, correction(unbiased)); }
Two var_mean_dim(const Tensor& self, Dims dim, bool unbiased, bool keepdim) {
  return ops::var_mean(self, dim, correction(unbiased), keepdim);
}
Two std_mean_dim(const Tensor& self, Dims dim, bool unbiased, bool keepdim) {
  return ops::std_mean(self, dim, correction(unbiased), keepdim);
}

// ---- logsumexp ----

Tensor logsumexp(const Tensor& input, IntSpan dim, bool keepdim) {
  const Tensor self = is_integral(input.dtype(), true) ? input * 1.0 : input;
  const DimVec dims = reduced_dims(self, DimVec(dim));
  const DimVec sizes = reduced_sizes(self, dims, keepdim);
  if (self.numel() == 0) return without_dims(log(ops::sum(exp(self), dims, true)), sizes);
  const Tensor top = ops::amax(real_part(self), dims, true);
  const Tensor shift = unless(isinf(top), top);  // infinite rows are shifted by nothing
  return without_dims(log(ops::sum(exp(self - shift), dims, true)) + shift, sizes);
}
void logsumexp_backward(GradContext& c) {
  const Tensor self = c.saved(0);
  const DimVec dims = reduced_dims(self, DimVec(c.arg<IntSpan>(1)));
  const bool keepdim = c.arg<bool>(2);
  const Tensor result = restore_dims(c.saved_result(), self.sizes(), dims, keepdim);
  c.set(0, restore_dims(c.grad(), self.sizes(), dims, keepdim) * conj(exp(self - result)));
}

}  // namespace

void register_reduce_moments(Registry& r) {
  variance.cpu(variance_cpu).cuda(variance_cuda).on(Key::Meta, variance_shape);
  r.def("var(Tensor self, bool unbiased=True) -> Tensor").composite(var_all).out();
  r.def("std(Tensor self, bool unbiased=True) -> Tensor").composite(std_all).out();
  r.def("var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor").composite(var_dim).out();
  r.def("std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor").composite(std_dim).out();
  r.def("var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor")
      .all(var<false>)
      .backward(keep::self, var_backward)
      .out();
  r.def("std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor")
      .all(var<true>)
      .backward(keep::self | keep::result, std_backward)
      .out();
  r.def("var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)").composite(var_mean_all).function_only();
  r.def("std_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)").composite(std_mean_all).function_only();
  r.def("var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)")
      .composite(var_mean_dim)
      .function_only();
  r.def("std_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)")
      .composite(std_mean_dim)
      .function_only();
  r.def(
       "var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)")
      .all(var_mean<false>)
      .backward(keep::self, with_mean_backward<false>)
      .function_only();
  r.def(
       "std_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)")
      .all(var_mean<true>)
      .backward(keep::self | keep::result, with_mean_backward<true>)
      .function_only();
  r.def("logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor")
      .all(logsumexp)
      .backward(keep::self | keep::result, logsumexp_backward)
      .autocast({.cuda = AutocastPolicy::Float32})
      .out();
}

}  // namespace vt
