// Optimizer steps over lists of tensors: SGD, Adam, AdamW. One pass per tensor on the CPU, one launch for all on CUDA.
#include "cpu/kernels/optim.h"

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/optim/multi_tensor.h"
#include "ops/typed/copy.h"

namespace vt {
namespace {

using optim::DenseAccess;

double number(const Tensor& t) { return ops::item(t).to_double(); }

// A found_inf other than zero means that the gradients are not usable: the step is skipped.
bool skip_step(const Tensor& found_inf) { return found_inf.defined() && number(found_inf) != 0; }

template <bool decoupled>
void adam_cpu(TensorSpan params, TensorSpan grads, TensorSpan exp_avgs, TensorSpan exp_avg_sqs,
              TensorSpan max_exp_avg_sqs, TensorSpan steps, double lr, double beta1, double beta2, double weight_decay,
              double eps, bool amsgrad, bool maximize, const Tensor& grad_scale, const Tensor& found_inf) {
  optim::check_params(params);
  optim::check_parallel(params, grads, "grads");
  optim::check_parallel(params, exp_avgs, "exp_avgs");
  optim::check_parallel(params, exp_avg_sqs, "exp_avg_sqs");
  optim::check_parallel(params, max_exp_avg_sqs, "max_exp_avg_sqs", !amsgrad);
  VT_CHECK(steps.size() == params.size(), Runtime, "expected ", params.size(), " tensors in state_steps, got ",
           steps.size());
  if (skip_step(found_inf)) return;
  cpu::AdamArgs args{};
  args.lr = lr;
  args.beta1 = beta1;
  args.beta2 = beta2;
  args.weight_decay = weight_decay;
  args.eps = eps;
  args.amsgrad = amsgrad;
  args.maximize = maximize;
  args.decoupled = decoupled;
  args.grad_scale = grad_scale.defined() ? number(grad_scale) : 1.0;
  for (size_t i = 0; i < params.size(); ++i) {
    args.step = number(steps[i]);
    const DenseAccess p(params[i]), m(exp_avgs[i]), v(exp_avg_sqs[i]), top(amsgrad ? max_exp_avg_sqs[i] : Tensor());
    const Tensor g = ops::as_contiguous(grads[i]);
    visit_dtype<kFloatingSet>(g.dtype(), [&]<class T>(TypeTag<T>) {
      cpu::adam_step<T>(p.data<T>(), g.data<T>(), m.data<T>(), v.data<T>(), top.data<T>(), g.numel(), args);
    });
  }
}

template <bool decoupled>
void adam_tensor_lr(TensorSpan params, TensorSpan grads, TensorSpan exp_avgs, TensorSpan exp_avg_sqs,
                    TensorSpan max_exp_avg_sqs, TensorSpan steps, const Tensor& lr, double beta1, double beta2,
                    double weight_decay, double eps, bool amsgrad, bool maximize, const Tensor& grad_scale,
                    const Tensor& found_inf) {
  VT_CHECK(lr.numel() == 1, Runtime, "expected lr of one element, got ", lr.sizes());
  adam_cpu<decoupled>(params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, steps, number(lr), beta1, beta2,
                      weight_decay, eps, amsgrad, maximize, grad_scale, found_inf);
}

void sgd_cpu(TensorSpan params, TensorSpan grads, TensorSpan momentum_buffers, double weight_decay, double momentum,
             double lr, double dampening, bool nesterov, bool maximize, bool is_first_step, const Tensor& grad_scale,
             const Tensor& found_inf) {
  optim::check_params(params);
  optim::check_parallel(params, grads, "grads");
  optim::check_parallel(params, momentum_buffers, "momentum_buffer_list", momentum == 0);
  if (skip_step(found_inf)) return;
  const cpu::SgdArgs args{lr,       momentum, dampening,     weight_decay,
                          nesterov, maximize, is_first_step, grad_scale.defined() ? number(grad_scale) : 1.0};
  for (size_t i = 0; i < params.size(); ++i) {
    const DenseAccess p(params[i]), b(momentum != 0 ? momentum_buffers[i] : Tensor());
    const Tensor g = ops::as_contiguous(grads[i]);
    visit_dtype<kFloatingSet>(g.dtype(), [&]<class T>(TypeTag<T>) {
      cpu::sgd_step<T>(p.data<T>(), g.data<T>(), b.data<T>(), g.numel(), args);
    });
  }
}

void sgd_tensor_lr(TensorSpan params, TensorSpan grads, TensorSpan momentum_buffers, double weight_decay,
                   double momentum, const Tensor& lr, double dampening, bool nesterov, bool maximize,
                   bool is_first_step, const Tensor& grad_scale, const Tensor& found_inf) {
  VT_CHECK(lr.numel() == 1, Runtime, "expected lr of one element, got ", lr.sizes());
  sgd_cpu(params, grads, momentum_buffers, weight_decay, momentum, number(lr), dampening, nesterov, maximize,
          is_first_step, grad_scale, found_inf);
}

}  // namespace

void register_fused_optimizers(Registry& r) {
  r.def(
       "_fused_adam_(Tensor(a!)[] self, Tensor[] grads, Tensor(b!)[] exp_avgs, Tensor(c!)[] exp_avg_sqs, Tensor(d!)[] max_exp_avg_sqs, Tensor[] state_steps, *, float lr, float beta1, float beta2, float weight_decay, float eps, bool amsgrad, bool maximize, Tensor? grad_scale=None, Tensor? found_inf=None) -> ()")
      .cpu(adam_cpu<false>)
      .not_differentiable()
      .function_only();
  r.def(
       "_fused_adamw_(Tensor(a!)[] self, Tensor[] grads, Tensor(b!)[] exp_avgs, Tensor(c!)[] exp_avg_sqs, Tensor(d!)[] max_exp_avg_sqs, Tensor[] state_steps, *, float lr, float beta1, float beta2, float weight_decay, float eps, bool amsgrad, bool maximize, Tensor? grad_scale=None, Tensor? found_inf=None) -> ()")
      .cpu(adam_cpu<true>)
      .not_differentiable()
      .function_only();
  r.def(
       "_fused_adam_.tensor_lr(Tensor(a!)[] self, Tensor[] grads, Tensor(b!)[] exp_avgs, Tensor(c!)[] exp_avg_sqs, Tensor(d!)[] max_exp_avg_sqs, Tensor[] state_steps, *, Tensor lr, float beta1, float beta2, float weight_decay, float eps, bool amsgrad, bool maximize, Tensor? grad_scale=None, Tensor? found_inf=None) -> ()")
      .cpu(adam_tensor_lr<false>)
      .not_differentiable()
      .any_device()
      .function_only();
  r.def(
       "_fused_adamw_.tensor_lr(Tensor(a!)[] self, Tensor[] grads, Tensor(b!)[] exp_avgs, Tensor(c!)[] exp_avg_sqs, Tensor(d!)[] max_exp_avg_sqs, Tensor[] state_steps, *, Tensor lr, float beta1, float beta2, float weight_decay, float eps, bool amsgrad, bool maximize, Tensor? grad_scale=None, Tensor? found_inf=None) -> ()")
      .cpu(adam_tensor_lr<true>)
      .not_differentiable()
      .any_device()
      .function_only();
  r.def(
       "_fused_sgd_(Tensor(a!)[] self, Tensor[] grads, Tensor(b!)[] momentum_buffer_list, *, float weight_decay, float momentum, float lr, float dampening, bool nesterov, bool maximize, bool is_first_step, Tensor? grad_scale=None, Tensor? found_inf=None) -> ()")
      .cpu(sgd_cpu)
      .not_differentiable()
      .function_only();
  r.def(
       "_fused_sgd_.tensor_lr(Tensor(a!)[] self, Tensor[] grads, Tensor(b!)[] momentum_buffer_list, *, float weight_decay, float momentum, Tensor lr, float dampening, bool nesterov, bool maximize, bool is_first_step, Tensor? grad_scale=None, Tensor? found_inf=None) -> ()")
      .cpu(sgd_tensor_lr)
      .not_differentiable()
      .any_device()
      .function_only();
}

}  // namespace vt
