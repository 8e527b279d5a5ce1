// Where elements may lie in memory that others bring.
#pragma once

#include "core/device.h"
#include "core/dtype.h"
#include "core/error.h"

namespace vt {

// What the address of an element has to be a multiple of. A complex number is moved as a whole: on the CPU 16 bytes at
// a time are an aligned access, 8 are not, while a GPU knows aligned ones only.
constexpr size_t alignment_of(DType dtype, Device device) {
  return dtype == DType::complex64 && device.is_cpu() ? alignof(float) : size_of(dtype);
}

// Of memory that the processor may read from anywhere but for complex128.
inline void check_alignment(const void* data, DType dtype, Device device) {
  if (dtype != DType::complex128) return;
  const size_t past = reinterpret_cast<uintptr_t>(data) % alignment_of(dtype, device);
  VT_CHECK(past == 0, Value, "elements of complex128 have to lie at multiples of 16 bytes, got an address that is ",
           past, " bytes past that; copy the array first");
}

}  // namespace vt
