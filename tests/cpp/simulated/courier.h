// A second thread that does one thing at a time for the first, which waits: calls come from two threads, yet in an
// order.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace vt::simulated {

class Courier {
 public:
  Courier() : thread_([this] { work(); }) {}
  ~Courier() {
    run(nullptr);
    thread_.join();
  }
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  /// Returns when the other thread has run `errand`, which throws nothing. Null ends the thread.
  void run(const std::function<void()>& errand) {
    std::unique_lock lock(mutex_);
    errand_ = &errand;
    changed_.notify_one();
    changed_.wait(lock, [&] { return errand_ == nullptr; });
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (bool ends = false; !ends;) {
      changed_.wait(lock, [&] { return errand_ != nullptr; });
      ends = !*errand_;
      if (!ends) (*errand_)();
      errand_ = nullptr;
      changed_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* errand_ = nullptr;
  std::thread thread_;
};

}  // namespace vt::simulated
