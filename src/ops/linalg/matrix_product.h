// Matrix products of tensors on either device: from strided tensors to what the GEMMs take.
#pragma once

#include "core/scalar.h"
#include "core/tensor.h"

namespace vt::linalg {

// out (b?, m, n) = alpha * a (b?, m, k) @ c (b?, k, n) + beta * out, optionally + bias (n) on every row. All of one
// dtype, or of 16-bit floats into a float32 out, and one device, 2-D or 3-D, shapes already checked; out is contiguous.
// Operands whose rows or columns are dense are used as they lie, also transposed; others are copied. beta == 0: out is
// not read.
void matrix_product(const Tensor& a, const Tensor& b, const Tensor& out, const Scalar& alpha, const Scalar& beta,
                    const Tensor& bias = {});

// out (b, h, m, n) = a (b, h, m, k) @ c (b, h, k, n) of float32 by a kernel that reads both as they lie, whatever the
// strides of b and h are, where there is one for such sizes. out is contiguous; undefined: asks only.
bool try_heads_product(const Tensor& a, const Tensor& b, const Tensor& out);

void register_matrix_product();

}  // namespace vt::linalg
