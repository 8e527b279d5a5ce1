// What the parts of batch norm share on CUDA, and the running statistics.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

/// A tensor, dense, and what its channels are normalized by: undefined weights are ones, biases zeros.
struct ToNormalize {
  Tensor x, mean, var, weight, bias;
  double eps;
};

/// Writes the normalized elements to `out`, which lies as x does, when they are wanted: Note [Waiting work]. False if
/// this cannot wait, and nothing was done.
bool let_normalize_wait(const ToNormalize& from, const Tensor& out, bool rows);

/// running = running * (1 - momentum) + value * momentum, of a mean and of the sample's variance, which is `var` times
/// `correction`. Contiguous tensors of one length; statistics of one dtype.
struct RunningStatistics {
  Tensor running_mean, running_var, mean, var;
  double momentum, correction;
};
extern BackendTable<void(const RunningStatistics&)> move_running;

}  // namespace vt
