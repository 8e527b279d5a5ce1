// Each output finds its position by a binary search in the running sums of the repeats.
#include "cuda/device_error.h"
#include "cuda/launch.h"
#include "ops/view/repeat_cuda.h"

namespace vt {
namespace {

using namespace vt::cuda;

constexpr int kThreads = 256;

struct RepeatErrors {
  DeviceErrorSink sink;
  const char* negative;
  const char* other_size;
};

__global__ void __launch_bounds__(kThreads)
    check_repeats(const int64_t* repeats, const int64_t* ends, int64_t n, int64_t total, RepeatErrors errors) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < n; i += step) {
    if (repeats[i] < 0) errors.sink.failed(errors.negative);
    if (i == n - 1 && ends[i] != total) errors.sink.failed(errors.other_size);
  }
}

template <typename Index>
__global__ void __launch_bounds__(kThreads) write_positions(const int64_t* ends, int64_t n, Index* out, int64_t total) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < total; i += step) {
    int64_t low = 0, high = n - 1;  // the first position that ends after i; the last where none does
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      if (ends[middle] <= i) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    out[i] = static_cast<Index>(low);
  }
}

}  // namespace

void write_repeats(const Tensor& repeats, const Tensor& ends, const Tensor& out) {
  const int device = out.device().index;
  auto config_for = [&](int64_t items) {
    return LaunchConfig{"repeat_interleave", current_stream(device), dim3(blocks_for(items, kThreads, 1 << 20)),
                        dim3(kThreads)};
  };
  const int64_t n = repeats.numel(), total = out.numel();
  launch(config_for(n), {repeats.storage().get(), ends.storage().get()}, check_repeats, repeats.data<int64_t>(),
         ends.data<int64_t>(), n, total,
         RepeatErrors{device_error_sink(device, "repeat_interleave"), "repeats can not be negative",
                      "allocated size does not match required size"});
  auto write = [&]<typename Index>(TypeTag<Index>) {
    launch(config_for(total), {ends.storage().get(), out.storage().get()}, write_positions<Index>, ends.data<int64_t>(),
           n, out.data<Index>(), total);
  };
  out.dtype() == DType::int32 ? write(TypeTag<int32_t>{}) : write(TypeTag<int64_t>{});
}

}  // namespace vt
