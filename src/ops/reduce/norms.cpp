// linalg_vector_norm and norm.
#include <cmath>

#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "ops/pointwise/gradients.h"
#include "ops/reduce/engine.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"

namespace vt {
namespace {

using namespace vt::reduce;
using ops::abs, ops::pow, ops::sgn;
using pointwise::unless, pointwise::zeros_like;
using Dims = std::optional<DimVec>;
using MaybeDType = std::optional<DType>;

const reduce::Row& row_of(double ord) {
  if (ord == 0.0) return rows::norm_zero;
  if (ord == 1.0) return rows::norm_one;
  if (ord == 2.0) return rows::norm_two;
  if (std::isinf(ord)) return ord > 0 ? rows::norm_max : rows::norm_min;
  return rows::norm_p;
}

TensorSpec vector_norm_meta(const Tensor& self, Scalar& ord, Dims& dim, bool& keepdim, MaybeDType& dtype) {
  VT_CHECK(is_differentiable(self.dtype()), Runtime,
           "linalg.vector_norm: Expected a floating point or complex tensor as input. Got ", self.dtype());
  VT_CHECK(!dtype || is_differentiable(*dtype), Runtime,
           "linalg.vector_norm: dtype should be floating point or complex. Got ", dtype.value_or(self.dtype()));
  dim = reduced_dims(self, dim);
  const double p = ord.to_double();
  if (p < 0 || std::isinf(p)) {
    for (const int64_t d : *dim) {
      VT_CHECK(self.sizes()[d] != 0, Runtime, "linalg.vector_norm cannot compute the ", p,
               " norm on an empty tensor because the operation does not have an identity");
    }
  }
  dtype = dtype.value_or(self.dtype());
  return {reduced_sizes(self, *dim, keepdim), to_real(*dtype), self.device()};
}
void vector_norm(const Tensor& self, const Scalar& ord, const Dims& dim, bool, const MaybeDType& dtype, Tensor& out) {
  const double p = ord.to_double();
  // Of one element each norm but the zeroth is the size: no power of it may leave the dtype's range.
  const bool of_one = self.numel() == out.numel() && p != 0.0;
  reduce::reduce(of_one ? rows::norm_max : row_of(p), self, *dtype, *dim, out, p);
}

Tensor norm_gradient(Tensor grad, const Tensor& self, Tensor norm, double p, IntSpan dims, bool keepdim) {
  grad = restore_dims(grad, self.sizes(), dims, keepdim);
  norm = restore_dims(norm, self.sizes(), dims, keepdim);
  if (p == 0.0) return zeros_like(self);
  if (p == 1.0) return grad * sgn(self);
  if (p == 2.0)
    return grad * (self / ops::where(norm == 0, wrapped_number(HUGE_VAL), norm));  // 0 where there is no size
  if (std::isinf(p)) {
    const Tensor reached = (abs(self) == norm) | (ops::isnan(self) & ops::isnan(norm));
    return sgn(self) * (grad / ops::sum(reached, dims, true)) * reached;
  }
  const Tensor size = abs(self);
  if (p < 1.0) return unless(size == 0, sgn(self) * pow(size, p - 1.0)) * grad * pow(norm, 1.0 - p);
  const Tensor direction = p < 2.0 ? sgn(self) * pow(size, p - 1.0) : self * pow(size, p - 2.0);
  return direction * unless(norm == 0, grad / pow(norm, p - 1.0));
}
void vector_norm_backward(GradContext& c) {
  const Tensor self = c.saved(0);
  c.set(0, norm_gradient(c.grad(), self, c.saved_result(), c.arg<Scalar>(1).to_double(),
                         reduced_dims(self, c.arg<Dims>(2)), c.arg<bool>(3)));
}

Tensor norm_of(const Tensor& self, const std::optional<Scalar>& p, const Dims& dim, bool keepdim, MaybeDType dtype) {
  return ops::linalg_vector_norm(self, p.value_or(Scalar(2.0)), dim, keepdim, dtype);
}
Tensor norm_all(const Tensor& self, const Scalar& p) { return norm_of(self, p, {}, false, {}); }
Tensor norm_dims(const Tensor& self, std::optional<Scalar> p, IntSpan dim, bool keepdim) {
  return norm_of(self, p, DimVec(dim), keepdim, {});
}
Tensor norm_dtype(const Tensor& self, std::optional<Scalar> p, IntSpan dim, bool keepdim, DType dtype) {
  return norm_of(self, p, DimVec(dim), keepdim, dtype);
}

Tensor dist(const Tensor& self, const Tensor& other, const Scalar& p) {
  return norm_of(self - other, p, {}, false, {});
}

// Slices along dim whose p-norm is above maxnorm, scaled down to it.
Tensor renorm(const Tensor& self, const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  VT_CHECK(!p.is_complex(), Runtime, "renorm: p must be real-valued");
  VT_CHECK(p.to_double() > 0, Runtime, "renorm: non-positive-norm not supported");
  VT_CHECK(!maxnorm.is_complex(), Runtime, "renorm: maxnorm must be real-valued");
  VT_CHECK(maxnorm.to_double() >= 0, Runtime, "renorm: expected maxnorm to be >= 0 but got ", maxnorm.to_double());
  VT_CHECK(self.dim() > 1, Runtime, "renorm: input needs at least 2 dimensions, got ", self.dim(), " dimensions");
  dim = wrap_dim(dim, self.dim());
  DimVec others;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (d != dim) others.push_back(d);
  }
  const DType wide = opmath_dtype(self.dtype());
  const auto norm_of_slices = [&](const Tensor& t) { return ops::linalg_vector_norm(t, p, others, true, wide); };
  Tensor norm = norm_of_slices(self);
  const Tensor over = norm > maxnorm;
  // Slices that stay as they are take no part in the derivative, which may be infinite there.
  if (grad_enabled() && self.requires_grad()) norm = norm_of_slices(ops::where(over, self, wrapped_number(1.0)));
  const Tensor factor = ops::where(over, maxnorm / (norm + 1e-7), wrapped_number(1.0));
  return self * (factor.dtype() == to_real(self.dtype()) ? factor : ops::_to_copy(factor, to_real(self.dtype())));
}

}  // namespace

void register_reduce_norms(Registry& r) {
  r.def("dist(Tensor self, Tensor other, Scalar p=2) -> Tensor")
      .composite(dist)
      .autocast({.cuda = AutocastPolicy::Float32})
      .doc("p-norm of self - other.");
  r.def("renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor")
      .composite(renorm)
      .autocast({.cuda = AutocastPolicy::Float32})
      .inplace()
      .inplace_surface(kMethod)
      .out()
      .doc("self, each slice along dim whose p-norm is above maxnorm scaled down to it.");
  r.def(
       "linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .meta(vector_norm_meta)
      .cpu(vector_norm)
      .cuda(vector_norm)
      .autocast({.cuda = AutocastPolicy::Float32})
      .backward(keep::self | keep::result, vector_norm_backward)
      .surface(kLinalg);
  r.def("norm.Scalar(Tensor self, Scalar p=2) -> Tensor").composite(norm_all);
  r.def("norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor").composite(norm_dims);
  r.def(
       "norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim=False, *, ScalarType dtype) -> Tensor")
      .composite(norm_dtype);
}

}  // namespace vt
