// Which rows of keys each row of queries sees, and the other way round, where sequences lie one after the other.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt {

struct RowRange {
  int32_t from, to;  // up to `to`
};

/// Of cumulative lengths (sequences + 1) that never fall and end within the rows that there are.
struct SequenceRanges {
  const int32_t *own, *other;
  int32_t sequences;
  int64_t before, after;  // of a row's place on the other side, both ends being the same place; negative: all

  VT_HD_INLINE RowRange of(int32_t row) const {
    int32_t low = 0, high = sequences;  // the last sequence that begins at or before the row is in [low, high)
    while (high - low > 1) {
      const int32_t middle = low + (high - low) / 2;
      if (own[middle] <= row) {
        low = middle;
      } else {
        high = middle;
      }
    }
    const int64_t base = other[low], end = other[low + 1], place = end + row - own[low + 1];
    if (row < own[0] || row >= own[sequences]) return {static_cast<int32_t>(end), static_cast<int32_t>(end)};
    const auto within = [&](int64_t at) { return static_cast<int32_t>(at < base ? base : at < end ? at : end); };
    return {within(before < 0 ? base : place - before), within(after < 0 ? end : place + after + 1)};
  }
};

}  // namespace vt
