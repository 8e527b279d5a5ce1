#include "core/error.h"

#include <cstdio>

namespace vt {

void Error::add_frame(std::string op, std::string operands) {
  // A reason that names the op itself, in PyTorch's words, needs no name before it. Those of torch.linalg are named by
  // the function that found the fault, whatever called it.
  const bool named = reason_.starts_with(op + "()") || reason_.starts_with(op + ": ") ||
                     reason_.starts_with("linalg.") || reason_.starts_with("torch.linalg.");
  message_ = named ? reason_ : op + ": " + reason_;
  if (!operands.empty()) message_ += " (" + operands + ")";
  frames_.push_back({std::move(op), std::move(operands)});
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
