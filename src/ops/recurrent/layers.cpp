// lstm, gru, rnn_tanh and rnn_relu: layers of both directions, one above the other; and their cells, one step of one
// layer.
#include <vector>

#include "core/autocast.h"
#include "dispatch/registry.h"
#include "ops/join/sequences.h"
#include "ops/recurrent/sequence.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/random.h"
#include "ops/typed/recurrent.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using recurrent::Cell;
using Two = std::tuple<Tensor, Tensor>;
using Three = std::tuple<Tensor, Tensor, Tensor>;

constexpr std::string_view kLstm = "LSTM", kGru = "GRU", kTanh = "RNN_TANH", kRelu = "RNN_RELU";

struct Weights {
  Tensor input, hidden, input_bias, hidden_bias, projection;

  // What is added to the sums of gates that the product with the hidden state is simply added to.
  Tensor bias() const { return input_bias.defined() ? input_bias + hidden_bias : Tensor(); }
};

struct Options {
  bool biases;
  int64_t layers;
  double dropout;
  bool train, bidirectional;
};

std::vector<Weights> weights_of(TensorSpan params, const Options& o, bool projected) {
  const size_t each = 2 + (o.biases ? 2 : 0) + (projected ? 1 : 0);
  const size_t count = static_cast<size_t>(o.layers) * (o.bidirectional ? 2 : 1);
  VT_CHECK(o.layers > 0 && params.size() == each * count, Runtime, "expected ", each * count,
           " weights and biases for ", o.layers, " layers, got ", params.size());
  std::vector<Weights> list;
  for (size_t i = 0; i < params.size(); i += each) {
    Weights w{params[i], params[i + 1], {}, {}, {}};
    if (o.biases) {
      w.input_bias = params[i + 2];
      w.hidden_bias = params[i + 3];
    }
    if (projected) w.projection = params[i + each - 1];
    list.push_back(std::move(w));
  }
  return list;
}

struct States {
  Tensor hidden, cell;
};

// Under autocast the product with the input is of its dtype. What follows is too, or as PyTorch's CPU kernels do it for
// gated cells, of the state's if that is wider.
DType dtype_of_steps(const Tensor& gates, const Tensor& hidden, bool keeps_state) {
  return keeps_state && gates.device().is_cpu() ? promote(gates.dtype(), hidden.dtype()) : gates.dtype();
}

class CastOfSteps {
 public:
  CastOfSteps(const Tensor& gates, const Tensor& hidden, bool keeps_state)
      : autocast_(under_autocast(gates)), dtype_(dtype_of_steps(gates, hidden, keeps_state)) {}
  Tensor operator()(const Tensor& t) const {
    return autocast_ && t.defined() && t.dtype() != dtype_ ? ops::to(t, dtype_) : t;
  }

 private:
  bool autocast_;
  DType dtype_;
};

// One direction of one layer: data (rows, features), the rows of all steps. The input's product is one for all of them.
Tensor run_direction(std::string_view kind, const Tensor& data, IntSpan batches, const Weights& w, bool reverse,
                     States& states, bool keeps_state) {
  const bool gru = kind == kGru;
  const Tensor gates = ops::linear(data, w.input, gru ? w.input_bias : w.bias());
  const CastOfSteps cast(gates, states.hidden, keeps_state);
  const auto [output, hidden, cell, cells, kept] =
      ops::_recurrent_sequence(kind, cast(gates), cast(states.hidden), cast(states.cell), cast(w.hidden),
                               gru ? cast(w.hidden_bias) : Tensor(), cast(w.projection), batches, reverse);
  states = {hidden, kind == kLstm ? cell : Tensor()};
  return output;
}

// All layers of an LSTM, where nothing is between them: Note [Waves].
Tensor run_in_waves(const Tensor& data, int64_t steps, States& states, const std::vector<Weights>& weights) {
  const Tensor gates = ops::linear(data, weights[0].input, weights[0].bias());
  const CastOfSteps cast(gates, states.hidden, false);
  std::vector<Tensor> hidden_weights, input_weights, biases;
  for (size_t layer = 0; layer < weights.size(); ++layer) {
    const Weights& w = weights[layer];
    hidden_weights.push_back(cast(w.hidden));
    if (layer == 0) continue;
    input_weights.push_back(cast(w.input));
    if (w.input_bias.defined()) biases.push_back(cast(w.bias()));
  }
  const auto [output, hidden, cell, below, cells, kept] = ops::_lstm_layers(
      cast(gates), cast(states.hidden), cast(states.cell), hidden_weights, input_weights, biases, steps);
  states = {hidden, cell};
  return output;
}

bool fits_waves(std::string_view kind, const Tensor& data, IntSpan batches, const Options& o, bool projected) {
  return kind == kLstm && data.is_cuda() && o.layers > 1 && !o.bidirectional && !projected &&
         !(o.dropout != 0 && o.train) && batches.back() == batches[0] &&
         static_cast<int64_t>(batches.size()) > 2 * recurrent::kWave;
}

