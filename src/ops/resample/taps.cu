// Resampling along one dim on CUDA: a thread per element of the result, or per vector of those beside each other that
// have the same taps, so sums have one order.
#include "ops/resample/taps.h"

#include "cuda/launch.h"
#include "dispatch/registry.h"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_vector.cuh"

namespace vt {
namespace {

using cuda::Vector;
using resample::TapAxis;
using resample::TapLayout;

constexpr int kThreads = 256;

template <class A>
__global__ void __launch_bounds__(kThreads) fill_kernel(TapAxis axis, int64_t* spans, A* weights) {
  const int64_t o = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (o < axis.outputs) resample::taps_of<A>(axis, o, spans + 2 * o, weights ? weights + o * axis.width() : nullptr);
}

__device__ int64_t place(int64_t i, int64_t inputs) { return i < 0 ? 0 : i < inputs ? i : inputs - 1; }

/// Where a thread's elements are: (block, row, inner) of (outer, rows, inner), `width` of the inner ones at a time.
struct Split {
  int64_t vectors, rows, count;
  cuda::FastDivider by_vectors, by_rows;  // where `count` is below 2^31

  Split(const TapLayout& l, int64_t of_rows, int width)
      : vectors(l.inner / width), rows(of_rows), count(l.outer * of_rows * vectors) {
    if (count >= kFew) return;
    by_vectors = cuda::FastDivider(static_cast<uint32_t>(vectors));
    by_rows = cuda::FastDivider(static_cast<uint32_t>(rows));
  }
  __device__ __forceinline__ void at(int64_t index, int64_t& block, int64_t& row, int64_t& vector) const {
    if (count >= kFew) {
      const int64_t line = index / vectors;
      vector = index - line * vectors;
      block = line / rows;
      row = line - block * rows;
      return;
    }
    uint32_t line, of_line, of_block, of_row;
    by_vectors.split(static_cast<uint32_t>(index), line, of_line);
    by_rows.split(line, of_block, of_row);
    block = of_block;
    row = of_row;
    vector = of_line;
  }

