#include "ops/index/block_loop.h"

#include "core/convert.h"
#include "core/unsigned.h"
#include "cpu/thread_pool.h"
#include "iter/element_words.h"

namespace vt {
namespace {

template <class Bytes>
void copy_row(char* to_bytes, const char* from_bytes, int64_t n, int64_t to_stride, int64_t from_stride) {
  Bytes* to = reinterpret_cast<Bytes*>(to_bytes);
  const Bytes* from = reinterpret_cast<const Bytes*>(from_bytes);
  if (to_stride == 1 && from_stride == 1) {
    std::memcpy(to, from, static_cast<size_t>(n) * sizeof(Bytes));
  } else {
    for (int64_t i = 0; i < n; ++i) to[i * to_stride] = from[i * from_stride];
  }
}

template <class T>
void add_row(char* to_bytes, const char* from_bytes, int64_t n, int64_t to_stride, int64_t from_stride) {
  T* __restrict__ to = reinterpret_cast<T*>(to_bytes);
  const T* __restrict__ from = reinterpret_cast<const T*>(from_bytes);
  using Math = opmath_t<T>;
  auto add = [](T a, T b) -> T {
    if constexpr (std::is_same_v<T, bool>) {
      return a || b;
    } else {
      return static_cast<T>(static_cast<Math>(a) + static_cast<Math>(b));
    }
  };
  if (to_stride == 1 && from_stride == 1) {
    for (int64_t i = 0; i < n; ++i) to[i] = add(to[i], from[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) to[i * to_stride] = add(to[i * to_stride], from[i * from_stride]);
  }
}

int64_t rows_of(const CopyPlan& plan, int dims) {
  int64_t n = 1;
  for (int d = 0; d < dims; ++d) n *= plan.sizes[d];
  return n;
}

}  // namespace

RowFunction copy_row_function(size_t element_bytes) {
  return visit_words(element_bytes, []<class Word>(TypeTag<Word>) -> RowFunction { return copy_row<Word>; });
}

RowFunction add_row_function(DType dtype) {
  return visit_dtype<kAllSet>(bits_dtype(dtype),
                              [](auto tag) -> RowFunction { return add_row<typename decltype(tag)::type>; });
}

void BlockLoop::run() const {
  const int64_t offsets = static_cast<int64_t>(to_offsets.size());
  const int64_t outer = rows_of(before, before.ndim());
  const int after_dims = std::max(after.ndim() - 1, 0);
  const int64_t rows = rows_of(after, after_dims), n = after.inner_size();
  auto block = [&](int64_t to_base, int64_t from_base) {
    CopyRows at(after, after_dims, 0);
    for (int64_t i = 0; i < rows; ++i, at.next()) {
      row(to + (to_base + at.to()) * element_bytes, from + (from_base + at.from()) * element_bytes, n, after.inner_to(),
          after.inner_from());
    }
  };
  auto blocks = [&](int64_t begin, int64_t end) {
    CopyRows at(before, before.ndim(), begin / offsets);
    int64_t j = begin % offsets;
    for (int64_t i = begin; i < end; ++i) {
      block(at.to() + to_offsets[j], at.from() + from_offsets[j]);
      if (++j == offsets) {
        j = 0;
        at.next();
      }
    }
  };
  if (offsets == 0 || outer == 0 || rows * n == 0) return;
  const int64_t grain = std::max<int64_t>(1, 16384 / (rows * n));
  if (may_collide) {
    // Different b never write one place.
    parallel_for(0, outer, std::max<int64_t>(1, grain / offsets),
                 [&](int64_t begin, int64_t end) { blocks(begin * offsets, end * offsets); });
  } else {
    parallel_for(0, outer * offsets, grain, blocks);
  }
}

std::vector<int64_t> strided_offsets(IntSpan sizes, IntSpan strides) {
  const int64_t n = checked_numel(sizes);
  std::vector<int64_t> out(static_cast<size_t>(n));
  DimVec index(sizes.size(), 0);
  int64_t offset = 0;
  for (int64_t i = 0; i < n; ++i) {
    out[static_cast<size_t>(i)] = offset;
    for (size_t d = sizes.size(); d-- > 0;) {
      offset += strides[d];
      if (++index[d] < sizes[d]) break;
      offset -= sizes[d] * strides[d];
      index[d] = 0;
    }
  }
  return out;
}

void throw_bad_index(int64_t index, const IndexBounds& bounds) {
  if (bounds.message) throw Error(bounds.kind, bounds.message);
  throw Error(bounds.kind, detail::concat("index ", index, " is out of bounds for dimension ", bounds.dim,
                                          " with size ", bounds.size));
}

std::vector<int64_t> checked_indices(const Tensor& index, const IndexBounds& bounds) {
  const Tensor flat = contiguous_data(index);
  std::vector<int64_t> out(static_cast<size_t>(flat.numel()));
  auto load = [&](const auto* values) {
    const int64_t low = bounds.wraps ? -bounds.size : 0;
    for (size_t i = 0; i < out.size(); ++i) {
      const int64_t v = static_cast<int64_t>(values[i]);
      if (VT_UNLIKELY(v < low || v >= bounds.size)) throw_bad_index(v, bounds);
      out[i] = v < 0 ? v + bounds.size : v;
    }
  };
  if (flat.dtype() == DType::int32) {
    load(flat.data<int32_t>());
  } else {
    load(cast_data(flat, DType::int64).data<int64_t>());
  }
  return out;
}

}  // namespace vt
