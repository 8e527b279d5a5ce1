// A recurrent layer in one direction over a whole sequence, and its derivative.
#include "ops/recurrent/sequence.h"

#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/recurrent/steps_cpu.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/recurrent.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace recurrent {

constinit BackendTable<void(const LstmTensors&)> lstm_step{"lstm"};
constinit BackendTable<void(const LstmBackwardTensors&)> lstm_step_backward{"lstm_backward"};
constinit BackendTable<void(const GruTensors&)> gru_step{"gru"};
constinit BackendTable<void(const GruBackwardTensors&)> gru_step_backward{"gru_backward"};

Cell cell_named(std::string_view name) {
  constexpr std::string_view kNames[] = {"LSTM", "GRU", "RNN_TANH", "RNN_RELU"};
  const auto* found = std::ranges::find(kNames, name);
  VT_CHECK(found != std::end(kNames), Value, "Unknown RNN mode: ", name);
  return static_cast<Cell>(found - kNames);
}

Steps::Steps(IntSpan sizes, bool backwards) : batches(sizes), reverse(backwards) {
  for (const int64_t n : sizes) {
    begins.push_back(rows);
    rows += n;
  }
}

Tensor rows_of(const Tensor& t, int64_t begin, int64_t count) {
  return make_view(t, DimVec{count, t.size(1)}, t.strides(), t.storage_offset() + begin * t.stride(0));
}

Tensor plus(const Tensor& a, const Tensor& b) { return !b.defined() ? a : !a.defined() ? b : a + b; }

}  // namespace recurrent

