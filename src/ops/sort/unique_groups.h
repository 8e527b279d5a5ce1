// Items of a tensor grouped by content.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

/// Groups of equal items, in ascending order or, of neighbours, in theirs. All on the device of the items, and int64
/// but for `values`.
struct ItemGroups {
  Tensor first;     // (groups): number of an item of each; undefined where `values` say more
  Tensor members;   // (groups): how many there are; undefined if not asked for
  Tensor group_of;  // (items): the group of each item; undefined if not asked for
  Tensor values;    // (groups): an item of each, of one element; may be undefined
};

/// `items` is contiguous: item i is the `width` elements from i * width on. A NaN equals nothing. Not `consecutive`:
/// equal items anywhere are one group, and dtypes without an order are refused. Waits for the GPU once, which alone
/// knows how many groups there are.
extern BackendTable<ItemGroups(const Tensor& items, int64_t count, int64_t width, bool consecutive, bool inverse,
                               bool counts)>
    group_items;
ItemGroups group_items_cuda(const Tensor& items, int64_t count, int64_t width, bool consecutive, bool inverse,
                            bool counts);

}  // namespace vt
