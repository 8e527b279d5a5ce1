// Launches a scalar function over operands of any shape.
//
// Two kernels per function and dtype. vector_loop moves 16 bytes at a time and takes operands of one dtype that are
// contiguous, or contiguous along the innermost dim with anything (broadcasts too) outside it; operands that are one
// number, on the host or with an inner stride of 0, are spread over the vector; a float32 function takes 16-bit floats
// too. mixed_loop takes the rest: any strides and any dtypes, converted where they are read and written.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "core/dtype.h"
#include "cuda/launch.h"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_loop.h"
#include "iter/cuda_stored.cuh"
#include "iter/cuda_vector.cuh"

namespace vt::cuda {

inline constexpr int kLoopThreads = 256;

/// Byte offsets of `Operands` operands at a flat index; dims innermost first.
template <int Operands>
struct Offsets {
  int ndim;
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
  Offsets<Inputs + 1> offsets;  // over vectors in vector_loop, over elements in mixed_loop
  int64_t count;                // of vectors, or elements
  int tail;                     // vector_loop: elements after the last whole vector (flat loops only)
  uint32_t repeated;            // vector_loop: inputs with an inner stride of 0, by bit
  DType dtypes[Inputs + 1];     // mixed_loop
  uint32_t rounds;              // mixed_loop: inputs that become `via` first, by bit
  DType via[Inputs + 1];
  uint8_t bytes[Inputs + 1];  // of an element
};

// Note [Functions called, not inlined]
// A kernel holds a copy of the function for each element that a thread works on. For float32 that buys the arithmetic
// that keeps up with memory; for wider types, of which fewer move per second, one copy behind a call is fast enough and
// keeps the library small. So it is for float32 functions that compute in float64, which specialise kCalled.
template <typename F>
inline constexpr bool kCalled = false;

// Note [Launches by address]
// What launches a kernel depends on the types of the operands and not on the function: it takes the kernel and the
// function by address, so that a unit compiles it once for each of the few combinations of types and not for each of
// its hundred kernels.
struct VectorKernels {
  const void* plain = nullptr;  // vector_loop for `Plain` loops
  const void* other = nullptr;
};
struct RowKernels {
  VectorKernels vectors[3];  // for each type of vector_types
  const void* mixed;
};

namespace detail {

template <typename F, typename... X>
__device__ __noinline__ auto call_function(F f, X... x) {
  return f(x...);
}

template <typename Compute, typename F, typename... X>
__device__ __forceinline__ auto run_function(const F& f, X... x) {
  if constexpr (std::is_same_v<Compute, float> && !kCalled<F>) {
    return f(x...);
  } else {
    return call_function(f, x...);
  }
}

template <typename Stored, bool Mask, typename F, typename Compute, size_t... I>
__device__ __forceinline__ Stored apply_loop(const F& f, const Compute* x, std::index_sequence<I...>) {
  if constexpr (Mask) {
    static_assert(sizeof...(I) == 3);
    return static_cast<Stored>(run_function<Compute>(f, x[0] != Compute(0), x[1], x[2]));
  } else if constexpr (sizeof...(I) == 0) {
    return static_cast<Stored>(f());
  } else {
    return static_cast<Stored>(run_function<Compute>(f, x[I]...));
  }
}

/// How an input of vector_loop is stored.
enum class InputKind { Own, Mask, BFloat16, Float16 };

/// float32 functions take 16-bit floats as they are: mixed precision adds the two all the time.
template <typename In, bool Mask, int Inputs>
__device__ __forceinline__ InputKind input_kind(const LoopArguments<Inputs>& p, int i) {
  if (Mask && i == 0) return InputKind::Mask;
  if (!std::is_same_v<In, float> || p.bytes[i + 1] != 2) return InputKind::Own;
  return p.dtypes[i + 1] == DType::bfloat16 ? InputKind::BFloat16 : InputKind::Float16;
}

/// Elements of one input as they lie in memory: `Width` next to each other, or one that stands for all.
template <typename In, int Width>
struct LoadedInput {
  VectorWords<In, Width> own;
  VectorWords<uint16_t, Width> half;
  VectorWords<bool, Width> mask;
  VectorWords<In, 1> one;

