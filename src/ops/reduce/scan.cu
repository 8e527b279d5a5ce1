// Running sums and products along a dim on CUDA: a block per line, a tile at a time, the total carried over.
#include "core/math.h"
#include "cuda/launch.h"
#include "ops/reduce/fold.h"
#include "ops/reduce/scan.h"

namespace vt::reduce {
namespace {

constexpr int kThreads = 256;
constexpr int kMaxDims = 12;

struct Lines {
  int ndim = 0;  // dims other than the scanned one, innermost first
  int64_t sizes[kMaxDims], in_strides[kMaxDims], out_strides[kMaxDims];
  int64_t count = 1, length = 1, in_step = 1, out_step = 1;
};

template <class Fold, class Acc>
__device__ Acc scan_warp(Acc value) {
  const int lane = threadIdx.x % 32;
  for (int distance = 1; distance < 32; distance *= 2) {
    Acc other;
    const auto* words = reinterpret_cast<const unsigned*>(&value);
    auto* received = reinterpret_cast<unsigned*>(&other);
    for (size_t w = 0; w < sizeof(Acc) / 4; ++w) received[w] = __shfl_up_sync(0xffffffffu, words[w], distance);
    if (lane >= distance) value = Fold::template combine<Acc>(other, value);
  }
  return value;
}

template <class T, class Fold>
__global__ void __launch_bounds__(kThreads) scan_lines(const T* __restrict__ in, T* __restrict__ out, Lines lines) {
  using Acc = opmath_t<T>;
  __shared__ alignas(16) char memory[(kThreads / 32 + 1) * sizeof(Acc)];
  Acc* warps = reinterpret_cast<Acc*>(memory);
  for (int64_t line = blockIdx.x; line < lines.count; line += gridDim.x) {
    int64_t rest = line, x = 0, y = 0;
    for (int d = 0; d < lines.ndim; ++d) {
      const int64_t index = rest % lines.sizes[d];
      rest /= lines.sizes[d];
      x += index * lines.in_strides[d];
      y += index * lines.out_strides[d];
    }
    Acc carry = Fold::template identity<Acc>();
    for (int64_t base = 0; base < lines.length; base += kThreads) {
      const int64_t i = base + threadIdx.x;
      Acc value = i < lines.length ? static_cast<Acc>(in[x + i * lines.in_step]) : Fold::template identity<Acc>();
      value = scan_warp<Fold>(value);
      if (threadIdx.x % 32 == 31) warps[threadIdx.x / 32] = value;
      __syncthreads();
      Acc before = carry;
      for (int w = 0; w < static_cast<int>(threadIdx.x / 32); ++w)
        before = Fold::template combine<Acc>(before, warps[w]);
      value = Fold::template combine<Acc>(before, value);
      if (i < lines.length) out[y + i * lines.out_step] = static_cast<T>(value);
      for (int w = 0; w < kThreads / 32; ++w) carry = Fold::template combine<Acc>(carry, warps[w]);
      __syncthreads();
    }
  }
}

template <class T, class Fold>
void launch_scan(const Tensor& in, const Tensor& out, const Lines& lines) {
  const cuda::LaunchConfig config{"cumsum", cuda::current_stream(in.device().index),
                                  dim3(cuda::blocks_for(lines.count, 1, 1 << 20)), dim3(kThreads)};
  cuda::launch(config, {in.storage().get(), out.storage().get()}, scan_lines<T, Fold>, static_cast<const T*>(in.data()),
               static_cast<T*>(out.data()), lines);
}

}  // namespace

void scan_cuda(bool product, const Tensor& in, int64_t dim, const Tensor& out) {
  Lines lines;
  for (int64_t d = in.dim() - 1; d >= 0; --d) {
    if (d == dim) {
      lines.length = in.sizes()[d];
      lines.in_step = in.strides()[d];
      lines.out_step = out.strides()[d];
      continue;
    }
    if (in.sizes()[d] == 1) continue;
    VT_CHECK(lines.ndim < kMaxDims, NotImplemented, "cumsum on CUDA over more than ", kMaxDims + 1,
             " dims is not implemented");
    lines.sizes[lines.ndim] = in.sizes()[d];
    lines.in_strides[lines.ndim] = in.strides()[d];
    lines.out_strides[lines.ndim++] = out.strides()[d];
    lines.count *= in.sizes()[d];
  }
  visit_dtype<kNumericSet>(in.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_integral_v<T> && sizeof(T) < 4) {
      throw_unsupported_dtype(in.dtype());  // only by an explicit dtype=
    } else {
      product ? launch_scan<T, Product>(in, out, lines) : launch_scan<T, Sum>(in, out, lines);
    }
  });
}

}  // namespace vt::reduce
