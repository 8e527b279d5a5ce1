// flip on CUDA.
#include <algorithm>
#include <numeric>

#include "cuda/launch.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"

namespace vt {
namespace {

constexpr int kMaxDims = 16;

struct FlipArguments {
  int ndim;
  int64_t sizes[kMaxDims];
  int64_t strides[kMaxDims];  // of the input, negative where flipped
};

// `in` points at the input's element for index 0 of the result.
template <class Bytes>
__global__ void flip_kernel(const Bytes* in, Bytes* out, int64_t count, FlipArguments p) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) {
    int64_t rest = i, offset = 0;
    for (int d = p.ndim - 1; d >= 0; --d) {
      const int64_t next = rest / p.sizes[d];
      offset += (rest - next * p.sizes[d]) * p.strides[d];
      rest = next;
    }
    out[i] = in[offset];
  }
}

void flip_cuda(const Tensor& self, const DimVec& dims, Tensor& out) {
  if (out.numel() == 0) return;
  VT_CHECK(self.dim() <= kMaxDims, NotImplemented, "flip of more than ", kMaxDims, " dims on CUDA, got ", self.dim());
  FlipArguments p{static_cast<int>(self.dim()), {}, {}};
  DimVec strides(self.strides()), order(self.sizes());
  int64_t start = 0;
  for (const int64_t d : dims) {
    if (p.ndim == 0) break;
    start += (self.sizes()[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  // In the order of the result's memory, which is dense.
  std::iota(order.begin(), order.end(), int64_t{0});
  std::ranges::stable_sort(order, [&](int64_t a, int64_t b) { return out.strides()[a] > out.strides()[b]; });
  for (int i = 0; i < p.ndim; ++i) {
    p.sizes[i] = self.sizes()[order[i]];
    p.strides[i] = strides[order[i]];
  }
  const cuda::LaunchConfig config{"flip", cuda::current_stream(out.device().index),
                                  dim3(cuda::blocks_for(out.numel(), 256, 1 << 20)), dim3(256)};
  auto run = [&](auto bytes) {
    using Bytes = decltype(bytes);
    cuda::launch(config, {self.storage().get(), out.storage().get()}, flip_kernel<Bytes>,
                 static_cast<const Bytes*>(self.data()) + start, static_cast<Bytes*>(out.data()), out.numel(), p);
  };
  switch (out.element_size()) {
    case 1: return run(uint8_t{});
    case 2: return run(uint16_t{});
    case 4: return run(uint32_t{});
    case 8: return run(uint64_t{});
    default: return run(uint4{});
  }
}

}  // namespace

void register_view_cuda(Registry& r) { r.at("flip").cuda(flip_cuda); }

}  // namespace vt
