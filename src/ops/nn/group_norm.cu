// Group norm on CUDA. Tensors lie as planes (images, channels, plane), or as rows of channels (images, plane,
// channels).
//
// A first pass sums over each image and channel, a small one makes statistics or gradients of parameters from the sums
// in a fixed order, and a last one writes elements. Threads of the first and the last lie in the same way.
#include <algorithm>
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

constexpr int kThreads = 256;
constexpr int kUnroll = 4;  // vectors that a thread has on the way

/// Planes: a block has kThreads / along of them, with `along` threads each, a warp or all. Rows: a block has a tile of
/// an image's channels, `along` threads wide, and a part of its positions.
struct Walk {
  int64_t images;
  int channels, groups, plane;
  int along;
  int tiles;
  int parts, per_part;

  __device__ __forceinline__ int64_t group_of(int64_t image_channel) const {
    return image_channel / (channels / groups);
  }
  __device__ __forceinline__ int channel_of(int64_t image_channel) const {
    return static_cast<int>(image_channel % channels);
  }
};

/// What one thread takes: `count` vectors, `step` elements apart, of the channel `channel` (counted through the
/// images), or in rows of it and the ones behind it.
template <bool Rows, int Width>
struct Share {
  int64_t channel, offset, step;
  int count = 0;

  __device__ __forceinline__ explicit Share(const Walk& w) {
    const int x = static_cast<int>(threadIdx.x) % w.along, y = static_cast<int>(threadIdx.x) / w.along;
    const int across = kThreads / w.along;
    if constexpr (Rows) {
      const int64_t image = blockIdx.x / w.tiles;
      const int first = (static_cast<int>(blockIdx.x % w.tiles) * w.along + x) * Width;
      const int row = static_cast<int>(blockIdx.y) * w.per_part + y,
                end = min((static_cast<int>(blockIdx.y) + 1) * w.per_part, w.plane);
      channel = image * w.channels + first;
      offset = (image * w.plane + row) * w.channels + first;
      step = static_cast<int64_t>(across) * w.channels;
      if (first < w.channels && row < end) count = (end - row + across - 1) / across;
    } else {
      channel = static_cast<int64_t>(blockIdx.x) * across + y;
      offset = channel * w.plane + x * Width;
      step = w.along * Width;
      const int vectors = w.plane / Width;
      if (channel < w.images * w.channels && x < vectors) count = (vectors - x + w.along - 1) / w.along;
    }
  }
};

// Sums
// -------------------------------------------------------------------------------------------------------------------

/// Around the first element of each group.
template <typename T>
struct Moments {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 1;
  const T* in[1];
  int64_t group_step;  // from a group's first element to the next one's, within an image
  int64_t image_step;

  __device__ __forceinline__ A centre(const Walk& w, int64_t group) const {
    return static_cast<A>(in[0][group / w.groups * image_step + group % w.groups * group_step]);
  }
  template <int N>
  __device__ __forceinline__ void add(ChannelSums& sums, A centre, const A (&x)[1][N]) const {
    add_moments(sums, centre, x[0]);
  }
};

template <typename T>
struct Gradients {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 2;
  const T* in[2];  // input, gradient
  const A* mean;

  __device__ __forceinline__ A centre(const Walk&, int64_t group) const { return mean[group]; }
  template <int N>
  __device__ __forceinline__ void add(ChannelSums& sums, A centre, const A (&x)[2][N]) const {
    add_gradients(sums, centre, x[0], x[1]);
  }
};

/// Calls take(vectors of each input, offsets) for the vectors of a share, kUnroll at a time and then one by one.
template <int Width, typename Body, typename ShareOf, typename Take>
__device__ __forceinline__ void for_vectors(const Body& body, const ShareOf& share, const Take& take) {
  using In = typename Body::In;
  int64_t at = share.offset;
  int left = share.count;
  const auto read = [&]<int Count>(std::integral_constant<int, Count>) {
    Vector<In, Width> loaded[Body::kInputs][Count];
#pragma unroll
    for (int u = 0; u < Count; ++u) {
#pragma unroll
      for (int k = 0; k < Body::kInputs; ++k) loaded[k][u] = cuda::load_vector<Width>(body.in[k] + at + u * share.step);
    }
    take(loaded, at);
    at += Count * share.step;
    left -= Count;
  };
  while (left >= kUnroll) read(std::integral_constant<int, kUnroll>());
#pragma unroll 1
  while (left > 0) read(std::integral_constant<int, 1>());
}

