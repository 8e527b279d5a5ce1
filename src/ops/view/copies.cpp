// What a view shows as memory of its own: the *_copy ops; and a copy of a tensor with another one where a view of it
// is: the *_scatter ops.
#include "dispatch/registry.h"
#include "ops/batch/batch_call.h"
#include "ops/typed/copy.h"
#include "ops/typed/view.h"
#include "ops/view/register.h"

namespace vt {
namespace {

Tensor copied(const Tensor& view) { return ops::clone(view, MemoryFormat::Contiguous); }
std::vector<Tensor> copied(std::vector<Tensor> views) {
  for (Tensor& view : views) view = copied(view);
  return views;
}

Tensor alias_copy(const Tensor& self) { return copied(self); }
Tensor as_strided_copy(const Tensor& self, IntSpan size, IntSpan stride, std::optional<int64_t> storage_offset) {
  return copied(ops::as_strided(self, size, stride, storage_offset));
}
Tensor detach_copy(const Tensor& self) { return copied(ops::detach(self)); }
Tensor diagonal_copy(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  return copied(ops::diagonal(self, offset, dim1, dim2));
}
Tensor expand_copy(const Tensor& self, IntSpan size, bool implicit) {
  return copied(ops::expand(self, size, implicit));
}
Tensor narrow_copy(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  return copied(ops::narrow(self, dim, start, length));
}
Tensor permute_copy(const Tensor& self, IntSpan dims) { return copied(ops::permute(self, dims)); }
Tensor select_copy(const Tensor& self, int64_t dim, int64_t index) { return copied(ops::select(self, dim, index)); }
Tensor slice_copy(const Tensor& self, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                  int64_t step) {
  return copied(ops::slice(self, dim, start, end, step));
}
std::vector<Tensor> split_copy(const Tensor& self, int64_t split_size, int64_t dim) {
  return copied(ops::split(self, split_size, dim));
}
std::vector<Tensor> split_with_sizes_copy(const Tensor& self, IntSpan split_sizes, int64_t dim) {
  return copied(ops::split_with_sizes(self, split_sizes, dim));
}
Tensor squeeze_copy(const Tensor& self) { return copied(ops::squeeze(self)); }
Tensor squeeze_copy_dim(const Tensor& self, int64_t dim) { return copied(ops::squeeze(self, dim)); }
Tensor squeeze_copy_dims(const Tensor& self, IntSpan dim) { return copied(ops::squeeze(self, dim)); }
Tensor t_copy(const Tensor& self) { return copied(ops::t(self)); }
Tensor transpose_copy(const Tensor& self, int64_t dim0, int64_t dim1) {
  return copied(ops::transpose(self, dim0, dim1));
}
std::vector<Tensor> unbind_copy(const Tensor& self, int64_t dim) { return copied(ops::unbind(self, dim)); }
Tensor unfold_copy(const Tensor& self, int64_t dimension, int64_t size, int64_t step) {
  return copied(ops::unfold(self, dimension, size, step));
}
Tensor unsqueeze_copy(const Tensor& self, int64_t dim) { return copied(ops::unsqueeze(self, dim)); }
Tensor view_copy(const Tensor& self, IntSpan size) { return copied(ops::view(self, size)); }
Tensor view_copy_dtype(const Tensor& self, DType dtype) { return copied(ops::view(self, dtype)); }
Tensor view_as_complex_copy(const Tensor& self) { return copied(ops::view_as_complex(self)); }
Tensor view_as_real_copy(const Tensor& self) { return copied(ops::view_as_real(self)); }

// self with `src` in the place of what `view_of` shows of it.
template <class ViewOf>
Tensor with_part(const Tensor& self, const Tensor& src, const char* part, const ViewOf& view_of) {
  const Tensor out = batch::copy_to_write(self, src), place = view_of(out);
  VT_CHECK(same(place.sizes(), src.sizes()), Runtime, "expected src to have a size equal to the ", part,
           " of self. src size = ", src.sizes(), ", ", part, " size = ", place.sizes());
  ops::copy_(place, src);
  return out;
}

Tensor as_strided_scatter(const Tensor& self, const Tensor& src, IntSpan size, IntSpan stride,
                          std::optional<int64_t> storage_offset) {
  return with_part(self, src, "slice",
                   [&](const Tensor& t) { return ops::as_strided(t, size, stride, storage_offset); });
}
Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2) {
  return with_part(self, src, "slice", [&](const Tensor& t) { return ops::diagonal(t, offset, dim1, dim2); });
}
Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index) {
  return with_part(self, src, "slice", [&](const Tensor& t) { return ops::select(t, dim, index); });
}
Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim, std::optional<int64_t> start,
                     std::optional<int64_t> end, int64_t step) {
  return with_part(self, src, "slice", [&](const Tensor& t) { return ops::slice(t, dim, start, end, step); });
}

