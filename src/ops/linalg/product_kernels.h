// What the kernels of a matrix product are given: (batch, m, k) @ (batch, k, n).
#pragma once

#include "core/scalar.h"
#include "core/tensor.h"

namespace vt::linalg {

struct ProductShape {
  int64_t batch, m, n, k;
};

// A batch of matrices in memory: row-major with leading dimension `ld`, or the transpose of one. Elements, not bytes.
struct Matrix {
  Tensor holder;  // keeps a copy alive
  const void* data = nullptr;
  int64_t ld = 0;
  int64_t batch_stride = 0;
  bool transposed = false;
};

// out = alpha * a @ b + beta * out + bias (n) of integers, which cuBLASLt does not multiply; wraps around as the CPU's.
// out is contiguous and not empty, bias contiguous or undefined; beta == 0: out is not read.
void integer_product_cuda(const ProductShape& s, const Matrix& a, const Matrix& b, const Tensor& out,
                          const Scalar& alpha, const Scalar& beta, const Tensor& bias);

}  // namespace vt::linalg
