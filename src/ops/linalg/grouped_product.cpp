// _grouped_mm: products of groups of rows, columns or terms that lie one after the other, with a matrix for each group.
#include <algorithm>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrix_product.h"
#include "ops/typed/linalg.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

constexpr int64_t kAlignment = 16;  // bytes, of rows; what the copy engine reads

int64_t aligned_elements(DType d) { return kAlignment / static_cast<int64_t>(size_of(d)); }

// Whether rows or columns are dense and begin at multiples of 16 bytes.
bool lies_aligned(const Tensor& t) {
  const int64_t step = aligned_elements(t.dtype()), last = t.dim() - 1;
  const auto dense = [&](int64_t inner, int64_t outer) {
    return t.stride(inner) == 1 && t.stride(outer) >= std::max<int64_t>(1, t.size(inner)) &&
           t.stride(outer) % step == 0;
  };
  return (dense(last, last - 1) || dense(last - 1, last)) && (t.dim() == 2 || t.stride(0) % step == 0);
}

void check_strides(const Tensor& t) {
  const int64_t step = aligned_elements(t.dtype()), last = t.dim() - 1;
  const bool by_row = t.stride(last) == 1 && t.stride(last - 1) >= std::max<int64_t>(1, t.size(last));
  const bool by_column = t.stride(last - 1) == 1 && t.stride(last) >= std::max<int64_t>(1, t.size(last - 1));
  VT_CHECK(by_row || by_column, Runtime, "Invalid strides/sizes, got ", t.strides(), " for strides and ", t.sizes(),
           " for sizes");
  VT_CHECK(t.stride(by_row ? last - 1 : last) % step == 0 && (t.dim() == 2 || t.stride(0) % step == 0), Runtime,
           "strides should be multiple of 16 bytes");
}

TensorSpec grouped_mm_meta(const Tensor& a, const Tensor& b, const Tensor& offs, const Tensor& bias,
                           std::optional<DType>& out_dtype) {
  VT_CHECK(a.dtype() == DType::float32 || is_reduced_floating(a.dtype()), Runtime,
           "Expected mat_a to be Float32, BFloat16 or Float16 matrix, got ", a.dtype());
  VT_CHECK(a.dtype() == b.dtype(), Runtime, "expected m1 and m2 to have the same dtype, but got: ", a.dtype(),
           " != ", b.dtype());
  VT_CHECK(a.dim() == 2 || a.dim() == 3, Runtime, "mat_a has to be 2 or 3d");
  VT_CHECK(b.dim() == 2 || b.dim() == 3, Runtime, "mat_b has to be 2 or 3d");
  VT_CHECK(a.size(-1) == b.size(-2), Runtime, "contraction dimension of mat_a and mat_b must match");
  check_strides(a);
  check_strides(b);
  const bool both = a.dim() == 3 && b.dim() == 3;
  VT_CHECK(offs.defined() != both, Runtime,
           "Have to provide offsets if there is a 2d matrix, or no offset if both matrices are 3d");
  VT_CHECK(!bias.defined(), Runtime, "Bias not supported yet");
  VT_CHECK(!out_dtype || *out_dtype == a.dtype(), Runtime, "Grouped gemm output dtype must match `mat_a` dtype");
  if (offs.defined()) {
    VT_CHECK(offs.dim() == 1, Runtime, "offs has to be 1D");
    VT_CHECK(offs.dtype() == DType::int32, Runtime, "Offsets have to be int32");
    VT_CHECK(offs.device() == a.device(), Runtime, "expected offs on ", a.device(), ", got ", offs.device());
    const Tensor* matrices = a.dim() == 3 ? &a : b.dim() == 3 ? &b : nullptr;
    VT_CHECK(matrices == nullptr || matrices->size(0) == offs.size(0), Runtime, "matrix batch sizes have to match");
  } else {
    VT_CHECK(a.size(0) == b.size(0), Runtime, "batched dimension has to match");
  }
  // Rows of the result are aligned too, so that it can be a factor.
  const int64_t rows = a.size(-2), columns = b.size(-1), step = aligned_elements(a.dtype());
  const int64_t row = (columns + step - 1) / step * step;
  if (a.dim() == b.dim()) {
    const int64_t groups = both ? a.size(0) : offs.size(0);
    return {DimVec{groups, rows, columns}, a.dtype(), a.device(), DimVec{rows * row, row, 1}};
  }
  return {DimVec{rows, columns}, a.dtype(), a.device(), DimVec{row, 1}};
}

