// nonzero on CUDA: a count per block, a scan of the counts, and a second pass that writes coordinates.
#include "core/unsigned.h"
#include "ops/index/index_cuda.cuh"
#include "ops/index/masked_cuda.h"
#include "ops/reduce/set_elements.cuh"

namespace vt {
namespace {

using namespace vt::cuda;
using namespace vt::set_elements;

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

Tensor nonzero_cuda(const Tensor& self) {
  const Tensor flat = contiguous_data(self);
  const int64_t n = flat.numel();
  if (n == 0) return empty(DimVec{0, self.dim()}, DType::int64, self.device());
  const Tensor counts = set_before_blocks(flat);
  const Tensor out = empty(DimVec{set_in_all(counts), self.dim()}, DType::int64, self.device());
  if (out.size(0) == 0 || self.dim() == 0) return out;
  Shape shape{static_cast<int>(self.dim()), {}};
  for (int64_t d = 0; d < self.dim(); ++d) shape.sizes[d] = self.sizes()[d];
  const LaunchConfig config{"nonzero", current_stream(self.device().index),
                            dim3(static_cast<unsigned>(counts.numel() - 1)), dim3(kThreads)};
  visit_dtype<kAllSet>(bits_dtype(flat.dtype()), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(config, {flat.storage().get(), counts.storage().get(), out.storage().get()}, write_kernel<T>,
           static_cast<const T*>(flat.data()), n, counts.data<int64_t>(), shape, out.data<int64_t>());
  });
  return out;
}

}  // namespace vt
