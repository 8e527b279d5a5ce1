#include "ops/nn/loss_probability_cuda.h"

#include "core/dtype.h"
#include "cuda/device_error.h"
#include "cuda/launch.h"
#include "cuda/stream.h"

namespace vt {
namespace {

template <typename T>
__global__ void report_nan(const T* loss, cuda::DeviceErrorSink errors, const char* what) {
  const auto value = static_cast<opmath_t<T>>(*loss);
  if (value != value) errors.failed(what);
}

}  // namespace

void report_nan_loss(const Tensor& loss) {
  const int device = loss.device().index;
  const cuda::LaunchConfig config{"binary_cross_entropy", cuda::current_stream(device), dim3(1), dim3(1)};
  visit_dtype<kFloatingSet>(loss.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    cuda::launch(config, {loss.storage().get()}, report_nan<T>, loss.data<T>(),
                 cuda::device_error_sink(device, "binary_cross_entropy"),
                 "all elements of input and target should be between 0 and 1");
  });
}

}  // namespace vt
