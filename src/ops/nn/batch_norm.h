// What the parts of batch norm share on CUDA, and the running statistics.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

/// Writes (x - mean) * scale + bias to `out`, now or when it is wanted: Note [Waiting work]. x is dense in the format
/// of out; `channels`, (3, channels) in x's opmath type, has mean, scale and bias and is nobody else's.
void write_normalized(const Tensor& x, const Tensor& channels, const Tensor& out);

/// running = running * (1 - momentum) + value * momentum, of a mean and of the sample's variance, which is `var` times
/// `correction`. Contiguous tensors of one length; statistics of one dtype.
struct RunningStatistics {
  Tensor running_mean, running_var, mean, var;
  double momentum, correction;
};
extern BackendTable<void(const RunningStatistics&)> move_running;

}  // namespace vt
