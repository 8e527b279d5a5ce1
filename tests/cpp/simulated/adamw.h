// The end of a training step: gradients to AdamW's fused kernel.
#pragma once

#include <vector>

#include "autograd/autograd.h"
#include "dispatch/dispatch.h"
#include "ops/factory/factory.h"

namespace vt::simulated {

struct AdamW {
  std::vector<Tensor> params, means, squares, steps;

  explicit AdamW(std::vector<Tensor> of) : params(std::move(of)) {
    for (const Tensor& p : params) {
      autograd::set_requires_grad(p, true);
      means.push_back(ops::filled_like(p, 0));
      squares.push_back(ops::filled_like(p, 0));
      steps.push_back(ops::filled(IntSpan(), 0, DType::float32, p.device()));
    }
  }
  void minimise(const Tensor& loss) const {
    autograd::backward({loss}, {}, false, false, {}, false, true);
    const GradMode off(false);
    std::vector<Tensor> grads;
    for (const Tensor& p : params) grads.push_back(autograd::grad(p));
    static const Op& add = find_op("_foreach_add_.Scalar");
    static const Op& adamw = find_op("_fused_adamw_");
    call<void>(add, steps, Scalar(1));
    call<void>(adamw, params, grads, means, squares, std::vector<Tensor>(), steps, 0.1, 0.9, 0.99, 0.01, 1e-8, false,
               false, Tensor(), Tensor());
  }
  void drop_gradients() const {
    for (const Tensor& p : params) autograd::set_grad(p, Tensor());
  }
};

}  // namespace vt::simulated
