// The passes around attention's backward kernel for Hopper.
//
// attention_backward_prepare, before it: each query's sum of dout * out, its logarithm of sums to base 2, and zeros in
// place of dq's sums and of the counter of tiles. attention_backward_finish, after it: dq's sums to 16 bits.
#pragma once

#include "cuda/wgmma.cuh"
#include "ops/nn/attention_general.cuh"
#include "ops/nn/attention_schedule.cuh"

namespace vt::attention {

/// Rows of 16-bit elements, 16-byte aligned, of (batch, heads, rows, dim); strides in elements.
template <class T>
struct RowsOf {
  T* data;
  int64_t batch_stride, head_stride, row_stride;
  __device__ __forceinline__ T* row(int64_t batch, int64_t head, int64_t row) const {
    return data + batch * batch_stride + head * head_stride + row * row_stride;
  }
};

struct PrepareGlobals {
  RowsOf<const uint16_t> dout, out;
  const float* lse;         // (batch x heads, queries)
  float *lse_log2, *delta;  // (batch x heads, padded queries)
  float* dq_sums;
  int* counter;  // of the schedule
  int heads, queries, padded;
  int dim;            // columns that there are
  int64_t rows;       // batch x heads x padded queries
  int* turns;         // zeros, two for each tile of 64 queries; null: none
  bool may_hide_all;  // a query may see no key
};

inline constexpr int kPassThreads = 256;

template <class T, int Dim>
__global__ void __launch_bounds__(kPassThreads) attention_backward_prepare(const __grid_constant__ PrepareGlobals g) {
  constexpr int kLanes = Dim / 8;  // of a row, 8 elements each
  static_assert(32 % kLanes == 0);
  const int64_t row = (static_cast<int64_t>(blockIdx.x) * kPassThreads + threadIdx.x) / kLanes;
  const int lane = static_cast<int>(threadIdx.x) % kLanes;
  if (row >= g.rows) return;
  if (row == 0 && lane == 0) *g.counter = 0;
  if (g.turns != nullptr && row % 64 == 0 && lane == 0) g.turns[row / 32] = g.turns[row / 32 + 1] = 0;
  auto* zeros = reinterpret_cast<float4*>(g.dq_sums + row * Dim) + lane;
  zeros[0] = zeros[kLanes] = float4{0, 0, 0, 0};
  const int head = static_cast<int>(row / g.padded), query = static_cast<int>(row % g.padded);
  float delta = 0;
  if (query < g.queries && lane * 8 < g.dim) {
    const auto load = [&](const RowsOf<const uint16_t>& from) {
      return *(reinterpret_cast<const uint4*>(from.row(head / g.heads, head % g.heads, query)) + lane);
    };
    const uint4 a = load(g.dout), b = load(g.out);
    const uint32_t x[] = {a.x, a.y, a.z, a.w}, y[] = {b.x, b.y, b.z, b.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const float2 u = unpack<T>(x[i]), w = unpack<T>(y[i]);
      delta += u.x * w.x + u.y * w.y;
    }
  }
#pragma unroll
  for (int step = kLanes / 2; step > 0; step /= 2) delta += __shfl_xor_sync(0xffffffffu, delta, step);
  if (lane > 0) return;
  g.delta[row] = delta;
  // Rows of the padding, and those that see nothing, have probabilities of exactly zero.
  float lse = query < g.queries ? g.lse[static_cast<int64_t>(head) * g.queries + query] : INFINITY;
  if (g.may_hide_all && lse == -INFINITY) lse = INFINITY;
  g.lse_log2[row] = lse * static_cast<float>(kLog2E);
}

struct FinishGlobals {
  const float* dq_sums;
  RowsOf<uint16_t> dq;
  int heads, queries, query_tiles;
  int dim;  // columns that there are
  float scale;
};

// A block per query tile of 64.
template <class T, int Dim>
__global__ void __launch_bounds__(kPassThreads) attention_backward_finish(const __grid_constant__ FinishGlobals g) {
  constexpr int kPitch = Dim + 8, kHalf = Dim / 4;
  __shared__ __align__(16) uint16_t tile[64 * kPitch];
  const int head = static_cast<int>(blockIdx.x) / g.query_tiles,
            first = static_cast<int>(blockIdx.x) % g.query_tiles * 64;
  const int group = static_cast<int>(threadIdx.x) / 128, thread = static_cast<int>(threadIdx.x) % 128;
  const float* from = g.dq_sums + (static_cast<int64_t>(blockIdx.x) * 2 + group) * (kHalf * 128) + thread * 4;
  const int row = thread / 32 * 16 + thread % 32 / 4, col = group * Dim / 2 + thread % 4 * 2;
#pragma unroll
  for (int i = 0; i < kHalf; i += 4) {
    const float4 x = *reinterpret_cast<const float4*>(from + i * 128);
    auto* to = reinterpret_cast<uint32_t*>(tile + row * kPitch + col + 2 * i);
    to[0] = cuda::pack<T>(x.x * g.scale, x.y * g.scale);
    to[8 * kPitch / 2] = cuda::pack<T>(x.z * g.scale, x.w * g.scale);
  }
  __syncthreads();
  constexpr int kLanes = Dim / 8;
  for (int i = static_cast<int>(threadIdx.x); i < 64 * kLanes; i += kPassThreads) {
    const int r = i / kLanes, lane = i % kLanes;
    if (first + r >= g.queries) break;
    if (lane * 8 >= g.dim) continue;
    uint16_t* to = g.dq.row(head / g.heads, head % g.heads, first + r);
    reinterpret_cast<uint4*>(to)[lane] = *reinterpret_cast<const uint4*>(tile + r * kPitch + lane * 8);
  }
}

}  // namespace vt::attention
