// Launches a scalar function over operands of any shape.
//
// Two kernels per function and dtype. vector_loop moves 16 bytes at a time and takes what is contiguous, or contiguous
// along the innermost dim with anything (broadcasts too) outside it; operands that are one number, on the host or with
// an inner stride of 0, are spread over the vector. strided_loop takes the rest, and for float32 it reads and writes
// the 16-bit floats directly.
#pragma once

#include <utility>

#include "core/dtype.h"
#include "cuda/launch.h"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_loop.h"
#include "iter/cuda_vector.cuh"

namespace vt::cuda {

inline constexpr int kLoopThreads = 256;

/// Byte offsets of `Operands` operands at a flat index; dims innermost first.
template <int Operands>
struct Offsets {
  int ndim = 0;
  FastDivider dividers[kLoopDims];
  uint32_t strides[kLoopDims][Operands];

  __device__ __forceinline__ void at(uint32_t index, uint32_t (&offsets)[Operands]) const {
#pragma unroll
    for (int i = 0; i < Operands; ++i) offsets[i] = 0;
#pragma unroll
    for (int d = 0; d < kLoopDims; ++d) {
      if (d == ndim) break;
      uint32_t quotient, remainder;
      dividers[d].split(index, quotient, remainder);
      index = quotient;
#pragma unroll
      for (int i = 0; i < Operands; ++i) offsets[i] += remainder * strides[d][i];
    }
  }
};

/// Numbers that take the place of inputs, by bit of `mask`.
template <typename Compute, int Inputs>
struct HostScalars {
  uint32_t mask = 0;
  Compute values[Inputs > 0 ? Inputs : 1];
};

template <int Inputs>
struct LoopArguments {
  char* out;
  const char* in[Inputs > 0 ? Inputs : 1];
  Offsets<Inputs + 1> offsets;  // over vectors in vector_loop, over elements in strided_loop
  int64_t count;                // of vectors, or elements
  int tail;                     // vector_loop: elements after the last whole vector (flat loops only)
  uint32_t repeated;            // vector_loop: inputs with an inner stride of 0, by bit
  DType dtypes[Inputs + 1];     // strided_loop
};

namespace detail {

template <typename Stored, typename F, typename Compute, size_t... I>
__device__ __forceinline__ Stored apply_loop(const F& f, const Compute* x, std::index_sequence<I...>) {
  return static_cast<Stored>(f(x[I]...));
}

/// float32 functions read and write the 16-bit floats without a cast kernel before or after.
template <typename Stored>
__device__ __forceinline__ Stored load_as(const char* from, DType dtype) {
  if constexpr (std::is_same_v<Stored, float>) {
    if (dtype == DType::bfloat16) return static_cast<float>(*reinterpret_cast<const bfloat16*>(from));
    if (dtype == DType::float16) return static_cast<float>(*reinterpret_cast<const float16*>(from));
  }
  return *reinterpret_cast<const Stored*>(from);
}
template <typename Stored>
__device__ __forceinline__ void store_as(char* to, DType dtype, Stored value) {
  if constexpr (std::is_same_v<Stored, float>) {
    if (dtype == DType::bfloat16) {
      *reinterpret_cast<bfloat16*>(to) = bfloat16(value);
      return;
    }
    if (dtype == DType::float16) {
      *reinterpret_cast<float16*>(to) = float16(value);
      return;
    }
  }
  *reinterpret_cast<Stored*>(to) = value;
}

template <typename In, typename Out, int Inputs, int Width, int Unroll, typename F>
__global__ void __launch_bounds__(kLoopThreads)
    vector_loop(F f, LoopArguments<Inputs> p, HostScalars<opmath_t<In>, Inputs> scalars) {
  using Compute = opmath_t<In>;
  constexpr int kSlots = Inputs > 0 ? Inputs : 1;
  const auto indices = std::make_index_sequence<Inputs>();
  const int64_t first = static_cast<int64_t>(blockIdx.x) * (kLoopThreads * Unroll) + threadIdx.x;
  Vector<In, Width> x[Unroll][kSlots];
  int64_t out_offset[Unroll];
#pragma unroll
  for (int u = 0; u < Unroll; ++u) {
    const int64_t vector = first + u * kLoopThreads;
    if (vector >= p.count) break;
    int64_t offsets[Inputs + 1];
    if (p.offsets.ndim == 0) {
      out_offset[u] = vector * static_cast<int64_t>(Width * sizeof(Out));
#pragma unroll
      for (int i = 0; i < Inputs; ++i) offsets[i + 1] = vector * static_cast<int64_t>(Width * sizeof(In));
    } else {
      uint32_t narrow[Inputs + 1];
      p.offsets.at(static_cast<uint32_t>(vector), narrow);
      out_offset[u] = narrow[0];
#pragma unroll
      for (int i = 0; i < Inputs; ++i) offsets[i + 1] = narrow[i + 1];
    }
#pragma unroll
    for (int i = 0; i < Inputs; ++i) {
      if (scalars.mask >> i & 1) continue;
      const In* from = reinterpret_cast<const In*>(p.in[i] + (p.offsets.ndim == 0 && (p.repeated >> i & 1) ? 0 : offsets[i + 1]));
      if (p.repeated >> i & 1) {
        const In value = *from;
#pragma unroll
        for (int v = 0; v < Width; ++v) x[u][i][v] = value;
      } else {
        x[u][i] = load_vector<Width>(from);
      }
    }
  }
#pragma unroll
  for (int u = 0; u < Unroll; ++u) {
    const int64_t vector = first + u * kLoopThreads;
    if (vector >= p.count) break;
    Vector<Out, Width> result;
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      Compute values[kSlots];
#pragma unroll
      for (int i = 0; i < Inputs; ++i) {
        values[i] = scalars.mask >> i & 1 ? scalars.values[i] : static_cast<Compute>(x[u][i][v]);
      }
      result[v] = apply_loop<Out>(f, values, indices);
    }
    store_vector<Width>(reinterpret_cast<Out*>(p.out + out_offset[u]), result);
  }
  if (blockIdx.x == 0 && static_cast<int>(threadIdx.x) < p.tail) {
    const int64_t element = p.count * Width + threadIdx.x;
    Compute values[kSlots];
#pragma unroll
    for (int i = 0; i < Inputs; ++i) {
      if (scalars.mask >> i & 1) {
        values[i] = scalars.values[i];
      } else {
        values[i] = static_cast<Compute>(reinterpret_cast<const In*>(p.in[i])[p.repeated >> i & 1 ? 0 : element]);
      }
    }
    reinterpret_cast<Out*>(p.out)[element] = apply_loop<Out>(f, values, indices);
  }
}

template <typename In, typename Out, int Inputs, int Unroll, typename F>
__global__ void __launch_bounds__(kLoopThreads)
    strided_loop(F f, LoopArguments<Inputs> p, HostScalars<opmath_t<In>, Inputs> scalars) {
  using Compute = opmath_t<In>;
  constexpr int kSlots = Inputs > 0 ? Inputs : 1;
  const auto indices = std::make_index_sequence<Inputs>();
  const uint32_t first = blockIdx.x * (kLoopThreads * Unroll) + threadIdx.x;
  Compute values[Unroll][kSlots];
  uint32_t out_offset[Unroll];
#pragma unroll
  for (int u = 0; u < Unroll; ++u) {
    const uint32_t element = first + u * kLoopThreads;
    if (element >= p.count) break;
    uint32_t offsets[Inputs + 1];
    p.offsets.at(element, offsets);
    out_offset[u] = offsets[0];
#pragma unroll
    for (int i = 0; i < Inputs; ++i) {
      values[u][i] = scalars.mask >> i & 1
                         ? scalars.values[i]
                         : static_cast<Compute>(load_as<In>(p.in[i] + offsets[i + 1], p.dtypes[i + 1]));
    }
  }
#pragma unroll
  for (int u = 0; u < Unroll; ++u) {
    const uint32_t element = first + u * kLoopThreads;
    if (element >= p.count) break;
    store_as<Out>(p.out + out_offset[u], p.dtypes[0], apply_loop<Out>(f, values[u], indices));
  }
}

template <typename Compute>
Compute read_host_scalar(const LoopOperand& operand) {
  return visit_dtype<kAllSet>(operand.dtype, [&](auto tag) -> Compute {
    using Stored = typename decltype(tag)::type;
    const Stored value = *reinterpret_cast<const Stored*>(operand.data);
    if constexpr (is_complex_v<Compute>) {
      return Compute(value);
    } else if constexpr (is_complex_v<Stored>) {
      return static_cast<Compute>(value.re);
    } else {
      return static_cast<Compute>(value);
    }
  });
}

/// Whether operands, dtypes and alignment allow vector_loop.
template <typename In, typename Out, int Inputs>
bool can_vectorise(const Loop& loop, int width) {
  if (width == 1) return false;
  const bool flat = loop.ndim <= 1;
  if (!flat && loop.sizes[0] % width != 0) return false;
  for (int i = 0; i <= Inputs; ++i) {
    const LoopOperand& operand = loop.operands[i];
    if (operand.is_host_scalar) continue;
    const DType wanted = i == 0 ? dtype_of<Out> : dtype_of<In>;
    if (operand.dtype != wanted) return false;
    const int64_t bytes = static_cast<int64_t>(size_of(wanted));
    const bool repeated = i > 0 && loop.ndim > 0 && loop.operands[i].strides[0] == 0;
    if (repeated) continue;
    if (loop.ndim > 0 && operand.strides[0] != bytes) return false;
    if (!is_aligned(operand.data, static_cast<size_t>(bytes * width))) return false;
    for (int d = 1; d < loop.ndim; ++d) {
      if (operand.strides[d] % (bytes * width) != 0) return false;
    }
  }
  return true;
}

template <int Inputs>
void fill_arguments(const Loop& loop, LoopArguments<Inputs>& p) {
  p.out = loop.operands[0].data;
  for (int i = 0; i < Inputs; ++i) p.in[i] = loop.operands[i + 1].data;
  for (int i = 0; i <= Inputs; ++i) p.dtypes[i] = loop.operands[i].dtype;
  p.offsets.ndim = loop.ndim;
  for (int d = 0; d < loop.ndim; ++d) {
    p.offsets.dividers[d] = FastDivider(static_cast<uint32_t>(loop.sizes[d]));
    for (int i = 0; i <= Inputs; ++i) p.offsets.strides[d][i] = static_cast<uint32_t>(loop.operands[i].strides[d]);
  }
  p.tail = 0;
  p.repeated = 0;
}

template <typename In, typename Out, int Inputs, typename F>
void launch_part(const Loop& loop, const F& f, const HostScalars<opmath_t<In>, Inputs>& scalars) {
  constexpr int kWidth = kVectorWidth<In> < kVectorWidth<Out> ? kVectorWidth<In> : kVectorWidth<Out>;
  // About 64 bytes of input in flight per thread.
  constexpr int kUnroll = Inputs >= 3 ? 1 : Inputs == 2 ? 2 : 4;
  auto storage = [&](int i) { return i <= Inputs ? loop.operands[i].storage : nullptr; };
  const std::initializer_list<const StorageImpl*> storages = {storage(0), storage(1), storage(2),
                                                              storage(3), storage(4), storage(5)};
  LoopArguments<Inputs> p;
  LaunchConfig config{loop.op, loop.stream, {}, dim3(kLoopThreads)};
  if constexpr (kWidth > 1) {
    if (can_vectorise<In, Out, Inputs>(loop, kWidth)) {
      const int64_t numel = loop.numel();
      if (loop.ndim <= 1) {
        Loop flat = loop;
        flat.ndim = 0;
        fill_arguments(flat, p);
        p.tail = static_cast<int>(numel % kWidth);
      } else {
        Loop vectors = loop;
        vectors.sizes[0] /= kWidth;
        for (int i = 0; i <= Inputs; ++i) vectors.operands[i].strides[0] *= kWidth;
        fill_arguments(vectors, p);
      }
      for (int i = 0; i < Inputs; ++i) {
        if (loop.ndim > 0 && loop.operands[i + 1].strides[0] == 0) p.repeated |= 1u << i;
      }
      p.count = numel / kWidth;
      const int64_t blocks = (p.count + kLoopThreads * kUnroll - 1) / (kLoopThreads * kUnroll);
      config.grid = dim3(static_cast<unsigned>(blocks > 0 ? blocks : 1));  // one block at least, for the tail
      launch(config, storages, vector_loop<In, Out, Inputs, kWidth, kUnroll, F>, f, p, scalars);
      return;
    }
  }
  fill_arguments(loop, p);
  p.count = loop.numel();
  config.grid = dim3(blocks_for(p.count, kLoopThreads * 4));
  launch(config, storages, strided_loop<In, Out, Inputs, 4, F>, f, p, scalars);
}

}  // namespace detail

