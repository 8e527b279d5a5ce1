#include "cpu/gemm_dots.h"
#include "cpu/gemm_plain.h"

namespace vt::cpu::VT_ISA {

const GemmKernels* gemm_kernels_f32() {
  return Gemm<PlainMath<float>, float>::kernels<GemmDots<PlainMath<float>, float>>();
}
const GemmKernels* gemm_kernels_f32_from_f16() { return Gemm<PlainMath<float>, float16>::kernels(); }
const GemmKernels* gemm_kernels_f32_from_bf16() { return Gemm<PlainMath<float>, bfloat16>::kernels(); }

}  // namespace vt::cpu::VT_ISA
