// multinomial and poisson on CUDA.
//
// Without replacement, or for one sample: the categories with the largest scores weight / exponential number. With
// replacement: a cumulative sum per row, then a binary search per sample.
#include <cstdint>
#include <limits>

#include "core/thread_state.h"
#include "cuda/device_error.h"
#include "ops/random/element_units.cuh"
#include "ops/random/fill.cuh"
#include "ops/random/memory_order.h"
#include "ops/random/random.h"
#include "ops/typed/copy.h"
#include "ops/typed/sort.h"

namespace vt::random {

namespace {

constexpr int kThreads = 256;

// Weights (rows, categories) with any strides, in elements.
template <typename T>
struct Weights {
  const T* data;
  int64_t row_stride;
  int64_t stride;
  int64_t categories;
  __device__ opmath_t<T> at(int64_t row, int64_t i) const {
    return static_cast<opmath_t<T>>(data[row * row_stride + i * stride]);
  }
};

struct Report {
  cuda::DeviceErrorSink sink;
  const char* bad_weight;
  const char* no_weight;
};

template <typename Acc>
__device__ __forceinline__ bool is_weight(Acc value) {
  return value >= Acc(0) && value <= std::numeric_limits<Acc>::max();
}

// Of two scores the higher, of equal ones the first.
template <typename Acc>
struct Best {
  Acc score;
  int64_t index;
  __device__ void take(Acc other, int64_t other_index) {
    if (other > score || (other == score && other_index < index)) {
      score = other;
      index = other_index;
    }
  }
};

template <typename Acc>
__device__ __forceinline__ Acc exponential(const cuda::PhiloxReader& reader, uint64_t element) {
  // One block per element for doubles and for floats alike: position, not thread, decides the number.
  const cuda::PhiloxBlock block = reader.block(element);
  if constexpr (sizeof(Acc) == 8) {
    return fmax(-::log(cuda::unit_above_zero(block.words[0], block.words[1])), 0x1p-53);
  } else {
    return fmaxf(-::logf(cuda::unit_above_zero(block.words[0])), 0x1p-24f);
  }
}

// One block per row: the best category goes to `out` (one sample).
template <typename T>
__global__ void __launch_bounds__(kThreads)
    sample_one_kernel(Weights<T> weights, int64_t* out, PhiloxPosition position, Report report) {
  using Acc = opmath_t<T>;
  const cuda::PhiloxReader reader(position);
  const int64_t row = blockIdx.x;
  Best<Acc> best{Acc(-1), 0};
  bool bad = false, positive = false;
  for (int64_t i = threadIdx.x; i < weights.categories; i += kThreads) {
    const Acc weight = weights.at(row, i);
    bad |= !is_weight(weight);
    positive |= weight > Acc(0);
    const Acc score = weight / exponential<Acc>(reader, static_cast<uint64_t>(row * weights.categories + i));
    best.take(score, i);
  }
  __shared__ Best<Acc> shared[kThreads];
  shared[threadIdx.x] = best;
  bad = __syncthreads_or(bad);
  positive = __syncthreads_or(positive);
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      shared[threadIdx.x].take(shared[threadIdx.x + half].score, shared[threadIdx.x + half].index);
    }
    __syncthreads();
  }
  if (threadIdx.x != 0) return;
  if (bad) report.sink.failed(report.bad_weight);
  if (!bad && !positive) report.sink.failed(report.no_weight);
  out[row] = bad || !positive ? 0 : shared[0].index;
}

// Scores of all categories, and a check of the weights; one block per row.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    score_kernel(Weights<T> weights, opmath_t<T>* scores, PhiloxPosition position, Report report) {
  using Acc = opmath_t<T>;
  const cuda::PhiloxReader reader(position);
  const int64_t row = blockIdx.x;
  bool bad = false, positive = false;
  for (int64_t i = threadIdx.x; i < weights.categories; i += kThreads) {
    const Acc weight = weights.at(row, i);
    bad |= !is_weight(weight);
    positive |= weight > Acc(0);
    const int64_t element = row * weights.categories + i;
    scores[element] = weight / exponential<Acc>(reader, static_cast<uint64_t>(element));
  }
  bad = __syncthreads_or(bad);
  positive = __syncthreads_or(positive);
  if (threadIdx.x != 0) return;
  if (bad) report.sink.failed(report.bad_weight);
  if (!bad && !positive) report.sink.failed(report.no_weight);
}

