#include "ops/random/memory_order.h"

#include "iter/overlap.h"
#include "ops/copy/memory_format.h"
#include "ops/typed/copy.h"

namespace vt::random {

void check_fillable(const Tensor& self) {
  check_writable(self);
  check_no_internal_overlap(*self.impl());
}

Tensor packed(const Tensor& self, IntSpan strides) {
  if (same(self.strides(), strides) && is_non_overlapping_and_dense(self.sizes(), self.strides())) return self;
  return ops::copy_(empty_strided(self.sizes(), strides, self.dtype(), self.device()), self);
}

Tensor begin_fill(const Tensor& self) {
  check_fillable(self);
  if (is_non_overlapping_and_dense(self.sizes(), self.strides())) return self;
  return empty_strided(self.sizes(), dense_strides_like(self.sizes(), self.strides()), self.dtype(), self.device());
}

void end_fill(const Tensor& self, const Tensor& filled) {
  if (filled.is_same(self)) {
    self.impl()->bump_version();
  } else {
    ops::copy_(self, filled);
  }
}

}  // namespace vt::random
