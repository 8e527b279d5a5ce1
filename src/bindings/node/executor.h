// Threads that run asynchronous calls, in the order that their tensors demand.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace vt::node {

// Something that tasks use one after the other: a storage, a generator, the gradients of leaves.
struct Access {
  const void* resource;
  bool writes;
};

struct Task {
  std::vector<Access> accesses;
  std::function<void()> run;  // must not throw

 private:
  friend class Executor;
  enum class State : uint8_t { Submitted, Running, Done };
  State state = State::Submitted;
  bool admitted = false;
  int blockers = 0;
  std::vector<std::shared_ptr<Task>> dependents;
};

// Note [Order of asynchronous calls]
// A task waits for those that were submitted before it and use the same memory, unless both only read. So
// `x.add_(1); x.mul(2)` computes what it says whether or not the first is awaited, and tasks on different tensors run
// side by side. At most `max_in_flight` tasks are admitted; later ones wait in line, with nothing allocated for them.
class Executor {
 public:
  struct Stats {
    size_t threads, in_flight, waiting, peak_in_flight, peak_waiting, completed;
  };

  static Executor& get();

  void submit(std::shared_ptr<Task> task);
  // Takes a task back that has not begun; false if it has.
  bool cancel(const std::shared_ptr<Task>& task);
  // Whether a call on these resources would have to wait; one atomic read while nothing is under way.
  bool idle() const { return unfinished_.load(std::memory_order_acquire) == 0; }
  // Whether an unfinished task conflicts.
  bool would_wait(std::span<const Access> accesses);
  // Returns once no unfinished task conflicts. False as soon as `give_up` says so; asked whenever wake_waiters() is
  // called.
  bool wait_for(std::span<const Access> accesses, const std::function<bool()>& give_up);
  void wake_waiters();

  // 0: as it is.
  void configure(size_t threads, size_t max_in_flight);
  Stats stats();

  // When the last environment goes, what has not begun is dropped and the rest is waited for: the process may end.
  void count_environment(int change);

 private:
  struct Users {
    std::shared_ptr<Task> writer;                // the latest
    std::vector<std::shared_ptr<Task>> readers;  // since then
  };
  Executor();
  bool conflicts(std::span<const Access> accesses);
  void depend(const std::shared_ptr<Task>& task);
  void admit();
  void make_ready(const std::shared_ptr<Task>& task);
  void finish(const std::shared_ptr<Task>& task);
  void work();

  std::atomic<size_t> unfinished_{0};
  std::mutex mutex_;  // of what follows
  std::condition_variable ready_changed_, finished_;
  std::unordered_map<const void*, Users> users_;
  std::deque<std::shared_ptr<Task>> line_;  // not admitted
  std::deque<std::shared_ptr<Task>> ready_;
  size_t threads_wanted_, threads_ = 0, idle_threads_ = 0;
  size_t max_in_flight_ = 1024, in_flight_ = 0;
  size_t peak_in_flight_ = 0, peak_waiting_ = 0, completed_ = 0;
  int environments_ = 0;
};

}  // namespace vt::node
