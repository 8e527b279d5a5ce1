// What attention's kernels for any tensor core are made of: mma.sync (compute capability 8.0 and up), tiles in shared
// memory, products of 16 rows by a warp.
//
// Note [Portable attention]
// The same kernels serve 16-bit floats and float32. A float32 number is the sum of three bfloat16 parts, and six
// products of parts make a product, the small ones summed apart and added at the end of each tile: Note [Split
// products] in cuda/split_product.h. Unlike there, what is not finite stays so and may turn into NaN, as where an
// infinite key meets a query of the other sign, and parts under 2^-133 vanish.
//
// A warp's 16 rows of scores lie in registers as one of the instruction's results: a thread holds of rows r = lane / 4
// and r + 8, for each group of 8 columns, those at c = 2 * (lane % 4) and c + 1. Packed to 16 bits they are the left
// factor of the next product.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/half.h"
#include "cuda/mbarrier.cuh"
#include "cuda/shared_matrices.cuh"
#include "ops/nn/attention_general.cuh"

namespace vt::attention::tiles {

using cuda::load_matrices;

inline constexpr unsigned kWarp = 0xffffffffu;

template <class T>
inline constexpr bool kWide = std::is_same_v<T, float>;
template <class T>
inline constexpr int kParts = kWide<T> ? 3 : 1;
/// What the tensor core multiplies.
template <class T>
using Half = std::conditional_t<kWide<T>, bfloat16, T>;

/// A pair as parts, that of x in the low halves.
template <class T>
__device__ __forceinline__ void split(float x, float y, uint32_t (&parts)[kParts<T>]) {
  parts[0] = cuda::pack<Half<T>>(x, y);
  if constexpr (kWide<T>) {
#pragma unroll
    for (int i = 1; i < 3; ++i) {
      const float2 taken = unpack<bfloat16>(parts[i - 1]);
      x -= taken.x, y -= taken.y;
      parts[i] = cuda::pack<bfloat16>(x, y);
    }
  }
}

/// d (16, 8) += a (16, 16) b (16, 8).
template <class H>
__device__ __forceinline__ void multiply(float (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  if constexpr (std::is_same_v<H, bfloat16>) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  } else {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  }
}

/// `Rows` x `Dim` numbers in shared memory, part after part. Rows are 16 bytes longer than their numbers, so that eight
/// of them lie in different banks.
template <class T, int Rows, int Dim>
struct Tile {
  static constexpr int kRows = Rows, kDim = Dim;
  static constexpr int kRowBytes = Dim * 2 + 16;
  static constexpr int kPartBytes = Rows * kRowBytes;
  static constexpr int kBytes = kParts<T> * kPartBytes;
};

/// Copies 16 bytes, or writes zeros where they are not there; arrives with cp.async's groups.
__device__ __forceinline__ void copy_async(uint32_t to, const void* from, bool there) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(there ? 16 : 0) : "memory");
}
__device__ __forceinline__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int Pending>
__device__ __forceinline__ void wait_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

/// Loads a tile by `Threads` threads. `row_at` gives where the first of `dim` numbers of a row is, aligned to 16 bytes,
/// or null for a row of zeros. 16-bit numbers arrive with the thread's copies, float32 ones are there on return.
template <class Tile, int Threads, class T, class RowAt>
__device__ __forceinline__ void load_tile(uint32_t to, const T* base, int dim, const RowAt& row_at) {
  constexpr int kEach = 16 / static_cast<int>(sizeof(T));  // elements of a load
  constexpr int kLoads = Tile::kDim / kEach;               // of a row
  constexpr int kTotal = Tile::kRows * kLoads / Threads;   // of a thread
  static_assert(Tile::kRows * kLoads % Threads == 0);
  constexpr int kAtOnce = kTotal % 8 == 0 ? 8 : kTotal % 4 == 0 ? 4 : kTotal % 2 == 0 ? 2 : 1;
  const int thread = static_cast<int>(threadIdx.x) % Threads;
#pragma unroll 1
  for (int first = 0; first < kTotal; first += kAtOnce) {
    float4 wide[kWide<T> ? kAtOnce : 1];
#pragma unroll
    for (int i = 0; i < kAtOnce; ++i) {
      const int at = (first + i) * Threads + thread, row = at / kLoads, col = at % kLoads * kEach;
      const T* source = row_at(row);
      const bool there = source != nullptr && col < dim;
      source = there ? source + col : base;
      if constexpr (kWide<T>) {
        wide[i] = there ? __ldg(reinterpret_cast<const float4*>(source)) : float4{0, 0, 0, 0};
      } else {
        copy_async(to + row * Tile::kRowBytes + col * 2, source, there);
      }
    }
    if constexpr (kWide<T>) {
#pragma unroll
      for (int i = 0; i < kAtOnce; ++i) {
        const int at = (first + i) * Threads + thread, row = at / kLoads, col = at % kLoads * kEach;
        uint32_t left[3], right[3];
        split<T>(wide[i].x, wide[i].y, left);
        split<T>(wide[i].z, wide[i].w, right);
#pragma unroll
        for (int part = 0; part < 3; ++part) {
          asm volatile(
              "st.shared.v2.b32 [%0], {%1, %2};" ::"r"(to + part * Tile::kPartBytes + row * Tile::kRowBytes + col * 2),
              "r"(left[part]), "r"(right[part])
              : "memory");
        }
      }
    }
  }
}

