// Elements named by a mask: nonzero, masked_select, masked_scatter.
#include "core/unsigned.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/index/register.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// Flat positions of the non-zero elements, in order.
std::vector<int64_t> true_positions(const Tensor& t) {
  const Tensor flat = contiguous_data(t);
  std::vector<int64_t> out;
  visit_dtype<kAllSet>(bits_dtype(flat.dtype()), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* values = static_cast<const T*>(flat.data());
    const int64_t n = flat.numel();
    int64_t count = 0;
    for (int64_t i = 0; i < n; ++i) count += values[i] != T(0);
    out.reserve(static_cast<size_t>(count));
    for (int64_t i = 0; i < n; ++i) {
      if (values[i] != T(0)) out.push_back(i);
    }
  });
  return out;
}

Tensor nonzero_cpu(const Tensor& self) {
  const std::vector<int64_t> positions = true_positions(self);
  const int64_t ndim = self.dim();
  Tensor out = empty(DimVec{static_cast<int64_t>(positions.size()), ndim}, DType::int64);
  int64_t* to = out.data<int64_t>();
  for (size_t i = 0; i < positions.size(); ++i) {
    int64_t rest = positions[i];
    for (int64_t d = ndim; d-- > 0;) {
      to[static_cast<int64_t>(i) * ndim + d] = rest % self.sizes()[d];
      rest /= self.sizes()[d];
    }
  }
  return out;
}

std::vector<Tensor> nonzero_numpy(const Tensor& self) {
  const Tensor positions = self.dim() == 0 ? ops::nonzero(ops::unsqueeze(self, 0)) : ops::nonzero(self);
  return ops::unbind(positions, 1);
}

Tensor argwhere(const Tensor& self) { return ops::nonzero(self); }

void check_mask(const char* op, const Tensor& mask) {
  VT_CHECK(mask.dtype() == DType::bool_, Runtime, op, ": expected BoolTensor for mask, got ", mask.dtype());
}

Tensor flat_positions(const Tensor& mask) {
  return ops::reshape(ops::nonzero(ops::reshape(mask, DimVec{-1})), DimVec{-1});
}

Tensor masked_select_kernel(const Tensor& self, const Tensor& mask) {
  check_mask("masked_select", mask);
  const DimVec sizes = broadcast_sizes(self.sizes(), mask.sizes());
  const Tensor values = ops::expand(self, sizes);
  const Tensor at = flat_positions(ops::expand(mask, sizes));
  return ops::index_select(ops::reshape(values, DimVec{-1}), 0, at);
}

void masked_select_backward(GradContext& ctx) {
  const Tensor mask = ctx.saved(1);
  const DimVec sizes = broadcast_sizes(ctx.sizes(0), mask.sizes());
  const Tensor zeros = ops::filled(sizes, 0, ctx.grad().dtype(), ctx.grad().device());
  ctx.set(0, ops::masked_scatter(zeros, mask, ctx.grad()));
}

TensorSpec masked_scatter_meta(const Tensor& self, const Tensor& mask, const Tensor& source) {
  check_mask("masked_scatter", mask);
  VT_CHECK(self.dtype() == source.dtype(), Runtime,
           "masked_scatter: expected self and source to have same dtypes but got ", self.dtype(), " and ",
           source.dtype());
  return {broadcast_sizes(self.sizes(), mask.sizes()), self.dtype(), self.device()};
}

void masked_scatter_cpu(const Tensor& self, const Tensor& mask, const Tensor& source, Tensor& out) {
  const Tensor at = flat_positions(ops::expand(mask, out.sizes()));
  VT_CHECK(at.numel() <= source.numel(), Runtime,
           "Number of elements of source < number of ones in mask: ", source.numel(), " < ", at.numel());
  const Tensor values = ops::slice(ops::reshape(source, DimVec{-1}), 0, 0, at.numel());
  copy_unless_same(out, ops::expand(self, out.sizes()));
  ops::index_copy_(ops::view(out, DimVec{-1}), int64_t{0}, at, values);
}

void masked_scatter_backward(GradContext& ctx) {
  const Tensor mask = ctx.saved(1);
  if (ctx.needs(0)) ctx.set(0, ops::masked_fill(ctx.grad(), mask, Scalar(0)));
  if (ctx.needs(2)) {
    Tensor g = ops::masked_select(ctx.grad(), mask);
    const int64_t wanted = checked_numel(ctx.sizes(2)), missing = wanted - g.numel();
    if (missing > 0) {
      const std::vector<Tensor> parts{g, ops::filled(DimVec{missing}, 0, g.dtype(), g.device())};
      g = ops::cat(parts, 0);
    }
    ctx.set(2, ops::reshape(g, ctx.sizes(2)));
  }
}

// nonzero's coordinates, cut off or filled up to `size` rows.
Tensor nonzero_static(const Tensor& self, int64_t size, int64_t fill_value) {
  VT_CHECK(size >= 0, Runtime, "nonzero_static: 'size' must be an non-negative integer");
  const Tensor found = ops::nonzero(self);
  return ops::constant_pad_nd(found, DimVec{0, 0, 0, size - found.size(0)}, Scalar(fill_value));
}

}  // namespace

void register_masked(Registry& r) {
  r.def("nonzero(Tensor self) -> Tensor").cpu(nonzero_cpu).value_dependent().not_differentiable();
  r.def("nonzero_static(Tensor self, *, int size, int fill_value=-1) -> Tensor")
      .composite(nonzero_static)
      .value_dependent()
      .doc(
          "The coordinates of the first size non-zero elements, (size, dims); rows of fill_value where there are fewer.");
  r.def("nonzero_numpy(Tensor self) -> Tensor[]").composite(nonzero_numpy).value_dependent().surface(kNode);
  r.def("argwhere(Tensor self) -> Tensor").composite(argwhere).value_dependent();
  r.def("where(Tensor condition) -> Tensor[]").composite(nonzero_numpy).value_dependent();
  r.def("masked_select(Tensor self, Tensor mask) -> Tensor")
      .all(masked_select_kernel)
      .value_dependent()
      .backward(keep::args(1), masked_select_backward)
      .out();
  r.def("masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor")
      .meta(masked_scatter_meta)
      .cpu(masked_scatter_cpu)
      .backward(keep::args(1), masked_scatter_backward)
      .inplace()
      .out(false);
}

}  // namespace vt
