// Pooling on CUDA: a thread per output, or per input of a gradient, for a vector of the elements at its position. It
// looks at all that its own result is made of, so that nothing is added to by two threads.
#include "ops/pool/windows.h"

#include <algorithm>
#include <limits>

#include "cuda/launch.h"
#include "dispatch/registry.h"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_vector.cuh"
#include "ops/copy/kernels.h"
#include "ops/tensor_operators.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using cuda::FastDivider;
using cuda::Vector;
using cuda::VectorWords;
using pool::Divisor;
using pool::Windows;

constexpr int kThreads = 256;
constexpr int kGradients = 2;  // of a row of outputs that a thread reads before it adds them

struct FastDivision {
  FastDivider divider;
  FastDivision() = default;
  explicit FastDivision(int64_t by) : divider(static_cast<uint32_t>(by)) {}
  VT_HD_INLINE int operator()(int n) const { return static_cast<int>(divider.divide(static_cast<uint32_t>(n))); }
  VT_HD_INLINE int64_t operator()(int64_t n) const {
    return n < (int64_t{1} << 31) ? divider.divide(static_cast<uint32_t>(n)) : n / divider.divisor;
  }
};
using Axis = pool::BasicWindowAxis<int, FastDivision>;

/// Windows in 31 bits, and how threads lie over planes of outputs or inputs.
struct Plan {
  Axis axes[3];
  int lanes;
  int64_t plane_inputs, plane_outputs;  // elements
  int64_t first_plane;
  uint32_t threads;
  FastDivider vectors, columns, rows, depth;

  __device__ __forceinline__ int input(int d, int h, int x) const {
    return (d * axes[1].inputs + h) * axes[2].inputs + x;
  }
  __device__ __forceinline__ int output(int d, int h, int x) const {
    return (d * axes[1].outputs + h) * axes[2].outputs + x;
  }
};

/// What a thread works out.
struct Place {
  int64_t plane;
  int d, h, x;
  int lane;

  __device__ __forceinline__ Place(const Plan& p, uint32_t index, int width) {
    uint32_t position, vector, row, column, slab, line, block, layer;
    p.vectors.split(index, position, vector);
    p.columns.split(position, row, column);
    p.rows.split(row, slab, line);
    p.depth.split(slab, block, layer);
    plane = p.first_plane + block;
    d = static_cast<int>(layer);
    h = static_cast<int>(line);
    x = static_cast<int>(column);
    lane = static_cast<int>(vector) * width;
  }
};

// Outputs
// -------------------------------------------------------------------------------------------------------------------

template <typename T>
__device__ __forceinline__ opmath_t<T> lowest() {
  if constexpr (is_floating(dtype_of<T>)) return -static_cast<opmath_t<T>>(INFINITY);
  else return std::numeric_limits<T>::lowest();
}

/// Index: int64_t counts positions of the plane, uint8_t those of the window.
template <typename T, typename Index>
struct Maximum {
  using A = opmath_t<T>;
  static constexpr bool kPlaces = sizeof(Index) == 8;
  T* out;
  Index* indices;

  template <int Width>
  struct State {
    A best[Width];
    int found[Width];

    __device__ __forceinline__ explicit State(int first) {
#pragma unroll
      for (int i = 0; i < Width; ++i) {
        best[i] = lowest<T>();
        found[i] = first;
      }
    }
    __device__ __forceinline__ void take(const Vector<A, Width>& values, int number) {
#pragma unroll
      for (int i = 0; i < Width; ++i) {
        const bool greater = values[i] > best[i] || values[i] != values[i];
        best[i] = greater ? values[i] : best[i];
        found[i] = greater ? number : found[i];
      }
    }
  };
  template <int Width>
  __device__ __forceinline__ void write(const Plan&, const Place&, const State<Width>& state, int64_t at) const {
    Vector<T, Width> values;
    Vector<Index, Width> found;
#pragma unroll
    for (int i = 0; i < Width; ++i) {
      values[i] = static_cast<T>(state.best[i]);
      found[i] = static_cast<Index>(state.found[i]);
    }
    cuda::store_vector<Width>(out + at, values);
    cuda::store_vector<Width>(indices + at, found);
  }
};

