// Rows of which there are many, or which are short: a block selects from one row.
#include "ops/sort/rows.h"
#include "ops/sort/select.cuh"
#include "ops/sort/select_long.h"

namespace vt {
namespace {

using namespace vt::cuda;

// Blocks are of two warps at least.
template <typename T>
__global__ void __launch_bounds__(1024) select_rows(SelectArguments<T> p) {
  __shared__ SelectShared shared;
  __shared__ int64_t scratch[32];
  for (int64_t r = blockIdx.x; r < p.rows; r += gridDim.x) {
    const T* row = p.in + r * p.n;
    const int64_t nans = counts_nans<T>(p.rank) ? count_nans(row, 0, p.n, scratch) : 0;
    const int64_t rank = elements_before(p.n, nans, p.rank, p.k);
    const RankedKey found = find_ranked_key(row, p.n, rank, false, shared);
    const int64_t at = find_key(row, 0, p.n, found.key, scratch);
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
  if (n >= kLongRow && count <= kFewRows) return select_from_long_rows(rows, count, rank, k, values, indices);
  unsigned threads = 128;
  while (threads < 1024 && threads * kSelectUnroll < n) threads *= 2;
  const LaunchConfig config{"select", current_stream(self.device().index), dim3(blocks_for(count, 1)), dim3(threads)};
  visit_dtype<kIntegralSet | kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const SelectArguments<T> p{rows.data<T>(), values.data<T>(), indices.data<int64_t>(), count, n, k, rank};
    launch(config, {rows.storage().get(), values.storage().get(), indices.storage().get()}, select_rows<T>, p);
  });
}

}  // namespace vt
