// How kernels go through the elements of tensors that have channels: sums per channel and their end, and passes that
// write elements. For .cu units.
//
// Tensors lie in memory as (images, channels, plane), or as rows of channels; a kernel of either layout goes through
// the elements and a body says what becomes of them. A thread takes a few elements of one channel at a time, sums those
// in their opmath type and adds that up in double; blocks write what they have, and the sums of a channel's blocks are
// added in a fixed order, so that the same input gives the same bits.
#pragma once

#include <algorithm>
#include <vector>

#include "core/ceil_div.h"
#include "cuda/device.h"
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "iter/cuda_channels.cuh"
#include "iter/cuda_vector.cuh"
#include "ops/copy/memory_format.h"
#include "ops/nn/channel_sums.cuh"

namespace vt::channels {

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
// A body has `In` and its opmath type `A`, and `in`, kInputs tensors that lie alike. One of sums has centre(channel)
// and add(sums, centre, values). One of writes has `out`, channel(c), what it knows of a channel, and value(channel,
// values); with kMakesMask it is told the bits of each vector that it wrote, by mask(vector, bits): the elements that
// are not <= 0. One with kMasked has `bits` of an earlier mask; its last input, or with `more` the sum of both, counts
// where a bit is set and is 0 elsewhere, and `cut`, unless null, is where that is written to.

template <typename Body>
inline constexpr bool kMasked = requires(const Body& b) { b.cut; };
template <typename Body>
inline constexpr bool kMakesMask = requires(const Body& b) { b.mask(0, 0u); };

/// The inputs of a body, `Width` elements of each.
template <int Width, typename Body>
struct Loaded {
  using In = typename Body::In;
  Vector<In, Width> v[Body::kInputs], more;
  unsigned bits;

