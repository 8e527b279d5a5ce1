// Batch norm on CUDA, forward and backward: sums per channel, their end, and a pass that writes elements.
//
// Tensors lie in memory as (images, channels, plane), or as rows of channels; a kernel of either layout goes through
// the elements and a body says what becomes of them. A thread takes a few elements of one channel at a time, sums those
// in their opmath type and adds that up in double; blocks write what they have, and the sums of a channel's blocks are
// added in a fixed order, so that the same input gives the same bits.
#include <algorithm>
#include <limits>
#include <vector>

#include "core/absent_tensor.h"
#include "core/ceil_div.h"
#include "cuda/device.h"
#include "cuda/launch.h"
#include "dispatch/registry.h"
#include "iter/cuda_block.cuh"
#include "iter/cuda_channels.cuh"
#include "iter/cuda_vector.cuh"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/nn/channel_norms.h"
#include "ops/nn/channel_sums.cuh"

namespace vt {
namespace {

using cuda::Stream;
using cuda::Vector;
using Sums = ChannelSums;

constexpr int kThreads = 256;
constexpr int kUnroll = 4;  // vectors that a thread has on the way

/// How elements lie. Rows of channels have a plane of 1.
struct Layout {
  int64_t images, channels, plane;

  double count() const { return static_cast<double>(images) * static_cast<double>(plane); }
};

// Bodies
// -------------------------------------------------------------------------------------------------------------------

/// Around the channel's first element.
template <typename T>
struct MomentSums {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 1;
  const T* in[1];
  int64_t channel_step;  // from a channel's first element to the next one's

  __device__ __forceinline__ A centre(int64_t channel) const { return static_cast<A>(in[0][channel * channel_step]); }

  template <int N>
  __device__ __forceinline__ void add(Sums& sums, A centre, const A (&x)[1][N]) const {
    add_moments(sums, centre, x[0]);
  }
};

/// Of the gradient, and of its products with the distances from the mean.
template <typename T>
struct GradientSums {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 2;
  const T* in[2];  // input, gradient
  const A* mean;

  __device__ __forceinline__ A centre(int64_t channel) const { return mean[channel]; }

  template <int N>
  __device__ __forceinline__ void add(Sums& sums, A centre, const A (&x)[2][N]) const {
    add_gradients(sums, centre, x[0], x[1]);
  }
};

template <typename A>
__device__ __forceinline__ A inverse_deviation(A var, A eps) {
  return A(1) / sqrt(var + eps);
}
/// (x - mean) / sqrt(var + eps) * weight + bias
template <typename T>
struct Normalize {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 1;
  const T* in[1];
  T* out;
  const A *mean, *var;
  const A *weight, *bias;  // null: ones, zeros
  A eps;

  struct Channel {
    A mean, scale, bias;
  };
  __device__ __forceinline__ Channel channel(int64_t c) const {
    return {mean[c], inverse_deviation(var[c], eps) * at_or(weight, c, A(1)), at_or(bias, c, A(0))};
  }
  __device__ __forceinline__ A value(const Channel& c, const A (&x)[1]) const {
    return (x[0] - c.mean) * c.scale + c.bias;
  }
};

/// The gradient of the input: what the sums have of the gradient of the result is taken out of it.
template <typename T>
struct InputGradient {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 2;
  const T* in[2];  // input, gradient
  T* out;
  const A *mean, *var;
  const A* weight;  // null: ones
  const A *weight_gradient, *bias_gradient;
  A eps, share;  // 1 / elements of a channel

