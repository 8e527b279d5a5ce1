// Strided copies and fills on the CPU.
#include <bit>

#include "core/convert.h"
#include "cpu/thread_pool.h"
#include "iter/cast.h"
#include "iter/element_words.h"
#include "iter/stored_cast.h"
#include "ops/copy/cast_rows.h"
#include "ops/copy/copy_plan.h"
#include "ops/copy/kernels.h"

namespace vt {
namespace {

constexpr int64_t kGrain = 32768;  // elements per thread at least
constexpr int64_t kTile = 32;

// n elements along one dim.
using RowFunction = void (*)(char* to, const char* from, int64_t n, int64_t to_stride, int64_t from_stride);

template <class To, class From>
void convert_dense(To* __restrict__ to, const From* __restrict__ from, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = convert<To>(from[i]);
}
void convert_dense(bfloat16* to, const float* from, int64_t n) { cpu::cast_float_to_bfloat16(from, to, n); }
void convert_dense(float16* to, const float* from, int64_t n) { cpu::cast_float_to_float16(from, to, n); }
void convert_dense(float* to, const bfloat16* from, int64_t n) { cpu::cast_bfloat16_to_float(from, to, n); }
void convert_dense(float* to, const float16* from, int64_t n) { cpu::cast_float16_to_float(from, to, n); }

template <class To, class From>
void copy_row(char* to_bytes, const char* from_bytes, int64_t n, int64_t to_stride, int64_t from_stride) {
  To* __restrict__ to = reinterpret_cast<To*>(to_bytes);
  const From* __restrict__ from = reinterpret_cast<const From*>(from_bytes);
  if (to_stride == 1 && from_stride == 1) {
    if constexpr (std::is_same_v<To, From>) {
      std::memcpy(to, from, static_cast<size_t>(n) * sizeof(To));
    } else {
      convert_dense(to, from, n);
    }
  } else if (to_stride == 1 && from_stride == 0) {
    const To value = convert<To>(*from);
    for (int64_t i = 0; i < n; ++i) to[i] = value;
  } else {
    for (int64_t i = 0; i < n; ++i) to[i * to_stride] = convert<To>(from[i * from_stride]);
  }
}

RowFunction same_dtype_row(size_t bytes) {
  return visit_words(bytes, []<class Word>(TypeTag<Word>) -> RowFunction { return copy_row<Word, Word>; });
}

// Null where a stored dtype is converted: cast_strided does that.
RowFunction row_function(DType to, DType from) {
  if (to == from) return same_dtype_row(size_of(to));
  if (is_stored_only(to) || is_stored_only(from)) {
    check_convertible(to, from);
    return nullptr;
  }
  return visit_dtype<kAllSet>(to, [&](auto to_tag) {
    return visit_dtype<kAllSet>(from, [](auto from_tag) -> RowFunction {
      return copy_row<typename decltype(to_tag)::type, typename decltype(from_tag)::type>;
    });
  });
}

struct Sides {
  char* to;
  const char* from;
  DType to_dtype, from_dtype;
  int64_t to_bytes;  // per element
  int64_t from_bytes;
  RowFunction function;

