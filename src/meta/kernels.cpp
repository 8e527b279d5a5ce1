#include "ops/copy/kernels.h"
#include "dispatch/registry.h"
#include "meta/meta.h"
#include "ops/factory/ranges.h"
#include "ops/index/index_plan.h"
#include "ops/pointwise/row.h"
#include "ops/random/distribution.h"

namespace vt::meta {
namespace {

void refuse_values(Call&) {
  VT_THROW(NotImplemented, "its result depends on values, which tensors on meta do not have");
}

// An op without results only writes values.
void do_nothing(Call&) {}

Kernel kernel_of(const Op& op) {
  if (op.parts.value_dependent) return refuse_values;
  if (op.parts.shape_kernel) return op.parts.shape_kernel;
  return op.schema().rets().empty() ? do_nothing : nullptr;
}

}  // namespace

void register_meta_kernels(Registry& registry) {
  registry.set_backend_kernels(Key::Meta, kernel_of);
  strided_copy.nothing_to_do(Key::Meta);
  strided_fill.nothing_to_do(Key::Meta);
  fill_range.nothing_to_do(Key::Meta);
  read_index.nothing_to_do(Key::Meta);
  write_index.nothing_to_do(Key::Meta);
  pointwise::run_loop.nothing_to_do(Key::Meta);
  random::fill_drawn.nothing_to_do(Key::Meta);
  random::fill_bernoulli.nothing_to_do(Key::Meta);
}

}  // namespace vt::meta
