// Views by raw geometry: as_strided and unfold, whose windows may overlap.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"
#include "ops/view/register.h"
#include "ops/view/slice_bounds.h"
#include "ops/view/strided_gradient.h"

namespace vt {
namespace {

Tensor as_strided(const Tensor& self, IntSpan size, IntSpan stride, std::optional<int64_t> storage_offset) {
  VT_CHECK(size.size() == stride.size(), Runtime, "mismatch in length of strides and shape: ", size, " and ", stride);
  return ops::_as_strided(self, size, stride, storage_offset.value_or(self.storage_offset()), self.strides(),
                          self.storage_offset());
}

Tensor as_strided_kernel(const Tensor& self, IntSpan size, IntSpan stride, int64_t storage_offset, IntSpan, int64_t) {
  return make_view(self, size, stride, storage_offset);
}

// Flat positions of a view's elements.
Tensor positions_of(int64_t count, IntSpan sizes, IntSpan strides, int64_t offset, Device device) {
  const Tensor all = ops::counted(Scalar(0), Scalar(1), count, DType::int64, device);
  return ops::reshape(ops::as_strided(all, sizes, strides, offset), DimVec{-1});
}

// What the elements of `values`, seen as a view, add up to in flat memory of `count` elements; 16-bit floats that add
// up do so in float32.
Tensor scatter_view(const Tensor& values, int64_t count, IntSpan sizes, IntSpan strides, int64_t offset) {
  if (ops::has_distinct_elements(sizes, strides)) {
    const Tensor flat = ops::new_zeros(values, DimVec{count});
    ops::copy_(ops::as_strided(flat, sizes, strides, offset), values);
    return flat;
  }
  const Tensor terms = ops::as_dtype(values, opmath_dtype(values.dtype()));
  return ops::index_add(ops::new_zeros(terms, DimVec{count}), 0,
                        positions_of(count, sizes, strides, offset, values.device()), ops::reshape(terms, DimVec{-1}));
}

// A derivative keeps no strides of tensors, so the input's own geometry comes as arguments.
void as_strided_derivative(GradContext& ctx) {
  ctx.set(0, ops::as_strided_gradient(ctx.grad(), {ctx.arg<IntSpan>(1), ctx.arg<IntSpan>(2), ctx.arg<int64_t>(3)},
                                      {ctx.sizes(0), ctx.arg<IntSpan>(4), ctx.arg<int64_t>(5)}));
}

Tensor unfold_kernel(const Tensor& self, int64_t dimension, int64_t size, int64_t step) {
  const int64_t dim = wrap_dim(dimension, self.dim());
  const int64_t have = self.dim() == 0 ? 1 : self.sizes()[dim];
  VT_CHECK(size >= 0, Runtime, "size is ", size, " but must be >= 0");
  VT_CHECK(size <= have, Runtime, "maximum size for tensor at dimension ", dim, " is ", have, " but size is ", size);
  VT_CHECK(step > 0, Runtime, "step is ", step, " but must be > 0");
  DimVec sizes(self.sizes()), strides(self.strides());
  const int64_t stride = self.dim() == 0 ? 1 : strides[dim];
  if (self.dim() > 0) {
    sizes[dim] = (have - size) / step + 1;
    strides[dim] = stepped_stride(stride, step);
  }
  sizes.push_back(size);
  strides.push_back(stride);
  return make_view(self, sizes, strides, self.storage_offset());
}

void unfold_derivative(GradContext& ctx) {
  ctx.set(
      0, ops::unfold_backward(ctx.grad(), ctx.sizes(0), ctx.arg<int64_t>(1), ctx.arg<int64_t>(2), ctx.arg<int64_t>(3)));
}

// Adds every window to where it came from: a block of `step` positions at a time, which lie apart in all windows.
// 16-bit floats of several windows add up in float32.
Tensor unfold_backward_kernel(const Tensor& grad_in, IntSpan input_sizes, int64_t dim, int64_t size, int64_t step) {
  const DType sums = size > step ? opmath_dtype(grad_in.dtype()) : grad_in.dtype();
  const Tensor out = ops::filled(input_sizes, 0, sums, grad_in.device());
  if (input_sizes.empty()) {
    if (size == 1) ops::copy_(out, ops::reshape(grad_in, input_sizes));
    return ops::as_dtype(out, grad_in.dtype());
  }
  dim = wrap_dim(dim, static_cast<int64_t>(input_sizes.size()));
  const int64_t windows = grad_in.size(dim);
  for (int64_t begin = 0; begin < size && windows > 0; begin += step) {
    const int64_t width = std::min(step, size - begin);
    const Tensor target = ops::unfold(ops::narrow(out, dim, begin, (windows - 1) * step + width), dim, width, step);
    ops::add_(target, ops::narrow(grad_in, -1, begin, width));
  }
  return ops::as_dtype(out, grad_in.dtype());
}
void unfold_backward_derivative(GradContext& ctx) {
  ctx.set(0, ops::unfold(ctx.grad(), ctx.arg<int64_t>(2), ctx.arg<int64_t>(3), ctx.arg<int64_t>(4)));
}

}  // namespace

// The gradient goes to the memory that both lie in, and the tensor reads its share there.
Tensor ops::as_strided_gradient(const Tensor& grad, const StridedGeometry& view, const StridedGeometry& of) {
  const int64_t base = std::min(view.offset, of.offset);
  const int64_t count = std::max(view_extent(view.sizes, view.strides, view.offset - base),
                                 view_extent(of.sizes, of.strides, of.offset - base));
  Tensor flat = scatter_view(grad, count, view.sizes, view.strides, view.offset - base);
  if (!has_distinct_elements(of.sizes, of.strides)) {
    // Several inputs read one location: they share its gradient.
    const Tensor one = filled(of.sizes, 1, flat.dtype(), flat.device());
    const Tensor readers = scatter_view(one, count, of.sizes, of.strides, of.offset - base);
    flat = div(flat, maximum(readers, filled_like(readers, 1)));
  }
  return as_dtype(as_strided(flat, of.sizes, of.strides, of.offset - base), grad.dtype());
}

bool ops::has_distinct_elements(IntSpan sizes, IntSpan strides) {
  DimVec order;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 0) return true;
    if (sizes[d] > 1) order.push_back(static_cast<int64_t>(d));
  }
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return strides[a] < strides[b]; });
  int64_t reach = 0;  // last offset that the dims so far get to
  for (const int64_t d : order) {
    if (strides[d] <= reach) return false;
    reach += (sizes[d] - 1) * strides[d];
  }
  return true;
}

void register_strided(Registry& r) {
  r.def("as_strided(Tensor(a) self, int[] size, int[] stride, int? storage_offset=None) -> Tensor(a)")
      .composite(as_strided);
  r.def(
       "_as_strided(Tensor(a) self, int[] size, int[] stride, int storage_offset, int[] self_stride, int self_storage_offset) -> Tensor(a)")
      .all(as_strided_kernel)
      .view()
      .backward(keep::none, as_strided_derivative)
      .internal();
  r.def("unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)")
      .all(unfold_kernel)
      .view()
      .backward(keep::none, unfold_derivative)
      .method_only();
  r.def("unfold_backward(Tensor grad_in, int[] input_sizes, int dim, int size, int step) -> Tensor")
      .all(unfold_backward_kernel)
      .backward(keep::none, unfold_backward_derivative)
      .internal();
}

}  // namespace vt
