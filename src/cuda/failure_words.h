// Words for failures that kernels report by number: Note [Errors found by kernels] in cuda/device_error.h.
#pragma once

#include <cstdint>
#include <string>

#include "core/macros.h"

namespace vt::cuda {

/// What a report stands for whose `index` is not 0 though it is no range: the whole sentence.
using FailureWords = std::string (*)(int64_t number);
VT_API void set_failure_words(FailureWords words);

}  // namespace vt::cuda
