#include "core/complex.h"
#include "cuda/device_error.h"
#include "cuda/launch.h"
#include "ops/linalg/permutation_cuda.h"

namespace vt::linalg {
namespace {

constexpr int kThreads = 256;

// A block per matrix: swaps depend on those before them, so one thread makes them.
template <class T>
__global__ void __launch_bounds__(kThreads) write_ones(const int32_t* pivots, int64_t swaps, int32_t* orders, T* out,
                                                       int64_t rows, cuda::DeviceErrorSink errors) {
  pivots += blockIdx.x * swaps;
  int32_t* order = orders + blockIdx.x * rows;
  out += blockIdx.x * rows * rows;
  for (int64_t i = threadIdx.x; i < rows; i += kThreads) order[i] = static_cast<int32_t>(i);
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int64_t i = 0; i < swaps; ++i) {
      const int64_t j = pivots[i] - 1;
      if (j < 0 || j >= rows) {
        errors.bad_index(j + 1, 1, rows + 1);
        continue;
      }
      const int32_t moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
  }
  __syncthreads();
  for (int64_t i = threadIdx.x; i < rows; i += kThreads) out[order[i] * rows + i] = T(1);
}

}  // namespace

void write_permutations(const Tensor& pivots, const Tensor& out, int64_t rows) {
  const int64_t batch = out.numel() / (rows * rows), swaps = pivots.size(-1);
  const Tensor orders = empty(DimVec{batch, rows}, DType::int32, out.device());
  const cuda::Stream stream = cuda::current_stream(out.device().index);
  visit_dtype<kFloatingSet | kComplexSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    cuda::launch({"permutation_matrix", stream, dim3(static_cast<unsigned>(batch)), dim3(kThreads)},
                 {pivots.storage().get(), orders.storage().get(), out.storage().get()}, write_ones<T>,
                 pivots.data<int32_t>(), swaps, orders.data<int32_t>(), out.data<T>(), rows,
                 cuda::device_error_sink(stream.device, "lu_unpack"));
  });
}

}  // namespace vt::linalg