// Inclusive sums of each row in double; one block per row, a tile of kThreads categories at a time.
template <typename T>
__global__ void __launch_bounds__(kThreads) cumulative_kernel(Weights<T> weights, double* sums, Report report) {
  __shared__ double warp_sums[kThreads / 32];
  const int64_t row = blockIdx.x;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  double before = 0;
  bool bad = false;
  for (int64_t begin = 0; begin < weights.categories; begin += kThreads) {
    const int64_t i = begin + threadIdx.x;
    double sum = 0;
    if (i < weights.categories) {
      const auto weight = weights.at(row, i);
      bad |= !is_weight(weight);
      sum = static_cast<double>(weight);
    }
#pragma unroll
    for (int step = 1; step < 32; step *= 2) {
      const double other = __shfl_up_sync(0xffffffffu, sum, step);
      if (lane >= step) sum += other;
    }
    if (lane == 31) warp_sums[warp] = sum;
    __syncthreads();
    double tile = 0;
    for (int w = 0; w < kThreads / 32; ++w) {
      if (w < warp) sum += warp_sums[w];
      tile += warp_sums[w];
    }
    if (i < weights.categories) sums[row * weights.categories + i] = before + sum;
    before += tile;
    __syncthreads();
  }
  bad = __syncthreads_or(bad);
  if (threadIdx.x != 0) return;
  if (bad) report.sink.failed(report.bad_weight);
  if (!bad && !(before > 0)) report.sink.failed(report.no_weight);
}

// The first category whose sum exceeds u times the row's total; it has a positive weight.
__global__ void __launch_bounds__(kThreads) search_kernel(const double* sums, int64_t rows, int64_t categories,
                                                          int64_t samples, int64_t* out, PhiloxPosition position) {
  const cuda::PhiloxReader reader(position);
  const int64_t n = rows * samples;
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t k = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; k < n; k += step) {
    const double* row = sums + k / samples * categories;
    const double total = row[categories - 1];
    const cuda::PhiloxBlock block = reader.block(static_cast<uint64_t>(k));
    const double target = cuda::unit_below_one(block.words[0], block.words[1]) * total;
    int64_t low = 0, high = categories;
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      if (row[middle] > target) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    out[k] = total > 0 && low < categories ? low : 0;
  }
}

__device__ float count_factors(ElementUnits& units, float rate) {
  const float floor = expf(-rate);
  float count = 0;
  for (float product = units.next(); product > floor && !units.exhausted(); product *= units.next()) ++count;
  return count;
}

// Transformed rejection (Hoermann, 1993, algorithm PTRS).
__device__ double reject(ElementUnits& units, double rate) {
  const double root = sqrt(rate), log_rate = log(rate);
  const double b = 0.931 + 2.53 * root;
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double v_r = 0.9277 - 3.6224 / (b - 2);
  double k = 0;
  while (!units.exhausted()) {
    const double u = units.next() - 0.5;
    const double v = units.next();
    const double us = 0.5 - fabs(u);
    k = floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double left = log(v) + log(inverse_alpha) - log(a / (us * us) + b);
    if (left <= -rate + k * log_rate - lgamma(k + 1)) return k;
  }
  return fmax(k, 0.0);
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    poisson_kernel(const T* rates, T* out, int64_t n, PhiloxPosition position, Report report) {
  const cuda::PhiloxReader reader(position);
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < n; i += step) {
    const auto rate = static_cast<opmath_t<T>>(rates[i]);
    ElementUnits units{reader, static_cast<uint64_t>(i)};
    if (!is_weight(rate)) {
      report.sink.failed(report.bad_weight);
      out[i] = static_cast<T>(0.0f);
    } else if (rate < 10) {
      out[i] = static_cast<T>(rate == 0 ? 0.0f : count_factors(units, static_cast<float>(rate)));
    } else {
      out[i] = static_cast<T>(static_cast<opmath_t<T>>(reject(units, static_cast<double>(rate))));
    }
  }
}

