#include "cpu/gemm_plain.h"

namespace vt::cpu::VT_ISA {

const GemmKernels* gemm_kernels_f64() { return Gemm<PlainMath<double>, double>::kernels(); }

}  // namespace vt::cpu::VT_ISA
