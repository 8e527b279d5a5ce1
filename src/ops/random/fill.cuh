// The kernel behind every fill on CUDA: one Philox block per group of elements, any transform from words to elements.
#pragma once

#include <mutex>

#include "core/tensor.h"
#include "cuda/device.h"
#include "cuda/early.cuh"
#include "cuda/launch.h"
#include "cuda/philox.cuh"
#include "iter/cuda_vector.cuh"

namespace vt::cuda {

/// A Fill has `Type`, `kPerBlock` (elements made from one block) and
/// `__device__ void operator()(const PhiloxBlock&, int64_t first, Type (&out)[kPerBlock]) const`.
template <typename Fill>
struct FillShape {
  using T = typename Fill::Type;
  static constexpr int kBlocks = kVectorWidth<T> > Fill::kPerBlock ? kVectorWidth<T> / Fill::kPerBlock : 1;
  static constexpr int kPerThread = kBlocks * Fill::kPerBlock;
};

inline constexpr int kFillThreads = 256;
inline constexpr int64_t kMostFillBlocks = 4096;

template <typename Fill>
__global__ void __launch_bounds__(kFillThreads)
    fill_kernel(typename Fill::Type* out, int64_t n, bool aligned, PhiloxPosition position, Fill fill) {
  wait_for_earlier_work();
  using T = typename Fill::Type;
  constexpr int kPerBlock = Fill::kPerBlock;
  constexpr int kBlocks = FillShape<Fill>::kBlocks;
  constexpr int kPerThread = FillShape<Fill>::kPerThread;
  const PhiloxReader reader(position);
  const int64_t tiles = (n + kPerThread - 1) / kPerThread;
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t tile = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; tile < tiles; tile += step) {
    const int64_t begin = tile * kPerThread;
    Vector<T, kPerThread> values;
#pragma unroll
    for (int b = 0; b < kBlocks; ++b) {
      const int64_t first = begin + b * kPerBlock;
      T part[kPerBlock];
      if (first < n) fill(reader.block(static_cast<uint64_t>(first / kPerBlock)), first, part);
#pragma unroll
      for (int i = 0; i < kPerBlock; ++i) values[b * kPerBlock + i] = part[i];
    }
    if (aligned && begin + kPerThread <= n) {
      store_vector(out + begin, values);
    } else {
#pragma unroll
      for (int i = 0; i < kPerThread; ++i) {
        if (begin + i < n) out[begin + i] = values[i];
      }
    }
  }
}

/// Takes a position from the generator for a launch of one block per group.
inline PhiloxPosition take_position(CudaGenerator& generator) {
  std::lock_guard lock(generator.mutex());
  return generator.take(4);
}

template <typename Fill>
void launch_fill(const char* op, const Tensor& dense, CudaGenerator& generator, const Fill& fill,
                 std::initializer_list<const StorageImpl*> storages) {
  using T = typename Fill::Type;
  constexpr int kPerThread = FillShape<Fill>::kPerThread;
  const int device = dense.device().index;
  const DeviceGuard guard(device);
  const int64_t n = dense.numel();
  T* out = static_cast<T*>(dense.data());
  const LaunchConfig config{op, current_stream(device),
                            dim3(blocks_for(n, int64_t{kFillThreads} * kPerThread, kMostFillBlocks)),
                            dim3(kFillThreads)};
  launch_early(config, storages, fill_kernel<Fill>, out, n, is_aligned(out, sizeof(T) * kPerThread),
               take_position(generator), fill);
}

}  // namespace vt::cuda
