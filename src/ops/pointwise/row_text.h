// The rows as text: what a kernel is generated from.
#pragma once

#include <span>
#include <string_view>

#include "core/macros.h"

namespace vt::pointwise {

struct Row;

// The line of a .def table that a row comes from.
struct RowText {
  const Row* row;
  std::string_view id;          // "add"
  std::string_view numbers;     // "(alpha)", "()"
  std::string_view parameters;  // "(T x, T y)", "(bool mask, T y, T z)"
  std::string_view body;        // "x + alpha * y"
  std::string_view rule;        // "kAny", what rule:: names
};

VT_API const RowText& row_text(const Row& row);
// Of all rows, in the order of the tables.
VT_API std::span<const RowText> row_texts();

}  // namespace vt::pointwise
