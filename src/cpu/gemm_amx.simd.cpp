// bfloat16 products on AMX: one instruction adds the products of a tile of A, 16 rows of 32 k's, with one of B, 32 k's
// of 16 columns, to a tile of C. Subnormal inputs and results count as zero, as in AVX512-BF16.
#include "cpu/gemm_kernels.h"

#ifdef __AVX512BF16__
#include <immintrin.h>

#include "core/half.h"
#include "core/macros.h"
#include "cpu/gemm_transpose.h"

// What the tile instructions need, in functions of their own: the level's other code does not.
#define VT_AMX __attribute__((target("amx-tile,amx-bf16")))

namespace vt::cpu::VT_ISA {
namespace {

// Note [Tiles in memory]
// A packed element is a row of a tile: 32 k's of a row of A, or 16 pairs of neighbours in k of B. A panel is 32 rows of
// A, at an odd number of cache lines from each other, or 32 columns of B, two contiguous tiles for each 32 k's (a
// chunk). What lies beyond k is zero; tiles of A have no more rows than there are, and a second tile that no column
// needs is left alone. A that is not transposed can be read where it lies if whole chunks make up its rows.
constexpr int64_t kRows = 16;      // of a tile
constexpr int64_t kRowBytes = 64;  // of a tile too
constexpr int64_t kTileBytes = kRows * kRowBytes;
constexpr int64_t kChunkBytes = 2 * kTileBytes;
constexpr int64_t kDepth = 32;                                 // k's of a chunk
constexpr int64_t kPanel = 2 * kRows;                          // rows or columns
constexpr int64_t kSliceDepth = 1024;                          // long, so that C is seldom loaded and stored
constexpr int64_t kRowDistance = 2 * kSliceDepth + kRowBytes;  // bytes between packed rows of A
constexpr int64_t kLinesOfA = 8;                               // fetched with a chunk, at most
constexpr int64_t kResidentB = 832 << 10;                      // bytes of B that stay in L2 while all rows of A pass

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// ---- packing ----

void store(void* to, __m512i v) { _mm512_store_si512(to, v); }
__mmask32 first(int64_t count) { return count >= 32 ? ~__mmask32{0} : (__mmask32{1} << count) - 1; }

void pack_rows(const bfloat16* source, int64_t ld, int64_t rows, int64_t kc, char* panel) {
  for (int64_t i = 0; i < rows; ++i, source += ld, panel += kRowDistance) {
    for (int64_t k = 0; k < kc; k += kDepth) store(panel + 2 * k, _mm512_maskz_loadu_epi16(first(kc - k), source + k));
  }
}

// Pairs of neighbours in k of 32 columns: of columns 8 i to 8 i + 3 (low) and 8 i + 4 to 8 i + 7 (high).
struct Pairs {
  __m512i low, high;
};
Pairs pairs_of(const bfloat16* source, int64_t ld, int64_t left, __mmask32 columns) {
  const __m512i even = left > 0 ? _mm512_maskz_loadu_epi16(columns, source) : _mm512_setzero_si512();
  const __m512i odd = left > 1 ? _mm512_maskz_loadu_epi16(columns, source + ld) : _mm512_setzero_si512();
  return {_mm512_unpacklo_epi16(even, odd), _mm512_unpackhi_epi16(even, odd)};
}

// A chunk of (k, columns) as stored becomes tiles of B.
void pack_pairs(const bfloat16* source, int64_t ld, int64_t columns, int64_t kc, char* chunk) {
  const __m512i left = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0), right = _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4);
  for (int64_t p = 0; p < kRows; ++p, source += 2 * ld, chunk += kRowBytes) {
    const Pairs pairs = pairs_of(source, ld, kc - 2 * p, first(columns));
    store(chunk, _mm512_permutex2var_epi64(pairs.low, left, pairs.high));
    if (columns > kRows) store(chunk + kTileBytes, _mm512_permutex2var_epi64(pairs.low, right, pairs.high));
  }
}

