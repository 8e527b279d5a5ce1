// Counts of set elements by blocks, and their scan.
#include "core/unsigned.h"
#include "cuda/launch.h"
#include "ops/copy/kernels.h"
#include "ops/reduce/set_elements.cuh"

namespace vt {
namespace {

using namespace vt::cuda;
using namespace vt::set_elements;

constexpr int kScanThreads = 1024;

template <class T>
__global__ void __launch_bounds__(kThreads) count_kernel(const T* values, int64_t n, int64_t* counts) {
  __shared__ int of_warp[kWarps];
  unsigned set[kRounds];
  count_of_block(find_set(values, n, set), of_warp, counts);
}

// Exclusive scan in place by one block; the total goes after the last count.
__global__ void __launch_bounds__(kScanThreads) scan_kernel(int64_t* counts, int64_t blocks) {
  constexpr int kEach = 4;
  __shared__ int64_t sums[kScanThreads / 32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  int64_t carried = 0;
  for (int64_t base = 0; base < blocks; base += kScanThreads * kEach) {
    const int64_t first = base + threadIdx.x * kEach;
    int64_t value[kEach], own = 0;
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      value[k] = first + k < blocks ? counts[first + k] : 0;
      own += value[k];
    }
    int64_t sum = own;
    for (int distance = 1; distance < 32; distance *= 2) {
      const int64_t below = __shfl_up_sync(0xffffffffu, static_cast<long long>(sum), distance);
      if (lane >= distance) sum += below;
    }
    if (lane == 31) sums[warp] = sum;
    __syncthreads();
    int64_t before = carried + sum - own;
    for (int w = 0; w < kScanThreads / 32; ++w) {
      if (w < warp) before += sums[w];
      carried += sums[w];
    }
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      if (first + k < blocks) counts[first + k] = before;
      before += value[k];
    }
    __syncthreads();
  }
  if (threadIdx.x == 0) counts[blocks] = carried;
}

}  // namespace

Tensor counts_of_blocks(int64_t n, Device device) {
  const int64_t blocks = (n + kPerBlock - 1) / kPerBlock;
  VT_CHECK(blocks <= 0x7fffffff, NotImplemented, "finding the set ones of ", n, " elements on CUDA");
  return empty(DimVec{blocks + 1}, DType::int64, device);
}

void sum_before_blocks(const Tensor& counts) {
  launch({"nonzero", current_stream(counts.device().index), dim3(1), dim3(kScanThreads)}, {counts.storage().get()},
         scan_kernel, counts.data<int64_t>(), counts.numel() - 1);
}

int64_t set_in_all(const Tensor& starts) {
  const Tensor total(
      make_intrusive<TensorImpl>(starts.storage(), DType::int64, IntSpan(), IntSpan(), starts.numel() - 1));
  return read_scalar(total).to_int();
}

Tensor set_before_blocks(const Tensor& flat) {
  const int64_t n = flat.numel();
  const Tensor counts = counts_of_blocks(n, flat.device());
  const Stream stream = current_stream(flat.device().index);
  visit_dtype<kAllSet>(bits_dtype(flat.dtype()), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch({"nonzero", stream, dim3(static_cast<unsigned>(counts.numel() - 1)), dim3(kThreads)},
           {flat.storage().get(), counts.storage().get()}, count_kernel<T>, static_cast<const T*>(flat.data()), n,
           counts.data<int64_t>());
  });
  sum_before_blocks(counts);
  return counts;
}

}  // namespace vt
