#include "core/allocation_note.h"

namespace vt {

constinit thread_local const AllocationNote* thread_allocation_note = nullptr;

}  // namespace vt
