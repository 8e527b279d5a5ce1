// A simulated machine behind the library's CUDA runtime, for the time that it lives.
#pragma once

#include <doctest/doctest.h>

#include "core/device.h"
#include "cuda/stream.h"
#include "simulated/device.h"
#include "simulated/faulty_device.h"

namespace vt::simulated {

/// What the library does to cuda:0 while one lives happens to `device`, through `faulty`. One at a time; tensors and
/// other device objects made in its life die before it. Fails the test if the device saw a violation.
class SimulatedMachine {
 public:
  explicit SimulatedMachine(Options options = {}) : device(options, report), faulty(device) {
    cuda::set_device_api(&faulty);
  }
  ~SimulatedMachine() {
    faulty.clear_fault();
    device.run_all();
    for (int i = 0; i < cuda::device_count(); ++i) cuda::set_current_stream({nullptr, i});
    cuda::set_device_api(nullptr);
    CHECK_MESSAGE(report.clean(), report.first());
  }
  SimulatedMachine(const SimulatedMachine&) = delete;
  SimulatedMachine& operator=(const SimulatedMachine&) = delete;

  Report report;
  SimulatedDevice device;
  FaultyDevice faulty;
};

inline const Device kCuda(DeviceType::CUDA, 0);

}  // namespace vt::simulated
