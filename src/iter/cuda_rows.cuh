// Rows held in registers: what softmax, the norms and their gradients share.
//
// A row of n elements belongs to a group of threads: a warp (several rows to a block) or a whole block. Each thread
// holds up to Count vectors of Width elements, vector k of thread t being number k * group + t. The row is read once.
#pragma once

#include <algorithm>

#include "core/dtype.h"
#include "core/math.h"
#include "core/tensor.h"
#include "cuda/device.h"
#include "cuda/early.cuh"
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "iter/cuda_vector.cuh"

namespace vt::cuda {

/// Threads of a block that holds a row: 128 registers each.
inline constexpr int kRowThreads = 512;

/// Values per thread at most; more would spill where two rows are held at once.
template <typename T>
inline constexpr int kRowValues = sizeof(T) == 8 ? 8 : 32;

template <typename T, int Width>
inline constexpr int kRowVectors = (Width == 1 ? (sizeof(T) == 8 ? 8 : 16) : kRowValues<T> / Width);

/// Where this thread stands. Blocks are (group, rows per block); with more than one row the group is a warp.
struct RowPlace {
  int64_t row;
  int thread;
  int group;
};
__device__ __forceinline__ RowPlace row_place() {
  return {static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y, static_cast<int>(threadIdx.x),
          static_cast<int>(blockDim.x)};
}

/// Combines over the row's threads; every thread gets the result. All threads of a block of one row take part.
template <typename T, typename Combine>
__device__ __forceinline__ T row_all(T value, const Combine& combine) {
  if (blockDim.x == 32) return warp_all(value, combine);
  __shared__ alignas(16) char memory[32 * sizeof(T)];
  return block_all(value, combine, reinterpret_cast<T*>(memory));
}

/// A row on its way: as the words that memory gives, so that loads of several rows can be under way together.
template <typename T, int Width, int Count>
struct RowWords {
  VectorWords<T, Width> vectors[Count];

  __device__ __forceinline__ void load(const T* row, int n, const RowPlace& p) {
#pragma unroll
    for (int k = 0; k < Count; ++k) {
      const int i = (k * p.group + p.thread) * Width;
      if (i < n) vectors[k].load(row + i);
    }
  }
};

template <typename T, int Width, int Count>
struct RowRegisters {
  Vector<T, Width> vectors[Count];

  /// Elements past the end are `fill`.
  template <typename Stored>
  __device__ __forceinline__ void take(const RowWords<Stored, Width, Count>& from, int n, const RowPlace& p, T fill) {
#pragma unroll
    for (int k = 0; k < Count; ++k) {
      vectors[k] =
          (k * p.group + p.thread) * Width < n ? from.vectors[k].template as<T>() : filled_vector<T, Width>(fill);
    }
  }
  __device__ __forceinline__ void load(const T* row, int n, const RowPlace& p, T fill) {
    RowWords<T, Width, Count> words;
    words.load(row, n, p);
    take(words, n, p, fill);
  }
  __device__ __forceinline__ void store(T* row, int n, const RowPlace& p) const {
#pragma unroll
    for (int k = 0; k < Count; ++k) {
      const int i = (k * p.group + p.thread) * Width;
      if (i < n) store_vector<Width>(row + i, vectors[k]);
    }
  }
};

/// How rows are spread over threads.
struct RowPlan {
  bool resident = false;  // the row fits in registers
  bool vectors = false;   // 16-byte accesses
  dim3 grid;
  dim3 block;
};

/// `aligned`: every row of every operand starts on 16 bytes. n > 0. A thread holds `wide` vectors, or `narrow` elements
/// where there are no vectors; `most` threads may hold a row.
template <typename T>
RowPlan plan_rows(int64_t rows, int64_t n, bool aligned, int wide = kRowVectors<T, kVectorWidth<T>>,
                  int narrow = kRowVectors<T, 1>, int most = kRowThreads) {
  constexpr int kWidth = kVectorWidth<T>;
  RowPlan plan;
  plan.vectors = aligned && kWidth > 1 && n % kWidth == 0;
  const int64_t items = plan.vectors ? n / kWidth : n;
  const int64_t held = plan.vectors ? wide : narrow;
  const int64_t warps = (items + held * 32 - 1) / (held * 32);
  const int64_t threads = std::min<int64_t>(warps * 32, most);
  plan.resident = threads * held >= items;
  const int64_t rows_per_block = plan.resident && threads == 32 ? 4 : 1;
  plan.block = dim3(static_cast<unsigned>(threads), static_cast<unsigned>(rows_per_block));
  plan.grid = dim3(blocks_for(rows, rows_per_block));
  return plan;
}

/// exp in the accuracy that the storage type can show; for 16-bit types one instruction, and 0 below 2^-126.
template <typename Stored, typename Compute>
__device__ __forceinline__ Compute row_exp(Compute x) {
  if constexpr (sizeof(Stored) == 2) {
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x * 1.4426950408889634f));
    return result;
  } else {
    return m::exp(x);
  }
}

template <typename T>
bool rows_aligned(const Tensor& t, int64_t n) {
  return is_aligned(t.data(), 16) && (n * static_cast<int64_t>(sizeof(T))) % 16 == 0;
}

}  // namespace vt::cuda
