// One error taxonomy for C++, the C ABI, Python and Node.
//
// VT_CHECK is the caller's fault: VT_CHECK(cond, Value, "expected dim in [", lo, ", ", hi, "], got ", dim).
// VT_ASSERT is ours. Messages say what was expected and what came; the dispatcher adds the op and its operands, so a
// kernel never names itself.
#pragma once

#include <complex>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/macros.h"

namespace vt {

enum class ErrorKind : uint8_t {
#define VT_ERROR(kind, code, python) kind = code,
#include "core/error.def"
#undef VT_ERROR
};

class VT_API Error : public std::exception {
 public:
  // One call that the error passed through on its way out.
  struct Frame {
    std::string op;
    std::string operands;
  };

  Error(ErrorKind kind, std::string reason) : kind_(kind), reason_(std::move(reason)), message_(reason_) {}
  ErrorKind kind() const noexcept { return kind_; }
  // The reason, named after the outermost call: the one that the user made.
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const noexcept { return message_; }
  // The calls, innermost first.
  const std::vector<Frame>& frames() const noexcept { return frames_; }
  void add_frame(std::string op, std::string operands);

 private:
  ErrorKind kind_;
  std::string reason_;
  std::string message_;
  std::vector<Frame> frames_;
};

namespace detail {
VT_API void append(std::string& out, std::string_view text);
VT_API void append(std::string& out, double value);
VT_API void append(std::string& out, std::span<const int64_t> values);
inline void append(std::string& out, const char* text) { append(out, std::string_view(text)); }
inline void append(std::string& out, const std::string& text) { append(out, std::string_view(text)); }
inline void append(std::string& out, bool value) { append(out, std::string_view(value ? "true" : "false")); }
template <class T>
  requires std::is_integral_v<T>
void append(std::string& out, T value) {
  append(out, std::string_view(std::to_string(value)));
}
// Types with a free `std::string to_string(const T&)` in their namespace print through it.
template <class T>
  requires requires(const T& v) {
    { to_string(v) } -> std::convertible_to<std::string_view>;
  }
void append(std::string& out, const T& value) {
  append(out, std::string_view(to_string(value)));
}
template <class... Args>
std::string concat(const Args&... args) {
  std::string out;
  (append(out, args), ...);
  return out;
}
[[noreturn]] VT_API void throw_error(ErrorKind kind, std::string message);
[[noreturn]] VT_API void throw_internal(const char* file, int line, const char* condition, std::string message);
}  // namespace detail

}  // namespace vt

#define VT_THROW(kind, ...) ::vt::detail::throw_error(::vt::ErrorKind::kind, ::vt::detail::concat(__VA_ARGS__))
#define VT_CHECK(cond, kind, ...)                          \
  do {                                                     \
    if (VT_UNLIKELY(!(cond))) VT_THROW(kind, __VA_ARGS__); \
  } while (0)
#define VT_ASSERT(cond, ...)                                                                      \
  do {                                                                                            \
    if (VT_UNLIKELY(!(cond)))                                                                     \
      ::vt::detail::throw_internal(__FILE__, __LINE__, #cond, ::vt::detail::concat(__VA_ARGS__)); \
  } while (0)
