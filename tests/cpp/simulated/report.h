// What went wrong in a simulation. Checks write here instead of throwing, so that a violation found while work runs
// inside some call of the code under test does not change what that code does.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

namespace vt::simulated {

/// Thread-safe.
class Report {
 public:
  /// Keeps the text of the first one.
  void violation(std::string text) {
    std::lock_guard lock(mutex_);
    if (count_.fetch_add(1) == 0) first_ = std::move(text);
  }
  size_t count() const { return count_.load(std::memory_order_relaxed); }
  bool clean() const { return count() == 0; }
  std::string first() const {
    std::lock_guard lock(mutex_);
    return first_;
  }

 private:
  mutable std::mutex mutex_;
  std::atomic<size_t> count_{0};
  std::string first_;
};

}  // namespace vt::simulated
