// The GEMM micro-kernel, its packing and the loop over a block, as templates for the *.simd.cpp units, which include
// this after everything else. Everything lives in namespace VT_ISA (see Note [No COMDAT across ISA levels]).
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/half.h"
#include "core/macros.h"
#include "cpu/gemm_kernels.h"
#include "cpu/simd_transpose.h"

#if defined(__AVX512F__)
#define VT_GEMM_MR 14  // 28 of 32 registers hold the tile
#else
#define VT_GEMM_MR 6  // 12 of 16
#endif

// Lambdas given to each_vector are written VT_GEMM_LAMBDA so that they are inlined into the tile.
#define VT_GEMM_LAMBDA __attribute__((always_inline))

namespace vt::cpu::VT_ISA {

template <class Math>
struct GemmTile {
  using Acc = typename Math::Acc;
  using Packed = typename Math::Packed;
  using AccVector = typename Math::AccVector;
  typedef Acc StoreVector __attribute__((vector_size(VT_VECTOR_BYTES), aligned(alignof(Acc)), may_alias));
  using LoadVector = typename Math::LoadVector;

  static constexpr int kWidth = VT_VECTOR_BYTES / sizeof(Acc);
  static constexpr int kMr = VT_GEMM_MR;
  static constexpr int kNr = 2 * kWidth;
  static constexpr int kLine = 64 / static_cast<int>(sizeof(Packed));  // packed elements of a cache line
  static constexpr int kLines = (kNr + kLine - 1) / kLine;             // that a step of a panel of B covers
  static constexpr int64_t kNearBytes = 32 << 10;                      // of a block that stays in L1
  static constexpr int kSteps = Math::kSliceBytes / static_cast<int>(sizeof(Packed));  // of a slice
  // Distances inside a panel of A: between rows an odd number of cache lines, so that they fall into different sets.
  static constexpr int kRowDistance = kSteps + 64 / static_cast<int>(sizeof(Packed));
  static constexpr int kStepDistance = kMr > 8 ? 16 : 8;
  static constexpr int kPanelA = kMr * kRowDistance > kStepDistance* kSteps ? kMr* kRowDistance : kStepDistance* kSteps;

  // ---- the tile ----

  // C rows from finished sums, which lie `distance` apart.
  template <class Out>
  static VT_NOINLINE void finish_rows(const Acc* sums, int64_t distance, int64_t rows, int64_t columns, int64_t row,
                                      int64_t column, const GemmTarget& target) {
    const auto alpha = static_cast<Acc>(target.alpha);
    const auto beta = static_cast<Acc>(target.beta);
    const Out* bias = target.bias ? static_cast<const Out*>(target.bias) + column : nullptr;
    for (int64_t i = 0; i < rows; ++i) {
      const Acc* __restrict from = sums + i * distance;
      Out* __restrict c = static_cast<Out*>(target.c) + (row + i) * target.ldc + column;
      if (beta != Acc(0)) {
        for (int64_t j = 0; j < columns; ++j) {
          c[j] = static_cast<Out>(alpha * from[j] + beta * static_cast<Acc>(c[j]) +
                                  (bias ? static_cast<Acc>(bias[j]) : Acc(0)));
        }
      } else if (bias) {
        for (int64_t j = 0; j < columns; ++j) c[j] = static_cast<Out>(alpha * from[j] + static_cast<Acc>(bias[j]));
      } else {
        for (int64_t j = 0; j < columns; ++j) c[j] = static_cast<Out>(alpha * from[j]);
      }
    }
  }

  static void finish_any(const Acc* sums, int64_t distance, int64_t rows, int64_t columns, int64_t row, int64_t column,
                         const GemmTarget& target) {
    if constexpr (sizeof(Acc) == 4) {
      if (target.output == GemmOutput::Bfloat16)
        return finish_rows<bfloat16>(sums, distance, rows, columns, row, column, target);
      if (target.output == GemmOutput::Float16)
        return finish_rows<float16>(sums, distance, rows, columns, row, column, target);
    }
    finish_rows<Acc>(sums, distance, rows, columns, row, column, target);
  }
  static void finish(const void* sums, int64_t distance, int64_t rows, int64_t columns, const GemmTarget& target) {
    finish_any(static_cast<const Acc*>(sums), distance, rows, columns, 0, 0, target);
  }

