// Cross entropy on CUDA: the forward reads the logits once, the backward reads them once and writes the gradient.
#include "cuda/device_error.h"
#include "dispatch/registry.h"
#include "iter/cuda_rows.cuh"
#include "ops/copy/kernels.h"
#include "ops/nn/max_sum.cuh"

namespace vt {
namespace {

using cuda::load_vector;
using cuda::Vector;

constexpr int kThreads = 512;
constexpr int kUnroll = 4;

template <typename T>
struct ForwardArguments {
  const T* logits;        // (rows, classes)
  const int64_t* target;  // (rows)
  opmath_t<T>* lse;       // (rows)
  opmath_t<T>* losses;    // (rows); 0 where the row doesn't count
  int64_t classes, ignore;
  cuda::DeviceErrorSink errors;
};

// A NaN does not count: it comes back in the sum.
__device__ __forceinline__ float larger(float a, float b) { return fmaxf(a, b); }
__device__ __forceinline__ double larger(double a, double b) { return fmax(a, b); }

template <typename T, int Width>
__global__ void __launch_bounds__(kThreads) cross_entropy_rows(ForwardArguments<T> p) {
  using Compute = opmath_t<T>;
  constexpr Compute kMinusInfinity = -std::numeric_limits<Compute>::infinity();
  const int64_t row = blockIdx.x;
  const T* x = p.logits + row * p.classes;
  MaxSum<Compute> state{kMinusInfinity, 0};
  auto add = [&](const Vector<T, Width>* v, int count) {
    Compute largest = state.largest;
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (u >= count) break;
#pragma unroll
      for (int k = 0; k < Width; ++k) largest = larger(largest, static_cast<Compute>(v[u][k]));
    }
    const Compute base = largest == kMinusInfinity ? Compute(0) : largest;
    Compute sum = state.sum == Compute(0) ? Compute(0) : state.sum * cuda::row_exp<T>(state.largest - base);
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (u >= count) break;
#pragma unroll
      for (int k = 0; k < Width; ++k) sum += cuda::row_exp<T>(static_cast<Compute>(v[u][k]) - base);
    }
    state = {largest, sum};
  };
  const int64_t step = static_cast<int64_t>(kThreads) * Width;
  int64_t i = static_cast<int64_t>(threadIdx.x) * Width;
  Vector<T, Width> v[kUnroll];
  for (; i + step * (kUnroll - 1) < p.classes; i += step * kUnroll) {
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) v[u] = load_vector<Width>(x + i + u * step);
    add(v, kUnroll);
  }
  for (; i < p.classes; i += step) {
    v[0] = load_vector<Width>(x + i);
    add(v, 1);
  }
  state = cuda::row_all(state, CombineMaxSum<T>());
  if (threadIdx.x != 0) return;
  const Compute lse = state.largest + m::log(state.sum);
  p.lse[row] = lse;
  const int64_t t = p.target[row];
  Compute loss = 0;
  if (t != p.ignore) {
    if (t >= 0 && t < p.classes) {
      loss = lse - static_cast<Compute>(x[t]);
    } else {
      p.errors.bad_index(t, 0, p.classes);
    }
  }
  p.losses[row] = loss;
}

// One block, in a fixed order and in double.
template <typename Compute>
__global__ void __launch_bounds__(kThreads) mean_of_losses(const Compute* losses, const int64_t* target, int64_t rows,
                                                           int64_t ignore, Compute* loss, Compute* count) {
  double sum = 0, counted = 0;
  for (int64_t i = threadIdx.x; i < rows; i += kThreads) {
    sum += static_cast<double>(losses[i]);
    counted += target[i] != ignore ? 1.0 : 0.0;
  }
  __shared__ double scratch[32];
  sum = cuda::block_all(sum, cuda::SumOf(), scratch);
  counted = cuda::block_all(counted, cuda::SumOf(), scratch);
  if (threadIdx.x == 0) {
    *loss = static_cast<Compute>(sum / counted);
    *count = static_cast<Compute>(counted);
  }
}

template <typename T>
struct BackwardArguments {
  const opmath_t<T>* grad;
  const T* logits;
  const int64_t* target;
  const opmath_t<T>* lse;
  const opmath_t<T>* count;
  T* out;
  int64_t classes, ignore;
};

