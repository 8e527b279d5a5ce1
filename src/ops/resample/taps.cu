// Resampling along one dim on CUDA: a thread per element of the result, so sums have one order.
#include "ops/resample/taps.h"

#include "cuda/launch.h"
#include "dispatch/registry.h"

namespace vt {
namespace {

using resample::TapAxis;
using resample::TapLayout;

constexpr int kThreads = 256;

template <class A>
__global__ void __launch_bounds__(kThreads) fill_kernel(TapAxis axis, int64_t* spans, A* weights) {
  const int64_t o = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (o < axis.outputs) resample::taps_of<A>(axis, o, spans + 2 * o, weights ? weights + o * axis.width() : nullptr);
}

__device__ int64_t place(int64_t i, int64_t inputs) { return i < 0 ? 0 : i < inputs ? i : inputs - 1; }

template <class T>
__global__ void __launch_bounds__(kThreads)
    gather_kernel(TapLayout l, int64_t width, const T* x, const int64_t* spans, const opmath_t<T>* weights, T* y) {
  using A = opmath_t<T>;
  const int64_t index = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (index >= l.outer * l.outputs * l.inner) return;
  const int64_t row = index / l.inner, i = index - row * l.inner, block = row / l.outputs, o = row - block * l.outputs;
  const T* from = x + block * l.inputs * l.inner + i;
  const int64_t first = spans[2 * o], count = spans[2 * o + 1];
  if (!weights) {
    y[index] = from[place(first, l.inputs) * l.inner];
    return;
  }
  A sum = 0;
  for (int64_t k = 0; k < count; ++k)
    sum += static_cast<A>(from[place(first + k, l.inputs) * l.inner]) * weights[o * width + k];
  y[index] = static_cast<T>(sum);
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

template <class T>
__global__ void __launch_bounds__(kThreads)
    scatter_kernel(TapLayout l, int64_t width, const T* x, const int64_t* spans, const opmath_t<T>* weights, T* y) {
  using A = opmath_t<T>;
  const int64_t index = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (index >= l.outer * l.inputs * l.inner) return;
  const int64_t row = index / l.inner, i = index - row * l.inner, block = row / l.inputs, at = row - block * l.inputs;
  const T* from = x + block * l.outputs * l.inner + i;
  const int64_t begin =
      first_of(l.outputs, [&](int64_t o) { return place(spans[2 * o] + spans[2 * o + 1] - 1, l.inputs) >= at; });
  const int64_t end = first_of(l.outputs, [&](int64_t o) { return place(spans[2 * o], l.inputs) > at; });
  A sum = 0;
  for (int64_t o = begin; o < end; ++o) {
    const int64_t first = spans[2 * o], count = spans[2 * o + 1];
    A weight = weights ? A(0) : A(1);
    if (weights) {  // the borders stand for all that lies outside
      int64_t k = at == 0 || at < first ? 0 : at - first, stop = at == l.inputs - 1 ? count : at - first + 1;
      for (stop = stop < count ? stop : count; k < stop; ++k) weight += weights[o * width + k];
    }
    sum += static_cast<A>(from[o * l.inner]) * weight;
  }
  y[index] = static_cast<T>(sum);
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
    const A* values = weights.defined() ? static_cast<const A*>(weights.data()) : nullptr;
    cuda::launch(config("interpolate", y, y.numel()), storages(used, weights),
                 Gather ? gather_kernel<T> : scatter_kernel<T>, l, width, static_cast<const T*>(x.data()),
                 spans.data<int64_t>(), values, static_cast<T*>(y.data()));
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
