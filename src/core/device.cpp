#include "core/device.h"

#include <algorithm>
#include <charconv>

#include "core/error.h"

namespace vt {

Device parse_device(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view type = text.substr(0, colon);
  const auto* known = std::find(std::begin(kDeviceTypeNames), std::end(kDeviceTypeNames), type);
  VT_CHECK(known != std::end(kDeviceTypeNames), Runtime,
           "expected one of cpu, cuda, meta device type at start of device string, got '", text, "'");
  Device d{static_cast<DeviceType>(known - kDeviceTypeNames), -1};
  if (colon == std::string_view::npos) return d;
  const std::string_view digits = text.substr(colon + 1);
  int index = -1;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool whole = status == std::errc() && end == digits.data() + digits.size();
  const bool leading_zero = digits.size() > 1 && digits[0] == '0';
  VT_CHECK(whole && !leading_zero && index >= 0 && index < 128, Runtime, "invalid device string: '", text, "'");
  d.index = static_cast<int8_t>(index);
  return d;
}

std::string to_string(Device d) {
  std::string out(kDeviceTypeNames[static_cast<int>(d.type)]);
  if (d.index >= 0) {
    out += ':';
    out += std::to_string(d.index);
  }
  return out;
}

}  // namespace vt
