#include "core/thread_state.h"

namespace vt {

ThreadState& thread_state() {
  thread_local ThreadState state;
  return state;
}

}  // namespace vt
