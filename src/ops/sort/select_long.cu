// Many blocks work on a row; what is known of the wanted key lies in memory between the passes.
#include "ops/copy/kernels.h"
#include "ops/sort/select.cuh"
#include "ops/sort/select_long.h"

namespace vt {
namespace {

using namespace vt::cuda;

constexpr int kThreads = 512;
constexpr int64_t kMaxParts = 1024;  // blocks per row

// Of one row; begins as zeros.
struct Selection {
  uint64_t prefix;
  int64_t left;  // elements that agree with the prefix and come before the wanted one
  int64_t nans;
  int64_t at;
  int64_t counts[kDigits];
};

__device__ __forceinline__ void add(int64_t* to, int64_t value) {
  atomicAdd(reinterpret_cast<unsigned long long*>(to), static_cast<unsigned long long>(value));
}

// A block's part of the row: elements [begin, end).
struct Part {
  int64_t begin, end;
  __device__ explicit Part(int64_t n) {
    const int64_t size = (n + gridDim.x - 1) / gridDim.x;
    begin = blockIdx.x * size;
    end = begin + size < n ? begin + size : n;
  }
};

template <typename T>
__global__ void __launch_bounds__(kThreads) add_nans(SelectArguments<T> p, Selection* selections) {
  __shared__ int64_t scratch[32];
  const Part part(p.n);
  const int64_t nans = count_nans(p.in + blockIdx.y * p.n, part.begin, part.end, scratch);
  if (threadIdx.x == 0 && nans > 0) add(&selections[blockIdx.y].nans, nans);
}

template <typename T>
__global__ void begin_selection(SelectArguments<T> p, Selection* selections) {
  Selection& s = selections[blockIdx.x];
  s.left = elements_before(p.n, s.nans, p.rank, p.k);
  s.at = p.n;
}

template <typename T>
__global__ void __launch_bounds__(kThreads) add_counts(SelectArguments<T> p, Selection* selections, int shift) {
  __shared__ unsigned counts[kDigits];
  Selection& s = selections[blockIdx.y];
  for (int d = threadIdx.x; d < kDigits; d += kThreads) counts[d] = 0;
  __syncthreads();
  const Part part(p.n);
  count_matching(p.in + blockIdx.y * p.n, part.begin, part.end, s.prefix, shift, false, counts);
  __syncthreads();
  for (int d = threadIdx.x; d < kDigits; d += kThreads) {
    if (counts[d] != 0) add(&s.counts[d], counts[d]);
  }
}

// A warp per row.
__global__ void choose_digit(Selection* selections, int shift) {
  Selection& s = selections[blockIdx.x];
  const Digit digit = digit_of_rank(s.counts, s.left);
  __syncwarp();
  for (int d = threadIdx.x; d < kDigits; d += 32) s.counts[d] = 0;
  if (threadIdx.x != 0) return;
  s.prefix |= static_cast<uint64_t>(digit.value) << shift;
  s.left -= digit.before;
}

template <typename T>
__global__ void __launch_bounds__(kThreads) find_position(SelectArguments<T> p, Selection* selections) {
  __shared__ int64_t scratch[32];
  Selection& s = selections[blockIdx.y];
  const Part part(p.n);
  const int64_t at = find_key(p.in + blockIdx.y * p.n, part.begin, part.end, s.prefix, scratch);
  if (threadIdx.x == 0 && at < part.end) {
    atomicMin(reinterpret_cast<unsigned long long*>(&s.at), static_cast<unsigned long long>(at));
  }
}

template <typename T>
__global__ void take_selected(SelectArguments<T> p, const Selection* selections) {
  const int64_t row = blockIdx.x, at = selections[row].at;
  p.values[row] = p.in[row * p.n + at];
  p.indices[row] = at;
}

}  // namespace

void select_from_long_rows(const Tensor& rows, int64_t count, RowRank rank, int64_t k, const Tensor& values,
                           const Tensor& indices) {
  const int64_t n = rows.numel() / count;
  constexpr int64_t kWords = sizeof(Selection) / sizeof(int64_t);
  const Tensor state = empty(DimVec{count, kWords}, DType::int64, rows.device());
  fill_data(state, Scalar(0));
  auto* selections = reinterpret_cast<Selection*>(state.data());
  const Stream stream = current_stream(rows.device().index);
  const auto height = static_cast<unsigned>(count);
  const LaunchConfig by_part{"select", stream, dim3(blocks_for(n, kThreads * 16, kMaxParts), height), dim3(kThreads)};
  const LaunchConfig by_row{"select", stream, dim3(height), dim3(1)}, by_warp{"select", stream, dim3(height), dim3(32)};
  const StorageImpl *from = rows.storage().get(), *kept = state.storage().get();
  visit_dtype<kIntegralSet | kFloatingSet>(rows.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const SelectArguments<T> p{rows.data<T>(), values.data<T>(), indices.data<int64_t>(), count, n, k, rank};
    if (counts_nans<T>(rank)) launch(by_part, {from, kept}, add_nans<T>, p, selections);
    launch(by_row, {kept}, begin_selection<T>, p, selections);
    for (int shift = kTopShift<T>; shift >= 0; shift -= 8) {
      launch(by_part, {from, kept}, add_counts<T>, p, selections, shift);
      launch(by_warp, {kept}, choose_digit, selections, shift);
    }
    launch(by_part, {from, kept}, find_position<T>, p, selections);
    launch(by_row, {from, kept, values.storage().get(), indices.storage().get()}, take_selected<T>, p, selections);
  });
}

}  // namespace vt
