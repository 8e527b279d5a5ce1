// embedding and its gradient on CUDA.
#include <bit>

#include "cuda/copy.h"
#include "cuda/device_error.h"
#include "dispatch/registry.h"
#include "iter/cuda_block.cuh"
#include "iter/cuda_vector.cuh"
#include "ops/index/block_copy.cuh"
#include "ops/sort/radix_sort.h"

namespace vt {
namespace {

using namespace vt::cuda;

// Rows as 16-byte pieces where they divide into such.
void embedding_cuda(const Tensor& weight, const Tensor& indices, int64_t, bool, bool, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor table = contiguous_data(weight), at = int64_data(indices);
  const int64_t row_bytes = weight.size(1) * static_cast<int64_t>(weight.element_size());
  const bool wide = row_bytes % 16 == 0 && reinterpret_cast<uintptr_t>(table.data()) % 16 == 0;
  const int64_t width = wide ? row_bytes / 16 : weight.size(1);
  VT_CHECK(weight.size(0) > 0, Index, "index out of range in self");
  BlockArguments p;
  p.after.ndim = p.dense.ndim = 1;
  p.after.sizes[0] = p.after_count = width;
  p.after.to_strides[0] = p.after.from_strides[0] = 1;
  p.positions = at.numel();
  p.position = at.data<int64_t>();
  p.size = weight.size(0);
  p.named_step = width;
  p.dense.sizes[0] = p.positions;
  p.dense.to_strides[0] = width;
  p.dense.from_strides[0] = 0;
  if (wide) {
    launch_blocks<Element16>("embedding", out, table, p, StoreElement{});
  } else {
    copy_blocks("embedding", out, table, p);
  }
}

// ---- gradient: tokens are sorted by row, and each row's gradients are summed in a fixed order ----

constexpr int kLanes = 32;
constexpr int kGroups = 8;  // threads along a row's occurrences

// Keys are row numbers; padding and bad indices get the number past the last row.
__global__ void __launch_bounds__(256)
    make_row_keys(const int64_t* indices, uint64_t* keys, int32_t* positions, int64_t n, int64_t rows, int64_t padding,
                  vt::cuda::DeviceErrorSink errors) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * 256 + threadIdx.x;
  if (i >= n) return;
  int64_t row = indices[i];
  if (row < 0 || row >= rows) {
    errors.bad_index(row, 0, rows);
    row = rows;
  }
  keys[i] = static_cast<uint64_t>(row == padding ? rows : row);
  positions[i] = static_cast<int32_t>(i);
}

template <typename T>
struct SumArguments {
  const T* grad;             // (n, width)
  const uint64_t* keys;      // (n), sorted
  const int32_t* positions;  // (n), of the sorted keys
  T* out;                    // (rows, width), zeros
  int64_t n, rows, width;
  bool by_frequency;
};

// Rows that occur often are shared out: the block at each of the first kGroups places of the row's occurrences takes 32
// vectors of columns, and its groups of threads every kGroups-th occurrence. Of the others the block at the first takes
// all columns of its slice. Either way a column's sum is added up in the same order.
template <typename T, int Width>
__global__ void __launch_bounds__(kLanes* kGroups) sum_rows(SumArguments<T> p) {
  using Compute = opmath_t<T>;
  const int64_t place = blockIdx.x;
  // A lane looks at each of the kGroups places before and after.
  const int64_t near = place - kGroups + threadIdx.x;
  const bool there = near >= 0 && near < p.n;
  const uint64_t key = there ? p.keys[near] : 0, row = __shfl_sync(kFullWarp, key, kGroups);
  const unsigned same = __ballot_sync(kFullWarp, there && key == row);
  const int before = __popc(same & ((1u << kGroups) - 1)),
            after = __popc(same >> (kGroups + 1) & ((1u << kGroups) - 1));
  const bool often = before + after >= kGroups;
  if (row >= static_cast<uint64_t>(p.rows) || before >= (often ? kGroups : 1)) return;
  const int64_t begin = place - before;
  const int slice = static_cast<int>(blockIdx.y) * kGroups + (often ? before : static_cast<int>(threadIdx.y));
  const int64_t column = (static_cast<int64_t>(slice) * kLanes + threadIdx.x) * Width;
  int64_t end = place + after + 1;
  if (often) {
    int64_t step = kGroups;  // keys[end - 1] is row; keys[high], if any, is not
    int64_t high = end;
    while (high < p.n && p.keys[high] == row) {
      end = high + 1;
      high = end + step;
      step *= 2;
    }
    high = high < p.n ? high : p.n;
    while (high > end) {
      const int64_t middle = (end + high) / 2;
      if (p.keys[middle] == row) end = middle + 1;
      else high = middle;
    }
  }
  Compute sums[Width] = {};
  if (column < p.width) {
#pragma unroll 4
    for (int64_t i = begin + (often ? threadIdx.y : 0); i < end; i += often ? kGroups : 1) {
      const auto g = vt::cuda::load_vector<Width>(p.grad + p.positions[i] * p.width + column);
#pragma unroll
      for (int v = 0; v < Width; ++v) sums[v] += static_cast<Compute>(g[v]);
    }
  }
  if (often) {
    __shared__ alignas(16) char memory[kGroups * kLanes * Width * sizeof(Compute)];
    auto* scratch = reinterpret_cast<Compute(*)[kLanes][Width]>(memory);
#pragma unroll
    for (int v = 0; v < Width; ++v) scratch[threadIdx.y][threadIdx.x][v] = sums[v];
    __syncthreads();
    if (threadIdx.y != 0) return;
#pragma unroll
    for (int v = 0; v < Width; ++v) {
      for (int group = 1; group < kGroups; ++group) sums[v] += scratch[group][threadIdx.x][v];
    }
  }
  if (column >= p.width) return;
  const Compute scale =
      p.by_frequency ? Compute(1) / static_cast<Compute>(static_cast<float>(end - begin)) : Compute(1);
  vt::cuda::Vector<T, Width> result;
#pragma unroll
  for (int v = 0; v < Width; ++v) result[v] = static_cast<T>(sums[v] * scale);
  vt::cuda::store_vector<Width>(p.out + static_cast<int64_t>(row) * p.width + column, result);
}

void embedding_dense_backward_cuda(const Tensor& grad_output, const Tensor& indices, int64_t num_weights,
                                   int64_t padding_idx, bool scale_grad_by_freq, Tensor& out) {
  const vt::cuda::Stream stream = vt::cuda::current_stream(out.device().index);
  vt::cuda::fill_bytes(out.data(), 0, static_cast<size_t>(out.numel()) * out.element_size(), stream,
                       {out.storage().get()});
  const int64_t n = indices.numel(), width = out.size(1);
  if (n == 0 || out.numel() == 0) return;
  VT_CHECK(n <= INT32_MAX, NotImplemented, "the gradient of an embedding of more than 2^31 indices is not implemented");
  const Tensor grad = contiguous_data(grad_output), rows = contiguous_data(cast_data(indices, DType::int64));
  SortPairs pairs{empty(DimVec{n}, DType::int64, out.device()), empty(DimVec{n}, DType::int32, out.device())};
  vt::cuda::LaunchConfig config{"embedding_dense_backward", stream, dim3(vt::cuda::blocks_for(n, 256)), dim3(256)};
  vt::cuda::launch(config, {rows.storage().get(), pairs.keys.storage().get(), pairs.payload.storage().get()},
                   make_row_keys, rows.data<int64_t>(), reinterpret_cast<uint64_t*>(pairs.keys.data()),
                   pairs.payload.data<int32_t>(), n, num_weights, padding_idx,
                   vt::cuda::device_error_sink(stream.device, "embedding"));
  pairs = radix_sort_cuda(std::move(pairs), 1, n, std::bit_width(static_cast<uint64_t>(num_weights)));
  visit_dtype<kFloatingOrComplexSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const SumArguments<T> p{grad.data<T>(),
                            reinterpret_cast<const uint64_t*>(pairs.keys.data()),
                            pairs.payload.data<int32_t>(),
                            out.data<T>(),
                            n,
                            num_weights,
                            width,
                            scale_grad_by_freq};
    constexpr int kWidth = vt::cuda::kVectorWidth<T> < 4 ? vt::cuda::kVectorWidth<T> : 4;
    const bool vectors = kWidth > 1 && width % kWidth == 0 && vt::cuda::is_aligned(grad.data(), kWidth * sizeof(T)) &&
                         vt::cuda::is_aligned(out.data(), kWidth * sizeof(T));
    const int64_t columns = kLanes * kGroups * (vectors ? kWidth : 1);
    config.grid = dim3(static_cast<unsigned>(n), vt::cuda::blocks_for(width, columns));
    config.block = dim3(kLanes, kGroups);
    vt::cuda::launch(
        config, {grad.storage().get(), pairs.keys.storage().get(), pairs.payload.storage().get(), out.storage().get()},
        vectors ? sum_rows<T, kWidth> : sum_rows<T, 1>, p);
  });
}

}  // namespace

void register_embedding_cuda(Registry& r) {
  r.at("embedding").cuda(embedding_cuda);
  r.at("embedding_dense_backward").cuda(embedding_dense_backward_cuda);
}

}  // namespace vt
