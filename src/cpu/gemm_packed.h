// The driver of the packed GEMM: which blocks are packed when, by which thread, and what is read where it lies.
#pragma once

#include <cstdint>

#include "cpu/gemm_kernels.h"

namespace vt::cpu {

// C (m, n) = alpha * op(A) * op(B) + beta * C + bias, as `target` says. `size` is that of an element of C.
void gemm_packed(const GemmKernels& kernels, int64_t m, int64_t n, int64_t k, const GemmOperand& a,
                 const GemmOperand& b, const GemmTarget& target, int64_t size);

}  // namespace vt::cpu
