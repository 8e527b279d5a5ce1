// Where a backward pass starts, and of what gradients are asked: a tensor, or a place in the graph.
#pragma once

#include "autograd/engine.h"

namespace vt::autograd {

// The edge is of a place whose tensor may be gone; null where the tensor says it.
struct Endpoint {
  Tensor tensor;
  Edge edge;
};

// As backward(); a gradient is accumulated at an edge only if it leads to a leaf.
VT_API Grads backward_between(const std::vector<Endpoint>& outputs, const Grads& gradients, bool retain_graph,
                              bool create_graph, const std::vector<Endpoint>& inputs, bool allow_unused,
                              bool accumulate);

}  // namespace vt::autograd
