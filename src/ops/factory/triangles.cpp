// tril, triu, their indices, and eye.
#include "core/convert.h"
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "iter/element_words.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/factory/register.h"
#include "ops/typed/factory.h"

namespace vt {
namespace {

// Signature parts. Element (i, j) is on or below diagonal k when j - i <= k.
TensorSpec triangle_meta(const Tensor& self, int64_t& diagonal) {
  VT_CHECK(self.dim() >= 2, Runtime, "input tensor must have at least 2 dimensions, got ", self.dim());
  // Beyond the matrix all diagonals are alike; this keeps the kernels' arithmetic in range.
  const int64_t limit = self.size(-1) + self.size(-2);
  diagonal = std::clamp<int64_t>(diagonal, -limit, limit);
  return {DimVec(self.sizes()), self.dtype(), self.device(), {}};
}

template <class Bytes, bool kUpper>
void triangle_rows(const Tensor& in, int64_t k, Tensor& out) {
  const Bytes* from = static_cast<const Bytes*>(in.data());
  Bytes* to = static_cast<Bytes*>(out.data());
  const int64_t rows = in.size(-2), columns = in.size(-1);
  if (columns == 0) return;
  parallel_for(0, in.numel() / columns, std::max<int64_t>(1, 32768 / columns), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t i = row % rows;
      const Bytes* source = from + row * columns;
      Bytes* target = to + row * columns;
      // Lower keeps [0, i + k], upper keeps [i + k, columns).
      const int64_t cut = std::clamp<int64_t>(i + k + (kUpper ? 0 : 1), 0, columns);
      if constexpr (kUpper) {
        std::fill(target, target + cut, Bytes{});
        std::copy(source + cut, source + columns, target + cut);
      } else {
        std::copy(source, source + cut, target);
        std::fill(target + cut, target + columns, Bytes{});
      }
    }
  });
}

template <bool kUpper>
void triangle_cpu(const Tensor& self, int64_t diagonal, Tensor& out) {
  const Tensor in = contiguous_data(self);
  visit_words(in.element_size(), [&]<class Word>(TypeTag<Word>) { triangle_rows<Word, kUpper>(in, diagonal, out); });
}

void tril_backward(GradContext& ctx) { ctx.set(0, ops::tril(ctx.grad(), ctx.arg<int64_t>(1))); }
void triu_backward(GradContext& ctx) { ctx.set(0, ops::triu(ctx.grad(), ctx.arg<int64_t>(1))); }

// Coordinates of the elements (i, j) of a rows x columns matrix with j - i <= k (lower) or >= k (upper), row by row.
template <bool kUpper>
Tensor triangle_indices(int64_t rows, int64_t columns, int64_t k, std::optional<DType> dtype,
                        std::optional<Device> device) {
  VT_CHECK(rows >= 0, Runtime, "row must be non-negative, got ", rows);
  VT_CHECK(columns >= 0, Runtime, "col must be non-negative, got ", columns);
  const DType wanted = dtype.value_or(DType::int64);
  VT_CHECK(wanted == DType::int64 || wanted == DType::int32, Runtime, "expected dtype int32 or int64, got ", wanted);
  checked_mul(rows, columns);
  k = std::clamp<int64_t>(k, -rows - 1, columns + 1);
  auto first = [&](int64_t i) { return kUpper ? std::clamp<int64_t>(i + k, 0, columns) : 0; };
  auto last = [&](int64_t i) { return kUpper ? columns : std::clamp<int64_t>(i + k + 1, 0, columns); };
  if (columns == 0) rows = 0;  // rows without elements need no walk
  int64_t count = 0;
  for (int64_t i = 0; i < rows; ++i) count += last(i) - first(i);
  const Tensor out = empty(DimVec{2, count}, DType::int64);
  int64_t* row_at = out.data<int64_t>();
  int64_t* column_at = row_at + count;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = first(i); j < last(i); ++j) {
      *row_at++ = i;
      *column_at++ = j;
    }
  }
  if (wanted == out.dtype() && device.value_or(kCPU) == out.device()) return out;
  Tensor moved = empty(out.sizes(), wanted, device.value_or(kCPU));
  copy_data(moved, out);
  return moved;
}

Tensor eye_m(int64_t n, int64_t m, std::optional<DType> dtype, std::optional<Device> device) {
  VT_CHECK(n >= 0, Runtime, "n must be greater or equal to 0, got ", n);
  VT_CHECK(m >= 0, Runtime, "m must be greater or equal to 0, got ", m);
  Tensor out = ops::filled(DimVec{n, m}, 0, dtype.value_or(default_dtype()), device.value_or(kCPU));
  const int64_t count = std::min(n, m);
  if (count > 0) {
    const Tensor diagonal(make_intrusive<TensorImpl>(out.storage(), out.dtype(), DimVec{count}, DimVec{m + 1}, 0));
    fill_data(diagonal, Scalar(1));
  }
  return out;
}
Tensor eye(int64_t n, std::optional<DType> dtype, std::optional<Device> device) { return eye_m(n, n, dtype, device); }

}  // namespace

void register_triangles(Registry& r) {
  r.def("tril(Tensor self, int diagonal=0) -> Tensor")
      .meta(triangle_meta)
      .cpu(triangle_cpu<false>)
      .backward(keep::none, tril_backward)
      .inplace()
      .inplace_surface(kMethod);
  r.def("triu(Tensor self, int diagonal=0) -> Tensor")
      .meta(triangle_meta)
      .cpu(triangle_cpu<true>)
      .backward(keep::none, triu_backward)
      .inplace()
      .inplace_surface(kMethod);
  r.def("tril_indices(int row, int col, int offset=0, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(triangle_indices<false>);
  r.def("triu_indices(int row, int col, int offset=0, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(triangle_indices<true>);
  r.def("eye(int n, *, ScalarType? dtype=None, Device? device=None) -> Tensor").composite(eye).out();
  r.def("eye.m(int n, int m, *, ScalarType? dtype=None, Device? device=None) -> Tensor").composite(eye_m).out();
}

}  // namespace vt
