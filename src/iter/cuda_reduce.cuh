// Launches reductions over any dims of a tensor.
//
// reduce_rows takes reduced elements that lie next to each other (16-byte loads, a row per group of threads) and
// whatever has no better walk; reduce_columns takes kept elements that lie next to each other (a thread per few
// columns). Where there are fewer outputs than the device has room for, a reduction is split over blocks and
// reduce_partials or reduce_partial_columns combines the parts. Every combination is in a fixed order: the same input
// gives the same bits.
//
// An op is a trivially copyable struct:
//   using Acc = ...;                                             trivially copyable
//   static constexpr bool kOrdered = ...;                        whether `index` below matters
//   __device__ Acc identity() const;
//   __device__ Acc start(In first) const;                        optional: what every part of a result begins with
//                                                                instead of identity(), from its first element
//   __device__ Acc reduce(Acc a, In x, int64_t index) const;     index: place among the reduced elements
//   __device__ Acc combine(Acc a, Acc b) const;
//   __device__ void write(int64_t output, Acc a) const;          stores result number `output`
#pragma once

#include <algorithm>

#include "cuda/device.h"
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_reduce.h"
#include "iter/cuda_vector.cuh"

namespace vt::cuda {
namespace detail {

/// Element offset of a flat index over ReduceDims.
struct ReduceOffsets {
  int ndim = 0;
  bool narrow = true;  // the count fits in 31 bits
  FastDivider dividers[kReduceDims];
  int64_t sizes[kReduceDims];
  int64_t strides[kReduceDims];

  explicit ReduceOffsets(const ReduceDims& dims) : ndim(dims.ndim), narrow(dims.count <= INT32_MAX) {
    for (int d = 0; d < ndim; ++d) {
      sizes[d] = dims.sizes[d];
      strides[d] = dims.strides[d];
      if (narrow) dividers[d] = FastDivider(static_cast<uint32_t>(sizes[d] > 0 ? sizes[d] : 1));
    }
  }

