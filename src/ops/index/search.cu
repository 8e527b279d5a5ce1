// One thread per value, which halves its row until the place is found. A short row that many values are looked for in
// is brought to shared memory, and a thread looks for several at a time, which keeps its loads under way.
#include "cuda/device_error.h"
#include "cuda/launch.h"
#include "ops/index/search_cuda.h"

namespace vt {
namespace {

using namespace vt::cuda;

constexpr int kThreads = 256;

struct SearchArguments {
  int64_t count, per_row, width;
  bool one_row, right;
  const int64_t* sorter;  // may be null
};

// NaN is above every number.
template <typename M>
__device__ __forceinline__ bool before(M a, M b) {
  return a < b || (b != b && a == a);
}

template <typename T, typename Index>
__global__ void __launch_bounds__(kThreads) search_rows(const T* rows, const T* values, Index* out, SearchArguments p) {
  using M = opmath_t<T>;
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < p.count; i += step) {
    const int64_t start = p.one_row ? 0 : i / p.per_row * p.width;
    const T* row = rows + start;
    const M value = static_cast<M>(values[i]);
    int64_t low = 0, high = p.width;
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      int64_t at = middle;
      if (p.sorter != nullptr) {
        at = p.sorter[start + middle];
        if (at < 0 || at >= p.width) break;  // reported by check_sorter
      }
      const M boundary = static_cast<M>(row[at]);
      if (p.right ? !before(value, boundary) : before(boundary, value)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    out[i] = static_cast<Index>(low);
  }
}

constexpr int64_t kShortBytes = 16 << 10;  // of a row in shared memory
constexpr int64_t kValuesOfEdge = 64;      // at least, for the row to be brought there
constexpr int kAtOnce = 4;                 // values of a thread

/// search_rows in one row of `width` elements, at least one, without a sorter. All threads halve it equally often.
template <typename T, typename Index>
__global__ void __launch_bounds__(kThreads)
    search_short_row(const T* row, const T* values, Index* out, int64_t count, int width, bool right) {
  using M = opmath_t<T>;
  extern __shared__ __align__(16) char memory[];
  auto* edges = reinterpret_cast<M*>(memory);
  for (int i = threadIdx.x; i < width; i += kThreads) edges[i] = static_cast<M>(row[i]);
  __syncthreads();
  const auto above = [&](M value, M edge) { return right ? !before(value, edge) : before(edge, value); };
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < count; i += kAtOnce * step) {
    M value[kAtOnce];
    int low[kAtOnce];
#pragma unroll
    for (int v = 0; v < kAtOnce; ++v) {
      value[v] = i + v * step < count ? static_cast<M>(values[i + v * step]) : M(0);
      low[v] = 0;
    }
    int left = width;  // edges from `low` on that are in question
    for (; left > 1; left -= left / 2) {
#pragma unroll
      for (int v = 0; v < kAtOnce; ++v) {
        if (above(value[v], edges[low[v] + left / 2 - 1])) low[v] += left / 2;
      }
    }
#pragma unroll
    for (int v = 0; v < kAtOnce; ++v) {
      if (i + v * step < count) out[i + v * step] = static_cast<Index>(low[v] + above(value[v], edges[low[v]]));
    }
  }
}

__global__ void __launch_bounds__(kThreads)
    check_sorter(const int64_t* sorter, int64_t count, int64_t width, DeviceErrorSink errors, const char* what) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < count; i += step) {
    if (sorter[i] < 0 || sorter[i] >= width) errors.failed(what);
  }
}

}  // namespace

void search_rows_cuda(const Tensor& rows, bool one_row, const Tensor& values, int64_t per_row, bool right,
                      const Tensor& sorter, const Tensor& out) {
  const int device = out.device().index;
  auto config_for = [&](int64_t items) {
    return LaunchConfig{"searchsorted", current_stream(device), dim3(blocks_for(items, kThreads, 1 << 20)),
                        dim3(kThreads)};
  };
  const int64_t width = rows.size(-1);
  if (sorter.defined()) {
    launch(config_for(sorter.numel()), {sorter.storage().get()}, check_sorter, sorter.data<int64_t>(), sorter.numel(),
           width, device_error_sink(device, "searchsorted"), "sorter index out of range");
  }
  const SearchArguments p{values.numel(), per_row, width,
                          one_row,        right,   sorter.defined() ? sorter.data<int64_t>() : nullptr};
  visit_dtype<kRealSet>(rows.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const int64_t bytes = width * static_cast<int64_t>(sizeof(opmath_t<T>));
    const bool short_row =
        one_row && !sorter.defined() && width > 0 && bytes <= kShortBytes && p.count >= width * kValuesOfEdge;
    auto run = [&]<typename Index>(TypeTag<Index>) {
      if (short_row) {
        constexpr int64_t kBlocks = 1056;  // as many as run at once on large GPUs
        launch({"searchsorted", current_stream(device), dim3(blocks_for(p.count, kThreads * kAtOnce, kBlocks)),
                dim3(kThreads), static_cast<size_t>(bytes)},
               {rows.storage().get(), values.storage().get(), out.storage().get()}, search_short_row<T, Index>,
               rows.data<T>(), values.data<T>(), out.data<Index>(), p.count, static_cast<int>(width), right);
        return;
      }
      launch(config_for(p.count),
             {rows.storage().get(), values.storage().get(), sorter.defined() ? sorter.storage().get() : nullptr,
              out.storage().get()},
             search_rows<T, Index>, rows.data<T>(), values.data<T>(), out.data<Index>(), p);
    };
    out.dtype() == DType::int32 ? run(TypeTag<int32_t>{}) : run(TypeTag<int64_t>{});
  });
}

}  // namespace vt
