#include "cuda/stream.h"

#include <array>
#include <atomic>
#include <mutex>

#include "core/error.h"
#include "cuda/check.h"
#include "cuda/device_error.h"

namespace vt::cuda {
namespace {

constexpr int kMaxPriorities = 8;

struct Pool {
  std::array<std::array<std::atomic<StreamHandle>, kStreamsPerPool>, kMaxPriorities> streams{};
  std::array<std::atomic<unsigned>, kMaxPriorities> next{};
  std::mutex mutex;
};

Pool& pool_of(int device) {
  static auto* pools = new Pool[kMaxDevices];
  return pools[device];
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
  static const auto range = [] {
    std::array<int, 2> r{};
    VT_CUDA_CHECK(cudaDeviceGetStreamPriorityRange(&r[0], &r[1]));
    return r;
  }();
  lowest = range[0];
  highest = range[1];
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
      DeviceGuard guard(device);
      VT_CUDA_CHECK(cudaStreamCreateWithPriority(&handle, cudaStreamNonBlocking, priority));
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

void set_current_stream(Stream stream) { thread_streams[stream.device] = stream.handle; }

bool query_stream(Stream stream) {
  DeviceGuard guard(stream.device);
  const cudaError_t status = cudaStreamQuery(stream.handle);
  if (status == cudaErrorNotReady) {
    clear_last_error();
    return false;
  }
  VT_CUDA_CHECK(status);
  return true;
}

void synchronize_stream(Stream stream) {
  DeviceGuard guard(stream.device);
  VT_CUDA_CHECK(cudaStreamSynchronize(stream.handle));
  throw_device_errors(stream.device);
}

int stream_priority(Stream stream) {
  DeviceGuard guard(stream.device);
  int priority = 0;
  VT_CUDA_CHECK(cudaStreamGetPriority(stream.handle, &priority));
  return priority;
}

bool is_capturing(Stream stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  if (cudaStreamIsCapturing(stream.handle, &status) != cudaSuccess) {
    clear_last_error();
    return true;  // the legacy stream can't be asked while another stream captures
  }
  return status != cudaStreamCaptureStatusNone;
}

StreamGuard::StreamGuard(Stream stream) : device_guard_(stream.device), previous_(current_stream(stream.device)) {
  set_current_stream(stream);
}

StreamGuard::~StreamGuard() { set_current_stream(previous_); }

}  // namespace vt::cuda
