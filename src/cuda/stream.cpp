#include "cuda/stream.h"

#include <array>
#include <atomic>
#include <mutex>
#include <vector>

#include "core/error.h"
#include "cuda/capture.h"
#include "cuda/completion.h"
#include "cuda/device_api.h"
#include "cuda/device_error.h"
#include "cuda/waiting_work.h"

namespace vt::cuda {
namespace {

constexpr int kMaxPriorities = 8;

struct Pool {
  std::array<std::array<std::atomic<StreamHandle>, kStreamsPerPool>, kMaxPriorities> streams{};
  std::array<std::atomic<unsigned>, kMaxPriorities> next{};
  std::mutex mutex;
};

std::atomic<Pool*> pools{nullptr};
const bool forgets_pools = on_device_api_change([] { delete[] pools.exchange(nullptr); });

Pool& pool_of(int device) {
  Pool* all = pools.load(std::memory_order_acquire);
  if (VT_UNLIKELY(all == nullptr)) {
    auto* fresh = new Pool[kMaxDevices];
    if (pools.compare_exchange_strong(all, fresh)) {
      all = fresh;
    } else {
      delete[] fresh;
    }
  }
  return all[device];
}

// Null handle: the default stream; that makes zero-initialised thread storage right.
thread_local StreamHandle thread_streams[kMaxDevices] = {};

int device_or_current(int device) {
  if (device < 0) return current_device();
  VT_CHECK(device < device_count(), Runtime, "expected a CUDA device index in [0, ", device_count(), "), got ", device);
  return device;
}

}  // namespace

void stream_priority_range(int& lowest, int& highest) {
  ensure_available();
  check(device_api().priority_range(lowest, highest), "stream priorities");
}

Stream default_stream(int device) { return {nullptr, device_or_current(device)}; }

Stream pool_stream(int device, int priority) {
  device = device_or_current(device);
  int lowest = 0, highest = 0;
  stream_priority_range(lowest, highest);
  priority = priority > lowest ? lowest : priority < highest ? highest : priority;
  int level = -priority;
  level = level < 0 ? 0 : level >= kMaxPriorities ? kMaxPriorities - 1 : level;
  Pool& pool = pool_of(device);
  const unsigned slot = pool.next[level].fetch_add(1, std::memory_order_relaxed) % kStreamsPerPool;
  auto& entry = pool.streams[level][slot];
  StreamHandle handle = entry.load(std::memory_order_acquire);
  if (handle == nullptr) {
    std::lock_guard lock(pool.mutex);
    handle = entry.load(std::memory_order_relaxed);
    if (handle == nullptr) {
      check(device_api().create_stream(device, priority, handle), "stream creation");
      entry.store(handle, std::memory_order_release);
    }
  }
  return {handle, device};
}

Stream external_stream(StreamHandle handle, int device) { return {handle, device_or_current(device)}; }

Stream current_stream(int device) {
  if (device < 0) device = current_device();
  return {thread_streams[device], device};
}

std::vector<Stream> made_streams(int device) {
  std::vector<Stream> made = {default_stream(device)};
  for (const auto& level : pool_of(device).streams) {
    for (const auto& entry : level) {
      if (const StreamHandle handle = entry.load(std::memory_order_acquire)) made.push_back({handle, device});
    }
  }
  return made;
}

void set_current_stream(Stream stream) { thread_streams[stream.device] = stream.handle; }

bool query_stream(Stream stream) {
  refuse_under_capture("a query of a stream");
  give_waiting();
  const Status status = device_api().query(stream);
  if (status == Status::NotReady) {
    device_api().clear_error();
    return false;
  }
  check(status, "stream query", stream.device);
  return true;
}

void synchronize_stream(Stream stream) {
  refuse_under_capture("a synchronisation with a stream");
  give_waiting();
  check(device_api().synchronize(stream), "stream synchronisation", stream.device);
  throw_device_errors(stream.device);
}

int stream_priority(Stream stream) {
  int priority = 0;
  check(device_api().priority(stream, priority), "stream priority");
  return priority;
}

bool is_capturing(Stream stream) {
  CaptureState state = CaptureState::None;
  uint64_t id = 0;
  if (device_api().capture_info(stream, state, id) != Status::Success) {
    device_api().clear_error();
    return true;  // the legacy stream can't be asked while another stream captures
  }
  return state != CaptureState::None;
}

StreamGuard::StreamGuard(Stream stream) : device_guard_(stream.device), previous_(current_stream(stream.device)) {
  set_current_stream(stream);
}

StreamGuard::~StreamGuard() { set_current_stream(previous_); }

}  // namespace vt::cuda
