// Memory of kept tensors that a derivative may write over.
//
// Note [Kept memory]
// A gradient that is as large as a tensor that was kept for it, and made from it element by element, can be written
// over it, which saves as much memory where most is in use. Nobody may notice: this is the last backward pass through
// the graph, whose gradients are not differentiated; only the node has the tensor, and nothing else its memory; on a
// GPU no other stream was said to use the memory, and a graph that is captured made it, or its second replay would read
// what the first one wrote.
#pragma once

#include "core/tensor.h"

namespace vt {

/// Says of the backward pass that this thread runs while it lives whether it is the last one through its graph.
class VT_API BackwardPass {
 public:
  explicit BackwardPass(bool is_last);
  ~BackwardPass();
  BackwardPass(const BackwardPass&) = delete;
  BackwardPass& operator=(const BackwardPass&) = delete;

 private:
  bool previous_;
};

/// Whether the derivative that has `kept` from GradContext::saved, once and of an argument, may write over its memory.
VT_API bool may_overwrite(const Tensor& kept);
/// Gives the memory back, if that may be, before the derivative is done: what is made after it may lie there. Nobody
/// reads `kept` any more.
VT_API void drop_kept(const Tensor& kept);

}  // namespace vt
