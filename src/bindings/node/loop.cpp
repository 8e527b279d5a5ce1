#include "bindings/node/loop.h"

#include <utility>

#include "bindings/node/error.h"
#include "bindings/node/executor.h"

namespace vt::node {
namespace {

// How long promises that settle may hold up timers and other events.
constexpr auto kSlice = std::chrono::milliseconds(4);

}  // namespace

std::shared_ptr<Loop> Loop::open(napi_env env) {
  std::shared_ptr<Loop> loop(new Loop(env));
  napi_value name;
  check(napi_create_string_utf8(env, "vibetensor", NAPI_AUTO_LENGTH, &name));
  check(napi_create_threadsafe_function(env, nullptr, nullptr, name, /*max_queue_size=*/0, 1, nullptr, nullptr,
                                        loop.get(), drain, &loop->signal_));
  check(napi_unref_threadsafe_function(env, loop->signal_));
  loop->self_ = loop;
  check(napi_add_env_cleanup_hook(env, close, loop.get()));
  Executor::get().count_environment(1);
  return loop;
}

void Loop::close(void* context) {
  auto* loop = static_cast<Loop*>(context);
  const std::shared_ptr<Loop> alive = std::move(loop->self_);
  std::deque<Action> dropped;
  {
    const std::lock_guard lock(loop->mutex_);
    loop->closed_ = true;
    dropped.swap(loop->actions_);
    loop->changed_.notify_all();
  }
  napi_release_threadsafe_function(loop->signal_, napi_tsfn_abort);
  Executor::get().count_environment(-1);
}

bool Loop::post(Action&& action) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  actions_.push_back(std::move(action));
  if (actions_.size() == 1) napi_call_threadsafe_function(signal_, nullptr, napi_tsfn_nonblocking);
  return true;
}

void Loop::call(const std::function<void(napi_env, std::function<void()>)>& action) {
  if (is_here()) {
    action(env_, [] {});
    return;
  }
  auto finished = std::make_shared<bool>(false);
  const auto self = [this] {
    const std::lock_guard lock(mutex_);
    return self_;
  }();
  VT_CHECK(self, Runtime, "the JavaScript environment of this function has ended");
  post([&action, finished, self](napi_env env) {
    action(env, [finished, self] {
      const std::lock_guard lock(self->mutex_);
      *finished = true;
      self->changed_.notify_all();
    });
  });
  std::unique_lock lock(mutex_);
  ++waiting_;
  lock.unlock();
  Executor::get().wake_waiters();
  lock.lock();
  changed_.wait(lock, [&] { return *finished || closed_; });
  --waiting_;
  VT_CHECK(*finished, Runtime, "the JavaScript environment ended while its function was awaited");
}

bool Loop::is_waited_for() {
  const std::lock_guard lock(mutex_);
  return waiting_ > 0;
}

bool Loop::has_time() {
  const auto now = std::chrono::steady_clock::now();
  if (since_turn_) return now - *since_turn_ < kSlice;
  since_turn_ = now;
  mark_turn_();
  return true;
}

void Loop::turned() {
  since_turn_.reset();
  for (const Action& action : std::exchange(at_turn_, {})) action(env_);
}

void Loop::hold() {
  if (held_++ == 0) napi_ref_threadsafe_function(env_, signal_);
}

void Loop::let_go() {
  if (--held_ == 0) napi_unref_threadsafe_function(env_, signal_);
}

void Loop::drain(napi_env env, napi_value, void* context, void*) {
  if (!env) return;
  auto* loop = static_cast<Loop*>(context);
  const auto until = std::chrono::steady_clock::now() + kSlice;
  for (;;) {
    Action action;
    {
      const std::lock_guard lock(loop->mutex_);
      if (loop->actions_.empty() || loop->closed_) return;
      if (std::chrono::steady_clock::now() > until) {
        napi_call_threadsafe_function(loop->signal_, nullptr, napi_tsfn_nonblocking);
        return;
      }
      action = std::move(loop->actions_.front());
      loop->actions_.pop_front();
    }
    napi_handle_scope scope;
    if (napi_open_handle_scope(env, &scope) != napi_ok) return;
    action(env);
    napi_close_handle_scope(env, scope);
  }
}

}  // namespace vt::node
