// Loops of a plugin's own over the host's iteration, one functor for both devices. Needs plugin.h and nothing else.
//
//   struct Clip {
//     VT_ITER_HD float operator()(float x, float limit) const { return limit * tanhf(x / limit); }
//   };
//   vibetensor::elementwise<float, float, float>(host, call, iter, Clip{});   // output, then inputs
//
//   struct Peak {                                  // a reduction
//     struct State { float value; int64_t index; };
//     VT_ITER_HD State init() const;
//     VT_ITER_HD void step(State& s, float x, int64_t index) const;      // index: row-major over the reduced dims
//     VT_ITER_HD void combine(State& into, const State& from) const;     // in any order
//     VT_ITER_HD void finish(const State& s, int64_t count, float* value, int64_t* index) const;
//   };
//   vibetensor::reduce<float, float, int64_t>(host, call, reduction, Peak{});  // input, then outputs
//
// Compiled by nvcc both devices are there, by a C++ compiler the CPU alone. C++17.
#ifndef VIBETENSOR_PLUGIN_ITER_CUH
#define VIBETENSOR_PLUGIN_ITER_CUH

#include <cstring>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include "vibetensor/plugin.h"

#ifdef __CUDACC__
#define VT_ITER_HD __host__ __device__ __forceinline__
#else
#define VT_ITER_HD inline
#endif

namespace vibetensor {

// ---- dtypes

// The vt_dtype of a C++ type; specialise it for types of your own (16-bit floats: code VT_FLOAT or VT_BFLOAT, 16 bits).
template <class T>
constexpr vt_dtype dtype_of() {
  if (std::is_same_v<T, bool>) return {VT_BOOL, 8, 1};
  if (std::is_floating_point_v<T>) return {VT_FLOAT, 8 * sizeof(T), 1};
  static_assert(std::is_arithmetic_v<T>, "specialise vibetensor::dtype_of for this type");
  return {std::is_signed_v<T> ? uint8_t{VT_INT} : uint8_t{VT_UINT}, 8 * sizeof(T), 1};
}
inline bool same_dtype(vt_dtype a, vt_dtype b) { return a.code == b.code && a.bits == b.bits && a.lanes == b.lanes; }

// ---- the CPU

namespace detail {

template <class Out, class... In, class F, size_t... I>
vt_status cpu_elements(char* const* data, const int64_t* strides, int64_t n, const F& f, std::index_sequence<I...>) {
  const bool dense = strides[0] == static_cast<int64_t>(sizeof(Out)) &&
                     (true && ... && (strides[I + 1] == static_cast<int64_t>(sizeof(In))));
  if (dense) {  // constant steps, which the compiler makes vectors of
    for (int64_t i = 0; i < n; ++i) {
      reinterpret_cast<Out*>(data[0])[i] = f(reinterpret_cast<const In*>(data[I + 1])[i]...);
    }
    return VT_OK;
  }
  for (int64_t i = 0; i < n; ++i) {
    *reinterpret_cast<Out*>(data[0] + i * strides[0]) =
        f(*reinterpret_cast<const In*>(data[I + 1] + i * strides[I + 1])...);
  }
  return VT_OK;
}

template <class F, class Out, class... In>
vt_status cpu_loop(char* const* data, const int64_t* strides, int64_t n, void* context) {
  return cpu_elements<Out, In...>(data, strides, n, *static_cast<const F*>(context), std::index_sequence_for<In...>());
}

template <class R, class In, class... Out>
struct CpuReducer {
  using State = typename R::State;
  static_assert(std::is_trivially_copyable_v<State>, "states are moved as bytes");
  static_assert(sizeof(State) <= 256, "a state has 256 bytes at most");
  static const R& of(void* context) { return *static_cast<const R*>(context); }

