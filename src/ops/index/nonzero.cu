// nonzero on CUDA: a count per block, a scan of the counts, and a second pass that writes coordinates.
#include "ops/index/index_cuda.cuh"
#include "ops/index/masked_cuda.h"

namespace vt {
namespace {

using namespace vt::cuda;

constexpr int kThreads = 256;
constexpr int kPerThread = 16;
constexpr int64_t kPerBlock = kThreads * kPerThread;

// Sum over the block of one value per thread, and the sum over the threads before this one.
__device__ int64_t block_scan(int value, int& before) {
  __shared__ int sums[kThreads];
  sums[threadIdx.x] = value;
  __syncthreads();
  for (int step = 1; step < kThreads; step *= 2) {
    const int add = threadIdx.x >= step ? sums[threadIdx.x - step] : 0;
    __syncthreads();
    sums[threadIdx.x] += add;
    __syncthreads();
  }
  before = sums[threadIdx.x] - value;
  return sums[kThreads - 1];
}

template <class T>
__device__ bool is_set(const T* values, int64_t i) {
  return values[i] != T(0);
}

template <class T>
__global__ void count_kernel(const T* values, int64_t n, int64_t* counts) {
  const int64_t first = blockIdx.x * kPerBlock + threadIdx.x * kPerThread;
  int own = 0;
  for (int i = 0; i < kPerThread; ++i) own += first + i < n && is_set(values, first + i);
  int before;
  const int64_t total = block_scan(own, before);
  if (threadIdx.x == 0) counts[blockIdx.x] = total;
}

// Exclusive scan in place by one block; the total goes after the last count.
__global__ void scan_kernel(int64_t* counts, int64_t blocks) {
  __shared__ int64_t sums[kThreads];
  int64_t carried = 0;
  for (int64_t base = 0; base < blocks; base += kThreads) {
    const int64_t i = base + threadIdx.x;
    const int64_t own = i < blocks ? counts[i] : 0;
    sums[threadIdx.x] = own;
    __syncthreads();
    for (int step = 1; step < kThreads; step *= 2) {
      const int64_t add = threadIdx.x >= step ? sums[threadIdx.x - step] : 0;
      __syncthreads();
      sums[threadIdx.x] += add;
      __syncthreads();
    }
    if (i < blocks) counts[i] = carried + sums[threadIdx.x] - own;
    carried += sums[kThreads - 1];
    __syncthreads();
  }
  if (threadIdx.x == 0) counts[blocks] = carried;
}

struct Shape {
  int ndim;
  int64_t sizes[64];
};

template <class T>
__global__ void write_kernel(const T* values, int64_t n, const int64_t* starts, Shape shape, int64_t* out) {
  const int64_t first = blockIdx.x * kPerBlock + threadIdx.x * kPerThread;
  int own = 0;
  for (int i = 0; i < kPerThread; ++i) own += first + i < n && is_set(values, first + i);
  int before;
  block_scan(own, before);
  int64_t* to = out + (starts[blockIdx.x] + before) * shape.ndim;
  for (int i = 0; i < kPerThread; ++i) {
    if (first + i >= n || !is_set(values, first + i)) continue;
    int64_t rest = first + i;
    for (int d = shape.ndim - 1; d >= 0; --d) {
      const int64_t next = rest / shape.sizes[d];
      to[d] = rest - next * shape.sizes[d];
      rest = next;
    }
    to += shape.ndim;
  }
}

}  // namespace

Tensor nonzero_cuda(const Tensor& self) {
  const Tensor flat = contiguous_data(self);
  const int64_t n = flat.numel();
  const int64_t blocks = (n + kPerBlock - 1) / kPerBlock;
  if (n == 0) return empty(DimVec{0, self.dim()}, DType::int64, self.device());
  VT_CHECK(blocks <= 0x7fffffff, NotImplemented, "nonzero of ", n, " elements on CUDA");
  const Tensor counts = empty(DimVec{blocks + 1}, DType::int64, self.device());
  const Stream stream = current_stream(self.device().index);
  const LaunchConfig config{"nonzero", stream, dim3(static_cast<unsigned>(blocks)), dim3(kThreads)};
  visit_dtype<kAllSet>(flat.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(config, {flat.storage().get(), counts.storage().get()}, count_kernel<T>, static_cast<const T*>(flat.data()),
           n, counts.data<int64_t>());
  });
  launch({"nonzero", stream, dim3(1), dim3(kThreads)}, {counts.storage().get()}, scan_kernel, counts.data<int64_t>(),
         blocks);
  const Tensor total(make_intrusive<TensorImpl>(counts.storage(), DType::int64, IntSpan(), IntSpan(), blocks));
  const Tensor out = empty(DimVec{read_scalar(total).to_int(), self.dim()}, DType::int64, self.device());
  if (out.size(0) == 0 || self.dim() == 0) return out;
  Shape shape{static_cast<int>(self.dim()), {}};
  for (int64_t d = 0; d < self.dim(); ++d) shape.sizes[d] = self.sizes()[d];
  visit_dtype<kAllSet>(flat.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(config, {flat.storage().get(), counts.storage().get(), out.storage().get()}, write_kernel<T>,
           static_cast<const T*>(flat.data()), n, counts.data<int64_t>(), shape, out.data<int64_t>());
  });
  return out;
}

}  // namespace vt
