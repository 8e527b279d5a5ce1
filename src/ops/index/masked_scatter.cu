// masked_scatter on CUDA: how many elements of the mask are set before one says which of the source goes there.
#include "ops/copy/kernels.h"
#include "ops/index/index_cuda.cuh"
#include "ops/index/masked_cuda.h"
#include "ops/reduce/set_elements.cuh"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace vt::cuda;
using namespace vt::set_elements;

/// Where the mask is set, out becomes the next element of `source`, elsewhere that of `self`, or stays where that is
/// null.
template <class T>
__global__ void __launch_bounds__(kThreads)
    scatter_masked(T* out, const T* self, const bool* mask, const int64_t* starts, const T* source, int64_t count,
                   int64_t available, DeviceErrorSink errors, const char* what) {
  __shared__ int of_warp[kWarps];
  const int lane = threadIdx.x % 32;
  unsigned set[kRounds];
  const int own = find_set(mask, count, set);
  int64_t place = set_before_warp(starts, own, of_warp);
  const int64_t first = first_element();
#pragma unroll
  for (int r = 0; r < kRounds; ++r) {
    const int64_t i = first + r * 32;
    if (set[r] >> lane & 1) {
      const int64_t from = place + __popc(set[r] & ((1u << lane) - 1));
      if (from < available) {
        out[i] = source[from];
      } else {
        errors.failed(what);
      }
    } else if (self != nullptr && i < count) {
      out[i] = self[i];
    }
    place += __popc(set[r]);
  }
}

}  // namespace

// Too short a source is reported as a RuntimeError at the next synchronisation. Waits for nothing.
void masked_scatter_cuda(const Tensor& self, const Tensor& mask, const Tensor& source, Tensor& out) {
  const Tensor before = ops::expand(self, out.sizes());
  // Read by the same pass if it lies as out does, and is not out itself.
  const bool reads_self = before.is_contiguous() && before.storage() != out.storage();
  if (!reads_self) copy_unless_same(out, before);
  if (out.numel() == 0) return;
  const Tensor marks = contiguous_data(ops::expand(mask, out.sizes())), given = contiguous_data(source);
  const Tensor starts = set_before_blocks(marks);
  const LaunchConfig config{"masked_scatter", current_stream(out.device().index),
                            dim3(static_cast<unsigned>(starts.numel() - 1)), dim3(kThreads)};
  visit_element(out.element_size(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(config,
           {out.storage().get(), before.storage().get(), marks.storage().get(), starts.storage().get(),
            given.storage().get()},
           scatter_masked<T>, static_cast<T*>(out.data()), reads_self ? static_cast<const T*>(before.data()) : nullptr,
           marks.data<bool>(), starts.data<int64_t>(), static_cast<const T*>(given.data()), out.numel(), given.numel(),
           device_error_sink(out.device().index, "masked_scatter"),
           "Number of elements of source < number of ones in mask");
  });
}

}  // namespace vt