  __device__ __forceinline__ void load(const char* from, InputKind kind, bool repeated) {
    if (repeated) {
      if (kind == InputKind::Mask) {
        one.words[0] = *reinterpret_cast<const uint8_t*>(from);
      } else if (kind == InputKind::Own) {
        one.load(from);
      } else {
        one.words[0] = *reinterpret_cast<const uint16_t*>(from);
      }
    } else if (kind == InputKind::Mask) {
      mask.load(from);
    } else if (kind == InputKind::Own) {
      own.load(from);
    } else {
      half.load(from);
    }
  }

  /// The elements converted. A bool is 0 or 1.
  template <typename Compute>
  __device__ __forceinline__ Vector<Compute, Width> as(InputKind kind, bool repeated) const {
    if (repeated) {
      Compute value = 0;
      const auto bits = static_cast<uint16_t>(one.words[0]);
      switch (kind) {
        case InputKind::Own: value = one.template as<Compute>()[0]; break;
        case InputKind::Mask: value = static_cast<Compute>(bits != 0 ? 1.0f : 0.0f); break;
        case InputKind::BFloat16: value = static_cast<Compute>(static_cast<float>(bfloat16::from_bits(bits))); break;
        case InputKind::Float16: value = static_cast<Compute>(static_cast<float>(float16::from_bits(bits))); break;
      }
      return filled_vector<Compute, Width>(value);
    }
    switch (kind) {
      case InputKind::Own: return own.template as<Compute>();
      case InputKind::Mask: {
        const Vector<uint8_t, Width> bits = VectorWords<uint8_t, Width>{mask.words}.elements();
        Vector<Compute, Width> x;
#pragma unroll
        for (int v = 0; v < Width; ++v) x[v] = static_cast<Compute>(bits[v] != 0 ? 1.0f : 0.0f);
        return x;
      }
      case InputKind::BFloat16: return VectorWords<bfloat16, Width>{half.words}.template as<Compute>();
      default: return VectorWords<float16, Width>{half.words}.template as<Compute>();
    }
  }
};

/// `Plain`: the operands are contiguous and the inputs are vectors of In, of several some may be host scalars; which is
/// most calls. What else a loop may be is looked up in the arguments, and costs a few instructions per element.
template <typename In, typename Out, int Inputs, bool Mask, bool Plain, int Width, int Unroll, typename F>
__global__ void __launch_bounds__(kLoopThreads)
    vector_loop(F f, LoopArguments<Inputs> p, HostScalars<opmath_t<In>, Inputs> scalars) {
  using Compute = opmath_t<In>;
  constexpr int kSlots = Inputs > 0 ? Inputs : 1;
  const auto indices = std::make_index_sequence<Inputs>();
  const bool flat = Plain || p.offsets.ndim == 0;
  auto kind = [&](int i) {
    return Plain ? (Mask && i == 0 ? InputKind::Mask : InputKind::Own) : input_kind<In, Mask>(p, i);
  };
  auto is_scalar = [&](int i) { return (!Plain || Inputs > 1) && (scalars.mask >> i & 1); };
  auto is_repeated = [&](int i) { return !Plain && (p.repeated >> i & 1); };
  auto bytes = [&](int i) {
    return Plain ? static_cast<int>(Mask && i == 0 ? sizeof(bool) : sizeof(In)) : p.bytes[i + 1];
  };
  const int64_t first = static_cast<int64_t>(blockIdx.x) * (kLoopThreads * Unroll) + threadIdx.x;
  // All loads first: none waits for another.
  LoadedInput<In, Width> loaded[Unroll][kSlots];
  int64_t out_offset[Unroll];
#pragma unroll
  for (int u = 0; u < Unroll; ++u) {
    const int64_t vector = first + u * kLoopThreads;
    if (vector >= p.count) break;
    int64_t offsets[Inputs + 1];
    if (flat) {
      out_offset[u] = vector * static_cast<int64_t>(Width * sizeof(Out));
#pragma unroll
      for (int i = 0; i < Inputs; ++i) offsets[i + 1] = is_repeated(i) ? 0 : vector * (Width * bytes(i));
    } else {
      uint32_t narrow[Inputs + 1];
      p.offsets.at(static_cast<uint32_t>(vector), narrow);
      out_offset[u] = narrow[0];
#pragma unroll
      for (int i = 0; i < Inputs; ++i) offsets[i + 1] = narrow[i + 1];
    }
#pragma unroll
    for (int i = 0; i < Inputs; ++i) {
      if (!is_scalar(i)) loaded[u][i].load(p.in[i] + offsets[i + 1], kind(i), is_repeated(i));
    }
  }
#pragma unroll
  for (int u = 0; u < Unroll; ++u) {
    const int64_t vector = first + u * kLoopThreads;
    if (vector >= p.count) break;
    Vector<Compute, Width> x[kSlots];
#pragma unroll
    for (int i = 0; i < Inputs; ++i) {
      x[i] = is_scalar(i) ? filled_vector<Compute, Width>(scalars.values[i])
                          : loaded[u][i].template as<Compute>(kind(i), is_repeated(i));
    }
    Vector<Out, Width> result;
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      Compute values[kSlots];
#pragma unroll
      for (int i = 0; i < Inputs; ++i) values[i] = x[i][v];
      result[v] = apply_loop<Out, Mask>(f, values, indices);
    }
    store_vector<Width>(reinterpret_cast<Out*>(p.out + out_offset[u]), result);
  }
  if (blockIdx.x == 0 && static_cast<int>(threadIdx.x) < p.tail) {
    const int64_t element = p.count * Width + threadIdx.x;
    Compute values[kSlots];
#pragma unroll
    for (int i = 0; i < Inputs; ++i) {
      if (is_scalar(i)) {
        values[i] = scalars.values[i];
      } else {
        LoadedInput<In, 1> one;
        one.load(p.in[i] + (is_repeated(i) ? 0 : element * bytes(i)), kind(i), true);
        values[i] = one.template as<Compute>(kind(i), true)[0];
      }
    }
    reinterpret_cast<Out*>(p.out)[element] = apply_loop<Out, Mask>(f, values, indices);
  }
}

template <typename Compute, typename Given, int Inputs, bool Mask, int Unroll, typename F>
__global__ void __launch_bounds__(kLoopThreads)
    mixed_loop(F f, LoopArguments<Inputs> p, HostScalars<Compute, Inputs> scalars) {
  constexpr int kSlots = Inputs > 0 ? Inputs : 1;
  const auto indices = std::make_index_sequence<Inputs>();
  const uint32_t first = blockIdx.x * (kLoopThreads * Unroll) + threadIdx.x;
  StoredBits<Compute> bits[Unroll][kSlots];
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
      if (!(scalars.mask >> i & 1)) bits[u][i].load(p.in[i] + offsets[i + 1], p.bytes[i + 1]);
    }
  }
