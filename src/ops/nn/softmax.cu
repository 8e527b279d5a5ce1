// Softmax and log-softmax, forward and backward, and the softmax of causal attention scores.
//
// softmax_rows holds a row in registers and reads it once; softmax_long_rows, for rows too long for that, reads it
// twice; softmax_columns takes a dim that is not the last, a thread per column.
#include "dispatch/registry.h"
#include "iter/cuda_rows.cuh"
#include "ops/copy/kernels.h"
#include "ops/nn/max_sum.cuh"

namespace vt {
namespace {

using cuda::LaunchConfig;
using cuda::load_vector;
using cuda::RowPlace;
using cuda::RowPlan;
using cuda::RowRegisters;
using cuda::Stream;
using cuda::Vector;

template <typename Compute>
constexpr Compute kMinusInfinity = -std::numeric_limits<Compute>::infinity();

template <typename T, int Width, int Count>
__global__ void __launch_bounds__(cuda::kRowThreads) softmax_rows(const T* in, T* out, int64_t rows, int n, bool log) {
  using Compute = opmath_t<T>;
  const RowPlace place = cuda::row_place();
  if (place.row >= rows) return;
  RowRegisters<T, Width, Count> x;
  x.load(in + place.row * n, n, place, static_cast<T>(kMinusInfinity<Compute>));
  Compute largest = kMinusInfinity<Compute>;
#pragma unroll
  for (int k = 0; k < Count; ++k) {
#pragma unroll
    for (int v = 0; v < Width; ++v) largest = cuda::MaxOf()(largest, static_cast<Compute>(x.vectors[k][v]));
  }
  largest = cuda::row_all(largest, cuda::MaxOf());
  // A row of minus infinities gives NaN, as 0 / 0; the padding must not.
  Compute values[Count * Width];
  Compute sum = 0;
#pragma unroll
  for (int k = 0; k < Count; ++k) {
    const bool inside = (k * place.group + place.thread) * Width < n;
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      const Compute shifted = static_cast<Compute>(x.vectors[k][v]) - largest;
      const Compute power = cuda::row_exp<T>(shifted);
      values[k * Width + v] = log ? shifted : power;
      sum += inside ? power : Compute(0);
    }
  }
  sum = cuda::row_all(sum, cuda::SumOf());
  const Compute scale = log ? m::log(sum) : Compute(1) / sum;
#pragma unroll
  for (int k = 0; k < Count; ++k) {
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      const Compute y = values[k * Width + v];
      x.vectors[k][v] = static_cast<T>(log ? y - scale : y * scale);
    }
  }
  x.store(out + place.row * n, n, place);
}

template <typename T, int Width>
__global__ void __launch_bounds__(cuda::kRowThreads) softmax_long_rows(const T* in, T* out, int64_t n, bool log) {
  using Compute = opmath_t<T>;
  const int64_t row = blockIdx.x;
  in += row * n;
  out += row * n;
  MaxSum<Compute> state{kMinusInfinity<Compute>, 0};
  for (int64_t i = static_cast<int64_t>(threadIdx.x) * Width; i < n; i += static_cast<int64_t>(blockDim.x) * Width) {
    const Vector<T, Width> x = load_vector<Width>(in + i);
    Compute largest = state.largest;
#pragma unroll
    for (int v = 0; v < Width; ++v) largest = cuda::MaxOf()(largest, static_cast<Compute>(x[v]));
    const Compute base = largest == kMinusInfinity<Compute> ? Compute(0) : largest;
    Compute sum = state.sum * (state.sum == Compute(0) ? Compute(0) : cuda::row_exp<T>(state.largest - base));
#pragma unroll
    for (int v = 0; v < Width; ++v) sum += cuda::row_exp<T>(static_cast<Compute>(x[v]) - base);
    state = {largest, sum};
  }
  state = cuda::row_all(state, CombineMaxSum<T>());
  const Compute scale = log ? m::log(state.sum) : Compute(1) / state.sum;
  for (int64_t i = static_cast<int64_t>(threadIdx.x) * Width; i < n; i += static_cast<int64_t>(blockDim.x) * Width) {
    Vector<T, Width> x = load_vector<Width>(in + i);
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      const Compute shifted = static_cast<Compute>(x[v]) - state.largest;
      x[v] = static_cast<T>(log ? shifted - scale : cuda::row_exp<T>(shifted) * scale);
    }
    cuda::store_vector<Width>(out + i, x);
  }
}

