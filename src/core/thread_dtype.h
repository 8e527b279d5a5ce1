// A default dtype of one thread, in the place of the process's.
#pragma once

#include <optional>

#include "core/dtype.h"

namespace vt {

// What default_dtype() is on this thread; none: the process's.
VT_API std::optional<DType> thread_default_dtype() noexcept;
VT_API void set_thread_default_dtype(std::optional<DType> d) noexcept;
// TypeError unless it is a floating-point dtype that is computed with.
VT_API void check_default_dtype(DType d);

}  // namespace vt