  void row(char* out, const char* in, int64_t n, int64_t to_stride, int64_t from_stride) const {
    if (VT_LIKELY(function)) return function(out, in, n, to_stride, from_stride);
    cpu::cast_strided(out, to_stride * to_bytes, to_dtype, in, from_stride * from_bytes, from_dtype, n);
  }
};

// The two innermost dims in tiles, for sources whose unit stride lies along the outer of the two (a transpose). Each
// tile is read along the source's dense dim into a buffer, so that a cache line of either side is touched once.
void copy_tiles(const CopyPlan& plan, const Sides& s, int outer) {
  const int rows_dim = plan.ndim() - 2;
  const int64_t rows = plan.sizes[rows_dim], columns = plan.sizes[rows_dim + 1];
  const int64_t row_tiles = (rows + kTile - 1) / kTile;
  const RowFunction move = same_dtype_row(static_cast<size_t>(s.to_bytes));
  int64_t planes = 1;
  for (int d = 0; d < outer; ++d) planes *= plan.sizes[d];
  const int64_t grain = std::max<int64_t>(1, kGrain / (kTile * columns));
  parallel_for(0, planes * row_tiles, grain, [&](int64_t begin, int64_t end) {
    alignas(64) char tile[kTile * kTile * 16];
    for (int64_t item = begin; item < end; ++item) {
      const CopyRows plane(plan, outer, item / row_tiles);
      const int64_t r0 = item % row_tiles * kTile, height = std::min(rows - r0, kTile);
      const int64_t to_base = plane.to() + r0 * plan.to_strides[rows_dim];
      const int64_t from_base = plane.from() + r0 * plan.from_strides[rows_dim];
      for (int64_t c0 = 0; c0 < columns; c0 += kTile) {
        const int64_t width = std::min(kTile, columns - c0);
        for (int64_t c = 0; c < width; ++c) {
          const int64_t from = from_base + (c0 + c) * plan.inner_from();
          s.row(tile + c * kTile * s.to_bytes, s.from + from * s.from_bytes, height, 1, plan.from_strides[rows_dim]);
        }
        for (int64_t r = 0; r < height; ++r) {
          const int64_t to = to_base + r * plan.to_strides[rows_dim] + c0 * plan.inner_to();
          move(s.to + to * s.to_bytes, tile + r * s.to_bytes, width, plan.inner_to(), kTile);
        }
      }
    }
  });
}

void copy_rows(const CopyPlan& plan, const Sides& s) {
  const int outer = plan.ndim() - 1;
  const int64_t n = plan.inner_size();
  int64_t rows = 1;
  for (int d = 0; d < outer; ++d) rows *= plan.sizes[d];
  parallel_for(0, rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(n, 1)), [&](int64_t begin, int64_t end) {
    CopyRows at(plan, outer, begin);
    for (int64_t row = begin; row < end; ++row, at.next()) {
      s.row(s.to + at.to() * s.to_bytes, s.from + at.from() * s.from_bytes, n, plan.inner_to(), plan.inner_from());
    }
  });
}

// Puts the dim where the source is densest next to the innermost one; true if tiles pay.
bool arrange_tiles(CopyPlan& plan) {
  const int last = plan.ndim() - 1;
  if (last < 1 || plan.inner_from() <= 1 || plan.inner_size() < kTile) return false;
  int best = -1;
  for (int d = 0; d < last; ++d) {
    if (plan.from_strides[d] == 1 && plan.sizes[d] >= kTile) best = d;
  }
  if (best < 0) return false;
  auto rotate = [&](DimVec& v) { std::rotate(v.begin() + best, v.begin() + best + 1, v.begin() + last); };
  rotate(plan.sizes);
  rotate(plan.to_strides);
  rotate(plan.from_strides);
  return true;
}

template <class T>
void fill_rows(const Tensor& self, T value) {
  const CopyPlan plan = plan_copy(self.sizes(), self.strides(), self.strides());
  T* data = static_cast<T*>(self.data());
  const int64_t n = plan.inner_size(), step = plan.inner_to();
  const int outer = std::max(plan.ndim() - 1, 0);
  int64_t rows = 1;
  for (int d = 0; d < outer; ++d) rows *= plan.sizes[d];
  auto fill_row = [&](T* row, int64_t begin, int64_t end) {
    if (step == 1) {
      std::fill(row + begin, row + end, value);
    } else {
      for (int64_t i = begin; i < end; ++i) row[i * step] = value;
    }
  };
  if (rows == 1) {
    parallel_for(0, n, kGrain, [&](int64_t begin, int64_t end) { fill_row(data, begin, end); });
    return;
  }
  parallel_for(0, rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(n, 1)), [&](int64_t begin, int64_t end) {
    CopyRows at(plan, outer, begin);
    for (int64_t row = begin; row < end; ++row, at.next()) fill_row(data + at.to(), 0, n);
  });
}

}  // namespace

void strided_copy_cpu(const CopyTarget& to, const CopySource& from, IntSpan sizes) {
  const Sides s{to.data,
                from.data,
                to.dtype,
                from.dtype,
                static_cast<int64_t>(size_of(to.dtype)),
                static_cast<int64_t>(size_of(from.dtype)),
                row_function(to.dtype, from.dtype)};
  CopyPlan plan = plan_copy(sizes, to.strides, from.strides);
  if (plan.ndim() <= 1) {
    const int64_t to_step = plan.inner_to(), from_step = plan.inner_from();
    parallel_for(0, plan.inner_size(), kGrain, [&](int64_t begin, int64_t end) {
      s.row(s.to + begin * to_step * s.to_bytes, s.from + begin * from_step * s.from_bytes, end - begin, to_step,
            from_step);
    });
  } else if (arrange_tiles(plan)) {
    copy_tiles(plan, s, plan.ndim() - 2);
  } else {
    copy_rows(plan, s);
  }
}

void strided_copy_cpu(const Tensor& to, const Tensor& from) {
  if (to.numel() == 0) return;
  const DimVec flat{to.numel()}, step{1};
  const bool dense = to.is_contiguous() && from.is_contiguous();
  strided_copy_cpu({static_cast<char*>(to.data()), to.dtype(), dense ? IntSpan(step) : to.strides()},
                   {static_cast<const char*>(from.data()), from.dtype(), dense ? IntSpan(step) : from.strides()},
                   dense ? IntSpan(flat) : to.sizes());
}

void fill_cpu(const Tensor& self, const Scalar& value) {
  if (self.numel() == 0) return;
  // Elements are written as their bits, so that one loop serves all dtypes of a size.
  visit_dtype<kNumberSet>(self.dtype(), [&]<class T>(TypeTag<T>) {
    const T number = value.to<T>();
    if constexpr (sizeof(T) == 1) {
      fill_rows(self, std::bit_cast<uint8_t>(number));
    } else if constexpr (sizeof(T) == 2) {
      fill_rows(self, std::bit_cast<uint16_t>(number));
    } else if constexpr (sizeof(T) == 4) {
      fill_rows(self, std::bit_cast<uint32_t>(number));
    } else if constexpr (sizeof(T) == 8) {
      fill_rows(self, std::bit_cast<uint64_t>(number));
    } else {
      fill_rows(self, number);
    }
  });
}

}  // namespace vt
