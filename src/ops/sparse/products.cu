// Products with a CSR matrix on CUDA.
#include "core/math.h"
#include "cuda/device_error.h"
#include "dispatch/registry.h"
#include "iter/cuda_vector.cuh"
#include "ops/index/index_cuda.cuh"
#include "ops/sparse/products.h"

namespace vt {
namespace {

using namespace vt::cuda;
using namespace vt::sparse;

constexpr int kWarp = 32;
constexpr int kWarps = 8;  // of a block

template <typename T>
__device__ __forceinline__ T from_lane_above(T x, int distance) {
  return __shfl_down_sync(0xffffffffu, x, distance);
}
template <typename T>
__device__ __forceinline__ vt::complex<T> from_lane_above(vt::complex<T> x, int distance) {
  return {from_lane_above(x.re, distance), from_lane_above(x.im, distance)};
}

// The entries of a row; none if the pattern leaves its range there.
struct RowRange {
  int64_t first, last;
};
__device__ __forceinline__ RowRange row_range(const CsrPattern& p, int64_t row, const DeviceErrorSink& errors) {
  const RowRange range{p.begins[row], p.begins[row + 1]};
  if (range.first >= 0 && range.first <= range.last && range.last <= p.entries) return range;
  errors.bad_index(range.first < 0 || range.first > p.entries ? range.first : range.last, 0, p.entries + 1);
  return {0, 0};
}

// A warp sums a row of the result: Lanes threads along the columns, Width of them each, and the warp's groups of so
// many threads share out the row's entries.
template <typename T, int Lanes, int Width>
__global__ void __launch_bounds__(kWarp* kWarps)
    csr_product_rows(CsrProduct<T> p, int64_t rows, DeviceErrorSink errors) {
  using Sum = opmath_t<T>;
  constexpr int kGroups = kWarp / Lanes;
  const int64_t column = (static_cast<int64_t>(blockIdx.y) * Lanes + threadIdx.x % Lanes) * Width;
  const int group = threadIdx.x / Lanes;
  const bool inside = column < p.n;
  for (int64_t row = static_cast<int64_t>(blockIdx.x) * kWarps + threadIdx.y; row < rows;
       row += static_cast<int64_t>(gridDim.x) * kWarps) {
    const RowRange range = row_range(p.pattern, row, errors);
    Sum sums[Width] = {};
#pragma unroll 4
    for (int64_t e = range.first + group; e < range.last; e += kGroups) {
      const int64_t from = p.pattern.columns[e];
      if (from < 0 || from >= p.pattern.width) {
        errors.bad_index(from, 0, p.pattern.width);
        continue;
      }
      if (!inside) continue;
      const Sum factor = static_cast<Sum>(p.values[e]);
      const Vector<T, Width> x = load_vector<Width>(p.dense + from * p.n + column);
#pragma unroll
      for (int v = 0; v < Width; ++v) sums[v] += factor * static_cast<Sum>(x[v]);
    }
#pragma unroll
    for (int distance = kWarp / 2; distance >= Lanes; distance /= 2) {
#pragma unroll
      for (int v = 0; v < Width; ++v) sums[v] += from_lane_above(sums[v], distance);
    }
    if (group != 0 || !inside) continue;
    Vector<T, Width> out;
#pragma unroll
    for (int v = 0; v < Width; ++v) out[v] = static_cast<T>(sums[v]);
    store_vector<Width>(p.out + row * p.n + column, out);
  }
}

// A warp for each entry, whose row it looks up.
template <typename T>
__global__ void __launch_bounds__(kWarp* kWarps) csr_dots_entries(CsrDots<T> p, int64_t rows, DeviceErrorSink errors) {
  using Sum = opmath_t<T>;
  for (int64_t e = static_cast<int64_t>(blockIdx.x) * kWarps + threadIdx.y; e < p.pattern.entries;
       e += static_cast<int64_t>(gridDim.x) * kWarps) {
    int64_t row = 0, past = rows;  // begins[row] <= e, unless e comes before all rows; begins[past] > e
    while (past - row > 1) {
      const int64_t middle = (row + past) / 2;
      (p.pattern.begins[middle] <= e ? row : past) = middle;
    }
    const int64_t column = p.pattern.columns[e];
    const bool inside = column >= 0 && column < p.pattern.width && rows > 0;
    if (!inside) errors.bad_index(column, 0, p.pattern.width);
    Sum sum = Sum(0);
    if (inside) {
      const T *x = p.left + row * p.n, *y = p.right + column * p.n;
      for (int64_t i = threadIdx.x; i < p.n; i += kWarp) sum += static_cast<Sum>(x[i]) * static_cast<Sum>(y[i]);
    }
#pragma unroll
    for (int distance = kWarp / 2; distance > 0; distance /= 2) sum += from_lane_above(sum, distance);
    if (threadIdx.x == 0) p.out[e] = static_cast<T>(sum);
  }
}

template <typename T>
void launch_product(const CsrProduct<T>& p, int64_t rows, std::initializer_list<const StorageImpl*> storages,
                    const LaunchConfig& shared) {
  constexpr int kWidth = kVectorWidth<T> < 4 ? kVectorWidth<T> : 4;
  constexpr size_t kBytes = sizeof(T) * kWidth;
  const bool vectors = p.n % kWidth == 0 && is_aligned(p.dense, kBytes) && is_aligned(p.out, kBytes);
  const DeviceErrorSink errors = device_error_sink(shared.stream.device, "sparse product");
  auto run = [&](int lanes, int width, auto kernel) {
    LaunchConfig config = shared;
    config.grid = dim3(blocks_for(rows, kWarps, 1 << 20), blocks_for(p.n, int64_t{lanes} * width, 65535));
    VT_CHECK(int64_t{config.grid.y} * lanes * width >= p.n, NotImplemented, "a sparse product of more than ",
             int64_t{65535} * lanes * width, " columns on CUDA is not there yet");
    launch(config, storages, kernel, p, rows, errors);
  };
  if (vectors && kWidth > 1) {
    if (p.n >= 64) return run(32, kWidth, csr_product_rows<T, 32, kWidth>);
    return run(8, kWidth, csr_product_rows<T, 8, kWidth>);
  }
  if (p.n == 1) return run(1, 1, csr_product_rows<T, 1, 1>);
  if (p.n <= 8) return run(8, 1, csr_product_rows<T, 8, 1>);
  return run(32, 1, csr_product_rows<T, 32, 1>);
}

void csr_mm_cuda(const Tensor& begins, const Tensor& columns, const Tensor& values, const Tensor& dense, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor rows = int64_data(begins), at = int64_data(columns), x = contiguous_data(dense),
               v = contiguous_data(values);
  const LaunchConfig config{"sparse product", current_stream(out.device().index), dim3(1), dim3(kWarp, kWarps)};
  visit_dtype<kFloatingOrComplexSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const CsrProduct<T> p{{rows.data<int64_t>(), at.data<int64_t>(), at.numel(), x.size(0)},
                          v.data<T>(),
                          x.data<T>(),
                          out.data<T>(),
                          x.size(1)};
    launch_product(
        p, out.size(0),
        {rows.storage().get(), at.storage().get(), v.storage().get(), x.storage().get(), out.storage().get()}, config);
  });
}

void csr_dots_cuda(const Tensor& begins, const Tensor& columns, const Tensor& left, const Tensor& right, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor rows = int64_data(begins), at = int64_data(columns), a = contiguous_data(left),
               b = contiguous_data(right);
  const LaunchConfig config{"sparse gradient", current_stream(out.device().index),
                            dim3(blocks_for(at.numel(), kWarps, 1 << 20)), dim3(kWarp, kWarps)};
  visit_dtype<kFloatingOrComplexSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const CsrDots<T> p{{rows.data<int64_t>(), at.data<int64_t>(), at.numel(), b.size(0)},
                       a.data<T>(),
                       b.data<T>(),
                       out.data<T>(),
                       a.size(1)};
    launch(config,
           {rows.storage().get(), at.storage().get(), a.storage().get(), b.storage().get(), out.storage().get()},
           csr_dots_entries<T>, p, a.size(0), device_error_sink(config.stream.device, "sparse gradient"));
  });
}

}  // namespace

void register_sparse_cuda(Registry& r) {
  r.at("_csr_mm").cuda(csr_mm_cuda);
  r.at("_csr_dots").cuda(csr_dots_cuda);
}

}  // namespace vt
