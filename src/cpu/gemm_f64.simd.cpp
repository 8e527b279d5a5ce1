#include "cpu/gemm_dots.h"
#include "cpu/gemm_plain.h"

namespace vt::cpu::VT_ISA {

const GemmKernels* gemm_kernels_f64() {
  return Gemm<PlainMath<double>, double>::kernels<GemmDots<PlainMath<double>, double>>();
}

}  // namespace vt::cpu::VT_ISA