template <typename T, int Width>
__global__ void __launch_bounds__(kThreads) cross_entropy_gradient(BackwardArguments<T> p) {
  using Compute = opmath_t<T>;
  const int64_t row = blockIdx.x, t = p.target[row];
  const T* x = p.logits + row * p.classes;
  T* out = p.out + row * p.classes;
  const Compute lse = p.lse[row];
  const Compute scale = t == p.ignore ? Compute(0) : *p.grad / *p.count;
  const int64_t step = static_cast<int64_t>(kThreads) * Width;
  auto gradient = [&](Vector<T, Width>& v, int64_t i) {
#pragma unroll
    for (int k = 0; k < Width; ++k) {
      const Compute probability = cuda::row_exp<T>(static_cast<Compute>(v[k]) - lse);
      v[k] = static_cast<T>((probability - (i + k == t ? Compute(1) : Compute(0))) * scale);
    }
    cuda::store_vector<Width>(out + i, v);
  };
  int64_t i = static_cast<int64_t>(threadIdx.x) * Width;
  Vector<T, Width> v[kUnroll];
  for (; i + step * (kUnroll - 1) < p.classes; i += step * kUnroll) {
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) v[u] = load_vector<Width>(x + i + u * step);
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) gradient(v[u], i + u * step);
  }
  for (; i < p.classes; i += step) {
    v[0] = load_vector<Width>(x + i);
    gradient(v[0], i);
  }
}

void cross_entropy_cuda(const Tensor& logits, const Tensor& target, int64_t ignore, Tensor& loss, Tensor& lse,
                        Tensor& count) {
  const Tensor x = contiguous_data(logits), t = contiguous_data(target);
  const int64_t rows = x.size(0), classes = x.size(1);
  const cuda::Stream stream = cuda::current_stream(x.device().index);
  const Tensor losses = empty_like(lse);
  visit_dtype<kFloatingSet>(x.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Compute = opmath_t<T>;
    constexpr int kWidth = cuda::kVectorWidth<T>;
    const ForwardArguments<T> p{x.data<T>(),
                                t.data<int64_t>(),
                                lse.data<Compute>(),
                                losses.data<Compute>(),
                                classes,
                                ignore,
                                cuda::device_error_sink(stream.device, "cross_entropy_loss")};
    const bool vectors = cuda::rows_aligned<T>(x, classes);
    cuda::LaunchConfig config{"_cross_entropy", stream, dim3(static_cast<unsigned>(rows)), dim3(kThreads)};
    cuda::launch(config, {x.storage().get(), t.storage().get(), lse.storage().get(), losses.storage().get()},
                 vectors ? cross_entropy_rows<T, kWidth> : cross_entropy_rows<T, 1>, p);
    config.grid = dim3(1);
    cuda::launch(config, {losses.storage().get(), t.storage().get(), loss.storage().get(), count.storage().get()},
                 mean_of_losses<Compute>, losses.data<Compute>(), t.data<int64_t>(), rows, ignore, loss.data<Compute>(),
                 count.data<Compute>());
  });
}

void cross_entropy_backward_cuda(const Tensor& grad, const Tensor& logits, const Tensor& target, const Tensor& lse,
                                 const Tensor& count, int64_t ignore, Tensor& out) {
  const Tensor x = contiguous_data(logits), t = contiguous_data(target), sums = contiguous_data(lse);
  const int64_t rows = x.size(0), classes = x.size(1);
  if (out.numel() == 0) return;
  visit_dtype<kFloatingSet>(x.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Compute = opmath_t<T>;
    constexpr int kWidth = cuda::kVectorWidth<T>;
    const BackwardArguments<T> p{grad.data<Compute>(),  x.data<T>(),   t.data<int64_t>(), sums.data<Compute>(),
                                 count.data<Compute>(), out.data<T>(), classes,           ignore};
    const bool vectors = cuda::rows_aligned<T>(x, classes) && cuda::rows_aligned<T>(out, classes);
    const cuda::LaunchConfig config{"_cross_entropy_backward", cuda::current_stream(x.device().index),
                                    dim3(static_cast<unsigned>(rows)), dim3(kThreads)};
    cuda::launch(config,
                 {grad.storage().get(), x.storage().get(), t.storage().get(), sums.storage().get(),
                  count.storage().get(), out.storage().get()},
                 vectors ? cross_entropy_gradient<T, kWidth> : cross_entropy_gradient<T, 1>, p);
  });
}

}  // namespace

void register_loss_cross_entropy_cuda(Registry& r) {
  r.at("_cross_entropy").cuda(cross_entropy_cuda);
  r.at("_cross_entropy_backward").cuda(cross_entropy_backward_cuda);
}

}  // namespace vt