/// Runs out = f(inputs...) over the loop. `f` takes and returns opmath_t<In> (or what converts to Out), on the device.
/// Inputs are of dtype In and the output of Out; where those are float32, operands may be 16-bit floats as well.
template <typename In, typename Out, int Inputs, typename F>
void launch_loop(const Loop& loop, const F& f) {
  static_assert(Inputs + 1 <= kLoopOperands);
  if (loop.numel() == 0) return;
  HostScalars<opmath_t<In>, Inputs> scalars;
  for (int i = 0; i < Inputs; ++i) {
    if (!loop.operands[i + 1].is_host_scalar) continue;
    scalars.mask |= 1u << i;
    scalars.values[i] = detail::read_host_scalar<opmath_t<In>>(loop.operands[i + 1]);
  }
  const bool flat_vectors = loop.ndim <= 1 && detail::can_vectorise<In, Out, Inputs>(
      loop, kVectorWidth<In> < kVectorWidth<Out> ? kVectorWidth<In> : kVectorWidth<Out>);
  if (flat_vectors || fits_32_bit(loop)) {
    detail::launch_part<In, Out, Inputs>(loop, f, scalars);
    return;
  }
  Loop first = loop;
  const Loop second = split_loop(first);
  launch_loop<In, Out, Inputs>(first, f);
  launch_loop<In, Out, Inputs>(second, f);
}

}  // namespace vt::cuda
