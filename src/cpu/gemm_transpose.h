// Squares of 16 x 16 32-bit words, transposed on AVX-512. For the *.simd.cpp units of the GEMM.
//
// A square transposed in registers takes 64 shuffles, which one port alone executes. Here rows are read in quarters
// that land where they belong, on either of two ports, and half of the shuffles are left.
#pragma once

#ifdef __AVX512F__
#include <immintrin.h>

#include <cstdint>

#include "core/macros.h"

#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC's intrinsics begin some results undefined

namespace vt::cpu::VT_ISA {

// Row j of `to`, j < 4, is word j of the 16 rows of `from`. Distances are in bytes; `to` need not be aligned.
VT_ALWAYS_INLINE void transpose_quarter(const char* from, int64_t from_row, char* to, int64_t to_row) {
  const auto quarter = [&](int64_t row) __attribute__((always_inline)) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + row * from_row));
  };
  const auto rows = [&](int64_t row) __attribute__((always_inline)) {  // row, row + 4, row + 8, row + 12
    __m512i v = _mm512_castsi128_si512(quarter(row));
    v = _mm512_mask_broadcast_i32x4(v, 0x00f0, quarter(row + 4));
    v = _mm512_mask_broadcast_i32x4(v, 0x0f00, quarter(row + 8));
    return _mm512_mask_broadcast_i32x4(v, 0xf000, quarter(row + 12));
  };
  const __m512i a = rows(0), b = rows(1), c = rows(2), d = rows(3);
  const __m512i ab_low = _mm512_unpacklo_epi32(a, b), ab_high = _mm512_unpackhi_epi32(a, b);
  const __m512i cd_low = _mm512_unpacklo_epi32(c, d), cd_high = _mm512_unpackhi_epi32(c, d);
  _mm512_storeu_si512(to, _mm512_unpacklo_epi64(ab_low, cd_low));
  _mm512_storeu_si512(to + to_row, _mm512_unpackhi_epi64(ab_low, cd_low));
  _mm512_storeu_si512(to + 2 * to_row, _mm512_unpacklo_epi64(ab_high, cd_high));
  _mm512_storeu_si512(to + 3 * to_row, _mm512_unpackhi_epi64(ab_high, cd_high));
}

VT_ALWAYS_INLINE void transpose_words(const char* from, int64_t from_row, char* to, int64_t to_row) {
  for (int q = 0; q < 4; ++q) transpose_quarter(from + 16 * q, from_row, to + 4 * q * to_row, to_row);
}

}  // namespace vt::cpu::VT_ISA
#endif