namespace {

using recurrent::Cell;
using recurrent::plus;
using recurrent::rows_of;
using recurrent::Steps;
using Five = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;

void check_sequence(Cell kind, const Tensor& gates, const Tensor& hidden, const Tensor& cell, const Tensor& weight,
                    const Steps& s) {
  VT_CHECK(gates.dim() == 2 && hidden.dim() == 2 && weight.dim() == 2 && gates.size(0) == s.rows &&
               gates.size(1) == weight.size(0) && hidden.size(1) == weight.size(1) && s.count() > 0 &&
               hidden.size(0) == s.batches[0] && weight.size(0) % recurrent::gate_count(kind) == 0,
           Runtime, "gates ", gates.sizes(), ", hidden state ", hidden.sizes(), " and weight ", weight.sizes(),
           " do not fit ", s.rows, " rows");
  VT_CHECK(is_floating(gates.dtype()), NotImplemented, "not implemented for '", gates.dtype(), "'");
  VT_CHECK(hidden.dtype() == gates.dtype() && weight.dtype() == gates.dtype() &&
               (!cell.defined() || cell.dtype() == gates.dtype()),
           Runtime, "expected one dtype, got gates of ", gates.dtype(), ", a hidden state of ", hidden.dtype(),
           " and weights of ", weight.dtype());
  for (size_t k = 1; k < s.count(); ++k)
    VT_CHECK(s.batches[k] <= s.batches[k - 1] && s.batches[k] > 0, Runtime, "batch sizes must not grow, got ",
             s.batches);
}

Five sequence(std::string_view kind_name, const Tensor& gates, const Tensor& hidden, const Tensor& cell,
              const Tensor& weight, const Tensor& bias, const Tensor& projection, IntSpan batches, bool reverse) {
  const Cell kind = recurrent::cell_named(kind_name);
  const Steps s(batches, reverse);
  const ExcludeKeys as_given(Key::Autocast);
  check_sequence(kind, gates, hidden, cell, weight, s);
  const Device device = gates.device();
  const DType dtype = gates.dtype();
  const int64_t size = weight.size(0) / recurrent::gate_count(kind), batch = hidden.size(0);
  const auto fresh = [&](int64_t rows, int64_t columns) { return empty(DimVec{rows, columns}, dtype, device); };
  const auto copied = [&](const Tensor& t) {
    const Tensor to = fresh(t.size(0), t.size(1));
    copy_data(to, t);
    return to;
  };
  const Tensor turned = ops::t(weight), state = copied(hidden);
  const Tensor none = fresh(0, 0);
  const bool lstm = kind == Cell::Lstm, gru = kind == Cell::Gru;
  const Tensor output = lstm || gru ? fresh(s.rows, hidden.size(1)) : copied(gates);
  const Tensor cell_state = lstm ? copied(cell) : none, cells = lstm ? fresh(s.rows, size) : none;
  const Tensor kept = lstm ? copied(gates) : gru ? fresh(s.rows, 4 * size) : none;
  const Tensor given = gru ? contiguous_data(gates) : none;
  const Tensor raw = projection.defined() ? fresh(batch, size) : none;
  const Tensor projected = projection.defined() ? ops::t(projection) : none;
  for (size_t i = 0; i < s.count(); ++i) {
    const size_t k = s.at(i);
    const int64_t begin = s.begins[k], n = batches[k];
    const Tensor h = rows_of(state, 0, n), out = rows_of(output, begin, n);
    if (lstm) {
      const Tensor g = rows_of(kept, begin, n);
      ops::addmm_(g, h, turned);
      const recurrent::LstmTensors step{g, rows_of(cell_state, 0, n), rows_of(cells, begin, n), {}, {}};
      if (!projection.defined()) {
        recurrent::lstm_step(device, {step.gates, step.state, step.cells, out, h});
      } else {
        const Tensor unprojected = rows_of(raw, 0, n);
        recurrent::lstm_step(device, {step.gates, step.state, step.cells, unprojected, {}});
        copy_data(out, ops::mm(unprojected, projected));
        copy_data(h, out);
      }
    } else if (gru) {
      const Tensor from_hidden = bias.defined() ? ops::addmm(bias, h, turned) : ops::mm(h, turned);
      recurrent::gru_step(device,
                          {rows_of(given, begin, n), contiguous_data(from_hidden), rows_of(kept, begin, n), h, out});
    } else {
      ops::addmm_(out, h, turned);
      if (kind == Cell::Tanh) ops::tanh_(out);
      else ops::relu_(out);
      copy_data(h, out);
    }
  }
  return {output, state, cell_state, cells, kept};
}

// The derivative
// -----------------------------------------------------------------------------------------------------------------

// The rows of the state that step k began with, of the values after each step and the initial ones. Dispatched.
Tensor before(const Steps& s, size_t k, const Tensor& values, const Tensor& initial) {
  const int64_t n = s.batches[k];
  if (s.at(0) == k) return ops::narrow(initial, 0, 0, n);
  const size_t last = s.reverse ? k + 1 : k - 1;
  const int64_t there = std::min(s.batches[last], n);
  const Tensor rows = ops::narrow(values, 0, s.begins[last], there);
  return there == n ? rows : ops::cat(std::vector<Tensor>{rows, ops::narrow(initial, 0, there, n - there)}, 0);
}

// Column block i of `count`; undefined of an undefined tensor.
Tensor block(const Tensor& t, int64_t i, int64_t count) {
  return t.defined() ? ops::narrow(t, 1, i * (t.size(1) / count), t.size(1) / count) : Tensor();
}

// Gradients of a step's sums from the input and from the hidden state, of the state before it beside the product, and
// of the cell before it. Where these will be differentiated or what the step kept has a gradient, in terms of other
// ops.
struct StepGradient {
  Tensor from_input, from_hidden, hidden, cell;
};

StepGradient lstm_gradient(const Tensor& dh, const Tensor& dc, const Tensor& cell_before, const Tensor& cell,
                           const Tensor& gates, const Tensor& d_gates) {
  if (!grad_enabled() && !d_gates.defined()) {
    auto [sums, previous] = ops::_lstm_step_backward(dh, dc, cell_before, cell, gates);
    return {sums, sums, {}, previous};
  }
  const Tensor in = block(gates, 0, 4), forget = block(gates, 1, 4), fresh = block(gates, 2, 4),
               out = block(gates, 3, 4);
  const Tensor squashed = ops::tanh(cell);
  const Tensor total = dc + ops::tanh_backward(dh * out, squashed);
  const Tensor sums =
      ops::cat(std::vector<Tensor>{ops::sigmoid_backward(plus(total * fresh, block(d_gates, 0, 4)), in),
                                   ops::sigmoid_backward(plus(total * cell_before, block(d_gates, 1, 4)), forget),
                                   ops::tanh_backward(plus(total * in, block(d_gates, 2, 4)), fresh),
                                   ops::sigmoid_backward(plus(dh * squashed, block(d_gates, 3, 4)), out)},
               1);
  return {sums, sums, {}, total * forget};
}

StepGradient gru_gradient(const Tensor& dh, const Tensor& hidden_before, const Tensor& gates, const Tensor& d_gates) {
  if (!grad_enabled() && !d_gates.defined()) {
    auto [from_input, from_hidden, passed] = ops::_gru_step_backward(dh, hidden_before, gates);
    return {from_input, from_hidden, passed, {}};
  }
  const Tensor reset = block(gates, 0, 4), update = block(gates, 1, 4), fresh = block(gates, 2, 4);
  const Tensor part = block(gates, 3, 4);
  const Tensor passed = dh * update;
  const Tensor d_fresh = ops::tanh_backward(plus(dh - passed, block(d_gates, 2, 4)), fresh);
  const Tensor d_update = ops::sigmoid_backward(plus(dh * (hidden_before - fresh), block(d_gates, 1, 4)), update);
  const Tensor d_reset = ops::sigmoid_backward(plus(d_fresh * part, block(d_gates, 0, 4)), reset);
  const Tensor d_part = plus(d_fresh * reset, block(d_gates, 3, 4));
  return {ops::cat(std::vector<Tensor>{d_reset, d_update, d_fresh}, 1),
          ops::cat(std::vector<Tensor>{d_reset, d_update, d_part}, 1),
          passed,
          {}};
}

// `whole` with its first rows replaced.
Tensor with_first(const Tensor& whole, const Tensor& rows) {
  const int64_t n = rows.size(0), all = whole.size(0);
  return n == all ? rows : ops::cat(std::vector<Tensor>{rows, ops::narrow(whole, 0, n, all - n)}, 0);
}

}  // namespace

