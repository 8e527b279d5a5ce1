#include "bindings/node/late_ops.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "bindings/node/call.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "dispatch/registry.h"

namespace vt::node {
namespace {

// One listener of one environment. The registry keeps its listeners for ever, environments end: so the registry knows
// one function, which tells those of the environments that there are.
struct Listener {
  Napi::Env env;
  std::thread::id thread;
  Napi::FunctionReference function;
  Napi::ThreadSafeFunction queue;
};

std::mutex mutex;  // of `listeners`
std::vector<Listener*>& listeners() {
  static auto* list = new std::vector<Listener*>;  // ops may come in while the process ends
  return *list;
}

void tell(Napi::Env env, const Napi::Function& function, const Op* op) {
  const Napi::HandleScope scope(env);
  forget_candidates(env, op->schema().name());
  function.Call({entry_of(env, *op)});
}

void tell_all(const Op& op) {
  std::vector<Listener*> here;
  {
    const std::lock_guard lock(mutex);
    for (Listener* l : listeners()) {
      if (l->thread == std::this_thread::get_id()) {
        here.push_back(l);  // ends on this thread, if at all: so not now
      } else {
        l->queue.NonBlockingCall([&op](Napi::Env env, Napi::Function function) {
          try {
            tell(env, function, &op);
          } catch (const Napi::Error&) {  // a worker that is being terminated runs no more JavaScript
          }
        });
      }
    }
  }
  for (Listener* l : here) {
    const Napi::HandleScope scope(l->env);
    tell(l->env, l->function.Value(), &op);
  }
}

void stop(Listener* listener) {
  {
    const std::lock_guard lock(mutex);
    std::erase(listeners(), listener);
  }
  listener->queue.Release();
  delete listener;
}

}  // namespace

void on_late_op(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  guarded(env, [&] { VT_CHECK(info[0].IsFunction(), Type, "onLateOp: expected a function"); });
  const Napi::Function function = info[0].As<Napi::Function>();
  auto* listener = new Listener{env, std::this_thread::get_id(), Napi::Persistent(function),
                                Napi::ThreadSafeFunction::New(env, function, "late op", /*maxQueueSize=*/0, 1)};
  listener->queue.Unref(env);  // waiting for late ops is no reason to go on
  env.AddCleanupHook(stop, listener);
  static std::once_flag once;
  std::call_once(once, [] { Registry::get().on_late_op(tell_all); });
  const std::lock_guard lock(mutex);
  listeners().push_back(listener);
}

}  // namespace vt::node