  static vt_status init(char* state, void* context) {
    *reinterpret_cast<State*>(state) = of(context).init();
    return VT_OK;
  }
  static vt_status accumulate(char* states, int64_t state_step, const char* data, int64_t step, int64_t index,
                              int64_t index_step, int64_t n, void* context) {
    const R& r = of(context);
    if (state_step == 0) {
      State s = *reinterpret_cast<State*>(states);
      for (int64_t i = 0; i < n; ++i) r.step(s, *reinterpret_cast<const In*>(data + i * step), index + i * index_step);
      *reinterpret_cast<State*>(states) = s;
      return VT_OK;
    }
    for (int64_t i = 0; i < n; ++i) {
      r.step(*reinterpret_cast<State*>(states + i * state_step), *reinterpret_cast<const In*>(data + i * step),
             index + i * index_step);
    }
    return VT_OK;
  }
  static vt_status combine(char* into, const char* from, void* context) {
    of(context).combine(*reinterpret_cast<State*>(into), *reinterpret_cast<const State*>(from));
    return VT_OK;
  }
  template <size_t... I>
  static void finish_typed(const char* state, int64_t count, char* const* outputs, void* context,
                           std::index_sequence<I...>) {
    of(context).finish(*reinterpret_cast<const State*>(state), count, reinterpret_cast<Out*>(outputs[I])...);
  }
  static vt_status finish(const char* state, int64_t count, char* const* outputs, void* context) {
    finish_typed(state, count, outputs, context, std::index_sequence_for<Out...>());
    return VT_OK;
  }
};

}  // namespace detail

// ---- CUDA

#ifdef __CUDACC__
namespace detail {

template <class T, int N>
struct alignas(sizeof(T) * N) Vector {
  T at[N];
};

// Dims and strides of a loop, by value in a kernel's arguments.
template <int Operands>
struct Geometry {
  int ndim;
  uint32_t sizes[VT_LOOP_DIMS];
  int64_t strides[Operands][VT_LOOP_DIMS];
};
template <int Operands>
struct Pointers {
  char* data[Operands];
};

template <class T>
constexpr int vector_of(size_t largest) {
  return largest >= 16 ? 1 : static_cast<int>(16 / largest);
}

constexpr size_t largest_of(std::initializer_list<size_t> sizes) {
  size_t most = 1;
  for (const size_t s : sizes) most = s > most ? s : most;
  return most;
}

// A vector of each input: std::tuple is for the host.
template <size_t I, class T>
struct Slot {
  T value;
};
template <class Numbers, int N, class... In>
struct Loaded;
template <size_t... I, int N, class... In>
struct Loaded<std::index_sequence<I...>, N, In...> : Slot<I, Vector<In, N>>... {};
template <size_t I, class T>
__device__ __forceinline__ const T& slot(const Slot<I, T>& s) {
  return s.value;
}

template <int N, class F, class Out, class... In, size_t... I>
__device__ __forceinline__ void dense_elements(const Pointers<1 + sizeof...(In)>& p, int64_t first, const F& f,
                                               std::index_sequence<I...>) {
  const Loaded<std::index_sequence<I...>, N, In...> in{
      {reinterpret_cast<const Vector<In, N>*>(p.data[I + 1])[first]}...};
  Vector<Out, N> out;
#pragma unroll
  for (int k = 0; k < N; ++k) out.at[k] = f(slot<I>(in).at[k]...);
  reinterpret_cast<Vector<Out, N>*>(p.data[0])[first] = out;
}

// `vectors` runs of N elements, then the rest one by one.
template <int N, class F, class Out, class... In>
__global__ void dense_loop(Pointers<1 + sizeof...(In)> p, int64_t vectors, int64_t numel, F f) {
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  const int64_t start = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (int64_t i = start; i < vectors; i += step) {
    dense_elements<N, F, Out, In...>(p, i, f, std::index_sequence_for<In...>());
  }
  for (int64_t i = vectors * N + start; i < numel; i += step) {
    dense_elements<1, F, Out, In...>(p, i, f, std::index_sequence_for<In...>());
  }
}

template <class F, class Out, class... In, size_t... I>
__device__ __forceinline__ void strided_element(const Pointers<1 + sizeof...(In)>& p, const int64_t* offsets,
                                                const F& f, std::index_sequence<I...>) {
  *reinterpret_cast<Out*>(p.data[0] + offsets[0]) = f(*reinterpret_cast<const In*>(p.data[I + 1] + offsets[I + 1])...);
}

template <class Index, class F, class Out, class... In>
__global__ void strided_loop(Pointers<1 + sizeof...(In)> p, Geometry<1 + sizeof...(In)> g, int64_t numel, F f) {
  constexpr int kOperands = 1 + sizeof...(In);
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < numel; i += step) {
    Index rest = static_cast<Index>(i);
    int64_t offsets[kOperands] = {};
#pragma unroll
    for (int d = 0; d < VT_LOOP_DIMS; ++d) {
      if (d == g.ndim) break;
      const Index at = d + 1 == g.ndim ? rest : rest % g.sizes[d];
      rest = d + 1 == g.ndim ? 0 : rest / g.sizes[d];
#pragma unroll
      for (int k = 0; k < kOperands; ++k) offsets[k] += static_cast<int64_t>(at) * g.strides[k][d];
    }
    strided_element<F, Out, In...>(p, offsets, f, std::index_sequence_for<In...>());
  }
}

// An input that is a number of the host stands in a word of the kernel's arguments.
struct Values {
  alignas(16) unsigned char bytes[VT_LOOP_OPERANDS][16];
};
template <class F, class... In>
struct WithValues {
  F f;
  Values values;
  uint32_t is_value;  // by input
  template <size_t... I>
  __device__ __forceinline__ auto call(std::index_sequence<I...>, In... in) const {
    return f((is_value >> I & 1 ? *reinterpret_cast<const In*>(values.bytes[I]) : in)...);
  }
  __device__ __forceinline__ auto operator()(In... in) const { return call(std::index_sequence_for<In...>(), in...); }
};

inline unsigned blocks_for(int64_t threads) {
  const int64_t blocks = (threads + 255) / 256;
  return static_cast<unsigned>(blocks < 1 ? 1 : blocks < 65536 ? blocks : 65536);
}

inline vt_status launched(const vt_host* host) {
  const cudaError_t error = cudaGetLastError();
  return error == cudaSuccess ? VT_OK : host->fail(VT_CUDA_ERROR, cudaGetErrorString(error));
}

template <class F, class Out, class... In>
vt_status launch(const vt_host* host, const vt_loop& loop, cudaStream_t stream, const F& f) {
  constexpr int kOperands = 1 + sizeof...(In);
  constexpr int kVector = vector_of<Out>(largest_of({sizeof(Out), sizeof(In)...}));
  const size_t item[kOperands] = {sizeof(Out), sizeof(In)...};
  Pointers<kOperands> p;
  bool aligned = loop.is_contiguous;
  for (int i = 0; i < kOperands; ++i) {
    p.data[i] = loop.operands[i].data;
    aligned = aligned && reinterpret_cast<uintptr_t>(p.data[i]) % (item[i] * kVector) == 0;
  }
  if (loop.is_contiguous) {
    const int64_t vectors = aligned ? loop.numel / kVector : 0;
    const int64_t threads = aligned ? vectors + (loop.numel - vectors * kVector) : loop.numel;
    dense_loop<kVector, F, Out, In...><<<blocks_for(threads), 256, 0, stream>>>(p, vectors, loop.numel, f);
    return launched(host);
  }
  Geometry<kOperands> g;
  g.ndim = loop.ndim;
  bool small = loop.fits_32bit;
  for (int d = 0; d < loop.ndim; ++d) {
    small = small && loop.sizes[d] <= INT32_MAX;
    if (loop.sizes[d] > UINT32_MAX) return host->fail(VT_NOT_IMPLEMENTED, "a strided dim of 2^32 elements or more");
    g.sizes[d] = static_cast<uint32_t>(loop.sizes[d]);
    for (int i = 0; i < kOperands; ++i) g.strides[i][d] = loop.operands[i].strides[d];
  }
  if (small) {
    strided_loop<uint32_t, F, Out, In...><<<blocks_for(loop.numel), 256, 0, stream>>>(p, g, loop.numel, f);
  } else {
    strided_loop<uint64_t, F, Out, In...><<<blocks_for(loop.numel), 256, 0, stream>>>(p, g, loop.numel, f);
  }
  return launched(host);
}

template <class F, class Out, class... In>
vt_status cuda_loops(const vt_host* host, vt_iter* iter, cudaStream_t stream, const F& f) {
  int64_t count = 0;
  vt_status status = host->iter_loops(iter, &count);
  for (int64_t i = 0; status == VT_OK && i < count; ++i) {
    vt_loop loop;
    status = host->iter_loop(iter, i, &loop, sizeof loop);
    if (status != VT_OK) break;
    WithValues<F, In...> with{f, {}, 0};
    for (size_t k = 0; k < sizeof...(In); ++k) {
      vt_loop_operand& o = loop.operands[k + 1];
      if (o.data) continue;
      std::memcpy(with.values.bytes[k], o.value, 16);
      with.is_value |= 1u << k;
      // read and not used: an address that is good for every element
      o.data = loop.operands[0].data;
      std::memset(o.strides, 0, sizeof o.strides);
      loop.is_contiguous = 0;
    }
    status = with.is_value ? launch<WithValues<F, In...>, Out, In...>(host, loop, stream, with)
                           : launch<F, Out, In...>(host, loop, stream, f);
  }
  return status;
}

// ---- reductions on CUDA

// Where the threads of a block stand. Along: lanes share one output and walk the reduced dims side by side; across:
// neighbouring threads have neighbouring outputs.
struct ReduceShape {
  int lanes, outputs;  // of a block, 256 threads together
  bool across;
  int splits;  // blocks that share the outputs of one, through states in memory
};

struct ReduceArguments {
  vt_reduce_loop loop;
  ReduceShape shape;
};

__device__ __forceinline__ void offsets_at(int64_t at, int ndim, const int64_t* sizes, const int64_t* a_strides,
                                           const int64_t* b_strides, int64_t& a, int64_t& b) {
  a = b = 0;
  for (int d = 0; d < ndim; ++d) {
    const int64_t here = d + 1 == ndim ? at : at % sizes[d];
    at = d + 1 == ndim ? 0 : at / sizes[d];
    a += here * a_strides[d];
    b += here * b_strides[d];
  }
}

template <class R, class In, class... Out, size_t... I>
__device__ __forceinline__ void finish_output(const vt_reduce_loop& l, int64_t kept, const typename R::State& s,
                                              const R& r, std::index_sequence<I...>) {
  int64_t at[2] = {0, 0};
  offsets_at(kept, l.kept_ndim, l.kept_sizes, l.output_strides[0], l.output_strides[1], at[0], at[1]);
  r.finish(s, l.reduced_numel, reinterpret_cast<Out*>(l.outputs[I] + at[I])...);
}

template <class R, class In, class... Out>
__global__ void __launch_bounds__(256)
    reduce_blocks(const __grid_constant__ ReduceArguments a, R r, typename R::State* states) {
  using State = typename R::State;
  extern __shared__ __align__(16) unsigned char shared[];
  State* const mine = reinterpret_cast<State*>(shared);
  const vt_reduce_loop& l = a.loop;
  const int lanes = a.shape.lanes, outputs = a.shape.outputs, t = threadIdx.x;
  const int lane = a.shape.across ? t / outputs : t % lanes;
  const int output = a.shape.across ? t % outputs : t / lanes;
  const int64_t kept = static_cast<int64_t>(blockIdx.x) * outputs + output;
  State s = r.init();
  if (kept < l.kept_numel) {
    int64_t base, unused;
    offsets_at(kept, l.kept_ndim, l.kept_sizes, l.kept_strides, l.kept_strides, base, unused);
    const int64_t step = static_cast<int64_t>(lanes) * a.shape.splits;
    const char* const from = l.input + base;
    if (l.reduced_ndim == 1) {
      for (int64_t i = static_cast<int64_t>(blockIdx.y) * lanes + lane; i < l.reduced_numel; i += step) {
        r.step(s, *reinterpret_cast<const In*>(from + i * l.reduced_strides[0]), i * l.index_strides[0]);
      }
    } else {
      for (int64_t i = static_cast<int64_t>(blockIdx.y) * lanes + lane; i < l.reduced_numel; i += step) {
        int64_t offset, index;
        offsets_at(i, l.reduced_ndim, l.reduced_sizes, l.reduced_strides, l.index_strides, offset, index);
        r.step(s, *reinterpret_cast<const In*>(from + offset), index);
      }
    }
  }
  // the same tree in every run
  const int place = output * lanes + lane;
  mine[place] = s;
  __syncthreads();
  for (int half = lanes / 2; half > 0; half /= 2) {
    if (lane < half) r.combine(mine[place], mine[place + half]);
    __syncthreads();
  }
  if (lane != 0 || kept >= l.kept_numel) return;
  if (a.shape.splits == 1) {
    finish_output<R, In, Out...>(l, kept, mine[place], r, std::index_sequence_for<Out...>());
  } else {
    states[kept * a.shape.splits + blockIdx.y] = mine[place];
  }
}

template <class R, class In, class... Out>
__global__ void join_splits(const __grid_constant__ ReduceArguments a, R r, const typename R::State* states) {
  const int64_t kept = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (kept >= a.loop.kept_numel) return;
  typename R::State s = states[kept * a.shape.splits];
  for (int i = 1; i < a.shape.splits; ++i) r.combine(s, states[kept * a.shape.splits + i]);
  finish_output<R, In, Out...>(a.loop, kept, s, r, std::index_sequence_for<Out...>());
}

inline int power_of_two_up_to(int64_t n, int most) {
  int p = 1;
  while (p < most && p < n) p *= 2;
  return p;
}

inline ReduceShape shape_of(const vt_reduce_loop& l) {
  constexpr int kThreads = 256;
  constexpr int64_t kBlocks = 1024;  // what keeps a large GPU busy
  constexpr int64_t kPerLane = 16;   // elements, below which another split is not worth its states
  ReduceShape s;
  s.across = l.kept_strides[0] < l.reduced_strides[0] && l.kept_sizes[0] > 1;
  s.lanes = s.across ? kThreads / power_of_two_up_to(l.kept_numel, 32) : power_of_two_up_to(l.reduced_numel, kThreads);
  s.outputs = kThreads / s.lanes;
  const int64_t blocks = (l.kept_numel + s.outputs - 1) / s.outputs;
  int64_t splits = kBlocks / (blocks < 1 ? 1 : blocks);
  const int64_t most = l.reduced_numel / (s.lanes * kPerLane);
  splits = splits < most ? splits : most;
  s.splits = static_cast<int>(splits < 1 ? 1 : splits > 256 ? 256 : splits);
  return s;
}

template <class R, class In, class... Out>
vt_status cuda_reduce(const vt_host* host, vt_device device, vt_reduction* reduction, cudaStream_t stream, const R& r) {
  using State = typename R::State;
  static_assert(std::is_trivially_copyable_v<State>, "states are moved as bytes");
  static_assert(sizeof(State) <= 128, "states of 256 threads lie in shared memory");
  ReduceArguments a;
  vt_status status = host->reduce_loop(reduction, &a.loop, sizeof a.loop);
  if (status != VT_OK || a.loop.kept_numel == 0) return status;
  a.shape = shape_of(a.loop);
  State* states = nullptr;
  if (a.shape.splits > 1) {
    const int64_t bytes = a.loop.kept_numel * a.shape.splits * static_cast<int64_t>(sizeof(State));
    vt_tensor* memory = nullptr;
    vt_tensor_info info;
    status = host->empty(1, &bytes, nullptr, vt_dtype{VT_UINT, 8, 1}, device, &memory);
    if (status == VT_OK) status = host->tensor_info(memory, &info, sizeof info);
    if (status != VT_OK) return status;
    states = static_cast<State*>(info.data);
  }
  const int64_t blocks = (a.loop.kept_numel + a.shape.outputs - 1) / a.shape.outputs;
  if (blocks > INT32_MAX) return host->fail(VT_NOT_IMPLEMENTED, "more outputs than one grid has blocks for");
  const dim3 grid(static_cast<unsigned>(blocks), static_cast<unsigned>(a.shape.splits));
  reduce_blocks<R, In, Out...><<<grid, 256, 256 * sizeof(State), stream>>>(a, r, states);
  if (a.shape.splits > 1) {
    join_splits<R, In, Out...>
        <<<static_cast<unsigned>((a.loop.kept_numel + 255) / 256), 256, 0, stream>>>(a, r, states);
  }
  return launched(host);
}

}  // namespace detail
#endif