template <typename T>
__global__ void __launch_bounds__(256)
    softmax_columns(const T* in, T* out, int64_t columns, int64_t n, int64_t inner, bool log) {
  using Compute = opmath_t<T>;
  const int64_t column = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (column >= columns) return;
  const int64_t start = column / inner * n * inner + column % inner;
  Compute largest = kMinusInfinity<Compute>;
  for (int64_t i = 0; i < n; ++i) largest = cuda::MaxOf()(largest, static_cast<Compute>(in[start + i * inner]));
  Compute sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += cuda::row_exp<T>(static_cast<Compute>(in[start + i * inner]) - largest);
  const Compute scale = log ? m::log(sum) : Compute(1) / sum;
  for (int64_t i = 0; i < n; ++i) {
    const Compute shifted = static_cast<Compute>(in[start + i * inner]) - largest;
    out[start + i * inner] = static_cast<T>(log ? shifted - scale : cuda::row_exp<T>(shifted) * scale);
  }
}

// ---- backward: grad_in = y * (g - sum(g * y)), of log-softmax g - exp(y) * sum(g) ----

template <typename T, typename Compute>
__device__ __forceinline__ Compute softmax_gradient(Compute g, Compute y, Compute sum, bool log) {
  return log ? g - cuda::row_exp<T>(y) * sum : y * (g - sum);
}

template <typename T, int Width, int Count>
__global__ void __launch_bounds__(cuda::kRowThreads)
    softmax_backward_rows(const T* grad, const T* output, T* out, int64_t rows, int n, bool log) {
  using Compute = opmath_t<T>;
  const RowPlace place = cuda::row_place();
  if (place.row >= rows) return;
  RowRegisters<T, Width, Count> g, y;
  g.load(grad + place.row * n, n, place, static_cast<T>(Compute(0)));
  y.load(output + place.row * n, n, place, static_cast<T>(Compute(0)));
  Compute sum = 0;
#pragma unroll
  for (int k = 0; k < Count; ++k) {
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      const Compute gv = static_cast<Compute>(g.vectors[k][v]);
      sum += log ? gv : gv * static_cast<Compute>(y.vectors[k][v]);
    }
  }
  sum = cuda::row_all(sum, cuda::SumOf());
#pragma unroll
  for (int k = 0; k < Count; ++k) {
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      g.vectors[k][v] = static_cast<T>(
          softmax_gradient<T>(static_cast<Compute>(g.vectors[k][v]), static_cast<Compute>(y.vectors[k][v]), sum, log));
    }
  }
  g.store(out + place.row * n, n, place);
}

template <typename T, int Width>
__global__ void __launch_bounds__(cuda::kRowThreads)
    softmax_backward_long_rows(const T* grad, const T* output, T* out, int64_t n, bool log) {
  using Compute = opmath_t<T>;
  const int64_t start = blockIdx.x * n;
  const int64_t first = static_cast<int64_t>(threadIdx.x) * Width, step = static_cast<int64_t>(blockDim.x) * Width;
  Compute sum = 0;
  for (int64_t i = first; i < n; i += step) {
    const Vector<T, Width> g = load_vector<Width>(grad + start + i);
    const Vector<T, Width> y = load_vector<Width>(output + start + i);
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      sum += log ? static_cast<Compute>(g[v]) : static_cast<Compute>(g[v]) * static_cast<Compute>(y[v]);
    }
  }
  sum = cuda::row_all(sum, cuda::SumOf());
  for (int64_t i = first; i < n; i += step) {
    Vector<T, Width> g = load_vector<Width>(grad + start + i);
    const Vector<T, Width> y = load_vector<Width>(output + start + i);
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      g[v] = static_cast<T>(softmax_gradient<T>(static_cast<Compute>(g[v]), static_cast<Compute>(y[v]), sum, log));
    }
    cuda::store_vector<Width>(out + start + i, g);
  }
}

