// Cross entropy on CUDA: the forward reads the logits once, the backward reads them once and writes the gradient.
#include "cuda/device_error.h"
#include "dispatch/registry.h"
#include "iter/cuda_rows.cuh"
#include "ops/copy/kernels.h"
#include "ops/nn/max_sum.cuh"

namespace vt {
namespace {

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

/// The part of a row that vectors cover: rows of an odd length start anywhere, what stands before the first 16-byte
/// boundary and after the last is left to single threads.
template <typename T>
struct RowParts {
  static constexpr int kWidth = cuda::kVectorWidth<T>;
  int64_t head;     // elements before the vectors
  int64_t vectors;  // number of them

  __device__ RowParts(const T* row, int64_t count) {
    const auto past = static_cast<int64_t>(reinterpret_cast<uintptr_t>(row) % 16 / sizeof(T));
    head = past == 0 ? 0 : kWidth - past;
    head = head < count ? head : count;
    vectors = (count - head) / kWidth;
  }
  /// The element outside the vectors that thread `i` takes; -1 for none.
  __device__ int64_t single(int64_t i, int64_t count) const {
    if (i >= head) i += vectors * kWidth;
    return i < count ? i : -1;
  }
};
/// Elements outside the vectors, at most.
template <typename T>
inline constexpr int kSingles = 2 * (cuda::kVectorWidth<T> - 1);

// A NaN does not count: it comes back in the sum.
__device__ __forceinline__ float larger(float a, float b) { return fmaxf(a, b); }
__device__ __forceinline__ double larger(double a, double b) { return fmax(a, b); }

__device__ __forceinline__ uint32_t larger_pair(bfloat16, uint32_t a, uint32_t b) {
  uint32_t result;
  asm("max.bf16x2 %0, %1, %2;" : "=r"(result) : "r"(a), "r"(b));
  return result;
}
__device__ __forceinline__ uint32_t larger_pair(float16, uint32_t a, uint32_t b) {
  uint32_t result;
  asm("max.f16x2 %0, %1, %2;" : "=r"(result) : "r"(a), "r"(b));
  return result;
}
/// The largest element of several vectors; of 16-bit floats two at a time.
template <typename T, int Width, int Count>
__device__ __forceinline__ opmath_t<T> largest_of(const cuda::VectorWords<T, Width> (&words)[Count]) {
  cuda::VectorWords<T, sizeof(T) == 2 ? 2 : Width> top;
  memcpy(&top, &words[0], sizeof(top));
#pragma unroll
  for (int u = 0; u < Count; ++u) {
    if constexpr (sizeof(T) == 2) {
#pragma unroll
      for (int k = 0; k < Width / 2; ++k) top.words[0] = larger_pair(T(), top.words[0], words[u].words[k]);
    } else {
      auto values = top.template as<opmath_t<T>>();
#pragma unroll
      for (int k = 0; k < Width; ++k) values[k] = larger(values[k], words[u].template as<opmath_t<T>>()[k]);
      memcpy(&top, &values, sizeof(top));
    }
  }
  const auto values = top.template as<opmath_t<T>>();
  opmath_t<T> largest = values[0];
#pragma unroll
  for (int k = 1; k < static_cast<int>(sizeof(top) / sizeof(T)); ++k) largest = larger(largest, values[k]);
  return largest;
}

template <typename T>
__global__ void __launch_bounds__(kThreads, sizeof(T) == 8 ? 1 : 2) cross_entropy_rows(ForwardArguments<T> p) {
  using Compute = opmath_t<T>;
  constexpr int kWidth = cuda::kVectorWidth<T>;
  using Words = cuda::VectorWords<T, kWidth>;
  constexpr Compute kMinusInfinity = -std::numeric_limits<Compute>::infinity();
  const int64_t row = blockIdx.x;
  const T* x = p.logits + row * p.classes;
  const RowParts<T> parts(x, p.classes);
  const T* from = x + parts.head;
  // Two sets of vectors take turns: while one is added up the other is on its way.
  const auto padding = cuda::filled_vector<T, kWidth>(static_cast<T>(kMinusInfinity));
  auto load = [&](Words(&words)[kUnroll], int64_t first) {
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const int64_t i = first + u * kThreads;
      memcpy(&words[u], &padding, sizeof(padding));
      if (i < parts.vectors) words[u].load(from + i * kWidth);
    }
  };
  MaxSum<Compute> state{kMinusInfinity, 0};
  auto add = [&](const Words(&words)[kUnroll]) {
    const Compute largest = larger(state.largest, largest_of(words));
    const Compute base = largest == kMinusInfinity ? Compute(0) : largest;
    Compute sum = state.sum == Compute(0) ? Compute(0) : state.sum * cuda::row_exp<T>(state.largest - base);
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const Vector<Compute, kWidth> v = words[u].template as<Compute>();
#pragma unroll
      for (int k = 0; k < kWidth; ++k) sum += cuda::row_exp<T>(v[k] - base);
    }
    state = {largest, sum};
  };
  constexpr int64_t kStep = kThreads * kUnroll;
  Words even[kUnroll], odd[kUnroll];
  load(even, threadIdx.x);
  const int64_t t = p.target[row];
  for (int64_t i = threadIdx.x; i < parts.vectors; i += 2 * kStep) {
    load(odd, i + kStep);
    add(even);
    load(even, i + 2 * kStep);
    add(odd);
  }
  if (threadIdx.x < kSingles<T>) {
    if (const int64_t i = parts.single(threadIdx.x, p.classes); i >= 0) {
      const auto value = static_cast<Compute>(x[i]);
      const Compute base = value == kMinusInfinity ? Compute(0) : value;
      state = CombineMaxSum<T>()(state, MaxSum<Compute>{value, cuda::row_exp<T>(value - base)});
    }
  }
  const bool counts = t != p.ignore, inside = t >= 0 && t < p.classes;
  Compute picked = 0;  // comes while the threads combine
  if (threadIdx.x == 0 && counts && inside) picked = static_cast<Compute>(x[t]);
  __shared__ MaxSum<Compute> warps[kThreads / 32];
  state = cuda::warp_all(state, CombineMaxSum<T>());
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = state;
  __syncthreads();
  if (threadIdx.x >= 32) return;
  state = threadIdx.x < kThreads / 32 ? warps[threadIdx.x] : MaxSum<Compute>{kMinusInfinity, 0};
  state = cuda::warp_all(state, CombineMaxSum<T>());
  if (threadIdx.x != 0) return;
  const Compute lse = state.largest + m::log(state.sum);
  p.lse[row] = lse;
  if (counts && !inside) p.errors.bad_index(t, 0, p.classes);
  p.losses[row] = counts && inside ? lse - picked : Compute(0);
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

/// `Vectors`: logits and gradient lie alike to 16-byte boundaries.
template <typename T, bool Vectors>
__global__ void __launch_bounds__(kThreads) cross_entropy_gradient(BackwardArguments<T> p) {
  using Compute = opmath_t<T>;
  constexpr int kWidth = Vectors ? cuda::kVectorWidth<T> : 1;
  const int64_t row = blockIdx.x, t = p.target[row];
  const T* x = p.logits + row * p.classes;
  T* out = p.out + row * p.classes;
  const Compute lse = p.lse[row];
  const Compute scale = t == p.ignore ? Compute(0) : *p.grad / *p.count;
  auto gradient = [&](Compute value, int64_t i) {
    return static_cast<T>((cuda::row_exp<T>(value - lse) - (i == t ? Compute(1) : Compute(0))) * scale);
  };
  int64_t head = 0, vectors = p.classes;
  if constexpr (Vectors) {
    const RowParts<T> parts(x, p.classes);
    head = parts.head;
    vectors = parts.vectors;
    if (threadIdx.x < kSingles<T>) {
      if (const int64_t i = parts.single(threadIdx.x, p.classes); i >= 0) {
        out[i] = gradient(static_cast<Compute>(x[i]), i);
      }
    }
  }
  for (int64_t first = threadIdx.x; first < vectors; first += kThreads * kUnroll) {
    cuda::VectorWords<T, kWidth> words[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (first + u * kThreads < vectors) words[u].load(x + head + (first + u * kThreads) * kWidth);
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (first + u * kThreads >= vectors) break;
      const int64_t at = head + (first + u * kThreads) * kWidth;
      const Vector<Compute, kWidth> values = words[u].template as<Compute>();
      Vector<T, kWidth> v;
#pragma unroll
      for (int k = 0; k < kWidth; ++k) v[k] = gradient(values[k], at + k);
      cuda::store_vector<kWidth>(out + at, v);
    }
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
    const ForwardArguments<T> p{x.data<T>(),
                                t.data<int64_t>(),
                                lse.data<Compute>(),
                                losses.data<Compute>(),
                                classes,
                                ignore,
                                cuda::device_error_sink(stream.device, "cross_entropy_loss")};
    cuda::LaunchConfig config{"_cross_entropy", stream, dim3(static_cast<unsigned>(rows)), dim3(kThreads)};
    cuda::launch(config, {x.storage().get(), t.storage().get(), lse.storage().get(), losses.storage().get()},
                 cross_entropy_rows<T>, p);
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
    const BackwardArguments<T> p{grad.data<Compute>(),  x.data<T>(),   t.data<int64_t>(), sums.data<Compute>(),
                                 count.data<Compute>(), out.data<T>(), classes,           ignore};
    const bool vectors = reinterpret_cast<uintptr_t>(x.data()) % 16 == reinterpret_cast<uintptr_t>(out.data()) % 16;
    const cuda::LaunchConfig config{"_cross_entropy_backward", cuda::current_stream(x.device().index),
                                    dim3(static_cast<unsigned>(rows)), dim3(kThreads)};
    cuda::launch(config,
                 {grad.storage().get(), x.storage().get(), t.storage().get(), sums.storage().get(),
                  count.storage().get(), out.storage().get()},
                 vectors ? cross_entropy_gradient<T, true> : cross_entropy_gradient<T, false>, p);
  });
}

}  // namespace

void register_loss_cross_entropy_cuda(Registry& r) {
  r.at("_cross_entropy").cuda(cross_entropy_cuda);
  r.at("_cross_entropy_backward").cuda(cross_entropy_backward_cuda);
}

}  // namespace vt
