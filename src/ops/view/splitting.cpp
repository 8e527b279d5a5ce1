// One tensor into many views: split, chunk, tensor_split, unbind.
#include <algorithm>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"
#include "ops/view/register.h"

namespace vt {
namespace {

using Tensors = std::vector<Tensor>;

Tensor part_of(const Tensor& self, int64_t dim, int64_t start, int64_t length, ViewOrigin origin) {
  DimVec sizes(self.sizes());
  sizes[dim] = length;
  return make_view(self, sizes, self.strides(), self.storage_offset() + start * self.strides()[dim], origin);
}

Tensors split_parts(const Tensor& self, IntSpan lengths, int64_t dim) {
  Tensors out;
  out.reserve(lengths.size());
  int64_t start = 0;
  for (const int64_t length : lengths) {
    out.push_back(part_of(self, dim, start, length, ViewOrigin::MultiOutput));
    start += length;
  }
  return out;
}

// How long the parts of `size` elements each are; the last may be shorter, and there is always one.
DimVec even_parts(int64_t size, int64_t part) {
  const int64_t count = part == 0 ? 1 : std::max<int64_t>(1, size / part + (size % part != 0));
  DimVec out(static_cast<size_t>(count), part);
  out.back() = size - part * (count - 1);
  return out;
}

DimVec split_lengths(IntSpan sizes, int64_t split_size, int64_t dim) {
  VT_CHECK(!sizes.empty(), Runtime, "split expects at least a 1-dimensional tensor");
  VT_CHECK(split_size >= 0, Runtime, "split expects split_size be non-negative, but got split_size=", split_size);
  const int64_t size = sizes[wrap_dim(dim, static_cast<int64_t>(sizes.size()))];
  VT_CHECK(split_size > 0 || size == 0, Runtime,
           "split_size can only be 0 if dimension size is 0, but got dimension size of ", size);
  return even_parts(size, split_size);
}

Tensors split_kernel(const Tensor& self, int64_t split_size, int64_t dim) {
  const DimVec lengths = split_lengths(self.sizes(), split_size, dim);
  return split_parts(self, lengths, wrap_dim(dim, self.dim()));
}

Tensors split_with_sizes_kernel(const Tensor& self, IntSpan split_sizes, int64_t dim) {
  VT_CHECK(self.dim() > 0, Runtime, "split expects at least a 1-dimensional tensor");
  dim = wrap_dim(dim, self.dim());
  int64_t total = 0;
  for (const int64_t s : split_sizes) {
    VT_CHECK(s >= 0, Runtime,
             "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=", split_sizes);
    total = checked_add(total, s);
  }
  VT_CHECK(total == self.sizes()[dim], Runtime, "split_with_sizes expects split_sizes to sum exactly to ",
           self.sizes()[dim], " (input tensor's size at dimension ", dim, "), but got split_sizes=", split_sizes);
  return split_parts(self, split_sizes, dim);
}

// The parts as one view of the memory that they share, if each lies `step(i)` elements behind the one before and they
// fill it: gradients that a kernel wrote straight into the layout of the whole. Undefined if not, or if somebody may
// want to differentiate through it.
template <class Step>
Tensor joined_in_place(const Tensors& parts, const DimVec& sizes, const DimVec& strides, const Step& step) {
  if (grad_enabled() || parts.size() < 2) return {};
  const Tensor& first = parts[0];
  int64_t offset = first.storage_offset();
  for (size_t i = 0; i < parts.size(); ++i) {
    const Tensor& p = parts[i];
    if (p.storage() != first.storage() || p.dtype() != first.dtype() || p.storage_offset() != offset ||
        !same(p.strides(), first.strides())) {
      return {};
    }
    offset += step(i);
  }
  return is_non_overlapping_and_dense(sizes, strides) ? make_view(first, sizes, strides, first.storage_offset())
                                                      : Tensor();
}

// Joins the parts' gradients; parts that nobody used are zeros.
void join_gradients(GradContext& ctx, IntSpan lengths, int64_t dim) {
  dim = wrap_dim(dim, static_cast<int64_t>(ctx.sizes(0).size()));
  const TensorSpan grads = ctx.grads();
  Tensors parts(grads.begin(), grads.end());
  const Tensor* any = nullptr;
  for (const Tensor& g : parts) {
    if (g.defined()) any = &g;
  }
  const DType dtype = any->dtype();
  const Device device = any->device();
  DimVec sizes(ctx.sizes(0));
  for (size_t i = 0; i < parts.size(); ++i) {
    sizes[dim] = lengths[i];
    if (!parts[i].defined()) parts[i] = ops::filled(sizes, 0, dtype, device);
  }
  sizes[dim] = ctx.sizes(0)[dim];
  const DimVec strides(parts[0].strides());
  Tensor joined = joined_in_place(parts, sizes, strides, [&](size_t i) { return lengths[i] * strides[dim]; });
  ctx.set(0, joined.defined() ? joined : ops::cat(parts, dim));
}
void split_backward(GradContext& ctx) {
  join_gradients(ctx, split_lengths(ctx.sizes(0), ctx.arg<int64_t>(1), ctx.arg<int64_t>(2)), ctx.arg<int64_t>(2));
}
void split_with_sizes_backward(GradContext& ctx) { join_gradients(ctx, ctx.arg<IntSpan>(1), ctx.arg<int64_t>(2)); }

Tensors split_list_evenly(const Tensor& self, int64_t split_size, int64_t dim) {
  return ops::split(self, split_size, dim);
}
Tensors split_list(const Tensor& self, IntSpan split_size, int64_t dim) {
  return ops::split_with_sizes(self, split_size, dim);
}

Tensors chunk(const Tensor& self, int64_t chunks, int64_t dim) {
  VT_CHECK(self.dim() > 0, Runtime, "chunk expects at least a 1-dimensional tensor");
  VT_CHECK(chunks > 0, Runtime, "chunk expects `chunks` to be greater than 0, got: ", chunks);
  const int64_t size = self.size(dim);
  if (size == 0) {
    VT_CHECK(chunks <= 1 << 24, Runtime, "chunk: too many chunks, got ", chunks);
    return ops::split_with_sizes(self, DimVec(static_cast<size_t>(chunks), 0), dim);
  }
  return ops::split(self, size / chunks + (size % chunks != 0), dim);
}

Tensors split_at(const Tensor& self, IntSpan positions, int64_t dim) {
  VT_CHECK(self.dim() > 0, Runtime,
           "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  dim = wrap_dim(dim, self.dim());
  Tensors out;
  int64_t start = 0;
  for (const int64_t at : positions) {
    out.push_back(ops::slice(self, dim, start, at));
    start = at;
  }
  out.push_back(ops::slice(self, dim, start, std::nullopt));
  return out;
}

Tensors tensor_split_sections(const Tensor& self, int64_t sections, int64_t dim) {
  VT_CHECK(self.dim() > 0, Runtime,
           "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  VT_CHECK(sections > 0, Runtime, "number of sections must be larger than 0, got ", sections);
  VT_CHECK(sections <= 1 << 24, Runtime, "tensor_split: too many sections, got ", sections);
  const int64_t size = self.size(dim), part = size / sections, longer = size % sections;
  Tensors out;
  int64_t start = 0;
  for (int64_t i = 0; i < sections; ++i) {
    const int64_t length = part + (i < longer);
    out.push_back(ops::slice(self, dim, start, start + length));
    start += length;
  }
  return out;
}

// Sections or positions in a tensor on the CPU, of no dimensions or one.
Tensors tensor_split_tensor(const Tensor& self, const Tensor& given, int64_t dim) {
  VT_CHECK(given.device() == kCPU, Runtime,
           "tensor_split expected tensor_indices_or_sections to be on cpu, but it's on ", given.device());
  VT_CHECK(given.dtype() == DType::int64, Runtime,
           "tensor_split expected tensor_indices_or_sections to have dtype of long, but got ", given.dtype());
  VT_CHECK(given.dim() <= 1, Runtime,
           "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but "
           "got a tensor with ",
           given.dim(), " dims");
  const Tensor values = ops::as_contiguous(given);
  const int64_t* at = values.data<int64_t>();
  if (given.dim() == 0) return tensor_split_sections(self, *at, dim);
  return split_at(self, IntSpan(at, static_cast<size_t>(values.numel())), dim);
}

// hsplit, vsplit and dsplit name the dim; vectors split along their only one in hsplit.
struct NamedSplit {
  const char* name;
  int64_t min_dims;
  int64_t dim;
};
constexpr NamedSplit kHsplit{"hsplit", 1, 1}, kVsplit{"vsplit", 2, 0}, kDsplit{"dsplit", 3, 2};
template <const NamedSplit& named>
int64_t named_dim(const Tensor& self) {
  VT_CHECK(self.dim() >= named.min_dims, Runtime, "torch.", named.name, " requires a tensor with at least ",
           named.min_dims, " dimension, but got a tensor with ", self.dim(), " dimensions!");
  return self.dim() == 1 ? 0 : named.dim;
}
template <const NamedSplit& named>
Tensors named_split_sections(const Tensor& self, int64_t sections) {
  const int64_t dim = named_dim<named>(self);
  VT_CHECK(sections != 0 && self.sizes()[dim] % sections == 0, Runtime, "torch.", named.name,
           " attempted to split along dimension ", dim, ", but the size of the dimension ", self.sizes()[dim],
           " is not divisible by the split_size ", sections, "!");
  return tensor_split_sections(self, sections, dim);
}
template <const NamedSplit& named>
Tensors named_split_at(const Tensor& self, IntSpan indices) {
  return split_at(self, indices, named_dim<named>(self));
}

Tensors unbind_kernel(const Tensor& self, int64_t dim) {
  VT_CHECK(self.dim() > 0, Index, "Dimension specified as ", dim, " but tensor has no dimensions");
  dim = wrap_dim(dim, self.dim());
  DimVec sizes(self.sizes()), strides(self.strides());
  const int64_t count = sizes[dim], step = strides[dim];
  sizes.erase(static_cast<size_t>(dim));
  strides.erase(static_cast<size_t>(dim));
  Tensors out;
  out.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    out.push_back(make_view(self, sizes, strides, self.storage_offset() + i * step, ViewOrigin::MultiOutput));
  }
  return out;
}

void unbind_backward(GradContext& ctx) {
  const int64_t dim = wrap_dim(ctx.arg<int64_t>(1), static_cast<int64_t>(ctx.sizes(0).size()));
  const TensorSpan grads = ctx.grads();
  Tensors parts(grads.begin(), grads.end());
  DimVec sizes(ctx.sizes(0));
  sizes.erase(static_cast<size_t>(dim));
  const auto any = std::ranges::find_if(grads, [](const Tensor& g) { return g.defined(); });
  Tensor zeros;
  for (Tensor& p : parts) {
    if (p.defined()) continue;
    if (!zeros.defined()) zeros = ops::filled(sizes, 0, any->dtype(), any->device());
    p = zeros;
  }
  DimVec strides(parts[0].strides());
  const int64_t step = parts.size() > 1 ? parts[1].storage_offset() - parts[0].storage_offset() : 0;
  strides.insert(static_cast<size_t>(dim), step);
  Tensor joined =
      step > 0 ? joined_in_place(parts, DimVec(ctx.sizes(0)), strides, [&](size_t) { return step; }) : Tensor();
  ctx.set(0, joined.defined() ? joined : ops::stack(parts, dim));
}

}  // namespace

void register_splitting(Registry& r) {
  r.def("unsafe_chunk(Tensor self, int chunks, int dim=0) -> Tensor[]").composite(chunk);
  r.def("unsafe_split.Tensor(Tensor self, int split_size, int dim=0) -> Tensor[]").composite(split_list_evenly);
  r.def("unsafe_split_with_sizes(Tensor self, int[] split_sizes, int dim=0) -> Tensor[]").composite(split_list);
  r.def("split.Tensor(Tensor(a) self, int split_size, int dim=0) -> Tensor(a)[]")
      .all(split_kernel)
      .view()
      .backward(keep::none, split_backward);
  r.def("split.sizes(Tensor(a) self, int[] split_size, int dim=0) -> Tensor(a)[]").composite(split_list);
  r.def("split_with_sizes(Tensor(a) self, int[] split_sizes, int dim=0) -> Tensor(a)[]")
      .all(split_with_sizes_kernel)
      .view()
      .backward(keep::none, split_with_sizes_backward);
  r.def("chunk(Tensor(a) self, int chunks, int dim=0) -> Tensor(a)[]").composite(chunk);
  r.def("tensor_split.sections(Tensor(a) self, int sections, int dim=0) -> Tensor(a)[]")
      .composite(tensor_split_sections);
  r.def("tensor_split.indices(Tensor(a) self, int[] indices, int dim=0) -> Tensor(a)[]").composite(split_at);
  r.def(
       "tensor_split.tensor_indices_or_sections(Tensor(a) self, Tensor tensor_indices_or_sections, int dim=0) -> Tensor(a)[]")
      .composite(tensor_split_tensor)
      .any_device();
  r.def("hsplit.int(Tensor(a) self, int sections) -> Tensor(a)[]").composite(named_split_sections<kHsplit>);
  r.def("hsplit.array(Tensor(a) self, int[] indices) -> Tensor(a)[]").composite(named_split_at<kHsplit>);
  r.def("vsplit.int(Tensor(a) self, int sections) -> Tensor(a)[]").composite(named_split_sections<kVsplit>);
  r.def("vsplit.array(Tensor(a) self, int[] indices) -> Tensor(a)[]").composite(named_split_at<kVsplit>);
  r.def("dsplit.int(Tensor(a) self, int sections) -> Tensor(a)[]").composite(named_split_sections<kDsplit>);
  r.def("dsplit.array(Tensor(a) self, int[] indices) -> Tensor(a)[]").composite(named_split_at<kDsplit>);
  r.def("unbind.int(Tensor(a) self, int dim=0) -> Tensor(a)[]")
      .all(unbind_kernel)
      .view()
      .backward(keep::none, unbind_backward);
}

}  // namespace vt