template <typename T>
__global__ void __launch_bounds__(256) softmax_backward_columns(const T* grad, const T* output, T* out, int64_t columns,
                                                                int64_t n, int64_t inner, bool log) {
  using Compute = opmath_t<T>;
  const int64_t column = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (column >= columns) return;
  const int64_t start = column / inner * n * inner + column % inner;
  Compute sum = 0;
  for (int64_t i = 0; i < n; ++i) {
    const Compute g = static_cast<Compute>(grad[start + i * inner]);
    sum += log ? g : g * static_cast<Compute>(output[start + i * inner]);
  }
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = start + i * inner;
    out[at] =
        static_cast<T>(softmax_gradient<T>(static_cast<Compute>(grad[at]), static_cast<Compute>(output[at]), sum, log));
  }
}

// ---- causal: query i of a matrix (queries, keys) sees keys j <= i; the others become 0 and are not read ----

template <typename T, int Width, int Count>
__global__ void __launch_bounds__(cuda::kRowThreads)
    causal_rows(const T* in, T* out, int64_t rows, int64_t queries, int64_t keys, opmath_t<T> factor) {
  using Compute = opmath_t<T>;
  const RowPlace place = cuda::row_place();
  if (place.row >= rows) return;
  const int n = static_cast<int>(keys);
  const int64_t query = place.row % queries;
  const int visible = query + 1 < keys ? static_cast<int>(query) + 1 : n;
  in += place.row * n;
  Compute values[Count * Width];
  Compute largest = kMinusInfinity<Compute>;
#pragma unroll
  for (int k = 0; k < Count; ++k) {
    const int i = (k * place.group + place.thread) * Width;
    Vector<T, Width> x;
    if (i < visible) x = load_vector<Width>(in + i);
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      values[k * Width + v] = i + v < visible ? static_cast<Compute>(x[v]) * factor : kMinusInfinity<Compute>;
      largest = cuda::MaxOf()(largest, values[k * Width + v]);
    }
  }
  largest = cuda::row_all(largest, cuda::MaxOf());
  Compute sum = 0;
#pragma unroll
  for (int k = 0; k < Count; ++k) {
    const int i = (k * place.group + place.thread) * Width;
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      values[k * Width + v] = i + v < visible ? cuda::row_exp<T>(values[k * Width + v] - largest) : Compute(0);
      sum += values[k * Width + v];
    }
  }
  sum = cuda::row_all(sum, cuda::SumOf());
  RowRegisters<T, Width, Count> y;
#pragma unroll
  for (int k = 0; k < Count; ++k) {
    const int i = (k * place.group + place.thread) * Width;
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      y.vectors[k][v] = static_cast<T>(i + v < visible ? values[k * Width + v] / sum : Compute(0));
    }
  }
  y.store(out + place.row * n, n, place);
}

