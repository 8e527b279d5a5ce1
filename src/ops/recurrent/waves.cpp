// LSTM layers one above the other over a whole sequence, all sequences equally long, and their derivative.
#include <map>
#include <optional>
#include <vector>

#include "core/thread_state.h"
#include "cuda/event.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/recurrent/sequence.h"
#include "ops/recurrent/steps.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/recurrent.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using recurrent::kWave;
using recurrent::rows_of;
using recurrent::Steps;
using Three = std::tuple<Tensor, Tensor, Tensor>;
using Six = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>;

// Note [Waves]
// A step of a layer is a product of few rows and a small kernel. Neither fills a GPU, and each waits for the one
// before. The layer above needs no more than what is done: steps are taken kWave at a time, and while a layer does one
// such wave the layer above does the wave before, on a stream of its own. Backwards the upper layer goes first. The
// gradients of weights are products over all steps, afterwards.

// A stream to each layer; the first to begin has the caller's. On other devices than CUDA things just follow each
// other.
class Lanes {
 public:
  Lanes(Device device, size_t count) {
    if (!device.is_cuda() || count < 2) return;
    thread_local std::map<int, std::vector<cuda::Stream>> kept;  // few, because each has a workspace
    std::vector<cuda::Stream>& own = kept[device.index];
    while (own.size() + 1 < count) own.push_back(cuda::pool_stream(device.index));
    streams_.push_back(cuda::current_stream(device.index));
    for (size_t lane = 1; lane < count; ++lane) {
      streams_.push_back(own[lane - 1]);
      cuda::wait_stream(streams_[lane], streams_[0]);
    }
  }
  // The caller's work comes after everything, because the memory is the caller's.
  ~Lanes() {
    try {
      for (size_t lane = 1; lane < streams_.size(); ++lane) cuda::wait_stream(streams_[0], streams_[lane]);
    } catch (...) {  // a device that failed says so in the next call
    }
  }
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  // Does `work` on the lane, after what the lane before was given so far.
  template <class Work>
  void run(size_t lane, const Work& work) const {
    std::optional<cuda::StreamGuard> guard;
    if (!streams_.empty()) {
      if (lane > 0) cuda::wait_stream(streams_[lane], streams_[lane - 1]);
      guard.emplace(streams_[lane]);
    }
    work();
  }

 private:
  std::vector<cuda::Stream> streams_;
};

// For kernels: the matrix of one layer out of a contiguous (layers, rows, columns).
Tensor of_layer(const Tensor& t, size_t layer) {
  const auto l = static_cast<int64_t>(layer);
  return make_view(t, DimVec{t.size(1), t.size(2)}, DimVec{t.size(2), 1}, t.storage_offset() + l * t.stride(0));
}

void check_layers(const Tensor& gates, const Tensor& hidden, const Tensor& cell, TensorSpan weights,
                  TensorSpan input_weights, int64_t rows) {
  VT_CHECK(hidden.dim() == 3 && same(cell.sizes(), hidden.sizes()) && !weights.empty() &&
               hidden.size(0) == static_cast<int64_t>(weights.size()) && input_weights.size() + 1 == weights.size() &&
               rows > 0 && gates.size(-2) == rows && gates.size(-1) == 4 * hidden.size(2),
           Runtime, "states ", hidden.sizes(), " and ", cell.sizes(), ", gates ", gates.sizes(), " and the weights of ",
           weights.size(), " layers do not fit ", rows, " rows");
  const DimVec size{4 * hidden.size(2), hidden.size(2)};
  VT_CHECK(is_floating(gates.dtype()), NotImplemented, "not implemented for '", gates.dtype(), "'");
  for (const TensorSpan list : {weights, input_weights}) {
    for (const Tensor& w : list) {
      VT_CHECK(same(w.sizes(), size) && w.dtype() == gates.dtype(), Runtime, "expected weights ", size, " of ",
               gates.dtype(), ", got ", w.sizes(), " of ", w.dtype());
    }
  }
  VT_CHECK(hidden.dtype() == gates.dtype() && cell.dtype() == gates.dtype(), Runtime, "expected one dtype, got ",
           hidden.dtype(), ", ", cell.dtype(), " and ", gates.dtype());
}

