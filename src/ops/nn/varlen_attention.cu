#include "cuda/launch.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/nn/sequence_ranges.h"

namespace vt {
namespace {

constexpr int kThreads = 256;

struct RangesGlobals {
  const int32_t* given[2];  // cumulative lengths, of queries and of keys
  int32_t* clean;           // (2, sequences + 1): the same, never falling and within the rows
  RowRange* ranges[2];
  int32_t rows[2];
  int32_t sequences;
  int64_t before, after;  // of a query
};

// A warp for each side: the running maximum, 32 at a time.
__global__ void clean_lengths(const RangesGlobals g) {
  const int side = static_cast<int>(blockIdx.x), lane = static_cast<int>(threadIdx.x);
  int32_t* to = g.clean + side * (g.sequences + 1);
  int32_t largest = 0;
  for (int first = 0; first <= g.sequences; first += 32) {
    int32_t x = first + lane <= g.sequences ? g.given[side][first + lane] : 0;
#pragma unroll
    for (int step = 1; step < 32; step *= 2) {
      const int32_t before = __shfl_up_sync(0xffffffffu, x, step);
      if (lane >= step) x = max(x, before);
    }
    x = max(x, largest);
    if (first + lane <= g.sequences) to[first + lane] = min(x, g.rows[side]);
    largest = __shfl_sync(0xffffffffu, x, 31);
  }
}

__global__ void __launch_bounds__(kThreads) sequence_ranges(const RangesGlobals g) {
  const int64_t index = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (index >= static_cast<int64_t>(g.rows[0]) + g.rows[1]) return;
  const int side = index >= g.rows[0] ? 1 : 0, count = g.sequences + 1;
  const auto row = static_cast<int32_t>(side == 0 ? index : index - g.rows[0]);
  const SequenceRanges ranges{g.clean + side * count, g.clean + (1 - side) * count, g.sequences,
                              side == 0 ? g.before : g.after, side == 0 ? g.after : g.before};
  g.ranges[side][row] = ranges.of(row);
}

void sequence_ranges_cuda(const Tensor& cu_q, const Tensor& cu_k, int64_t queries, int64_t keys, int64_t window_left,
                          int64_t window_right, Tensor& seen, Tensor& seeing) {
  const Tensor q = contiguous_data(cu_q), k = contiguous_data(cu_k);
  const Tensor clean = empty(DimVec{2, q.numel()}, DType::int32, q.device());
  const RangesGlobals g{{q.data<int32_t>(), k.data<int32_t>()},
                        clean.data<int32_t>(),
                        {static_cast<RowRange*>(seen.data()), static_cast<RowRange*>(seeing.data())},
                        {static_cast<int32_t>(queries), static_cast<int32_t>(keys)},
                        static_cast<int32_t>(q.numel() - 1),
                        window_left,
                        window_right};
  const cuda::Stream stream = cuda::current_stream(q.device().index);
  const auto storage = [](const Tensor& t) { return t.storage().get(); };
  cuda::launch({"_sequence_ranges", stream, dim3(2), dim3(32)}, {storage(q), storage(k), storage(clean)}, clean_lengths,
               g);
  cuda::launch({"_sequence_ranges", stream, dim3(cuda::blocks_for(queries + keys, kThreads)), dim3(kThreads)},
               {storage(clean), storage(seen), storage(seeing)}, sequence_ranges, g);
}

}  // namespace

void register_varlen_attention_cuda(Registry& r) { r.at("_sequence_ranges").cuda(sequence_ranges_cuda); }

}  // namespace vt
