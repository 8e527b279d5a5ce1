// Steps of recurrent layers over a batch, per backend. Tensors are contiguous, of one floating-point dtype; what each
// is: cpu/kernels/recurrent_step.h.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt::recurrent {

struct LstmTensors {
  Tensor gates, state, cells, output, hidden_state;  // hidden_state may be undefined
};
struct LstmBackwardTensors {
  Tensor grad_hidden, grad_cell, cell_before, cell, gates;
  Tensor grad_output;  // may be undefined
  Tensor grad_gates, grad_before;
};
struct GruTensors {
  Tensor from_input, from_hidden, gates, state, output;
};
struct GruBackwardTensors {
  Tensor grad_hidden, hidden_before, gates;
  Tensor grad_from_input, grad_from_hidden, grad_before;
};

extern BackendTable<void(const LstmTensors&)> lstm_step;
extern BackendTable<void(const LstmBackwardTensors&)> lstm_step_backward;
extern BackendTable<void(const GruTensors&)> gru_step;
extern BackendTable<void(const GruBackwardTensors&)> gru_step_backward;

// The kernels' arguments; T is the dtype's type.
template <template <class> class Step, class T>
Step<T> step_of(const LstmTensors& t) {
  return {t.state.size(0),
          t.state.size(1),
          t.gates.data<T>(),
          t.state.data<T>(),
          t.cells.data<T>(),
          t.output.data<T>(),
          t.hidden_state.defined() ? t.hidden_state.data<T>() : nullptr};
}
template <template <class> class Step, class T>
Step<T> step_of(const LstmBackwardTensors& t) {
  return {t.cell.size(0),          t.cell.size(1),
          t.grad_hidden.data<T>(), t.grad_cell.data<T>(),
          t.cell_before.data<T>(), t.cell.data<T>(),
          t.gates.data<T>(),       t.grad_output.defined() ? t.grad_output.data<T>() : nullptr,
          t.grad_gates.data<T>(),  t.grad_before.data<T>()};
}
template <template <class> class Step, class T>
Step<T> step_of(const GruTensors& t) {
  return {t.state.size(0),   t.state.size(1),   t.from_input.data<T>(), t.from_hidden.data<T>(),
          t.gates.data<T>(), t.state.data<T>(), t.output.data<T>()};
}
template <template <class> class Step, class T>
Step<T> step_of(const GruBackwardTensors& t) {
  return {t.hidden_before.size(0), t.hidden_before.size(1),     t.grad_hidden.data<T>(),      t.hidden_before.data<T>(),
          t.gates.data<T>(),       t.grad_from_input.data<T>(), t.grad_from_hidden.data<T>(), t.grad_before.data<T>()};
}

}  // namespace vt::recurrent
