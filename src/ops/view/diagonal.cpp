// Diagonals as views, and matrices made from diagonals.
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/typed/copy.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"
#include "ops/view/put_gradient.h"
#include "ops/view/register.h"

namespace vt {
namespace {

Tensor diagonal_kernel(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t a = wrap_dim(dim1, self.dim()), b = wrap_dim(dim2, self.dim());
  VT_CHECK(a != b, Runtime, "diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  DimVec sizes(self.sizes()), strides(self.strides());
  const int64_t rows = sizes[a], columns = sizes[b];
  const int64_t k = std::clamp<int64_t>(offset, -rows, columns);
  const int64_t length = std::max<int64_t>(0, k >= 0 ? std::min(rows, columns - k) : std::min(rows + k, columns));
  int64_t start = self.storage_offset();
  if (length > 0) start += k >= 0 ? k * strides[b] : -k * strides[a];
  const int64_t stride = strides[a] + strides[b];
  const size_t first = static_cast<size_t>(std::min(a, b)), second = static_cast<size_t>(std::max(a, b));
  for (DimVec* v : {&sizes, &strides}) {
    v->erase(second);
    v->erase(first);
  }
  sizes.push_back(length);
  strides.push_back(stride);
  return make_view(self, sizes, strides, start);
}

void diagonal_derivative(GradContext& ctx) {
  ctx.set(0, ops::diagonal_backward(ctx.grad(), ctx.sizes(0), ctx.arg<int64_t>(1), ctx.arg<int64_t>(2),
                                    ctx.arg<int64_t>(3)));
}

Tensor diagonal_backward_kernel(const Tensor& grad_output, IntSpan input_sizes, int64_t offset, int64_t dim1,
                                int64_t dim2) {
  const Tensor out = ops::filled(input_sizes, 0, grad_output.dtype(), grad_output.device());
  put_gradient(diagonal_kernel(out, offset, dim1, dim2), grad_output);
  return out;
}
void diagonal_backward_derivative(GradContext& ctx) {
  ctx.set(0, ops::diagonal(ctx.grad(), ctx.arg<int64_t>(2), ctx.arg<int64_t>(3), ctx.arg<int64_t>(4)));
}

// The last dim of self becomes a diagonal of two dims of the result.
Tensor diag_embed_kernel(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t ndim = self.dim() + 1;
  const int64_t a = wrap_dim(dim1, ndim), b = wrap_dim(dim2, ndim);
  VT_CHECK(a != b, Runtime, "diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  VT_CHECK(self.dim() > 0, Index, "Dimension specified as -1 but tensor has no dimensions");
  VT_CHECK(offset > std::numeric_limits<int64_t>::min(), Runtime, "diag_embed: offset out of range, got ", offset);
  const int64_t side = checked_add(self.size(-1), std::abs(offset));
  DimVec sizes(self.sizes());
  sizes.pop_back();
  sizes.insert(static_cast<size_t>(std::min(a, b)), side);
  sizes.insert(static_cast<size_t>(std::max(a, b)), side);
  const Tensor out = ops::filled(sizes, 0, self.dtype(), self.device());
  copy_data(diagonal_kernel(out, offset, dim1, dim2), self);
  return out;
}
void diag_embed_derivative(GradContext& ctx) {
  ctx.set(0, ops::diagonal(ctx.grad(), ctx.arg<int64_t>(1), ctx.arg<int64_t>(2), ctx.arg<int64_t>(3)));
}

Tensor diag(const Tensor& self, int64_t diagonal) {
  VT_CHECK(self.dim() == 1 || self.dim() == 2, Runtime, "diag(): Supports 1D or 2D tensors. Got ", self.dim(), "D");
  if (self.dim() == 1) return ops::diag_embed(self, diagonal);
  return ops::clone(ops::diagonal(self, diagonal), MemoryFormat::Contiguous);
}

Tensor diagflat(const Tensor& self, int64_t offset) { return ops::diag_embed(ops::reshape(self, DimVec{-1}), offset); }

Tensor trace(const Tensor& self) {
  VT_CHECK(self.dtype() != DType::bool_, NotImplemented, "\"trace\" not implemented for 'Bool'");
  VT_CHECK(self.dim() == 2, Runtime, "trace: expected a matrix, but got tensor with dim ", self.dim());
  return ops::sum(ops::diagonal(self));
}

}  // namespace

void register_diagonal(Registry& r) {
  r.def("diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)")
      .all(diagonal_kernel)
      .view()
      .backward(keep::none, diagonal_derivative);
  r.def("diagonal_backward(Tensor grad_output, int[] input_sizes, int offset, int dim1, int dim2) -> Tensor")
      .all(diagonal_backward_kernel)
      .backward(keep::none, diagonal_backward_derivative)
      .internal();
  r.def("diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor")
      .all(diag_embed_kernel)
      .backward(keep::none, diag_embed_derivative);
  r.def("diag(Tensor self, int diagonal=0) -> Tensor").composite(diag).out();
  r.def("trace(Tensor self) -> Tensor").composite(trace).autocast({.cpu = AutocastPolicy::Float32});
  r.def("diagflat(Tensor self, int offset=0) -> Tensor").composite(diagflat);
}

}  // namespace vt
