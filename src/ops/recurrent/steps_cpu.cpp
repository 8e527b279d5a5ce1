#include "ops/recurrent/steps_cpu.h"

#include "cpu/kernels/recurrent_step.h"
#include "cpu/thread_pool.h"

namespace vt {
namespace cpu {
namespace {

template <class T>
auto rows_function(const LstmStep<T>&) {
  return VT_SIMD_PICK(lstm_rows, T);
}
template <class T>
auto rows_function(const LstmStepBackward<T>&) {
  return VT_SIMD_PICK(lstm_backward_rows, T);
}
template <class T>
auto rows_function(const GruStep<T>&) {
  return VT_SIMD_PICK(gru_rows, T);
}
template <class T>
auto rows_function(const GruStepBackward<T>&) {
  return VT_SIMD_PICK(gru_backward_rows, T);
}

}  // namespace
}  // namespace cpu

namespace recurrent {
namespace {

template <template <class> class Step, class Tensors>
void run(const Tensors& t) {
  visit_dtype<kFloatingSet>(t.gates.dtype(), [&]<class T>(TypeTag<T>) {
    const Step<T> step = step_of<Step, T>(t);
    const auto rows = cpu::rows_function(step);
    parallel_for(0, step.rows, 1 + 4096 / (step.hidden + 1),
                 [&](int64_t begin, int64_t end) { rows(step, begin, end); });
  });
}

}  // namespace

void lstm_step_cpu(const LstmTensors& t) { run<cpu::LstmStep>(t); }
void lstm_step_backward_cpu(const LstmBackwardTensors& t) { run<cpu::LstmStepBackward>(t); }
void gru_step_cpu(const GruTensors& t) { run<cpu::GruStep>(t); }
void gru_step_backward_cpu(const GruBackwardTensors& t) { run<cpu::GruStepBackward>(t); }

}  // namespace recurrent
}  // namespace vt