// (rows, k) as stored becomes tiles of B whose columns are the rows.
void pack_pairs_transposed(const bfloat16* source, int64_t ld, int64_t columns, int64_t kc, char* panel) {
  for (int64_t chunk = 0; chunk * kDepth < kc; ++chunk, panel += kChunkBytes) {
    const bfloat16* from = source + chunk * kDepth;
    for (int64_t j = 0; j < columns; j += kRows, from += kRows * ld) {
      char* tile = panel + j / kRows * kTileBytes;
      if (j + kRows <= columns && (chunk + 1) * kDepth <= kc) {
        transpose_words(reinterpret_cast<const char*>(from), ld * 2, tile, kRowBytes);
        continue;
      }
      alignas(64) char rows[kTileBytes];
      for (int64_t i = 0; i < kRows; ++i) {
        store(rows + i * kRowBytes,
              _mm512_maskz_loadu_epi16(first(j + i < columns ? kc - chunk * kDepth : 0), from + i * ld));
      }
      transpose_words(rows, kRowBytes, tile, kRowBytes);
    }
  }
}

void pack_rows_transposed(const bfloat16* source, int64_t ld, int64_t rows, int64_t kc, char* panel) {
  for (int64_t chunk = 0; chunk * kDepth < kc; ++chunk, panel += kRowBytes) {
    alignas(64) char words[2 * kTileBytes];
    for (int64_t p = 0; p < kRows; ++p) {
      const int64_t k = chunk * kDepth + 2 * p;
      const Pairs pairs = pairs_of(source + k * ld, ld, kc - k, first(rows));
      store(words + p * 2 * kRowBytes, pairs.low);
      store(words + p * 2 * kRowBytes + kRowBytes, pairs.high);
    }
    // Four rows are a quarter of a vector: those of `low` and of `high` take turns.
    for (int64_t i = 0; i < (rows > kRows ? kPanel : kRows); i += 4) {
      transpose_quarter(words + i / 4 % 2 * kRowBytes + i / 8 * 16, 2 * kRowBytes, panel + i * kRowDistance,
                        kRowDistance);
    }
  }
}

void pack_a(const GemmOperand& a, int64_t row, int64_t rows, int64_t, int64_t k0, int64_t kc, void* packed) {
  const auto* data = static_cast<const bfloat16*>(a.data);
  auto* panel = static_cast<char*>(packed);
  for (int64_t i = 0; i < rows; i += kPanel, panel += kPanel * kRowDistance) {
    const int64_t count = rows - i < kPanel ? rows - i : kPanel;
    if (a.transposed) pack_rows_transposed(data + k0 * a.ld + row + i, a.ld, count, kc, panel);
    else pack_rows(data + (row + i) * a.ld + k0, a.ld, count, kc, panel);
  }
}

void pack_b(const GemmOperand& b, int64_t k0, int64_t kc, int64_t column, int64_t columns, int64_t, void* panels,
            int64_t distance) {
  const auto* data = static_cast<const bfloat16*>(b.data);
  const int64_t panel_bytes = distance * kRowBytes;
  const auto width = [&](int64_t j) { return columns - j < kPanel ? columns - j : kPanel; };
  if (b.transposed) {
    auto* panel = static_cast<char*>(panels);
    for (int64_t j = 0; j < columns; j += kPanel, panel += panel_bytes)
      pack_pairs_transposed(data + (column + j) * b.ld + k0, b.ld, width(j), kc, panel);
    return;
  }
  for (int64_t k = 0; k < kc; k += kDepth) {  // along the rows
    char* chunk = static_cast<char*>(panels) + k / kDepth * kChunkBytes;
    for (int64_t j = 0; j < columns; j += kPanel, chunk += panel_bytes)
      pack_pairs(data + (k0 + k) * b.ld + column + j, b.ld, width(j), kc - k, chunk);
  }
}

// ---- results ----

__m512 load_numbers(const bfloat16* from, __mmask16 which) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(which, from)), 16));
}
__m512 load_numbers(const float* from, __mmask16 which) { return _mm512_maskz_loadu_ps(which, from); }

// Rounds as bfloat16(float) does, unlike the instruction, which takes subnormal numbers for zero.
void store_numbers(bfloat16* to, __m512 v, __mmask16 which) {
  const __m512i bits = _mm512_castps_si512(v), high = _mm512_srli_epi32(bits, 16);
  const __m512i odd = _mm512_and_si512(high, _mm512_set1_epi32(1));
  const __m512i up = _mm512_add_epi32(_mm512_add_epi32(bits, odd), _mm512_set1_epi32(0x7fff));
  const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
  const __m512i rounded = _mm512_mask_or_epi32(_mm512_srli_epi32(up, 16), nan, high, _mm512_set1_epi32(0x40));
  _mm256_mask_storeu_epi16(to, which, _mm512_cvtepi32_epi16(rounded));
}
void store_numbers(float* to, __m512 v, __mmask16 which) { _mm512_mask_storeu_ps(to, which, v); }