  struct Channel {
    A mean, scale, slope, offset;
  };
  __device__ __forceinline__ Channel channel(int64_t c) const {
    const A inverse = inverse_deviation(var[c], eps);
    return {mean[c], inverse * at_or(weight, c, A(1)), weight_gradient[c] * share * inverse, bias_gradient[c] * share};
  }
  __device__ __forceinline__ A value(const Channel& c, const A (&x)[2]) const {
    return c.scale * (x[1] - c.offset - (x[0] - c.mean) * c.slope);
  }
};

// Planes
// -------------------------------------------------------------------------------------------------------------------

/// Blocks (channel, part): a part is some images, or a piece of the plane of each where images are few. Threads lie
/// along the plane, and along images where it is short.
struct PlaneWalk {
  Layout layout;
  int64_t vectors;  // of a plane
  int64_t images_per_part;
  int64_t vectors_per_part;
  int pieces;  // of a plane
  int parts;
  int along;  // threads along the plane, a power of two
};

/// Calls visit(offsets, valid) for the vectors of this thread, kUnroll at a time: where they begin, and which there
/// are.
template <int Width, typename Visit>
__device__ __forceinline__ void walk_planes(const PlaneWalk& w, const Visit& visit) {
  const int64_t channel = blockIdx.x;
  const int part = static_cast<int>(blockIdx.y) / w.pieces, piece = static_cast<int>(blockIdx.y) % w.pieces;
  const int across = kThreads / w.along;
  const int64_t first = piece * w.vectors_per_part + static_cast<int>(threadIdx.x) % w.along;
  const int64_t end = min((piece + 1) * w.vectors_per_part, w.vectors);
  const int64_t last_image = min((part + 1) * w.images_per_part, w.layout.images);
  int64_t image = part * w.images_per_part + static_cast<int>(threadIdx.x) / w.along, v = first;
  if (first >= end) return;
  while (image < last_image) {
    int64_t offsets[kUnroll];
    bool valid[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      valid[u] = image < last_image;
      offsets[u] = (image * w.layout.channels + channel) * w.layout.plane + v * Width;
      v += w.along;
      if (v >= end) {
        v = first;
        image += across;
      }
    }
    visit(offsets, valid);
  }
}

template <int Width, typename Body>
__global__ void __launch_bounds__(kThreads) sum_planes(Body body, PlaneWalk w, Sums* partials) {
  using A = typename Body::A;
  using In = typename Body::In;
  const int64_t channel = blockIdx.x;
  const A centre = body.centre(channel);
  Sums sums;
  walk_planes<Width>(w, [&](const int64_t(&offsets)[kUnroll], const bool(&valid)[kUnroll]) {
    Vector<In, Width> loaded[kUnroll][Body::kInputs];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (!valid[u]) continue;
#pragma unroll
      for (int k = 0; k < Body::kInputs; ++k) loaded[u][k] = cuda::load_vector<Width>(body.in[k] + offsets[u]);
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (!valid[u]) continue;
      A x[Body::kInputs][Width];
#pragma unroll
      for (int k = 0; k < Body::kInputs; ++k) {
#pragma unroll
        for (int i = 0; i < Width; ++i) x[k][i] = static_cast<A>(loaded[u][k][i]);
      }
      body.add(sums, centre, x);
    }
  });
  __shared__ alignas(16) char memory[32 * sizeof(Sums)];
  sums = cuda::block_all(sums, cuda::SumOf(), reinterpret_cast<Sums*>(memory));
  if (threadIdx.x == 0) partials[channel * w.parts + blockIdx.y] = sums;
}

template <int Width, typename Body>
__global__ void __launch_bounds__(kThreads) write_planes(Body body, PlaneWalk w) {
  using A = typename Body::A;
  using In = typename Body::In;
  const auto channel = body.channel(blockIdx.x);
  walk_planes<Width>(w, [&](const int64_t(&offsets)[kUnroll], const bool(&valid)[kUnroll]) {
    Vector<In, Width> loaded[kUnroll][Body::kInputs];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (!valid[u]) continue;
#pragma unroll
      for (int k = 0; k < Body::kInputs; ++k) loaded[u][k] = cuda::load_vector<Width>(body.in[k] + offsets[u]);
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (!valid[u]) continue;
      Vector<In, Width> result;
#pragma unroll
      for (int i = 0; i < Width; ++i) {
        A x[Body::kInputs];
#pragma unroll
        for (int k = 0; k < Body::kInputs; ++k) x[k] = static_cast<A>(loaded[u][k][i]);
        result[i] = static_cast<In>(body.value(channel, x));
      }
      cuda::store_vector<Width>(body.out + offsets[u], result);
    }
  });
}

// Rows of channels
// -------------------------------------------------------------------------------------------------------------------