Tensor recurrent::all_before(const Steps& s, const Tensor& values, const Tensor& initial) {
  const int64_t n = s.batches[0];
  if (s.rows == n) return initial;
  if (s.batches.back() == n) {
    const Tensor rows = ops::narrow(values, 0, s.reverse ? n : 0, s.rows - n);
    return ops::cat(s.reverse ? std::vector<Tensor>{rows, initial} : std::vector<Tensor>{initial, rows}, 0);
  }
  std::vector<Tensor> parts;
  for (size_t k = 0; k < s.count(); ++k) parts.push_back(before(s, k, values, initial));
  return ops::cat(parts, 0);
}

void recurrent::go_back(const Sequence& of, SequenceGradients& g) {
  const Steps& s = of.steps;
  const bool lstm = of.kind == Cell::Lstm, gru = of.kind == Cell::Gru;
  std::vector<Tensor> from_input(s.count()), from_hidden(s.count()), totals(s.count());
  for (size_t i = s.count(); i-- > 0;) {
    const size_t k = s.at(i);
    const int64_t begin = s.begins[k], n = s.batches[k];
    const auto here = [&](const Tensor& t) { return t.defined() ? ops::narrow(t, 0, begin, n) : t; };
    const auto first = [&](const Tensor& t) { return t.size(0) == n ? t : ops::narrow(t, 0, 0, n); };
    const Tensor total = plus(first(g.hidden), here(g.output));
    StepGradient step;
    if (lstm) {
      totals[k] = total;
      step = lstm_gradient(of.projection.defined() ? ops::mm(total, of.projection) : total,
                           plus(first(g.cell), here(g.cells)), before(s, k, of.cells, of.cell), here(of.cells),
                           here(of.kept), here(g.kept));
      g.cell = with_first(g.cell, step.cell);
    } else if (gru) {
      step = gru_gradient(total, before(s, k, of.output, of.hidden), here(of.kept), here(g.kept));
    } else {
      const Tensor out = here(of.output);
      step.from_input =
          of.kind == Cell::Tanh ? ops::tanh_backward(total, out) : ops::threshold_backward(total, out, Scalar(0));
      step.from_hidden = step.from_input;
    }
    from_input[k] = step.from_input;
    from_hidden[k] = step.from_hidden;
    const Tensor product = ops::mm(step.from_hidden, of.weight);
    g.hidden = with_first(g.hidden, step.hidden.defined() ? step.hidden + product : product);
  }
  g.from_hidden = ops::cat(from_hidden, 0);
  g.from_input = gru ? ops::cat(from_input, 0) : g.from_hidden;
  if (of.projection.defined()) g.totals = ops::cat(totals, 0);
}

