// The gradients of both factors of a product, neither of which reads the other.
#pragma once

#include "core/thread_state.h"
#include "cuda/branch.h"
#include "cuda/capture.h"
#include "dispatch/derivative.h"

namespace vt::linalg {

// Products of more multiplications fill a device by themselves.
inline constexpr int64_t kMostBeside = int64_t{1} << 31;

/// Calls `of_first` and `of_second` where the gradient of that factor is wanted; small products of a captured step are
/// branches of its graph (Note [Branches] in cuda/branch.h).
template <class OfFirst, class OfSecond>
void side_by_side(const GradContext& ctx, const OfFirst& of_first, const OfSecond& of_second) {
  const Tensor& g = ctx.grad();
  const bool captured = g.is_cuda() && cuda::is_capturing() && !grad_enabled();
  const bool both = ctx.needs(0) && ctx.needs(1);
  if (!captured || !both || g.numel() * ctx.sizes(0).back() > kMostBeside) {
    if (ctx.needs(0)) of_first();
    if (ctx.needs(1)) of_second();
    return;
  }
  cuda::Branch branch(g.device());
  of_second();
  branch.leave();
  of_first();
}

}  // namespace vt::linalg
