// Running the graph backward.
//
// The engine counts how many times each node will be reached, sums the gradients that arrive at each node input, and
// runs nodes whose inputs are complete, latest forward call first, on the calling thread. Nothing is recursive, and no
// lock is held while nodes or hooks run.
#pragma once

#include "autograd/node.h"

namespace vt::autograd {

struct BackwardOptions {
  bool retain_graph = false;
  bool create_graph = false;
  // Gradients of these are returned (autograd.grad) and no leaf's .grad is touched; empty: accumulate into leaves.
  std::vector<Edge> inputs;
  bool accumulate = false;  // with inputs: accumulate into just these (backward(inputs=...))
};

// `roots` and `gradients` have the same length; gradients are defined. Returns one gradient per options.inputs,
// undefined where unreachable.
VT_API Grads run_backward(const std::vector<Edge>& roots, Grads gradients, const BackwardOptions& options);

// While a node runs: whether the gradient on this edge will be used. Derivatives skip work by it.
VT_API bool edge_wanted(const Edge& e);

}  // namespace vt::autograd
