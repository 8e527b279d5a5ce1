// Rows that become part of work that waits, Note [Waiting work], or wait themselves.
#pragma once

#include "ops/pointwise/row.h"

namespace vt::pointwise {

// The column `wait`: whether the call, on CUDA, was left to wait or became part of what waited; then it needs no
// launch.
bool wait_relu(const Call& call, const Row& row, const Tensor& out);
bool wait_add(const Call& call, const Row& row, const Tensor& out);
bool wait_sub(const Call& call, const Row& row, const Tensor& out);
bool wait_mul(const Call& call, const Row& row, const Tensor& out);
bool wait_neg(const Call& call, const Row& row, const Tensor& out);
bool wait_threshold_backward(const Call& call, const Row& row, const Tensor& out);

}  // namespace vt::pointwise
