// The node of a registered op: its arguments, what it keeps, and the derivative it was declared with.
#pragma once

#include "autograd/node.h"
#include "autograd/saved_tensor.h"
#include "dispatch/op.h"
#include "dispatch/owned_arguments.h"

namespace vt::autograd {

// By bit, the arguments that require grad (lists count as such).
uint32_t wanted_arguments(const Op& op, const Value* args);

// "AddBackward0": what a node of that op is called.
VT_API std::string node_name_of(const Op& op);

// The op whose derivative runs with this context.
VT_API const Op& op_of(const GradContext& context);

class VT_API OpNode final : public Node {
 public:
  // Keeps the arguments that are not tensors, collects an edge per tensor, keeps what the op declares. `cloned_self`
  // is kept instead of self when an in-place op is about to overwrite a self that its derivative needs.
  // `level` is that of the highest wrapper among the arguments: only gradients of tensors there go anywhere.
  OpNode(const Op& op, const Value* args, const Tensor& cloned_self, int level = 0);

  Grads apply(Grads&& incoming) override;
  std::string name() const override;
  bool takes_narrow_gradient(uint32_t input) const override {
    return input < 8 && (op_.functional().parts.narrow_gradients >> input & 1);
  }
  void release_saved() override;

  const Op& op() const { return op_; }
  // After the call: the results become this node's outputs; those kept for backward are saved.
  void keep_result(int i, const Tensor& result, uint32_t output_number);

 private:
  friend class OpGradContext;
  struct TensorArg {
    uint16_t arg;
    uint16_t element;
    SavedTensor saved;
    TensorMeta meta;
  };

  void add_tensor(int arg, int element, const Tensor& t, const Tensor& kept, int level);
  const TensorArg* find(int arg, int element) const;
  int edge_of(int arg, int element) const;

  const Op& op_;
  uint32_t wanted_;
  OwnedArguments args_;
  std::vector<TensorArg> tensors_;  // one per tensor argument or element, in order: the same order as the edges
  std::vector<SavedTensor> results_;
  bool released_ = false;
};

}  // namespace vt::autograd
