// The element of a given rank: its key is found eight bits at a time from the highest. Each pass counts the digits of the
// elements that agree with what is known of the key, and the count says which digit comes next.
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "ops/sort/rows.h"
#include "ops/sort/select_cuda.h"
#include "ops/sort/sort_key.h"

namespace vt {
namespace {

constexpr int kDigits = 256;
constexpr int kUnroll = 4;
constexpr int64_t kChunk = int64_t{1} << 30;  // what 32-bit counters are sure to hold

template <typename T>
struct SelectArguments {
  const T* in;       // (rows, n)
  T* values;         // (rows)
  int64_t* indices;  // (rows)
  int64_t rows, n, k;
};

struct MinOf {
  __device__ __forceinline__ int64_t operator()(int64_t a, int64_t b) const { return b < a ? b : a; }
};

template <typename T>
__device__ int64_t count_nans(const T* row, int64_t n, int64_t* scratch) {
  int64_t nans = 0;
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) nans += row[i] != row[i];
  return cuda::block_all(nans, cuda::SumOf(), scratch);
}

// How many elements come before the wanted one.
template <typename T>
__device__ int64_t elements_before(const T* row, int64_t n, RowRank rank, int64_t k, int64_t* scratch) {
  if (rank == RowRank::Kth) return k;
  if constexpr (!std::is_integral_v<T>) {
    const int64_t nans = count_nans(row, n, scratch);
    if (nans == n || (nans > 0 && rank == RowRank::Median)) return n - 1;
    return (n - nans - 1) / 2;
  }
  return (n - 1) / 2;
}

// Adds to the counts the digits of the elements that agree with `prefix` above the digit; by whole warps.
template <typename T>
__device__ void count_matching(const T* row, int64_t begin, int64_t end, uint64_t prefix, int shift,
                               unsigned* counts) {
  const unsigned below = (1u << threadIdx.x % 32) - 1;
  for (int64_t start = begin; start < end; start += static_cast<int64_t>(blockDim.x) * kUnroll) {
    unsigned digits[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      const int64_t i = start + static_cast<int64_t>(u) * blockDim.x + threadIdx.x;
      // Above the digit only zeros are left where the two agree.
      const uint64_t rest = i < end ? (sort_key(row[i], false) ^ prefix) >> shift : kDigits;
      digits[u] = rest < kDigits ? static_cast<unsigned>(rest) : kDigits;
    }
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (!__any_sync(cuda::kFullWarp, digits[u] < kDigits)) continue;
      const unsigned peers = __match_any_sync(cuda::kFullWarp, digits[u]);
      if (digits[u] < kDigits && (peers & below) == 0) atomicAdd(&counts[digits[u]], __popc(peers));
    }
  }
}

struct Digit {
  int value;
  int64_t before;  // elements with a smaller one
};

// The digit of element `rank` of those counted. By one warp; every lane gets it.
__device__ Digit digit_of_rank(const int64_t* totals, int64_t rank) {
  constexpr int kEach = kDigits / 32;
  const int lane = threadIdx.x % 32;
  int64_t own = 0;
  for (int d = 0; d < kEach; ++d) own += totals[lane * kEach + d];
  int64_t sum = own;
  for (int distance = 1; distance < 32; distance *= 2) {
    const int64_t other = __shfl_up_sync(cuda::kFullWarp, static_cast<long long>(sum), distance);
    if (lane >= distance) sum += other;
  }
  const int64_t first = sum - own;
  const unsigned holders = __ballot_sync(cuda::kFullWarp, rank >= first && rank < sum);
  Digit found{lane * kEach, first};
  if (rank >= first && rank < sum) {
    while (rank >= found.before + totals[found.value]) found.before += totals[found.value++];
  }
  const int holder = holders == 0 ? 0 : __ffs(static_cast<int>(holders)) - 1;
  found.value = __shfl_sync(cuda::kFullWarp, found.value, holder);
  found.before = __shfl_sync(cuda::kFullWarp, static_cast<long long>(found.before), holder);
  return found;
}

// A block per row. Blocks are of two warps at least.
template <typename T>
__global__ void __launch_bounds__(1024) select_rows(SelectArguments<T> p, RowRank rank) {
  __shared__ unsigned counts[kDigits];
  __shared__ int64_t totals[kDigits];
  __shared__ int64_t scratch[32];
  __shared__ Digit digit;
  for (int64_t r = blockIdx.x; r < p.rows; r += gridDim.x) {
    const T* row = p.in + r * p.n;
    int64_t left = elements_before(row, p.n, rank, p.k, scratch);
    uint64_t prefix = 0;
    for (int shift = (kKeyBits<T> - 1) / 8 * 8; shift >= 0; shift -= 8) {
      for (int d = threadIdx.x; d < kDigits; d += blockDim.x) totals[d] = 0;
      for (int64_t begin = 0; begin < p.n; begin += kChunk) {
        for (int d = threadIdx.x; d < kDigits; d += blockDim.x) counts[d] = 0;
        __syncthreads();
        count_matching(row, begin, begin + kChunk < p.n ? begin + kChunk : p.n, prefix, shift, counts);
        __syncthreads();
        for (int d = threadIdx.x; d < kDigits; d += blockDim.x) totals[d] += counts[d];
      }
      __syncthreads();
      if (threadIdx.x < 32) {
        const Digit found = digit_of_rank(totals, left);
        if (threadIdx.x == 0) digit = found;
      }
      __syncthreads();
      prefix |= static_cast<uint64_t>(digit.value) << shift;
      left -= digit.before;
    }
    int64_t at = p.n;
    for (int64_t i = threadIdx.x; i < p.n && at == p.n; i += blockDim.x) {
      if (sort_key(row[i], false) == prefix) at = i;
    }
    at = cuda::block_all(at, MinOf(), scratch);
    if (threadIdx.x == 0) {
      p.values[r] = row[at];
      p.indices[r] = at;
    }
  }
}

}  // namespace

void select_ranked_cuda(const Tensor& self, int64_t dim, RowRank rank, int64_t k, const Tensor& values,
                        const Tensor& indices) {
  if (values.numel() == 0) return;
  const Tensor rows = rows_along(self, dim);
  const int64_t count = values.numel(), n = rows.numel() / count;
  unsigned threads = 128;
  while (threads < 1024 && threads * kUnroll < n) threads *= 2;
  const cuda::LaunchConfig config{"select", cuda::current_stream(self.device().index),
                                  dim3(cuda::blocks_for(count, 1)), dim3(threads)};
  visit_dtype<kIntegralSet | kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const SelectArguments<T> p{rows.data<T>(), values.data<T>(), indices.data<int64_t>(), count, n, k};
    cuda::launch(config, {rows.storage().get(), values.storage().get(), indices.storage().get()}, select_rows<T>, p,
                 rank);
  });
}

}  // namespace vt
