// Products of a few long rows with many: dot products of rows as they lie, for the *.simd.cpp units of the GEMM.
// Everything lives in namespace VT_ISA (see Note [No COMDAT across ISA levels]).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "cpu/gemm_micro.h"

namespace vt::cpu::VT_ISA {

// sums[j, i] = the dot product of row i of x (few, k) and row j of w (many, k), few <= kFew. Math::dot adds the
// products of a vector of each; an Input vector is kWidth * kStep numbers.
template <class Math, class Input>
struct GemmDots {
  using Acc = typename Math::Acc;
  using Vector = typename Math::AccVector;
  using Unaligned = typename Simd<Acc>::Unaligned;
  static constexpr int kWidth = VT_VECTOR_BYTES / sizeof(Acc);
  static constexpr int kStep = kWidth * Math::kStep;                     // numbers of k per vector
  static constexpr int kFew = VT_GEMM_MR > 8 ? 8 : 4;                    // rows of x, at most
  static constexpr int kMostRows = 4 * kFew;                             // of a product, that are worth dots
  static constexpr int kTogether = VT_GEMM_MR > 8 ? 3 : 2;               // rows of w per tile
  static constexpr int64_t kDepth = 32 * 1024 / (kFew * sizeof(Input));  // k's of x, which stay in L1

  template <int Few, int Together>
  static VT_NOINLINE void tile(int64_t k, const Input* x, int64_t ldx, const Input* w, int64_t ldw, bool add,
                               Acc* sums) {
    Vector acc[Together][Few];
    const auto each = [](const auto& f) VT_GEMM_LAMBDA { GemmTile<Math>::template each_vector<Few, Together>(f); };
    each([&](auto i, auto j) VT_GEMM_LAMBDA { acc[j][i] = Vector{}; });
    const auto add_vectors = [&](const Input* from_x, int64_t dx, const Input* from_w, int64_t dw) VT_GEMM_LAMBDA {
      Vector wv[Together];
      for (int j = 0; j < Together; ++j) wv[j] = Math::load_numbers(from_w + j * dw);
      Vector xv{};
      each([&](auto i, auto j) VT_GEMM_LAMBDA {
        if constexpr (j == 0) {
          xv = Math::load_numbers(from_x + i * dx);
          asm("" : "+v"(xv));  // once: as an operand in memory it would be loaded for each row of w
        }
        acc[j][i] = Math::dot(acc[j][i], xv, wv[j]);
      });
    };
    const int64_t whole = k / kStep * kStep;
    if (whole < k) {  // the last numbers, filled up with zeros
      Input last_x[Few * kStep] = {}, last_w[Together * kStep] = {};
      const auto bytes = static_cast<size_t>(k - whole) * sizeof(Input);
      for (int i = 0; i < Few; ++i) __builtin_memcpy(last_x + i * kStep, x + i * ldx + whole, bytes);
      for (int j = 0; j < Together; ++j) __builtin_memcpy(last_w + j * kStep, w + j * ldw + whole, bytes);
      add_vectors(last_x, kStep, last_w, kStep);
    }
    const Input* next = w + Together * ldw;  // rows that the next tile reads
    for (int64_t p = 0; p < whole; p += kStep) {
      for (int j = 0; j < Together; ++j) __builtin_prefetch(next + p + j * ldw);
      add_vectors(x + p, ldx, w + p, ldw);
    }
    write_sums<0, Few * Together>([&](auto at) VT_GEMM_LAMBDA { return acc[at / Few][at % Few]; }, add, sums);
  }

  // sums[i] (+)= the sum of vector(i), from First on.
  template <int First, int Count, class F>
  static VT_ALWAYS_INLINE void write_sums(const F& vector, bool add, Acc* sums) {
    constexpr int kLeft = Count - First;
    constexpr int kRows = kLeft > kWidth / 2 ? kWidth : kLeft > kWidth / 4 ? kWidth / 2 : kWidth / 4;
    constexpr int kHere = kLeft < kRows ? kLeft : kRows;
    Vector rows[kRows];
    [&]<int... I>(std::integer_sequence<int, I...>) VT_GEMM_LAMBDA {
      ((rows[I] = vector(std::integral_constant<int, First + (I < kHere ? I : 0)>{})), ...);
    }(std::make_integer_sequence<int, kRows>{});
    Vector totals = Simd<Acc>::template sum_rows<kRows>(rows);
    if (add) {
      Vector before{};
      __builtin_memcpy(&before, sums + First, kHere * sizeof(Acc));
      totals += before;
    }
    __builtin_memcpy(sums + First, &totals, kHere * sizeof(Acc));
    if constexpr (kLeft > kHere) write_sums<First + kHere, Count>(vector, add, sums);
  }

  using TileFunction = void (*)(int64_t, const Input*, int64_t, const Input*, int64_t, bool, Acc*);

  template <int Together, int... Few>
  static TileFunction pick(int few, std::integer_sequence<int, Few...>) {
    static constexpr TileFunction kFunctions[] = {&GemmDots::template tile<Few + 1, Together>...};
    return kFunctions[few - 1];
  }

  static void dots(int64_t few, int64_t many, int64_t k, const void* x, int64_t ldx, const void* w, int64_t ldw,
                   void* sums) {
    constexpr auto all = std::make_integer_sequence<int, kFew>{};
    const TileFunction whole = pick<kTogether>(static_cast<int>(few), all), one = pick<1>(static_cast<int>(few), all);
    for (int64_t p = 0; p < k; p += kDepth) {
      const int64_t count = k - p < kDepth ? k - p : kDepth;
      const Input* from_x = static_cast<const Input*>(x) + p;
      const Input* from_w = static_cast<const Input*>(w) + p;
      auto* to = static_cast<Acc*>(sums);
      int64_t j = 0;
      for (; j + kTogether <= many; j += kTogether)
        whole(count, from_x, ldx, from_w + j * ldw, ldw, p > 0, to + j * few);
      for (; j < many; ++j) one(count, from_x, ldx, from_w + j * ldw, ldw, p > 0, to + j * few);
    }
  }
  static constexpr decltype(GemmKernels::dots) kDots = &dots;
};

}  // namespace vt::cpu::VT_ISA
