// Slices named by a list of positions, copied or added on CUDA: the counterpart of BlockLoop.
#pragma once

#include "cuda/atomic.cuh"
#include "cuda/early.cuh"
#include "ops/index/index_cuda.cuh"
#include "ops/index/ordered_write.cuh"

namespace vt::cuda {

// Element (b, j, a) of one side goes to its place on the other. The side that `position` names has its j-th slice
// position[j] * step away; the other has it j * step away, or, where dense_position is given, dense_position[j] away.
struct BlockArguments {
  GroupOffsets before;
  GroupOffsets after;
  int64_t before_count = 1, positions = 0, after_count = 1;
  const int64_t* position = nullptr;
  int64_t size = 0;  // of the named dim: what a position must be below; 0: positions are offsets, checked before
  int64_t named_step = 1;
  GroupOffsets dense;  // j to the offset on the dense side, in `to_strides`
  bool named_is_target = false;
  bool wraps = false;
};

struct StoreElement {
  template <class T>
  __device__ void operator()(T* to, T value, int64_t) const {
    *to = value;
  }
};
struct AddElement {
  template <class T>
  __device__ void operator()(T* to, T value, int64_t) const {
    atomic_add(to, value);
  }
};

template <class T, class Write>
__global__ void block_kernel(T* to, const T* from, BlockArguments p, DeviceErrorSink errors, Write write) {
  wait_for_earlier_work();
  const int64_t count = p.before_count * p.positions * p.after_count;
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) {
    const int64_t row = i / p.after_count, a = i - row * p.after_count;
    const int64_t b = row / p.positions, j = row - b * p.positions;
    int64_t at = p.position[j];
    if (p.size > 0) {
      if (at < (p.wraps ? -p.size : 0) || at >= p.size) {
        if (a == 0) errors.bad_index(at, p.wraps ? -p.size : 0, p.size);
        continue;
      }
      if (at < 0) at += p.size;
    }
    int64_t to_offset = 0, from_offset = 0, dense = 0, unused = 0;
    p.before.at(b, to_offset, from_offset);
    p.after.at(a, to_offset, from_offset);
    p.dense.at(j, dense, unused);
    to_offset += p.named_is_target ? at * p.named_step : dense;
    from_offset += p.named_is_target ? dense : at * p.named_step;
    write(to + to_offset, from[from_offset], i);
  }
}

template <class T, class Write>
void launch_blocks(const char* op, const Tensor& to, const Tensor& from, const BlockArguments& p, Write write) {
  const int64_t count = p.before_count * p.positions * p.after_count;
  if (count == 0) return;
  launch_early(index_launch(op, to, count), {to.storage().get(), from.storage().get()}, block_kernel<T, Write>,
               static_cast<T*>(to.data()), static_cast<const T*>(from.data()), p,
               device_error_sink(to.device().index, op), write);
}

// launch_blocks, in order where that is asked for and two elements may go to one place.
template <class T, class Write, class Join>
void write_blocks(const char* op, const Tensor& to, const Tensor& from, const BlockArguments& p, Write write,
                  Join join) {
  const int64_t count = p.before_count * p.positions * p.after_count;
  if (!p.named_is_target || count == 0 || !is_deterministic()) return launch_blocks<T>(op, to, from, p, write);
  write_in_order<T>(op, to, count, join, [&](auto note) { launch_blocks<T>(op, to, from, p, note); });
}

inline void copy_blocks(const char* op, const Tensor& to, const Tensor& from, const BlockArguments& p) {
  visit_element(to.element_size(), [&](auto tag) {
    write_blocks<typename decltype(tag)::type>(op, to, from, p, StoreElement{}, JoinLast{});
  });
}
inline void add_blocks(const char* op, const Tensor& to, const Tensor& from, const BlockArguments& p) {
  visit_dtype<kAllSet>(to.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_integral_v<T>) launch_blocks<T>(op, to, from, p, AddElement{});
    else write_blocks<T>(op, to, from, p, AddElement{}, JoinSum{});
  });
}

}  // namespace vt::cuda