namespace {

void sequence_backward(GradContext& ctx) {
  const Cell kind = recurrent::cell_named(ctx.arg<std::string_view>(0));
  const Steps s(ctx.arg<IntSpan>(7), ctx.arg<bool>(8));
  const bool lstm = kind == Cell::Lstm, gru = kind == Cell::Gru;
  if (lstm && ctx.is_none(6) && !grad_enabled() && !ctx.grad(3).defined() && !ctx.grad(4).defined() &&
      s.batches.back() == s.batches[0]) {
    const auto alone = [](const Tensor& t) { return ops::unsqueeze(t, 0); };
    const Tensor weights[] = {ctx.saved(4)};
    const auto [sums, dh, dc] = ops::_lstm_layers_backward(
        ctx.grad(0), alone(ctx.grad_or_zeros(1)), alone(ctx.grad_or_zeros(2)), alone(ctx.saved(3)), weights, {},
        alone(ctx.saved_result(3)), alone(ctx.saved_result(4)), static_cast<int64_t>(s.count()), s.reverse);
    const Tensor of_sums = ops::select(sums, 0, 0);
    if (ctx.needs(1)) ctx.set(1, of_sums);
    if (ctx.needs(2)) ctx.set(2, ops::select(dh, 0, 0));
    if (ctx.needs(3)) ctx.set(3, ops::select(dc, 0, 0));
    if (ctx.needs(4)) {
      ctx.set(4, ops::mm(ops::t(of_sums), recurrent::all_before(s, ctx.saved_result(0), ctx.saved(2))));
    }
    return;
  }
  const recurrent::Sequence of{kind,
                               s,
                               ctx.saved(2),
                               lstm ? ctx.saved(3) : Tensor(),
                               ctx.saved(4),
                               ctx.is_none(6) ? Tensor() : ctx.saved(6),
                               ctx.saved_result(0),
                               ctx.saved_result(3),
                               ctx.saved_result(4)};
  recurrent::SequenceGradients g;
  g.output = ctx.grad(0);
  if (lstm) g.cells = ctx.grad(3);
  if (lstm || gru) g.kept = ctx.grad(4);
  g.hidden = ctx.grad_or_zeros(1);
  if (lstm) g.cell = ctx.grad_or_zeros(2);
  recurrent::go_back(of, g);
  if (ctx.needs(1)) ctx.set(1, g.from_input);
  if (ctx.needs(2)) ctx.set(2, g.hidden);
  if (lstm && ctx.needs(3)) ctx.set(3, g.cell);
  if (ctx.needs(4)) ctx.set(4, ops::mm(ops::t(g.from_hidden), recurrent::all_before(s, of.output, of.hidden)));
  if (gru && ctx.needs(5)) ctx.set(5, ops::sum(g.from_hidden, DimVec{0}));
  if (of.projection.defined() && ctx.needs(6)) {
    const Tensor raw = block(of.kept, 3, 4) * ops::tanh(of.cells);
    ctx.set(6, ops::mm(ops::t(g.totals), raw));
  }
}

// Steps backwards, fused
// -----------------------------------------------------------------------------------------------------------------

TensorSpec like(const Tensor& t) { return {DimVec(t.sizes()), t.dtype(), t.device(), {}}; }
TensorSpec gates_like(const Tensor& t, int64_t gates) {
  return {DimVec{t.size(0), gates * t.size(1)}, t.dtype(), t.device(), {}};
}

std::array<TensorSpec, 2> lstm_step_meta(const Tensor&, const Tensor&, const Tensor&, const Tensor& cell,
                                         const Tensor& gates) {
  return {like(gates), like(cell)};
}

void lstm_step_kernel(const Tensor& dh, const Tensor& dc, const Tensor& cell_before, const Tensor& cell,
                      const Tensor& gates, Tensor& sums, Tensor& previous) {
  if (sums.numel() == 0) return;
  recurrent::lstm_step_backward(gates.device(), {contiguous_data(dh),
                                                 contiguous_data(dc),
                                                 contiguous_data(cell_before),
                                                 contiguous_data(cell),
                                                 contiguous_data(gates),
                                                 {},
                                                 sums,
                                                 previous});
}

std::array<TensorSpec, 3> gru_step_meta(const Tensor&, const Tensor& hidden_before, const Tensor&) {
  return {gates_like(hidden_before, 3), gates_like(hidden_before, 3), like(hidden_before)};
}

void gru_step_kernel(const Tensor& dh, const Tensor& hidden_before, const Tensor& gates, Tensor& from_input,
                     Tensor& from_hidden, Tensor& passed) {
  if (passed.numel() == 0) return;
  recurrent::gru_step_backward(gates.device(), {contiguous_data(dh), contiguous_data(hidden_before),
                                                contiguous_data(gates), from_input, from_hidden, passed});
}

}  // namespace

