#include "core/device.h"

#include <charconv>

#include "core/error.h"

namespace vt {

Device parse_device(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view type = text.substr(0, colon);
  Device d;
  if (type == "cuda") {
    d.type = DeviceType::CUDA;
  } else {
    VT_CHECK(type == "cpu", Runtime, "expected one of cpu, cuda device type at start of device string, got '", text,
             "'");
  }
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
  std::string out = d.is_cuda() ? "cuda" : "cpu";
  if (d.index >= 0) {
    out += ':';
    out += std::to_string(d.index);
  }
  return out;
}

}  // namespace vt