/// Writes partials (images, channels, parts).
template <bool Rows, int Width, typename Body>
__global__ void __launch_bounds__(kThreads) sum_channels(Walk w, Body body, ChannelSums* partials) {
  using A = typename Body::A;
  using In = typename Body::In;
  constexpr int kChannels = Rows ? Width : 1;
  __shared__ alignas(16) char memory[(Rows ? kThreads * Width : 32) * sizeof(ChannelSums)];
  auto* scratch = reinterpret_cast<ChannelSums*>(memory);
  const Share<Rows, Width> share(w);
  ChannelSums sums[kChannels];
  A centre[kChannels] = {};
  if (share.count > 0) {
#pragma unroll
    for (int i = 0; i < kChannels; ++i) centre[i] = body.centre(w, w.group_of(share.channel + i));
  }
  for_vectors<Width>(body, share, [&]<int Count>(const Vector<In, Width>(&loaded)[Body::kInputs][Count], int64_t) {
    if constexpr (Rows) {
#pragma unroll
      for (int i = 0; i < Width; ++i) {
        A values[Body::kInputs][Count];
#pragma unroll
        for (int k = 0; k < Body::kInputs; ++k) {
#pragma unroll
          for (int u = 0; u < Count; ++u) values[k][u] = static_cast<A>(loaded[k][u][i]);
        }
        body.add(sums[i], centre[i], values);
      }
    } else {
#pragma unroll
      for (int u = 0; u < Count; ++u) {
        A values[Body::kInputs][Width];
#pragma unroll
        for (int k = 0; k < Body::kInputs; ++k) {
#pragma unroll
          for (int i = 0; i < Width; ++i) values[k][i] = static_cast<A>(loaded[k][u][i]);
        }
        body.add(sums[0], centre[0], values);
      }
    }
  });
  if constexpr (Rows) {
    const int x = static_cast<int>(threadIdx.x) % w.along, y = static_cast<int>(threadIdx.x) / w.along;
    const int across = kThreads / w.along;
#pragma unroll
    for (int i = 0; i < Width; ++i) scratch[(y * Width + i) * w.along + x] = sums[i];
    __syncthreads();
    if ((static_cast<int>(blockIdx.x % w.tiles) * w.along + x) * Width >= w.channels) return;
    for (int i = y; i < Width; i += across) {
      ChannelSums total = scratch[i * w.along + x];
      for (int row = 1; row < across; ++row) total = total + scratch[(row * Width + i) * w.along + x];
      partials[(share.channel + i) * w.parts + blockIdx.y] = total;
    }
  } else {
    sums[0] = w.along == 32 ? cuda::warp_all(sums[0], cuda::SumOf()) : cuda::block_all(sums[0], cuda::SumOf(), scratch);
    if (threadIdx.x % w.along == 0 && share.channel < w.images * w.channels) partials[share.channel] = sums[0];
  }
}

/// A warp for each group: statistics from what its channels' parts have.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    end_moments(Walk w, Moments<T> moments, const ChannelSums* __restrict__ partials, double eps, opmath_t<T>* mean,
                opmath_t<T>* rstd) {
  using A = opmath_t<T>;
  const int64_t group = static_cast<int64_t>(blockIdx.x) * (kThreads / 32) + threadIdx.x / 32;
  if (group >= w.images * w.groups) return;
  const int64_t count = static_cast<int64_t>(w.channels / w.groups) * w.parts;
  ChannelSums sums;
  for (int64_t i = threadIdx.x % 32; i < count; i += 32) sums = sums + partials[group * count + i];
  sums = cuda::warp_all(sums, cuda::SumOf());
  if (threadIdx.x % 32 != 0) return;
  const double elements = static_cast<double>(w.channels / w.groups) * w.plane;
  const double distance = sums.a / elements, squares = sums.b / elements - distance * distance;
  mean[group] = static_cast<A>(static_cast<double>(moments.centre(w, group)) + distance);
  rstd[group] = static_cast<A>(1 / sqrt((squares < 0 ? 0.0 : squares) + eps));  // a NaN stays
}