  static void add(const void* from, int64_t count, void* to) {
    const Acc* __restrict sums = static_cast<const Acc*>(from);
    Acc* __restrict totals = static_cast<Acc*>(to);
    for (int64_t i = 0; i < count; ++i) totals[i] += sums[i];
  }

  // Calls f(i, v) for the vectors of a tile with constants, so that an array of them stays in registers.
  template <int Rows, int Vectors, class F>
  static VT_ALWAYS_INLINE void each_vector(const F& f) {
    [&]<int... At>(std::integer_sequence<int, At...>) VT_GEMM_LAMBDA {
      (f(std::integral_constant<int, At / Vectors>{}, std::integral_constant<int, At % Vectors>{}), ...);
    }(std::make_integer_sequence<int, Rows * Vectors>{});
  }

  // What a tile is computed from. Distances are in packed elements.
  struct TileInput {
    int64_t steps;
    bool is_near;  // all of it is in L1 or soon will be: nothing is fetched
    const Packed* a;
    int64_t a_distance;  // between steps if ByStep, when rows are neighbours, or else between rows
    const Packed* b;
    int64_t b_step;
    const char* ahead;   // memory that will be read soon, kLines lines per step brought into L2 on the way
    int64_t ahead_step;  // bytes between steps
  };

  template <int Rows, int Vectors, bool ByStep>
  static VT_NOINLINE void tile(const TileInput& input, int64_t row, int64_t column, int columns,
                               const GemmTarget& target) {
    const bool in_place = target.output == GemmOutput::Same && columns == Vectors * kWidth;
    const int64_t ldc = target.ldc;
    Acc* c = static_cast<Acc*>(target.c) + row * ldc + column;
    const auto at = [&](auto i, auto v)
                        VT_GEMM_LAMBDA { return reinterpret_cast<StoreVector*>(c + i * ldc + v * kWidth); };
    if (in_place) {
      each_vector<Rows, Vectors>([&](auto i, auto v) VT_GEMM_LAMBDA { __builtin_prefetch(at(i, v), 1); });
    }
    AccVector acc[Rows][Vectors];
    each_vector<Rows, Vectors>([&](auto i, auto v) VT_GEMM_LAMBDA { acc[i][v] = AccVector{}; });
    const Packed* a = input.a;
    // A second pointer for the later rows: the distances of all rows from one would not fit the registers, and the
    // compiler, were it to see how the two are related, would use one.
    constexpr int kHalf = 7;
    const Packed* later = a + (ByStep ? 0 : kHalf * input.a_distance);
    asm("" : "+r"(later));
    const Packed* b = input.b;
    const char* ahead = input.ahead;
    const int64_t a_distance = input.a_distance, b_step = input.b_step, ahead_step = input.ahead_step;
    const auto sum_up = [&](auto fetches) VT_GEMM_LAMBDA {
      for (int64_t s = input.steps; s > 0; --s) {
        LoadVector bv[Vectors];
        for (int v = 0; v < Vectors; ++v) bv[v] = *reinterpret_cast<const LoadVector*>(b + v * kWidth);
        each_vector<Rows, Vectors>([&](auto i, auto v) VT_GEMM_LAMBDA {
          const Packed* from = ByStep ? a + i : i < kHalf ? a + i * a_distance : later + (i - kHalf) * a_distance;
          acc[i][v] = Math::multiply_add(acc[i][v], bv[v], *from);
        });
        if constexpr (fetches) {
          // Into L1: B's lines of kSoon steps on; of A those of as many steps on, or a line of one row after the other.
          constexpr int kSoon = 16;
          for (int l = 0; l < kLines; ++l) __builtin_prefetch(b + kSoon * b_step + l * kLine, 0, 3);
          __builtin_prefetch(ByStep ? a + kSoon * a_distance : a + 2 * kLine + (s & (kLine - 1)) * a_distance, 0, 3);
          for (int l = 0; l < kLines; ++l) __builtin_prefetch(ahead + 64 * l, 0, 2);
          ahead += ahead_step;
        }
        a += ByStep ? a_distance : 1;
        ++later;
        b += b_step;
      }
    };
    if (input.is_near) sum_up(std::false_type());
    else sum_up(std::true_type());
    if (!in_place) {
      Acc buffer[Rows * kNr];
      each_vector<Rows, Vectors>([&](auto i, auto v) VT_GEMM_LAMBDA {
        *reinterpret_cast<StoreVector*>(buffer + i * kNr + v * kWidth) = acc[i][v];
      });
      return finish_any(buffer, kNr, Rows, columns, row, column, target);
    }
    const auto alpha = static_cast<Acc>(target.alpha);
    const auto beta = static_cast<Acc>(target.beta);
    if (alpha != Acc(1)) each_vector<Rows, Vectors>([&](auto i, auto v) VT_GEMM_LAMBDA { acc[i][v] *= alpha; });
    if (beta != Acc(0)) {
      each_vector<Rows, Vectors>([&](auto i, auto v) VT_GEMM_LAMBDA { acc[i][v] += beta * *at(i, v); });
    }
    if (target.bias) {
      const auto* bias = reinterpret_cast<const StoreVector*>(static_cast<const Acc*>(target.bias) + column);
      each_vector<Rows, Vectors>([&](auto i, auto v) VT_GEMM_LAMBDA { acc[i][v] += bias[v]; });
    }
    each_vector<Rows, Vectors>([&](auto i, auto v) VT_GEMM_LAMBDA { *at(i, v) = acc[i][v]; });
  }

