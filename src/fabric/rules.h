// The sharding rules: what letters a call is described in. Rows of the pointwise tables, views and composites need no
// entry; the tables, a file per kind of op, say what the others have.
#pragma once

#include "fabric/placed_call.h"

namespace vt::fabric {

struct RuleRow;
using Rule = Description (*)(const Call& call, const RuleRow& row);

struct RuleRow {
  std::string_view op;  // full name
  Rule rule;            // nullptr: the form says it all
  std::string_view form = {};
  Over over = Over::Sum;    // of letters that no result has
  uint32_t linear[3] = {};  // sets of arguments, by bit, in which the results are linear together
  void (*run)(LocalCall& c) = nullptr;
  void (*combine)(PlacedCall& c) = nullptr;
};
using RuleTable = std::span<const RuleRow>;

RuleTable rules_by_kind();      // rules_by_kind.cpp: pointwise, reductions, along dims, matrices
RuleTable rules_of_copies();    // rules_of_copies.cpp: copies, tensors in the likeness of others, pieces put together
RuleTable rules_of_indexing();  // rules_of_indexing.cpp
RuleTable rules_of_layers();    // rules_of_layers.cpp: products, norms, losses, attention, images

// Of an op whose own kernel takes Fabric tensors.
Description itself(const Call& call, const RuleRow& row);

// Of a composite that reads values: it is gathered.
Description gathers(const Call& call, const RuleRow& row);

// An op's row, or null.
const RuleRow* row_of(const Op& op);

// What a row says of a call.
Description describe(const Call& call, const RuleRow& row);

// Rows of the pointwise tables: all tensors broadcast.
Description elementwise(const Call& call, const RuleRow& row);

}  // namespace vt::fabric
