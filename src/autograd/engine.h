// Running the graph backward.
//
// The engine counts how many times each node will be reached, sums the gradients that arrive at each node input, and
// runs nodes whose inputs are complete, latest forward call first, on the calling thread. Nothing is recursive, and no
// lock is held while nodes or hooks run.
//
// A pass over memory that only converts or adds gradients can often be part of the pass before or after it. The two
// notes say when; neither holds while the graph of the gradient is being built (create_graph).
//
// Note [Narrow gradients]
// A 16-bit gradient of a float32 result, as mixed precision has it behind every matrix product, is widened where
// somebody needs it: an addition does so as it reads, and a node that says takes_narrow_gradient gets it as it is.
// Hooks, captured gradients and all other nodes see the dtype of the result. Two narrow ones are added in float32.
//
// Note [Waiting gradients]
// The gradient of a tensor that was used twice arrives in parts. When a derivative is about to make the second part it
// may ask for the sum so far and add into that memory, if the engine alone holds it, on the stream where it is wanted,
// and nobody observes the part by itself: the running node has no hooks, and anomaly mode does not look for NaN. Parts
// are added in the order of arrival, with the rounding of a pass of its own, so the numbers are the same.
#pragma once

#include <optional>

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

// While a node runs: the sum that waits where this edge leads, taken out for the node to add to and hand in as its own
// gradient (Note [Waiting gradients]); undefined if there is none to be had.
VT_API Tensor take_waiting_gradient(const Edge& e);
// While a node runs: the 16-bit dtype to which the receiver of this gradient, which lacks only this one, narrows it.
VT_API std::optional<DType> narrowed_by_receiver(const Edge& e);
// While a node runs: whether the gradient on this edge will be used. Derivatives skip work by it.
VT_API bool edge_wanted(const Edge& e);

// The number of the pass that runs on this thread, never used again; 0 if none does.
VT_API uint64_t running_pass() noexcept;
// Whether the running pass computes what arrives at the node.
VT_API bool is_reached(const Node& node);

}  // namespace vt::autograd
