#include "cpu/thread_pool.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdlib>
#include <exception>
#include <mutex>

#include "core/error.h"
#include "cpu/topology.h"

namespace vt {
namespace {

constexpr int kMaxThreads = 256;
constexpr int kChunksPerThread = 4;
constexpr int kSpins = 2000;  // pauses before sleeping: some tens of microseconds

thread_local bool t_in_parallel = false;

void futex_wait(std::atomic<uint32_t>& word, uint32_t expected) {
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}
void futex_wake(std::atomic<uint32_t>& word, int count) {
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}
void pause_cpu() { __builtin_ia32_pause(); }

// A participant's share of the chunks. Others take from it once they have finished their own.
struct alignas(64) Share {
  std::atomic<int32_t> next{0};
  int32_t end = 0;
};

class ThreadPool {
 public:
  // Runs the job on the caller and the workers; false if another thread has the pool.
  bool run(int64_t begin, int64_t end, int64_t grain, int participants, detail::RangeFunction function) {
    std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return false;
    start_workers(participants - 1);
    participants = std::min(participants, workers_ + 1);

    const int64_t count = end - begin;
    const int64_t most = (count + grain - 1) / grain;
    chunks_ = static_cast<int32_t>(std::min<int64_t>(most, int64_t{participants} * kChunksPerThread));
    participants = std::min<int32_t>(participants, chunks_);
    participants_ = participants;
    begin_ = begin;
    end_ = end;
    function_ = function;
    error_ = nullptr;
    failed_.store(false, std::memory_order_relaxed);
    for (int i = 0; i < participants; ++i) {
      shares_[i].next.store(chunks_ * i / participants, std::memory_order_relaxed);
      shares_[i].end = chunks_ * (i + 1) / participants;
    }
    left_.store(static_cast<uint32_t>(chunks_), std::memory_order_relaxed);

    epoch_.fetch_add(1, std::memory_order_seq_cst);  // odd: open
    if (sleeping_.load(std::memory_order_seq_cst) > 0) futex_wake(epoch_, INT_MAX);
    work(0);
    wait_until_done();
    epoch_.fetch_add(1, std::memory_order_seq_cst);  // even: closed; who comes later leaves the job alone
    while (active_.load(std::memory_order_seq_cst) != 0) pause_cpu();

    if (error_) {
      std::exception_ptr error = std::move(error_);
      error_ = nullptr;
      lock.unlock();
      std::rethrow_exception(error);
    }
    return true;
  }

 private:
  struct Start {
    ThreadPool* pool;
    int index;
  };

  void start_workers(int wanted) {
    wanted = std::min(wanted, kMaxThreads - 1);
    while (workers_ < wanted) {
      pthread_attr_t attributes;
      pthread_attr_init(&attributes);
      pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
      auto* start = new Start{this, workers_ + 1};
      pthread_t thread;
      const int failed = pthread_create(&thread, &attributes, &ThreadPool::worker_main, start);
      pthread_attr_destroy(&attributes);
      if (failed) {  // fewer threads do the same work
        delete start;
        return;
      }
      pthread_setname_np(thread, "vt-worker");
      ++workers_;
    }
  }

  static void* worker_main(void* argument) {
    const Start start = *static_cast<Start*>(argument);
    delete static_cast<Start*>(argument);
    t_in_parallel = true;
    start.pool->serve(start.index);
    return nullptr;
  }

  void serve(int index) {
    uint32_t seen = 0;
    for (;;) {
      wait_for_epoch(seen);
      active_.fetch_add(1, std::memory_order_seq_cst);
      seen = epoch_.load(std::memory_order_seq_cst);
      if ((seen & 1u) != 0 && index < participants_) work(index);
      active_.fetch_sub(1, std::memory_order_seq_cst);
    }
  }

  void wait_for_epoch(uint32_t seen) {
    for (int i = 0; i < kSpins; ++i) {
      const uint32_t now = epoch_.load(std::memory_order_acquire);
      if (now != seen && (now & 1u) != 0) return;
      pause_cpu();
    }
    sleeping_.fetch_add(1, std::memory_order_seq_cst);
    for (;;) {
      const uint32_t now = epoch_.load(std::memory_order_seq_cst);
      if (now != seen && (now & 1u) != 0) break;
      futex_wait(epoch_, now);
    }
    sleeping_.fetch_sub(1, std::memory_order_seq_cst);
  }