#pragma unroll
  for (int u = 0; u < Unroll; ++u) {
    const uint32_t element = first + u * kLoopThreads;
    if (element >= p.count) break;
    Compute values[kSlots];
#pragma unroll
    for (int i = 0; i < Inputs; ++i) {
      if (scalars.mask >> i & 1) {
        values[i] = scalars.values[i];
      } else {
        values[i] = bits[u][i].as(p.dtypes[i + 1]);
        if (p.rounds >> i & 1) values[i] = rounded_through(values[i], p.via[i + 1]);
      }
    }
    store_converted<Given>(p.out + out_offset[u], p.dtypes[0], apply_loop<Given, Mask>(f, values, indices));
  }
}

template <typename Compute>
Compute read_host_scalar(const LoopOperand& operand) {
  return visit_dtype<kAllSet>(operand.dtype, [&](auto tag) -> Compute {
    using Stored = typename decltype(tag)::type;
    const Stored value = *reinterpret_cast<const Stored*>(operand.data);
    Compute read;
    if constexpr (is_complex_v<Compute>) {
      read = Compute(value);
    } else if constexpr (is_complex_v<Stored>) {
      read = static_cast<Compute>(value.re);
    } else {
      read = static_cast<Compute>(value);
    }
    return operand.rounds ? rounded_through(read, operand.via) : read;
  });
}

