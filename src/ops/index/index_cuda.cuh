// What the CUDA kernels of the index family share: positions of elements, and grids.
#pragma once

#include "core/dtype.h"
#include "cuda/device_error.h"
#include "cuda/launch.h"
#include "ops/copy/copy_plan.h"
#include "ops/copy/kernels.h"

namespace vt::cuda {

inline constexpr int kIndexDims = 12;
inline constexpr int kIndexThreads = 256;

// Offsets of both sides of a group of dims at a flat position; dims outermost first, strides in elements.
struct GroupOffsets {
  int ndim = 0;
  int64_t sizes[kIndexDims];
  int64_t to_strides[kIndexDims];
  int64_t from_strides[kIndexDims];

  GroupOffsets() = default;
  explicit GroupOffsets(const CopyPlan& plan) : ndim(plan.ndim()) {
    VT_CHECK(ndim <= kIndexDims, NotImplemented, "indexing over more than ", kIndexDims, " separate dims on CUDA, got ",
             ndim);
    for (int d = 0; d < ndim; ++d) {
      sizes[d] = plan.sizes[d];
      to_strides[d] = plan.to_strides[d];
      from_strides[d] = plan.from_strides[d];
    }
  }
  int64_t numel() const {
    int64_t n = 1;
    for (int d = 0; d < ndim; ++d) n *= sizes[d];
    return n;
  }
  __device__ void at(int64_t position, int64_t& to, int64_t& from) const {
    for (int d = ndim - 1; d >= 0; --d) {
      const int64_t next = position / sizes[d], i = position - next * sizes[d];
      to += i * to_strides[d];
      from += i * from_strides[d];
      position = next;
    }
  }
};

inline LaunchConfig index_launch(const char* op, const Tensor& on, int64_t items) {
  return {op, current_stream(on.device().index), dim3(blocks_for(items, kIndexThreads, 1 << 20)), dim3(kIndexThreads)};
}

// The elements of an integer tensor as contiguous int64.
inline Tensor int64_data(const Tensor& t) { return contiguous_data(cast_data(t, DType::int64)); }

// Moves of elements by size, so that copies need five kernels, not twelve.
struct alignas(16) Element16 {
  uint64_t words[2];
};
template <class F>
void visit_element(size_t bytes, const F& f) {
  switch (bytes) {
    case 1: return f(TypeTag<uint8_t>{});
    case 2: return f(TypeTag<uint16_t>{});
    case 4: return f(TypeTag<uint32_t>{});
    case 8: return f(TypeTag<uint64_t>{});
    default: return f(TypeTag<Element16>{});
  }
}

}  // namespace vt::cuda
