#include "bindings/node/executor.h"

#include <algorithm>
#include <thread>

#include "core/error.h"

namespace vt::node {

Executor& Executor::get() {
  static auto* executor = new Executor;  // its threads outlive static objects
  return *executor;
}

Executor::Executor() : threads_wanted_(std::clamp(std::thread::hardware_concurrency(), 2u, 8u)) {}

// Registers the task as a user of its resources and counts whom it has to wait for.
void Executor::depend(const std::shared_ptr<Task>& task) {
  const auto after = [&](const std::shared_ptr<Task>& earlier) {
    if (earlier == task || earlier->state == Task::State::Done) return;
    earlier->dependents.push_back(task);
    ++task->blockers;
  };
  for (const Access& access : task->accesses) {
    Users& users = users_[access.resource];
    if (users.writer) after(users.writer);
    if (!access.writes) {
      users.readers.push_back(task);
      continue;
    }
    for (const auto& reader : users.readers) after(reader);
    users.readers.clear();
    users.writer = task;
  }
}

void Executor::submit(std::shared_ptr<Task> task) {
  // one entry a resource, a writing one where there are both
  std::ranges::sort(task->accesses, [](const Access& a, const Access& b) {
    return a.resource != b.resource ? a.resource < b.resource : a.writes > b.writes;
  });
  const auto same = [](const Access& a, const Access& b) { return a.resource == b.resource; };
  task->accesses.erase(std::unique(task->accesses.begin(), task->accesses.end(), same), task->accesses.end());
  const std::lock_guard lock(mutex_);
  unfinished_.fetch_add(1, std::memory_order_release);
  depend(task);
  line_.push_back(std::move(task));
  admit();
  peak_waiting_ = std::max(peak_waiting_, line_.size());
}

void Executor::admit() {
  while (!line_.empty() && in_flight_ < max_in_flight_) {
    const std::shared_ptr<Task> task = std::move(line_.front());
    line_.pop_front();
    if (task->state == Task::State::Done) continue;  // cancelled
    task->admitted = true;
    peak_in_flight_ = std::max(peak_in_flight_, ++in_flight_);
    if (task->blockers == 0) make_ready(task);
  }
}

void Executor::make_ready(const std::shared_ptr<Task>& task) {
  ready_.push_back(task);
  if (idle_threads_ == 0 && threads_ < threads_wanted_) {
    ++threads_;
    std::thread([this] { work(); }).detach();
  } else {
    ready_changed_.notify_one();
  }
}

void Executor::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_threads_;
    ready_changed_.wait(lock, [&] { return !ready_.empty() || threads_ > threads_wanted_; });
    --idle_threads_;
    if (threads_ > threads_wanted_) {
      --threads_;
      return;
    }
    const std::shared_ptr<Task> task = std::move(ready_.front());
    ready_.pop_front();
    if (task->state == Task::State::Done) continue;  // cancelled
    task->state = Task::State::Running;
    const bool wanted = environments_ > 0;
    lock.unlock();
    if (wanted) task->run();
    task->run = nullptr;  // what it holds goes before others are told that it is done
    lock.lock();
    finish(task);
  }
}

void Executor::finish(const std::shared_ptr<Task>& task) {
  task->state = Task::State::Done;
  for (const Access& access : task->accesses) {
    const auto found = users_.find(access.resource);
    if (found == users_.end()) continue;
    Users& users = found->second;
    if (users.writer == task) users.writer = nullptr;
    std::erase(users.readers, task);
    if (!users.writer && users.readers.empty()) users_.erase(found);
  }
  for (const auto& dependent : task->dependents) {
    if (--dependent->blockers == 0 && dependent->admitted) make_ready(dependent);
  }
  task->dependents.clear();
  if (task->admitted) --in_flight_;
  ++completed_;
  unfinished_.fetch_sub(1, std::memory_order_release);
  admit();
  finished_.notify_all();
}

bool Executor::cancel(const std::shared_ptr<Task>& task) {
  std::function<void()> dropped;
  const std::lock_guard lock(mutex_);
  if (task->state != Task::State::Submitted) return false;
  dropped = std::move(task->run);
  finish(task);
  return true;
}

bool Executor::conflicts(std::span<const Access> accesses) {
  return std::ranges::any_of(accesses, [&](const Access& access) {
    const auto found = users_.find(access.resource);
    return found != users_.end() && (found->second.writer || access.writes);
  });
}

bool Executor::would_wait(std::span<const Access> accesses) {
  const std::lock_guard lock(mutex_);
  return conflicts(accesses);
}

bool Executor::wait_for(std::span<const Access> accesses, const std::function<bool()>& give_up) {
  std::unique_lock lock(mutex_);
  while (conflicts(accesses)) {
    lock.unlock();
    if (give_up()) return false;
    lock.lock();
    if (!conflicts(accesses)) return true;
    finished_.wait_for(lock, std::chrono::milliseconds(20));
  }
  return true;
}

void Executor::wake_waiters() { finished_.notify_all(); }

void Executor::configure(size_t threads, size_t max_in_flight) {
  const std::lock_guard lock(mutex_);
  if (threads) threads_wanted_ = threads;
  if (max_in_flight) max_in_flight_ = max_in_flight;
  ready_changed_.notify_all();
  admit();
}

Executor::Stats Executor::stats() {
  const std::lock_guard lock(mutex_);
  return {threads_, in_flight_, line_.size(), peak_in_flight_, peak_waiting_, completed_};
}

void Executor::count_environment(int change) {
  std::unique_lock lock(mutex_);
  environments_ += change;
  if (environments_ > 0) return;
  finished_.wait(lock, [&] { return unfinished_.load() == 0 || environments_ > 0; });
}

}  // namespace vt::node
