// Dropout on CUDA: one pass reads the input, draws, and writes the output and the mask.
#include "cuda/early.cuh"
#include "ops/random/fill.cuh"
#include "ops/random/memory_order.h"
#include "ops/random/random.h"

namespace vt::random {

namespace {

using cuda::Vector;

// Whole Philox blocks of 4 words, and at least 16 bytes of values.
template <typename T>
inline constexpr int kPerThread = cuda::kVectorWidth<T> > 4 ? cuda::kVectorWidth<T> : 4;

template <typename T>
__device__ __forceinline__ T masked(T value, bool kept, opmath_t<T> scale) {
  return static_cast<T>(static_cast<opmath_t<T>>(value) * (kept ? scale : opmath_t<T>(0)));
}

template <typename T>
__global__ void __launch_bounds__(cuda::kFillThreads)
    dropout_kernel(const T* in, T* out, bool* mask, int64_t n, bool aligned, PhiloxPosition position,
                   uint64_t threshold, opmath_t<T> scale) {
  cuda::wait_for_earlier_work();
  constexpr int kCount = kPerThread<T>;
  const cuda::PhiloxReader reader(position);
  const int64_t tiles = (n + kCount - 1) / kCount;
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t tile = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; tile < tiles; tile += step) {
    const int64_t begin = tile * kCount;
    const bool whole = aligned && begin + kCount <= n;
    Vector<T, kCount> values;
    Vector<bool, kCount> kept;
    if (whole) values = cuda::load_vector<kCount>(in + begin);
#pragma unroll
    for (int b = 0; b < kCount / 4; ++b) {
      const cuda::PhiloxBlock block = reader.block(static_cast<uint64_t>(begin / 4 + b));
#pragma unroll
      for (int i = 0; i < 4; ++i) kept[4 * b + i] = block.words[i] < threshold;
    }
    if (whole) {
#pragma unroll
      for (int i = 0; i < kCount; ++i) values[i] = masked(values[i], kept[i], scale);
      cuda::store_vector(out + begin, values);
      cuda::store_vector(mask + begin, kept);
    } else {
#pragma unroll
      for (int i = 0; i < kCount; ++i) {
        if (begin + i >= n) break;
        out[begin + i] = masked(in[begin + i], kept[i], scale);
        mask[begin + i] = kept[i];
      }
    }
  }
}

template <typename T>
__global__ void __launch_bounds__(cuda::kFillThreads)
    dropout_backward_kernel(const T* grad, const bool* mask, T* out, int64_t n, bool aligned, opmath_t<T> scale) {
  cuda::wait_for_earlier_work();
  constexpr int kCount = kPerThread<T>;
  const int64_t tiles = (n + kCount - 1) / kCount;
  const int64_t step = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t tile = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; tile < tiles; tile += step) {
    const int64_t begin = tile * kCount;
    if (aligned && begin + kCount <= n) {
      Vector<T, kCount> values = cuda::load_vector<kCount>(grad + begin);
      const Vector<bool, kCount> kept = cuda::load_vector<kCount>(mask + begin);
#pragma unroll
      for (int i = 0; i < kCount; ++i) values[i] = masked(values[i], kept[i], scale);
      cuda::store_vector(out + begin, values);
    } else {
      for (int64_t i = begin; i < n && i < begin + kCount; ++i) out[i] = masked(grad[i], mask[i], scale);
    }
  }
}

template <typename T>
cuda::LaunchConfig config_for(const char* op, const Tensor& out) {
  const int64_t per_block = int64_t{cuda::kFillThreads} * kPerThread<T>;
  return {op, cuda::current_stream(out.device().index),
          dim3(cuda::blocks_for(out.numel(), per_block, cuda::kMostFillBlocks)), dim3(cuda::kFillThreads)};
}

template <typename T>
bool all_aligned(const void* a, const void* b, const void* mask) {
  constexpr size_t kBytes = sizeof(T) * kPerThread<T>;
  return cuda::is_aligned(a, kBytes) && cuda::is_aligned(b, kBytes) && cuda::is_aligned(mask, kPerThread<T>);
}

void scaled_dropout_cuda(const Tensor& self, double p, double scale, double, Generator* generator, Tensor& out,
                         Tensor& mask) {
  if (self.numel() == 0) return;
  const Tensor input = packed(self, out.strides());
  CudaGenerator& g = cuda_generator_or_default(generator, self.device().index);
  const auto threshold = static_cast<uint64_t>((1 - p) * 0x1p32 + 0.5);
  visit_dtype<kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = static_cast<const T*>(input.data());
    T* to = out.data<T>();
    bool* kept = mask.data<bool>();
    cuda::launch_early(config_for<T>("dropout", out),
                       {input.storage().get(), out.storage().get(), mask.storage().get()}, dropout_kernel<T>, in, to,
                       kept, out.numel(), all_aligned<T>(in, to, kept), cuda::take_position(g), threshold,
                       static_cast<opmath_t<T>>(scale));
  });
}

void native_dropout_backward_cuda(const Tensor& grad, const Tensor& mask, double scale, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor g = packed(grad, out.strides()), m = packed(mask, out.strides());
  visit_dtype<kFloatingSet>(grad.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = static_cast<const T*>(g.data());
    const bool* kept = static_cast<const bool*>(m.data());
    T* to = out.data<T>();
    cuda::launch_early(config_for<T>("native_dropout_backward", out),
                       {g.storage().get(), m.storage().get(), out.storage().get()}, dropout_backward_kernel<T>, from,
                       kept, to, out.numel(), all_aligned<T>(from, to, kept), static_cast<opmath_t<T>>(scale));
  });
}

}  // namespace
}  // namespace vt::random

void vt::register_dropout_cuda(Registry& r) {
  r.at("_scaled_dropout").cuda(random::scaled_dropout_cuda);
  r.at("native_dropout_backward").cuda(random::native_dropout_backward_cuda);
}
