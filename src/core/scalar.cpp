#include "core/scalar.h"

namespace vt {

std::string to_string(const Scalar& s) {
  if (s.is_bool()) return s.to_bool() ? "True" : "False";
  if (s.is_past_int64()) return std::to_string(s.to<uint64_t>());
  if (s.is_integral()) return std::to_string(s.to_int());
  if (s.is_floating()) return detail::concat(s.to_double());
  const auto z = s.to_complex();
  return detail::concat("(", z.re, z.im < 0 ? "" : "+", z.im, "j)");
}

}  // namespace vt