// hidden and cell (layers * directions, batch, size), the latter undefined but for LSTM; the new ones come back.
Tensor run_layers(std::string_view kind, Tensor data, IntSpan batches, States& states, TensorSpan params,
                  const Options& o, bool projected) {
  const int64_t directions = o.bidirectional ? 2 : 1, count = o.layers * directions;
  VT_CHECK(states.hidden.dim() == 3 && states.hidden.size(0) == count, Runtime, "Expected hidden size (", count,
           ", batch, size), got ", states.hidden.sizes());
  const std::vector<Weights> weights = weights_of(params, o, projected);
  if (fits_waves(kind, data, batches, o, projected)) {
    return run_in_waves(data, static_cast<int64_t>(batches.size()), states, weights);
  }
  std::vector<Tensor> hidden, cell;
  for (int64_t layer = 0; layer < o.layers; ++layer) {
    std::vector<Tensor> outputs;
    for (int64_t d = 0; d < directions; ++d) {
      const int64_t at = layer * directions + d;
      States own{ops::select(states.hidden, 0, at), states.cell.defined() ? ops::select(states.cell, 0, at) : Tensor()};
      outputs.push_back(
          run_direction(kind, data, batches, weights[static_cast<size_t>(at)], d == 1, own, kind == kGru));
      hidden.push_back(own.hidden);
      cell.push_back(own.cell);
    }
    data = outputs.size() == 1 ? outputs[0] : ops::cat(outputs, 1);
    if (o.dropout != 0 && o.train && layer + 1 < o.layers) data = ops::dropout(data, o.dropout, true);
  }
  states.hidden = ops::stack(hidden, 0);
  if (states.cell.defined()) states.cell = ops::stack(cell, 0);
  return data;
}

// input (steps, batch, features), or batch first.
Tensor run_padded(std::string_view kind, const Tensor& input, States& states, TensorSpan params, const Options& o,
                  bool batch_first, bool projected) {
  VT_CHECK(input.dim() == 3, Runtime, "expected input (steps, batch, features), got ", input.sizes());
  const Tensor x = batch_first ? ops::transpose(input, 0, 1) : input;
  const int64_t steps = x.size(0), batch = x.size(1);
  VT_CHECK(steps > 0, Runtime, "Expected sequence length to be larger than 0 in RNN");
  const DimVec batches(static_cast<size_t>(steps), batch);
  if (o.dropout != 0 && o.train && o.layers > 1) {
    VT_CHECK(o.dropout >= 0 && o.dropout <= 1, Runtime, "dropout probability has to be between 0 and 1, but got ",
             o.dropout);
  }
  const Tensor rows = ops::reshape(x, DimVec{steps * batch, x.size(2)});
  const Tensor output = run_layers(kind, rows, batches, states, params, o, projected);
  const Tensor result = ops::reshape(output, DimVec{steps, batch, output.size(1)});
  return batch_first ? ops::transpose(result, 0, 1) : result;
}

// data (rows, features) of a packed sequence; batch_sizes (steps) of int64 on the CPU.
DimVec sizes_of_steps(const Tensor& batch_sizes) {
  const Tensor list = checked_counts(batch_sizes, "batch_sizes");
  VT_CHECK(list.numel() > 0, Runtime, "Expected sequence length to be larger than 0 in RNN");
  return DimVec(IntSpan(list.data<int64_t>(), static_cast<size_t>(list.numel())));
}

States lstm_states(TensorSpan hx) {
  VT_CHECK(hx.size() == 2, Runtime, "lstm expects two hidden states");
  return {hx[0], hx[1]};
}

bool is_projected(const States& s) {
  return s.hidden.dim() > 0 && s.cell.dim() > 0 && s.hidden.size(-1) != s.cell.size(-1);
}

Three lstm(const Tensor& input, TensorSpan hx, TensorSpan params, bool biases, int64_t layers, double dropout,
           bool train, bool bidirectional, bool batch_first) {
  States states = lstm_states(hx);
  const Tensor output = run_padded(kLstm, input, states, params, {biases, layers, dropout, train, bidirectional},
                                   batch_first, is_projected(states));
  return {output, states.hidden, states.cell};
}

Three lstm_packed(const Tensor& data, const Tensor& batch_sizes, TensorSpan hx, TensorSpan params, bool biases,
                  int64_t layers, double dropout, bool train, bool bidirectional) {
  States states = lstm_states(hx);
  const Tensor output = run_layers(kLstm, data, sizes_of_steps(batch_sizes), states, params,
                                   {biases, layers, dropout, train, bidirectional}, is_projected(states));
  return {output, states.hidden, states.cell};
}

template <const std::string_view& Kind>
Two plain(const Tensor& input, const Tensor& hx, TensorSpan params, bool biases, int64_t layers, double dropout,
          bool train, bool bidirectional, bool batch_first) {
  States states{hx, {}};
  const Tensor output =
      run_padded(Kind, input, states, params, {biases, layers, dropout, train, bidirectional}, batch_first, false);
  return {output, states.hidden};
}