  __device__ __forceinline__ void load(const Body& body, int64_t offset) {
#pragma unroll
    for (int k = 0; k < Body::kInputs; ++k) v[k] = cuda::load_vector<Width>(body.in[k] + offset);
    if constexpr (kMasked<Body>) {
      bits = body.bits[offset / Width];
      if (body.more != nullptr) more = cuda::load_vector<Width>(body.more + offset);
    }
  }
  /// After all loads that are to be under way together.
  __device__ __forceinline__ void finish(const Body& body, int64_t offset) {
    if constexpr (kMasked<Body>) {
      using A = typename Body::A;
      auto& last = v[Body::kInputs - 1];
      if (body.more != nullptr) {
#pragma unroll
        for (int i = 0; i < Width; ++i) last[i] = static_cast<In>(static_cast<A>(last[i]) + static_cast<A>(more[i]));
      }
#pragma unroll
      for (int i = 0; i < Width; ++i) last[i] = bits >> i & 1 ? last[i] : In(0);
      if (body.cut != nullptr) cuda::store_vector<Width>(body.cut + offset, last);
    }
  }
};

/// Writes a body's values of one vector; `channel(i)` is what it knows of the channel of element i.
template <int Width, typename Body, typename Channel>
__device__ __forceinline__ void write_vector(const Body& body, const Loaded<Width, Body>& loaded, int64_t offset,
                                             const Channel& channel) {
  using A = typename Body::A;
  using In = typename Body::In;
  Vector<In, Width> result;
#pragma unroll
  for (int i = 0; i < Width; ++i) {
    A values[Body::kInputs];
#pragma unroll
    for (int k = 0; k < Body::kInputs; ++k) values[k] = static_cast<A>(loaded.v[k][i]);
    result[i] = static_cast<In>(body.value(channel(i), values));
  }
  cuda::store_vector<Width>(body.out + offset, result);
  if constexpr (kMakesMask<Body>) {
    unsigned bits = 0;
#pragma unroll
    for (int i = 0; i < Width; ++i) bits |= (static_cast<A>(result[i]) <= A(0) ? 0u : 1u) << i;
    body.mask(offset / Width, bits);
  }
}

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
  const int64_t channel = blockIdx.x;
  const A centre = body.centre(channel);
  Sums sums;
  walk_planes<Width>(w, [&](const int64_t(&offsets)[kUnroll], const bool(&valid)[kUnroll]) {
    Loaded<Width, Body> loaded[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (valid[u]) loaded[u].load(body, offsets[u]);
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (!valid[u]) continue;
      loaded[u].finish(body, offsets[u]);
      A x[Body::kInputs][Width];
#pragma unroll
      for (int k = 0; k < Body::kInputs; ++k) {
#pragma unroll
        for (int i = 0; i < Width; ++i) x[k][i] = static_cast<A>(loaded[u].v[k][i]);
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
  const auto channel = body.channel(blockIdx.x);
  walk_planes<Width>(w, [&](const int64_t(&offsets)[kUnroll], const bool(&valid)[kUnroll]) {
    Loaded<Width, Body> loaded[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (valid[u]) loaded[u].load(body, offsets[u]);
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (!valid[u]) continue;
      loaded[u].finish(body, offsets[u]);
      write_vector(body, loaded[u], offsets[u], [&](int) { return channel; });
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
      Loaded<Width, Body> loaded[kUnroll];
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) loaded[u].load(body, (row + u * across) * w.channels + first);
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) loaded[u].finish(body, (row + u * across) * w.channels + first);
#pragma unroll
      for (int i = 0; i < Width; ++i) {
        A values[Body::kInputs][kUnroll];
#pragma unroll
        for (int k = 0; k < Body::kInputs; ++k) {
#pragma unroll
          for (int u = 0; u < kUnroll; ++u) values[k][u] = static_cast<A>(loaded[u].v[k][i]);
        }
        body.add(sums[i], centre[i], values);
      }
    }
#pragma unroll 1
    for (; row < end; row += across) {
      Loaded<Width, Body> loaded;
      loaded.load(body, row * w.channels + first);
      loaded.finish(body, row * w.channels + first);
#pragma unroll
      for (int i = 0; i < Width; ++i) {
        A values[Body::kInputs][1];
#pragma unroll
        for (int k = 0; k < Body::kInputs; ++k) values[k][0] = static_cast<A>(loaded.v[k][i]);
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
  const int across = kThreads / w.along;
  const int64_t first = (static_cast<int64_t>(blockIdx.x) * w.along + static_cast<int>(threadIdx.x) % w.along) * Width;
  const int64_t end = min((blockIdx.y + int64_t{1}) * w.rows_per_part, w.rows);
  if (first >= w.channels) return;
  typename Body::Channel channels[Width];
#pragma unroll
  for (int i = 0; i < Width; ++i) channels[i] = body.channel(first + i);
  const auto channel = [&](int i) { return channels[i]; };
  int64_t row = blockIdx.y * w.rows_per_part + static_cast<int>(threadIdx.x) / w.along;
  for (; row + (kUnroll - 1) * across < end; row += kUnroll * across) {
    Loaded<Width, Body> loaded[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) loaded[u].load(body, (row + u * across) * w.channels + first);
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const int64_t offset = (row + u * across) * w.channels + first;
      loaded[u].finish(body, offset);
      write_vector(body, loaded[u], offset, channel);
    }
  }
#pragma unroll 1
  for (; row < end; row += across) {
    Loaded<Width, Body> loaded;
    loaded.load(body, row * w.channels + first);
    loaded.finish(body, row * w.channels + first);
    write_vector(body, loaded, row * w.channels + first, channel);
  }
}

// The end of the sums: a warp per channel
// -------------------------------------------------------------------------------------------------------------------

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

inline PlaneWalk walk_of_planes(const Pass& p) {
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

inline RowWalk walk_of_rows(const Pass& p) {
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

template <int Width, typename Body, typename Write>
void run_sums_of(const Pass& p, const Body& body, const Write& write, Device device, Storages storages) {
  const auto run = [&](const auto& walk, auto kernel, dim3 grid) {
    const int64_t bytes = p.layout.channels * walk.parts * static_cast<int64_t>(sizeof(Sums));
    const Tensor memory = empty({&bytes, 1}, DType::uint8, device);
    auto* partials = static_cast<Sums*>(memory.data());
    std::vector<const StorageImpl*> all(storages);
    all.push_back(memory.storage().get());
    const cuda::StorageSpan span(all.data(), all.size());
    cuda::launch({p.op, p.stream, grid, kThreads}, span, kernel, body, walk, partials);
    cuda::launch({p.op, p.stream, cuda::blocks_for(p.layout.channels, kThreads / 32), kThreads}, span, end_sums<Write>,
                 write, partials, p.layout.channels, walk.parts);
  };
  if (p.rows) {
    const RowWalk walk = walk_of_rows(p);
    run(walk, sum_rows<Width, Body>,
        dim3(cuda::blocks_for(p.layout.channels, walk.along * Width), static_cast<unsigned>(walk.parts)));
  } else {
    const PlaneWalk walk = walk_of_planes(p);
    run(walk, sum_planes<Width, Body>,
        dim3(static_cast<unsigned>(p.layout.channels), static_cast<unsigned>(walk.parts)));
  }
}

template <typename T, typename Body, typename Write>
void run_sums(const Pass& p, const Body& body, const Write& write, Device device, Storages storages) {
  with_width<T>(p, [&](auto width) { run_sums_of<width()>(p, body, write, device, storages); });
}

template <int Width, typename Body>
void run_writes_of(const Pass& p, const Body& body, cuda::StorageSpan storages) {
  const auto run = [&](const auto& walk, auto kernel, dim3 grid) {
    cuda::launch({p.op, p.stream, grid, kThreads}, storages, kernel, body, walk);
  };
  if (p.rows) {
    const RowWalk walk = walk_of_rows(p);
    run(walk, write_rows<Width, Body>,
        dim3(cuda::blocks_for(p.layout.channels, walk.along * Width), static_cast<unsigned>(walk.parts)));
  } else {
    const PlaneWalk walk = walk_of_planes(p);
    run(walk, write_planes<Width, Body>,
        dim3(static_cast<unsigned>(p.layout.channels), static_cast<unsigned>(walk.parts)));
  }
}

template <typename T, typename Body>
void run_writes(const Pass& p, const Body& body, cuda::StorageSpan storages) {
  with_width<T>(p, [&](auto width) { run_writes_of<width()>(p, body, storages); });
}

/// A pass by single elements over `x`, as rows of channels or not.
inline Pass pass_over(const char* op, Stream stream, const Tensor& x, bool rows) {
  Pass p{op, stream, {x.size(0), x.size(1), checked_numel(x.sizes().subspan(2))}, rows, 1, 0};
  if (rows) {
    p.layout.images *= p.layout.plane;
    p.layout.plane = 1;
  }
  p.blocks = int64_t{8} * cuda::device_properties(stream.device).multi_processor_count;
  return p;
}

/// The pass over `tensors`, dense in one format and of one dtype, by the widest vectors that all of them allow.
inline Pass make_pass(const char* op, MemoryFormat format, std::initializer_list<const Tensor*> tensors) {
  const Tensor& x = **tensors.begin();
  const bool rows = is_channels_last(format) || checked_numel(x.sizes().subspan(2)) == 1;
  Pass p = pass_over(op, cuda::current_stream(x.device().index), x, rows);
  const int64_t along = p.rows ? p.layout.channels : p.layout.plane;
  const auto fits = [&](int width) {
    const size_t bytes = x.element_size() * static_cast<size_t>(width);
    return along % width == 0 &&
           std::ranges::all_of(tensors, [&](const Tensor* t) { return cuda::is_aligned(t->data(), bytes); });
  };
  const int widest = static_cast<int>(16 / x.element_size());
  p.width = fits(widest) ? widest : widest == 8 && fits(4) ? 4 : 1;
  return p;
}

}  // namespace vt::channels
