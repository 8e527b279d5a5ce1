// Copies within one CUDA device: flat, transposing, strided, and with a change of dtype.
#include "core/convert.h"
#include "cuda/copy.h"
#include "dispatch/registry.h"
#include "iter/cuda_loops.cuh"
#include "iter/cuda_reduce.cuh"
#include "iter/stored_cast.h"
#include "ops/copy/kernels.h"
#include "ops/copy/plan_loop.h"
#include "ops/copy/waiting_terms.h"

namespace vt {
namespace {

using cuda::Loop;
using cuda::Stream;

struct Identity {
  template <typename T>
  __device__ T operator()(T x) const {
    return x;
  }
};

template <typename To>
struct ConvertTo {
  template <typename From>
  __device__ To operator()(From x) const {
    return convert<To>(x);
  }
};

// ---- the same dtype: bits of the element's size ----

template <typename Bits>
void copy_bits(const Loop& whole) {
  Loop loop = whole;
  loop.operands[0].dtype = loop.operands[1].dtype = dtype_of<Bits>;
  cuda::launch_loop<Bits, Bits, 1>(loop, Identity{});
}

void copy_same(const Loop& loop) {
  switch (size_of(loop.operands[0].dtype)) {
    case 1: return copy_bits<uint8_t>(loop);
    case 2: return copy_bits<int16_t>(loop);
    case 4: return copy_bits<int32_t>(loop);
    case 8: return copy_bits<int64_t>(loop);
    default: return copy_bits<complex<double>>(loop);
  }
}

// ---- transposing: the side that is read and the side that is written step along different dims ----

constexpr int kTile = 64;
constexpr int kTileThreads = 256;

struct TransposeArguments {
  cuda::detail::ReduceOffsets to_batch, from_batch;
  int64_t rows, columns;        // columns are contiguous in `from`, rows in `to`
  int64_t from_row, to_column;  // strides in elements
  int64_t tiles_down, tiles_across;
};

// A 64 x 64 tile goes through shared memory; Width elements per access on both sides.
template <typename Bits, int Width>
__global__ void __launch_bounds__(kTileThreads) transpose_tile(Bits* to, const Bits* from, TransposeArguments p) {
  constexpr int kPad = sizeof(Bits) >= 4 ? 1 : 4 / static_cast<int>(sizeof(Bits));
  constexpr int kPerRow = kTile / Width;
  constexpr int kRowsAtOnce = kTileThreads / kPerRow;
  __shared__ Bits tile[kTile][kTile + kPad];
  int64_t block = blockIdx.x;
  const int64_t across = block % p.tiles_across;
  block /= p.tiles_across;
  const int64_t down = block % p.tiles_down;
  const int64_t batch = block / p.tiles_down;
  from += p.from_batch.at(batch);
  to += p.to_batch.at(batch);
  const int64_t row0 = down * kTile, column0 = across * kTile;
  const int fast = threadIdx.x % kPerRow * Width, slow = threadIdx.x / kPerRow;
#pragma unroll
  for (int r = slow; r < kTile; r += kRowsAtOnce) {
    if (row0 + r < p.rows && column0 + fast < p.columns) {
      const auto x = cuda::load_vector<Width>(from + (row0 + r) * p.from_row + column0 + fast);
#pragma unroll
      for (int v = 0; v < Width; ++v) tile[r][fast + v] = x[v];
    }
  }
  __syncthreads();
#pragma unroll
  for (int c = slow; c < kTile; c += kRowsAtOnce) {
    if (column0 + c < p.columns && row0 + fast < p.rows) {
      cuda::Vector<Bits, Width> x;
#pragma unroll
      for (int v = 0; v < Width; ++v) x[v] = tile[fast + v][c];
      cuda::store_vector<Width>(to + (column0 + c) * p.to_column + row0 + fast, x);
    }
  }
}

struct TransposeDims {
  int rows, columns;  // places in the plan
};

// The plan's dims to transpose, if that is what it is: `to` steps by 1 along one dim and `from` along another.
bool find_transpose(const CopyPlan& plan, TransposeDims& dims) {
  const int last = plan.ndim() - 1;
  if (last < 1 || plan.ndim() > cuda::kReduceDims || plan.inner_to() != 1 || plan.inner_from() < 2) return false;
  for (int d = 0; d < last; ++d) {
    const auto i = static_cast<size_t>(d);
    if (plan.from_strides[i] == 1 && plan.sizes[i] >= 16 && plan.inner_size() >= 16) {
      dims = {last, d};
      return true;
    }
  }
  return false;
}

template <typename Bits>
void transpose(const CopyPlan& plan, TransposeDims dims, Stream stream, const Tensor& to, const Tensor& from) {
  constexpr int kWidth = sizeof(Bits) >= 4 ? static_cast<int>(16 / sizeof(Bits)) : 4;
  const auto r = static_cast<size_t>(dims.rows), c = static_cast<size_t>(dims.columns);
  cuda::ReduceDims to_batch, from_batch;
  auto* to_data = static_cast<Bits*>(to.data());
  const auto* from_data = static_cast<const Bits*>(from.data());
  const int64_t from_row = plan.from_strides[r], to_column = plan.to_strides[c];
  bool vectors = plan.sizes[r] % kWidth == 0 && plan.sizes[c] % kWidth == 0 && from_row % kWidth == 0 &&
                 to_column % kWidth == 0 && cuda::is_aligned(to_data, sizeof(Bits) * kWidth) &&
                 cuda::is_aligned(from_data, sizeof(Bits) * kWidth);
  for (int d = plan.ndim() - 1; d >= 0; --d) {
    const auto i = static_cast<size_t>(d);
    if (i == r || i == c) continue;
    for (auto [batch, strides] : {std::pair(&to_batch, &plan.to_strides), std::pair(&from_batch, &plan.from_strides)}) {
      batch->sizes[batch->ndim] = plan.sizes[i];
      batch->strides[batch->ndim] = (*strides)[i];
      batch->count *= plan.sizes[i];
      batch->ndim++;
      vectors = vectors && (*strides)[i] % kWidth == 0;
    }
  }
  TransposeArguments p{cuda::detail::ReduceOffsets(to_batch),
                       cuda::detail::ReduceOffsets(from_batch),
                       plan.sizes[r],
                       plan.sizes[c],
                       from_row,
                       to_column,
                       (plan.sizes[r] + kTile - 1) / kTile,
                       (plan.sizes[c] + kTile - 1) / kTile};
  const int64_t blocks = p.tiles_down * p.tiles_across * to_batch.count;
  VT_CHECK(blocks <= INT32_MAX, NotImplemented, "a transposing copy of more than 2^31 tiles is not implemented");
  const cuda::LaunchConfig config{"copy_", stream, dim3(static_cast<unsigned>(blocks)), dim3(kTileThreads)};
  cuda::launch(config, {to.storage().get(), from.storage().get()},
               vectors ? transpose_tile<Bits, kWidth> : transpose_tile<Bits, 1>, to_data, from_data, p);
}

// ---- a change of dtype ----

// Converts an element to To from a dtype that is known at launch only: one kernel per destination dtype, for the pairs
// that are rare.
template <typename To>
struct IntoDType {
  static __device__ void move(char* to, DType, const char* from, DType dtype) {
    switch (dtype) {
#define VT_DTYPE(name, type, category, bytes, numpy) \
  case DType::name: *reinterpret_cast<To*>(to) = convert<To>(*reinterpret_cast<const type*>(from)); break;
#include "core/dtype.def"
#undef VT_DTYPE
      default: break;
    }
  }
};

template <typename To, typename From>
__device__ To convert_stored(From x) {
  if constexpr (set_of(dtype_of<To>) == kOpaqueSet || set_of(dtype_of<From>) == kOpaqueSet) {
    return To();
  } else if constexpr (set_of(dtype_of<To>) == kStoredSet || set_of(dtype_of<From>) == kStoredSet) {
    return through_way<To>(x);
  } else {
    return convert<To>(x);
  }
}

// Between two dtypes of which one is stored, through the one of iter/stored_cast.h that lies between them.
template <typename Way>
struct ThroughWay {
  static __device__ void move(char* to, DType to_dtype, const char* from, DType from_dtype) {
    Way way{};
    switch (from_dtype) {
#define VT_DTYPE(name, type, category, bytes, numpy) \
  case DType::name: way = convert_stored<Way>(*reinterpret_cast<const type*>(from)); break;
#define VT_STORED_DTYPE VT_DTYPE
#include "core/dtype.def"
#undef VT_STORED_DTYPE
#undef VT_DTYPE
    }
    switch (to_dtype) {
#define VT_DTYPE(name, type, category, bytes, numpy) \
  case DType::name: *reinterpret_cast<type*>(to) = convert_stored<type>(way); break;
#define VT_STORED_DTYPE VT_DTYPE
#include "core/dtype.def"
#undef VT_STORED_DTYPE
#undef VT_DTYPE
    }
  }
};

struct ConvertArguments {
  cuda::Offsets<2> offsets;
  char* to;
  const char* from;
  uint32_t count;
  DType to_dtype, from_dtype;
};

template <typename Move>
__global__ void __launch_bounds__(cuda::kLoopThreads) convert_each(ConvertArguments p) {
  const uint32_t first = blockIdx.x * (cuda::kLoopThreads * 2) + threadIdx.x;
#pragma unroll
  for (int u = 0; u < 2; ++u) {
    const uint32_t element = first + u * cuda::kLoopThreads;
    if (element >= p.count) return;
    uint32_t offsets[2];
    p.offsets.at(element, offsets);
    Move::move(p.to + offsets[0], p.to_dtype, p.from + offsets[1], p.from_dtype);
  }
}

template <typename Move>
void launch_convert(const Loop& loop) {
  if (!cuda::fits_32_bit(loop)) {
    Loop first = loop;
    const Loop second = cuda::split_loop(first);
    launch_convert<Move>(first);
    launch_convert<Move>(second);
    return;
  }
  ConvertArguments p;
  p.to = loop.operands[0].data;
  p.from = loop.operands[1].data;
  p.count = static_cast<uint32_t>(loop.numel());
  p.to_dtype = loop.operands[0].dtype;
  p.from_dtype = loop.operands[1].dtype;
  p.offsets.ndim = loop.ndim;
  for (int d = 0; d < loop.ndim; ++d) {
    p.offsets.dividers[d] = cuda::FastDivider(static_cast<uint32_t>(loop.sizes[d]));
    for (int i = 0; i < 2; ++i) p.offsets.strides[d][i] = static_cast<uint32_t>(loop.operands[i].strides[d]);
  }
  const cuda::LaunchConfig config{loop.op, loop.stream, dim3(cuda::blocks_for(p.count, cuda::kLoopThreads * 2)),
                                  dim3(cuda::kLoopThreads)};
  cuda::launch(config, {loop.operands[0].storage, loop.operands[1].storage}, convert_each<Move>, p);
}

// The floating dtypes among each other, and what becomes a float most often, have vector kernels.
template <typename To>
bool convert_common(const Loop& loop) {
  switch (loop.operands[1].dtype) {
    case DType::float32: return cuda::launch_loop<float, To, 1>(loop, ConvertTo<To>{}), true;
    case DType::bfloat16: return cuda::launch_loop<bfloat16, To, 1>(loop, ConvertTo<To>{}), true;
    case DType::float16: return cuda::launch_loop<float16, To, 1>(loop, ConvertTo<To>{}), true;
    case DType::int64: return cuda::launch_loop<int64_t, To, 1>(loop, ConvertTo<To>{}), true;
    case DType::bool_: return cuda::launch_loop<bool, To, 1>(loop, ConvertTo<To>{}), true;
    default: return false;
  }
}

void copy_converting(const Loop& loop) {
  const DType to = loop.operands[0].dtype, from = loop.operands[1].dtype;
  if (is_stored_only(to) || is_stored_only(from)) {
    check_convertible(to, from);
    return visit_way(to, from, [&](auto tag) { launch_convert<ThroughWay<typename decltype(tag)::type>>(loop); });
  }
  switch (to) {
    case DType::float32:
      if (convert_common<float>(loop)) return;
      break;
    case DType::bfloat16:
      if (convert_common<bfloat16>(loop)) return;
      break;
    case DType::float16:
      if (convert_common<float16>(loop)) return;
      break;
    default: break;
  }
  visit_dtype<kAllSet>(to, [&](auto tag) { launch_convert<IntoDType<typename decltype(tag)::type>>(loop); });
}

void strided_copy_cuda(const Tensor& to, const Tensor& from) {
  if (waiting::wait_to_copy(to, from)) return;
  const Stream stream = cuda::current_stream(to.device().index);
  const CopyPlan plan = plan_copy(to.sizes(), to.strides(), from.strides());
  if (to.dtype() == from.dtype()) {
    const bool flat = plan.ndim() == 0 || (plan.ndim() == 1 && plan.inner_to() == 1 && plan.inner_from() == 1);
    if (flat) {
      cuda::copy_on_device(to.data(), from.data(), static_cast<size_t>(to.numel()) * size_of(to.dtype()), stream,
                           {to.storage().get(), from.storage().get()});
      return;
    }
    if (TransposeDims dims; find_transpose(plan, dims)) {
      switch (size_of(to.dtype())) {
        case 1: return transpose<uint8_t>(plan, dims, stream, to, from);
        case 2: return transpose<uint16_t>(plan, dims, stream, to, from);
        case 4: return transpose<uint32_t>(plan, dims, stream, to, from);
        case 8: return transpose<uint64_t>(plan, dims, stream, to, from);
        default: break;
      }
    }
    cuda::for_each_plan_loop(plan, "copy_", stream, to, from, copy_same);
    return;
  }
  cuda::for_each_plan_loop(plan, "copy_", stream, to, from, copy_converting);
}

}  // namespace

void register_strided_copy_cuda(Registry&) { strided_copy.cuda(strided_copy_cuda); }

}  // namespace vt
