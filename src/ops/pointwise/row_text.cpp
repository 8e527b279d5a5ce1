#include "ops/pointwise/row_text.h"

#include <algorithm>

#include "core/error.h"
#include "ops/pointwise/rows.h"

namespace vt::pointwise {
namespace {

constexpr RowText kTexts[] = {
#define VT_TEXT(id, rule, numbers, parameters, body) {&rows::id, #id, #numbers, #parameters, #body, #rule},
#define VT_UNARY(id, rule, body, ...) VT_TEXT(id, rule, (), (T x), body)
#define VT_UNARY_WITH(id, schema, numbers, rule, body, ...) VT_TEXT(id, rule, numbers, (T x), body)
#define VT_BINARY(id, schema, numbers, rule, body, ...) VT_TEXT(id, rule, numbers, (T x, T y), body)
#define VT_TERNARY(id, schema, numbers, rule, body, ...) VT_TEXT(id, rule, numbers, (T x, T y, T z), body)
#define VT_SELECT(id, schema, numbers, rule, body, ...) VT_TEXT(id, rule, numbers, (bool mask, T y, T z), body)
#define VT_COLUMN(...)
#include "ops/pointwise/activation.def"
#include "ops/pointwise/arithmetic.def"
#include "ops/pointwise/comparison.def"
#include "ops/pointwise/math.def"
#include "ops/pointwise/rounding.def"
#include "ops/pointwise/selection.def"
#include "ops/pointwise/unsigned.def"
#include "ops/pointwise/variates.def"
};

}  // namespace

std::span<const RowText> row_texts() { return kTexts; }

const RowText& row_text(const Row& row) {
  const auto* found = std::ranges::find(kTexts, &row, &RowText::row);
  VT_ASSERT(found != std::end(kTexts), "a row that no table has");
  return *found;
}

}  // namespace vt::pointwise
