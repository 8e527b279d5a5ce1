// A tensor kept for backward, with the version it had.
#pragma once

#include "autograd/node.h"

namespace vt::autograd {

class VT_API SavedTensor {
 public:
  SavedTensor() = default;
  // An argument is kept as it is. A result is kept without its history, which would be a cycle: unpack restores it.
  static SavedTensor of_argument(const Tensor& t);
  static SavedTensor of_result(const Tensor& t, uint32_t output_number);

  bool defined() const { return tensor_.defined(); }
  // The tensor, attached to the graph as when it was kept. RuntimeError if it was written to since, or freed.
  // `owner` is the node that keeps it.
  Tensor unpack(const Node& owner) const;
  void release() {
    tensor_ = Tensor();
    released_ = true;
  }

 private:
  Tensor tensor_;
  uint32_t version_ = 0;
  uint32_t output_number_ = 0;
  bool is_result_ = false;
  bool result_requires_grad_ = false;
  bool released_ = false;
};

// The error of a second backward through a freed graph.
[[noreturn]] VT_API void throw_freed();

}  // namespace vt::autograd
