// Packing and arithmetic of the GEMMs that accumulate in the type they pack (float, double). For *.simd.cpp units only.
#pragma once

#include "cpu/gemm_micro.h"

namespace vt::cpu::VT_ISA {

template <class Number>
struct PlainMath {
  using Acc = Number;
  using Packed = Number;
  static constexpr int kStep = 1;
  static constexpr int kSliceBytes = 2048;  // longer saves passes over C; a block of A shall fit L2, its panel L1
  using AccVector = typename Simd<Number>::Vector;
  using LoadVector = typename Simd<Number>::Unaligned;
  static VT_ALWAYS_INLINE AccVector multiply_add(AccVector acc, LoadVector b, Packed a) { return acc + b * a; }
  static VT_ALWAYS_INLINE AccVector load_numbers(const Number* from) { return Simd<Number>::load(from); }
  static VT_ALWAYS_INLINE AccVector dot(AccVector acc, AccVector a, AccVector b) { return acc + a * b; }

  template <class Input>
  static VT_ALWAYS_INLINE void pack_row(const Input* source, int64_t kc, Packed* row) {
    for (int64_t k = 0; k < kc; ++k) row[k] = static_cast<Packed>(source[k]);
  }

  // `count` of the `available` numbers of each k, at Distance from the next k's, the rest zero.
  template <int Distance, class Input>
  static VT_ALWAYS_INLINE void pack_steps(const Input* source, int64_t ld, int64_t kc, int count, int64_t available,
                                          Packed* panel) {
    // Reading past `count` is harmless (rows of A that no tile uses) where the row of the source goes on.
    const bool whole = count == Distance || (Distance <= 16 && available >= Distance);
    for (int64_t k = 0; k < kc; ++k, source += ld, panel += Distance) {
      if (whole) {
        for (int j = 0; j < Distance; ++j) panel[j] = static_cast<Packed>(source[j]);
      } else {
        for (int j = 0; j < count; ++j) panel[j] = static_cast<Packed>(source[j]);
        for (int j = count; j < Distance; ++j) panel[j] = Packed(0);
      }
    }
  }

  // columns rows of the source, kc long, become columns of the panel.
  template <int Distance, class Input>
  static VT_ALWAYS_INLINE void pack_transposed(const Input* source, int64_t ld, int64_t kc, int columns,
                                               Packed* panel) {
    using S = Simd<Packed>;
    constexpr int kWidth = S::kWidth;
    for (int j = 0; j < Distance; j += kWidth) {
      int64_t k = 0;
      if (j + kWidth <= columns) {
        for (; k + kWidth <= kc; k += kWidth) {
          typename S::Vector square[kWidth];
          for (int r = 0; r < kWidth; ++r) {
            const Input* from = source + (j + r) * ld + k;
            if constexpr (std::is_same_v<Input, Packed>) {
              square[r] = S::load(from);
            } else {
              Packed converted[kWidth];
              for (int e = 0; e < kWidth; ++e) converted[e] = static_cast<Packed>(from[e]);
              square[r] = S::load(converted);
            }
          }
          S::transpose(square);
          for (int r = 0; r < kWidth; ++r) S::store(panel + (k + r) * Distance + j, square[r]);
        }
      }
      for (; k < kc; ++k) {
        for (int e = j; e < j + kWidth; ++e)
          panel[k * Distance + e] = e < columns ? static_cast<Packed>(source[e * ld + k]) : Packed(0);
      }
    }
  }
};

}  // namespace vt::cpu::VT_ISA