__mmask16 first16(int64_t count) { return static_cast<__mmask16>(first(count < 16 ? count < 0 ? 0 : count : 16)); }

// Sums of products that are C: they are not subnormal.
void store_plain(const float* sums, int64_t distance, int64_t rows, int64_t columns, bfloat16* c, int64_t ldc) {
  const int64_t whole = columns / 32 * 32;
  const __mmask16 low = first16(columns - whole), high = first16(columns - whole - 16);
  const auto store = [](const float* from, __mmask16 left, __mmask16 right, bfloat16* to, __mmask32 both) {
    const __m512bh pairs = _mm512_cvtne2ps_pbh(load_numbers(from + 16, right), load_numbers(from, left));
    _mm512_mask_storeu_epi16(to, both, reinterpret_cast<__m512i>(pairs));
  };
  for (int64_t i = 0; i < rows; ++i, sums += distance, c += ldc) {
    for (int64_t j = 0; j < whole; j += 32) store(sums + j, 0xffff, 0xffff, c + j, ~__mmask32{0});
    if (whole < columns) store(sums + whole, low, high, c + whole, first(columns - whole));
  }
}
void store_plain(const float* sums, int64_t distance, int64_t rows, int64_t columns, float* c, int64_t ldc) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; j += 16) {
      const __mmask16 which = first16(columns - j);
      store_numbers(c + i * ldc + j, load_numbers(sums + i * distance + j, which), which);
    }
  }
}

template <class Out>
void finish_rows(const float* sums, int64_t distance, int64_t rows, int64_t columns, const GemmTarget& target) {
  auto* c = static_cast<Out*>(target.c);
  const auto* bias = static_cast<const Out*>(target.bias);
  if (target.alpha == 1 && target.beta == 0 && !bias) {
    return store_plain(sums, distance, rows, columns, c, target.ldc);
  }
  const __m512 alpha = _mm512_set1_ps(static_cast<float>(target.alpha));
  const __m512 beta = _mm512_set1_ps(static_cast<float>(target.beta));
  for (int64_t i = 0; i < rows; ++i, c += target.ldc) {
    for (int64_t j = 0; j < columns; j += 16) {
      const __mmask16 which = first16(columns - j);
      __m512 v = _mm512_mul_ps(load_numbers(sums + i * distance + j, which), alpha);
      if (target.beta != 0) v = _mm512_fmadd_ps(beta, load_numbers(c + j, which), v);
      if (bias) v = _mm512_add_ps(v, load_numbers(bias + j, which));
      store_numbers(c + j, v, which);
    }
  }
}

void finish(const void* sums, int64_t distance, int64_t rows, int64_t columns, const GemmTarget& target) {
  const auto* from = static_cast<const float*>(sums);
  if (target.output == GemmOutput::Same) finish_rows<float>(from, distance, rows, columns, target);
  else finish_rows<bfloat16>(from, distance, rows, columns, target);
}

// ---- tiles ----

// Registers 0 to 3 are C, by rows; 4 and 5 are A, 6 and 7 are B.
struct alignas(64) TileShapes {
  uint8_t palette = 1, start = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {kRowBytes, kRowBytes, kRowBytes, kRowBytes, kRowBytes, kRowBytes, kRowBytes, kRowBytes};
  uint8_t rows[16] = {kRows, kRows, kRows, kRows, kRows, kRows, kRows, kRows};

  explicit TileShapes(int64_t panel_rows) {
    const auto last = static_cast<uint8_t>((panel_rows - 1) % kRows + 1);
    if (panel_rows > kRows) rows[2] = rows[3] = rows[5] = last;
    else rows[0] = rows[1] = rows[4] = last;
  }
};

template <int Rows, int Columns>
VT_AMX VT_ALWAYS_INLINE void load_sums(const float* c, int64_t row_bytes) {
  _tile_loadd(0, c, row_bytes);
  if constexpr (Columns == 2) _tile_loadd(1, c + kRows, row_bytes);
  const char* below = reinterpret_cast<const char*>(c) + kRows * row_bytes;
  if constexpr (Rows == 2) _tile_loadd(2, below, row_bytes);
  if constexpr (Rows == 2 && Columns == 2) _tile_loadd(3, below + kRowBytes, row_bytes);
}