/// d = a b^T: 16 rows of tile A from `row` by 8 * Count rows of tile B from `col`.
template <class T, class A, class B, int Count>
__device__ __forceinline__ void multiply_rows(float (&d)[Count][4], uint32_t a_tile, int row, uint32_t b_tile,
                                              int col) {
  static_assert(A::kDim == B::kDim && Count % 2 == 0);
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const uint32_t a_at = a_tile + (row + lane % 16) * A::kRowBytes + lane / 16 * 16;
  const uint32_t b_at = b_tile + (col + lane % 8 + lane / 16 * 8) * B::kRowBytes + lane / 8 % 2 * 16;
  float small[kWide<T> ? Count : 1][4];
#pragma unroll
  for (int i = 0; i < Count; ++i) {
#pragma unroll
    for (int e = 0; e < 4; ++e) {
      d[i][e] = 0;
      if constexpr (kWide<T>) small[i][e] = 0;
    }
  }
#pragma unroll
  for (int k = 0; k < A::kDim; k += 16) {
    uint32_t a[kParts<T>][4];
#pragma unroll
    for (int part = 0; part < kParts<T>; ++part) load_matrices<false>(a[part], a_at + part * A::kPartBytes + k * 2);
#pragma unroll
    for (int i = 0; i < Count; i += 2) {
      uint32_t b[kParts<T>][4];
#pragma unroll
      for (int part = 0; part < kParts<T>; ++part) {
        load_matrices<false>(b[part], b_at + part * B::kPartBytes + i * 8 * B::kRowBytes + k * 2);
      }
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const auto times = [&](float(&to)[4], int x, int y) {
          multiply<Half<T>>(to, a[x], b[y][2 * half], b[y][2 * half + 1]);
        };
        if constexpr (kWide<T>) {
          times(small[i + half], 0, 2);
          times(small[i + half], 1, 1);
          times(small[i + half], 2, 0);
          times(small[i + half], 0, 1);
          times(small[i + half], 1, 0);
        }
        times(d[i + half], 0, 0);
      }
    }
  }
  if constexpr (kWide<T>) {
#pragma unroll
    for (int i = 0; i < Count; ++i) {
#pragma unroll
      for (int e = 0; e < 4; ++e) d[i][e] += small[i][e];
    }
  }
}

/// out += x b: x (16, 8 * Count) in registers, rows of tile B from `row`, out (16, dim) in groups of 8 columns.
template <class T, class B, int Count>
__device__ __forceinline__ void multiply_columns(float (&out)[B::kDim / 8][4], const float (&x)[Count][4],
                                                 uint32_t b_tile, int row) {
  static_assert(Count % 2 == 0);
  uint32_t a[Count / 2][kParts<T>][4];
#pragma unroll
  for (int s = 0; s < Count / 2; ++s) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      uint32_t parts[kParts<T>];
      const float(&pair)[4] = x[2 * s + i / 2];
      split<T>(pair[i % 2 * 2], pair[i % 2 * 2 + 1], parts);
#pragma unroll
      for (int part = 0; part < kParts<T>; ++part) a[s][part][i] = parts[part];
    }
  }
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const uint32_t b_at = b_tile + (row + lane % 16) * B::kRowBytes + lane / 16 * 16;
#pragma unroll
  for (int n = 0; n < B::kDim / 8; n += 2) {
    float large[2][4] = {}, small[2][4] = {};  // of float32, whose sums leave the tensor core here
#pragma unroll
    for (int s = 0; s < Count / 2; ++s) {
      uint32_t b[kParts<T>][4];
#pragma unroll
      for (int part = 0; part < kParts<T>; ++part) {
        load_matrices<true>(b[part], b_at + part * B::kPartBytes + s * 16 * B::kRowBytes + n * 16);
      }
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const auto times = [&](float(&to)[4], int u, int v) {
          multiply<Half<T>>(to, a[s][u], b[v][2 * half], b[v][2 * half + 1]);
        };
        if constexpr (kWide<T>) {
          times(small[half], 0, 2);
          times(small[half], 1, 1);
          times(small[half], 2, 0);
          times(small[half], 0, 1);
          times(small[half], 1, 0);
          times(large[half], 0, 0);
        } else {
          times(out[n + half], 0, 0);
        }
      }
    }
    if constexpr (kWide<T>) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
#pragma unroll
        for (int e = 0; e < 4; ++e) out[n + half][e] += large[half][e] + small[half][e];
      }
    }
  }
}

/// Over the four threads that share a row.
__device__ __forceinline__ float row_max(float x) {
  x = fmaxf(x, __shfl_xor_sync(kWarp, x, 1));
  return fmaxf(x, __shfl_xor_sync(kWarp, x, 2));
}
__device__ __forceinline__ float row_sum(float x) {
  x += __shfl_xor_sync(kWarp, x, 1);
  return x + __shfl_xor_sync(kWarp, x, 2);
}

/// Writes two neighbours as T.
template <class T>
__device__ __forceinline__ void store_pair(T* to, float x, float y) {
  if constexpr (kWide<T>) {
    *reinterpret_cast<float2*>(to) = float2{x, y};
  } else {
    *reinterpret_cast<uint32_t*>(to) = cuda::pack<T>(x, y);
  }
}

}  // namespace vt::attention::tiles
