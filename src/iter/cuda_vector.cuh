// Several elements moved by one memory instruction.
#pragma once

#include <cstddef>
#include <cstdint>

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

inline bool is_aligned(const void* pointer, size_t bytes) { return reinterpret_cast<uintptr_t>(pointer) % bytes == 0; }

}  // namespace vt::cuda
