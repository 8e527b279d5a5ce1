// The JavaScript thread of one environment, as other threads see it.
#pragma once

#include <node_api.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace vt::node {

// Note [Who waits for whom]
// Threads of the executor never touch JavaScript: what they need of it they post here, and the environment's thread
// runs it between its other events. A thread that needs an answer (a hook, a backward in TypeScript) waits in call().
// The JavaScript thread itself waits only in a synchronous call on tensors that earlier work still uses; if that work
// waits in call(), neither could go on, so the synchronous call raises instead.
class Loop {
 public:
  using Action = std::function<void(napi_env)>;

  // Of the environment on whose thread this is called; closes itself with the environment.
  static std::shared_ptr<Loop> open(napi_env env);

  bool is_here() const { return std::this_thread::get_id() == thread_; }
  // Runs the action on the JavaScript thread soon. False, and the action stays the caller's, once the environment is
  // gone.
  bool post(Action&& action);
  // Runs it there and waits until it said `done` by calling its argument; here at once if this is that thread.
  // RuntimeError if the environment ends before.
  void call(const std::function<void(napi_env, std::function<void()> done)>& action);
  // Whether some thread waits in call().
  bool is_waited_for();

  // Whether promises may go on being settled before they are returned: not once that has kept the events of Node
  // waiting for some milliseconds, as a chain of such promises would for good. On the JavaScript thread.
  bool has_time();
  // `mark` has Node call turned() when it has seen to its other events.
  void watch_turns(std::function<void()> mark) { mark_turn_ = std::move(mark); }
  void turned();
  // Runs the action then: after has_time() said no.
  void at_turn(Action action) { at_turn_.push_back(std::move(action)); }

  // Work under way keeps the process alive. On the JavaScript thread.
  void hold();
  void let_go();

 private:
  explicit Loop(napi_env env) : env_(env), thread_(std::this_thread::get_id()) {}
  static void drain(napi_env env, napi_value, void* context, void*);
  static void close(void* context);

  napi_env env_;
  const std::thread::id thread_;
  napi_threadsafe_function signal_ = nullptr;
  int held_ = 0;
  std::function<void()> mark_turn_;
  std::optional<std::chrono::steady_clock::time_point> since_turn_;  // the first promise since then
  std::vector<Action> at_turn_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<Action> actions_;
  int waiting_ = 0;
  bool closed_ = false;
  std::shared_ptr<Loop> self_;  // until close()
};

}  // namespace vt::node
