// A device that succeeds at everything and does nothing, in the place of CUDA: what remains is what our own host code
// takes.
#pragma once

#include <cstdint>
#include <string>

#include "core/device.h"
#include "cuda/device.h"
#include "cuda/device_api.h"

namespace vt::cuda {

// Every call of the list succeeds.
struct IdleCalls : DeviceApi {
#define VT_DEVICE_CALL(Kind, name, parameters, arguments) \
  Status name parameters override { return Status::Success; }
#include "cuda/device_api.def"
};

/// Device 0 for the time that it lives. Memory is addresses that nobody may read; streams and events are numbers.
class IdleDevice final : public IdleCalls {
 public:
  explicit IdleDevice(size_t total) : total_(total) { previous_ = set_device_api(this); }
  ~IdleDevice() override { set_device_api(previous_); }

  static Stream stream(uintptr_t number) { return {reinterpret_cast<StreamHandle>(number << 8), 0}; }

  Status device_count(int& count) override { return count = 1, Status::Success; }
  Status device_properties(int, DeviceProperties& properties) override {
    properties.total_memory = total_;
    properties.major = 9;
    properties.multi_processor_count = 132;
    return Status::Success;
  }
  Status memory_info(int, size_t& free_bytes, size_t& total_bytes) override {
    return free_bytes = total_bytes = total_, Status::Success;
  }
  int runtime_version() override { return 13000; }
  int driver_version() override { return 13000; }
  std::string describe(Status) override { return "a failure of the idle device"; }
  void clear_error() override {}
  bool is_page_locked(const void*) override { return false; }
  int device_of(const void*) override { return 0; }

  Status allocate(int, size_t bytes, void*& data) override { return data = addresses(bytes), Status::Success; }
  Status allocate_host(size_t bytes, void*& data) override { return data = addresses(bytes), Status::Success; }
  Status granularity(int, size_t& bytes) override { return bytes = kGranularity, Status::Success; }
  Status reserve_addresses(int, size_t bytes, void*& data) override { return data = addresses(bytes), Status::Success; }
  Status create_event(int, bool, bool, EventHandle& event) override {
    return event = reinterpret_cast<EventHandle>(addresses(1)), Status::Success;
  }
  Status create_stream(int, int, StreamHandle& stream) override {
    return stream = reinterpret_cast<StreamHandle>(addresses(1)), Status::Success;
  }

 private:
  static constexpr size_t kGranularity = size_t{2} << 20;

  void* addresses(size_t bytes) {
    const uintptr_t start = next_;
    next_ += (bytes + kGranularity - 1) / kGranularity * kGranularity;
    return reinterpret_cast<void*>(start);
  }

  size_t total_;
  uintptr_t next_ = uintptr_t{1} << 40;
  DeviceApi* previous_ = nullptr;
};

}  // namespace vt::cuda
