#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace vt::recurrent {

// What a recurrent layer is made of, by PyTorch's names "LSTM", "GRU", "RNN_TANH" and "RNN_RELU".
enum class Cell : uint8_t { Lstm, Gru, Tanh, Relu };

// ValueError for other names.
Cell cell_named(std::string_view name);
// Rows of its weights per hidden element.
constexpr int64_t gate_count(Cell kind) { return kind == Cell::Lstm ? 4 : kind == Cell::Gru ? 3 : 1; }

// Note [Steps of a sequence]
// Rows of all steps lie one step after another: step k has batches[k] rows, those of the sequences that are that long;
// batches do not grow. A state has a row for every sequence, and a step updates the first batches[k] of them: backwards
// through time sequences join in with their initial state, forwards they stop and keep their last one.
struct Steps {
  IntSpan batches;
  bool reverse;
  std::vector<int64_t> begins;  // the first row of each step
  int64_t rows = 0;

  Steps(IntSpan sizes, bool backwards);
  size_t count() const { return batches.size(); }
  size_t at(size_t i) const { return reverse ? count() - 1 - i : i; }  // the i-th step to be done
};

// Steps of a wave: Note [Waves].
inline constexpr int64_t kWave = 16;

// Rows of a contiguous tensor, and the first ones of a state; for kernels, which have no use for a derivative.
Tensor rows_of(const Tensor& t, int64_t begin, int64_t count);
// The state that each row began with, of the values after each step and the initial ones. Dispatched.
Tensor all_before(const Steps& s, const Tensor& values, const Tensor& initial);
// Either, or the sum of both; an undefined one is zeros.
Tensor plus(const Tensor& a, const Tensor& b);

// What the derivative of one layer's sequence reads: arguments and results of _recurrent_sequence.
struct Sequence {
  Cell kind;
  const Steps& steps;
  Tensor hidden, cell, weight, projection;
  Tensor output, cells, kept;
};
struct SequenceGradients {
  Tensor output, cells, kept;              // of the results; may be undefined
  Tensor hidden, cell;                     // of the states: the last ones before, the initial ones after
  Tensor from_input, from_hidden, totals;  // of each row: of its sums, and with a projection of its output
};
// Goes through the steps backwards by dispatched ops, so that what it gives has derivatives.
void go_back(const Sequence& of, SequenceGradients& g);

}  // namespace vt::recurrent