Tensor part(const Tensor& t, int64_t dim, int64_t begin, int64_t size) {
  DimVec sizes(t.sizes());
  sizes[dim] = size;
  return make_view(t, sizes, t.strides(), t.storage_offset() + begin * t.stride(dim));
}
Tensor matrix(const Tensor& t, int64_t group) {
  return make_view(t, DimVec{t.size(1), t.size(2)}, DimVec{t.stride(1), t.stride(2)},
                   t.storage_offset() + group * t.stride(0));
}

void multiply(const Tensor& a, const Tensor& b, const Tensor& out) {
  const Tensor product = empty(out.sizes(), out.dtype(), out.device());
  linalg::matrix_product(a, b, product, 1, 0);
  copy_data(out, product);
}

void grouped_mm_cpu(const Tensor& a, const Tensor& b, const Tensor& offs, const Tensor&, std::optional<DType>,
                    Tensor& out) {
  if (!offs.defined()) {
    for (int64_t g = 0; g < a.size(0); ++g) multiply(matrix(a, g), matrix(b, g), matrix(out, g));
    return;
  }
  const Tensor ends = contiguous_data(offs);
  const bool by_row = a.dim() == 2 && b.dim() == 3, by_column = a.dim() == 3;
  const int64_t dim = by_column ? 1 : 0, total = by_row ? a.size(0) : b.size(by_column ? 1 : 0);
  int64_t begin = 0;
  for (int64_t g = 0; g < ends.numel(); ++g) {
    const int64_t end = std::clamp<int64_t>(ends.data<int32_t>()[g], begin, total), size = end - begin;
    if (by_row) {
      multiply(part(a, 0, begin, size), matrix(b, g), part(out, 0, begin, size));
    } else if (by_column) {
      multiply(matrix(a, g), part(b, 1, begin, size), part(out, 1, begin, size));
    } else {
      multiply(part(a, 1, begin, size), part(b, 0, begin, size), matrix(out, g));
    }
    begin = end;
  }
  if (by_row || by_column) fill_data(part(out, dim, begin, total - begin), Scalar(0));
}

// The tensor, or a copy, with rows as the op takes them.
Tensor aligned(const Tensor& t) {
  if (lies_aligned(t)) return t;
  const int64_t step = aligned_elements(t.dtype()), last = t.dim() - 1, row = (t.size(last) + step - 1) / step * step;
  const DimVec strides = t.dim() == 2 ? DimVec{row, 1} : DimVec{t.size(1) * row, row, 1};
  const Tensor copy = empty_strided(t.sizes(), strides, t.dtype(), t.device());
  return ops::copy_(copy, t);
}

void grouped_mm_backward(GradContext& ctx) {
  const Tensor grad = aligned(ctx.grad()), a = ctx.saved(0), b = ctx.saved(1), offs = ctx.saved(2);
  const auto turned = [](const Tensor& t) { return ops::transpose(t, -2, -1); };
  if (ctx.needs(0)) ctx.set(0, ops::_grouped_mm(grad, turned(b), offs));
  if (ctx.needs(1)) ctx.set(1, ops::_grouped_mm(turned(a), grad, offs));
}

}  // namespace

void register_grouped_product(Registry& r) {
  r.def(
       "_grouped_mm(Tensor self, Tensor mat2, Tensor? offs=None, Tensor? bias=None, ScalarType? out_dtype=None) -> Tensor")
      .meta(grouped_mm_meta)
      .cpu(grouped_mm_cpu)
      .backward(keep::args(0, 1, 2), grouped_mm_backward)
      .out(false)
      .function_only()
      .doc(
          "Products by groups, which end at offs: of rows (m, k) with (groups, k, n), of columns (groups, m, k) with "
          "(k, n), of terms (m, k) with (k, n), which gives (groups, m, n). Without offs (groups, m, k) with (groups, k, "
          "n). Rows and columns behind the last group are zeros. offs never falls; it is not read on the host.");
}

}  // namespace vt
