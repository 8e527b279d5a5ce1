// A tensor kept for backward, with the version it had.
#pragma once

#include "autograd/node.h"

namespace vt::autograd {

// Note [Hooks of saved tensors]
// Between saving and unpacking, a program may keep something of its own in the place of a tensor's values: a copy on
// the CPU, a file. The frontend says what, by its PackHook; the tensor's history is kept beside it.
class VT_API PackedTensor : public RefCounted {
 public:
  virtual Tensor unpack() = 0;
  Edge history;  // of an argument that requires grad
};
// What the hooks that the calling thread has entered make of a tensor; null if it has entered none. An argument comes
// as it is, so that programs know a Parameter; a result without history, as one that is kept with it would be a cycle.
using PackHook = intrusive_ptr<PackedTensor> (*)(const Tensor& t);
VT_API void set_pack_hook(PackHook hook);
// Hooks were entered or left, on any thread.
VT_API void count_entered_hooks(int change);

class VT_API SavedTensor {
 public:
  SavedTensor() = default;
  // An argument is kept as it is. A result is kept without its history, which would be a cycle: unpack restores it.
  static SavedTensor of_argument(const Tensor& t);
  static SavedTensor of_result(const Tensor& t, uint32_t output_number);

  bool defined() const { return tensor_.defined() || packed_; }
  // The tensor, attached to the graph as when it was kept. RuntimeError if it was written to since, or freed.
  // `owner` is the node that keeps it.
  Tensor unpack(const Node& owner) const;
  void release() {
    tensor_ = Tensor();
    packed_ = nullptr;
    released_ = true;
  }

 private:
  void pack(const Tensor& original);
  Tensor unpack_hooked(const Node& owner) const;

  Tensor tensor_;
  intrusive_ptr<PackedTensor> packed_;  // in the place of tensor_
  uint32_t version_ = 0;
  uint32_t output_number_ = 0;
  bool is_result_ = false;
  bool result_requires_grad_ = false;
  bool released_ = false;
};

// The error of a second backward through a freed graph.
[[noreturn]] VT_API void throw_freed();

}  // namespace vt::autograd
