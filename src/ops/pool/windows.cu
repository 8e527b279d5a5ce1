// Pooling on CUDA: a thread per output, or per input of a gradient.
#include "ops/pool/windows.h"

#include "cuda/launch.h"
#include "dispatch/registry.h"

namespace vt {
namespace {

using pool::Divisor;
using pool::WindowAxis;
using pool::Windows;

constexpr int kThreads = 256;

// Position `index` of (planes, depth, height, width).
struct Place {
  int64_t plane, d, h, x;
  __device__ Place(int64_t index, int64_t size, int64_t height, int64_t width) {
    plane = index / size;
    const auto in_plane = static_cast<uint32_t>(index - plane * size);
    const auto columns = static_cast<uint32_t>(width), rows = static_cast<uint32_t>(height);
    x = in_plane % columns;
    h = in_plane / columns % rows;
    d = in_plane / columns / rows;
  }
};

template <class T>
__device__ opmath_t<T> lowest() {
  if constexpr (is_floating(dtype_of<T>)) return -static_cast<opmath_t<T>>(INFINITY);
  else return std::numeric_limits<T>::lowest();
}

template <class T>
__global__ void __launch_bounds__(kThreads) max_kernel(Windows w, const T* input, T* out, int64_t* indices) {
  using A = opmath_t<T>;
  const int64_t index = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (index >= w.planes * w.outputs()) return;
  const WindowAxis &depth = w.axes[0], &height = w.axes[1], &width = w.axes[2];
  const Place at(index, w.outputs(), height.outputs, width.outputs);
  const T* plane = input + at.plane * w.inputs();
  A best = lowest<T>();
  int64_t found = (depth.begin(at.d) * height.inputs + height.begin(at.h)) * width.inputs + width.begin(at.x);
  for (int64_t i = depth.begin(at.d); i < depth.end(at.d); i += depth.dilation) {
    for (int64_t j = height.begin(at.h); j < height.end(at.h); j += height.dilation) {
      const int64_t line = (i * height.inputs + j) * width.inputs;
      for (int64_t k = width.begin(at.x); k < width.end(at.x); k += width.dilation) {
        const A v = static_cast<A>(plane[line + k]);
        if (v > best || v != v) {
          best = v;
          found = line + k;
        }
      }
    }
  }
  out[index] = static_cast<T>(best);
  indices[index] = found;
}

// Looks into the windows that reach over an input, so that nothing is added to by two threads.
template <class T>
__global__ void __launch_bounds__(kThreads)
    max_backward_kernel(Windows w, const T* __restrict__ grad, const int64_t* __restrict__ indices, T* out) {
  using A = opmath_t<T>;
  const int64_t index = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (index >= w.planes * w.inputs()) return;
  const WindowAxis &depth = w.axes[0], &height = w.axes[1], &width = w.axes[2];
  const Place at(index, w.inputs(), height.inputs, width.inputs);
  const int64_t place = index - at.plane * w.inputs(), plane = at.plane * w.outputs();
  const int64_t first = width.first_output(at.x), end = width.end_output(at.x);
  A sum = 0;
  for (int64_t i = depth.first_output(at.d); i < depth.end_output(at.d); ++i) {
    for (int64_t j = height.first_output(at.h); j < height.end_output(at.h); ++j) {
      const int64_t line = plane + (i * height.outputs + j) * width.outputs;
      for (int64_t k = first; k < end; ++k) {
        if (indices[line + k] == place) sum += static_cast<A>(grad[line + k]);
      }
    }
  }
  out[index] = static_cast<T>(sum);
}

template <class T>
__global__ void __launch_bounds__(kThreads) average_kernel(Windows w, Divisor divisor, const T* input, T* out) {
  using A = opmath_t<T>;
  const int64_t index = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (index >= w.planes * w.outputs()) return;
  const WindowAxis &depth = w.axes[0], &height = w.axes[1], &width = w.axes[2];
  const Place at(index, w.outputs(), height.outputs, width.outputs);
  const T* plane = input + at.plane * w.inputs();
  A sum = 0;
  for (int64_t i = depth.begin(at.d); i < depth.end(at.d); ++i) {
    for (int64_t j = height.begin(at.h); j < height.end(at.h); ++j) {
      const int64_t line = (i * height.inputs + j) * width.inputs;
      for (int64_t k = width.begin(at.x); k < width.end(at.x); ++k) sum += static_cast<A>(plane[line + k]);
    }
  }
  out[index] = static_cast<T>(sum / static_cast<A>(divisor.of(w, at.d, at.h, at.x)));
}

template <class T>
__global__ void __launch_bounds__(kThreads) average_backward_kernel(Windows w, Divisor divisor, const T* grad, T* out) {
  using A = opmath_t<T>;
  const int64_t index = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (index >= w.planes * w.inputs()) return;
  const WindowAxis &depth = w.axes[0], &height = w.axes[1], &width = w.axes[2];
  const Place at(index, w.inputs(), height.inputs, width.inputs);
  const T* plane = grad + at.plane * w.outputs();
  A sum = 0;
  for (int64_t i = depth.first_output(at.d); i < depth.end_output(at.d); ++i) {
    for (int64_t j = height.first_output(at.h); j < height.end_output(at.h); ++j) {
      const int64_t line = (i * height.outputs + j) * width.outputs;
      for (int64_t k = width.first_output(at.x); k < width.end_output(at.x); ++k) {
        sum += static_cast<A>(plane[line + k]) / static_cast<A>(divisor.of(w, i, j, k));
      }
    }
  }
  out[index] = static_cast<T>(sum);
}

void check_plane(int64_t size) {
  VT_CHECK(size < (int64_t{1} << 31), Runtime, "pooling on CUDA takes planes of fewer than 2^31 elements, got ", size);
}

cuda::LaunchConfig config(const char* op, const Tensor& t, int64_t count) {
  return {op, cuda::current_stream(t.device().index), cuda::blocks_for(count, kThreads), kThreads};
}

void max_windows(const Windows& w, const Tensor& input, const Tensor& out, const Tensor& indices) {
  check_plane(w.outputs());
  visit_dtype<kIntegralSet | kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    cuda::launch(config("max_pool", out, out.numel()),
                 {input.storage().get(), out.storage().get(), indices.storage().get()}, max_kernel<T>, w,
                 input.data<T>(), out.data<T>(), indices.data<int64_t>());
  });
}