  __device__ __forceinline__ int64_t at(int64_t index) const {
    if (ndim == 0) return 0;
    int64_t offset = 0;
    // The loops stay loops: a kernel holds six copies of this, which unrolled would be most of its code.
    if (narrow) {
      uint32_t rest = static_cast<uint32_t>(index);
#pragma unroll 1
      for (int d = 0; d < ndim - 1; ++d) {
        uint32_t quotient, remainder;
        dividers[d].split(rest, quotient, remainder);
        offset += remainder * strides[d];
        rest = quotient;
      }
      return offset + rest * strides[ndim - 1];
    }
#pragma unroll 1
    for (int d = 0; d < ndim - 1; ++d) {
      offset += index % sizes[d] * strides[d];
      index /= sizes[d];
    }
    return offset + index * strides[ndim - 1];
  }
};

struct ReduceArguments {
  ReduceOffsets kept;
  ReduceOffsets reduced;
  int64_t outputs;
  int64_t count;  // reduced elements per output
  int64_t chunk;  // of them per split
  int splits;
  bool vectors;  // reduce_rows: the row is contiguous and aligned
  // Where the part of (output, split) is kept: those that are written together lie together.
  int64_t output_step = 0;
  int64_t split_step = 0;
};

template <typename In, typename Op, typename Acc = typename Op::Acc>
__device__ __forceinline__ Acc start(const Op& op, const In* first, const ReduceArguments& p) {
  if constexpr (requires { op.start(*first); }) {
    if (p.count > 0) return op.start(*first);
  }
  return op.identity();
}

template <typename Op, typename Acc = typename Op::Acc>
__device__ __forceinline__ void finish(const Op& op, Acc* partials, const ReduceArguments& p, int64_t output, Acc acc) {
  if (p.splits == 1) {
    op.write(output, acc);
  } else {
    partials[output * p.output_step + blockIdx.y * p.split_step] = acc;
  }
}

/// Combines over threadIdx.x of blocks (x, y), x a power of two; the result is right where threadIdx.x is 0.
template <typename Op, typename Acc = typename Op::Acc>
__device__ __forceinline__ Acc combine_x(const Op& op, Acc acc) {
  const int width = blockDim.x < 32 ? blockDim.x : 32;
  for (int distance = width / 2; distance > 0; distance >>= 1)
    acc = op.combine(acc, shuffle_down(acc, distance, width));
  if (blockDim.x <= 32) return acc;
  // Only blocks of one row are wider than a warp.
  __shared__ alignas(16) char memory[16 * sizeof(Acc)];
  Acc* scratch = reinterpret_cast<Acc*>(memory);
  if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = acc;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (unsigned i = 1; i < blockDim.x / 32; ++i) acc = op.combine(acc, scratch[i]);
  }
  return acc;
}

inline constexpr int kReduceThreads = 512;

template <typename In, typename Op>
__global__ void __launch_bounds__(kReduceThreads)
    reduce_rows(const In* __restrict__ in, Op op, typename Op::Acc* partials, ReduceArguments p) {
  using Acc = typename Op::Acc;
  constexpr int kWidth = kVectorWidth<In>;
  constexpr int kLanes = kWidth < 4 ? kWidth : 4;  // independent sums, so that additions overlap
  constexpr int kRowUnroll = kWidth >= 16 ? 1 : kWidth == 8 ? 2 : 4;
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  Acc acc[kLanes];
#pragma unroll
  for (int i = 0; i < kLanes; ++i) acc[i] = op.identity();
  if (row < p.outputs) {
    const In* from = in + p.kept.at(row);
    const Acc first = start(op, from, p);
#pragma unroll
    for (int i = 0; i < kLanes; ++i) acc[i] = first;
    const int64_t begin = blockIdx.y * p.chunk;
    const int64_t end = begin + p.chunk < p.count ? begin + p.chunk : p.count;
    if (p.vectors) {
      const int64_t step = static_cast<int64_t>(blockDim.x) * kWidth;
      int64_t k = begin + static_cast<int64_t>(threadIdx.x) * kWidth;
      for (; k + step * (kRowUnroll - 1) + kWidth <= end; k += step * kRowUnroll) {
        Vector<In, kWidth> x[kRowUnroll];
#pragma unroll
        for (int u = 0; u < kRowUnroll; ++u) x[u] = load_vector<kWidth>(from + k + u * step);
#pragma unroll
        for (int u = 0; u < kRowUnroll; ++u) {
#pragma unroll
          for (int v = 0; v < kWidth; ++v) acc[v % kLanes] = op.reduce(acc[v % kLanes], x[u][v], k + u * step + v);
        }
      }
#pragma unroll 1
      for (; k + kWidth <= end; k += step) {
        const Vector<In, kWidth> x = load_vector<kWidth>(from + k);
#pragma unroll
        for (int v = 0; v < kWidth; ++v) acc[v % kLanes] = op.reduce(acc[v % kLanes], x[v], k + v);
      }
      // Only one thread stands before the end: on what fills no vector.
#pragma unroll 1
      for (; k < end; ++k) acc[0] = op.reduce(acc[0], from[k], k);
    } else {
      int64_t k = begin + threadIdx.x;
      const int64_t step = blockDim.x;
      for (; k + step * (kRowUnroll - 1) < end; k += step * kRowUnroll) {
        In x[kRowUnroll];
#pragma unroll
        for (int u = 0; u < kRowUnroll; ++u) x[u] = from[p.reduced.at(k + u * step)];
#pragma unroll
        for (int u = 0; u < kRowUnroll; ++u) acc[0] = op.reduce(acc[0], x[u], k + u * step);
      }
#pragma unroll 1
      for (; k < end; k += step) acc[0] = op.reduce(acc[0], from[p.reduced.at(k)], k);
    }
  }
#pragma unroll
  for (int i = 1; i < kLanes; ++i) acc[0] = op.combine(acc[0], acc[i]);
  acc[0] = combine_x(op, acc[0]);
  if (threadIdx.x == 0 && row < p.outputs) finish(op, partials, p, row, acc[0]);
}

inline constexpr int kColumnRows = 8;  // threads along the reduced elements
inline constexpr int kColumnUnroll = 4;
/// Blocks of reduce_columns that a multiprocessor is to hold at once.
template <typename Acc>
inline constexpr int kColumnBlocks = sizeof(Acc) <= 8 ? 4 : 2;
/// Columns of a thread: 16 bytes, or what its registers hold.
template <typename In, typename Acc>
inline constexpr int kColumnWidth = std::min(kVectorWidth<In>, sizeof(Acc) <= 4 ? 8 : 4);

template <typename In, int Width, typename Op>
__global__ void __launch_bounds__(32 * kColumnRows, kColumnBlocks<typename Op::Acc>)
    reduce_columns(const In* __restrict__ in, Op op, typename Op::Acc* partials, ReduceArguments p) {
  using Acc = typename Op::Acc;
  __shared__ alignas(16) char memory[kColumnRows * 32 * Width * sizeof(Acc)];
  Acc* scratch = reinterpret_cast<Acc*>(memory);
  const int64_t output = (static_cast<int64_t>(blockIdx.x) * 32 + threadIdx.x) * Width;
  Acc acc[Width];
#pragma unroll
  for (int v = 0; v < Width; ++v) acc[v] = op.identity();
  if (output < p.outputs) {
    const In* from = in + p.kept.at(output);
#pragma unroll
    for (int v = 0; v < Width; ++v) acc[v] = start(op, from + v, p);
    const int64_t begin = blockIdx.y * p.chunk;
    const int64_t end = begin + p.chunk < p.count ? begin + p.chunk : p.count;
    auto walk = [&](const auto& offset_of) {
      for (int64_t k = begin + threadIdx.y; k < end; k += kColumnRows * kColumnUnroll) {
        VectorWords<In, Width> x[kColumnUnroll];
#pragma unroll
        for (int u = 0; u < kColumnUnroll; ++u) {
          if (k + u * kColumnRows < end) x[u].load(from + offset_of(k + u * kColumnRows));
        }
#pragma unroll
        for (int u = 0; u < kColumnUnroll; ++u) {
          if (k + u * kColumnRows >= end) break;
          const Vector<In, Width> values = x[u].elements();
#pragma unroll
          for (int v = 0; v < Width; ++v) acc[v] = op.reduce(acc[v], values[v], k + u * kColumnRows);
        }
      }
    };
    if (p.reduced.ndim <= 1) {
      const int64_t stride = p.reduced.strides[0];
      walk([&](int64_t k) { return k * stride; });
    } else {
      walk([&](int64_t k) { return p.reduced.at(k); });
    }
  }
#pragma unroll
  for (int v = 0; v < Width; ++v) scratch[(threadIdx.y * Width + v) * 32 + threadIdx.x] = acc[v];
  __syncthreads();
  // The rows of threads share the columns out among themselves, neighbours in memory to neighbours.
  for (int column = threadIdx.y * 32 + threadIdx.x; column < 32 * Width; column += 32 * kColumnRows) {
    const int v = column % Width, x = column / Width;
    Acc total = scratch[v * 32 + x];
    for (int y = 1; y < kColumnRows; ++y) total = op.combine(total, scratch[(y * Width + v) * 32 + x]);
    const int64_t at = static_cast<int64_t>(blockIdx.x) * 32 * Width + column;
    if (at < p.outputs) finish(op, partials, p, at, total);
  }
}

inline constexpr int kPartialRows = 32;

/// Combines parts that lie as (splits, outputs); blocks of (32 outputs, up to kPartialRows splits).
template <typename Op>
__global__ void __launch_bounds__(32 * kPartialRows)
    reduce_partial_columns(Op op, const typename Op::Acc* __restrict__ partials, int64_t outputs, int splits) {
  using Acc = typename Op::Acc;
  constexpr int kUnroll = 4;
  __shared__ alignas(16) char memory[kPartialRows * 32 * sizeof(Acc)];
  Acc* scratch = reinterpret_cast<Acc*>(memory);
  const int64_t output = static_cast<int64_t>(blockIdx.x) * 32 + threadIdx.x;
  const int rows = static_cast<int>(blockDim.y);
  Acc acc = op.identity();
  if (output < outputs) {
    for (int i = threadIdx.y; i < splits; i += rows * kUnroll) {
      Acc part[kUnroll];
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) {
        if (i + u * rows < splits) part[u] = partials[(i + u * rows) * outputs + output];
      }
#pragma unroll
      for (int u = 0; u < kUnroll; ++u) {
        if (i + u * rows < splits) acc = op.combine(acc, part[u]);
      }
    }
  }
  scratch[threadIdx.y * 32 + threadIdx.x] = acc;
  for (int half = rows / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.y >= half) continue;
    acc = op.combine(acc, scratch[(threadIdx.y + half) * 32 + threadIdx.x]);
    scratch[threadIdx.y * 32 + threadIdx.x] = acc;
  }
  if (threadIdx.y == 0 && output < outputs) op.write(output, acc);
}

