// Each row is sorted; where a run of equal elements begins, a binary search finds its end.
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "ops/sort/mode_cuda.h"
#include "ops/sort/rows.h"
#include "ops/sort/sort_cuda.h"

namespace vt {
namespace {

struct Run {
  int64_t length, start;
};
struct LongestRun {
  __device__ __forceinline__ Run operator()(const Run& a, const Run& b) const {
    return b.length > a.length || (b.length == a.length && b.start < a.start) ? b : a;
  }
};

template <typename T>
struct ModeArguments {
  const T* sorted;      // (rows, n)
  const int64_t* from;  // (rows, n): where the elements stood
  T* values;            // (rows)
  int64_t* indices;     // (rows)
  int64_t rows, n;
};

// A block of two warps or more per row.
template <typename T>
__global__ void __launch_bounds__(512) longest_runs(ModeArguments<T> p) {
  __shared__ Run scratch[32];
  for (int64_t r = blockIdx.x; r < p.rows; r += gridDim.x) {
    const T* row = p.sorted + r * p.n;
    Run best{0, 0};
    for (int64_t i = threadIdx.x; i < p.n; i += blockDim.x) {
      const T value = row[i];
      if (i > 0 && row[i - 1] == value) continue;
      int64_t low = i + 1, high = p.n;  // the end of the run is here; NaNs equal nothing, so theirs is at low
      while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (row[middle] == value) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      if (low - i > best.length) best = Run{low - i, i};
    }
    best = cuda::block_all(best, LongestRun(), scratch);
    if (threadIdx.x == 0) {
      const int64_t last = r * p.n + best.start + best.length - 1;
      p.values[r] = p.sorted[last];
      p.indices[r] = p.from[last];
    }
  }
}

}  // namespace

void mode_cuda(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  const Tensor rows = rows_along(self, dim);
  const int64_t count = values.numel(), n = rows.numel() / count;
  const Tensor sorted = empty_like(rows), from = empty(rows.sizes(), DType::int64, self.device());
  sort_rows_cuda(rows, count, n, false, n, sorted, from);
  unsigned threads = 64;
  while (threads < 512 && threads < n) threads *= 2;
  const cuda::LaunchConfig config{"mode", cuda::current_stream(self.device().index), dim3(cuda::blocks_for(count, 1)),
                                  dim3(threads)};
  visit_dtype<kRealSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const ModeArguments<T> p{
        sorted.data<T>(), from.data<int64_t>(), values.data<T>(), indices.data<int64_t>(), count, n};
    cuda::launch(config,
                 {sorted.storage().get(), from.storage().get(), values.storage().get(), indices.storage().get()},
                 longest_runs<T>, p);
  });
}

}  // namespace vt
