// Numbers that Python keeps on the CPU beside a packed sequence.
#pragma once

#include "core/tensor.h"

namespace vt {

// `counts`, an argument called `name`, contiguous. Throws Runtime unless it is int64, of one dim and on the CPU.
Tensor checked_counts(const Tensor& counts, const char* name);

}  // namespace vt