__device__ __forceinline__ int64_t window_length(const Plan& p, const Divisor& divisor, int d, int h, int x) {
  if (divisor.fixed != 0) return divisor.fixed;
  return int64_t{divisor.length(p.axes[0], d)} * divisor.length(p.axes[1], h) * divisor.length(p.axes[2], x);
}

template <typename T>
struct Mean {
  using A = opmath_t<T>;
  static constexpr bool kPlaces = true;
  T* out;
  Divisor divisor;

  template <int Width>
  struct State {
    A sums[Width] = {};

    __device__ __forceinline__ explicit State(int) {}
    __device__ __forceinline__ void take(const Vector<A, Width>& values, int) {
#pragma unroll
      for (int i = 0; i < Width; ++i) sums[i] += values[i];
    }
  };
  template <int Width>
  __device__ __forceinline__ void write(const Plan& p, const Place& at, const State<Width>& state, int64_t to) const {
    const A length = static_cast<A>(window_length(p, divisor, at.d, at.h, at.x));
    Vector<T, Width> means;
#pragma unroll
    for (int i = 0; i < Width; ++i) means[i] = static_cast<T>(state.sums[i] / length);
    cuda::store_vector<Width>(out + to, means);
  }
};

/// Chunk: positions of a row of the window that are read before the first of them is used.
template <typename T, int Width, int Chunk, typename Body>
__global__ void __launch_bounds__(kThreads) pool_windows(Plan p, const T* __restrict__ input, Body body) {
  using A = opmath_t<T>;
  const uint32_t index = blockIdx.x * kThreads + threadIdx.x;
  if (index >= p.threads) return;
  const Place at(p, index, Width);
  const Axis &depth = p.axes[0], &height = p.axes[1], &width = p.axes[2];
  const T* plane = input + at.plane * p.plane_inputs + at.lane;
  const int end_d = depth.end(at.d), end_h = height.end(at.h), end_x = width.end(at.x);
  const int begin_d = depth.begin(at.d), begin_h = height.begin(at.h), begin_x = width.begin(at.x);
  const int skipped_d = depth.skipped(at.d), skipped_h = height.skipped(at.h), skipped_x = width.skipped(at.x);
  typename Body::template State<Width> state(Body::kPlaces
                                                 ? p.input(begin_d, begin_h, begin_x)
                                                 : (skipped_d * height.size + skipped_h) * width.size + skipped_x);
#pragma unroll 1
  for (int i = begin_d, of_d = skipped_d; i < end_d; i += depth.dilation, ++of_d) {
#pragma unroll 1
    for (int j = begin_h, of_h = skipped_h; j < end_h; j += height.dilation, ++of_h) {
      const int row = p.input(i, j, 0), of_row = (of_d * height.size + of_h) * width.size;
#pragma unroll 1
      for (int k = begin_x, of_x = skipped_x; k < end_x; k += Chunk * width.dilation, of_x += Chunk) {
        VectorWords<T, Width> read[Chunk];
#pragma unroll
        for (int u = 0; u < Chunk; ++u) {
          const int column = k + u * width.dilation;
          if (column < end_x) read[u].load(plane + (row + column) * p.lanes);
        }
#pragma unroll
        for (int u = 0; u < Chunk; ++u) {
          const int column = k + u * width.dilation;
          if (column < end_x) state.take(read[u].template as<A>(), Body::kPlaces ? row + column : of_row + of_x + u);
        }
      }
    }
  }
  body.template write<Width>(p, at, state, at.plane * p.plane_outputs + p.output(at.d, at.h, at.x) * p.lanes + at.lane);
}

// Gradients of inputs
// -------------------------------------------------------------------------------------------------------------------

/// How far an input is from a window's first position, and the number of the position that it has there.
struct Reach {
  int number;  // -1: a dilation skips it
  __device__ __forceinline__ Reach(const Axis& axis, int input, int output) {
    uint32_t quotient, remainder;
    axis.by_dilation.divider.split(static_cast<uint32_t>(input - axis.origin(output)), quotient, remainder);
    number = remainder == 0 ? static_cast<int>(quotient) : -1;
  }
};

