// Forward derivatives: what a small change of an op's arguments does to its results.
#pragma once

#include "dispatch/op.h"

namespace vt::autograd {

struct ForwardDerivative {
  Results results;
  std::vector<Tensor> tangents;  // one per result tensor; undefined where the result does not depend on what changes
};

// The op's results and their tangents, from a tangent for each tensor among the arguments (in order, absent ones left
// out; undefined: it does not change), of its shape and dtype. From the op's own jvp where it has one and knows the
// call, else from the derivative of its derivative. In-place and out= forms, and ops that write to an argument, are
// refused with NotImplemented.
VT_API ForwardDerivative jvp(const Op& op, std::span<const Value> args, TensorSpan tangents);

// The second of those ways, for any op. A gradient is linear in the gradients v that come in, g = J^T v; so its own
// derivative for v takes tangents t to J t.
VT_API ForwardDerivative jvp_by_derivative(const Op& op, std::span<const Value> args, TensorSpan tangents);

}  // namespace vt::autograd
