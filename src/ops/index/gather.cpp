// gather and take_along_dim: one element along a dim per index.
#include "dispatch/registry.h"
#include "iter/element_words.h"
#include "iter/overlap.h"
#include "ops/factory/factory.h"
#include "ops/index/element_loop.h"
#include "ops/index/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt {

ElementLoop::ElementLoop(const Tensor& pointed, const Tensor& dense, const Tensor& index, int64_t dim) {
  auto strides = [](const Tensor& t) { return t.dim() == 0 ? DimVec{1} : DimVec(t.strides()); };
  sizes = index.dim() == 0 ? DimVec{1} : DimVec(index.sizes());
  pointed_strides = strides(pointed);
  dense_strides = strides(dense);
  // A vector of one element may stand against a 0-dim tensor.
  pointed_strides.resize(sizes.size(), 0);
  dense_strides.resize(sizes.size(), 0);
  const int64_t size = pointed.dim() == 0 ? 1 : pointed.sizes()[dim];
  positions = checked_indices(index, {.size = size, .dim = dim, .kind = ErrorKind::Runtime});
  dim_stride = pointed_strides[dim];
  pointed_strides[dim] = 0;
  for (int64_t d = 0; d < dim; ++d) lead *= sizes[d];
}

void check_element_index(const char* op, const Tensor& self, int64_t& dim, const Tensor& index) {
  dim = wrap_dim(dim, self.dim());
  if (index.numel() == 0) return;  // of any dtype: nothing is read of it
  VT_CHECK(index.dtype() == DType::int64 || index.dtype() == DType::int32, Runtime, op,
           "(): Expected dtype int32/int64 for index, got ", index.dtype());
  VT_CHECK(std::max<int64_t>(index.dim(), 1) == std::max<int64_t>(self.dim(), 1), Runtime,
           "Index tensor must have the same number of dimensions as input tensor, got ", index.dim(), " and ",
           self.dim());
  for (int64_t d = 0; d < std::min(index.dim(), self.dim()); ++d) {
    VT_CHECK(d == dim || index.sizes()[d] <= self.sizes()[d], Runtime, "Size does not match at dimension ", d,
             " expected index ", index.sizes(), " to be no larger than self ", self.sizes(), " apart from dimension ",
             dim);
  }
}

namespace {

TensorSpec gather_meta(const Tensor& self, int64_t& dim, const Tensor& index, bool&) {
  check_element_index("gather", self, dim, index);
  return {DimVec(index.sizes()), self.dtype(), self.device(), {}};
}

template <class Bytes>
void gather_elements(const Tensor& self, const ElementLoop& loop, Tensor& out) {
  const Bytes* from = static_cast<const Bytes*>(self.data());
  Bytes* to = static_cast<Bytes*>(out.data());
  loop.run([&](int64_t pointed, int64_t dense) { to[dense] = from[pointed]; });
}

void gather_cpu(const Tensor& self, int64_t dim, const Tensor& index, bool, Tensor& out) {
  if (index.numel() == 0) return;
  const ElementLoop loop(self, out, index, dim);
  visit_words(out.element_size(), [&]<class Word>(TypeTag<Word>) { gather_elements<Word>(self, loop, out); });
}

void gather_backward(GradContext& ctx) {
  const Tensor zeros = ops::filled(ctx.sizes(0), 0, ctx.grad().dtype(), ctx.grad().device());
  ctx.set(0, ops::scatter_add(zeros, ctx.arg<int64_t>(1), ctx.saved(2), ctx.grad()));
}

// gather counts from the front only; along a dim indices go round, as PyTorch's do.
Tensor from_the_front(const Tensor& indices, int64_t size) {
  return indices.numel() == 0 ? indices : ops::remainder(indices, wrapped_number(Scalar(size)));
}

Tensor take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> dim) {
  VT_CHECK(indices.numel() == 0 || indices.dtype() == DType::int64, Runtime,
           "torch.take_along_dim(): dtype of indices should be Long but got ", indices.dtype());
  if (!dim) {
    const Tensor flat = ops::reshape(indices, DimVec{-1});
    return ops::gather(ops::reshape(self, DimVec{-1}), 0, flat);
  }
  VT_CHECK(self.dim() == indices.dim(), Runtime,
           "torch.take_along_dim(): input and indices should have the same number of dimensions, but got ", self.dim(),
           " dimensions for input, and ", indices.dim(), " dimensions for indices");
  const int64_t d = wrap_dim(*dim, self.dim());
  if (self.dim() == 0) return ops::gather(self, 0, from_the_front(indices, 1));
  DimVec self_sizes(self.sizes()), index_sizes(indices.sizes());
  self_sizes[d] = index_sizes[d];
  const DimVec for_index = broadcast_sizes(self_sizes, index_sizes);
  DimVec for_self(for_index);
  for_self[d] = self.sizes()[d];
  return ops::gather(ops::expand(self, for_self), d, from_the_front(ops::expand(indices, for_index), for_self[d]));
}

}  // namespace

void register_gather(Registry& r) {
  r.def("gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor")
      .meta(gather_meta)
      .cpu(gather_cpu)
      .backward(keep::args(2), gather_backward);
  r.def("take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor").composite(take_along_dim).out();
}

}  // namespace vt