template <typename T>
__global__ void __launch_bounds__(cuda::kRowThreads)
    causal_long_rows(const T* in, T* out, int64_t, int64_t queries, int64_t keys, opmath_t<T> factor) {
  using Compute = opmath_t<T>;
  const int64_t row = blockIdx.x, query = row % queries;
  const int64_t visible = query + 1 < keys ? query + 1 : keys;
  in += row * keys;
  out += row * keys;
  Compute largest = kMinusInfinity<Compute>;
  for (int64_t i = threadIdx.x; i < visible; i += blockDim.x) {
    largest = cuda::MaxOf()(largest, static_cast<Compute>(in[i]) * factor);
  }
  largest = cuda::row_all(largest, cuda::MaxOf());
  Compute sum = 0;
  for (int64_t i = threadIdx.x; i < visible; i += blockDim.x) {
    sum += cuda::row_exp<T>(static_cast<Compute>(in[i]) * factor - largest);
  }
  sum = cuda::row_all(sum, cuda::SumOf());
  for (int64_t i = threadIdx.x; i < keys; i += blockDim.x) {
    const Compute y = i < visible ? cuda::row_exp<T>(static_cast<Compute>(in[i]) * factor - largest) / sum : Compute(0);
    out[i] = static_cast<T>(y);
  }
}

// ---- launchers: (outer, n, inner) around the dim; tensors contiguous and of one dtype ----

/// Calls `launch` with the kernel for rows that fit in registers: make(Width, Count), of constants. A short row gets a
/// kernel for as few vectors as its threads hold, since one does the arithmetic of all that it might hold.
template <typename T, typename Make, typename Launch>
void with_row_kernel(const RowPlan& plan, int64_t n, const Make& make, const Launch& launch) {
  constexpr int kWidth = cuda::kVectorWidth<T>;
  const auto choose = [&]<int Width, int Few>() {
    constexpr int kMost = cuda::kRowVectors<T, Width>;
    const std::integral_constant<int, Width> width;
    const int64_t held = (n / Width + plan.block.x - 1) / plan.block.x;
    if (held <= Few) return launch(make(width, std::integral_constant<int, Few>()));
    if (held <= 2 * Few) return launch(make(width, std::integral_constant<int, 2 * Few>()));
    launch(make(width, std::integral_constant<int, kMost>()));
  };
  plan.vectors ? choose.template operator()<kWidth, 1>() : choose.template operator()<1, 2>();
}

void softmax_forward(const char* op, const Tensor& self, int64_t outer, int64_t n, int64_t inner, bool log,
                     const Tensor& out) {
  if (self.numel() == 0) return;
  const Stream stream = cuda::current_stream(self.device().index);
  const StorageImpl *from = self.storage().get(), *to = out.storage().get();
  visit_dtype<kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int kWidth = cuda::kVectorWidth<T>;
    const T* x = self.data<T>();
    T* y = out.data<T>();
    if (inner != 1) {
      const LaunchConfig config{op, stream, dim3(cuda::blocks_for(outer * inner, 256)), dim3(256)};
      cuda::launch(config, {from, to}, softmax_columns<T>, x, y, outer * inner, n, inner, log);
      return;
    }
    const RowPlan plan = cuda::plan_rows<T>(outer, n, cuda::rows_aligned<T>(self, n) && cuda::rows_aligned<T>(out, n));
    const LaunchConfig config{op, stream, plan.grid, plan.block};
    if (plan.resident) {
      with_row_kernel<T>(
          plan, n, [](auto width, auto count) { return softmax_rows<T, width(), count()>; },
          [&](auto kernel) { cuda::launch(config, {from, to}, kernel, x, y, outer, n, log); });
    } else {
      cuda::launch(config, {from, to}, plan.vectors ? softmax_long_rows<T, kWidth> : softmax_long_rows<T, 1>, x, y, n,
                   log);
    }
  });
}

