// Atomic addition to one element of any dtype, for kernels whose threads may meet in one place.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "core/complex.h"
#include "core/half.h"

namespace vt::cuda {

namespace detail {

// Changes an 8- or 16-bit element inside its 32-bit word.
template <class T, class F>
__device__ __forceinline__ void update_in_word(T* address, const F& f) {
  const uintptr_t raw = reinterpret_cast<uintptr_t>(address);
  auto* word = reinterpret_cast<unsigned*>(raw & ~uintptr_t{3});
  const unsigned shift = static_cast<unsigned>(raw & 3) * 8;
  constexpr unsigned kMask = sizeof(T) == 1 ? 0xffu : 0xffffu;
  unsigned seen = *word, expected;
  do {
    expected = seen;
    const unsigned updated = static_cast<unsigned>(f((expected >> shift) & kMask)) & kMask;
    seen = atomicCAS(word, expected, (expected & ~(kMask << shift)) | (updated << shift));
  } while (seen != expected);
}

}  // namespace detail

__device__ __forceinline__ void atomic_add(float* to, float value) { atomicAdd(to, value); }
__device__ __forceinline__ void atomic_add(double* to, double value) { atomicAdd(to, value); }
__device__ __forceinline__ void atomic_add(int32_t* to, int32_t value) { atomicAdd(to, value); }
__device__ __forceinline__ void atomic_add(int64_t* to, int64_t value) {
  atomicAdd(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(value));
}
__device__ __forceinline__ void atomic_add(uint8_t* to, uint8_t value) {
  detail::update_in_word(to, [&](unsigned bits) { return bits + value; });
}
__device__ __forceinline__ void atomic_add(int8_t* to, int8_t value) {
  detail::update_in_word(to, [&](unsigned bits) { return bits + static_cast<unsigned>(static_cast<uint8_t>(value)); });
}
__device__ __forceinline__ void atomic_add(int16_t* to, int16_t value) {
  detail::update_in_word(to, [&](unsigned bits) { return bits + static_cast<unsigned>(static_cast<uint16_t>(value)); });
}
// Addition of bools is "or".
__device__ __forceinline__ void atomic_add(bool* to, bool value) {
  if (value) *to = true;
}
__device__ __forceinline__ void atomic_add(float16* to, float16 value) {
  atomicAdd(reinterpret_cast<__half*>(to), __ushort_as_half(value.bits));
}
__device__ __forceinline__ void atomic_add(bfloat16* to, bfloat16 value) {
  atomicAdd(reinterpret_cast<__nv_bfloat16*>(to), __ushort_as_bfloat16(value.bits));
}
template <class T>
__device__ __forceinline__ void atomic_add(complex<T>* to, complex<T> value) {
  atomicAdd(&to->re, value.re);
  atomicAdd(&to->im, value.im);
}

}  // namespace vt::cuda
