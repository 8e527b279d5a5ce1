// What autocast says on the calling thread.
#pragma once

#include "core/tensor.h"
#include "core/thread_state.h"

namespace vt {

inline bool under_autocast(const Tensor& t) {
  return thread_state().autocast_enabled[static_cast<int>(t.device().type)];
}
// The dtype that it lowers to there, on or off.
inline DType autocast_dtype(const Tensor& t) {
  return thread_state().autocast_dtype[static_cast<int>(t.device().type)];
}

}  // namespace vt
