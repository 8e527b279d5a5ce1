// What attention's general kernels do beside the plain ones: a band of keys, a mask, a bias, dropout.
//
// Note [Forms of attention]
// A kernel is compiled for three forms: every query sees every key; causal; and general, where each of these parts may
// be there or not, which a branch finds out at run time, so that the plain forms pay nothing for them.
#pragma once

#include <cuda_fp16.h>

#include <cstdint>
#include <type_traits>

#include "core/generator.h"
#include "core/half.h"
#include "cuda/philox.cuh"

namespace vt::attention {

enum class Form { kFull, kCausal, kGeneral };

/// Where the elements of (batch, heads, rows, cols) are; columns are neighbours.
struct RowStrides {
  int64_t batch, head, row;
};

inline constexpr uint32_t kKeepAll = 1 << 15;

struct General {
  int low, high;  // query i sees the keys i + low <= j <= i + high
  // Instead of the band, where they are there: by query the keys from x up to y that it sees, by key for backward the
  // queries that see it. Neither x nor y ever falls.
  const int2 *of_query, *of_key;
  const uint32_t* bits;  // a bit for each key that a query sees, forward by query, backward by key; null: all are seen
  RowStrides bits_at;    // in words
  const void* bias;      // added to the scaled scores, float32 or like the queries; null: none
  RowStrides bias_at;
  bool wide_bias;    // float32
  float scale_log2;  // of scores that a bias is added to: scale * log2(e)
  uint32_t kept;     // dropout keeps where 15 bits are under this; kKeepAll: all
  float keep_scale;  // 1 / the part that is kept
  PhiloxPosition philox;
  uint64_t* philox_taken;  // forward writes seed and offset here, for backward; null: no dropout
  int* turns;              // backward, by query tile: how many key tiles have added to dq; null: in any order

  __device__ __forceinline__ bool drops() const { return kept < kKeepAll; }
  /// Of a random word: the highest bits of its halves say what dropout takes.
  __device__ __forceinline__ uint32_t dropped(uint32_t word) const {
    return ((word & 0x7fff7fffu) | 0x80008000u) - kept * 0x10001u;
  }
};

inline constexpr int kBandEnd = 1 << 30;  // as good as infinite

struct TileRange {
  int begin, end;
};

/// The first key that query `row` sees, and the last; beyond what there is too.
__device__ __forceinline__ int first_seen(const General& m, int row, int queries) {
  return m.of_query == nullptr ? row + m.low : __ldg(&m.of_query[min(row, queries - 1)].x);
}
__device__ __forceinline__ int last_seen(const General& m, int row, int queries) {
  return m.of_query == nullptr ? row + m.high : __ldg(&m.of_query[min(row, queries - 1)].y) - 1;
}
/// The first query that sees key `key`, and the last; beyond what there is too.
__device__ __forceinline__ int first_seeing(const General& m, int key, int keys) {
  return m.of_key == nullptr ? key - m.high : __ldg(&m.of_key[min(key, keys - 1)].x);
}
__device__ __forceinline__ int last_seeing(const General& m, int key, int keys) {
  return m.of_key == nullptr ? key - m.low : __ldg(&m.of_key[min(key, keys - 1)].y) - 1;
}

/// Tiles of `tile` keys that queries [row, row + rows) see; at least one, of which all may be hidden.
__device__ __forceinline__ TileRange seen_tiles(const General& m, int row, int rows, int queries, int keys, int tile) {
  const int end = (max(1, min(keys, last_seen(m, row + rows - 1, queries) + 1)) + tile - 1) / tile;
  return {min(max(0, first_seen(m, row, queries)) / tile, end - 1), end};
}
/// Tiles of `tile` queries, of `tiles`, that see any of keys [key, key + rows); may be none.
__device__ __forceinline__ TileRange seeing_tiles(const General& m, int key, int rows, int keys, int tiles, int tile) {
  const int last = last_seeing(m, key + rows - 1, keys);
  return {max(0, first_seeing(m, key, keys)) / tile, last < 0 ? 0 : min(tiles, last / tile + 1)};
}

/// Random words of dropout, two elements each: with query = 16 Q + 8 a + r and key = 32 K + 8 b + c, r and c under 8,
/// element (query, key) of a head has half a (0: low) of word b of the block of (Q, r, K, c). So the threads that hold
/// a tile by queries and those that hold it by keys can both make what they need.
struct DropWords {
  const cuda::PhiloxReader reader;
  const uint64_t first_row;  // of the head

  __device__ __forceinline__ DropWords(const General& m, int64_t head, int queries)
      : reader(m.philox), first_row(static_cast<uint64_t>(head) * ((queries + 15) / 16) * 8) {}
  __device__ __forceinline__ cuda::PhiloxBlock block(int query16, int r, int key32, int c) const {
    const uint64_t group = (first_row + query16 * 8 + r) << 32 | static_cast<uint32_t>(key32 * 8 + c);
    return cuda::philox<7>(reader.seed, group, reader.start);
  }
};

/// A word whose bits from `low` to `high` are ones, either of which may lie outside.
__device__ __forceinline__ uint32_t bits_between(int low, int high) {
  const uint32_t from = low <= 0 ? ~0u : low > 31 ? 0 : ~0u << low;
  return from & (high >= 31 ? ~0u : high < 0 ? 0 : ~0u >> (31 - high));
}

/// Two 16-bit values as floats, the low half first.
template <class T>
__device__ __forceinline__ float2 unpack(uint32_t pair) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    return {__uint_as_float(pair << 16), __uint_as_float(pair & 0xffff0000u)};
  } else {
    return __half22float2(*reinterpret_cast<const __half2*>(&pair));
  }
}

/// Two neighbours, aligned as a pair, as floats.
template <class B>
__device__ __forceinline__ float2 load_pair(const B* from) {
  if constexpr (std::is_same_v<B, float>) {
    return __ldg(reinterpret_cast<const float2*>(from));
  } else {
    return unpack<B>(__ldg(reinterpret_cast<const uint32_t*>(from)));
  }
}

}  // namespace vt::attention