// The elements (i, i, ...); with `wrap` the diagonal of a tall matrix begins again below each square.
Tensor fill_diagonal_(const Tensor& self, const Scalar& fill_value, bool wrap) {
  VT_CHECK(self.dim() >= 2, Runtime, "dimensions must larger than 1");
  const int64_t width = self.size(1);
  int64_t shortest = width, step = 0;
  for (int64_t d = 0; d < self.dim(); ++d) {
    VT_CHECK(self.dim() == 2 || self.size(d) == self.size(0), Runtime,
             "all dimensions of input must be of equal length");
    shortest = std::min(shortest, self.size(d));
    step += self.strides()[d];
  }
  ops::fill_(ops::as_strided(self, DimVec{shortest}, DimVec{step}), fill_value);
  if (wrap && self.dim() == 2 && self.size(0) > width + 1) {
    for (int64_t row = width + 1; row < self.size(0); row += width + 1) {
      fill_diagonal_(ops::slice(self, 0, row, std::min(row + width, self.size(0))), fill_value, false);
    }
  }
  return self;
}

}  // namespace

void register_view_copies(Registry& r) {
  r.def("alias_copy(Tensor self) -> Tensor").composite(alias_copy).function_only().out();
  r.def("as_strided_copy(Tensor self, int[] size, int[] stride, int? storage_offset=None) -> Tensor")
      .composite(as_strided_copy)
      .function_only()
      .out();
  r.def("detach_copy(Tensor self) -> Tensor").composite(detach_copy).function_only().out();
  r.def("diagonal_copy(Tensor self, int offset=0, int dim1=0, int dim2=1) -> Tensor")
      .composite(diagonal_copy)
      .function_only()
      .out();
  r.def("expand_copy(Tensor self, int[] size, *, bool implicit=False) -> Tensor")
      .composite(expand_copy)
      .function_only()
      .out();
  r.def("narrow_copy(Tensor self, int dim, int start, int length) -> Tensor").composite(narrow_copy).out();
  r.def("permute_copy(Tensor self, int[] dims) -> Tensor").composite(permute_copy).function_only().out();
  r.def("select_copy.int(Tensor self, int dim, int index) -> Tensor").composite(select_copy).function_only().out();
  r.def("slice_copy.Tensor(Tensor self, int dim=0, int? start=None, int? end=None, int step=1) -> Tensor")
      .composite(slice_copy)
      .function_only()
      .out();
  r.def("split_copy.Tensor(Tensor self, int split_size, int dim=0) -> Tensor[]").composite(split_copy).function_only();
  r.def("split_with_sizes_copy(Tensor self, int[] split_sizes, int dim=0) -> Tensor[]")
      .composite(split_with_sizes_copy)
      .function_only();
  r.def("squeeze_copy(Tensor self) -> Tensor").composite(squeeze_copy).function_only().out();
  r.def("squeeze_copy.dim(Tensor self, int dim) -> Tensor").composite(squeeze_copy_dim).function_only().out();
  r.def("squeeze_copy.dims(Tensor self, int[] dim) -> Tensor").composite(squeeze_copy_dims).function_only().out();
  r.def("t_copy(Tensor self) -> Tensor").composite(t_copy).function_only().out();
  r.def("transpose_copy.int(Tensor self, int dim0, int dim1) -> Tensor")
      .composite(transpose_copy)
      .function_only()
      .out();
  r.def("unbind_copy.int(Tensor self, int dim=0) -> Tensor[]").composite(unbind_copy).function_only();
  r.def("unfold_copy(Tensor self, int dimension, int size, int step) -> Tensor")
      .composite(unfold_copy)
      .function_only()
      .out();
  r.def("unsqueeze_copy(Tensor self, int dim) -> Tensor").composite(unsqueeze_copy).function_only().out();
  r.def("view_copy(Tensor self, int[] size) -> Tensor").composite(view_copy).function_only().out();
  r.def("view_copy.dtype(Tensor self, ScalarType dtype) -> Tensor").composite(view_copy_dtype).function_only().out();
  r.def("view_as_complex_copy(Tensor self) -> Tensor").composite(view_as_complex_copy).function_only().out();
  r.def("view_as_real_copy(Tensor self) -> Tensor").composite(view_as_real_copy).function_only().out();

  r.def("as_strided_scatter(Tensor self, Tensor src, int[] size, int[] stride, int? storage_offset=None) -> Tensor")
      .composite(as_strided_scatter)
      .out()
      .doc("A copy of self with src where as_strided(self, size, stride, storage_offset) is.");
  r.def("diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor")
      .composite(diagonal_scatter)
      .out()
      .doc("A copy of self with src as its diagonal.");
  r.def("select_scatter(Tensor self, Tensor src, int dim, int index) -> Tensor")
      .composite(select_scatter)
      .out()
      .doc("A copy of self with src at index along dim.");
  r.def("slice_scatter(Tensor self, Tensor src, int dim=0, int? start=None, int? end=None, int step=1) -> Tensor")
      .composite(slice_scatter)
      .out()
      .doc("A copy of self with src where start:end:step along dim is.");
  r.def("fill_diagonal_(Tensor(a!) self, Scalar fill_value, bool wrap=False) -> Tensor(a!)")
      .composite(fill_diagonal_)
      .method_only()
      .doc("self with fill_value on its diagonal; wrap: of a tall matrix, in each square block below the first too.");
}

}  // namespace vt
