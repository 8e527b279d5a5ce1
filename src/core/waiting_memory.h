// Storages whose memory is filled when somebody needs it: what a deferred call gave.
#pragma once

#include "core/tensor.h"

namespace vt {

// Gives a storage its memory, if it waits for it. One for the process.
using FillMemory = void (*)(StorageImpl& storage);
VT_API void set_fill_memory(FillMemory fill) noexcept;

namespace detail {
VT_API void fill_memory(StorageImpl& storage);
}  // namespace detail

// For code that takes tensors without a call of its own, and reads or writes them: derivatives that call kernels.
inline void fill_memory(const Tensor& t) {
  if (VT_UNLIKELY(!t.impl()->has_memory())) detail::fill_memory(*t.storage());
}

// Whether there are values to read, now or by waiting for them: not on meta, nor in what wraps other tensors.
inline bool has_values(const Tensor& t) {
  fill_memory(t);
  return t.impl()->has_memory();
}

}  // namespace vt
