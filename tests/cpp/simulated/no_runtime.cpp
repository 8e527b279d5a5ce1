// Stands where the CUDA runtime is in the library: programs that are built from the sources of the allocator, without
// CUDA, link this. Behind it is a device of its own, so that a call made while no test has set one does no harm.
#include "cuda/branch.h"
#include "cuda/capture.h"
#include "cuda/runtime_api.h"
#include "simulated/device.h"

namespace vt::cuda {

DeviceApi& runtime_api() noexcept {
  static simulated::Report report;
  static simulated::SimulatedDevice device({.devices = 1, .memory = size_t{2} << 20}, report);
  return device;
}

// Captures of these programs are the device's own, without cuda/capture.h.
Capture* current_capture() noexcept { return nullptr; }
void refuse_under_capture(const char*) {}
void join_branches() {}
std::string place_suffix() { return {}; }
Capture::~Capture() = default;
void Capture::on_work(const char*, Stream, StorageSpan) {}
void Capture::note_failure(std::string) {}

}  // namespace vt::cuda