template <typename Op>
__global__ void __launch_bounds__(kReduceThreads)
    reduce_partials(Op op, const typename Op::Acc* __restrict__ partials, int64_t outputs, int splits) {
  using Acc = typename Op::Acc;
  const int64_t output = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  Acc acc = op.identity();
  if (output < outputs) {
    for (int i = threadIdx.x; i < splits; i += blockDim.x) acc = op.combine(acc, partials[output * splits + i]);
  }
  acc = combine_x(op, acc);
  if (threadIdx.x == 0 && output < outputs) op.write(output, acc);
}

inline int64_t power_of_two_up_to(int64_t limit) {
  int64_t p = 1;
  while (p * 2 <= limit) p *= 2;
  return p;
}

/// Parts a reduction is cut into so that about `wanted` blocks run; each keeps at least `least` elements and starts on
/// a multiple of `grain`.
inline void choose_splits(ReduceArguments& p, int64_t blocks, int64_t wanted, int64_t least, int64_t grain) {
  int64_t splits = blocks >= wanted ? 1 : std::min((wanted + blocks - 1) / blocks, p.count / least);
  splits = std::clamp<int64_t>(splits, 1, 1024);
  p.chunk = std::max<int64_t>((p.count + splits - 1) / splits, 1);
  p.chunk = (p.chunk + grain - 1) / grain * grain;
  p.splits = static_cast<int>(std::max<int64_t>((p.count + p.chunk - 1) / p.chunk, 1));
}

