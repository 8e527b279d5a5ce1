// Failures that a device does not recover from, and processes that cannot use it.
//
// Note [Poisoned devices]
// After an illegal access, CUDA fails every later call of the process on that device with the same number, long after
// the kernel that did it. The first such failure is kept: it says which call found it and which work had been given to
// the device by then, and every later call that fails raises it again. Memory of a poisoned device is not freed, and
// destructors stay quiet, so that the process can report the error and end.
#pragma once

#include <string>

#include "core/macros.h"
#include "cuda/device_api.h"

namespace vt::cuda {

/// Remembers that `op`, a string literal, was given to `device`: a candidate if the device fails.
void note_work(int device, const char* op) noexcept;

/// Poisons the device if it isn't yet; `what` is the call that found `status`. The text of the first failure.
std::string poison(int device, Status status, const char* what);
/// True once a call on the device has failed for good.
VT_API bool is_poisoned(int device) noexcept;

/// True in a forked child of a process that had used CUDA: no call works there, and nothing is freed.
VT_API bool in_forked_child() noexcept;

}  // namespace vt::cuda