/// Blocks (columns of vectors, part of the rows); threads lie along the channels, at most a warp of them, and rows.
struct RowWalk {
  int64_t rows, channels;
  int64_t rows_per_part;
  int parts;
  int along;  // threads along the channels, a power of two
};

template <int Width, typename Body>
__global__ void __launch_bounds__(kThreads) sum_rows(Body body, RowWalk w, Sums* partials) {
  using A = typename Body::A;
  using In = typename Body::In;
  const int x = static_cast<int>(threadIdx.x) % w.along, y = static_cast<int>(threadIdx.x) / w.along;
  const int across = kThreads / w.along;
  const int64_t first = (static_cast<int64_t>(blockIdx.x) * w.along + x) * Width;
  const int64_t end = min((blockIdx.y + int64_t{1}) * w.rows_per_part, w.rows);
  Sums sums[Width];
  if (first < w.channels) {
    A centre[Width];
#pragma unroll
    for (int i = 0; i < Width; ++i) centre[i] = body.centre(first + i);
    int64_t row = blockIdx.y * w.rows_per_part + y;
    for (; row + (kUnroll - 1) * across < end; row += kUnroll * across) {
      Vector<In, Width> loaded[Body::kInputs][kUnroll];
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) {
#pragma unroll
        for (int k = 0; k < Body::kInputs; ++k)
          loaded[k][u] = cuda::load_vector<Width>(body.in[k] + (row + u * across) * w.channels + first);
      }
#pragma unroll
      for (int i = 0; i < Width; ++i) {
        A values[Body::kInputs][kUnroll];
#pragma unroll
        for (int k = 0; k < Body::kInputs; ++k) {
#pragma unroll
          for (int u = 0; u < kUnroll; ++u) values[k][u] = static_cast<A>(loaded[k][u][i]);
        }
        body.add(sums[i], centre[i], values);
      }
    }
#pragma unroll 1
    for (; row < end; row += across) {
      Vector<In, Width> loaded[Body::kInputs];
#pragma unroll
      for (int k = 0; k < Body::kInputs; ++k)
        loaded[k] = cuda::load_vector<Width>(body.in[k] + row * w.channels + first);
#pragma unroll
      for (int i = 0; i < Width; ++i) {
        A values[Body::kInputs][1];
#pragma unroll
        for (int k = 0; k < Body::kInputs; ++k) values[k][0] = static_cast<A>(loaded[k][i]);
        body.add(sums[i], centre[i], values);
      }
    }
  }
  // (rows of threads, elements of a vector, threads along)
  __shared__ alignas(16) char memory[kThreads * Width * sizeof(Sums)];
  Sums* scratch = reinterpret_cast<Sums*>(memory);
#pragma unroll
  for (int i = 0; i < Width; ++i) scratch[(y * Width + i) * w.along + x] = sums[i];
  __syncthreads();
  for (int i = y; i < Width; i += across) {
    Sums total = scratch[i * w.along + x];
    for (int row = 1; row < across; ++row) total = total + scratch[(row * Width + i) * w.along + x];
    if (first < w.channels) partials[(first + i) * w.parts + blockIdx.y] = total;
  }
}

template <int Width, typename Body>
__global__ void __launch_bounds__(kThreads) write_rows(Body body, RowWalk w) {
  using A = typename Body::A;
  using In = typename Body::In;
  const int across = kThreads / w.along;
  const int64_t first = (static_cast<int64_t>(blockIdx.x) * w.along + static_cast<int>(threadIdx.x) % w.along) * Width;
  const int64_t end = min((blockIdx.y + int64_t{1}) * w.rows_per_part, w.rows);
  if (first >= w.channels) return;
  typename Body::Channel channel[Width];
#pragma unroll
  for (int i = 0; i < Width; ++i) channel[i] = body.channel(first + i);
  const auto write = [&](const Vector<In, Width>(&loaded)[Body::kInputs], int64_t row) {
    Vector<In, Width> result;
#pragma unroll
    for (int i = 0; i < Width; ++i) {
      A values[Body::kInputs];
#pragma unroll
      for (int k = 0; k < Body::kInputs; ++k) values[k] = static_cast<A>(loaded[k][i]);
      result[i] = static_cast<In>(body.value(channel[i], values));
    }
    cuda::store_vector<Width>(body.out + row * w.channels + first, result);
  };
  int64_t row = blockIdx.y * w.rows_per_part + static_cast<int>(threadIdx.x) / w.along;
  for (; row + (kUnroll - 1) * across < end; row += kUnroll * across) {
    Vector<In, Width> loaded[kUnroll][Body::kInputs];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
#pragma unroll
      for (int k = 0; k < Body::kInputs; ++k)
        loaded[u][k] = cuda::load_vector<Width>(body.in[k] + (row + u * across) * w.channels + first);
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) write(loaded[u], row + u * across);
  }