/// How the types of a reduction shape its launch.
struct ReduceTypes {
  int width;         // elements of the input in 16 bytes
  int column_width;  // columns that a thread of reduce_columns takes
  int column_blocks;
  size_t in_bytes;   // of an element
  size_t acc_bytes;  // of an accumulator
  bool ordered;
};

/// Which kernels a reduction runs, and how.
struct ReducePlan {
  enum Kernel { Rows, Columns, WideColumns };
  ReduceArguments p;
  Kernel kernel;
  dim3 grid, block;            // of that kernel
  dim3 last_grid, last_block;  // of the kernel that combines parts, where p.splits > 1
  Tensor memory;               // for the partial results then; freed in stream order
};

/// Made once for all types: see Note [Launches by address]. Not called for no outputs.
VT_NOINLINE inline ReducePlan plan_reduce(Stream stream, const Tensor& input, const ReduceShape& shape,
                                          const ReduceTypes& types) {
  const ReduceDims &kept = shape.kept, &reduced = shape.reduced;
  ReducePlan plan{.p = {ReduceOffsets(kept), ReduceOffsets(reduced), kept.count, reduced.count, 0, 1, false}};
  ReduceArguments& p = plan.p;
  const int64_t processors = device_properties(stream.device).multi_processor_count;
  const int width = types.width, column_width = types.column_width;
  auto aligned = [&](int items) { return is_aligned(input.data(), types.in_bytes * static_cast<size_t>(items)); };

  const bool by_rows = reduced.ndim == 0 || (reduced.ndim == 1 && reduced.strides[0] == 1);
  const bool by_columns = !by_rows && kept.ndim > 0 && kept.strides[0] == 1 && kept.sizes[0] >= 8;
  if (by_columns) {
    bool vectors = column_width > 1 && kept.sizes[0] % column_width == 0 && aligned(column_width);
    for (int d = 1; d < kept.ndim; ++d) vectors = vectors && kept.strides[d] % column_width == 0;
    for (int d = 0; d < reduced.ndim; ++d) vectors = vectors && reduced.strides[d] % column_width == 0;
    const int64_t blocks = blocks_for(p.outputs, 32 * (vectors ? column_width : 1));
    // As many blocks as run at once: one more would take as long as all of them.
    choose_splits(p, blocks, processors * types.column_blocks - blocks + 1, 32, kColumnRows);
    p.output_step = 1;
    p.split_step = p.outputs;
    plan.kernel = vectors ? ReducePlan::WideColumns : ReducePlan::Columns;
    plan.grid = dim3(static_cast<unsigned>(blocks), static_cast<unsigned>(p.splits));
    plan.block = dim3(32, kColumnRows);
  } else {
    p.vectors = width > 1 && by_rows && aligned(width);
    for (int d = 0; d < kept.ndim; ++d) p.vectors = p.vectors && kept.strides[d] % width == 0;
    const int64_t items = p.vectors ? (p.count + width - 1) / width : p.count;
    const int64_t x = std::clamp<int64_t>(power_of_two_up_to((items + 3) / 4), 1, kReduceThreads);
    const int64_t y = x >= 256 ? 1 : x > 32 ? 1 : 256 / x;
    const int64_t blocks = blocks_for(p.outputs, y);
    choose_splits(p, blocks, processors * 4, x * (p.vectors ? width : 1) * 4, 64);
    p.output_step = p.splits;
    p.split_step = 1;
    plan.kernel = ReducePlan::Rows;
    plan.grid = dim3(static_cast<unsigned>(blocks), static_cast<unsigned>(p.splits));
    plan.block = dim3(static_cast<unsigned>(x), static_cast<unsigned>(y));
  }
  if (p.splits > 1) {
    const auto bytes = p.outputs * p.splits * static_cast<int64_t>(types.acc_bytes);
    plan.memory = empty({&bytes, 1}, DType::uint8, input.device());
    if (by_columns) {
      plan.last_grid = dim3(blocks_for(p.outputs, 32));
      plan.last_block = dim3(32, static_cast<unsigned>(power_of_two_up_to(std::min(p.splits, kPartialRows))));
    } else {
      const int64_t x = power_of_two_up_to(std::min<int64_t>(p.splits, 256));
      const int64_t y = x > 32 ? 1 : 256 / x;
      plan.last_grid = dim3(blocks_for(p.outputs, y));
      plan.last_block = dim3(static_cast<unsigned>(x), static_cast<unsigned>(y));
    }
  }
  return plan;
}