template <const std::string_view& Kind>
Two plain_packed(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, TensorSpan params, bool biases,
                 int64_t layers, double dropout, bool train, bool bidirectional) {
  States states{hx, {}};
  const Tensor output = run_layers(Kind, data, sizes_of_steps(batch_sizes), states, params,
                                   {biases, layers, dropout, train, bidirectional}, false);
  return {output, states.hidden};
}

// Cells
// -----------------------------------------------------------------------------------------------------------------

States step(std::string_view kind, const Tensor& input, const Tensor& hidden, const Tensor& cell, const Weights& w) {
  VT_CHECK(input.dim() == 2 && hidden.dim() == 2 && input.size(0) == hidden.size(0), Runtime, "Input batch size ",
           input.sizes(), " doesn't match hidden batch size ", hidden.sizes());
  VT_CHECK(w.input.dim() == 2 && input.size(1) == w.input.size(1), Runtime, "input has inconsistent input_size: got ",
           input.sizes(), ", expected ", w.input.sizes());
  VT_CHECK(w.hidden.dim() == 2 && hidden.size(1) == w.hidden.size(1), Runtime,
           "hidden has inconsistent hidden_size: got ", hidden.sizes(), ", expected ", w.hidden.sizes());
  VT_CHECK(w.input_bias.defined() == w.hidden_bias.defined(), Runtime, "expected both biases or none");
  States states{hidden, cell};
  run_direction(kind, input, DimVec{input.size(0)}, w, false, states, kind == kGru || kind == kLstm);
  return states;
}

Two lstm_cell(const Tensor& input, TensorSpan hx, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
              const Tensor& b_hh) {
  const States before = lstm_states(hx);
  const States after = step(kLstm, input, before.hidden, before.cell, {w_ih, w_hh, b_ih, b_hh, {}});
  return {after.hidden, after.cell};
}

template <const std::string_view& Kind>
Tensor plain_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                  const Tensor& b_hh) {
  return step(Kind, input, hx, {}, {w_ih, w_hh, b_ih, b_hh, {}}).hidden;
}

constexpr char kLayersDoc[] =
    "Recurrent layers: input (steps, batch, features), or (batch, steps, features) with batch_first; hx (layers * "
    "directions, batch, size). The output of every step, and the last states. params, of each layer and direction: "
    "weights of the input and of the hidden state, their biases if has_biases.";
constexpr char kPackedDoc[] =
    "Recurrent layers over a packed sequence: data (rows, features), batch_sizes (steps) of int64 on the CPU, hx (layers "
    "* directions, batch, size). The output of every row, and the last states.";
constexpr char kCellDoc[] =
    "One step: input (batch, features), hx (batch, size), weights (gates * size, features) and (gates * size, size), "
    "biases (gates * size). The new state.";

}  // namespace

void register_recurrent_layers(Registry& r) {
  const auto published = [](OpBuilder op, const char* doc) { op.function_only().doc(doc); };
  published(
      r.def(
           "lstm.input(Tensor input, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)")
          .composite(lstm),
      kLayersDoc);
  published(
      r.def(
           "lstm.data(Tensor data, Tensor batch_sizes, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor, Tensor)")
          .composite(lstm_packed),
      kPackedDoc);
  published(
      r.def(
           "gru.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)")
          .composite(plain<kGru>),
      kLayersDoc);
  published(
      r.def(
           "gru.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor)")
          .composite(plain_packed<kGru>),
      kPackedDoc);
  published(
      r.def(
           "rnn_tanh.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)")
          .composite(plain<kTanh>),
      kLayersDoc);
  published(
      r.def(
           "rnn_tanh.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor)")
          .composite(plain_packed<kTanh>),
      kPackedDoc);
  published(
      r.def(
           "rnn_relu.input(Tensor input, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor)")
          .composite(plain<kRelu>),
      kLayersDoc);
  published(
      r.def(
           "rnn_relu.data(Tensor data, Tensor batch_sizes, Tensor hx, Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional) -> (Tensor, Tensor)")
          .composite(plain_packed<kRelu>),
      kPackedDoc);
  const auto cell = [](OpBuilder op) { op.autocast({.cuda = AutocastPolicy::Lower}).function_only().doc(kCellDoc); };
  cell(
      r.def(
           "lstm_cell(Tensor input, Tensor[] hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> (Tensor, Tensor)")
          .composite(lstm_cell));
  cell(
      r.def(
           "gru_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor")
          .composite(plain_cell<kGru>));
  cell(
      r.def(
           "rnn_tanh_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor")
          .composite(plain_cell<kTanh>));
  cell(
      r.def(
           "rnn_relu_cell(Tensor input, Tensor hx, Tensor w_ih, Tensor w_hh, Tensor? b_ih=None, Tensor? b_hh=None) -> Tensor")
          .composite(plain_cell<kRelu>));
}

}  // namespace vt
