// The first k of long rows without sorting them: the key of the last one is selected, what comes before it is gathered
// in any order with the first of its equals, and those few are sorted.
#include <bit>

#include "ops/sort/select.cuh"
#include "ops/sort/topk_cuda.h"

namespace vt {
namespace {

using namespace vt::cuda;

constexpr int kThreads = 1024;
constexpr int kMost = 1024;

template <typename T>
struct TopkArguments {
  const T* in;       // (rows, n)
  T* values;         // (rows, k)
  int64_t* indices;  // (rows, k)
  int64_t rows, n;
  int k, size;  // size: the power of two at or above k
  bool descending;
};

struct Gathered {
  uint64_t keys[kMost];
  int64_t index[kMost];
  int count;
};

__device__ __forceinline__ void gather(Gathered& to, uint64_t key, int64_t index) {
  const int place = atomicAdd(&to.count, 1);
  to.keys[place] = key;
  to.index[place] = index;
}

// The first `wanted` elements that have the key, in the order of the row. By the whole block.
template <typename T>
__device__ void gather_first_ties(const TopkArguments<T>& p, const T* row, uint64_t key, int64_t wanted, Gathered& to) {
  __shared__ int warp_counts[kThreads / 32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  int64_t before = 0;
  for (int64_t base = 0; base < p.n && before < wanted; base += kThreads) {
    const int64_t i = base + threadIdx.x;
    const bool tie = i < p.n && sort_key(row[i], p.descending) == key;
    const unsigned ties = __ballot_sync(kFullWarp, tie);
    if (lane == 0) warp_counts[warp] = __popc(ties);
    __syncthreads();
    int64_t place = before + __popc(ties & ((1u << lane) - 1));
    for (int w = 0; w < kThreads / 32; ++w) {
      if (w < warp) place += warp_counts[w];
      before += warp_counts[w];
    }
    if (tie && place < wanted) gather(to, key, i);
    __syncthreads();
  }
}

// Ties go by position, as in a stable sort.
__device__ void sort_gathered(Gathered& g, int size) {
  for (int length = 2; length <= size; length *= 2) {
    for (int distance = length / 2; distance > 0; distance /= 2) {
      for (int t = threadIdx.x; t < size / 2; t += kThreads) {
        const int i = 2 * t - (t & (distance - 1)), j = i + distance;
        const bool up = (i & length) == 0;
        const bool greater = g.keys[i] > g.keys[j] || (g.keys[i] == g.keys[j] && g.index[i] > g.index[j]);
        if (greater == up) {
          const uint64_t key = g.keys[i];
          g.keys[i] = g.keys[j];
          g.keys[j] = key;
          const int64_t index = g.index[i];
          g.index[i] = g.index[j];
          g.index[j] = index;
        }
      }
      __syncthreads();
    }
  }
}

template <typename T>
__global__ void __launch_bounds__(kThreads) topk_rows(TopkArguments<T> p) {
  __shared__ SelectShared shared;
  __shared__ Gathered first;
  for (int64_t r = blockIdx.x; r < p.rows; r += gridDim.x) {
    const T* row = p.in + r * p.n;
    const RankedKey last = find_ranked_key(row, p.n, p.k - 1, p.descending, shared);
    const int64_t wanted = last.ties_before + 1;
    const bool all_ties = wanted == last.ties;
    for (int i = threadIdx.x; i < p.size; i += kThreads) {
      first.keys[i] = ~uint64_t{0};
      first.index[i] = INT64_MAX;
    }
    if (threadIdx.x == 0) first.count = 0;
    __syncthreads();
    for (int64_t i = threadIdx.x; i < p.n; i += kThreads) {
      const uint64_t key = sort_key(row[i], p.descending);
      if (key < last.key || (all_ties && key == last.key)) gather(first, key, i);
    }
    if (!all_ties) gather_first_ties(p, row, last.key, wanted, first);
    __syncthreads();
    sort_gathered(first, p.size);
    for (int i = threadIdx.x; i < p.k; i += kThreads) {
      p.values[r * p.k + i] = row[first.index[i]];
      p.indices[r * p.k + i] = first.index[i];
    }
    __syncthreads();
  }
}

}  // namespace

bool topk_rows_suit(int64_t rows, int64_t n, int64_t k) {
  // One row of millions is faster sorted by the whole device; beyond int32 no sort takes it.
  return n > kMost * 2 && k <= kMost && (n <= int64_t{1} << 20 || rows >= 16 || n > INT32_MAX);
}

void topk_rows_cuda(const Tensor& self, int64_t rows, int64_t n, bool descending, int64_t k, const Tensor& values,
                    const Tensor& indices) {
  const LaunchConfig config{"topk", current_stream(self.device().index), dim3(blocks_for(rows, 1)), dim3(kThreads)};
  visit_dtype<kIntegralSet | kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const TopkArguments<T> p{self.data<T>(),
                             values.data<T>(),
                             indices.data<int64_t>(),
                             rows,
                             n,
                             static_cast<int>(k),
                             static_cast<int>(std::bit_ceil(static_cast<uint64_t>(k))),
                             descending};
    launch(config, {self.storage().get(), values.storage().get(), indices.storage().get()}, topk_rows<T>, p);
  });
}

}  // namespace vt
