#include "cuda/event.h"

#include <utility>

#include "core/error.h"
#include "cuda/check.h"
#include "cuda/device_error.h"

namespace vt::cuda {

Event::Event(Event&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      device_(other.device_),
      timing_(other.timing_),
      blocking_(other.blocking_) {}

Event& Event::operator=(Event&& other) noexcept {
  if (this != &other) {
    destroy();
    handle_ = std::exchange(other.handle_, nullptr);
    device_ = other.device_;
    timing_ = other.timing_;
    blocking_ = other.blocking_;
  }
  return *this;
}

Event::~Event() { destroy(); }

void Event::destroy() noexcept {
  if (handle_ != nullptr && cudaEventDestroy(handle_) != cudaSuccess) clear_last_error();
  handle_ = nullptr;
}

void Event::create(int device) {
  DeviceGuard guard(device);
  unsigned flags = cudaEventDefault;
  if (!timing_) flags |= cudaEventDisableTiming;
  if (blocking_) flags |= cudaEventBlockingSync;
  VT_CUDA_CHECK(cudaEventCreateWithFlags(&handle_, flags));
  device_ = device;
}

void Event::record(Stream stream) {
  if (handle_ == nullptr) create(stream.device);
  VT_CHECK(device_ == stream.device, Runtime, "expected a stream of cuda:", device_,
           " to record this event, got cuda:", stream.device);
  DeviceGuard guard(device_);
  VT_CUDA_CHECK(cudaEventRecord(handle_, stream.handle));
}

void Event::block(Stream stream) const {
  if (handle_ == nullptr) return;
  DeviceGuard guard(stream.device);
  VT_CUDA_CHECK(cudaStreamWaitEvent(stream.handle, handle_, 0));
}

bool Event::query() const {
  if (handle_ == nullptr) return true;
  const cudaError_t status = cudaEventQuery(handle_);
  if (status == cudaErrorNotReady) {
    clear_last_error();
    return false;
  }
  VT_CUDA_CHECK(status);
  return true;
}

void Event::synchronize() const {
  if (handle_ == nullptr) return;
  VT_CUDA_CHECK(cudaEventSynchronize(handle_));
  throw_device_errors(device_);
}

float Event::elapsed_ms(const Event& end) const {
  VT_CHECK(timing_ && end.timing_, Value, "expected events made with timing, got one without");
  VT_CHECK(is_recorded() && end.is_recorded(), Value, "expected recorded events, got one that never was");
  float ms = 0;
  const cudaError_t status = cudaEventElapsedTime(&ms, handle_, end.handle_);
  if (status == cudaErrorNotReady) {
    clear_last_error();
    VT_THROW(Runtime, "expected both events to be done, got one that is still pending; synchronize first");
  }
  VT_CUDA_CHECK(status);
  return ms;
}

void wait_stream(Stream waiter, Stream other) {
  if (waiter == other) return;
  Event event;
  event.record(other);
  event.block(waiter);
}

}  // namespace vt::cuda
