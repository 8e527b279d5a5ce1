// Which call made the first NaN: while a thread watches, the results of its calls are looked at where they lie, and
// what was found is read once, at the end of a step.
//
// A result leaves its number in the device's flag if it has a NaN and no earlier result had: nothing waits. Forward
// calls are seen by the kernel of Key::Python, which the watching thread has on (Note [Key Python] in python_key.h);
// nodes of backward by apply_watched(). Ops that a call is made of are part of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "autograd/node.h"
#include "dispatch/op.h"

namespace vt::autograd {

struct NanWatchOptions {
  bool forward = true;
  bool backward = true;
  bool inf = false;  // infinities too
};

// What made the first NaN. `place` and `module` are those of the forward call, -1 and 0 where it is not known.
struct NanSource {
  std::string name;  // of the op; of the node, if `in_backward`
  bool in_backward = false;
  uint64_t place = 0;   // as of PlaceFinder::here
  int64_t module = -1;  // as of set_nan_watch_module()
};

// Of the calling thread. Starting again forgets what was noted.
VT_API void start_nan_watch(const NanWatchOptions& options);
VT_API void stop_nan_watch() noexcept;
VT_API bool is_nan_watching() noexcept;
// Which module, by a number of the frontend's, the calls to come belong to; returns the one before.
VT_API int64_t set_nan_watch_module(int64_t module) noexcept;
// Waits for the devices; what was noted is forgotten.
VT_API std::optional<NanSource> take_nan_source();

// Whether a call that is made now is to be watched: not if it is part of one that is.
bool is_call_watched() noexcept;
// Runs the call and looks at its results.
void watch_call(Call& call);
// A scope whose calls are part of something that is looked at as a whole.
class NanWatchPause {
 public:
  NanWatchPause();
  ~NanWatchPause();
  NanWatchPause(const NanWatchPause&) = delete;
  NanWatchPause& operator=(const NanWatchPause&) = delete;

 private:
  bool before_;
};
// Of apply_watched: what a node gave.
void watch_gradients(const Node& node, const Grads& gradients);

}  // namespace vt::autograd
