// Part of one dim: select, slice, narrow, and the ops that put a gradient back into place.
#include "dispatch/registry.h"
#include "ops/copy/waiting_terms.h"
#include "ops/factory/factory.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"
#include "ops/view/put_gradient.h"
#include "ops/view/register.h"
#include "ops/view/slice_bounds.h"

namespace vt {
namespace {

Tensor select_kernel(const Tensor& self, int64_t dim, int64_t index) {
  VT_CHECK(self.dim() > 0, Index, "select() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, self.dim());
  const int64_t size = self.sizes()[dim];
  VT_CHECK(index >= -size && index < size, Index, "select(): index ", index, " out of range for tensor of size ",
           self.sizes(), " at dimension ", dim);
  if (index < 0) index += size;
  DimVec sizes(self.sizes()), strides(self.strides());
  const int64_t offset = self.storage_offset() + index * strides[dim];
  sizes.erase(static_cast<size_t>(dim));
  strides.erase(static_cast<size_t>(dim));
  return make_view(self, sizes, strides, offset);
}

// Adds the gradient to the one that waits for it, if there is one to be had, in the view's place alone: Note [Waiting
// gradients] in autograd/engine.h.
template <class Place>
bool add_to_waiting(GradContext& ctx, const Place& place_in) {
  const Tensor sum = ctx.take_waiting(0);
  if (!sum.defined()) return false;
  const Tensor place = place_in(sum);
  if (!waiting::wait_to_add(sum, place, ctx.grad())) ops::add_(place, ctx.grad());
  ctx.set(0, sum);
  return true;
}

void select_derivative(GradContext& ctx) {
  const auto place_in = [&](const Tensor& t) { return select_kernel(t, ctx.arg<int64_t>(1), ctx.arg<int64_t>(2)); };
  if (add_to_waiting(ctx, place_in)) return;
  ctx.set(0, ops::select_backward(ctx.grad(), ctx.sizes(0), ctx.arg<int64_t>(1), ctx.arg<int64_t>(2)));
}

Tensor slice_kernel(const Tensor& self, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                    int64_t step) {
  VT_CHECK(self.dim() > 0, Index, "slice() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, self.dim());
  const SliceBounds b = slice_bounds(self.sizes()[dim], start, end, step);
  DimVec sizes(self.sizes()), strides(self.strides());
  const int64_t offset = self.storage_offset() + b.start * strides[dim];
  sizes[dim] = b.length;
  strides[dim] = stepped_stride(strides[dim], step);
  return make_view(self, sizes, strides, offset);
}

void slice_derivative(GradContext& ctx) {
  const int64_t dim = wrap_dim(ctx.arg<int64_t>(1), static_cast<int64_t>(ctx.sizes(0).size()));
  const int64_t step = ctx.arg<int64_t>(4);
  const SliceBounds b =
      slice_bounds(ctx.sizes(0)[dim], ctx.arg<std::optional<int64_t>>(2), ctx.arg<std::optional<int64_t>>(3), step);
  const auto place_in = [&](const Tensor& t) { return slice_kernel(t, dim, b.start, b.start + b.length * step, step); };
  if (add_to_waiting(ctx, place_in)) return;
  ctx.set(0, ops::slice_backward(ctx.grad(), ctx.sizes(0), dim, b.start, b.start + b.length * step, step));
}

Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  VT_CHECK(self.dim() > 0, Runtime, "narrow() cannot be applied to a 0-dim tensor.");
  VT_CHECK(length >= 0, Runtime, "narrow(): length must be non-negative.");
  const int64_t size = self.size(dim);
  VT_CHECK(start >= -size && start <= size, Index, "start out of range (expected to be in range of [", -size, ", ",
           size, "], but got ", start, ")");
  if (start < 0) start += size;
  VT_CHECK(start <= size - length, Runtime, "start (", start, ") + length (", length, ") exceeds dimension size (",
           size, ").");
  return ops::slice(self, dim, start, start + length, 1);
}

Tensor narrow_from(const Tensor& self, int64_t dim, const Tensor& start, int64_t length) {
  VT_CHECK(start.dim() == 0 && is_integral(start.dtype()), Runtime, "start must be an 0-dim integral Tensor.");
  return narrow(self, dim, ops::item(start).to_int(), length);
}

// The gradient of a view of one dim: zeros, with the view's place taken by `grad`.
Tensor select_backward_kernel(const Tensor& grad_output, IntSpan input_sizes, int64_t dim, int64_t index) {
  const Tensor out = ops::filled(input_sizes, 0, grad_output.dtype(), grad_output.device());
  put_gradient(select_kernel(out, dim, index), grad_output);
  return out;
}
void select_backward_derivative(GradContext& ctx) {
  ctx.set(0, ops::select(ctx.grad(), ctx.arg<int64_t>(2), ctx.arg<int64_t>(3)));
}

Tensor slice_backward_kernel(const Tensor& grad_output, IntSpan input_sizes, int64_t dim, int64_t start, int64_t end,
                             int64_t step) {
  const Tensor out = empty(input_sizes, grad_output.dtype(), grad_output.device());
  const Tensor place = slice_kernel(out, dim, start, end, step);
  if (waiting::wait_to_put(out, place, grad_output)) return out;
  if (out.numel() > 0) fill_data(out, 0);
  put_gradient(place, grad_output);
  return out;
}
void slice_backward_derivative(GradContext& ctx) {
  ctx.set(0,
          ops::slice(ctx.grad(), ctx.arg<int64_t>(2), ctx.arg<int64_t>(3), ctx.arg<int64_t>(4), ctx.arg<int64_t>(5)));
}

}  // namespace

SliceBounds slice_bounds(int64_t size, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  VT_CHECK(step > 0, Runtime, "slice step must be positive, got ", step);
  auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size); };
  const int64_t first = clamp(start.value_or(0));
  const int64_t last = std::max(first, clamp(end.value_or(size)));
  const int64_t span = last - first;
  return {first, span / step + (span % step != 0)};
}

int64_t stepped_stride(int64_t stride, int64_t step) {
  int64_t out;
  return __builtin_mul_overflow(stride, step, &out) ? stride : out;
}

void register_slicing(Registry& r) {
  r.def("select.int(Tensor(a) self, int dim, int index) -> Tensor(a)")
      .all(select_kernel)
      .view()
      .backward(keep::none, select_derivative);
  r.def("slice.Tensor(Tensor(a) self, int dim=0, int? start=None, int? end=None, int step=1) -> Tensor(a)")
      .all(slice_kernel)
      .view()
      .backward(keep::none, slice_derivative)
      .surface(kNode);
  r.def("narrow(Tensor(a) self, int dim, int start, int length) -> Tensor(a)").composite(narrow);
  r.def("narrow.Tensor(Tensor(a) self, int dim, Tensor start, int length) -> Tensor(a)")
      .composite(narrow_from)
      .value_dependent();
  r.def("select_backward(Tensor grad_output, int[] input_sizes, int dim, int index) -> Tensor")
      .all(select_backward_kernel)
      .backward(keep::none, select_backward_derivative)
      .internal();
  r.def("slice_backward(Tensor grad_output, int[] input_sizes, int dim, int start, int end, int step) -> Tensor")
      .all(slice_backward_kernel)
      .backward(keep::none, slice_backward_derivative)
      .internal();
}

}  // namespace vt
