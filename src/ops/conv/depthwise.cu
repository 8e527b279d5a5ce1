#include "ops/conv/depthwise.h"

#include <algorithm>

#include "core/ceil_div.h"
#include "cuda/device.h"
#include "cuda/launch.h"
#include "iter/cuda_channels.cuh"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_reduce.cuh"
#include "iter/cuda_vector.cuh"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"

namespace vt::conv {
namespace {

using cuda::ConvolutionKind;
using cuda::FastDivider;
using cuda::Stream;
using cuda::Vector;

constexpr int kThreads = 256;
constexpr int kStrip = 4;  // pixels of a row that a thread makes: they share what it reads of the filters
constexpr int kTaps = 9;   // of a filter, whose gradients a thread sums at once
constexpr int64_t kFilterBytes = 48 << 10;  // of a block's filters in shared memory

struct Axis {
  int stride, padding, dilation, kernel;
};

// From pixels (N, height, width, C) of `from` to those of `to`: of the input to the result's, or with Transposed of the
// result's gradient to the input's.
template <typename T>
struct GatherArguments {
  const T* from;
  const T* filters;  // (C, taps)
  T* to;
  Axis y, x;
  int from_height, from_width, to_width;
  int channels;
  int along;                   // threads along the channels
  int count;                   // strips
  FastDivider strips, height;  // of a row, and the rows of `to`
  FastDivider stride_y, stride_x;
};

// Where tap number `tap` of output `at` reads, or -1.
template <bool Transposed>
__device__ __forceinline__ int source(int at, int tap, const Axis& axis, const FastDivider& stride, int size) {
  if constexpr (Transposed) {
    const int reached = at + axis.padding - tap * axis.dilation;
    if (reached < 0) return -1;
    uint32_t quotient, remainder;
    stride.split(static_cast<uint32_t>(reached), quotient, remainder);
    return remainder == 0 && static_cast<int>(quotient) < size ? static_cast<int>(quotient) : -1;
  } else {
    const int place = at * axis.stride - axis.padding + tap * axis.dilation;
    return place >= 0 && place < size ? place : -1;
  }
}

// Kernel: the filters' width if it is known, else 0.
template <typename T, int Width, bool Transposed, int Kernel>
__global__ void __launch_bounds__(kThreads, 2) gather(GatherArguments<T> p) {
  using A = opmath_t<T>;
  extern __shared__ double dynamic[];
  A* filters = reinterpret_cast<A*>(dynamic);  // (taps, tile)
  const int tile = p.along * Width, taps = p.y.kernel * p.x.kernel;
  const int first = static_cast<int>(blockIdx.y) * tile;
  for (int i = static_cast<int>(threadIdx.x); i < tile * taps; i += kThreads) {
    const int channel = i / taps, tap = i - channel * taps;
    if (first + channel < p.channels)
      filters[tap * tile + channel] = static_cast<A>(p.filters[static_cast<int64_t>(first) * taps + i]);
  }
  __syncthreads();
  const int lane = static_cast<int>(threadIdx.x) % p.along * Width, across = kThreads / p.along;
  const int channel = first + lane;
  if (channel >= p.channels) return;
  const int step = static_cast<int>(gridDim.x) * across;
  // unsigned: the last step may go beyond the range of int
  for (uint32_t index = blockIdx.x * across + threadIdx.x / p.along; index < static_cast<uint32_t>(p.count);
       index += step) {
    uint32_t line, strip, image, row;
    p.strips.split(index, line, strip);
    p.height.split(line, image, row);
    const int column = static_cast<int>(strip) * kStrip;
    A sums[kStrip][Width] = {};
#pragma unroll 1
    for (int r = 0; r < p.y.kernel; ++r) {
      const int from_row = source<Transposed>(static_cast<int>(row), r, p.y, p.stride_y, p.from_height);
      if (from_row < 0) continue;
      const T* from =
          p.from + (static_cast<int64_t>(image) * p.from_height + from_row) * p.from_width * p.channels + channel;
      const auto add_tap = [&](int s) {
        Vector<T, Width> read[kStrip];
#pragma unroll
        for (int u = 0; u < kStrip; ++u) {
          const int place = source<Transposed>(column + u, s, p.x, p.stride_x, p.from_width);
          read[u] = {};
          if (place >= 0) read[u] = cuda::load_vector<Width>(from + static_cast<int64_t>(place) * p.channels);
        }
        const A* filter = filters + (r * p.x.kernel + s) * tile + lane;
#pragma unroll
        for (int i = 0; i < Width; ++i) {
          const A weight = filter[i];
#pragma unroll
          for (int u = 0; u < kStrip; ++u) sums[u][i] += weight * static_cast<A>(read[u][i]);
        }
      };
      if constexpr (Kernel > 0) {
#pragma unroll
        for (int s = 0; s < Kernel; ++s) add_tap(s);
      } else {
#pragma unroll 1
        for (int s = 0; s < p.x.kernel; ++s) add_tap(s);
      }
    }
    T* to = p.to + (static_cast<int64_t>(line) * p.to_width + column) * p.channels + channel;
#pragma unroll
    for (int u = 0; u < kStrip; ++u) {
      if (column + u >= p.to_width) continue;
      Vector<T, Width> result;
#pragma unroll
      for (int i = 0; i < Width; ++i) result[i] = static_cast<T>(sums[u][i]);
      cuda::store_vector<Width>(to + static_cast<int64_t>(u) * p.channels, result);
    }
  }
}

// The gradient of the filters: blocks (channels, part of the pixels of y, kTaps taps).
template <typename T>
struct FilterArguments {
  const T* x;             // (N, height, width, C)
  const T* grad;          // (pixels, C)
  opmath_t<T>* partials;  // (parts, taps, C)
  Axis axis_y, axis_x;
  int height, width;
  int channels;
  int along;  // threads along the channels
  int pixels, per_part;
  FastDivider grad_height, grad_width;
};

template <typename T, int Width>
__global__ void __launch_bounds__(kThreads) filter_gradient(FilterArguments<T> p) {
  using A = opmath_t<T>;
  const int thread = static_cast<int>(threadIdx.x) % p.along, pixel = static_cast<int>(threadIdx.x) / p.along;
  const int across = kThreads / p.along;
  const int channel = (static_cast<int>(blockIdx.x) * p.along + thread) * Width;
  const int taps = p.axis_y.kernel * p.axis_x.kernel, first_tap = static_cast<int>(blockIdx.z) * kTaps;
  A sums[kTaps][Width] = {};
  if (channel < p.channels) {
    int down[kTaps], right[kTaps];
#pragma unroll
    for (int t = 0; t < kTaps; ++t) {
      const int r = (first_tap + t) / p.axis_x.kernel, s = first_tap + t - r * p.axis_x.kernel;
      down[t] = r < p.axis_y.kernel ? r * p.axis_y.dilation - p.axis_y.padding : p.height - (1 << 30);
      right[t] = s * p.axis_x.dilation - p.axis_x.padding;
    }
    const int64_t begin = static_cast<int64_t>(blockIdx.y) * p.per_part;
    const int64_t end = min(begin + p.per_part, static_cast<int64_t>(p.pixels));
#pragma unroll 1
    for (int64_t at = begin + pixel; at < end; at += across) {
      uint32_t line, column, image, row;
      p.grad_width.split(static_cast<uint32_t>(at), line, column);
      p.grad_height.split(line, image, row);
      const Vector<T, Width> grad = cuda::load_vector<Width>(p.grad + at * p.channels + channel);
      const T* from = p.x + static_cast<int64_t>(image) * p.height * p.width * p.channels + channel;
      const int y = static_cast<int>(row) * p.axis_y.stride, x = static_cast<int>(column) * p.axis_x.stride;
      Vector<T, Width> read[kTaps];
#pragma unroll
      for (int t = 0; t < kTaps; ++t) {
        const int h = y + down[t], w = x + right[t];
        read[t] = {};
        if (h >= 0 && h < p.height && w >= 0 && w < p.width)
          read[t] = cuda::load_vector<Width>(from + (static_cast<int64_t>(h) * p.width + w) * p.channels);
      }
#pragma unroll
      for (int t = 0; t < kTaps; ++t) {
#pragma unroll
        for (int i = 0; i < Width; ++i) sums[t][i] += static_cast<A>(grad[i]) * static_cast<A>(read[t][i]);
      }
    }
  }
  __shared__ A scratch[kThreads * Width];  // (pixels of threads, elements of a vector, threads along)
#pragma unroll
  for (int t = 0; t < kTaps; ++t) {
    if (first_tap + t >= taps) break;
#pragma unroll
    for (int i = 0; i < Width; ++i) scratch[(pixel * Width + i) * p.along + thread] = sums[t][i];
    __syncthreads();
    for (int i = pixel; i < Width; i += across) {
      A total = scratch[i * p.along + thread];
      for (int k = 1; k < across; ++k) total += scratch[(k * Width + i) * p.along + thread];
      if (channel < p.channels)
        p.partials[(static_cast<int64_t>(blockIdx.y) * taps + first_tap + t) * p.channels + channel + i] = total;
    }
    __syncthreads();
  }
}

/// Adds up the parts, (taps, C) each, and stores (C, taps).
template <typename T>
struct AddParts {
  using Acc = opmath_t<T>;
  static constexpr bool kOrdered = false;
  T* out;
  int64_t taps, channels;

