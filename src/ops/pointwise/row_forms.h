// What a row of a .def table declares: its schema, and the forms that come with it. The typed entries are made from the
// same rules (tools/op_entries.cpp).
#pragma once

#include "dispatch/schema.h"
#include "ops/pointwise/dtype_rule.h"

namespace vt::pointwise {

// "tanh" for a short row, else the schema without its result.
inline std::string row_schema(std::string_view id, std::string_view schema) {
  return (schema.empty() ? std::string(id) + "(Tensor self)" : std::string(schema)) + " -> Tensor";
}

struct RowForms {
  bool inplace, out;
};
inline RowForms row_forms(const Schema& schema, const DTypeRule& rule) {
  const bool internal = rule.surface == kInternal;
  return {schema.args()[0].name == "self" && rule.inplace && !internal, !internal};
}

}  // namespace vt::pointwise
