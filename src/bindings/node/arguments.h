// From JavaScript's arguments to the values of a call, by the op's schema.
#pragma once

#include <napi.h>

#include <deque>
#include <string>
#include <vector>

#include "dispatch/dispatch.h"
#include "dispatch/frontend.h"

namespace vt::node {

// The values of one call, with everything that they refer to.
class Arguments {
 public:
  // Binds positional and named arguments; false, with the reason in complaint(), if they do not fit the overload.
  bool bind(const Candidate& candidate, const Napi::Array& positional, const Napi::Object& named);

  Value* values() { return values_; }
  const std::string& complaint() const { return complaint_; }
  // The object that the caller passed for this tensor, or undefined: an in-place op returns its argument.
  Napi::Value object_of(const Tensor& tensor) const;

 private:
  Value convert(const Arg& arg, bool accepts_number, const Napi::Value& value);
  Value convert_list(const Arg& arg, const Napi::Value& value);
  const Tensor& keep_tensor(const Napi::Value& value, bool accepts_number);

  Value values_[kMaxArgs];
  std::string complaint_;
  std::vector<Napi::Value> objects_;
  // What values point into; deques, because their elements stay where they are.
  std::deque<Tensor> tensors_;
  std::deque<std::vector<Tensor>> tensor_lists_;
  std::deque<DimVec> ints_;
  std::deque<std::vector<double>> doubles_;
  std::deque<std::unique_ptr<bool[]>> bools_;
  std::deque<std::string> strings_;
  std::deque<Scalar> scalars_;
};

}  // namespace vt::node