  __device__ Acc identity() const { return Acc(0); }
  __device__ Acc reduce(Acc a, Acc x, int64_t) const { return a + x; }
  __device__ Acc combine(Acc a, Acc b) const { return a + b; }
  __device__ void write(int64_t i, Acc a) const { out[i % channels * taps + i / channels] = static_cast<T>(a); }
};

Axis axis_of(const Geometry& g, const Tensor& w, size_t d) {
  return {static_cast<int>(g.stride[d]), static_cast<int>(g.padding[d]), static_cast<int>(g.dilation[d]),
          static_cast<int>(w.sizes()[d + 2])};
}
FastDivider divider(int64_t n) { return FastDivider(static_cast<uint32_t>(n)); }

/// Vectors of `width` channels may be read and written.
bool fits(int width, std::initializer_list<const Tensor*> pixels) {
  return std::ranges::all_of(pixels, [&](const Tensor* t) {
    return t->size(1) % width == 0 && cuda::is_aligned(t->data(), static_cast<size_t>(width) * t->element_size());
  });
}

template <typename T, bool Transposed>
void run_gather(const Geometry& g, const Tensor& from, const Tensor& w, const Tensor& to) {
  constexpr int kWidth = cuda::kVectorWidth<T>;
  const Stream stream = cuda::current_stream(to.device().index);
  GatherArguments<T> p{from.data<T>(), w.data<T>(), to.data<T>(), axis_of(g, w, 0), axis_of(g, w, 1)};
  p.from_height = static_cast<int>(from.size(2));
  p.from_width = static_cast<int>(from.size(3));
  p.to_width = static_cast<int>(to.size(3));
  p.channels = static_cast<int>(to.size(1));
  p.count = static_cast<int>(to.size(0) * to.size(2) * ceil_div(to.size(3), kStrip));
  p.strips = divider(ceil_div(to.size(3), kStrip));
  p.height = divider(to.size(2));
  p.stride_y = divider(p.y.stride);
  p.stride_x = divider(p.x.stride);
  const int width = fits(kWidth, {&from, &to}) ? kWidth : 1;
  const auto filter_bytes = [&] {
    return static_cast<int64_t>(p.along) * width * p.y.kernel * p.x.kernel * static_cast<int64_t>(sizeof(opmath_t<T>));
  };
  p.along = cuda::threads_along_channels(p.channels / width);
  while (filter_bytes() > kFilterBytes) p.along /= 2;
  const int64_t tiles = ceil_div(p.channels, int64_t{p.along} * width);
  const int64_t processors = cuda::device_properties(stream.device).multi_processor_count;
  const int64_t blocks =
      std::min(ceil_div(p.count, kThreads / p.along), std::max<int64_t>(ceil_div(processors * 8, tiles), 1));
  const cuda::LaunchConfig config{"convolution", stream,
                                  dim3(static_cast<unsigned>(blocks), static_cast<unsigned>(tiles)), kThreads,
                                  static_cast<size_t>(filter_bytes())};
  const bool of_three = p.x.kernel == 3;
  cuda::launch(config, {from.storage().get(), w.storage().get(), to.storage().get()},
               width == 1 ? gather<T, 1, Transposed, 0>
               : of_three ? gather<T, kWidth, Transposed, 3>
                          : gather<T, kWidth, Transposed, 0>,
               p);
}

template <typename T>
void run_filter_gradient(const Geometry& g, const Tensor& x, const Tensor& w, const Tensor& grad) {
  using A = opmath_t<T>;
  constexpr int kWidth = std::min(4, cuda::kVectorWidth<T>);
  const Stream stream = cuda::current_stream(w.device().index);
  FilterArguments<T> p{x.data<T>(), grad.data<T>(), nullptr, axis_of(g, w, 0), axis_of(g, w, 1)};
  p.height = static_cast<int>(x.size(2));
  p.width = static_cast<int>(x.size(3));
  p.channels = static_cast<int>(x.size(1));
  p.pixels = static_cast<int>(grad.size(0) * grad.size(2) * grad.size(3));
  p.grad_height = divider(grad.size(2));
  p.grad_width = divider(grad.size(3));
  const int width = fits(kWidth, {&x, &grad}) ? kWidth : 1;
  p.along = cuda::threads_along_channels(p.channels / width);
  const int64_t taps = int64_t{p.axis_y.kernel} * p.axis_x.kernel;
  const int64_t tiles = ceil_div(p.channels, int64_t{p.along} * width), passes = ceil_div(taps, kTaps);
  const int64_t processors = cuda::device_properties(stream.device).multi_processor_count;
  const int64_t wanted = ceil_div(processors * 4, tiles * passes), most = ceil_div(p.pixels, kThreads / p.along * 8);
  p.per_part = static_cast<int>(ceil_div(p.pixels, std::min(wanted, most)));
  const int64_t parts = ceil_div(p.pixels, p.per_part);
  const Tensor partials = empty(DimVec{parts, taps * p.channels}, dtype_of<A>, w.device());
  p.partials = partials.data<A>();
  const char* op = "convolution_backward";
  const dim3 grid(static_cast<unsigned>(tiles), static_cast<unsigned>(parts), static_cast<unsigned>(passes));
  cuda::launch({op, stream, grid, kThreads}, {x.storage().get(), grad.storage().get(), partials.storage().get()},
               width == 1 ? filter_gradient<T, 1> : filter_gradient<T, kWidth>, p);
  const int64_t dim = 0;
  cuda::launch_reduce<A>(op, stream, partials, {&dim, 1}, AddParts<T>{w.data<T>(), taps, p.channels},
                         w.storage().get());
}

}  // namespace

bool is_depthwise_channels_last(ConvolutionKind kind, const Geometry& g, const Tensor& x, const Tensor& w,
                                const Tensor& y) {
  if (g.dims() != 2 || g.groups == 1 || x.size(1) != g.groups || y.size(1) != g.groups || !is_floating(x.dtype()))
    return false;
  const auto last = [](const Tensor& t) { return is_channels_last(suggested_format(t)); };
  const bool in_format = kind == ConvolutionKind::Forward         ? last(y)
                         : kind == ConvolutionKind::InputGradient ? last(x)
                                                                  : w.is_contiguous() && (last(x) || last(y));
  if (!in_format) return false;
  // The kernels count pixels and channels in 31 bits, and keep the filters of a few channels in shared memory.
  constexpr int64_t kMost = 1 << 30;
  const int64_t taps = checked_mul(w.size(2), w.size(3));
  for (const Tensor* t : {&x, &y}) {
    if (t->size(0) * t->size(2) * t->size(3) >= kMost) return false;
  }
  for (size_t d = 0; d < 2; ++d) {
    for (const int64_t n : {g.stride[d], g.padding[d], g.dilation[d], x.sizes()[d + 2] * g.stride[d],
                            y.sizes()[d + 2] * g.stride[d], w.sizes()[d + 2] * g.dilation[d]}) {
      if (n >= kMost / 4) return false;
    }
  }
  return g.groups <= 65535 && taps * 32 <= kFilterBytes;  // 32: of a vector of 16-bit channels, as floats
}

void depthwise_convolution(ConvolutionKind kind, const Geometry& g, const Tensor& input, const Tensor& weight,
                           const Tensor& output) {
  const Tensor x = dense_data(input, MemoryFormat::ChannelsLast), y = dense_data(output, MemoryFormat::ChannelsLast);
  const Tensor w = contiguous_data(weight);
  const Tensor& written = kind == ConvolutionKind::Forward         ? output
                          : kind == ConvolutionKind::InputGradient ? input
                                                                   : weight;
  VT_ASSERT(x.is_same(written) || y.is_same(written) || w.is_same(written), "the result of a convolution is dense");
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    if (kind == ConvolutionKind::Forward) run_gather<T, false>(g, x, w, y);
    else if (kind == ConvolutionKind::InputGradient) run_gather<T, true>(g, y, w, x);
    else run_filter_gradient<T>(g, x, w, y);
  });
}

}  // namespace vt::conv
