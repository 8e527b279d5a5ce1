// What radix_sort_rows_cuda leaves, as kernels read it.
#pragma once

#include <array>

#include "ops/sort/radix_sort.h"

namespace vt {

/// Keys of rows in order with what went along, each row in one of two places.
template <typename Key>
struct RadixSorted {
  const Key* keys[2];
  const int32_t* payload[2];  // null: keys alone
  const int32_t* moves;       // null: all passes moved every row
  int passes;

  explicit RadixSorted(const SortedRows& sorted)
      : moves(sorted.moves.defined() ? sorted.moves.data<int32_t>() : nullptr), passes(sorted.passes) {
    for (int i = 0; i < 2; ++i) {
      const SortPairs& place = sorted.places[i];
      keys[i] = place.keys.defined() ? static_cast<const Key*>(place.keys.data()) : nullptr;
      payload[i] = place.payload.defined() ? place.payload.template data<int32_t>() : nullptr;
    }
  }

  /// Where the row is.
  __device__ __forceinline__ int place(int64_t row) const {
    const uint32_t moving = moves != nullptr ? static_cast<uint32_t>(moves[row]) : ~0u;
    return __popc(moving & ((1u << passes) - 1)) % 2;
  }
};

/// The memory behind it.
inline std::array<const StorageImpl*, 5> storages_of(const SortedRows& sorted) {
  const auto storage = [](const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; };
  const auto& [one, other] = sorted.places;
  return {storage(one.keys), storage(one.payload), storage(other.keys), storage(other.payload), storage(sorted.moves)};
}

}  // namespace vt
