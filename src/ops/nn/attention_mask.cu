// What attention's kernels read of a mask: bits of a bool mask, a bias as it is or with rows that can be read by 16
// bytes.
#include <algorithm>
#include <cmath>

#include "cuda/launch.h"
#include "ops/copy/kernels.h"
#include "ops/nn/attention_call.cuh"
#include "ops/nn/attention_schedule.cuh"

namespace vt::attention {
namespace {

constexpr int kThreads = 256;

struct BitsGlobals {
  const uint8_t* mask;
  int64_t batch_stride, head_stride, row_stride, col_stride;
  uint32_t* bits;  // (batch, heads, queries or keys, words)
  int heads, queries, keys;
  int words;      // of a row of bits
  int row_tiles;  // of 32
  bool by_key;
  int64_t tiles;  // batch x heads x row_tiles x words
};

// A warp makes the bits of 32 queries and 32 keys.
__global__ void __launch_bounds__(kThreads) mask_bits(const __grid_constant__ BitsGlobals g) {
  const int64_t tile = static_cast<int64_t>(blockIdx.x) * (kThreads / 32) + threadIdx.x / 32;
  if (tile >= g.tiles) return;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int word = static_cast<int>(tile % g.words), row_tile = static_cast<int>(tile / g.words % g.row_tiles);
  const int64_t head = tile / g.words / g.row_tiles;
  const int query = (g.by_key ? word : row_tile) * 32, key = (g.by_key ? row_tile : word) * 32 + lane;
  const uint8_t* from = g.mask + head / g.heads * g.batch_stride + head % g.heads * g.head_stride +
                        static_cast<int64_t>(query) * g.row_stride + static_cast<int64_t>(key) * g.col_stride;
  uint32_t mine = 0;
#pragma unroll 8
  for (int i = 0; i < 32; ++i) {
    const bool seen = query + i < g.queries && key < g.keys && from[i * g.row_stride] != 0;
    const uint32_t of_query = __ballot_sync(0xffffffffu, seen);
    if (g.by_key) {
      mine |= static_cast<uint32_t>(seen) << i;
    } else if (lane == i) {
      mine = of_query;
    }
  }
  const int row = row_tile * 32 + lane, rows = g.by_key ? g.keys : g.queries;
  if (row < rows) g.bits[(head * rows + row) * g.words + word] = mine;
}

// The mask without the dims that it is broadcast over: those of batch and heads, and of `rows` that of queries, are of
// size one.
Tensor distinct(const Tensor& mask, bool rows) {
  DimVec sizes(mask.sizes());
  for (int d = 0; d < (rows ? 3 : 2); ++d) {
    if (mask.stride(d) == 0) sizes[d] = 1;
  }
  return make_view(mask, sizes, mask.strides(), mask.storage_offset());
}

// Strides of (batch, heads, rows) in which what there is one of is everyone's.
RowStrides broadcast_strides(const Tensor& t) {
  const auto stride = [&](int64_t d) { return t.size(d) == 1 ? 0 : t.stride(d); };
  return {stride(0), stride(1), stride(2)};
}

Tensor bits_of(const Tensor& mask, bool by_key) {
  const int64_t batch = mask.size(0), heads = mask.size(1), queries = mask.size(2), keys = mask.size(3);
  // Of the tiles of 128 keys or 64 queries that the kernels read.
  const int64_t words = by_key ? (queries + 63) / 64 * 2 : (keys + 127) / 128 * 4;
  const Tensor bits = empty(DimVec{batch, heads, by_key ? keys : queries, words}, DType::int32, mask.device());
  BitsGlobals g;
  g.mask = static_cast<const uint8_t*>(mask.data());
  g.batch_stride = mask.stride(0);
  g.head_stride = mask.stride(1);
  g.row_stride = mask.stride(2);
  g.col_stride = mask.stride(3);
  g.bits = static_cast<uint32_t*>(bits.data());
  g.heads = static_cast<int>(heads);
  g.queries = static_cast<int>(queries);
  g.keys = static_cast<int>(keys);
  g.words = static_cast<int>(words);
  g.row_tiles = static_cast<int>(((by_key ? keys : queries) + 31) / 32);
  g.by_key = by_key;
  g.tiles = batch * heads * g.row_tiles * words;
  cuda::launch({"_attention_mask", cuda::current_stream(mask.device().index),
                dim3(cuda::blocks_for(g.tiles * 32, kThreads)), dim3(kThreads)},
               {mask.storage().get(), bits.storage().get()}, mask_bits, g);
  return bits;
}

// The bias with neighbouring columns in whole pairs, and rows that begin at multiples of 16 bytes.
Tensor readable_bias(const Tensor& bias) {
  const auto step = static_cast<int64_t>(16 / size_of(bias.dtype()));
  bool readable = bias.stride(3) == 1 && bias.size(3) % 2 == 0 && reinterpret_cast<uintptr_t>(bias.data()) % 16 == 0;
  for (int d = 0; d < 3; ++d) readable &= bias.size(d) == 1 || bias.stride(d) % step == 0;
  if (readable) return bias;
  DimVec sizes(bias.sizes());
  sizes[3] = (sizes[3] + step - 1) / step * step;
  const Tensor padded = empty(sizes, bias.dtype(), bias.device());
  const Tensor copy = make_view(padded, bias.sizes(), padded.strides(), 0);
  copy_data(copy, bias);
  return copy;
}

}  // namespace

GeneralCall general_call(const ops::AttentionOptions& options, double scale, bool by_key) {
  const auto end_of_band = [](std::optional<int64_t> end, int64_t otherwise) {
    return static_cast<int>(std::clamp<int64_t>(end.value_or(otherwise), -kBandEnd, kBandEnd));
  };
  GeneralCall call;
  General& g = call.device;
  g.low = end_of_band(options.low, -kBandEnd);
  g.high = end_of_band(options.high, kBandEnd);
  g.scale_log2 = static_cast<float>(scale * kLog2E);
  g.kept = static_cast<uint32_t>(std::lround((1 - options.dropout_p) * kKeepAll));
  g.keep_scale = g.kept == 0 ? 0.0f : static_cast<float>(kKeepAll) / static_cast<float>(g.kept);
  if (options.seen.defined()) {
    call.ranges = contiguous_data(by_key ? options.seeing : options.seen);
    (by_key ? g.of_key : g.of_query) = static_cast<const int2*>(call.ranges.data());
  }
  const Tensor& mask = options.mask;
  if (!mask.defined()) return call;
  const Tensor own = distinct(mask, mask.dtype() == DType::bool_ && !by_key);
  if (mask.dtype() == DType::bool_) {
    call.mask = bits_of(own, by_key);
    g.bits = static_cast<const uint32_t*>(call.mask.data());
    g.bits_at = broadcast_strides(call.mask);
  } else {
    call.mask = readable_bias(own);
    g.bias = call.mask.data();
    g.bias_at = broadcast_strides(call.mask);
    g.wide_bias = mask.dtype() == DType::float32;
  }
  return call;
}

}  // namespace vt::attention
