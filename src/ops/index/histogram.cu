// Each block counts in shared memory if the bins fit there, and adds what it has to the totals.
#include "core/determinism.h"
#include "cuda/launch.h"
#include "ops/index/histogram.h"

namespace vt {
namespace {

using namespace vt::cuda;

constexpr int kThreads = 256;
constexpr int kPerThread = 16;
constexpr int64_t kMaxBlocks = 2048;
constexpr int64_t kSharedBytes = 32 << 10;

// What a block counts in: 32 bits hold its share of the elements.
template <typename Total>
using block_total_t = std::conditional_t<std::is_same_v<Total, unsigned long long>, unsigned, Total>;

template <typename T>
struct OwnBin {
  const T* in;
  __device__ int64_t operator()(int64_t i) const { return static_cast<int64_t>(in[i]); }
};
template <typename T>
struct RangeBin {
  const T* in;
  BinRange<fraction_t<T>> range;
  __device__ int64_t operator()(int64_t i) const { return range.bin_of(static_cast<fraction_t<T>>(in[i])); }
};

// `weights` may be null. Bins outside [0, bins) count nowhere.
template <typename BinOf, typename Total>
__global__ void __launch_bounds__(kThreads)
    count_bins(BinOf bin_of, const Total* weights, Total* totals, int64_t n, int64_t bins, bool in_shared) {
  using Own = block_total_t<Total>;
  extern __shared__ __align__(16) char memory[];
  Own* own = reinterpret_cast<Own*>(memory);
  if (in_shared) {
    for (int64_t b = threadIdx.x; b < bins; b += kThreads) own[b] = Own(0);
    __syncthreads();
  }
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < n; i += step) {
    const int64_t bin = bin_of(i);
    if (bin < 0 || bin >= bins) continue;
    const Total weight = weights != nullptr ? weights[i] : Total(1);
    if (in_shared) {
      atomicAdd(&own[bin], static_cast<Own>(weight));
    } else {
      atomicAdd(&totals[bin], weight);
    }
  }
  if (!in_shared) return;
  __syncthreads();
  for (int64_t b = threadIdx.x; b < bins; b += kThreads) {
    if (own[b] != Own(0)) atomicAdd(&totals[b], static_cast<Total>(own[b]));
  }
}

template <typename Total, typename BinOf>
void launch_count(const char* op, const BinOf& bin_of, const Tensor& self, const Tensor& weights,
                  const Tensor& totals) {
  const int64_t n = self.numel(), bins = totals.numel();
  if (n == 0 || bins == 0) return;
  const int64_t bytes =
      bins <= kSharedBytes ? bins * static_cast<int64_t>(sizeof(block_total_t<Total>)) : kSharedBytes + 1;
  const bool in_shared = bytes <= kSharedBytes;
  const LaunchConfig config{op, current_stream(totals.device().index),
                            dim3(blocks_for(n, kThreads * kPerThread, kMaxBlocks)), dim3(kThreads),
                            in_shared ? static_cast<size_t>(bytes) : 0};
  launch(config, {self.storage().get(), weights.defined() ? weights.storage().get() : nullptr, totals.storage().get()},
         count_bins<BinOf, Total>, bin_of, weights.defined() ? static_cast<const Total*>(weights.data()) : nullptr,
         static_cast<Total*>(totals.data()), n, bins, in_shared);
}

}  // namespace

void bincount_cuda(const Tensor& self, const Tensor& weights, const Tensor& totals) {
  if (weights.defined()) refuse_nondeterministic("bincount with weights");
  visit_dtype<kIntegralSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const OwnBin<T> bin_of{self.data<T>()};
    switch (totals.dtype()) {
      case DType::int64: return launch_count<unsigned long long>("bincount", bin_of, self, weights, totals);
      case DType::float32: return launch_count<float>("bincount", bin_of, self, weights, totals);
      default: return launch_count<double>("bincount", bin_of, self, weights, totals);
    }
  });
}

void histc_cuda(const Tensor& self, double low, double high, const Tensor& counts) {
  visit_dtype<kIntegralSet | kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Math = fraction_t<T>;
    const RangeBin<T> bin_of{self.data<T>(), {static_cast<Math>(low), static_cast<Math>(high), counts.numel()}};
    launch_count<unsigned long long>("histc", bin_of, self, Tensor(), counts);
  });
}

}  // namespace vt
