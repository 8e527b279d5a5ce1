// tril and triu on CUDA.
#include "cuda/launch.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/factory/ranges.h"

namespace vt {
namespace {

template <class Bytes>
__global__ void triangle_kernel(const Bytes* in, Bytes* out, int64_t count, int64_t rows, int64_t columns, int64_t k,
                                bool upper) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t n = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; n < count; n += step) {
    const int64_t j = n % columns, i = n / columns % rows;
    const bool kept = upper ? j - i >= k : j - i <= k;
    out[n] = kept ? in[n] : Bytes{};
  }
}

template <bool kUpper>
void triangle_cuda(const Tensor& self, int64_t diagonal, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor in = contiguous_data(self);
  const cuda::LaunchConfig config{kUpper ? "triu" : "tril", cuda::current_stream(out.device().index),
                                  dim3(cuda::blocks_for(out.numel(), 256, 1 << 20)), dim3(256)};
  auto run = [&](auto bytes) {
    using Bytes = decltype(bytes);
    cuda::launch(config, {in.storage().get(), out.storage().get()}, triangle_kernel<Bytes>,
                 static_cast<const Bytes*>(in.data()), static_cast<Bytes*>(out.data()), out.numel(), self.size(-2),
                 self.size(-1), diagonal, kUpper);
  };
  switch (in.element_size()) {
    case 1: return run(uint8_t{});
    case 2: return run(uint16_t{});
    case 4: return run(uint32_t{});
    case 8: return run(uint64_t{});
    default: return run(uint4{});
  }
}

}  // namespace

void register_factory_cuda(Registry& r) {
  fill_range.cuda(fill_range_cuda);
  r.at("tril").cuda(triangle_cuda<false>);
  r.at("triu").cuda(triangle_cuda<true>);
}

}  // namespace vt