#pragma unroll 1
  for (; row < end; row += across) {
    Vector<In, Width> loaded[Body::kInputs];
#pragma unroll
    for (int k = 0; k < Body::kInputs; ++k) loaded[k] = cuda::load_vector<Width>(body.in[k] + row * w.channels + first);
    write(loaded, row);
  }
}

// The end of the sums: a warp per channel
// -------------------------------------------------------------------------------------------------------------------

template <typename T>
struct WriteMoments {
  using A = opmath_t<T>;
  MomentSums<T> sums;
  double count;
  A *mean, *var;

  __device__ __forceinline__ void operator()(int64_t channel, Sums s) const {
    const double distance = s.a / count, squares = s.b / count - distance * distance;
    mean[channel] = static_cast<A>(static_cast<double>(sums.centre(channel)) + distance);
    var[channel] = static_cast<A>(squares < 0 ? 0.0 : squares);  // a NaN stays
  }
};

template <typename T>
struct WriteGradients {
  using A = opmath_t<T>;
  const A* var;
  double eps;
  A *weight, *bias;

  __device__ __forceinline__ void operator()(int64_t channel, Sums s) const {
    weight[channel] = static_cast<A>(s.b * inverse_deviation(static_cast<double>(var[channel]), eps));
    bias[channel] = static_cast<A>(s.a);
  }
};

template <typename Write>
__global__ void __launch_bounds__(kThreads)
    end_sums(Write write, const Sums* __restrict__ partials, int64_t channels, int parts) {
  const int64_t channel = static_cast<int64_t>(blockIdx.x) * (kThreads / 32) + threadIdx.x / 32;
  if (channel >= channels) return;
  Sums sums;
  for (int i = static_cast<int>(threadIdx.x) % 32; i < parts; i += 32) sums = sums + partials[channel * parts + i];
  sums = cuda::warp_all(sums, cuda::SumOf());
  if (threadIdx.x % 32 == 0) write(channel, sums);
}

// Launches
// -------------------------------------------------------------------------------------------------------------------

/// An op's tensors as the kernels see them, for one pass after another.
struct Pass {
  const char* op;
  Stream stream;
  Layout layout;
  bool rows;       // rows of channels
  int width;       // elements of a vector that all tensors allow
  int64_t blocks;  // that the device has room for
};

PlaneWalk walk_of_planes(const Pass& p) {
  const Layout& l = p.layout;
  PlaneWalk w{l, l.plane / p.width, 0, 0, 1, 1, 0};
  w.along = 1;
  while (w.along < w.vectors && w.along < kThreads) w.along *= 2;
  const int64_t across = kThreads / w.along;
  // Each thread should have kUnroll vectors.
  const int64_t wanted = std::clamp<int64_t>(ceil_div(p.blocks, l.channels), 1, 1024);
  const int64_t images =
      std::clamp<int64_t>(l.images / (w.vectors < kUnroll * w.along ? kUnroll * across : across), 1, wanted);
  w.images_per_part = ceil_div(l.images, images);
  const int64_t parts = ceil_div(l.images, w.images_per_part);
  w.pieces = static_cast<int>(std::clamp<int64_t>(w.vectors / (kUnroll * kThreads), 1, ceil_div(wanted, parts)));
  w.vectors_per_part = ceil_div(w.vectors, w.pieces);
  w.parts = static_cast<int>(parts) * w.pieces;
  return w;
}

