#include "dispatch/frontend.h"

#include <algorithm>

#include "dispatch/registry.h"

namespace vt {
namespace {

// PyTorch's order of trying overloads where both would fit: Tensor before Scalar, int before int[]. Tensor before
// numbers of one kind, too, since a tensor of no dimensions would fit there by being read.
bool goes_before(const Candidate& a, const Candidate& b) {
  const auto &left = a.op->schema().args(), &right = b.op->schema().args();
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const ArgType x = left[i].type, y = right[i].type;
    if (x == y) continue;
    return (x == ArgType::Tensor && (y == ArgType::Scalar || y == ArgType::Float || y == ArgType::Int)) ||
           (x == ArgType::Int && y == ArgType::IntList);
  }
  return false;
}

bool takes_scalar(const Op& op, size_t argument, OpKind kind) {
  const auto& args = op.schema().args();
  return op.kind() == kind && argument < args.size() && args[argument].type == ArgType::Scalar;
}

}  // namespace

std::vector<Candidate> overloads_to_try(std::string_view name, uint8_t surface) {
  std::vector<Candidate> found;
  const Registry& registry = Registry::get();
  const bool is_full = name.find('.') != std::string_view::npos;
  const Op* const one = is_full ? registry.find(name) : nullptr;
  for (const Op* op : is_full ? std::vector<const Op*>(one ? 1 : 0, one) : registry.overloads(name)) {
    if (!surface || (op->parts.surface & surface)) found.push_back({op, 0});
  }
  for (Candidate& c : found) {
    const auto& args = c.op->schema().args();
    for (size_t i = 0; i < args.size(); ++i) {
      if (!args[i].accepts_number) continue;
      const bool declared_elsewhere =
          std::ranges::any_of(found, [&](const Candidate& o) { return takes_scalar(*o.op, i, c.op->kind()); });
      if (!declared_elsewhere) c.numbers |= 1u << i;
    }
  }
  std::ranges::stable_sort(found, goes_before);
  return found;
}

}  // namespace vt