Six lstm_layers(const Tensor& gates, const Tensor& hidden, const Tensor& cell, TensorSpan weights,
                TensorSpan input_weights, TensorSpan biases, int64_t steps) {
  const ExcludeKeys as_given(Key::Autocast);
  const size_t layers = weights.size();
  const int64_t batch = hidden.dim() == 3 ? hidden.size(1) : 0, rows = steps * batch;
  check_layers(gates, hidden, cell, weights, input_weights, rows);
  VT_CHECK(biases.empty() || biases.size() + 1 == layers, Runtime, "expected biases of all upper layers or none, got ",
           biases.size());
  const int64_t size = hidden.size(2), count = hidden.size(0);
  const auto fresh = [&](IntSpan sizes) { return empty(sizes, gates.dtype(), gates.device()); };
  const Tensor output = fresh(DimVec{rows, size}), below = fresh(DimVec{count - 1, rows, size}),
               cells = fresh(DimVec{count, rows, size}), kept = fresh(DimVec{count, rows, 4 * size}),
               state = fresh(hidden.sizes()), cell_state = fresh(hidden.sizes());
  copy_data(state, hidden);
  copy_data(cell_state, cell);
  copy_data(of_layer(kept, 0), gates);
  for (size_t l = 0; l < biases.size(); ++l) copy_data(of_layer(kept, l + 1), ops::expand(biases[l], DimVec{rows, -1}));
  const Scalar had_bias(biases.empty() ? 0 : 1);
  const auto output_of = [&](size_t l) { return l + 1 == layers ? output : of_layer(below, l); };
  const Lanes lanes(gates.device(), layers);
  for (int64_t first = 0; first < steps; first += kWave) {
    const int64_t end = std::min<int64_t>(steps, first + kWave);
    for (size_t l = 0; l < layers; ++l) {
      lanes.run(l, [&] {
        const Tensor g = of_layer(kept, l), h = of_layer(state, l), c = of_layer(cell_state, l), out = output_of(l);
        const auto wave = [&](const Tensor& t) { return rows_of(t, first * batch, (end - first) * batch); };
        if (l > 0) ops::addmm_(wave(g), wave(output_of(l - 1)), ops::t(input_weights[l - 1]), had_bias);
        for (int64_t k = first; k < end; ++k) {
          const auto now = [&](const Tensor& t) { return rows_of(t, k * batch, batch); };
          ops::addmm_(now(g), h, ops::t(weights[l]));
          recurrent::lstm_step(gates.device(), {now(g), c, now(of_layer(cells, l)), now(out), h});
        }
      });
    }
  }
  return {output, state, cell_state, below, cells, kept};
}

// The gradients of the sums of all gates, of the initial states and of the initial cells.
Three lstm_layers_backward(const Tensor& grad_output, const Tensor& grad_hidden, const Tensor& grad_cell,
                           const Tensor& initial_cell, TensorSpan weights, TensorSpan input_weights,
                           const Tensor& given_cells, const Tensor& given_gates, int64_t steps, bool reverse) {
  const ExcludeKeys as_given(Key::Autocast);
  const size_t layers = weights.size();
  const int64_t batch = initial_cell.dim() == 3 ? initial_cell.size(1) : 0, rows = steps * batch;
  check_layers(given_gates, grad_hidden, grad_cell, weights, input_weights, rows);
  VT_CHECK(same(initial_cell.sizes(), grad_cell.sizes()) && given_gates.dim() == 3 &&
               same(given_cells.sizes(), DimVec{initial_cell.size(0), rows, initial_cell.size(2)}) &&
               (!grad_output.defined() || same(grad_output.sizes(), given_cells.sizes().subspan(1))),
           Runtime, "gates ", given_gates.sizes(), ", cells ", given_cells.sizes(), " and initial cells ",
           initial_cell.sizes(), " do not fit");
  VT_CHECK(!reverse || layers == 1, Runtime, "layers of both directions do not follow each other");
  const DimVec batches(static_cast<size_t>(steps), batch);
  const Steps s(batches, reverse);
  const auto fresh = [&](IntSpan sizes) { return empty(sizes, given_gates.dtype(), given_gates.device()); };
  const Tensor gates = contiguous_data(given_gates), cells = contiguous_data(given_cells),
               initial = contiguous_data(initial_cell), sums = fresh(gates.sizes()), dh = fresh(initial.sizes()),
               dc = fresh(initial.sizes()),
               below = fresh(DimVec{initial.size(0) - 1, rows, initial.size(2)});  // gradients of lower layers' outputs
  const Tensor top = grad_output.defined() ? contiguous_data(grad_output) : grad_output;
  copy_data(dh, grad_hidden);
  copy_data(dc, grad_cell);
  const Lanes lanes(gates.device(), layers);
  for (int64_t end = steps; end > 0; end -= kWave) {
    const int64_t first = std::max<int64_t>(0, end - kWave);
    for (size_t lane = 0; lane < layers; ++lane) {
      lanes.run(lane, [&] {
        const size_t l = layers - 1 - lane;
        const Tensor d_output = lane == 0 ? top : of_layer(below, l), h = of_layer(dh, l), c = of_layer(dc, l);
        if (lane > 0) {
          const auto wave = [&](const Tensor& t) { return rows_of(t, first * batch, (end - first) * batch); };
          ops::addmm_(wave(d_output), wave(of_layer(sums, l + 1)), input_weights[l], Scalar(0));
        }
        for (int64_t i = end; i-- > first;) {
          const int64_t begin = s.begins[s.at(static_cast<size_t>(i))];
          const auto now = [&](const Tensor& t) { return t.defined() ? rows_of(t, begin, batch) : t; };
          const Tensor own = of_layer(cells, l);
          const Tensor before =
              i == 0 ? of_layer(initial, l) : rows_of(own, s.begins[s.at(static_cast<size_t>(i - 1))], batch);
          const Tensor sum = now(of_layer(sums, l));
          recurrent::lstm_step_backward(gates.device(),
                                        {h, c, before, now(own), now(of_layer(gates, l)), now(d_output), sum, c});
          ops::addmm_(h, sum, weights[l], Scalar(0));
        }
      });
    }
  }
  return {sums, dh, dc};
}

