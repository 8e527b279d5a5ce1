// Several elements moved by one memory instruction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/half.h"
#include "core/macros.h"

namespace vt::cuda {

template <typename T, int Count>
struct alignas(sizeof(T) * Count) Vector {
  T values[Count];
  VT_HD_INLINE T& operator[](int i) { return values[i]; }
  VT_HD_INLINE const T& operator[](int i) const { return values[i]; }
};

/// Elements in a 16-byte access.
template <typename T>
inline constexpr int kVectorWidth = sizeof(T) >= 16 ? 1 : static_cast<int>(16 / sizeof(T));

template <int Count, typename T>
__device__ __forceinline__ Vector<T, Count> load_vector(const T* from) {
  return *reinterpret_cast<const Vector<T, Count>*>(from);
}
template <int Count, typename T>
__device__ __forceinline__ void store_vector(T* to, const Vector<T, Count>& value) {
  *reinterpret_cast<Vector<T, Count>*>(to) = value;
}

template <typename T, int Count>
__device__ __forceinline__ Vector<T, Count> filled_vector(const T& value) {
  Vector<T, Count> x;
#pragma unroll
  for (int i = 0; i < Count; ++i) x[i] = value;
  return x;
}

/// A vector as the words that memory gives. Taking narrow elements apart needs the words to have arrived: code that
/// loads several vectors with branches between keeps them so until the last load is issued.
template <typename T, int Count>
struct VectorWords {
  static constexpr int kBytes = static_cast<int>(sizeof(T)) * Count;
  using Word = std::conditional_t<kBytes % 4 == 0, uint32_t, std::conditional_t<kBytes % 2 == 0, uint16_t, uint8_t>>;
  Vector<Word, kBytes / static_cast<int>(sizeof(Word))> words;

  __device__ __forceinline__ void load(const void* from) {
    words = load_vector<kBytes / static_cast<int>(sizeof(Word))>(static_cast<const Word*>(from));
  }
  __device__ __forceinline__ Vector<T, Count> elements() const {
    Vector<T, Count> x;
    memcpy(&x, &words, sizeof(x));
    return x;
  }
  /// The elements as Compute; one instruction each for bfloat16 to float.
  template <typename Compute>
  __device__ __forceinline__ Vector<Compute, Count> as() const {
    Vector<Compute, Count> x;
    if constexpr (std::is_same_v<T, bfloat16> && std::is_same_v<Compute, float> && sizeof(Word) == 4) {
#pragma unroll
      for (int v = 0; v < Count; ++v) x[v] = __uint_as_float(v % 2 ? words[v / 2] & 0xffff0000u : words[v / 2] << 16);
    } else {
      const Vector<T, Count> stored = elements();
#pragma unroll
      for (int v = 0; v < Count; ++v) x[v] = static_cast<Compute>(stored[v]);
    }
    return x;
  }
};

inline bool is_aligned(const void* pointer, size_t bytes) { return reinterpret_cast<uintptr_t>(pointer) % bytes == 0; }

}  // namespace vt::cuda
