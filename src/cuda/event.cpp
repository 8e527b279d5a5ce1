#include "cuda/event.h"

#include <utility>

#include "core/error.h"
#include "cuda/branch.h"
#include "cuda/capture.h"
#include "cuda/device_api.h"
#include "cuda/device_error.h"
#include "cuda/waiting_work.h"

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
  DeviceApi& api = device_api();
  if (handle_ != nullptr && api.destroy_event(device_, handle_) != Status::Success) api.clear_error();
  handle_ = nullptr;
}

void Event::create(int device) {
  ensure_available();
  check(device_api().create_event(device, timing_, blocking_, handle_), "event creation");
  device_ = device;
}

void Event::record(Stream stream) {
  if (handle_ == nullptr) create(stream.device);
  VT_CHECK(device_ == stream.device, Runtime, "expected a stream of cuda:", device_,
           " to record this event, got cuda:", stream.device);
  give_waiting();
  join_branches();
  check(device_api().record_event(handle_, stream), "event record", stream.device);
}

void Event::block(Stream stream) const {
  if (handle_ == nullptr) return;
  check(device_api().wait_event(stream, handle_), "event wait", stream.device);
}

bool Event::query() const {
  if (handle_ == nullptr) return true;
  refuse_under_capture("a query of an event");
  const Status status = device_api().query(handle_);
  if (status == Status::NotReady) {
    device_api().clear_error();
    return false;
  }
  check(status, "event query", device_);
  return true;
}

void Event::synchronize() const {
  if (handle_ == nullptr) return;
  refuse_under_capture("a synchronisation with an event");
  check(device_api().synchronize(handle_), "event synchronisation", device_);
  throw_device_errors(device_);
}

float Event::elapsed_ms(const Event& end) const {
  VT_CHECK(timing_ && end.timing_, Value, "expected events made with timing, got one without");
  VT_CHECK(is_recorded() && end.is_recorded(), Value, "expected recorded events, got one that never was");
  float ms = 0;
  const Status status = device_api().elapsed_ms(handle_, end.handle_, ms);
  if (status == Status::NotReady) {
    device_api().clear_error();
    VT_THROW(Runtime, "expected both events to be done, got one that is still pending; synchronize first");
  }
  check(status, "elapsed time");
  return ms;
}

void wait_stream(Stream waiter, Stream other) {
  if (waiter == other) return;
  Event event;
  event.record(other);
  event.block(waiter);
}

}  // namespace vt::cuda