RowWalk walk_of_rows(const Pass& p) {
  const Layout& l = p.layout;
  RowWalk w{l.images, l.channels, 0, 1, 0};
  const int64_t vectors = l.channels / p.width;
  w.along = cuda::threads_along_channels(vectors);
  const int64_t columns = ceil_div(vectors, w.along), least = kThreads / w.along * kUnroll;
  const int64_t parts = std::clamp<int64_t>(ceil_div(p.blocks, columns), 1, ceil_div(w.rows, least));
  w.rows_per_part = ceil_div(w.rows, std::min<int64_t>(parts, 65535));
  w.parts = static_cast<int>(ceil_div(w.rows, w.rows_per_part));
  return w;
}

/// Calls f with the vector width as a constant: the widest of T, half of it in 16 bits, or 1.
template <typename T, typename F>
void with_width(const Pass& p, const F& f) {
  constexpr int kWidth = cuda::kVectorWidth<T>;
  if (p.width == kWidth) return f(std::integral_constant<int, kWidth>());
  if constexpr (kWidth == 8) {
    if (p.width == 4) return f(std::integral_constant<int, 4>());
  }
  f(std::integral_constant<int, 1>());
}

using Storages = std::initializer_list<const StorageImpl*>;

template <typename T, typename Body, typename Write>
void run_sums(const Pass& p, const Body& body, const Write& write, Device device, Storages storages) {
  with_width<T>(p, [&](auto width) {
    const auto run = [&](const auto& walk, auto kernel, dim3 grid) {
      const int64_t bytes = p.layout.channels * walk.parts * static_cast<int64_t>(sizeof(Sums));
      const Tensor memory = empty({&bytes, 1}, DType::uint8, device);
      auto* partials = static_cast<Sums*>(memory.data());
      std::vector<const StorageImpl*> all(storages);
      all.push_back(memory.storage().get());
      const cuda::StorageSpan span(all.data(), all.size());
      cuda::launch({p.op, p.stream, grid, kThreads}, span, kernel, body, walk, partials);
      cuda::launch({p.op, p.stream, cuda::blocks_for(p.layout.channels, kThreads / 32), kThreads}, span,
                   end_sums<Write>, write, partials, p.layout.channels, walk.parts);
    };
    if (p.rows) {
      const RowWalk walk = walk_of_rows(p);
      run(walk, sum_rows<width(), Body>,
          dim3(cuda::blocks_for(p.layout.channels, walk.along * width()), static_cast<unsigned>(walk.parts)));
    } else {
      const PlaneWalk walk = walk_of_planes(p);
      run(walk, sum_planes<width(), Body>,
          dim3(static_cast<unsigned>(p.layout.channels), static_cast<unsigned>(walk.parts)));
    }
  });
}

template <typename T, typename Body>
void run_writes(const Pass& p, const Body& body, Storages storages) {
  with_width<T>(p, [&](auto width) {
    if (p.rows) {
      const RowWalk walk = walk_of_rows(p);
      const dim3 grid(cuda::blocks_for(p.layout.channels, walk.along * width()), static_cast<unsigned>(walk.parts));
      cuda::launch({p.op, p.stream, grid, kThreads}, storages, write_rows<width(), Body>, body, walk);
    } else {
      const PlaneWalk walk = walk_of_planes(p);
      const dim3 grid(static_cast<unsigned>(p.layout.channels), static_cast<unsigned>(walk.parts));
      cuda::launch({p.op, p.stream, grid, kThreads}, storages, write_planes<width(), Body>, body, walk);
    }
  });
}

/// The pass over `tensors`, dense in one format and of one dtype.
Pass make_pass(const char* op, MemoryFormat format, std::initializer_list<const Tensor*> tensors) {
  const Tensor& x = **tensors.begin();
  Pass p{
      op, cuda::current_stream(x.device().index), {x.size(0), x.size(1), checked_numel(x.sizes().subspan(2))}, false, 1,
      0};
  p.rows = is_channels_last(format) || p.layout.plane == 1;
  if (p.rows) {
    p.layout.images *= p.layout.plane;
    p.layout.plane = 1;
  }
  const int64_t along = p.rows ? p.layout.channels : p.layout.plane;
  const auto fits = [&](int width) {
    const size_t bytes = x.element_size() * static_cast<size_t>(width);
    return along % width == 0 &&
           std::ranges::all_of(tensors, [&](const Tensor* t) { return cuda::is_aligned(t->data(), bytes); });
  };
  const int widest = static_cast<int>(16 / x.element_size());
  p.width = fits(widest) ? widest : widest == 8 && fits(4) ? 4 : 1;
  p.blocks = int64_t{8} * cuda::device_properties(p.stream.device).multi_processor_count;
  return p;
}

