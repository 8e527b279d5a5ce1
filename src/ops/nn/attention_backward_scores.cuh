// Scores and gradients of attention's backward kernels for Hopper in a thread's registers, as wgmma leaves them: of
// scores the rows are keys and the columns queries.
#pragma once

#include "cuda/wgmma.cuh"
#include "ops/nn/attention_schedule.cuh"

namespace vt::attention {

/// The numbers of queries that go with this thread's columns. To be loaded before waiting for a product.
template <int Count>
__device__ __forceinline__ void load_columns(float2 (&to)[Count], const float* from) {
#pragma unroll
  for (int i = 0; i < Count; ++i) to[i] = *reinterpret_cast<const float2*>(from + 8 * i + threadIdx.x % 4 * 2);
}

/// p = exp(scores - logsumexp) in place.
template <int Count>
__device__ __forceinline__ void exponentiate(float (&scores)[Count], const float2 (&lse_log2)[Count / 4],
                                             float scale_log2) {
#pragma unroll
  for (int i = 0; i < Count / 4; ++i) {
    const float2 lse = lse_log2[i];
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float* x = scores + 4 * i + 2 * r;
      x[0] = exp2_fast(x[0] * scale_log2 - lse.x);
      x[1] = exp2_fast(x[1] * scale_log2 - lse.y);
    }
  }
}

/// Zeros where a query does not see the key, of `queries` queries and 64 keys of a group.
template <bool Causal, int Count>
__device__ __forceinline__ void hide_scores(float (&p)[Count], int first_key, int keys, int first_query, int queries) {
  if (first_key + 64 <= keys && (!Causal || first_key + 63 <= first_query)) return;
  const int thread = static_cast<int>(threadIdx.x) % 128;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int key = first_key + thread / 32 * 16 + thread % 32 / 4 + 8 * r;
    const int hidden = (key >= keys ? queries : Causal ? key - first_query : 0) - thread % 4 * 2;
#pragma unroll
    for (int i = 0; i < Count / 4; ++i) {
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        if (8 * i + e < hidden) p[4 * i + 2 * r + e] = 0;
      }
    }
  }
}

/// ds / scale = p (dp - delta), in place of p.
template <int Count>
__device__ __forceinline__ void differentiate(float (&p)[Count], const float (&dp)[Count],
                                              const float2 (&delta)[Count / 4]) {
#pragma unroll
  for (int i = 0; i < Count / 4; ++i) {
    const float2 d = delta[i];
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      p[4 * i + 2 * r] *= dp[4 * i + 2 * r] - d.x;
      p[4 * i + 2 * r + 1] *= dp[4 * i + 2 * r + 1] - d.y;
    }
  }
}

template <class T, int Count>
__device__ __forceinline__ void narrow(const float (&scores)[Count], uint32_t (&pairs)[Count / 2]) {
#pragma unroll
  for (int i = 0; i < Count / 2; ++i) pairs[i] = cuda::pack<T>(scores[2 * i], scores[2 * i + 1]);
}

/// Stores 64 rows from `row` on of a tile, from column `col`.
template <class Tile, int Count>
__device__ __forceinline__ void share_scores(const uint32_t (&pairs)[Count], uint32_t tile, int thread, int row,
                                             int col) {
  row += thread / 32 * 16 + thread % 16, col += thread % 32 / 16 * 8;
#pragma unroll
  for (int i = 0; i < Count; i += 4) {
    cuda::store_matrices(Tile::chunk(tile, row, 4 * i + col), pairs[i], pairs[i + 1], pairs[i + 2], pairs[i + 3]);
  }
}
/// The same of sums, times `scale`.
template <class Tile, class T, int Count>
__device__ __forceinline__ void store_rows(const float (&sums)[Count], uint32_t tile, int thread, int row, int col,
                                           float scale) {
  row += thread / 32 * 16 + thread % 16, col += thread % 32 / 16 * 8;
#pragma unroll
  for (int i = 0; i < Count; i += 8) {
    cuda::store_matrices(Tile::chunk(tile, row, 2 * i + col), cuda::pack<T>(sums[i] * scale, sums[i + 1] * scale),
                         cuda::pack<T>(sums[i + 2] * scale, sums[i + 3] * scale),
                         cuda::pack<T>(sums[i + 4] * scale, sums[i + 5] * scale),
                         cuda::pack<T>(sums[i + 6] * scale, sums[i + 7] * scale));
  }
}

/// Adds a thread's part of a tile of dq to its sums, four registers at a time.
template <int Count>
__device__ __forceinline__ void add_dq(const float (&dq)[Count], float* to) {
#pragma unroll
  for (int i = 0; i < Count; i += 4) {
    asm volatile("red.relaxed.gpu.global.add.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(to + i * 128), "f"(dq[i]),
                 "f"(dq[i + 1]), "f"(dq[i + 2]), "f"(dq[i + 3])
                 : "memory");
  }
}

}  // namespace vt::attention