void register_recurrent(Registry& r) {
  recurrent::lstm_step.cpu(recurrent::lstm_step_cpu).nothing_to_do(Key::Meta);
  recurrent::lstm_step_backward.cpu(recurrent::lstm_step_backward_cpu).nothing_to_do(Key::Meta);
  recurrent::gru_step.cpu(recurrent::gru_step_cpu).nothing_to_do(Key::Meta);
  recurrent::gru_step_backward.cpu(recurrent::gru_step_backward_cpu);
  r.def(
       "_recurrent_sequence(str kind, Tensor gates, Tensor hidden, Tensor? cell, Tensor weight, Tensor? bias, Tensor? projection, int[] batch_sizes, bool reverse) -> (Tensor, Tensor, Tensor, Tensor, Tensor)")
      .all(sequence)
      .backward(keep::args(2, 3, 4, 6) | keep::results(0, 3, 4), sequence_backward)
      .internal();
  r.def(
       "_lstm_step_backward(Tensor grad_hidden, Tensor grad_cell, Tensor cell_before, Tensor cell, Tensor gates) -> (Tensor, Tensor)")
      .meta(lstm_step_meta)
      .cpu(lstm_step_kernel)
      .cuda(lstm_step_kernel)
      .internal();
  r.def("_gru_step_backward(Tensor grad_hidden, Tensor hidden_before, Tensor gates) -> (Tensor, Tensor, Tensor)")
      .meta(gru_step_meta)
      .cpu(gru_step_kernel)
      .cuda(gru_step_kernel)
      .internal();
}

}  // namespace vt