// The same where it will be differentiated itself, or what the layers keep has a gradient: by dispatched ops.
Three differentiable_backward(GradContext& ctx, const Steps& s) {
  const auto layers = static_cast<int64_t>(ctx.list_size(3));
  const Tensor dh = ctx.grad_or_zeros(1), dc = ctx.grad_or_zeros(2);
  std::vector<Tensor> sums(static_cast<size_t>(layers)), hidden = sums, cell = sums;
  Tensor d_output = ctx.grad(0);
  for (int64_t l = layers; l-- > 0;) {
    const auto own = [&](const Tensor& t) { return t.defined() ? ops::select(t, 0, l) : t; };
    const auto at = static_cast<size_t>(l);
    const int list_at = static_cast<int>(l);
    const recurrent::Sequence of{recurrent::Cell::Lstm,
                                 s,
                                 own(ctx.saved(1)),
                                 own(ctx.saved(2)),
                                 ctx.saved(3, list_at),
                                 {},
                                 l + 1 == layers ? ctx.saved_result(0) : own(ctx.saved_result(3)),
                                 own(ctx.saved_result(4)),
                                 own(ctx.saved_result(5))};
    recurrent::SequenceGradients g;
    g.output = d_output;
    g.cells = own(ctx.grad(4));
    g.kept = own(ctx.grad(5));
    g.hidden = own(dh);
    g.cell = own(dc);
    recurrent::go_back(of, g);
    sums[at] = g.from_hidden;
    hidden[at] = g.hidden;
    cell[at] = g.cell;
    if (l == 0) break;
    const Tensor given = ctx.grad(3).defined() ? ops::select(ctx.grad(3), 0, l - 1) : Tensor();
    d_output = recurrent::plus(ops::mm(sums[at], ctx.saved(4, list_at - 1)), given);
  }
  return {ops::stack(sums, 0), ops::stack(hidden, 0), ops::stack(cell, 0)};
}

void layers_backward(GradContext& ctx) {
  const int layers = ctx.list_size(3);
  const int64_t batch = ctx.sizes(1)[1];
  const DimVec batches(static_cast<size_t>(ctx.arg<int64_t>(6)), batch);
  const Steps s(batches, false);
  std::vector<Tensor> weights, input_weights;
  for (int l = 0; l < layers; ++l) {
    weights.push_back(ctx.saved(3, l));
    if (l > 0) input_weights.push_back(ctx.saved(4, l - 1));
  }
  const bool by_kernels = !grad_enabled() && !ctx.grad(3).defined() && !ctx.grad(4).defined() && !ctx.grad(5).defined();
  const auto [sums, dh, dc] =
      by_kernels ? ops::_lstm_layers_backward(ctx.grad(0), ctx.grad_or_zeros(1), ctx.grad_or_zeros(2), ctx.saved(2),
                                              weights, input_weights, ctx.saved_result(4), ctx.saved_result(5),
                                              ctx.arg<int64_t>(6), false)
                 : differentiable_backward(ctx, s);
  if (ctx.needs(0)) ctx.set(0, ops::select(sums, 0, 0));
  if (ctx.needs(1)) ctx.set(1, dh);
  if (ctx.needs(2)) ctx.set(2, dc);
  const auto output_of = [&](int l) {
    return l + 1 == layers ? ctx.saved_result(0) : ops::select(ctx.saved_result(3), 0, l);
  };
  for (int l = 0; l < layers; ++l) {
    const Tensor own = ops::select(sums, 0, l);
    if (ctx.needs(3, l)) {
      const Tensor before = recurrent::all_before(s, output_of(l), ops::select(ctx.saved(1), 0, l));
      ctx.set(3, l, ops::mm(ops::t(own), before));
    }
    if (l == 0) continue;
    if (ctx.needs(4, l - 1)) ctx.set(4, l - 1, ops::mm(ops::t(own), output_of(l - 1)));
    if (ctx.list_size(5) > 0 && ctx.needs(5, l - 1)) ctx.set(5, l - 1, ops::sum(own, DimVec{0}));
  }
}

}  // namespace

void register_recurrent_waves(Registry& r) {
  r.def(
       "_lstm_layers(Tensor gates, Tensor hidden, Tensor cell, Tensor[] weights, Tensor[] input_weights, Tensor[] biases, int steps) -> (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor)")
      .all(lstm_layers)
      .backward(keep::args(1, 2, 3, 4) | keep::results(0, 3, 4, 5), layers_backward)
      .internal();
  r.def(
       "_lstm_layers_backward(Tensor? grad_output, Tensor grad_hidden, Tensor grad_cell, Tensor cell, Tensor[] weights, Tensor[] input_weights, Tensor cells, Tensor gates, int steps, bool reverse) -> (Tensor, Tensor, Tensor)")
      .all(lstm_layers_backward)
      .not_differentiable()
      .internal();
}

}  // namespace vt
