// One step of an LSTM or GRU for one row: what follows the products, for the kernels of either device.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/macros.h"
#include "core/math.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// Rows of hidden elements each; gates are of 4 * hidden, laid one after another. Pointers are to the first row.
template <class T>
struct LstmStep {
  int64_t rows, hidden;
  T* gates;         // in, forget, new, out: sums come in, what the functions make of them goes out
  T* state;         // of the cell, updated
  T* cells;         // the new state, kept for backward
  T* output;        // the new hidden state
  T* hidden_state;  // the same; null: not wanted

  VT_HD_INLINE void element(int64_t row, int64_t j) const {
    using A = opmath_t<T>;
    T* g = gates + row * 4 * hidden + j;
    const int64_t at = row * hidden + j;
    const A in = m::sigmoid(static_cast<A>(g[0])), forget = m::sigmoid(static_cast<A>(g[hidden]));
    const A fresh = m::tanh(static_cast<A>(g[2 * hidden])), out = m::sigmoid(static_cast<A>(g[3 * hidden]));
    const A cell = forget * static_cast<A>(state[at]) + in * fresh;
    g[0] = static_cast<T>(in);
    g[hidden] = static_cast<T>(forget);
    g[2 * hidden] = static_cast<T>(fresh);
    g[3 * hidden] = static_cast<T>(out);
    state[at] = cells[at] = static_cast<T>(cell);
    output[at] = static_cast<T>(out * m::tanh(cell));
    if (hidden_state) hidden_state[at] = output[at];
  }
};

template <class T>
struct LstmStepBackward {
  int64_t rows, hidden;
  const T *grad_hidden, *grad_cell, *cell_before, *cell, *gates;
  const T* grad_output;         // added to grad_hidden; null: nothing
  T *grad_gates, *grad_before;  // of the sums and of the cell's state before the step; may be grad_cell itself

  VT_HD_INLINE void element(int64_t row, int64_t j) const {
    using A = opmath_t<T>;
    const T* g = gates + row * 4 * hidden + j;
    T* to = grad_gates + row * 4 * hidden + j;
    const int64_t at = row * hidden + j;
    const A in = static_cast<A>(g[0]), forget = static_cast<A>(g[hidden]);
    const A fresh = static_cast<A>(g[2 * hidden]), out = static_cast<A>(g[3 * hidden]);
    const A squashed = m::tanh(static_cast<A>(cell[at]));
    const A dh = static_cast<A>(grad_hidden[at]) + (grad_output ? static_cast<A>(grad_output[at]) : A(0));
    const A dc = static_cast<A>(grad_cell[at]) + dh * out * (1 - squashed * squashed);
    to[0] = static_cast<T>(dc * fresh * in * (1 - in));
    to[hidden] = static_cast<T>(dc * static_cast<A>(cell_before[at]) * forget * (1 - forget));
    to[2 * hidden] = static_cast<T>(dc * in * (1 - fresh * fresh));
    to[3 * hidden] = static_cast<T>(dh * squashed * out * (1 - out));
    grad_before[at] = static_cast<T>(dc * forget);
  }
};

// Gates from the input and from the hidden state (rows, 3 * hidden) are reset, update, new.
template <class T>
struct GruStep {
  int64_t rows, hidden;
  const T *from_input, *from_hidden;
  T* gates;   // reset, update, new, and the hidden part of new, kept for backward
  T* state;   // hidden, updated
  T* output;  // the new state

  VT_HD_INLINE void element(int64_t row, int64_t j) const {
    using A = opmath_t<T>;
    const T *x = from_input + row * 3 * hidden + j, *h = from_hidden + row * 3 * hidden + j;
    T* g = gates + row * 4 * hidden + j;
    const int64_t at = row * hidden + j;
    const A reset = m::sigmoid(static_cast<A>(x[0]) + static_cast<A>(h[0]));
    const A update = m::sigmoid(static_cast<A>(x[hidden]) + static_cast<A>(h[hidden]));
    const A part = static_cast<A>(h[2 * hidden]);
    const A fresh = m::tanh(static_cast<A>(x[2 * hidden]) + reset * part);
    g[0] = static_cast<T>(reset);
    g[hidden] = static_cast<T>(update);
    g[2 * hidden] = static_cast<T>(fresh);
    g[3 * hidden] = static_cast<T>(part);
    output[at] = static_cast<T>(fresh + update * (static_cast<A>(state[at]) - fresh));
    state[at] = output[at];
  }
};

template <class T>
struct GruStepBackward {
  int64_t rows, hidden;
  const T *grad_hidden, *hidden_before, *gates;
  T *grad_from_input, *grad_from_hidden, *grad_before;  // the last is what passes by the gates

  VT_HD_INLINE void element(int64_t row, int64_t j) const {
    using A = opmath_t<T>;
    const T* g = gates + row * 4 * hidden + j;
    T *x = grad_from_input + row * 3 * hidden + j, *h = grad_from_hidden + row * 3 * hidden + j;
    const int64_t at = row * hidden + j;
    const A reset = static_cast<A>(g[0]), update = static_cast<A>(g[hidden]);
    const A fresh = static_cast<A>(g[2 * hidden]), part = static_cast<A>(g[3 * hidden]);
    const A dh = static_cast<A>(grad_hidden[at]);
    const A d_fresh = dh * (1 - update) * (1 - fresh * fresh);
    const A d_update = dh * (static_cast<A>(hidden_before[at]) - fresh) * update * (1 - update);
    const A d_reset = d_fresh * part * reset * (1 - reset);
    x[0] = h[0] = static_cast<T>(d_reset);
    x[hidden] = h[hidden] = static_cast<T>(d_update);
    x[2 * hidden] = static_cast<T>(d_fresh);
    h[2 * hidden] = static_cast<T>(d_fresh * reset);
    grad_before[at] = static_cast<T>(dh * update);
  }
};

// All elements of rows [begin, end).
VT_SIMD_DECLARE_TEMPLATE(void, lstm_rows, (const LstmStep<T>& step, int64_t begin, int64_t end))
VT_SIMD_DECLARE_TEMPLATE(void, lstm_backward_rows, (const LstmStepBackward<T>& step, int64_t begin, int64_t end))
VT_SIMD_DECLARE_TEMPLATE(void, gru_rows, (const GruStep<T>& step, int64_t begin, int64_t end))
VT_SIMD_DECLARE_TEMPLATE(void, gru_backward_rows, (const GruStepBackward<T>& step, int64_t begin, int64_t end))

}  // namespace vt::cpu
