// arange and linspace on CUDA.
#include "core/convert.h"
#include "cuda/early.cuh"
#include "cuda/launch.h"
#include "ops/factory/ranges.h"

namespace vt {
namespace {

template <class T>
__global__ void range_kernel(T* out, int64_t n, Range r) {
  cuda::wait_for_earlier_work();
  using Math = fraction_t<T>;
  const int64_t stride = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += stride) {
    if (r.is_linspace) {
      const Math first = static_cast<Math>(r.start), last = static_cast<Math>(r.end);
      const Math step = n > 1 ? (last - first) / static_cast<Math>(n - 1) : Math(0);
      out[i] =
          convert<T>(i < r.pivot ? first + step * static_cast<Math>(i) : last - step * static_cast<Math>(n - 1 - i));
    } else if constexpr (std::is_integral_v<T>) {
      out[i] = static_cast<T>(r.exact_start + i * r.exact_step);
    } else {
      out[i] = convert<T>(r.start + r.step * static_cast<double>(i));
    }
  }
}

}  // namespace

void fill_range_cuda(const Tensor& out, const Range& range) {
  visit_dtype<kIntegralSet | kFloatingSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const int64_t n = out.numel();
    const cuda::LaunchConfig config{"arange", cuda::current_stream(out.device().index),
                                    dim3(cuda::blocks_for(n, 256, 1 << 16)), dim3(256)};
    cuda::launch_early(config, {out.storage().get()}, range_kernel<T>, out.data<T>(), n, range);
  });
}

}  // namespace vt
