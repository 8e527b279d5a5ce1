// masked_scatter on CUDA: the running count of the mask says which element of the source goes where.
#include "ops/index/index_cuda.cuh"
#include "ops/index/masked_cuda.h"

namespace vt {
namespace {

using namespace vt::cuda;

template <class T>
__global__ void scatter_masked(T* out, const bool* mask, const int64_t* places, const T* source, int64_t count,
                               int64_t available, DeviceErrorSink errors, const char* what) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) {
    if (!mask[i]) continue;
    const int64_t from = places[i] - 1;
    if (from < available) {
      out[i] = source[from];
    } else {
      errors.failed(what);
    }
  }
}

}  // namespace

void scatter_masked_cuda(const Tensor& out, const Tensor& mask, const Tensor& places, const Tensor& source) {
  visit_element(out.element_size(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(index_launch("masked_scatter", out, out.numel()),
           {out.storage().get(), mask.storage().get(), places.storage().get(), source.storage().get()},
           scatter_masked<T>, static_cast<T*>(out.data()), mask.data<bool>(), places.data<int64_t>(),
           static_cast<const T*>(source.data()), out.numel(), source.numel(),
           device_error_sink(out.device().index, "masked_scatter"),
           "Number of elements of source < number of ones in mask");
  });
}

}  // namespace vt