  using TileFunction = void (*)(const TileInput&, int64_t, int64_t, int, const GemmTarget&);

  template <int Vectors, bool ByStep, int... Rows>
  static TileFunction tile_function(int rows, std::integer_sequence<int, Rows...>) {
    static constexpr TileFunction kFunctions[] = {&GemmTile::template tile<Rows + 1, Vectors, ByStep>...};
    return kFunctions[rows - 1];
  }
  static TileFunction pick_tile(int rows, int vectors, bool by_step) {
    constexpr auto all = std::make_integer_sequence<int, kMr>{};
    if (vectors == 2) return by_step ? tile_function<2, true>(rows, all) : tile_function<2, false>(rows, all);
    return by_step ? tile_function<1, true>(rows, all) : tile_function<1, false>(rows, all);
  }

  // ---- the block ----

  // Panel p of a block of `rows` rows: the first rows % panels have one row more.
  struct Panels {
    int64_t count, size, extra;
    explicit Panels(int64_t rows) : count((rows + kMr - 1) / kMr), size(rows / count), extra(rows % count) {}
    int rows(int64_t p) const { return static_cast<int>(size + (p < extra ? 1 : 0)); }
  };

  static void multiply(int64_t rows, int64_t columns, int64_t kc, const void* a, bool a_transposed, int64_t a_ld,
                       const void* b, int64_t b_step, int64_t b_panel, const GemmTarget& target) {
    const Panels panels(rows);
    TileInput input{};
    input.steps = (kc + Math::kStep - 1) / Math::kStep;
    input.a_distance = a_ld != 0 ? a_ld : a_transposed ? kStepDistance : kRowDistance;
    input.b = static_cast<const Packed*>(b);
    input.b_step = b_step;
    input.is_near = (rows + columns) * input.steps * static_cast<int64_t>(sizeof(Packed)) <= kNearBytes;
    for (int64_t column = 0; column < columns; column += kNr, input.b += b_panel) {
      const int width = static_cast<int>(columns - column < kNr ? columns - column : kNr);
      const int vectors = width > kWidth ? 2 : 1;
      const TileFunction large = pick_tile(panels.rows(0), vectors, a_transposed);
      const TileFunction small = pick_tile(panels.rows(panels.count - 1), vectors, a_transposed);
      // The next panel of B comes from L3 or memory; each tile fetches a part, or all of it where the panel's lines lie
      // apart.
      const bool has_next = column + kNr < columns;
      const bool packed = b_step == kNr;
      // Rows may begin anywhere in a line: the first one is there already if it is shared with this panel.
      constexpr int kLastOfLine = 63;
      input.ahead = reinterpret_cast<const char*>(has_next ? input.b + b_panel : input.b) + (packed ? 0 : kLastOfLine);
      input.ahead_step = has_next ? b_step * static_cast<int64_t>(sizeof(Packed)) / (packed ? panels.count : 1) : 0;
      input.a = static_cast<const Packed*>(a);
      int64_t row = 0;
      for (int64_t p = 0; p < panels.count; ++p) {
        const int count = panels.rows(p);
        (p < panels.extra ? large : small)(input, row, column, width, target);
        if (packed) input.ahead += input.ahead_step * input.steps;
        input.a += a_ld == 0 ? kPanelA : count * (a_transposed ? 1 : a_ld);
        row += count;
      }
    }
  }
};

struct NoDots {
  static constexpr decltype(GemmKernels::dots) kDots = nullptr;
  static constexpr int kFew = 0, kMostRows = 0;
};

// The packing of one input type, over the functions of Math that pack one row, panel or slice.
template <class Math, class Input>
struct Gemm : GemmTile<Math> {
  using Tile = GemmTile<Math>;
  using Tile::kPanelA, Tile::kRowDistance, Tile::kStepDistance, Tile::kNr;
  using typename Tile::Packed, typename Tile::Panels;
  // k's that all panels get before the next: as many pages are read at a time, each along its row.
  static constexpr int64_t kTogether = 16;

