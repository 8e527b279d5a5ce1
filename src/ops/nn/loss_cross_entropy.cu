// Cross entropy on CUDA: the forward reads the logits once, the backward reads them once and writes the gradient, over
// them if it may; where backward is foreseen (Note [Ready gradients] in ready_gradient.h) the forward does both.
#include "core/thread_state.h"
#include "cpu/kernels/cross_entropy.h"
#include "cuda/device_error.h"
#include "dispatch/registry.h"
#include "iter/cuda_rows.cuh"
#include "ops/copy/kernels.h"
#include "ops/nn/max_sum.cuh"
#include "ops/nn/ready_gradient.h"

namespace vt {
namespace {

using cuda::Vector;

constexpr int kThreads = 512;
constexpr int kUnroll = 4;

template <typename T>
struct ForwardArguments {
  const T* logits;        // (rows, classes)
  const int64_t* target;  // (rows)
  double* lse;            // (rows)
  opmath_t<T>* losses;    // (rows); 0 where the row doesn't count
  int64_t rows, classes, ignore;
  cuda::DeviceErrorSink errors;
  const opmath_t<T>* count;  // rows that count, for `gradient`
  T* gradient;               // of the mean loss, (rows, classes); null: not wanted
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
/// The largest element of several vectors, of those that `has` says are there; of 16-bit floats two at a time.
template <typename T, int Width, int Count, typename Has>
__device__ __forceinline__ opmath_t<T> largest_of(const cuda::VectorWords<T, Width> (&words)[Count], const Has& has) {
  using Compute = opmath_t<T>;
  constexpr int kTops = sizeof(T) == 2 ? 2 : Width;
  cuda::VectorWords<T, kTops> top;
  const auto lowest = cuda::filled_vector<T, kTops>(static_cast<T>(-std::numeric_limits<Compute>::infinity()));
  memcpy(&top, &lowest, sizeof(top));
#pragma unroll
  for (int u = 0; u < Count; ++u) {
    if (!has(u)) continue;
    if constexpr (sizeof(T) == 2) {
#pragma unroll
      for (int k = 0; k < Width / 2; ++k) top.words[0] = larger_pair(T(), top.words[0], words[u].words[k]);
    } else {
      auto tops = top.template as<Compute>();
      const auto values = words[u].template as<Compute>();
#pragma unroll
      for (int k = 0; k < Width; ++k) tops[k] = larger(tops[k], values[k]);
      memcpy(&top, &tops, sizeof(top));
    }
  }
  const auto tops = top.template as<Compute>();
  Compute largest = tops[0];
#pragma unroll
  for (int k = 1; k < kTops; ++k) largest = larger(largest, tops[k]);
  return largest;
}

/// exp(x - base) of a vector's elements added to `sum`.
template <typename T, int Width>
__device__ __forceinline__ void add_powers(opmath_t<T>& sum, const cuda::VectorWords<T, Width>& words,
                                           opmath_t<T> base) {
  const auto values = words.template as<opmath_t<T>>();
#pragma unroll
  for (int k = 0; k < Width; ++k) sum += cuda::row_exp<T>(values[k] - base);
}

/// What one element gives.
template <typename T>
__device__ __forceinline__ MaxSum<opmath_t<T>> state_of(T element) {
  const auto value = static_cast<opmath_t<T>>(element);
  const bool nothing = value == -std::numeric_limits<opmath_t<T>>::infinity();
  return {value, cuda::row_exp<T>(value - (nothing ? 0 : value))};
}

/// Over the block, which what it wrote to shared memory before is then known to; every thread gets the result.
/// `scratch`: 32 values, not to be written to again before another such call.
template <typename T>
__device__ __forceinline__ MaxSum<opmath_t<T>> combine_block(MaxSum<opmath_t<T>> state, MaxSum<opmath_t<T>>* scratch) {
  state = cuda::warp_all(state, CombineMaxSum<T>());
  __syncwarp();
  if (blockDim.x == 32) return state;
  if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = state;
  __syncthreads();
  const int lane = static_cast<int>(threadIdx.x % 32);
  state = lane < static_cast<int>(blockDim.x / 32)
              ? scratch[lane]
              : MaxSum<opmath_t<T>>{-std::numeric_limits<opmath_t<T>>::infinity(), 0};
  return cuda::warp_all(state, CombineMaxSum<T>());
}

/// The log of a row's sum, in two parts: of one float32 a large logit would leave no digits.
template <typename Compute>
struct LogSum {
  Compute most, rest;
  __device__ explicit LogSum(double lse)
      : most(static_cast<Compute>(lse)),
        rest(m::isinf(most) ? Compute(0) : static_cast<Compute>(lse - static_cast<double>(most))) {}
  __device__ explicit LogSum(const MaxSum<Compute>& state)
      : most(state.largest), rest(m::isinf(most) ? Compute(0) : m::log(state.sum)) {}
};
template <typename Compute>
__device__ __forceinline__ double log_sum(const MaxSum<Compute>& state) {
  return static_cast<double>(state.largest) + static_cast<double>(m::log(state.sum));
}

/// That of a row that is read again, by the whole block.
template <typename T>
__device__ __noinline__ LogSum<opmath_t<T>> log_sum_again(const T* x, int64_t classes) {
  MaxSum<opmath_t<T>> state{-std::numeric_limits<opmath_t<T>>::infinity(), 0};
  for (int64_t i = threadIdx.x; i < classes; i += blockDim.x) state = CombineMaxSum<T>()(state, state_of(x[i]));
  __shared__ MaxSum<opmath_t<T>> scratch[32];
  return LogSum<opmath_t<T>>(combine_block<T>(state, scratch));
}

/// Gradients of a vector of logits that starts at class `at`, for a row whose target is `t`.
template <typename T, int Width>
__device__ __forceinline__ Vector<T, Width> vector_gradient(const Vector<opmath_t<T>, Width>& x,
                                                            const LogSum<opmath_t<T>>& lse, opmath_t<T> scale,
                                                            int64_t at, int64_t t) {
  using Compute = opmath_t<T>;
  Vector<Compute, Width> p;
#pragma unroll
  for (int k = 0; k < Width; ++k) p[k] = cuda::row_exp<T>(x[k] - lse.most - lse.rest);
  if (t >= at && t < at + Width) {
#pragma unroll
    for (int k = 0; k < Width; ++k) {
      if (at + k == t) p[k] -= Compute(1);
    }
  }
  Vector<T, Width> v;
#pragma unroll
  for (int k = 0; k < Width; ++k) v[k] = static_cast<T>(p[k] * scale);
  return v;
}

template <typename T>
__device__ __forceinline__ void write_loss(const ForwardArguments<T>& p, int64_t row, int64_t t,
                                           const MaxSum<opmath_t<T>>& state, T picked) {
  using Compute = opmath_t<T>;
  p.lse[row] = log_sum(state);
  const bool counts = t != p.ignore, inside = t >= 0 && t < p.classes;
  if (counts && !inside) p.errors.bad_index(t, 0, p.classes);
  p.losses[row] = counts && inside ? m::log(state.sum) + (state.largest - static_cast<Compute>(picked)) : Compute(0);
}
/// The logit of the target; another where there is none. On its way until it is used.
template <typename T>
__device__ __forceinline__ T pick(const ForwardArguments<T>& p, const T* x, int64_t t) {
  return x[t >= 0 && t < p.classes ? t : 0];
}

constexpr int kHeldVectors = 7;
constexpr int kHeldThreads = 1024;  // of a multiprocessor: it holds as many rows as have room

/// Rows that fit in registers. As a vector of a row has been used the one of the next row takes its place, so that
/// memory is never waited for longer than it is busy.
template <typename T, bool Gradient>
__global__ void __launch_bounds__(kHeldThreads, 1) cross_entropy_held_rows(ForwardArguments<T> p) {
  using Compute = opmath_t<T>;
  constexpr int kWidth = cuda::kVectorWidth<T>;
  cuda::VectorWords<T, kWidth> words[kHeldVectors];
  __shared__ MaxSum<Compute> scratch[2][32];
  const Compute scale = Gradient ? Compute(1) / *p.count : Compute(0);
  const int threads = static_cast<int>(blockDim.x), thread = static_cast<int>(threadIdx.x);

  struct Row {
    const T* x;
    RowParts<T> parts;
    __device__ Row(const ForwardArguments<T>& p, int64_t row) : x(p.logits + row * p.classes), parts(x, p.classes) {}
  };
  __shared__ int64_t targets[2];
  T single;       // the element outside the vectors
  int64_t t = 0;  // the first thread's: in a register of all the compiler would wait for it at once
  auto load = [&](const Row& row, int u) {
    if (u * threads + thread < row.parts.vectors) {
      words[u].load(row.x + row.parts.head + static_cast<int64_t>(u * threads + thread) * kWidth);
    }
  };
  auto load_rest = [&](const Row& from, int64_t row) {
    const int64_t i = thread < kSingles<T> ? from.parts.single(thread, p.classes) : -1;
    if (i >= 0) single = from.x[i];
    if (thread == 0) t = p.target[row];
  };

  int64_t row = blockIdx.x;
  {
    const Row first(p, row);
#pragma unroll
    for (int u = 0; u < kHeldVectors; ++u) load(first, u);
    load_rest(first, row);
  }
  for (int turn = 0; row < p.rows; turn ^= 1) {
    const Row now(p, row);
    const int64_t following = row + gridDim.x < p.rows ? row + gridDim.x : row;  // at the end again, for nothing
    const Row next(p, following);
    const int64_t at = thread < kSingles<T> ? now.parts.single(thread, p.classes) : -1;  // of `single`
    const T last = single;
    T picked;
    if (thread == 0) {
      targets[turn] = t;
      picked = pick(p, now.x, t);
    }
    auto has = [&](int u) { return u * threads + thread < now.parts.vectors; };
    MaxSum<Compute> state{largest_of(words, has), 0};
    const Compute base = state.largest == -std::numeric_limits<Compute>::infinity() ? Compute(0) : state.largest;
#pragma unroll
    for (int u = 0; u < kHeldVectors; ++u) {
      if (has(u)) add_powers(state.sum, words[u], base);
      if constexpr (!Gradient) load(next, u);
    }
    if (at >= 0) state = CombineMaxSum<T>()(state, state_of(last));
    load_rest(next, following);
    state = combine_block<T>(state, scratch[turn]);
    if (thread == 0) write_loss(p, row, targets[turn], state, picked);
    if constexpr (Gradient) {
      // As the backward kernel has it, to the bit.
      const double kept = log_sum(state);
      const LogSum<Compute> lse = m::abs(kept) > cpu::kLargestKeptSum ? LogSum<Compute>(state) : LogSum<Compute>(kept);
      const int64_t target = targets[turn];
      T* out = p.gradient + row * p.classes;
      const Compute row_scale = target == p.ignore ? Compute(0) : scale;
#pragma unroll
      for (int u = 0; u < kHeldVectors; ++u) {
        if (has(u)) {
          const int64_t i = now.parts.head + static_cast<int64_t>(u * threads + thread) * kWidth;
          cuda::store_vector<kWidth>(
              out + i, vector_gradient<T, kWidth>(words[u].template as<Compute>(), lse, row_scale, i, target));
        }
        load(next, u);
      }
      if (at >= 0) {
        out[at] = vector_gradient<T, 1>({static_cast<Compute>(last)}, lse, row_scale, at, target)[0];
      }
    }
    row += gridDim.x;
  }
}

template <typename T>
__global__ void __launch_bounds__(kThreads, sizeof(T) == 8 ? 1 : 2) cross_entropy_long_rows(ForwardArguments<T> p) {
  using Compute = opmath_t<T>;
  constexpr int kWidth = cuda::kVectorWidth<T>;
  using Words = cuda::VectorWords<T, kWidth>;
  constexpr Compute kMinusInfinity = -std::numeric_limits<Compute>::infinity();
  const int64_t row = blockIdx.x;
  const T* x = p.logits + row * p.classes;
  const RowParts<T> parts(x, p.classes);
  const T* from = x + parts.head;
  // Two sets of vectors take turns: while one is added up the other is on its way.
  auto load = [&](Words(&words)[kUnroll], int64_t first) {
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const int64_t i = first + u * kThreads;
      if (i < parts.vectors) words[u].load(from + i * kWidth);
    }
  };
  MaxSum<Compute> state{kMinusInfinity, 0};
  auto add = [&](const Words(&words)[kUnroll], int64_t first) {
    auto has = [&](int u) { return first + u * kThreads < parts.vectors; };
    const Compute largest = larger(state.largest, largest_of(words, has));
    const Compute base = largest == kMinusInfinity ? Compute(0) : largest;
    Compute sum = state.sum == Compute(0) ? Compute(0) : state.sum * cuda::row_exp<T>(state.largest - base);
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (has(u)) add_powers(sum, words[u], base);
    }
    state = {largest, sum};
  };
  constexpr int64_t kStep = kThreads * kUnroll;
  Words even[kUnroll], odd[kUnroll];
  load(even, threadIdx.x);
  const int64_t t = p.target[row];
  for (int64_t i = threadIdx.x; i < parts.vectors; i += 2 * kStep) {
    load(odd, i + kStep);
    add(even, i);
    load(even, i + 2 * kStep);
    add(odd, i + kStep);
  }
  if (threadIdx.x < kSingles<T>) {
    if (const int64_t i = parts.single(threadIdx.x, p.classes); i >= 0) {
      state = CombineMaxSum<T>()(state, state_of(x[i]));
    }
  }
  const T picked = pick(p, x, t);  // comes while the threads combine
  __shared__ MaxSum<Compute> scratch[32];
  state = combine_block<T>(state, scratch);
  if (threadIdx.x == 0) write_loss(p, row, t, state, picked);
}

/// How many rows count. One block.
template <typename Compute>
__global__ void __launch_bounds__(1024)
    count_targets(const int64_t* target, int64_t rows, int64_t ignore, Compute* count) {
  int64_t counted = 0;
  for (int64_t i = threadIdx.x; i < rows; i += 1024) counted += target[i] != ignore ? 1 : 0;
  __shared__ int64_t scratch[32];
  counted = cuda::block_all(counted, cuda::SumOf(), scratch);
  if (threadIdx.x == 0) *count = static_cast<Compute>(counted);
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
  const double* lse;
  const opmath_t<T>* count;
  T* out;
  int64_t classes, ignore;
};

/// `Vectors`: logits and gradient lie alike to 16-byte boundaries.
template <typename T, bool Vectors>
__global__ void __launch_bounds__(kThreads, sizeof(T) == 8 ? 2 : 3) cross_entropy_gradient(BackwardArguments<T> p) {
  using Compute = opmath_t<T>;
  constexpr int kWidth = Vectors ? cuda::kVectorWidth<T> : 1;
  const int64_t row = blockIdx.x, t = p.target[row];
  const T* x = p.logits + row * p.classes;
  T* out = p.out + row * p.classes;
  const double kept = p.lse[row];
  const LogSum<Compute> lse = m::abs(kept) > cpu::kLargestKeptSum ? log_sum_again(x, p.classes) : LogSum<Compute>(kept);
  const Compute scale = t == p.ignore ? Compute(0) : *p.grad / *p.count;
  int64_t head = 0, vectors = p.classes;
  if constexpr (Vectors) {
    const RowParts<T> parts(x, p.classes);
    head = parts.head;
    vectors = parts.vectors;
    if (threadIdx.x < kSingles<T>) {
      if (const int64_t i = parts.single(threadIdx.x, p.classes); i >= 0) {
        out[i] = vector_gradient<T, 1>({static_cast<Compute>(x[i])}, lse, scale, i, t)[0];
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
      cuda::store_vector<kWidth>(out + at,
                                 vector_gradient<T, kWidth>(words[u].template as<Compute>(), lse, scale, at, t));
    }
  }
}

void cross_entropy_cuda(const Tensor& logits, const Tensor& target, int64_t ignore, Tensor& loss, Tensor& lse,
                        Tensor& count, Tensor& losses) {
  const Tensor x = contiguous_data(logits), t = contiguous_data(target);
  const int64_t rows = x.size(0), classes = x.size(1);
  const cuda::Stream stream = cuda::current_stream(x.device().index);
  Tensor gradient;
  visit_dtype<kFloatingSet>(x.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Compute = opmath_t<T>;
    ForwardArguments<T> p{x.data<T>(),
                          t.data<int64_t>(),
                          lse.data<double>(),
                          losses.data<Compute>(),
                          rows,
                          classes,
                          ignore,
                          cuda::device_error_sink(stream.device, "cross_entropy_loss"),
                          count.data<Compute>(),
                          nullptr};
    cuda::LaunchConfig config{"_cross_entropy", stream, dim3(static_cast<unsigned>(rows)), dim3(kThreads)};
    auto kernel = cross_entropy_long_rows<T>;
    if constexpr (sizeof(T) <= 4) {
      const int64_t vectors = (classes + cuda::kVectorWidth<T> - 1) / cuda::kVectorWidth<T>;
      const int64_t threads = std::max<int64_t>((vectors + kHeldVectors * 32 - 1) / (kHeldVectors * 32), 1) * 32;
      if (threads <= kHeldThreads && rows > 0) {
        const int64_t processors = cuda::device_properties(stream.device).multi_processor_count;
        config.grid = dim3(cuda::blocks_for(rows, 1, processors * std::min<int64_t>(kHeldThreads / threads, 32)));
        config.block = dim3(static_cast<unsigned>(threads));
        kernel = cross_entropy_held_rows<T, false>;
        if (grad_enabled() && logits.requires_grad() &&
            expects_unit_gradient(x.numel() * static_cast<int64_t>(sizeof(T)))) {
          gradient = empty(x.sizes(), x.dtype(), x.device());
          p.gradient = gradient.data<T>();
          kernel = cross_entropy_held_rows<T, true>;
          cuda::launch({"_cross_entropy", stream, dim3(1), dim3(1024)}, {t.storage().get(), count.storage().get()},
                       count_targets<Compute>, p.target, rows, ignore, count.data<Compute>());
        }
      }
    }
    cuda::launch(config,
                 {x.storage().get(), t.storage().get(), lse.storage().get(), losses.storage().get(),
                  count.storage().get(), gradient.defined() ? gradient.storage().get() : nullptr},
                 kernel, p);
    config.grid = dim3(1);
    config.block = dim3(kThreads);
    cuda::launch(config, {losses.storage().get(), t.storage().get(), loss.storage().get(), count.storage().get()},
                 mean_of_losses<Compute>, losses.data<Compute>(), t.data<int64_t>(), rows, ignore, loss.data<Compute>(),
                 count.data<Compute>());
  });
  if (gradient.defined()) give_ready_gradient(lse, gradient);
}

void cross_entropy_backward_cuda(const Tensor& logits, const Tensor& grad, const Tensor& target, const Tensor& lse,
                                 const Tensor& count, int64_t ignore, Tensor& out) {
  const Tensor x = contiguous_data(logits), t = contiguous_data(target), sums = contiguous_data(lse);
  const int64_t rows = x.size(0), classes = x.size(1);
  if (out.numel() == 0) return;
  visit_dtype<kFloatingSet>(x.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Compute = opmath_t<T>;
    const BackwardArguments<T> p{grad.data<Compute>(),  x.data<T>(),   t.data<int64_t>(), sums.data<double>(),
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
