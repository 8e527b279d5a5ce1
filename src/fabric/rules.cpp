#include "fabric/rules.h"

#include <unordered_map>

#include "dispatch/registry.h"

namespace vt::fabric {

const RuleRow* row_of(const Op& op) {
  static const auto rows = [] {
    std::unordered_map<const Op*, const RuleRow*> found;
    for (const RuleTable& table : {rules_by_kind(), rules_of_copies(), rules_of_indexing(), rules_of_layers()}) {
      for (const RuleRow& row : table) {
        const Op* known = Registry::get().find(row.op);
        VT_ASSERT(known, std::string(row.op), " has a sharding rule and is no op");
        VT_ASSERT(found.emplace(known, &row).second, std::string(row.op), " has two sharding rules");
      }
    }
    return found;
  }();
  const auto at = rows.find(&op.functional());
  return at == rows.end() ? nullptr : at->second;
}

Description itself(const Call& call, const RuleRow&) { return whole(call); }

Description gathers(const Call& call, const RuleRow&) { return whole(call); }

Description describe(const Call& call, const RuleRow& row) {
  Description d = row.rule ? row.rule(call, row) : described(call, row.form);
  if (d.is_whole) return d;
  d.over = row.over;
  for (const uint32_t set : row.linear) {
    if (set != 0) d.linear.push_back(set);
  }
  d.run = row.run;
  d.combine = row.combine;
  return d;
}

}  // namespace vt::fabric
