// The modes that belong to the calling thread: grad mode, inference mode, autocast, key masks.
#pragma once

#include "core/dtype.h"
#include "core/key_set.h"

namespace vt {

struct ThreadState {
  bool grad_enabled = true;
  bool inference_mode = false;
  bool autocast_enabled[kNumDeviceTypes] = {};
  bool autocast_cache_enabled = true;
  DType autocast_dtype[kNumDeviceTypes] = {DType::bfloat16, DType::float16, DType::bfloat16};
  Device default_device;  // of new tensors whose call names none
  KeySet excluded;        // keys that are off (below autograd, inside autocast)
  KeySet included;        // keys that are on whatever the tensors say (autocast)
};

VT_API ThreadState& thread_state();

// Sets a field of the thread state for a scope.
template <class T>
class StateGuard {
 public:
  StateGuard(T& field, T value) : field_(field), previous_(field) { field = value; }
  ~StateGuard() { field_ = previous_; }
  StateGuard(const StateGuard&) = delete;
  StateGuard& operator=(const StateGuard&) = delete;

 private:
  T& field_;
  T previous_;
};

inline Device default_device() { return thread_state().default_device; }
inline bool grad_enabled() { return thread_state().grad_enabled; }

class GradMode : public StateGuard<bool> {
 public:
  explicit GradMode(bool enabled) : StateGuard(thread_state().grad_enabled, enabled) {}
};

// Calls made in this scope skip the given keys.
class ExcludeKeys : public StateGuard<KeySet> {
 public:
  explicit ExcludeKeys(KeySet keys) : StateGuard(thread_state().excluded, thread_state().excluded | keys) {}
};

}  // namespace vt
