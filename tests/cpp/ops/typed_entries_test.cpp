// The typed entries are made from what tools/op_entries.cpp reads in the sources; the registry knows what is there.
#include <doctest/doctest.h>

#include <set>

#include "autograd/autograd.h"
#include "dispatch/registry.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"

namespace vt {
namespace {

std::set<std::string> entries() {
#define VT_OP(schema) schema,
  return {
#include "ops/typed/entries.def"
  };
#undef VT_OP
}

TEST_CASE("every functional and in-place op has a typed entry, and every entry an op") {
  initialize();
  std::set<std::string> declared;
  for (const auto& op : Registry::get().ops()) {
    // Those of layers above src/ops are called from outside alone; rows for uint64 are chosen by others' rows.
    const bool has_none = op->name().starts_with("_fabric_") || op->name().ends_with("_unsigned");
    if (op->kind() != OpKind::Out && !has_none) declared.insert(op->schema().text());
  }
  const std::set<std::string> found = entries();
  CHECK(declared.size() > 500);
  for (const std::string& schema : declared) {
    INFO(schema);
    CHECK(found.contains(schema));
  }
  for (const std::string& schema : found) {
    INFO(schema);
    CHECK(declared.contains(schema));
  }
}

TEST_CASE("an entry calls its overload with defaults filled in") {
  initialize();
  const Tensor x = wrapped_number(2.0);
  const Tensor rows = ops::stack(std::vector<Tensor>{x, ops::add(x, x), ops::add(x, x, 3)});
  CHECK(ops::sum(rows).dim() == 0);
  CHECK(ops::sum(rows, DimVec{0}, true).sizes()[0] == 1);
  const auto [largest, position] = ops::max(rows, 0);
  CHECK(ops::item(largest).to_double() == 8.0);
  CHECK(ops::item(position).to_int() == 2);
}

}  // namespace
}  // namespace vt