template <typename T, typename Index>
struct MaximumGradient {
  using A = opmath_t<T>;
  static constexpr bool kPlaces = sizeof(Index) == 8;
  const T* grad;
  const Index* indices;

  template <int Width>
  struct Read {
    VectorWords<T, Width> grad;
    VectorWords<Index, Width> indices;

    __device__ __forceinline__ void load(const MaximumGradient& body, int64_t at) {
      grad.load(body.grad + at);
      indices.load(body.indices + at);
    }
  };
  template <int Width>
  __device__ __forceinline__ void add(const Plan& p, const Place& at, const Read<Width>& read, int d, int h, int x,
                                      A (&sums)[Width]) const {
    int64_t wanted = 0;
    if constexpr (kPlaces) {
      wanted = p.input(at.d, at.h, at.x);
    } else {
      const Reach in_d(p.axes[0], at.d, d), in_h(p.axes[1], at.h, h), in_x(p.axes[2], at.x, x);
      if (in_d.number < 0 || in_h.number < 0 || in_x.number < 0) return;
      wanted = (in_d.number * p.axes[1].size + in_h.number) * p.axes[2].size + in_x.number;
    }
    const Vector<A, Width> values = read.grad.template as<A>();
    const Vector<Index, Width> found = read.indices.elements();
#pragma unroll
    for (int i = 0; i < Width; ++i) {
      if (found[i] == static_cast<Index>(wanted)) sums[i] += values[i];
    }
  }
};

template <typename T>
struct MeanGradient {
  using A = opmath_t<T>;
  const T* grad;
  Divisor divisor;

  template <int Width>
  struct Read {
    VectorWords<T, Width> grad;

    __device__ __forceinline__ void load(const MeanGradient& body, int64_t at) { grad.load(body.grad + at); }
  };
  template <int Width>
  __device__ __forceinline__ void add(const Plan& p, const Place&, const Read<Width>& read, int d, int h, int x,
                                      A (&sums)[Width]) const {
    const A share = A(1) / static_cast<A>(window_length(p, divisor, d, h, x));
    const Vector<A, Width> values = read.grad.template as<A>();
#pragma unroll
    for (int i = 0; i < Width; ++i) sums[i] += values[i] * share;
  }
};

template <typename T, int Width, typename Body>
__global__ void __launch_bounds__(kThreads) pool_gradients(Plan p, Body body, T* __restrict__ out) {
  using A = opmath_t<T>;
  const uint32_t index = blockIdx.x * kThreads + threadIdx.x;
  if (index >= p.threads) return;
  const Place at(p, index, Width);
  const Axis &depth = p.axes[0], &height = p.axes[1], &width = p.axes[2];
  const int64_t plane = at.plane * p.plane_outputs + at.lane;
  const int end_d = depth.end_output(at.d), end_h = height.end_output(at.h), end_x = width.end_output(at.x);
  const int first_h = height.first_output(at.h), first_x = width.first_output(at.x);
  A sums[Width] = {};
#pragma unroll 1
  for (int i = depth.first_output(at.d); i < end_d; ++i) {
#pragma unroll 1
    for (int j = first_h; j < end_h; ++j) {
      const int row = p.output(i, j, 0);
#pragma unroll 1
      for (int k = first_x; k < end_x; k += kGradients) {
        typename Body::template Read<Width> read[kGradients];
#pragma unroll
        for (int u = 0; u < kGradients; ++u) {
          if (k + u < end_x) read[u].load(body, plane + (row + k + u) * p.lanes);
        }
#pragma unroll
        for (int u = 0; u < kGradients; ++u) {
          if (k + u < end_x) body.template add<Width>(p, at, read[u], i, j, k + u, sums);
        }
      }
    }
  }
  Vector<T, Width> result;
#pragma unroll
  for (int i = 0; i < Width; ++i) result[i] = static_cast<T>(sums[i]);
  cuda::store_vector<Width>(out + at.plane * p.plane_inputs + p.input(at.d, at.h, at.x) * p.lanes + at.lane, result);
}

