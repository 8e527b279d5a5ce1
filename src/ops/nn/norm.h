// The backward kernels of layer_norm and rms_norm, with what a backward pass may ask of them beyond their ops.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

enum class NormKind : uint8_t { Layer, Rms };

// Rows are the leading dims of `input`, of `columns` elements each.
struct NormBackward {
  NormKind kind;
  Tensor grad;               // like input, or of a 16-bit dtype beside a float32 input
  Tensor input, mean, rstd;  // mean: undefined for Rms
  Tensor weight;             // undefined: ones
  int64_t columns;
  // Contiguous, to be written; undefined ones are not wanted.
  Tensor grad_input, grad_weight, grad_bias;
  bool adds = false;  // grad_input holds a gradient, to which this one is added
  Tensor narrow;      // what grad_input becomes, in a 16-bit dtype; float32 inputs only
};

extern BackendTable<void(const NormBackward&)> norm_backward;

}  // namespace vt