template <int Rows, int Columns>
VT_AMX VT_ALWAYS_INLINE void store_sums(float* c, int64_t row_bytes) {
  _tile_stored(0, c, row_bytes);
  if constexpr (Columns == 2) _tile_stored(1, c + kRows, row_bytes);
  char* below = reinterpret_cast<char*>(c) + kRows * row_bytes;
  if constexpr (Rows == 2) _tile_stored(2, below, row_bytes);
  if constexpr (Rows == 2 && Columns == 2) _tile_stored(3, below + kRowBytes, row_bytes);
}

// Memory that will be read soon and is brought into L2 on the way, some lines with each chunk.
struct Ahead {
  const char* from;
  int64_t lines, distance;  // bytes between them
  int64_t step;             // bytes between those of two chunks

  VT_ALWAYS_INLINE void fetch() {
    for (int64_t line = 0; line < lines; ++line) __builtin_prefetch(from + line * distance, 0, 2);
    from += step;
  }
};

// C (rows, columns) from a panel of A, whose rows lie a_row bytes apart, and one of B: Rows x Columns tiles.
template <int Rows, int Columns>
VT_AMX VT_NOINLINE void multiply_panels(int64_t chunks, const char* a, int64_t a_row, const char* b, int64_t rows,
                                        int64_t columns, Ahead next_a, Ahead next_b, const GemmTarget& target) {
  asm volatile("" ::: "memory");  // what was packed is in memory: the instructions do not say that they read it
  const bool in_place = target.output == GemmOutput::Same && target.alpha == 1 && !target.bias &&
                        (target.beta == 0 || target.beta == 1) && columns == Columns * kRows;
  auto* c = static_cast<float*>(target.c);
  const int64_t row_bytes = target.ldc * static_cast<int64_t>(sizeof(float));
  const int64_t c_row = target.output == GemmOutput::Same ? row_bytes : row_bytes / 2;
  for (int64_t i = 0; i < rows; ++i) __builtin_prefetch(static_cast<const char*>(target.c) + i * c_row, 0, 2);
  if (in_place && target.beta == 1) {
    load_sums<Rows, Columns>(c, row_bytes);
  } else {
    _tile_zero(0);
    if constexpr (Columns == 2) _tile_zero(1);
    if constexpr (Rows == 2) _tile_zero(2);
    if constexpr (Rows == 2 && Columns == 2) _tile_zero(3);
  }
  for (int64_t s = 0; s < chunks; ++s, a += kRowBytes, b += kChunkBytes) {
    _tile_loadd(6, b, kRowBytes);
    _tile_loadd(4, a, a_row);
    if constexpr (Columns == 2) _tile_loadd(7, b + kTileBytes, kRowBytes);
    if constexpr (Rows == 2) _tile_loadd(5, a + kRows * a_row, a_row);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (Columns == 2) _tile_dpbf16ps(1, 4, 7);
    if constexpr (Rows == 2) _tile_dpbf16ps(2, 5, 6);
    if constexpr (Rows == 2 && Columns == 2) _tile_dpbf16ps(3, 5, 7);
    next_a.fetch();
    next_b.fetch();
  }
  if (in_place) return store_sums<Rows, Columns>(c, row_bytes);
  alignas(64) float sums[kPanel * kPanel];
  store_sums<Rows, Columns>(sums, kPanel * sizeof(float));
  finish(sums, kPanel, rows, columns, target);
}