// ---- both

// Runs out = f(in...) over an iterator whose operands have these types; TypeError for one that has others.
template <class Out, class... In, class F>
vt_status elementwise(const vt_host* host, const vt_call* call, vt_iter* iter, const F& f) {
  const vt_dtype wanted[] = {dtype_of<Out>(), dtype_of<In>()...};
  for (int i = 0; i < static_cast<int>(1 + sizeof...(In)); ++i) {
    vt_dtype dtype;
    const vt_status status = host->iter_dtype(iter, i, &dtype);
    if (status != VT_OK) return status;
    if (!same_dtype(dtype, wanted[i])) return host->fail(VT_TYPE_ERROR, "the plugin has no loop for this dtype");
  }
  if (call->device.type == VT_CUDA) {
#ifdef __CUDACC__
    void* stream = nullptr;
    const vt_status status = host->current_stream(call->device, &stream);
    if (status != VT_OK) return status;
    return detail::cuda_loops<F, Out, In...>(host, iter, static_cast<cudaStream_t>(stream), f);
#else
    return host->fail(VT_NOT_IMPLEMENTED, "the plugin was compiled without CUDA");
#endif
  }
  return host->iter_run(iter, detail::cpu_loop<F, Out, In...>, const_cast<F*>(&f), 0);
}