/// The kernels of one op, by address.
struct ReduceKernels {
  const void* first[3];  // by ReducePlan::Kernel
  const void* partials;
  const void* partial_columns;
};

VT_NOINLINE inline void run_reduce(const char* name, Stream stream, const Tensor& input, IntSpan dims,
                                   const ReduceTypes& types, const ReduceKernels& kernels, const void* op,
                                   const StorageImpl* output, const StorageImpl* second_output) {
  const ReduceShape shape = make_reduce_shape(input, dims, types.ordered);
  if (shape.kept.count == 0) return;
  ReducePlan plan = plan_reduce(stream, input, shape, types);
  const StorageImpl* memory = plan.memory.defined() ? plan.memory.storage().get() : nullptr;
  void* partials = memory != nullptr ? plan.memory.data() : nullptr;
  const void* in = input.data();

  void* arguments[] = {&in, const_cast<void*>(op), &partials, &plan.p, nullptr};
  const StorageImpl* storages[] = {input.storage().get(), output, second_output, memory};
  launch_kernel({name, stream, plan.grid, plan.block}, kernels.first[plan.kernel], arguments, storages);
  if (memory == nullptr) return;
  void* last_arguments[] = {const_cast<void*>(op), &partials, &plan.p.outputs, &plan.p.splits, nullptr};
  const StorageImpl* last_storages[] = {memory, output, second_output};
  const void* last = plan.kernel == ReducePlan::Rows ? kernels.partials : kernels.partial_columns;
  launch_kernel({name, stream, plan.last_grid, plan.last_block}, last, last_arguments, last_storages);
}

}  // namespace detail

/// Reduces `input` over `dims` (empty: all); result number i goes to op.write(i, ...), i in the order of a contiguous
/// output. `outputs` are the storages that op writes to. Empty reductions write op.identity().
template <typename In, typename Op>
void launch_reduce(const char* name, Stream stream, const Tensor& input, IntSpan dims, const Op& op,
                   const StorageImpl* output, const StorageImpl* second_output = nullptr) {
  static_assert(std::is_trivially_copyable_v<Op> && std::is_trivially_copyable_v<typename Op::Acc>);
  constexpr int kWidth = kVectorWidth<In>;
  using Acc = typename Op::Acc;
  constexpr int kColumnWidth = detail::kColumnWidth<In, Acc>;
  const detail::ReduceTypes types{kWidth,     kColumnWidth, detail::kColumnBlocks<Acc>,
                                  sizeof(In), sizeof(Acc),  Op::kOrdered};
  const detail::ReduceKernels kernels{{reinterpret_cast<const void*>(detail::reduce_rows<In, Op>),
                                       reinterpret_cast<const void*>(detail::reduce_columns<In, 1, Op>),
                                       reinterpret_cast<const void*>(detail::reduce_columns<In, kColumnWidth, Op>)},
                                      reinterpret_cast<const void*>(detail::reduce_partials<Op>),
                                      reinterpret_cast<const void*>(detail::reduce_partial_columns<Op>)};
  detail::run_reduce(name, stream, input, dims, types, kernels, &op, output, second_output);
}

}  // namespace vt::cuda
