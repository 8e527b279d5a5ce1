// Where memory lives: a type and an index.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/macros.h"

namespace vt {

enum class DeviceType : uint8_t { CPU, CUDA };
inline constexpr int kNumDeviceTypes = 2;

struct Device {
  DeviceType type = DeviceType::CPU;
  int8_t index = -1;  // -1: the current device of that type

  constexpr bool is_cpu() const { return type == DeviceType::CPU; }
  constexpr bool is_cuda() const { return type == DeviceType::CUDA; }
  friend constexpr bool operator==(const Device&, const Device&) = default;
};
inline constexpr Device kCPU{DeviceType::CPU, -1};

// "cpu", "cuda", "cuda:1"; RuntimeError for anything else.
VT_API Device parse_device(std::string_view text);
VT_API std::string to_string(Device d);

}  // namespace vt
