// Subscripts: what x[...] and x[...] = v mean. Both frontends call these.
#pragma once

#include <optional>
#include <span>

#include "core/tensor.h"

namespace vt::ops {

// One entry of the subscript, in order.
struct IndexItem {
  enum class Kind : uint8_t { None, Ellipsis, Int, Bool, Slice, Tensor };
  Kind kind = Kind::None;
  int64_t value = 0;                   // Int, Bool
  std::optional<int64_t> start, stop;  // Slice, as the caller wrote it
  int64_t step = 1;
  vt::Tensor tensor;  // bool, uint8, int32 or int64, any dims
};

// A view of self where no tensor (and no bool) is among the items, else a new tensor. IndexError for too many indices,
// an index outside its dim or a tensor of another dtype; ValueError for a slice whose step is not positive.
VT_API Tensor get_item(const Tensor& self, std::span<const IndexItem> items);

// Writes `value`, broadcast, to what get_item names. A wrapped number is cast to self's dtype; so is any value where no
// tensor is among the items.
VT_API void set_item(const Tensor& self, std::span<const IndexItem> items, const Tensor& value);

}  // namespace vt::ops