void softmax_backward(const char* op, const Tensor& grad, const Tensor& output, int64_t outer, int64_t n, int64_t inner,
                      bool log, const Tensor& out) {
  if (grad.numel() == 0) return;
  const Stream stream = cuda::current_stream(grad.device().index);
  const StorageImpl *g_memory = grad.storage().get(), *y_memory = output.storage().get(), *to = out.storage().get();
  visit_dtype<kFloatingSet>(grad.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int kWidth = cuda::kVectorWidth<T>;
    const T *g = grad.data<T>(), *y = output.data<T>();
    T* result = out.data<T>();
    if (inner != 1) {
      const LaunchConfig config{op, stream, dim3(cuda::blocks_for(outer * inner, 256)), dim3(256)};
      cuda::launch(config, {g_memory, y_memory, to}, softmax_backward_columns<T>, g, y, result, outer * inner, n, inner,
                   log);
      return;
    }
    const bool aligned =
        cuda::rows_aligned<T>(grad, n) && cuda::rows_aligned<T>(output, n) && cuda::rows_aligned<T>(out, n);
    const RowPlan plan = cuda::plan_rows<T>(outer, n, aligned);
    const LaunchConfig config{op, stream, plan.grid, plan.block};
    if (plan.resident) {
      with_row_kernel<T>(
          plan, n, [](auto width, auto count) { return softmax_backward_rows<T, width(), count()>; },
          [&](auto kernel) { cuda::launch(config, {g_memory, y_memory, to}, kernel, g, y, result, outer, n, log); });
    } else {
      cuda::launch(config, {g_memory, y_memory, to},
                   plan.vectors ? softmax_backward_long_rows<T, kWidth> : softmax_backward_long_rows<T, 1>, g, y,
                   result, n, log);
    }
  });
}

struct Extents {
  int64_t outer = 1, n = 1, inner = 1;
};

Extents extents_of(const Tensor& t, int64_t dim) {
  Extents e;
  for (int64_t d = 0; d < t.dim(); ++d) (d < dim ? e.outer : d == dim ? e.n : e.inner) *= t.sizes()[d];
  return e;
}

template <bool log>
void softmax_cuda(const Tensor& self, int64_t dim, bool half_to_float, Tensor& out) {
  const Tensor x = contiguous_data(half_to_float ? cast_data(self, DType::float32) : self);
  const Extents e = extents_of(x, dim);
  softmax_forward(log ? "_log_softmax" : "_softmax", x, e.outer, e.n, e.inner, log, out);
}

template <bool log>
void softmax_backward_cuda(const Tensor& grad, const Tensor& output, int64_t dim, DType input_dtype, Tensor& out) {
  const Tensor g = contiguous_data(cast_data(grad, input_dtype)), y = contiguous_data(cast_data(output, input_dtype));
  const Extents e = extents_of(g, dim);
  softmax_backward(log ? "_log_softmax_backward_data" : "_softmax_backward_data", g, y, e.outer, e.n, e.inner, log,
                   out);
}

void causal_softmax_cuda(const Tensor& scores, double scale, Tensor& out) {
  const Tensor x = contiguous_data(scores);
  if (x.numel() == 0) return;
  const int64_t queries = x.sizes()[1], keys = x.sizes()[2], rows = x.sizes()[0] * queries;
  visit_dtype<kFloatingSet>(x.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const bool aligned = cuda::rows_aligned<T>(x, keys) && cuda::rows_aligned<T>(out, keys);
    const RowPlan plan = cuda::plan_rows<T>(rows, keys, aligned);
    const LaunchConfig config{"_causal_softmax", cuda::current_stream(x.device().index), plan.grid, plan.block};
    const auto launch = [&](auto kernel) {
      cuda::launch(config, {x.storage().get(), out.storage().get()}, kernel, x.data<T>(), out.data<T>(), rows, queries,
                   keys, static_cast<opmath_t<T>>(scale));
    };
    if (!plan.resident) return launch(causal_long_rows<T>);
    with_row_kernel<T>(plan, keys, [](auto width, auto count) { return causal_rows<T, width(), count()>; }, launch);
  });
}

}  // namespace

void register_softmax_cuda(Registry& r) {
  r.at("_softmax").cuda(softmax_cuda<false>);
  r.at("_log_softmax").cuda(softmax_cuda<true>);
  r.at("_softmax_backward_data").cuda(softmax_backward_cuda<false>);
  r.at("_log_softmax_backward_data").cuda(softmax_backward_cuda<true>);
  r.at("_causal_softmax").cuda(causal_softmax_cuda);
}

}  // namespace vt