// Launches
// -------------------------------------------------------------------------------------------------------------------

constexpr int64_t kMost = (int64_t{1} << 31) - 1;  // what threads and positions are counted up to

Axis axis_of(const pool::WindowAxis& a) {
  const auto narrow = [](int64_t n) { return static_cast<int>(n); };
  // Of a dim with one output or one position nothing says how large the stride or the dilation is.
  const int64_t stride = a.outputs > 1 ? a.stride : std::min(a.stride, kMost / 4);
  const int64_t dilation = a.size > 1 ? a.dilation : 1;
  const int64_t reach = checked_mul(dilation, a.size);
  VT_CHECK(a.inputs + a.padding + reach < kMost / 2 && stride < kMost / 2, NotImplemented,
           "pooling on CUDA takes dims and windows of fewer than 2^30 positions");
  return {narrow(a.inputs),  narrow(a.outputs), narrow(a.size), narrow(stride),
          narrow(a.padding), narrow(dilation),  a.adaptive};
}

/// Of threads for `width` lanes each at the outputs of all planes, or at the inputs.
Plan plan_of(const Windows& w, bool of_outputs, int width) {
  Plan p{{axis_of(w.axes[0]), axis_of(w.axes[1]), axis_of(w.axes[2])}, static_cast<int>(w.lanes)};
  p.plane_inputs = w.inputs() * w.lanes;
  p.plane_outputs = w.outputs() * w.lanes;
  VT_CHECK(std::max(p.plane_inputs, p.plane_outputs) <= kMost - kThreads, NotImplemented,
           "pooling on CUDA takes planes of fewer than 2^31 elements");
  const auto size = [&](int axis) {
    return FastDivider(static_cast<uint32_t>(of_outputs ? w.axes[axis].outputs : w.axes[axis].inputs));
  };
  p.vectors = FastDivider(static_cast<uint32_t>(w.lanes / width));
  p.depth = size(0);
  p.rows = size(1);
  p.columns = size(2);
  return p;
}

/// Launches `kernel` for all planes of a plan, as many at a time as threads can be counted.
template <typename... Params, typename... Args>
void launch_planes(const char* op, const Windows& w, Plan p, bool of_outputs, int width, const Tensor& out,
                   std::initializer_list<const StorageImpl*> storages, void (*kernel)(Plan, Params...),
                   const Args&... args) {
  const int64_t per_plane = (of_outputs ? p.plane_outputs : p.plane_inputs) / width;
  const int64_t at_once = (kMost - kThreads) / per_plane;
  for (p.first_plane = 0; p.first_plane < w.planes; p.first_plane += at_once) {
    const int64_t threads = std::min(at_once, w.planes - p.first_plane) * per_plane;
    p.threads = static_cast<uint32_t>(threads);
    cuda::launch({op, cuda::current_stream(out.device().index), cuda::blocks_for(threads, kThreads), kThreads},
                 storages, kernel, p, args...);
  }
}

/// Elements of a position that a thread takes: a vector of 16 bytes where all tensors have them aligned, or one.
template <typename T>
int width_of(const Windows& w, std::initializer_list<const Tensor*> tensors) {
  constexpr int kWidth = cuda::kVectorWidth<T>;
  const bool fits = w.lanes % kWidth == 0 && std::ranges::all_of(tensors, [](const Tensor* t) {
                      return cuda::is_aligned(t->data(), t->element_size() * kWidth);
                    });
  return fits ? kWidth : 1;
}

template <typename T, typename Body>
void run_windows(const char* op, const Windows& w, int width, const Tensor& input, const Tensor& out,
                 const Tensor& indices, const Body& body) {
  constexpr int kWidth = is_floating(dtype_of<T>) ? cuda::kVectorWidth<T> : 1;
  const auto run = [&]<int Chunk>() {
    launch_planes(op, w, plan_of(w, true, width), true, width, out,
                  {input.storage().get(), out.storage().get(), indices.defined() ? indices.storage().get() : nullptr},
                  width == 1 ? pool_windows<T, 1, Chunk, Body> : pool_windows<T, kWidth, Chunk, Body>, input.data<T>(),
                  body);
  };
  if (is_floating(dtype_of<T>) && w.axes[2].size % 2 == 0 && !w.axes[2].adaptive) run.template operator()<2>();
  else run.template operator()<3>();
}

