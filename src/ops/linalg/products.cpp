// mm, bmm, mv, dot and the scaled sums addmm, baddbmm, addmv: one GEMM each.
#include "dispatch/flops.h"
#include "ops/copy/scalar_fits.h"
#include "ops/linalg/matrix_product.h"
#include "ops/linalg/side_by_side.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {

using linalg::matrix_product;

namespace {

// A view for real tensors.
Tensor adjoint(const Tensor& t) {
  const Tensor transposed = ops::transpose(t, -2, -1);
  return is_complex(t.dtype()) ? ops::conj_physical(transposed) : transposed;
}

void check_same_dtype(const Tensor& a, const Tensor& b) {
  VT_CHECK(a.dtype() == b.dtype(), Runtime, "expected m1 and m2 to have the same dtype, but got: ", a.dtype(),
           " != ", b.dtype());
  VT_CHECK(a.dtype() != DType::bool_, NotImplemented, "not implemented for 'bool'");
}

void check_matrices(const Tensor& a, const Tensor& b) {
  VT_CHECK(a.dim() == 2, Runtime, "self must be a matrix, got ", a.dim(), " dimensions");
  VT_CHECK(b.dim() == 2, Runtime, "mat2 must be a matrix, got ", b.dim(), " dimensions");
  const IntSpan x = a.sizes(), y = b.sizes();
  VT_CHECK(x[1] == y[0], Runtime, "mat1 and mat2 shapes cannot be multiplied (", x[0], "x", x[1], " and ", y[0], "x",
           y[1], ")");
  check_same_dtype(a, b);
}

void check_batches(const Tensor& a, const Tensor& b) {
  VT_CHECK(a.dim() == 3, Runtime, "batch1 must be a 3D tensor, got ", a.dim(), " dimensions");
  VT_CHECK(b.dim() == 3, Runtime, "batch2 must be a 3D tensor, got ", b.dim(), " dimensions");
  VT_CHECK(a.size(0) == b.size(0) && a.size(2) == b.size(1), Runtime,
           "Expected size for first two dimensions of batch2 tensor to be: [", a.size(0), ", ", a.size(2),
           "] but got: [", b.size(0), ", ", b.size(1), "].");
  check_same_dtype(a, b);
}

// mm
// ---------------------------------------------------------------------------------------------------------------------

TensorSpec mm_meta(const Tensor& a, const Tensor& b) {
  check_matrices(a, b);
  return {{a.sizes()[0], b.sizes()[1]}, a.dtype(), a.device(), {}};
}

TensorSpec bmm_meta(const Tensor& a, const Tensor& b) {
  check_batches(a, b);
  return {{a.size(0), a.size(1), b.size(2)}, a.dtype(), a.device(), {}};
}

void product_kernel(const Tensor& a, const Tensor& b, Tensor& out) { matrix_product(a, b, out, 1, 0); }

// Of mm, bmm and (with other = vector as a column) everything that is one product.
void product_backward(GradContext& ctx) {
  const Tensor& g = ctx.grad();
  auto multiply = [&](const Tensor& x, const Tensor& y) { return x.dim() == 3 ? ops::bmm(x, y) : ops::mm(x, y); };
  linalg::side_by_side(
      ctx, [&] { ctx.set(0, multiply(g, adjoint(ctx.saved(1)))); },
      [&] { ctx.set(1, multiply(adjoint(ctx.saved(0)), g)); });
}

// addmm
// ------------------------------------------------------------------------------------------------------------------

// Factors are read in the dtype that products are summed in.
void check_factors(const Tensor& a, const Scalar& beta, const Scalar& alpha) {
  const DType d = opmath_dtype(a.dtype());
  check_scalar_fits(beta, d);
  check_scalar_fits(alpha, d);
}

void check_addend(const Tensor& self, const Tensor& a, IntSpan sizes) {
  VT_CHECK(is_expandable_to(self.sizes(), sizes), Runtime, "The expanded size of the tensor must match: cannot expand ",
           self.sizes(), " to ", sizes);
  VT_CHECK(self.dtype() == a.dtype(), Runtime, "self and mat2 must have the same dtype, but got ", self.dtype(),
           " and ", a.dtype());
}

TensorSpec addmm_meta(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  check_matrices(a, b);
  check_factors(a, beta, alpha);
  TensorSpec s{{a.size(0), b.size(1)}, a.dtype(), a.device(), {}};
  check_addend(self, a, s.sizes);
  return s;
}

TensorSpec baddbmm_meta(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  check_batches(a, b);
  check_factors(a, beta, alpha);
  TensorSpec s{{a.size(0), a.size(1), b.size(2)}, a.dtype(), a.device(), {}};
  check_addend(self, a, s.sizes);
  return s;
}

void add_product_kernel(const Tensor& self, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha,
                        Tensor& out) {
  const bool no_addend = !beta.is_complex() && beta.to_double() == 0;
  const bool row_bias = self.dim() == 1 && out.dim() == 2 && self.size(0) == out.size(1) && !beta.is_complex() &&
                        beta.to_double() == 1 && !alpha.is_complex() && alpha.to_double() == 1;
  if (row_bias) return matrix_product(a, b, out, alpha, 0, self);
  const bool in_place = out.impl()->address() == self.impl()->address() && same(out.sizes(), self.sizes()) &&
                        same(out.strides(), self.strides());
  if (!no_addend && !in_place) ops::copy_(out, self);
  matrix_product(a, b, out, alpha, no_addend ? Scalar(0) : beta);
}

Tensor scaled(const Tensor& t, const Scalar& by) {
  if (by.is_complex()) {
    const auto z = by.to_complex();
    return t * Scalar(complex<double>(z.re, -z.im));
  }
  return by.to_double() == 1 ? t : t * by;
}

void add_product_backward(GradContext& ctx) {
  const Tensor& g = ctx.grad();
  const Scalar beta = ctx.arg<Scalar>(3), alpha = ctx.arg<Scalar>(4);
  auto multiply = [&](const Tensor& x, const Tensor& y) { return x.dim() == 3 ? ops::bmm(x, y) : ops::mm(x, y); };
  if (ctx.needs(0)) ctx.set(0, scaled(g, beta));
  if (ctx.needs(1)) ctx.set(1, scaled(multiply(g, adjoint(ctx.saved(2))), alpha));
  if (ctx.needs(2)) ctx.set(2, scaled(multiply(adjoint(ctx.saved(1)), g), alpha));
}

// mv, dot, outer
// ---------------------------------------------------------------------------------------------------------

TensorSpec mv_meta(const Tensor& a, const Tensor& v) {
  VT_CHECK(a.dim() == 2 && v.dim() == 1, Runtime, "vector + matrix @ vector expected, got ", 1, ", ", a.dim(), ", ",
           v.dim());
  VT_CHECK(a.size(1) == v.size(0), Runtime, "size mismatch, got input (", a.size(0), "), mat (", a.size(0), "x",
           a.size(1), "), vec (", v.size(0), ")");
  check_same_dtype(a, v);
  return {{a.size(0)}, a.dtype(), a.device(), {}};
}

// A vector as a matrix with one column, without autograd: kernels run below it.
Tensor column(const Tensor& v) {
  return make_view(v, DimVec{v.size(0), 1}, DimVec{v.stride(0), 1}, v.storage_offset());
}

void mv_kernel(const Tensor& a, const Tensor& v, Tensor& out) { matrix_product(a, column(v), column(out), 1, 0); }

void mv_backward(GradContext& ctx) {
  const Tensor& g = ctx.grad();
  if (ctx.needs(0)) ctx.set(0, ops::mm(ops::unsqueeze(g, 1), adjoint(ops::unsqueeze(ctx.saved(1), 1))));
  if (ctx.needs(1)) ctx.set(1, ops::mv(adjoint(ctx.saved(0)), g));
}

TensorSpec dot_meta(const Tensor& a, const Tensor& b) {
  VT_CHECK(a.dim() == 1 && b.dim() == 1, Runtime, "1D tensors expected, but got ", a.dim(), "D and ", b.dim(),
           "D tensors");
  VT_CHECK(a.dtype() == b.dtype(), Runtime, "dot : expected both vectors to have same dtype, but found ", a.dtype(),
           " and ", b.dtype());
  VT_CHECK(a.size(0) == b.size(0), Runtime, "inconsistent tensor size, expected tensor [", a.size(0), "] and src [",
           b.size(0), "] to have the same number of elements");
  check_same_dtype(a, b);
  return {{}, a.dtype(), a.device(), {}};
}

void dot_kernel(const Tensor& a, const Tensor& b, Tensor& out) {
  const Tensor row = make_view(a, DimVec{1, a.size(0)},
                               DimVec{std::max<int64_t>(a.size(0), 1) * std::max<int64_t>(a.stride(0), 1), a.stride(0)},
                               a.storage_offset());
  matrix_product(row, column(b), make_view(out, DimVec{1, 1}, DimVec{1, 1}, out.storage_offset()), 1, 0);
}

void dot_backward(GradContext& ctx) {
  const Tensor& g = ctx.grad();
  auto conj = [](const Tensor& t) { return is_complex(t.dtype()) ? ops::conj_physical(t) : t; };
  if (ctx.needs(0)) ctx.set(0, g * conj(ctx.saved(1)));
  if (ctx.needs(1)) ctx.set(1, g * conj(ctx.saved(0)));
}

// Integer products take whole factors, as PyTorch's.
Scalar in_dtype_of(const Tensor& t, const Scalar& s) { return is_integral(t.dtype()) ? Scalar(s.to_int()) : s; }

Tensor outer(const Tensor& self, const Tensor& vec2) {
  VT_CHECK(self.dim() == 1 && vec2.dim() == 1, Runtime, "outer: Expected 1-D arguments, got ", self.dim(), "-D and ",
           vec2.dim(), "-D");
  return ops::unsqueeze(self, 1) * vec2;
}

// PyTorch multiplies by a number of no dimensions; otherwise the last dims are summed over, as by dot, with the leading
// dims of both in the result.
Tensor inner(const Tensor& self, const Tensor& other) {
  if (self.dim() == 0 || other.dim() == 0) return self * other;
  VT_CHECK(self.size(-1) == other.size(-1), Runtime,
           "inner() the last dimension must match on both input tensors but got shapes ", self.sizes(), " and ",
           other.sizes());
  if (self.dim() == 1 && other.dim() == 1) return ops::dot(self, other);
  const int64_t width = self.size(-1);
  DimVec sizes(self.sizes().first(self.sizes().size() - 1));
  for (size_t d = 0; d + 1 < other.sizes().size(); ++d) sizes.push_back(other.sizes()[d]);
  const DimVec rows = {width == 0 ? checked_numel(self.sizes().first(self.sizes().size() - 1)) : -1, width};
  const DimVec columns = {width == 0 ? checked_numel(other.sizes().first(other.sizes().size() - 1)) : -1, width};
  return ops::reshape(ops::mm(ops::reshape(self, rows), ops::t(ops::reshape(other, columns))), sizes);
}

Tensor vdot(const Tensor& self, const Tensor& other) {
  return ops::dot(is_complex(self.dtype()) ? ops::conj_physical(self) : self, other);
}

Tensor vecdot(const Tensor& x, const Tensor& y, int64_t dim) {
  VT_CHECK(is_differentiable(x.dtype()), Runtime,
           "linalg.vecdot: Expected a floating point or complex tensor as input. Got ", x.dtype());
  return ops::sum((is_complex(x.dtype()) ? ops::conj_physical(x) : x) * y, DimVec{dim});
}

Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& by_self,
             const Scalar& by_product) {
  check_scalar_fits(by_self, mat.dtype());
  check_scalar_fits(by_product, mat.dtype());
  const Scalar beta = in_dtype_of(mat, by_self), alpha = in_dtype_of(mat, by_product);
  const Tensor product = scaled(ops::mv(mat, vec), alpha);
  VT_CHECK(is_expandable_to(self.sizes(), product.sizes()), Runtime, "size mismatch, got input ", self.sizes(),
           ", mat ", mat.sizes(), " and vec ", vec.sizes());
  return !beta.is_complex() && beta.to_double() == 0 ? product : scaled(self, beta) + product;
}

