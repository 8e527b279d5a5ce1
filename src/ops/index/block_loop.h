// The loop that indexing, index_select, index_add, embedding and their like share.
#pragma once

#include <vector>

#include "ops/copy/copy_plan.h"
#include "ops/copy/kernels.h"

namespace vt {

// n elements along one dim, from one tensor into another: copies or adds. Strides in elements.
using RowFunction = void (*)(char* to, const char* from, int64_t n, int64_t to_stride, int64_t from_stride);
RowFunction copy_row_function(size_t element_bytes);
RowFunction add_row_function(DType dtype);  // to += from, in place, in the dtype

// Every position is (b, j, a): b runs over `before`, a over `after`, strided on both sides; j over a list of offsets
// per side. All strides and offsets in elements.
struct BlockLoop {
  char* to = nullptr;
  const char* from = nullptr;
  int64_t element_bytes = 1;
  CopyPlan before;
  CopyPlan after;
  std::vector<int64_t> to_offsets;
  std::vector<int64_t> from_offsets;
  RowFunction row = nullptr;
  // Whether two j may write one place; then they run in order, one after the other.
  bool may_collide = true;

  void run() const;
};

// Offsets of all elements of a strided view, last dim fastest.
std::vector<int64_t> strided_offsets(IntSpan sizes, IntSpan strides);

// The values of an integer tensor as int64. `size` > 0: each must lie in [0, size), or in [-size, size) with `wraps`,
// which makes them non-negative; IndexError otherwise with `message`, or "index I is out of bounds for dimension D with
// size S".
struct IndexBounds {
  int64_t size;
  int64_t dim = 0;
  bool wraps = false;
  const char* message = nullptr;
  ErrorKind kind = ErrorKind::Index;
};
std::vector<int64_t> checked_indices(const Tensor& index, const IndexBounds& bounds);
[[noreturn]] void throw_bad_index(int64_t index, const IndexBounds& bounds);

}  // namespace vt
