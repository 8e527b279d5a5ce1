// A lock of one byte for what is almost never contended: one thread's own cache, which others enter only to drain it.
#pragma once

#include <sched.h>

#include <atomic>

namespace vt::cuda::alloc {

class SpinLock {
 public:
  void lock() noexcept {
    while (taken_.exchange(true, std::memory_order_acquire)) sched_yield();
  }
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> taken_{false};
};

}  // namespace vt::cuda::alloc