 private:
  static constexpr int64_t kFew = int64_t{1} << 31;
};

template <class T, int Width>
__global__ void __launch_bounds__(kThreads) gather_kernel(TapLayout l, Split split, int64_t width, const T* x,
                                                          const int64_t* spans, const opmath_t<T>* weights, T* y) {
  using A = opmath_t<T>;
  const int64_t index = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (index >= split.count) return;
  int64_t block, o, vector;
  split.at(index, block, o, vector);
  const T* from = x + block * l.inputs * l.inner + vector * Width;
  const int64_t first = spans[2 * o], count = spans[2 * o + 1];
  if (!weights) {
    cuda::store_vector<Width>(y + index * Width, cuda::load_vector<Width>(from + place(first, l.inputs) * l.inner));
    return;
  }
  A sums[Width] = {};
  for (int64_t k = 0; k < count; ++k) {
    const Vector<T, Width> values = cuda::load_vector<Width>(from + place(first + k, l.inputs) * l.inner);
    const A weight = weights[o * width + k];
#pragma unroll
    for (int i = 0; i < Width; ++i) sums[i] += static_cast<A>(values[i]) * weight;
  }
  Vector<T, Width> result;
#pragma unroll
  for (int i = 0; i < Width; ++i) result[i] = static_cast<T>(sums[i]);
  cuda::store_vector<Width>(y + index * Width, result);
}

// The first output for which reached(o) holds; it holds for all after one for which it does.
template <class F>
__device__ int64_t first_of(int64_t outputs, F reached) {
  int64_t low = 0, high = outputs;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

template <class T, int Width>
__global__ void __launch_bounds__(kThreads) scatter_kernel(TapLayout l, Split split, int64_t width, const T* x,
                                                           const int64_t* spans, const opmath_t<T>* weights, T* y) {
  using A = opmath_t<T>;
  const int64_t index = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (index >= split.count) return;
  int64_t block, at, vector;
  split.at(index, block, at, vector);
  const T* from = x + block * l.outputs * l.inner + vector * Width;
  const int64_t begin =
      first_of(l.outputs, [&](int64_t o) { return place(spans[2 * o] + spans[2 * o + 1] - 1, l.inputs) >= at; });
  const int64_t end = first_of(l.outputs, [&](int64_t o) { return place(spans[2 * o], l.inputs) > at; });
  A sums[Width] = {};
  for (int64_t o = begin; o < end; ++o) {
    const int64_t first = spans[2 * o], count = spans[2 * o + 1];
    A weight = weights ? A(0) : A(1);
    if (weights) {  // the borders stand for all that lies outside
      int64_t k = at == 0 || at < first ? 0 : at - first, stop = at == l.inputs - 1 ? count : at - first + 1;
      for (stop = stop < count ? stop : count; k < stop; ++k) weight += weights[o * width + k];
    }
    const Vector<T, Width> values = cuda::load_vector<Width>(from + o * l.inner);
#pragma unroll
    for (int i = 0; i < Width; ++i) sums[i] += static_cast<A>(values[i]) * weight;
  }
  Vector<T, Width> result;
#pragma unroll
  for (int i = 0; i < Width; ++i) result[i] = static_cast<T>(sums[i]);
  cuda::store_vector<Width>(y + index * Width, result);
}

cuda::LaunchConfig config(const char* op, const Tensor& t, int64_t count) {
  return {op, cuda::current_stream(t.device().index), cuda::blocks_for(count, kThreads), kThreads};
}

cuda::StorageSpan storages(std::array<const StorageImpl*, 4>& list, const Tensor& weights) {
  return {list.data(), weights.defined() ? size_t{4} : size_t{3}};
}

void fill_taps(const TapAxis& axis, const Tensor& spans, const Tensor& weights) {
  const auto c = config("interpolate", spans, axis.outputs);
  if (!weights.defined()) {
    if (axis.twice) {
      cuda::launch(c, {spans.storage().get()}, fill_kernel<double>, axis, spans.data<int64_t>(),
                   static_cast<double*>(nullptr));
    } else {
      cuda::launch(c, {spans.storage().get()}, fill_kernel<float>, axis, spans.data<int64_t>(),
                   static_cast<float*>(nullptr));
    }
    return;
  }
  visit_dtype<kFloatSet>(weights.dtype(), [&]<class A>(TypeTag<A>) {
    cuda::launch(c, {spans.storage().get(), weights.storage().get()}, fill_kernel<A>, axis, spans.data<int64_t>(),
                 weights.data<A>());
  });
}

template <bool Gather>
void run(const TapLayout& l, const Tensor& x, const Tensor& spans, const Tensor& weights, const Tensor& y) {
  std::array<const StorageImpl*, 4> used{x.storage().get(), spans.storage().get(), y.storage().get(),
                                         weights.defined() ? weights.storage().get() : nullptr};
  const int64_t width = weights.defined() ? weights.size(1) : 1;
  const auto go = [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    constexpr int kWidth = cuda::kVectorWidth<T>;
    const A* values = weights.defined() ? static_cast<const A*>(weights.data()) : nullptr;
    const bool wide = l.inner % kWidth == 0 && cuda::is_aligned(x.data(), 16) && cuda::is_aligned(y.data(), 16);
    const Split split(l, Gather ? l.outputs : l.inputs, wide ? kWidth : 1);
    const auto kernel = Gather ? (wide ? gather_kernel<T, kWidth> : gather_kernel<T, 1>)
                               : (wide ? scatter_kernel<T, kWidth> : scatter_kernel<T, 1>);
    cuda::launch(config("interpolate", y, split.count), storages(used, weights), kernel, l, split, width,
                 static_cast<const T*>(x.data()), spans.data<int64_t>(), values, static_cast<T*>(y.data()));
  };
  if (x.dtype() == DType::uint8) return go(TypeTag<uint8_t>{});
  visit_dtype<kFloatingSet>(x.dtype(), go);
}

}  // namespace

void register_interpolate_cuda(Registry&) {
  resample::fill_taps.cuda(fill_taps);
  resample::gather_taps.cuda(run<true>);
  resample::scatter_taps.cuda(run<false>);
}

}  // namespace vt