  static void pack_a(const GemmOperand& a, int64_t row, int64_t rows, int64_t all_rows, int64_t k0, int64_t kc,
                     void* packed) {
    const Panels panels(rows);
    const auto* data = static_cast<const Input*>(a.data);
    auto* panel = static_cast<Packed*>(packed);
    if (a.transposed) {
      for (int64_t k = 0; k < kc; k += kTogether) {
        const int64_t count = kc - k < kTogether ? kc - k : kTogether;
        int64_t at = row;
        for (int64_t p = 0; p < panels.count; at += panels.rows(p++)) {
          Math::template pack_steps<kStepDistance>(data + (k0 + k) * a.ld + at, a.ld, count, panels.rows(p),
                                                   all_rows - at,
                                                   panel + p * kPanelA + k / Math::kStep * kStepDistance);
        }
      }
      return;
    }
    for (int64_t p = 0; p < panels.count; ++p, panel += kPanelA) {
      const int count = panels.rows(p);
      for (int i = 0; i < count; ++i) Math::pack_row(data + (row + i) * a.ld + k0, kc, panel + i * kRowDistance);
      row += count;
    }
  }

  static void pack_b(const GemmOperand& b, int64_t k0, int64_t kc, int64_t column, int64_t columns, int64_t all_columns,
                     void* panels, int64_t distance) {
    const auto* data = static_cast<const Input*>(b.data);
    auto* panel = static_cast<Packed*>(panels);
    const auto width = [&](int64_t j) { return static_cast<int>(columns - j < kNr ? columns - j : kNr); };
    if (b.transposed) {
      for (int64_t j = 0; j < columns; j += kNr, panel += distance) {
        Math::template pack_transposed<kNr>(data + (column + j) * b.ld + k0, b.ld, kc, width(j), panel);
      }
      return;
    }
    for (int64_t k = 0; k < kc; k += kTogether) {
      const int64_t count = kc - k < kTogether ? kc - k : kTogether;
      const Input* source = data + (k0 + k) * b.ld + column;
      Packed* to = panel + k / Math::kStep * kNr;
      for (int64_t j = 0; j < columns; j += kNr, to += distance) {
        Math::template pack_steps<kNr>(source + j, b.ld, count, width(j), all_columns - column - j, to);
      }
    }
  }

  // Dots: the kernel of a few rows, GemmDots, or NoDots.
  template <class Dots = NoDots>
  static const GemmKernels* kernels() {
    static constexpr GemmKernels kKernels{Tile::kMr,
                                          kNr,
                                          Tile::kSteps * Math::kStep,
                                          Math::kStep,
                                          static_cast<int>(sizeof(Input)),
                                          static_cast<int>(sizeof(Packed)),
                                          kPanelA,
                                          1,
                                          1,
                                          std::is_same_v<Input, Packed> ? GemmReads::Stored : GemmReads::Packed,
                                          pack_a,
                                          pack_b,
                                          &Tile::multiply,
                                          &Tile::finish,
                                          &Tile::add,
                                          Dots::kDots,
                                          Dots::kFew,
                                          Dots::kMostRows,
                                          Dots::kFew};
    return &kKernels;
  }
};

}  // namespace vt::cpu::VT_ISA
