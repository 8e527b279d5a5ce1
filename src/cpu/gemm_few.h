// Products with only a few rows or columns, whose time is that of reading the other matrix once.
#pragma once

#include <cstdint>

#include "cpu/gemm_kernels.h"

namespace vt::cpu {

// C as gemm_packed gives it, from dot products of rows as they lie: for a few rows of C if B is transposed, or a few
// columns if A is not. False, and nothing done, for other products. `size` is that of an element of A, B and C.
bool gemm_few(const GemmKernels& kernels, int64_t m, int64_t n, int64_t k, const GemmOperand& a, const GemmOperand& b,
              const GemmTarget& target, int64_t size);

}  // namespace vt::cpu