// The ops
// -------------------------------------------------------------------------------------------------------------------

Tensor as_parameter(const Tensor& t, DType dtype) { return t.defined() ? contiguous_data(cast_data(t, dtype)) : t; }

void batch_norm_cuda(const Tensor& input, const Tensor& weight, const Tensor& bias, double eps, Tensor& out,
                     Tensor& mean, Tensor& var) {
  if (input.numel() == 0) {
    for (const Tensor* t : {&mean, &var}) fill_data(*t, Scalar(std::numeric_limits<double>::quiet_NaN()));
    return;
  }
  const MemoryFormat format = format_of(out);
  const Tensor x = dense_data(input, format);
  const Tensor w = as_parameter(weight, mean.dtype()), b = as_parameter(bias, mean.dtype());
  const Pass pass = make_pass("batch_norm", format, {&x, &out});
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    const MomentSums<T> sums{{x.data<T>()}, pass.layout.plane};
    run_sums<T>(pass, sums, WriteMoments<T>{sums, pass.layout.count(), mean.data<A>(), var.data<A>()}, x.device(),
                {x.storage().get(), mean.storage().get(), var.storage().get()});
    run_writes<T>(pass,
                  Normalize<T>{{x.data<T>()},
                               out.data<T>(),
                               mean.data<A>(),
                               var.data<A>(),
                               data_or_null<const A>(w),
                               data_or_null<const A>(b),
                               static_cast<A>(eps)},
                  {x.storage().get(), out.storage().get(), mean.storage().get(), var.storage().get(),
                   storage_or_null(w), storage_or_null(b)});
  });
}

void batch_norm_backward_cuda(const Tensor& grad, const Tensor& input, const Tensor& mean, const Tensor& var,
                              const Tensor& weight, double eps, Tensor& dx, Tensor& dw, Tensor& db) {
  if (input.numel() == 0) {
    for (const Tensor* t : {&dw, &db}) fill_data(*t, Scalar(0));
    return;
  }
  const MemoryFormat format = format_of(dx);
  const Tensor x = dense_data(input, format), g = dense_data(grad, format);
  const Tensor m = as_parameter(mean, dw.dtype()), v = as_parameter(var, dw.dtype());
  const Tensor w = as_parameter(weight, dw.dtype());
  const Pass pass = make_pass("batch_norm_backward", format, {&x, &g, &dx});
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    run_sums<T>(pass, GradientSums<T>{{x.data<T>(), g.data<T>()}, m.data<A>()},
                WriteGradients<T>{v.data<A>(), eps, dw.data<A>(), db.data<A>()}, x.device(),
                {x.storage().get(), g.storage().get(), m.storage().get(), v.storage().get(), dw.storage().get(),
                 db.storage().get()});
    run_writes<T>(pass,
                  InputGradient<T>{{x.data<T>(), g.data<T>()},
                                   dx.data<T>(),
                                   m.data<A>(),
                                   v.data<A>(),
                                   data_or_null<const A>(w),
                                   dw.data<A>(),
                                   db.data<A>(),
                                   static_cast<A>(eps),
                                   static_cast<A>(1 / pass.layout.count())},
                  {x.storage().get(), g.storage().get(), dx.storage().get(), m.storage().get(), v.storage().get(),
                   storage_or_null(w), dw.storage().get(), db.storage().get()});
  });
}

}  // namespace

void register_batch_norm_cuda(Registry& r) {
  r.at("_batch_norm").cuda(batch_norm_cuda);
  r.at("_batch_norm_backward").cuda(batch_norm_backward_cuda);
}

}  // namespace vt
