// Elements of a tensor seen as a flat line: take and put.
#include "dispatch/registry.h"
#include "iter/overlap.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/index/block_loop.h"
#include "ops/index/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

void check_long(const char* op, const Tensor& index) {
  VT_CHECK(index.dtype() == DType::int64, Runtime, op, "(): Expected a long tensor for index, but got ", index.dtype());
}

std::vector<int64_t> flat_indices(const Tensor& index, int64_t numel) {
  const Tensor flat = contiguous_data(index);
  const int64_t* values = flat.data<int64_t>();
  std::vector<int64_t> out(static_cast<size_t>(flat.numel()));
  for (size_t i = 0; i < out.size(); ++i) {
    VT_CHECK(values[i] >= -numel && values[i] < numel, Index, "out of range: tried to access index ", values[i],
             " on a tensor of ", numel, " elements.");
    out[i] = values[i] < 0 ? values[i] + numel : values[i];
  }
  return out;
}

TensorSpec take_meta(const Tensor& self, const Tensor& index) {
  check_long("take", index);
  VT_CHECK(self.numel() > 0 || index.numel() == 0, Index, "take(): tried to take from an empty tensor");
  return {DimVec(index.sizes()), self.dtype(), self.device(), {}};
}

void take_cpu(const Tensor& self, const Tensor& index, Tensor& out) {
  const Tensor from = contiguous_data(self);
  BlockLoop loop;
  loop.to = static_cast<char*>(out.data());
  loop.from = static_cast<const char*>(from.data());
  loop.element_bytes = static_cast<int64_t>(out.element_size());
  loop.from_offsets = flat_indices(index, from.numel());
  loop.to_offsets = strided_offsets(out.sizes(), out.strides());
  loop.row = copy_row_function(out.element_size());
  loop.may_collide = false;
  loop.run();
}

void take_backward(GradContext& ctx) {
  const Tensor zeros = ops::filled(ctx.sizes(0), 0, ctx.grad().dtype(), ctx.grad().device());
  ctx.set(0, ops::put(zeros, ctx.saved(1), ctx.grad(), true));
}

TensorSpec put_meta(const Tensor& self, const Tensor& index, const Tensor& source, bool&) {
  check_long("put_", index);
  VT_CHECK(self.dtype() == source.dtype(), Runtime,
           "put_(): self and source expected to have the same dtype, but got self.dtype = ", self.dtype(),
           " and source.dtype = ", source.dtype());
  VT_CHECK(index.numel() == source.numel(), Index,
           "put_(): Expected source and index to have the same number of elements, but got source.numel() = ",
           source.numel(), ", index.numel() = ", index.numel());
  VT_CHECK(self.numel() > 0 || index.numel() == 0, Index, "put_(): tried to put elements into an empty tensor");
  return {DimVec(self.sizes()), self.dtype(), self.device(), {}};
}

void put_cpu(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate, Tensor& out) {
  check_no_overlap(*out.impl(), *source.impl());
  BlockLoop loop;
  loop.to_offsets = flat_indices(index, self.numel());
  copy_unless_same(out, self);
  loop.to = static_cast<char*>(out.data());
  loop.from = static_cast<const char*>(source.data());
  loop.element_bytes = static_cast<int64_t>(out.element_size());
  loop.from_offsets = strided_offsets(source.sizes(), source.strides());
  loop.row = accumulate ? add_row_function(out.dtype()) : copy_row_function(out.element_size());
  loop.run();
}

void put_backward(GradContext& ctx) {
  const Tensor index = ctx.saved(1);
  if (ctx.needs(0)) {
    const Tensor zeros = ops::filled(index.sizes(), 0, ctx.grad().dtype(), ctx.grad().device());
    ctx.set(0, ctx.arg<bool>(3) ? ctx.grad() : ops::put(ctx.grad(), index, zeros, false));
  }
  if (ctx.needs(2)) ctx.set(2, ops::reshape(ops::take(ctx.grad(), index), ctx.sizes(2)));
}

// The coordinates in a tensor of sizes `shape` of places along its flat line.
std::vector<Tensor> unravel_index(const Tensor& indices, IntSpan shape) {
  VT_CHECK(is_integral(indices.dtype()), Value, "expected 'indices' to be integer dtype, but got ", indices.dtype());
  std::vector<Tensor> out(shape.size());
  int64_t step = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    VT_CHECK(shape[d] >= 0, Value, "'shape' cannot have negative values, but got ", shape);
    const Tensor at = step == 1 ? indices : ops::div(indices, wrapped_number(Scalar(step)), "floor");
    out[d] = ops::remainder(at, wrapped_number(Scalar(std::max<int64_t>(shape[d], 1))));
    step = checked_mul(step, shape[d] == 0 ? 1 : shape[d]);
  }
  return out;
}

// Subsets of r elements of a vector, in order of their places.
Tensor combinations(const Tensor& self, int64_t r, bool with_replacement) {
  VT_CHECK(self.dim() == 1, Runtime, "Expect a 1D vector, but got shape ", self.sizes());
  VT_CHECK(r >= 0, Runtime, "Expect a non-negative number, but got ", r);
  if (r == 0) return empty(DimVec{0}, self.dtype(), self.device());
  const std::vector<Tensor> each(static_cast<size_t>(r), ops::counted(0, 1, self.numel(), DType::int64, self.device()));
  const std::vector<Tensor> places = ops::meshgrid(each);
  Tensor wanted = ops::filled(DimVec(static_cast<size_t>(r), self.numel()), 1, DType::bool_, self.device());
  for (size_t i = 0; i + 1 < places.size(); ++i) {
    wanted = wanted & (with_replacement ? places[i] <= places[i + 1] : places[i] < places[i + 1]);
  }
  std::vector<Tensor> columns;
  for (const Tensor& grid : places) columns.push_back(ops::index_select(self, 0, ops::masked_select(grid, wanted)));
  return ops::stack(columns, 1);
}

}  // namespace

void register_take(Registry& r) {
  r.def("unravel_index(Tensor indices, int[] shape) -> Tensor[]")
      .composite(unravel_index)
      .surface(kNode)
      .doc("The coordinates, a tensor per dim, of places along the flat line of a tensor of sizes shape.");
  r.def("combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor")
      .composite(combinations)
      .value_dependent()
      .function_only()
      .doc("All choices of r elements of a vector, one a row, in order of their places.");
  r.def("take(Tensor self, Tensor index) -> Tensor")
      .meta(take_meta)
      .cpu(take_cpu)
      .backward(keep::args(1), take_backward);
  r.def("put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor")
      .meta(put_meta)
      .cpu(put_cpu)
      .backward(keep::args(1), put_backward)
      .inplace(true)
      .out(false);
}

}  // namespace vt
