// masked_scatter on CUDA: the running count of the mask says which element of the source goes where.
#include "ops/copy/kernels.h"
#include "ops/index/index_cuda.cuh"
#include "ops/index/masked_cuda.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace vt::cuda;

template <class T>
__global__ void scatter_masked_kernel(T* out, const bool* mask, const int64_t* places, const T* source, int64_t count,
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

// Where `mask` is set, the element of `out` becomes that of `source` whose number is places - 1; `places` holds the
// running count of set elements (int64). All contiguous.
void scatter_masked(const Tensor& out, const Tensor& mask, const Tensor& places, const Tensor& source) {
  visit_element(out.element_size(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(index_launch("masked_scatter", out, out.numel()),
           {out.storage().get(), mask.storage().get(), places.storage().get(), source.storage().get()},
           scatter_masked_kernel<T>, static_cast<T*>(out.data()), mask.data<bool>(), places.data<int64_t>(),
           static_cast<const T*>(source.data()), out.numel(), source.numel(),
           device_error_sink(out.device().index, "masked_scatter"),
           "Number of elements of source < number of ones in mask");
  });
}

}  // namespace

// Too short a source is reported as a RuntimeError at the next synchronisation. Waits for nothing.
void masked_scatter_cuda(const Tensor& self, const Tensor& mask, const Tensor& source, Tensor& out) {
  copy_unless_same(out, ops::expand(self, out.sizes()));
  if (out.numel() == 0) return;
  const Tensor marks = contiguous_data(ops::expand(mask, out.sizes()));
  const Tensor places = ops::cumsum(ops::view(marks, DimVec{-1}), int64_t{0}, std::nullopt);
  scatter_masked(out, marks, places, contiguous_data(source));
}

}  // namespace vt
