#include "core/error.h"

#include <cstdio>

namespace vt {

void Error::add_context(std::string_view op, std::string_view operands) {
  if (has_context_) return;
  has_context_ = true;
  std::string text(op);
  text += ": ";
  text += message_;
  if (!operands.empty()) {
    text += " (";
    text += operands;
    text += ")";
  }
  message_ = std::move(text);
}

namespace detail {

void append(std::string& out, std::string_view text) { out.append(text); }

void append(std::string& out, double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", value);
  out += buffer;
}

void append(std::string& out, std::span<const int64_t> values) {
  out += '[';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i) out += ", ";
    out += std::to_string(values[i]);
  }
  out += ']';
}

void throw_error(ErrorKind kind, std::string message) { throw Error(kind, std::move(message)); }

void throw_internal(const char* file, int line, const char* condition, std::string message) {
  std::string_view path(file);
  if (auto src = path.rfind("src/"); src != std::string_view::npos) path.remove_prefix(src);
  throw Error(ErrorKind::Internal, concat("internal error at ", path, ":", line, ": ", condition,
                                          message.empty() ? "" : ": ", message, "; please report this"));
}

}  // namespace detail
}  // namespace vt
