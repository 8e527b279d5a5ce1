// Steps of recurrent layers on CUDA: a thread per element of the hidden state.
#include "ops/recurrent/steps.h"

#include <vector>

#include "cpu/kernels/recurrent_step.h"
#include "cuda/launch.h"
#include "dispatch/registry.h"

namespace vt {
namespace {

constexpr int kThreads = 256;

template <class Step>
__global__ void __launch_bounds__(kThreads) step_kernel(Step step) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < step.rows * step.hidden) step.element(i / step.hidden, i % step.hidden);
}

template <template <class> class Step, class Tensors>
void run(const char* op, const Tensors& t, std::initializer_list<Tensor> tensors) {
  std::vector<const StorageImpl*> used;
  for (const Tensor& u : tensors) {
    if (u.defined()) used.push_back(u.storage().get());
  }
  visit_dtype<kFloatingSet>(t.gates.dtype(), [&]<class T>(TypeTag<T>) {
    const Step<T> step = recurrent::step_of<Step, T>(t);
    cuda::launch({op, cuda::current_stream(t.gates.device().index), cuda::blocks_for(step.rows * step.hidden, kThreads),
                  kThreads},
                 cuda::StorageSpan(used.data(), used.size()), step_kernel<Step<T>>, step);
  });
}

void lstm_step(const recurrent::LstmTensors& t) {
  run<cpu::LstmStep>("lstm", t, {t.gates, t.state, t.cells, t.output, t.hidden_state});
}
void lstm_step_backward(const recurrent::LstmBackwardTensors& t) {
  run<cpu::LstmStepBackward>(
      "lstm_backward", t,
      {t.grad_hidden, t.grad_cell, t.cell_before, t.cell, t.gates, t.grad_output, t.grad_gates, t.grad_before});
}
void gru_step(const recurrent::GruTensors& t) {
  run<cpu::GruStep>("gru", t, {t.from_input, t.from_hidden, t.gates, t.state, t.output});
}
void gru_step_backward(const recurrent::GruBackwardTensors& t) {
  run<cpu::GruStepBackward>(
      "gru_backward", t,
      {t.grad_hidden, t.hidden_before, t.gates, t.grad_from_input, t.grad_from_hidden, t.grad_before});
}

}  // namespace

void register_recurrent_cuda(Registry&) {
  recurrent::lstm_step.cuda(lstm_step);
  recurrent::lstm_step_backward.cuda(lstm_step_backward);
  recurrent::gru_step.cuda(gru_step);
  recurrent::gru_step_backward.cuda(gru_step_backward);
}

}  // namespace vt