template <typename T, typename Body>
void run_gradients(const char* op, const Windows& w, int width, const Tensor& grad, const Tensor& indices,
                   const Tensor& out, const Body& body) {
  launch_planes(op, w, plan_of(w, false, width), false, width, out,
                {grad.storage().get(), out.storage().get(), indices.defined() ? indices.storage().get() : nullptr},
                width == 1 ? pool_gradients<T, 1, Body> : pool_gradients<T, cuda::kVectorWidth<T>, Body>, body,
                out.data<T>());
}

/// Calls f with the type of the indices.
template <typename F>
void visit_indices(const Tensor& indices, const F& f) {
  if (indices.dtype() == DType::uint8) f(indices.data<uint8_t>());
  else f(indices.data<int64_t>());
}

void max_windows(const Windows& w, const Tensor& input, const Tensor& out, const Tensor& indices) {
  visit_dtype<kIntegralSet | kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (is_floating(dtype_of<T>)) {
      visit_indices(indices, [&]<class Index>(Index* found) {
        run_windows<T>("max_pool", w, width_of<T>(w, {&input, &out, &indices}), input, out, indices,
                       Maximum<T, Index>{out.data<T>(), found});
      });
    } else {
      run_windows<T>("max_pool", w, 1, input, out, indices,
                     Maximum<T, int64_t>{out.data<T>(), indices.data<int64_t>()});
    }
  });
}

void max_windows_backward(const Windows& w, const Tensor& grad, const Tensor& indices, const Tensor& out) {
  visit_dtype<kFloatingSet>(grad.dtype(), [&]<class T>(TypeTag<T>) {
    visit_indices(indices, [&]<class Index>(const Index* found) {
      run_gradients<T>("max_pool_backward", w, width_of<T>(w, {&grad, &indices, &out}), grad, indices, out,
                       MaximumGradient<T, Index>{grad.data<T>(), found});
    });
  });
}

// A reduction shares a plane out to many threads.
bool is_reduction(const Windows& w, const Divisor& divisor) {
  constexpr int64_t kLeast = 256;  // elements of a plane
  return w.inputs() >= kLeast && w.cover_planes() && (divisor.fixed == 0 || divisor.fixed == w.inputs()) &&
         std::ranges::all_of(w.axes, [&](const auto& a) { return divisor.length(a, int64_t{0}) == a.inputs; });
}

/// A plane's positions as one dim: (planes, positions, lanes).
Tensor planes_of(const Tensor& t, const Windows& w, int64_t positions) {
  const DimVec sizes{w.planes, positions, w.lanes};
  return make_view(t, sizes, contiguous_strides(sizes), t.storage_offset());
}

void average_windows(const Windows& w, const Divisor& divisor, const Tensor& input, const Tensor& out) {
  if (is_reduction(w, divisor)) {
    return copy_data(planes_of(out, w, 1), ops::mean(planes_of(input, w, w.inputs()), IntSpan(DimVec{1}), true));
  }
  visit_dtype<kFloatingSet>(input.dtype(), [&]<class T>(TypeTag<T>) {
    run_windows<T>("avg_pool", w, width_of<T>(w, {&input, &out}), input, out, Tensor(),
                   Mean<T>{out.data<T>(), divisor});
  });
}

void average_windows_backward(const Windows& w, const Divisor& divisor, const Tensor& grad, const Tensor& out) {
  if (is_reduction(w, divisor)) {  // all of a plane get the same
    const Tensor share = planes_of(grad, w, 1) / static_cast<double>(w.inputs()), to = planes_of(out, w, w.inputs());
    return copy_data(to, ops::expand(share, to.sizes()));
  }
  visit_dtype<kFloatingSet>(grad.dtype(), [&]<class T>(TypeTag<T>) {
    run_gradients<T>("avg_pool_backward", w, width_of<T>(w, {&grad, &out}), grad, Tensor(), out,
                     MeanGradient<T>{grad.data<T>(), divisor});
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