// Runs a reduction of elements of type In to outputs of the types Out; TypeError for one that has others.
template <class In, class... Out, class R>
vt_status reduce(const vt_host* host, const vt_call* call, vt_reduction* reduction, const R& r) {
  vt_reduce_loop loop;
  const vt_status status = host->reduce_loop(reduction, &loop, sizeof loop);
  if (status != VT_OK) return status;
  const vt_dtype wanted[] = {dtype_of<Out>()...};
  bool fits = same_dtype(loop.input_dtype, dtype_of<In>()) && loop.output_count == static_cast<int>(sizeof...(Out));
  for (int i = 0; fits && i < loop.output_count; ++i) fits = same_dtype(loop.output_dtypes[i], wanted[i]);
  if (!fits) return host->fail(VT_TYPE_ERROR, "the plugin has no loop for this dtype");
  if (call->device.type == VT_CUDA) {
#ifdef __CUDACC__
    void* stream = nullptr;
    const vt_status found = host->current_stream(call->device, &stream);
    if (found != VT_OK) return found;
    return detail::cuda_reduce<R, In, Out...>(host, call->device, reduction, static_cast<cudaStream_t>(stream), r);
#else
    return host->fail(VT_NOT_IMPLEMENTED, "the plugin was compiled without CUDA");
#endif
  }
  using Cpu = detail::CpuReducer<R, In, Out...>;
  const vt_reducer reducer = {sizeof(vt_reducer), sizeof(typename R::State), Cpu::init, Cpu::accumulate, Cpu::combine,
                              Cpu::finish};
  return host->reduce_run(reduction, &reducer, const_cast<R*>(&r));
}

}  // namespace vibetensor

#endif
