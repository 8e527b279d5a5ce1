#include "dispatch/flops.h"

namespace vt {
namespace {

std::map<const Op*, FlopFormula>& formulas() {
  static std::map<const Op*, FlopFormula> table;
  return table;
}

}  // namespace

void declare_flops(Registry& r, std::string_view op, FlopFormula formula) {
  const Op* found = r.find(op);
  VT_ASSERT(found, "no op ", op);
  formulas()[found] = formula;
}

double flops_of(const Op& op, std::span<const Value> args) {
  const auto found = formulas().find(&op.functional());
  return found == formulas().end() ? 0 : found->second(args);
}

IntSpan sizes_at(std::span<const Value> args, size_t i) {
  if (i >= args.size() || args[i].tag != Tag::Tensor) return {};
  return args[i].as_tensor().sizes();
}

double elements_of(IntSpan sizes) {
  double n = 1;
  for (const int64_t size : sizes) n *= static_cast<double>(size);
  return n;
}

}  // namespace vt