// (..., m, k) times (..., k, n), where the first matrix is argument `First`.
template <size_t First>
double matrix_flops(std::span<const Value> args) {
  const IntSpan a = sizes_at(args, First), b = sizes_at(args, First + 1);
  if (a.size() < 2 || b.size() < 2) return 0;
  return 2 * elements_of(a) * static_cast<double>(b.back());
}

}  // namespace

void register_products(Registry& r) {
  linalg::register_matrix_product();
  r.def("mm(Tensor self, Tensor mat2) -> Tensor")
      .meta(mm_meta)
      .cpu(product_kernel)
      .cuda(product_kernel)
      .backward(keep::args(0, 1), product_backward)
      .autocast(AutocastPolicy::Lower)
      .doc("The product of two matrices (n, m) @ (m, p); any dtype but bool.");
  r.def("bmm(Tensor self, Tensor mat2) -> Tensor")
      .meta(bmm_meta)
      .cpu(product_kernel)
      .cuda(product_kernel)
      .backward(keep::args(0, 1), product_backward)
      .autocast(AutocastPolicy::Lower)
      .doc("Products of two batches of matrices (b, n, m) @ (b, m, p).");
  r.def("addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
      .meta(addmm_meta)
      .cpu(add_product_kernel)
      .cuda(add_product_kernel)
      .backward(keep::args(1, 2), add_product_backward)
      .autocast(AutocastPolicy::Lower)
      .inplace()
      .doc("beta * self + alpha * (mat1 @ mat2); self broadcasts to (n, p).");
  r.def("baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
      .meta(baddbmm_meta)
      .cpu(add_product_kernel)
      .cuda(add_product_kernel)
      .backward(keep::args(1, 2), add_product_backward)
      .autocast(AutocastPolicy::Lower)
      .inplace()
      .doc("beta * self + alpha * (batch1 @ batch2), batch by batch; self broadcasts.");
  for (const char* op : {"mm", "bmm"}) declare_flops(r, op, matrix_flops<0>);
  for (const char* op : {"addmm", "baddbmm"}) declare_flops(r, op, matrix_flops<1>);
  r.def("mv(Tensor self, Tensor vec) -> Tensor")
      .meta(mv_meta)
      .cpu(mv_kernel)
      .cuda(mv_kernel)
      .backward(keep::args(0, 1), mv_backward)
      .autocast({.cuda = AutocastPolicy::Lower})
      .doc("Matrix times vector: (n, m) @ (m).");
  r.def("dot(Tensor self, Tensor tensor) -> Tensor")
      .meta(dot_meta)
      .cpu(dot_kernel)
      .cuda(dot_kernel)
      .backward(keep::args(0, 1), dot_backward)
      .autocast({.cuda = AutocastPolicy::Promote})
      .doc("Sum of the products of two vectors, as a 0-dim tensor; no conjugation.");
  r.def("outer(Tensor self, Tensor vec2) -> Tensor")
      .composite(outer)
      .out()
      .doc("Outer product of two vectors (n), (m): (n, m).");
  r.def("inner(Tensor self, Tensor other) -> Tensor")
      .composite(inner)
      .out()
      .doc("Sums of products over the last dim of both: (..., n), (*, n) give (..., *).");
  r.def("vdot(Tensor self, Tensor other) -> Tensor")
      .composite(vdot)
      .out()
      .autocast({.cuda = AutocastPolicy::Promote})
      .doc("dot with the first vector conjugated.");
  r.def("linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor")
      .composite(vecdot)
      .autocast(AutocastPolicy::Lower)
      .out()
      .surface(kLinalg)
      .doc("Sums of conj(x) y along `dim`.");
  r.def("addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
      .composite(addmv)
      .autocast({.cuda = AutocastPolicy::Lower})
      .inplace()
      .inplace_surface(kFunction | kMethod)
      .out()
      .doc("beta * self + alpha * (mat @ vec).");
}

}  // namespace vt
