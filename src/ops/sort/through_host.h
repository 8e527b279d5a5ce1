#pragma once

#include "ops/copy/kernels.h"

namespace vt {

// Runs a CPU kernel for a tensor of another device: its input is copied to the host, its two outputs are copied back.
template <class F>
void through_host(const F& kernel, const Tensor& self, Tensor& first, Tensor& second) {
  const Tensor input = empty(self.sizes(), self.dtype());
  copy_data(input, self);
  Tensor a = empty(first.sizes(), first.dtype()), b = empty(second.sizes(), second.dtype());
  kernel(input, a, b);
  copy_data(first, a);
  copy_data(second, b);
}

}  // namespace vt
