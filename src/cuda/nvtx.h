// Ranges and marks in the timeline of a profiler, such as Nsight Systems. Without a profiler a call costs a few
// nanoseconds and does nothing.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt::cuda {

/// Opens a range on this thread's stack of ranges; returns its depth from 0, or a negative number without a profiler.
VT_API int push_range(const char* name);
/// Closes the innermost one; returns its depth, or a negative number.
VT_API int pop_range();
/// Opens a range that any thread may close, by the number returned.
VT_API uint64_t start_range(const char* name);
VT_API void end_range(uint64_t range);
/// A moment with a name.
VT_API void mark(const char* name);

}  // namespace vt::cuda
