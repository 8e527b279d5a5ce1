// The elements of a tensor as text, character for character as PyTorch prints them.
#pragma once

#include <optional>
#include <string>

#include "core/tensor.h"

namespace vt::ops {

struct PrintOptions {
  int precision = 4;
  double threshold = 1000;  // more elements than this are summarised
  int64_t edge_items = 3;   // that a summary shows at both ends of a dimension
  int64_t line_width = 80;
  std::optional<bool> scientific;  // nothing: decided from the values
};

// The numbers in brackets, to be printed `indent` columns from the left; "..." for a tensor without memory.
VT_API std::string contents_text(const Tensor& t, const PrintOptions& options, int64_t indent);

}  // namespace vt::ops