  void work(int index) {
    const int participants = participants_;
    uint32_t done = 0;
    for (int step = 0; step < participants; ++step) {
      Share& share = shares_[(index + step) % participants];
      for (;;) {
        if (share.next.load(std::memory_order_relaxed) >= share.end) break;
        const int32_t chunk = share.next.fetch_add(1, std::memory_order_relaxed);
        if (chunk >= share.end) break;
        run_chunk(chunk);
        ++done;
      }
    }
    if (done != 0 && left_.fetch_sub(done, std::memory_order_seq_cst) == done &&
        caller_sleeps_.load(std::memory_order_seq_cst) != 0) {
      futex_wake(left_, 1);
    }
  }

  void run_chunk(int32_t chunk) {
    if (failed_.load(std::memory_order_relaxed)) return;
    const int64_t count = end_ - begin_;
    const int64_t size = count / chunks_;
    const int64_t extra = count % chunks_;  // the first `extra` chunks have one item more
    const int64_t b = begin_ + chunk * size + std::min<int64_t>(chunk, extra);
    const int64_t e = b + size + (chunk < extra ? 1 : 0);
    try {
      function_.call(function_.context, b, e);
    } catch (...) {
      if (!failed_.exchange(true)) error_ = std::current_exception();
    }
  }

  void wait_until_done() {
    for (int i = 0; i < kSpins; ++i) {
      if (left_.load(std::memory_order_seq_cst) == 0) return;
      pause_cpu();
    }
    caller_sleeps_.store(1, std::memory_order_seq_cst);
    for (;;) {
      const uint32_t left = left_.load(std::memory_order_seq_cst);
      if (left == 0) break;
      futex_wait(left_, left);
    }
    caller_sleeps_.store(0, std::memory_order_seq_cst);
  }

  std::mutex mutex_;
  int workers_ = 0;

  // The job. Written while the epoch is even and nobody is active, read while it is odd.
  detail::RangeFunction function_{};
  int64_t begin_ = 0;
  int64_t end_ = 0;
  int32_t chunks_ = 0;
  int participants_ = 0;
  std::exception_ptr error_;
  std::atomic<bool> failed_{false};

  alignas(64) std::atomic<uint32_t> epoch_{0};
  std::atomic<uint32_t> sleeping_{0};
  alignas(64) std::atomic<uint32_t> active_{0};
  alignas(64) std::atomic<uint32_t> left_{0};
  std::atomic<uint32_t> caller_sleeps_{0};
  Share shares_[kMaxThreads];
};

// Never destroyed: workers may be asleep in it when the process ends.
std::atomic<ThreadPool*> g_pool{nullptr};
std::atomic<int> g_threads{0};

ThreadPool& pool() {
  ThreadPool* current = g_pool.load(std::memory_order_acquire);
  if (VT_LIKELY(current != nullptr)) return *current;
  static const int registered = pthread_atfork(nullptr, nullptr, [] {
    // The workers did not survive into the child, and its pool may be locked for ever: leave it behind.
    g_pool.store(nullptr, std::memory_order_release);
    t_in_parallel = false;
  });
  (void)registered;
  auto* fresh = new ThreadPool;
  if (g_pool.compare_exchange_strong(current, fresh, std::memory_order_acq_rel)) return *fresh;
  delete fresh;
  return *current;
}

int default_threads() {
  if (const char* text = std::getenv("OMP_NUM_THREADS")) {
    const long n = std::strtol(text, nullptr, 10);
    if (n >= 1) return static_cast<int>(std::min<long>(n, kMaxThreads));
  }
  return std::min(cpu::physical_cores(), kMaxThreads);
}

}  // namespace

int get_num_threads() {
  int n = g_threads.load(std::memory_order_relaxed);
  if (VT_LIKELY(n != 0)) return n;
  int expected = 0;
  n = default_threads();
  return g_threads.compare_exchange_strong(expected, n) ? n : expected;
}

void set_num_threads(int n) {
  VT_CHECK(n >= 1, Value, "expected a number of threads of at least 1, got ", n);
  g_threads.store(std::min(n, kMaxThreads), std::memory_order_relaxed);
}

bool in_parallel_region() { return t_in_parallel; }

namespace detail {

void parallel_for_impl(int64_t begin, int64_t end, int64_t grain, RangeFunction function) {
  const int threads = get_num_threads();
  if (threads > 1 && !t_in_parallel) {
    struct Region {
      Region() { t_in_parallel = true; }
      ~Region() { t_in_parallel = false; }
    } region;
    if (pool().run(begin, end, grain, threads, function)) return;
  }
  function.call(function.context, begin, end);
}

}  // namespace detail
}  // namespace vt