void poisson_cuda(const Tensor& self, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  const int device = self.device().index;
  CudaGenerator& g = cuda_generator_or_default(generator, device);
  const Tensor rates = packed(self, out.strides());
  PhiloxPosition position;
  {
    std::lock_guard lock(g.mutex());
    position = g.take(4 * ElementUnits::kMostBlocks);
  }
  const Report report{cuda::device_error_sink(device, "poisson"), "expected finite rates >= 0", ""};
  const cuda::LaunchConfig config{"poisson", cuda::current_stream(device),
                                  dim3(cuda::blocks_for(out.numel(), kThreads, cuda::kMostFillBlocks)), dim3(kThreads)};
  visit_dtype<kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    cuda::launch(config, {rates.storage().get(), out.storage().get()}, poisson_kernel<T>,
                 static_cast<const T*>(rates.data()), out.data<T>(), out.numel(), position, report);
  });
}

void multinomial_cuda(const Tensor& self, int64_t samples, bool replacement, Generator* generator, Tensor& out) {
  if (out.numel() == 0) return;
  const int device = self.device().index;
  const int64_t categories = self.size(-1);
  const int64_t rows = self.dim() == 2 ? self.size(0) : 1;
  VT_CHECK(rows <= std::numeric_limits<int32_t>::max(), Runtime, "expected fewer than 2^31 rows, got ", self);
  CudaGenerator& g = cuda_generator_or_default(generator, device);
  const Report report{cuda::device_error_sink(device, "multinomial"), "expected finite weights >= 0",
                      "expected a positive weight in every row"};
  const cuda::Stream stream = cuda::current_stream(device);
  const cuda::LaunchConfig per_row{"multinomial", stream, dim3(static_cast<unsigned>(rows)), dim3(kThreads)};
  visit_dtype<kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Weights<T> weights{static_cast<const T*>(self.data()), self.dim() == 2 ? self.strides()[0] : 0,
                             self.strides()[self.dim() - 1], categories};
    if (samples == 1) {
      cuda::launch(per_row, {self.storage().get(), out.storage().get()}, sample_one_kernel<T>, weights,
                   out.data<int64_t>(), cuda::take_position(g), report);
      return;
    }
    const int64_t shape[2] = {rows, categories};
    if (replacement) {
      const Tensor sums = empty(shape, DType::float64, self.device());
      cuda::launch(per_row, {self.storage().get(), sums.storage().get()}, cumulative_kernel<T>, weights,
                   sums.data<double>(), report);
      const cuda::LaunchConfig per_sample{"multinomial", stream,
                                          dim3(cuda::blocks_for(rows * samples, kThreads, cuda::kMostFillBlocks)),
                                          dim3(kThreads)};
      cuda::launch(per_sample, {sums.storage().get(), out.storage().get()}, search_kernel, sums.data<double>(), rows,
                   categories, samples, out.data<int64_t>(), cuda::take_position(g));
      return;
    }
    const Tensor scores = empty(shape, dtype_of<opmath_t<T>>, self.device());
    cuda::launch(per_row, {self.storage().get(), scores.storage().get()}, score_kernel<T>, weights,
                 scores.data<opmath_t<T>>(), cuda::take_position(g), report);
    const GradMode off(false);
    const auto best = ops::topk(scores, samples);
    const DimVec sizes{rows, samples}, strides{samples, 1};
    ops::copy_(make_view(out, sizes, strides, out.storage_offset()), std::get<1>(best));
  });
}

}  // namespace
}  // namespace vt::random

void vt::register_sampling_cuda(Registry& r) {
  r.at("multinomial").cuda(random::multinomial_cuda);
  r.at("poisson").cuda(random::poisson_cuda);
}