/// A warp for each group, which sums the gradients of its elements times weight, and one for each channel, which sums
/// those of its parameters over the images.
template <typename A>
__global__ void __launch_bounds__(kThreads)
    end_gradients(Walk w, const ChannelSums* __restrict__ partials, const A* rstd, const A* weight,
                  ChannelSums* group_sums, A* grad_weight, A* grad_bias) {
  const int64_t groups = w.images * w.groups;
  const int64_t job = static_cast<int64_t>(blockIdx.x) * (kThreads / 32) + threadIdx.x / 32;
  const int lane = static_cast<int>(threadIdx.x) % 32, of_group = w.channels / w.groups;
  ChannelSums sums;
  if (job < groups) {
    for (int i = lane; i < of_group * w.parts; i += 32) {
      const ChannelSums s = partials[job * of_group * w.parts + i];
      const int channel = static_cast<int>(job % w.groups) * of_group + i / w.parts;
      const auto scale = static_cast<double>(at_or(weight, channel, A(1)));
      sums = sums + ChannelSums{scale * s.a, scale * s.b};
    }
    sums = cuda::warp_all(sums, cuda::SumOf());
    if (lane == 0) group_sums[job] = sums;
  } else if (job < groups + w.channels) {
    const int channel = static_cast<int>(job - groups);
    for (int64_t i = lane; i < w.images * w.parts; i += 32) {
      const int64_t image = i / w.parts, part = i % w.parts;
      const ChannelSums s = partials[(image * w.channels + channel) * w.parts + part];
      sums = sums + ChannelSums{s.a, s.b * static_cast<double>(rstd[image * w.groups + channel / of_group])};
    }
    sums = cuda::warp_all(sums, cuda::SumOf());
    if (lane == 0) {
      grad_weight[channel] = static_cast<A>(sums.b);
      grad_bias[channel] = static_cast<A>(sums.a);
    }
  }
}

// Elements
// -------------------------------------------------------------------------------------------------------------------

template <typename T>
struct Normalize {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 1;
  const T* in[1];
  T* out;
  const A *mean, *rstd;
  const A *weight, *bias;  // null: ones, zeros

  struct Channel {
    A mean, scale, bias;
  };
  __device__ __forceinline__ Channel channel(const Walk& w, int64_t image_channel) const {
    const int64_t group = w.group_of(image_channel);
    const int c = w.channel_of(image_channel);
    return {mean[group], rstd[group] * at_or(weight, c, A(1)), at_or(bias, c, A(0))};
  }
  __device__ __forceinline__ A value(const Channel& c, const A (&x)[1]) const {
    return (x[0] - c.mean) * c.scale + c.bias;
  }
};

/// What the sums have of the group's gradients is taken out of each.
template <typename T>
struct InputGradient {
  using In = T;
  using A = opmath_t<T>;
  static constexpr int kInputs = 2;
  const T* in[2];  // input, gradient
  T* out;
  const A *mean, *rstd;
  const A* weight;  // null: ones
  const ChannelSums* group_sums;
  double share;  // 1 / elements of a group

  struct Channel {
    A mean, scale, slope, shift;
  };
  __device__ __forceinline__ Channel channel(const Walk& w, int64_t image_channel) const {
    const int64_t group = w.group_of(image_channel);
    const ChannelSums sums = group_sums[group];
    const auto inverse = static_cast<double>(rstd[group]);
    return {mean[group], rstd[group] * at_or(weight, w.channel_of(image_channel), A(1)),
            static_cast<A>(-inverse * inverse * inverse * sums.b * share), static_cast<A>(-inverse * sums.a * share)};
  }
  __device__ __forceinline__ A value(const Channel& c, const A (&x)[2]) const {
    return x[1] * c.scale + (x[0] - c.mean) * c.slope + c.shift;
  }
};

template <bool Rows, int Width, typename Body>
__global__ void __launch_bounds__(kThreads) write_elements(Walk w, Body body) {
  using A = typename Body::A;
  using In = typename Body::In;
  const Share<Rows, Width> share(w);
  if (share.count == 0) return;
  constexpr int kChannels = Rows ? Width : 1;
  typename Body::Channel channels[kChannels];
#pragma unroll
  for (int i = 0; i < kChannels; ++i) channels[i] = body.channel(w, share.channel + i);
  for_vectors<Width>(body, share, [&]<int Count>(const Vector<In, Width>(&loaded)[Body::kInputs][Count], int64_t at) {
#pragma unroll
    for (int u = 0; u < Count; ++u) {
      Vector<In, Width> result;
#pragma unroll
      for (int i = 0; i < Width; ++i) {
        A x[Body::kInputs];
#pragma unroll
        for (int k = 0; k < Body::kInputs; ++k) x[k] = static_cast<A>(loaded[k][u][i]);
        result[i] = static_cast<In>(body.value(channels[Rows ? i : 0], x));
      }
      cuda::store_vector<Width>(body.out + at + u * share.step, result);
    }
  });
}

