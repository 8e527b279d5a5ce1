// What a call depends on besides its arguments: grad mode, autocast, the current stream, the scope of what it makes.
#pragma once

#include <napi.h>

#include <memory>
#include <optional>

#include "bindings/node/handle.h"
#include "core/thread_state.h"
#include "cuda/types.h"

namespace vt::node {

// Note [State follows the async context]
// The core keeps modes per thread. In JavaScript a mode belongs to a function and all that it awaits, while other
// functions run in between on the same thread. So a mode is an immutable State that JavaScript carries in an
// AsyncLocalStorage; before a call, the one of the running code is made that of the thread (enter). An asynchronous
// call takes the State along to the thread that runs it, and the default dtype as it was when it was made.
struct State {
  ThreadState thread;
  std::optional<DType> default_dtype;  // none: the process's
  std::optional<cuda::Stream> stream;
  std::shared_ptr<Scope> scope;  // used on the JavaScript thread only

  static std::shared_ptr<const State> of_this_thread();
  // Makes it that of the calling thread.
  void enter() const;
  bool has_autocast() const;
};

// Makes a state, with this default dtype, that of the calling thread for a C++ scope.
class StateScope {
 public:
  StateScope(const State& state, DType default_dtype);
  ~StateScope();
  StateScope(const StateScope&) = delete;
  StateScope& operator=(const StateScope&) = delete;

 private:
  const ThreadState before_;
  const std::optional<DType> dtype_before_;
  std::optional<cuda::Stream> stream_before_;
  const bool has_autocast_;
};

// The state as a value that JavaScript carries.
Napi::Value box_state(Napi::Env env, std::shared_ptr<const State> state);

// deriveState(state?, changes) -> state; enterState(state?); endScope(state, kept tensors); grad mode queries.
void export_state(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