// Rows [begin, end) of the block: panels of `end - begin` rows at most, for which the registers have their shapes.
VT_AMX void multiply_rows(int64_t begin, int64_t end, int64_t columns, int64_t chunks, const char* a, int64_t a_row,
                          const char* b, int64_t b_panel, const GemmTarget& target) {
  const TileShapes shapes(end - begin < kPanel ? end - begin : kPanel);
  _tile_loadconfig(&shapes);
  const int64_t size = target.output == GemmOutput::Same ? sizeof(float) : sizeof(bfloat16);
  const auto multiply = [&](int64_t i, int64_t j, const Ahead& next_a, const Ahead& next_b) {
    const int64_t height = end - i < kPanel ? end - i : kPanel, width = columns - j < kPanel ? columns - j : kPanel;
    GemmTarget part = target;
    part.c = static_cast<char*>(target.c) + (i * target.ldc + j) * size;
    if (part.bias) part.bias = static_cast<const char*>(target.bias) + j * size;
    const auto panels = height > kRows  ? width > kRows ? &multiply_panels<2, 2> : &multiply_panels<2, 1>
                         : width > kRows ? &multiply_panels<1, 2>
                                        : &multiply_panels<1, 1>;
    panels(chunks, a + i * a_row, a_row, b + j / kPanel * b_panel * kRowBytes, height, width, next_a, next_b, part);
  };
  // What comes from L3 or memory is fetched ahead, a part with each tile: the rows of A below, and the next panel of B.
  const int64_t a_lines = a_row == kRowDistance ? 0 : ceil_div(kPanel, ceil_div(columns, kPanel));
  if (columns * chunks * kRowBytes <= kResidentB) {
    for (int64_t i = begin; i < end; i += kPanel) {
      const char* below = a + (i + kPanel) * a_row;
      for (int64_t j = 0, line = 0; j < columns; j += kPanel, line += a_lines) {
        const int64_t b_lines = i == begin && j + kPanel < columns ? kChunkBytes / kRowBytes : 0;
        multiply(i, j, Ahead{below + line * a_row, line < kPanel ? a_lines : 0, a_row, kRowBytes},
                 Ahead{b + (j / kPanel + 1) * b_panel * kRowBytes, b_lines, kRowBytes, kChunkBytes});
      }
    }
    return;
  }
  const char* below = a + end * a_row;
  const int64_t b_lines = ceil_div(kChunkBytes / kRowBytes, ceil_div(end - begin, kPanel));
  for (int64_t j = 0, line = 0; j < columns; j += kPanel, line += a_lines) {
    const char* next = b + (j / kPanel + 1) * b_panel * kRowBytes;
    for (int64_t i = begin; i < end; i += kPanel, next += b_lines * kRowBytes * chunks) {
      multiply(i, j, Ahead{below + (i - begin + line) * a_row, a_lines <= kLinesOfA ? a_lines : 0, a_row, kRowBytes},
               Ahead{next, j + kPanel < columns ? b_lines : 0, kRowBytes, b_lines * kRowBytes});
    }
  }
}

VT_AMX void multiply(int64_t rows, int64_t columns, int64_t kc, const void* a, bool, int64_t a_ld, const void* b,
                     int64_t, int64_t b_panel, const GemmTarget& target) {
  const int64_t chunks = ceil_div(kc, kDepth), whole = rows / kPanel * kPanel;
  const int64_t a_row = a_ld != 0 ? a_ld * static_cast<int64_t>(sizeof(bfloat16)) : kRowDistance;
  const auto* from_a = static_cast<const char*>(a);
  const auto* from_b = static_cast<const char*>(b);
  if (whole > 0) multiply_rows(0, whole, columns, chunks, from_a, a_row, from_b, b_panel, target);
  if (whole < rows) multiply_rows(whole, rows, columns, chunks, from_a, a_row, from_b, b_panel, target);
  _tile_release();  // a thread with tiles in use takes 8 KiB more to switch
}

void add(const void* from, int64_t count, void* to) {
  const auto* __restrict sums = static_cast<const float*>(from);
  auto* __restrict totals = static_cast<float*>(to);
  for (int64_t i = 0; i < count; ++i) totals[i] += sums[i];
}

}  // namespace

const GemmKernels* gemm_kernels_bf16_amx() {
  const GemmKernels& dot = *gemm_kernels_bf16_dot();
  static const GemmKernels kKernels{
      kPanel, kPanel,   kSliceDepth,        kDepth, sizeof(bfloat16), kRowBytes, kPanel * kRowDistance / kRowBytes,
      kPanel, 2,        GemmReads::RowsOfA, pack_a, pack_b,           multiply,  finish,
      add,    dot.dots, dot.most_dots,
      6,  // tiles of 16 rows are as fast from there on
      2};
  return &kKernels;
}

}  // namespace vt::cpu::VT_ISA

#else
namespace vt::cpu::VT_ISA {
const GemmKernels* gemm_kernels_bf16_amx() { return nullptr; }
}  // namespace vt::cpu::VT_ISA
#endif