// Launches
// -------------------------------------------------------------------------------------------------------------------

using Storages = std::vector<const StorageImpl*>;

/// An op's tensors as the kernels see them.
struct Pass {
  const char* op;
  Stream stream;
  Walk walk;
  bool rows;
  int width;
  dim3 grid;

  /// `tensors`: dense in one format and of one dtype.
  Pass(const char* name, MemoryFormat format, int64_t groups, std::initializer_list<const Tensor*> tensors) : op(name) {
    const Tensor& x = **tensors.begin();
    const int64_t plane = checked_numel(x.sizes().subspan(2)), channels = x.size(1);
    constexpr int64_t kMost = 1 << 30;
    VT_CHECK(plane < kMost && channels < kMost && x.size(0) * channels < kMost, NotImplemented,
             "group norm on CUDA takes fewer than 2^30 positions and channels, got ", x.sizes());
    stream = cuda::current_stream(x.device().index);
    rows = is_channels_last(format) && plane > 1;
    const auto widest = static_cast<int64_t>(16 / x.element_size());
    const bool fits = (rows ? channels : plane) % widest == 0 &&
                      std::ranges::all_of(tensors, [](const Tensor* t) { return cuda::is_aligned(t->data(), 16); });
    width = fits ? static_cast<int>(widest) : 1;
    walk = {x.size(0), static_cast<int>(channels), static_cast<int>(groups), static_cast<int>(plane), 32, 1, 1, 0};
    if (rows) {
      walk.along = cuda::threads_along_channels(channels / width);
      walk.tiles = static_cast<int>(ceil_div(channels / width, walk.along));
      const int64_t room = int64_t{8} * cuda::device_properties(stream.device).multi_processor_count;
      const int64_t most = ceil_div(plane, int64_t{kThreads / walk.along} * kUnroll);
      const int64_t parts =
          std::clamp<int64_t>(ceil_div(room, walk.images * walk.tiles), 1, std::min<int64_t>(most, 1024));
      walk.per_part = static_cast<int>(ceil_div(plane, parts));
      walk.parts = static_cast<int>(ceil_div(plane, walk.per_part));
      grid = dim3(static_cast<unsigned>(walk.images * walk.tiles), static_cast<unsigned>(walk.parts));
    } else {
      if (plane / width > 32 * kUnroll * 2) walk.along = kThreads;
      grid = dim3(cuda::blocks_for(walk.images * channels, kThreads / walk.along));
    }
  }

  Tensor partials(Device device) const { return bytes_for(walk.images * walk.channels * walk.parts, device); }
  Tensor group_sums(Device device) const { return bytes_for(walk.images * walk.groups, device); }

  template <typename T, typename Body>
  void sum(const Body& body, const Tensor& sums, const Storages& storages) const {
    visit_width<T>([&](auto of_rows, auto wide) {
      cuda::launch({op, stream, grid, kThreads}, cuda::StorageSpan(storages.data(), storages.size()),
                   sum_channels<of_rows(), wide(), Body>, walk, body, static_cast<ChannelSums*>(sums.data()));
    });
  }
  template <typename T, typename Body>
  void write(const Body& body, const Storages& storages) const {
    visit_width<T>([&](auto of_rows, auto wide) {
      cuda::launch({op, stream, grid, kThreads}, cuda::StorageSpan(storages.data(), storages.size()),
                   write_elements<of_rows(), wide(), Body>, walk, body);
    });
  }

 private:
  static Tensor bytes_for(int64_t sums, Device device) {
    const int64_t bytes = sums * static_cast<int64_t>(sizeof(ChannelSums));
    return empty({&bytes, 1}, DType::uint8, device);
  }
  /// Calls f with whether there are rows, and the width, as constants.
  template <typename T, typename F>
  void visit_width(const F& f) const {
    constexpr int kWidth = cuda::kVectorWidth<T>;
    using Wide = std::integral_constant<int, kWidth>;
    using One = std::integral_constant<int, 1>;
    if (rows && width == 1) f(std::true_type(), One());
    else if (rows) f(std::true_type(), Wide());
    else if (width == 1) f(std::false_type(), One());
    else f(std::false_type(), Wide());
  }
};

