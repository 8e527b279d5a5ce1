// Sequence numbers of nodes where one program runs on several threads.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt::autograd {

// The calling thread's next node has at least this number.
VT_API void raise_sequence_number(uint64_t least) noexcept;
// The one that it will have.
VT_API uint64_t peek_sequence_number() noexcept;

}  // namespace vt::autograd
