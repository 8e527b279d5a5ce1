// Values combined over the threads of a warp or block.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/macros.h"

namespace vt::cuda {

inline constexpr unsigned kFullWarp = 0xffffffffu;

namespace detail {
/// A trivially copyable value word by word through `shuffle`.
template <typename T, typename Shuffle>
__device__ __forceinline__ T shuffle_words(const T& value, const Shuffle& shuffle) {
  static_assert(std::is_trivially_copyable_v<T>);
  constexpr int kWords = (sizeof(T) + 3) / 4;
  union Bits {
    T value;
    uint32_t words[kWords];
    __device__ Bits() {}
  } from, to;
  if constexpr (sizeof(T) % 4 != 0) from.words[kWords - 1] = 0;
  from.value = value;
#pragma unroll
  for (int i = 0; i < kWords; ++i) to.words[i] = shuffle(from.words[i]);
  return to.value;
}
}  // namespace detail

/// The value of the lane `distance` above within groups of `width` lanes; for any trivially copyable type.
template <typename T>
__device__ __forceinline__ T shuffle_down(const T& value, int distance, int width = 32) {
  return detail::shuffle_words(value,
                               [&](uint32_t word) { return __shfl_down_sync(kFullWarp, word, distance, width); });
}
/// Of the lane `distance` below.
template <typename T>
__device__ __forceinline__ T shuffle_up(const T& value, int distance) {
  return detail::shuffle_words(value, [&](uint32_t word) { return __shfl_up_sync(kFullWarp, word, distance); });
}
template <typename T>
__device__ __forceinline__ T shuffle_xor(const T& value, int mask) {
  return detail::shuffle_words(value, [&](uint32_t word) { return __shfl_xor_sync(kFullWarp, word, mask); });
}

struct SumOf {
  template <typename T>
  __device__ __forceinline__ T operator()(const T& a, const T& b) const {
    return a + b;
  }
};
struct MaxOf {
  template <typename T>
  __device__ __forceinline__ T operator()(const T& a, const T& b) const {
    return a < b ? b : a;
  }
};

/// Every lane gets the combination of all 32, in the same order on every run.
template <typename T, typename Combine>
__device__ __forceinline__ T warp_all(T value, const Combine& combine) {
#pragma unroll
  for (int mask = 16; mask > 0; mask >>= 1) value = combine(value, shuffle_xor(value, mask));
  return value;
}

/// Every thread of a block of whole warps gets the combination of all. `scratch`: 32 values of shared memory, free for
/// reuse when the call returns.
template <typename T, typename Combine>
__device__ __forceinline__ T block_all(T value, const Combine& combine, T* scratch) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  value = warp_all(value, combine);
  if (warps == 1) return value;
  if (lane == 0) scratch[warp] = value;
  __syncthreads();
  T result = scratch[0];
  for (int i = 1; i < warps; ++i) result = combine(result, scratch[i]);
  __syncthreads();
  return result;
}

}  // namespace vt::cuda