void group_norm_cuda(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t groups, double eps,
                     Tensor& out, Tensor& mean, Tensor& rstd) {
  if (input.numel() == 0) {
    for (const Tensor* t : {&mean, &rstd}) fill_data(*t, Scalar(0));
    return;
  }
  const MemoryFormat format = format_of(out);
  const Tensor x = dense_data(input, format), w = as_statistics(weight, x), b = as_statistics(bias, x);
  const Pass pass("group_norm", format, groups, {&x, &out});
  const Tensor partials = pass.partials(x.device());
  const Storages storages{x.storage().get(),  out.storage().get(), mean.storage().get(),    rstd.storage().get(),
                          storage_or_null(w), storage_or_null(b),  partials.storage().get()};
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    const int64_t of_group = x.size(1) / groups, plane = pass.walk.plane;
    const Moments<T> moments{{x.data<T>()}, pass.rows ? of_group : of_group * plane, x.size(1) * plane};
    pass.sum<T>(moments, partials, storages);
    cuda::launch({pass.op, pass.stream, cuda::blocks_for(x.size(0) * groups, kThreads / 32), kThreads},
                 cuda::StorageSpan(storages.data(), storages.size()), end_moments<T>, pass.walk, moments,
                 static_cast<const ChannelSums*>(partials.data()), eps, mean.data<A>(), rstd.data<A>());
    pass.write<T>(Normalize<T>{{x.data<T>()},
                               out.data<T>(),
                               mean.data<A>(),
                               rstd.data<A>(),
                               data_or_null<const A>(w),
                               data_or_null<const A>(b)},
                  storages);
  });
}

void group_norm_backward_cuda(const Tensor& grad, const Tensor& input, const Tensor& mean, const Tensor& rstd,
                              const Tensor& weight, int64_t groups, Tensor& dx, Tensor& dw, Tensor& db) {
  if (input.numel() == 0) {
    for (const Tensor* t : {&dw, &db}) fill_data(*t, Scalar(0));
    return;
  }
  const MemoryFormat format = format_of(dx);
  const Tensor x = dense_data(input, format), g = dense_data(grad, format), w = as_statistics(weight, x);
  const Tensor m = as_statistics(mean, x), r = as_statistics(rstd, x);
  const Pass pass("group_norm_backward", format, groups, {&x, &g, &dx});
  const Tensor partials = pass.partials(x.device()), group_sums = pass.group_sums(x.device());
  const Storages storages{x.storage().get(),  g.storage().get(),  dx.storage().get(),       m.storage().get(),
                          r.storage().get(),  storage_or_null(w), partials.storage().get(), group_sums.storage().get(),
                          dw.storage().get(), db.storage().get()};
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    pass.sum<T>(Gradients<T>{{x.data<T>(), g.data<T>()}, m.data<A>()}, partials, storages);
    auto* of_groups = static_cast<ChannelSums*>(group_sums.data());
    cuda::launch({pass.op, pass.stream, cuda::blocks_for(x.size(0) * groups + x.size(1), kThreads / 32), kThreads},
                 cuda::StorageSpan(storages.data(), storages.size()), end_gradients<A>, pass.walk,
                 static_cast<const ChannelSums*>(partials.data()), static_cast<const A*>(r.data<A>()),
                 data_or_null<const A>(w), of_groups, dw.data<A>(), db.data<A>());
    const double elements = static_cast<double>(x.size(1) / groups) * pass.walk.plane;
    pass.write<T>(InputGradient<T>{{x.data<T>(), g.data<T>()},
                                   dx.data<T>(),
                                   m.data<A>(),
                                   r.data<A>(),
                                   data_or_null<const A>(w),
                                   of_groups,
                                   1 / elements},
                  storages);
  });
}

}  // namespace

void register_group_norm_cuda(Registry& r) {
  r.at("_group_norm").cuda(group_norm_cuda);
  r.at("_group_norm_backward").cuda(group_norm_backward_cuda);
}

}  // namespace vt