/// Whether operands, dtypes and alignment allow vector_loop.
template <typename In, typename Out, int Inputs, bool Mask>
bool can_vectorise(const Loop& loop, int width) {
  if (width == 1) return false;
  const bool flat = loop.ndim <= 1;
  if (!flat && loop.sizes[0] % width != 0) return false;
  for (int i = 0; i <= Inputs; ++i) {
    const LoopOperand& operand = loop.operands[i];
    if (operand.is_host_scalar) continue;
    const DType wanted = i == 0 ? dtype_of<Out> : Mask && i == 1 ? DType::bool_ : dtype_of<In>;
    const bool half = std::is_same_v<In, float> && i > 0 && !(Mask && i == 1) && is_reduced_floating(operand.dtype);
    if ((operand.dtype != wanted && !half) || operand.rounds) return false;
    const int64_t bytes = static_cast<int64_t>(size_of(operand.dtype));
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

/// Of a loop that can_vectorise: whether the kernel for `Plain` loops takes it.
template <typename In, int Inputs, bool Mask>
bool is_plain(const Loop& loop) {
  if (loop.ndim > 1) return false;
  for (int i = 1; i <= Inputs; ++i) {
    const LoopOperand& operand = loop.operands[i];
    if (operand.is_host_scalar) {
      if (Inputs == 1) return false;
    } else if ((operand.dtype != dtype_of<In> && !(Mask && i == 1)) || (loop.ndim > 0 && operand.strides[0] == 0)) {
      return false;
    }
  }
  return true;
}

/// Offsets count vectors of `width` elements along dim 0, over the first `ndim` dims: none for a flat loop of vectors.
template <int Inputs>
void fill_arguments(const Loop& loop, LoopArguments<Inputs>& p, int ndim, int width) {
  p.out = loop.operands[0].data;
  p.rounds = 0;
  for (int i = 0; i < Inputs; ++i) {
    p.in[i] = loop.operands[i + 1].data;
    if (loop.operands[i + 1].rounds) p.rounds |= 1u << i;
  }
  for (int i = 0; i <= Inputs; ++i) {
    p.dtypes[i] = loop.operands[i].dtype;
    p.via[i] = loop.operands[i].via;
    p.bytes[i] = static_cast<uint8_t>(size_of(p.dtypes[i]));
  }
  p.offsets.ndim = ndim;
  for (int d = 0; d < ndim; ++d) {
    const int step = d == 0 ? width : 1;
    p.offsets.dividers[d] = FastDivider(static_cast<uint32_t>(loop.sizes[d] / step));
    for (int i = 0; i <= Inputs; ++i) {
      p.offsets.strides[d][i] = static_cast<uint32_t>(loop.operands[i].strides[d] * step);
    }
  }
  p.tail = 0;
  p.repeated = 0;
}

/// The types that the operands of a vector_loop computing in Compute may be stored as, in the order of preference.
template <typename Compute>
constexpr auto vector_types() {
  if constexpr (std::is_same_v<Compute, float>) {
    return std::tuple<TypeTag<bfloat16>, TypeTag<float16>, TypeTag<float>>();
  } else {
    return std::tuple<TypeTag<Compute>>();
  }
}

template <int Inputs>
void launch_kernel_of(const Loop& loop, const LaunchConfig& config, const void* kernel, const void* f,
                      LoopArguments<Inputs>& p, auto scalars) {
  const StorageImpl* storages[kLoopOperands] = {};
  for (int i = 0; i <= Inputs; ++i) storages[i] = loop.operands[i].storage;
  void* arguments[] = {const_cast<void*>(f), &p, &scalars, nullptr};
  launch_kernel(config, kernel, arguments, StorageSpan(storages, Inputs + 1));
}

template <typename Compute, int Inputs>
HostScalars<Compute, Inputs> read_host_scalars(const Loop& loop) {
  HostScalars<Compute, Inputs> scalars;
  for (int i = 0; i < Inputs; ++i) {
    if (!loop.operands[i + 1].is_host_scalar) continue;
    scalars.mask |= 1u << i;
    scalars.values[i] = read_host_scalar<Compute>(loop.operands[i + 1]);
  }
  return scalars;
}

template <typename In, typename Out>
inline constexpr int kLoopWidth = kVectorWidth<In> < kVectorWidth<Out> ? kVectorWidth<In> : kVectorWidth<Out>;
// 32 to 64 bytes of input in flight per thread, and not too many copies of the function.
template <int Inputs, int Width>
inline constexpr int kVectorUnroll = Inputs >= 3                 ? 1
                                     : Inputs == 2 || Width >= 8 ? 2
                                                                 : 4;
inline constexpr int kMixedUnroll = 2;

/// vector_loop for these types, none where they have none.
template <typename In, typename Out, int Inputs, bool Mask, typename F>
VectorKernels vector_kernels() {
  constexpr int kWidth = kLoopWidth<In, Out>;
  if constexpr (kWidth == 1) {
    return {};
  } else {
    constexpr int kUnroll = kVectorUnroll<Inputs, kWidth>;
    return {reinterpret_cast<const void*>(vector_loop<In, Out, Inputs, Mask, true, kWidth, kUnroll, F>),
            reinterpret_cast<const void*>(vector_loop<In, Out, Inputs, Mask, false, kWidth, kUnroll, F>)};
  }
}

template <typename Compute, typename Given, int Inputs, bool Mask, typename F>
const void* mixed_kernel() {
  return reinterpret_cast<const void*>(mixed_loop<Compute, Given, Inputs, Mask, kMixedUnroll, F>);
}

/// Launches a vector_loop if it fits the loop; false if not.
template <typename In, typename Out, int Inputs, bool Mask>
bool try_vectors(const Loop& loop, const VectorKernels& kernels, const void* f) {
  constexpr int kWidth = kLoopWidth<In, Out>;
  if (kernels.plain == nullptr || !can_vectorise<In, Out, Inputs, Mask>(loop, kWidth)) return false;
  if (loop.ndim > 1 && !fits_32_bit(loop)) return false;
  LoopArguments<Inputs> p;
  const int64_t numel = loop.numel();
  const bool flat = loop.ndim <= 1;
  fill_arguments(loop, p, flat ? 0 : loop.ndim, kWidth);
  if (flat) p.tail = static_cast<int>(numel % kWidth);
  for (int i = 0; i < Inputs; ++i) {
    if (loop.ndim > 0 && loop.operands[i + 1].strides[0] == 0) p.repeated |= 1u << i;
  }
  p.count = numel / kWidth;
  const unsigned blocks = blocks_for(p.count, kLoopThreads * kVectorUnroll<Inputs, kWidth>);
  const LaunchConfig config{loop.op, loop.stream, dim3(blocks > 0 ? blocks : 1), dim3(kLoopThreads)};  // 1: the tail
  const void* kernel = is_plain<In, Inputs, Mask>(loop) ? kernels.plain : kernels.other;
  launch_kernel_of(loop, config, kernel, f, p, read_host_scalars<opmath_t<In>, Inputs>(loop));
  return true;
}

template <typename Compute, int Inputs>
void launch_mixed(const Loop& loop, const void* kernel, const void* f) {
  LoopArguments<Inputs> p;
  fill_arguments(loop, p, loop.ndim, 1);
  p.count = loop.numel();
  const LaunchConfig config{loop.op, loop.stream, dim3(blocks_for(p.count, kLoopThreads * kMixedUnroll)),
                            dim3(kLoopThreads)};
  launch_kernel_of(loop, config, kernel, f, p, read_host_scalars<Compute, Inputs>(loop));
}

/// Calls run on the loop, or on its parts if 32-bit offsets don't reach.
template <typename Run>
void over_parts(const Loop& loop, const Run& run) {
  if (run(loop, fits_32_bit(loop))) return;
  Loop first = loop;
  const Loop second = split_loop(first);
  over_parts(first, run);
  over_parts(second, run);
}

template <typename Compute, typename Given, typename Stored>
using given_as_stored = std::conditional_t<std::is_same_v<Given, Compute>, Stored, Given>;

template <typename In, typename Out, int Inputs>
VT_NOINLINE void run_loop(const Loop& loop, const VectorKernels& vectors, const void* mixed, const void* f) {
  over_parts(loop, [&](const Loop& part, bool narrow) {
    if (try_vectors<In, Out, Inputs, false>(part, vectors, f)) return true;
    if (narrow) launch_mixed<opmath_t<In>, Inputs>(part, mixed, f);
    return narrow;
  });
}

}  // namespace detail

/// Runs out = f(inputs...) over the loop for operands of dtypes In and Out. `f` takes opmath_t<In>.
template <typename In, typename Out, int Inputs, typename F>
void launch_loop(const Loop& loop, const F& f) {
  static_assert(Inputs + 1 <= kLoopOperands && std::is_trivially_copyable_v<F>);
  if (loop.numel() == 0) return;
  detail::run_loop<In, Out, Inputs>(loop, detail::vector_kernels<In, Out, Inputs, false, F>(),
                                    detail::mixed_kernel<opmath_t<In>, Out, Inputs, false, F>(), &f);
}

/// The kernels of a function of type F that takes Compute and gives Given.
template <typename Compute, typename Given, int Inputs, bool Mask, typename F>
RowKernels row_kernels() {
  return std::apply(
      []<typename... Stored>(TypeTag<Stored>...) {
        return RowKernels{
            {detail::vector_kernels<Stored, detail::given_as_stored<Compute, Given, Stored>, Inputs, Mask, F>()...},
            detail::mixed_kernel<Compute, Given, Inputs, Mask, F>()};
      },
      detail::vector_types<Compute>());
}

/// Runs out = f(inputs...) for operands of any dtypes, computed in Compute: int64, float, double or a complex. `f`
/// takes Compute and gives Given: Compute (stored as the common dtype), bool or a real. With Mask the first input is a
/// bool. `f` is the function that the kernels are of, trivially copyable.
template <typename Compute, typename Given, int Inputs, bool Mask>
VT_NOINLINE void launch_row(const Loop& loop, const RowKernels& kernels, const void* f) {
  static_assert(Inputs + 1 <= kLoopOperands);
  if (loop.numel() == 0) return;
  detail::over_parts(loop, [&](const Loop& part, bool narrow) {
    const bool done = std::apply(
        [&]<typename... Stored>(TypeTag<Stored>...) {
          const VectorKernels* kernel = kernels.vectors;
          return (detail::try_vectors<Stored, detail::given_as_stored<Compute, Given, Stored>, Inputs, Mask>(
                      part, *kernel++, f) ||
                  ...);
        },
        detail::vector_types<Compute>());
    if (!done && narrow) detail::launch_mixed<Compute, Inputs>(part, kernels.mixed, f);
    return done || narrow;
  });
}

}  // namespace vt::cuda
