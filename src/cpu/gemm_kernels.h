// What the GEMM driver (gemm.cpp) asks of the units compiled per SIMD level.
#pragma once

#include <cstdint>

#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// A matrix as stored: element (row, column) of op(X) is at data[row * ld + column], or transposed.
struct GemmOperand {
  const void* data;
  int64_t ld;
  bool transposed;
};

// Which matrices a kernel can read where they lie, see Note [When a matrix is read where it lies]: neither, A unless it
// is transposed and if k is a multiple of step, or both.
enum class GemmReads : uint8_t { Packed, RowsOfA, Stored };

enum class GemmOutput : uint8_t { Same, Bfloat16, Float16 };  // Same: the type that the kernel accumulates in

struct GemmTarget {
  void* c;  // (rows, columns) of the block
  int64_t ldc;
  double alpha;
  double beta;
  const void* bias;  // for the block's columns, in the output's type; null for none
  GemmOutput output;
};

// Note [Shape of a GEMM]
// k is cut into slices of at most `kc` steps. Of each slice, B is packed into panels of `nr` columns that all threads
// share, [step][nr], and each block of A into panels of at most `mr` rows. A micro-kernel keeps an mr x nr tile of C in
// registers over a slice. A panel of A keeps the order it is stored in, so that packing is a copy: rows at a fixed
// distance (not transposed) or steps at a fixed distance (transposed). A `step` is one k, or two for bfloat16 dots.
// If one block holds all rows, B is packed in groups of panels that stay in L2, each multiplied before the next.
// A block of A takes a fifth of L2, a group of panels too. While it multiplies, a tile fetches its C and its part of
// the next panel of B into L2, and what it reads next of A and B into L1. Note [When a matrix is read where it lies]
// says when nothing is packed.
struct GemmKernels {
  int mr;
  int nr;
  int kc;           // in k, a multiple of step
  int step;         // k's per packed element
  int number_size;  // bytes of a number of A and B as they are stored
  int packed_size;  // bytes of a packed element: a number, or step of them
  int panel_a;      // packed elements of a panel of A, whatever its shape
  int row_unit;     // blocks of A begin at multiples of it
  int l2_fifths;    // that a block of A takes, see Note [How much of L2 is ours]
  GemmReads reads;
  // Packs rows [row, row + rows) and k's [k0, k0 + kc) of A; rows are spread evenly over ceil(rows / mr) panels.
  void (*pack_a)(const GemmOperand& a, int64_t row, int64_t rows, int64_t all_rows, int64_t k0, int64_t kc,
                 void* packed);
  // Packs columns [column, column + columns) into panels that lie `distance` packed elements apart, the last one filled
  // up with zeros.
  void (*pack_b)(const GemmOperand& b, int64_t k0, int64_t kc, int64_t column, int64_t columns, int64_t all_columns,
                 void* panel, int64_t distance);
  // C block (rows, columns) from a block of A and the panels of B that cover its columns. A is packed if a_ld is 0, or
  // else read where it lies, its rows (if transposed, its k's) a_ld numbers apart. `b_step` is the distance of B's
  // steps (nr if packed) and `b_panel` that of its panels, in packed elements.
  void (*multiply)(int64_t rows, int64_t columns, int64_t kc, const void* a, bool a_transposed, int64_t a_ld,
                   const void* b, int64_t b_step, int64_t b_panel, const GemmTarget& target);
  // C block (rows, columns) from sums in the accumulating type, rows `distance` apart, as multiply does at its end.
  void (*finish)(const void* sums, int64_t distance, int64_t rows, int64_t columns, const GemmTarget& target);
  // to[i] += from[i] for `count` sums.
  void (*add)(const void* from, int64_t count, void* to);
  // Sums in the accumulating type: sums[j, i] is the dot product of row i of x (few, k), few <= most_dots, with row j
  // of w (many, k). Null for inputs that are converted when packed.
  void (*dots)(int64_t few, int64_t many, int64_t k, const void* x, int64_t ldx, const void* w, int64_t ldw,
               void* sums);
  int most_dots;         // rows of x
  int most_few_rows;     // of a product, that are worth dots
  int most_few_columns;  // and columns: tiles read A where it lies as fast
};

VT_SIMD_DECLARE(const GemmKernels*, gemm_kernels_f32, ())
VT_SIMD_DECLARE(const GemmKernels*, gemm_kernels_f64, ())
VT_SIMD_DECLARE(const GemmKernels*, gemm_kernels_f32_from_f16, ())
VT_SIMD_DECLARE(const GemmKernels*, gemm_kernels_f32_from_bf16, ())
// Null below v4. The machine must have AVX512-BF16.
VT_SIMD_DECLARE(const GemmKernels*, gemm_kernels_bf16_dot, ())
// The same for a machine and a process that have AMX (amx.h).
VT_SIMD_DECLARE(const GemmKernels*, gemm_kernels_bf16_amx, ())

}  // namespace vt::cpu
