// Products of a few long rows with many: dot products of rows as they lie, for the *.simd.cpp units of the GEMM.
// Everything lives in namespace VT_ISA (see Note [No COMDAT across ISA levels]).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "cpu/gemm_micro.h"

namespace vt::cpu::VT_ISA {

// sums[i, j] = the dot product of row i of x (few, k) and row j of w (many, k). Math::dot adds the products of a vector
// of each; an Input vector is kWidth * kStep numbers.
template <class Math, class Input>
struct GemmDots {
  using Acc = typename Math::Acc;
  using Vector = typename Math::AccVector;
  static constexpr int kWidth = VT_VECTOR_BYTES / sizeof(Acc);
  static constexpr int kStep = kWidth * Math::kStep;                      // numbers of k per vector
  static constexpr int kFew = VT_GEMM_MR > 8 ? 8 : 4;                     // rows of x, at most
  static constexpr int kTogether = VT_GEMM_MR > 8 ? 3 : 2;                // rows of w per tile
  static constexpr int64_t kDepth = 128 * 1024 / (kFew * sizeof(Input));  // k's of x, which stay in L2
  static constexpr int64_t kAhead = 2048 / sizeof(Input);                 // that rows of w are fetched in advance

  template <int Few, int Together>
  static VT_NOINLINE void tile(int64_t k, const Input* x, int64_t ldx, const Input* w, int64_t ldw, bool add, Acc* sums,
                               int64_t sums_i, int64_t sums_j) {
    Vector acc[Few][Together];
    const auto each = [](const auto& f) VT_GEMM_LAMBDA { GemmTile<Math>::template each_vector<Few, Together>(f); };
    each([&](auto i, auto j) VT_GEMM_LAMBDA { acc[i][j] = Vector{}; });
    const auto add_vectors = [&](const Input* from_x, int64_t dx, const Input* from_w, int64_t dw) VT_GEMM_LAMBDA {
      Vector wv[Together];
      for (int j = 0; j < Together; ++j) wv[j] = Math::load_numbers(from_w + j * dw);
      Vector xv{};
      each([&](auto i, auto j) VT_GEMM_LAMBDA {
        if constexpr (j == 0) xv = Math::load_numbers(from_x + i * dx);
        acc[i][j] = Math::dot(acc[i][j], xv, wv[j]);
      });
    };
    int64_t p = 0;
    for (; p + kStep <= k; p += kStep) {
      for (int j = 0; j < Together; ++j) __builtin_prefetch(w + p + j * ldw + kAhead);
      add_vectors(x + p, ldx, w + p, ldw);
    }
    if (p < k) {  // the last numbers, filled up with zeros
      Input last_x[Few * kStep] = {}, last_w[Together * kStep] = {};
      const auto bytes = static_cast<size_t>(k - p) * sizeof(Input);
      for (int i = 0; i < Few; ++i) __builtin_memcpy(last_x + i * kStep, x + i * ldx + p, bytes);
      for (int j = 0; j < Together; ++j) __builtin_memcpy(last_w + j * kStep, w + j * ldw + p, bytes);
      add_vectors(last_x, kStep, last_w, kStep);
    }
    constexpr int kSums = Few * Together, kSquares = (kSums + kWidth - 1) / kWidth;
    Acc totals[kSquares * kWidth];
    for (int square = 0; square < kSquares; ++square) {
      Vector rows[kWidth];
      for (int i = 0; i < kWidth; ++i) {
        const int at = square * kWidth + i;
        rows[i] = at < kSums ? acc[at / Together][at % Together] : Vector{};
      }
      Simd<Acc>::store(totals + square * kWidth, Simd<Acc>::sum_rows(rows));
    }
    for (int i = 0; i < Few; ++i) {
      for (int j = 0; j < Together; ++j) {
        Acc& to = sums[i * sums_i + j * sums_j];
        to = add ? to + totals[i * Together + j] : totals[i * Together + j];
      }
    }
  }

  using TileFunction = void (*)(int64_t, const Input*, int64_t, const Input*, int64_t, bool, Acc*, int64_t, int64_t);

  template <int Together, int... Few>
  static TileFunction pick(int few, std::integer_sequence<int, Few...>) {
    static constexpr TileFunction kFunctions[] = {&GemmDots::template tile<Few + 1, Together>...};
    return kFunctions[few - 1];
  }

  static void dots(int64_t few, int64_t many, int64_t k, const void* x, int64_t ldx, const void* w, int64_t ldw,
                   void* sums, int64_t sums_i, int64_t sums_j) {
    constexpr auto all = std::make_integer_sequence<int, kFew>{};
    const TileFunction whole = pick<kTogether>(static_cast<int>(few), all), one = pick<1>(static_cast<int>(few), all);
    for (int64_t p = 0; p < k; p += kDepth) {
      const int64_t count = k - p < kDepth ? k - p : kDepth;
      const Input* from_x = static_cast<const Input*>(x) + p;
      const Input* from_w = static_cast<const Input*>(w) + p;
      auto* to = static_cast<Acc*>(sums);
      int64_t j = 0;
      for (; j + kTogether <= many; j += kTogether)
        whole(count, from_x, ldx, from_w + j * ldw, ldw, p > 0, to + j * sums_j, sums_i, sums_j);
      for (; j < many; ++j) one(count, from_x, ldx, from_w + j * ldw, ldw, p > 0, to + j * sums_j, sums_i, sums_j);
    }
  }
  static constexpr decltype(GemmKernels::dots) kDots = &dots;
};

}  // namespace vt::cpu::VT_ISA
