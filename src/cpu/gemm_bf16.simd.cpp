// bfloat16 products on AVX512-BF16: a packed element is a pair of neighbours in k, and one instruction adds both
// products to a float. Subnormal inputs and results count as zero, which the instruction defines.
#include "cpu/gemm_kernels.h"

#ifdef __AVX512BF16__
#include <immintrin.h>

#include "cpu/gemm_dots.h"
#include "cpu/gemm_micro.h"

namespace vt::cpu::VT_ISA {

struct Bf16DotMath {
  using Acc = float;
  using Packed = uint32_t;  // the earlier k in the low half
  static constexpr int kStep = 2;
  static constexpr int kSliceBytes = 2048;  // long slices: several of them cost a float copy of C
  using AccVector = Simd<float>::Vector;
  using LoadVector = Simd<uint32_t>::Unaligned;

  static VT_ALWAYS_INLINE AccVector multiply_add(AccVector acc, LoadVector b, Packed a) {
    return reinterpret_cast<AccVector>(
        _mm512_dpbf16_ps(reinterpret_cast<__m512>(acc), reinterpret_cast<__m512bh>(b),
                         reinterpret_cast<__m512bh>(_mm512_set1_epi32(static_cast<int>(a)))));
  }

  static VT_ALWAYS_INLINE AccVector load_numbers(const bfloat16* from) { return Simd<float>::load(from); }  // as bits
  static VT_ALWAYS_INLINE AccVector dot(AccVector acc, AccVector a, AccVector b) {
    return reinterpret_cast<AccVector>(
        _mm512_dpbf16_ps(reinterpret_cast<__m512>(acc), reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b)));
  }

  static VT_ALWAYS_INLINE Packed pair(uint16_t low, uint16_t high) {
    return static_cast<uint32_t>(low) | (static_cast<uint32_t>(high) << 16);
  }

  static VT_ALWAYS_INLINE void pack_row(const bfloat16* source, int64_t kc, Packed* row) {
    __builtin_memcpy(row, source, static_cast<size_t>(kc / 2) * sizeof(Packed));
    if ((kc & 1) != 0) row[kc / 2] = source[kc - 1].bits;
  }

  template <int Distance>
  static VT_ALWAYS_INLINE void pack_steps(const bfloat16* source, int64_t ld, int64_t kc, int count, int64_t available,
                                          Packed* panel) {
    const bool whole = count == Distance || (Distance <= 16 && available >= Distance);
    for (int64_t k = 0; k < kc; k += 2, source += 2 * ld, panel += Distance) {
      const bool last = k + 1 == kc;
      const bfloat16* next = last ? source : source + ld;
      const uint16_t keep = last ? 0 : 0xffff;
      if (whole) {
        for (int j = 0; j < Distance; ++j) panel[j] = pair(source[j].bits, next[j].bits & keep);
      } else {
        for (int j = 0; j < count; ++j) panel[j] = pair(source[j].bits, next[j].bits & keep);
        for (int j = count; j < Distance; ++j) panel[j] = 0;
      }
    }
  }

  template <int Distance>
  static VT_ALWAYS_INLINE void pack_transposed(const bfloat16* source, int64_t ld, int64_t kc, int columns,
                                               Packed* panel) {
    using S = Simd<uint32_t>;
    constexpr int kWidth = S::kWidth;
    const int64_t steps = (kc + 1) / 2;
    for (int j = 0; j < Distance; j += kWidth) {
      int64_t s = 0;
      if (j + kWidth <= columns) {
        for (; s + kWidth <= kc / 2; s += kWidth) {
          S::Vector square[kWidth];
          for (int r = 0; r < kWidth; ++r) square[r] = S::load(source + (j + r) * ld + 2 * s);
          S::transpose(square);
          for (int r = 0; r < kWidth; ++r) S::store(panel + (s + r) * Distance + j, square[r]);
        }
      }
      for (; s < steps; ++s) {
        for (int e = j; e < j + kWidth; ++e) {
          const bfloat16* from = source + e * ld + 2 * s;
          panel[s * Distance + e] = e >= columns ? 0 : pair(from[0].bits, 2 * s + 1 < kc ? from[1].bits : uint16_t{0});
        }
      }
    }
  }
};

const GemmKernels* gemm_kernels_bf16_dot() {
  return Gemm<Bf16DotMath, bfloat16>::kernels<GemmDots<Bf16DotMath, bfloat16>>();
}

}  // namespace vt::cpu::VT_ISA

#else
namespace vt::cpu::VT_ISA {
const GemmKernels* gemm_kernels_bf16_dot() { return nullptr; }
}  // namespace vt::cpu::VT_ISA
#endif
