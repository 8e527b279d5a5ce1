// A copy of a call's arguments that outlives the call: it owns the lists, strings and complex numbers that values refer
// to. Tensors are left out (None in their place, a list's length kept): who needs them decides which and how.
#pragma once

#include <memory>

#include "dispatch/value.h"

namespace vt {

class VT_API OwnedArguments {
 public:
  OwnedArguments() = default;
  explicit OwnedArguments(std::span<const Value> args);

  const Value& operator[](int i) const { return values_[static_cast<size_t>(i)]; }

 private:
  std::vector<Value> values_;
  std::unique_ptr<std::byte[]> contents_;  // what they refer to, each at a multiple of 16 bytes
};

}  // namespace vt