void max_windows_backward(const Windows& w, const Tensor& grad, const Tensor& indices, const Tensor& out) {
  check_plane(w.inputs());
  visit_dtype<kFloatingSet>(grad.dtype(), [&]<class T>(TypeTag<T>) {
    cuda::launch(config("max_pool_backward", out, out.numel()),
                 {grad.storage().get(), indices.storage().get(), out.storage().get()}, max_backward_kernel<T>, w,
                 grad.data<T>(), indices.data<int64_t>(), out.data<T>());
  });
}

void average_windows(const Windows& w, const Divisor& divisor, const Tensor& input, const Tensor& out) {
  check_plane(w.outputs());
  visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    cuda::launch(config("avg_pool", out, out.numel()), {input.storage().get(), out.storage().get()}, average_kernel<T>,
                 w, divisor, input.data<T>(), out.data<T>());
  });
}

void average_windows_backward(const Windows& w, const Divisor& divisor, const Tensor& grad, const Tensor& out) {
  check_plane(w.inputs());
  visit_dtype<kFloatingSet>(grad.dtype(), [&]<class T>(TypeTag<T>) {
    cuda::launch(config("avg_pool_backward", out, out.numel()), {grad.storage().get(), out.storage().get()},
                 average_backward_kernel<T>, w, divisor, grad.data<T>(), out.data<T>());
  });
}

}  // namespace

void register_pooling_cuda(Registry&) {
  pool::max_windows.cuda(max_windows);
  pool::max_windows_backward.cuda(max_windows_backward);
  pool::average_windows.cuda(average_windows);
  pool::average_windows_backward.cuda(average_windows_backward);
}

}  // namespace vt
