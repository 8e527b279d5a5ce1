#include "profiler/session.h"

#include <pthread.h>
#include <time.h>

#include <mutex>

#include "core/error.h"
#include "cuda/allocator.h"
#include "cuda/capture.h"
#include "cuda/device.h"
#include "cuda/nvtx.h"
#include "profiler/device_tracer.h"
#include "profiler/nvtx_ranges.h"

namespace vt::profiler {
namespace {

constexpr uint64_t kNvtxRange = UINT64_MAX;  // no token of the recorder

struct Session {
  std::mutex mutex;
  std::unique_ptr<Profile> running;
};

Session& session() {
  static auto* instance = new Session;
  return *instance;
}

// A fork while a profile runs, as of a DataLoader's workers: the child has none, and may start its own.
void watch_forks() {
  static const int registered = pthread_atfork(
      [] {
        session().mutex.lock();
        Recorder::get().lock_for_fork();
      },
      [] {
        Recorder::get().unlock_after_fork(false);
        session().mutex.unlock();
      },
      [] {
        Recorder::get().unlock_after_fork(true);
        DeviceTracer::get().forget_after_fork();
        session().running.reset();
        session().mutex.unlock();
      });
  VT_CHECK(registered == 0, Runtime, "the profiler cannot watch for forks: pthread_atfork failed with ", registered);
}

int64_t unix_ns() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

void check_free(const Session& s) {
  VT_CHECK(!s.running, Runtime, "Profiler is already enabled: one profile runs at a time in a process; stop it first");
  VT_CHECK(!NvtxRanges::get().is_running(), Runtime,
           "Profiler is already enabled: ops are emitted as ranges of NVTX; end that first");
}

// The kernels of a capture run at its replays: there is nothing to wait for, and waiting would break it. Waiting for a
// device that nobody uses would start it.
void wait_for_devices() {
  if (cuda::is_capturing()) return;
  for (int d = 0; d < cuda::device_count(); ++d) {
    const bool is_used = cuda::allocator().stats(d).reserved_bytes.all.current > 0;
    if (is_used || d == cuda::current_device()) cuda::synchronize_device(d);
  }
}

}  // namespace

std::string device_unavailable_reason() {
  if (std::string reason = cuda::unavailable_reason(); !reason.empty()) return reason;
  return cupti::unavailable_reason();
}

void prepare(const Options& options) {
  Session& s = session();
  std::lock_guard lock(s.mutex);
  check_free(s);
  if (options.device) DeviceTracer::get().prepare();
}

void start(const Options& options) {
  Session& s = session();
  std::lock_guard lock(s.mutex);
  check_free(s);
  watch_forks();
  auto profile = std::make_unique<Profile>();
  profile->options = options;
  if (options.device) DeviceTracer::get().start(options.limit);
  profile->begin_ns = now_ns();
  profile->begin_unix_ns = unix_ns();
  Recorder::get().start(options, options.device ? &DeviceTracer::get().correlator() : nullptr);
  s.running = std::move(profile);
}

std::unique_ptr<Profile> stop() {
  Session& s = session();
  std::lock_guard lock(s.mutex);
  VT_CHECK(s.running, Runtime, "no profile is running: start one first");
  std::unique_ptr<Profile> profile = std::move(s.running);
  Recorder::get().stop(*profile);
  if (!profile->options.device) {
    profile->end_ns = now_ns();
    return profile;
  }
  std::exception_ptr failure;
  try {
    wait_for_devices();
  } catch (...) {  // a device that is broken: the profile is still taken down
    failure = std::current_exception();
  }
  profile->end_ns = now_ns();
  DeviceTracer::get().stop(*profile);
  for (int d = 0; d < cuda::device_count(); ++d) profile->device_names.push_back(cuda::device_properties(d).name);
  if (failure) std::rethrow_exception(failure);
  return profile;
}

bool is_running() {
  Session& s = session();
  std::lock_guard lock(s.mutex);
  return s.running != nullptr;
}

void start_nvtx(bool shapes) {
  Session& s = session();
  std::lock_guard lock(s.mutex);
  check_free(s);
  NvtxRanges::get().start(shapes);
}

void stop_nvtx() {
  Session& s = session();
  std::lock_guard lock(s.mutex);
  VT_CHECK(NvtxRanges::get().is_running(), Runtime, "no ranges of NVTX are emitted: start them first");
  NvtxRanges::get().stop();
}

uint64_t begin_range(std::string_view name, std::string_view text) {
  if (NvtxRanges::get().is_running()) {
    NvtxRanges::get().begin_range(std::string(name).c_str());
    return kNvtxRange;
  }
  return Recorder::get().begin_range(name, text);
}
void end_range(uint64_t range) noexcept {
  if (range == kNvtxRange) cuda::pop_range();
  else Recorder::get().end(range);
}

}  // namespace vt::profiler
