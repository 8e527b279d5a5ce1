// nonzero on CUDA: a count per block, a scan of the counts, and a second pass that writes coordinates.
#include "core/unsigned.h"
#include "ops/index/index_cuda.cuh"
#include "ops/index/masked_cuda.h"
#include "ops/index/set_elements.cuh"

namespace vt {
namespace {

using namespace vt::cuda;
using namespace vt::set_elements;

constexpr int kScanThreads = 1024;

template <class T>
__global__ void __launch_bounds__(kThreads) count_kernel(const T* values, int64_t n, int64_t* counts) {
  __shared__ int of_warp[kWarps];
  unsigned set[kRounds];
  const int own = find_set(values, n, set);
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = own;
  __syncthreads();
  if (threadIdx.x != 0) return;
  int total = 0;
  for (int w = 0; w < kWarps; ++w) total += of_warp[w];
  counts[blockIdx.x] = total;
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

struct Shape {
  int ndim;
  int64_t sizes[64];
};

template <class T>
__global__ void __launch_bounds__(kThreads)
    write_kernel(const T* values, int64_t n, const int64_t* starts, Shape shape, int64_t* out) {
  __shared__ int of_warp[kWarps];
  const int lane = threadIdx.x % 32;
  unsigned set[kRounds];
  const int own = find_set(values, n, set);
  int64_t place = set_before_warp(starts, own, of_warp);
  const int64_t first = first_element();
#pragma unroll
  for (int r = 0; r < kRounds; ++r) {
    if (set[r] >> lane & 1) {
      int64_t* to = out + (place + __popc(set[r] & ((1u << lane) - 1))) * shape.ndim;
      int64_t rest = first + r * 32;
      for (int d = shape.ndim - 1; d > 0; --d) {
        const int64_t next = rest / shape.sizes[d];
        to[d] = rest - next * shape.sizes[d];
        rest = next;
      }
      to[0] = rest;
    }
    place += __popc(set[r]);
  }
}

}  // namespace

Tensor set_before_blocks(const Tensor& flat) {
  const int64_t n = flat.numel(), blocks = (n + kPerBlock - 1) / kPerBlock;
  VT_CHECK(blocks <= 0x7fffffff, NotImplemented, "finding the set ones of ", n, " elements on CUDA");
  const Tensor counts = empty(DimVec{blocks + 1}, DType::int64, flat.device());
  const Stream stream = current_stream(flat.device().index);
  visit_dtype<kAllSet>(bits_dtype(flat.dtype()), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch({"nonzero", stream, dim3(static_cast<unsigned>(blocks)), dim3(kThreads)},
           {flat.storage().get(), counts.storage().get()}, count_kernel<T>, static_cast<const T*>(flat.data()), n,
           counts.data<int64_t>());
  });
  launch({"nonzero", stream, dim3(1), dim3(kScanThreads)}, {counts.storage().get()}, scan_kernel,
         counts.data<int64_t>(), blocks);
  return counts;
}

Tensor nonzero_cuda(const Tensor& self) {
  const Tensor flat = contiguous_data(self);
  const int64_t n = flat.numel();
  if (n == 0) return empty(DimVec{0, self.dim()}, DType::int64, self.device());
  const Tensor counts = set_before_blocks(flat);
  const int64_t blocks = counts.numel() - 1;
  const Tensor total(make_intrusive<TensorImpl>(counts.storage(), DType::int64, IntSpan(), IntSpan(), blocks));
  const Tensor out = empty(DimVec{read_scalar(total).to_int(), self.dim()}, DType::int64, self.device());
  if (out.size(0) == 0 || self.dim() == 0) return out;
  Shape shape{static_cast<int>(self.dim()), {}};
  for (int64_t d = 0; d < self.dim(); ++d) shape.sizes[d] = self.sizes()[d];
  const LaunchConfig config{"nonzero", current_stream(self.device().index), dim3(static_cast<unsigned>(blocks)),
                            dim3(kThreads)};
  visit_dtype<kAllSet>(bits_dtype(flat.dtype()), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(config, {flat.storage().get(), counts.storage().get(), out.storage().get()}, write_kernel<T>,
           static_cast<const T*>(flat.data()), n, counts.data<int64_t>(), shape, out.data<int64_t>());
  });
  return out;
}

}  // namespace vt
