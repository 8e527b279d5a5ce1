// Copies with elements in another order along dims: flip, roll, rot90.
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/typed/copy.h"
#include "ops/typed/view.h"
#include "ops/view/register.h"

namespace vt {
namespace {

TensorSpec flip_meta(const Tensor& self, DimVec& dims) {
  uint64_t seen = 0;
  for (auto& d : dims) {
    const int64_t given = d;
    d = wrap_dim(d, self.dim());
    VT_CHECK(!(seen >> d & 1), Runtime, "dim ", given, " appears multiple times in the list of dims");
    seen |= uint64_t{1} << d;
  }
  return {DimVec(self.sizes()), self.dtype(), self.device(), dense_strides_like(self.sizes(), self.strides())};
}

// A copy that starts at the far end of the flipped dims and steps back.
void flip_cpu(const Tensor& self, const DimVec& dims, Tensor& out) {
  if (out.numel() == 0) return;
  DimVec strides(self.strides());
  const char* from = static_cast<const char*>(self.data());
  for (const int64_t d : dims) {
    if (self.dim() == 0) break;
    from += (self.sizes()[d] - 1) * strides[d] * static_cast<int64_t>(self.element_size());
    strides[d] = -strides[d];
  }
  strided_copy_cpu({static_cast<char*>(out.data()), out.dtype(), out.strides()}, {from, self.dtype(), strides},
                   self.sizes());
}

void flip_backward(GradContext& ctx) { ctx.set(0, ops::flip(ctx.grad(), ctx.arg<IntSpan>(1))); }

Tensor flip_dims(const Tensor& self, IntSpan dims) { return ops::flip(self, dims); }
Tensor fliplr(const Tensor& self) {
  VT_CHECK(self.dim() >= 2, Runtime, "Input must be >= 2-d.");
  return flip_dims(self, DimVec{1});
}
Tensor flipud(const Tensor& self) {
  VT_CHECK(self.dim() >= 1, Runtime, "Input must be >= 1-d.");
  return flip_dims(self, DimVec{0});
}

// Moves elements `shift` places along a dim: two block copies.
void roll_dim(const Tensor& to, const Tensor& from, int64_t dim, int64_t shift) {
  const int64_t size = from.sizes()[dim];
  shift = ((shift % size) + size) % size;
  auto part = [&](const Tensor& t, int64_t start, int64_t length) {
    DimVec sizes(t.sizes());
    sizes[dim] = length;
    return Tensor(make_intrusive<TensorImpl>(t.storage(), t.dtype(), sizes, t.strides(),
                                             t.storage_offset() + (length > 0 ? start * t.strides()[dim] : 0)));
  };
  copy_data(part(to, shift, size - shift), part(from, 0, size - shift));
  copy_data(part(to, 0, shift), part(from, size - shift, shift));
}

Tensor roll_kernel(const Tensor& self, IntSpan shifts, IntSpan dims) {
  VT_CHECK(!shifts.empty(), Runtime, "`shifts` required");
  if (dims.empty()) {
    VT_CHECK(shifts.size() == 1, Runtime, "shifts and dimensions must align. shifts: ", shifts.size(), ", dims:0");
    Tensor flat = contiguous_data(self);
    Tensor out = empty(self.sizes(), self.dtype(), self.device());
    if (out.numel() == 0) return out;
    auto line = [](const Tensor& t) {
      return Tensor(
          make_intrusive<TensorImpl>(t.storage(), t.dtype(), DimVec{t.numel()}, DimVec{1}, t.storage_offset()));
    };
    roll_dim(line(out), line(flat), 0, shifts[0]);
    return out;
  }
  VT_CHECK(shifts.size() == dims.size(), Runtime, "shifts and dimensions must align. shifts: ", shifts.size(),
           ", dims:", dims.size());
  for (const int64_t d : dims) {
    wrap_dim(d, self.dim());
    VT_CHECK(self.dim() > 0, Index, "Dimension specified as ", d, " but tensor has no dimensions");
  }
  Tensor from = self, out;
  for (size_t i = 0; i < dims.size(); ++i) {
    out = empty(self.sizes(), self.dtype(), self.device());
    if (out.numel() == 0) return out;
    roll_dim(out, from, wrap_dim(dims[i], self.dim()), shifts[i]);
    from = out;
  }
  return out;
}

void roll_backward(GradContext& ctx) {
  DimVec back(ctx.arg<IntSpan>(1));
  for (auto& s : back) s = static_cast<int64_t>(0 - static_cast<uint64_t>(s));
  ctx.set(0, ops::roll(ctx.grad(), back, ctx.arg<IntSpan>(2)));
}

Tensor rot90(const Tensor& self, int64_t k, IntSpan dims) {
  VT_CHECK(dims.size() == 2, Runtime, "expected total rotation dims == 2, but got dims = ", dims.size());
  VT_CHECK(self.dim() >= 2, Runtime, "expected total dims >= 2, but got total dims = ", self.dim());
  const int64_t a = wrap_dim(dims[0], self.dim()), b = wrap_dim(dims[1], self.dim());
  VT_CHECK(a != b, Runtime, "expected rotation dims to be different, but got dim0 = ", dims[0],
           " and dim1 = ", dims[1]);
  switch (((k % 4) + 4) % 4) {
    case 1: return ops::transpose(flip_dims(self, DimVec{b}), a, b);
    case 2: return flip_dims(self, DimVec{a, b});
    case 3: return ops::transpose(flip_dims(self, DimVec{a}), a, b);
    default: return ops::clone(self, MemoryFormat::Contiguous);
  }
}

}  // namespace

void register_flip(Registry& r) {
  r.def("flip(Tensor self, int[] dims) -> Tensor")
      .meta(flip_meta)
      .cpu(flip_cpu)
      .backward(keep::none, flip_backward)
      .out(false);
  r.def("fliplr(Tensor self) -> Tensor").composite(fliplr);
  r.def("flipud(Tensor self) -> Tensor").composite(flipud);
  r.def("roll(Tensor self, int[1] shifts, int[1] dims=[]) -> Tensor")
      .all(roll_kernel)
      .backward(keep::none, roll_backward);
  r.def("rot90(Tensor self, int k=1, int[] dims=[0,1]) -> Tensor").composite(rot90);
}

}  // namespace vt
