// Where memory lives: a type and an index.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/macros.h"

namespace vt {

// Meta has shapes and dtypes but no memory.
enum class DeviceType : uint8_t { CPU, CUDA, Meta };
inline constexpr int kNumDeviceTypes = 3;
inline constexpr std::string_view kDeviceTypeNames[kNumDeviceTypes] = {"cpu", "cuda", "meta"};

struct Device {
  DeviceType type = DeviceType::CPU;
  int8_t index = -1;  // -1: the current device of that type

  constexpr bool is_cpu() const { return type == DeviceType::CPU; }
  constexpr bool is_cuda() const { return type == DeviceType::CUDA; }
  friend constexpr bool operator==(const Device&, const Device&) = default;
};
// Whether there are several of a type, told apart by index.
constexpr bool is_numbered(DeviceType t) { return t == DeviceType::CUDA; }
inline constexpr Device kCPU{DeviceType::CPU, -1};

// "cpu", "cuda", "cuda:1", "meta"; RuntimeError for anything else.
VT_API Device parse_device(std::string_view text);
VT_API std::string to_string(Device d);

}  // namespace vt
