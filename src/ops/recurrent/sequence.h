#pragma once

#include <cstdint>
#include <string_view>

namespace vt::recurrent {

// What a recurrent layer is made of, by PyTorch's names "LSTM", "GRU", "RNN_TANH" and "RNN_RELU".
enum class Cell : uint8_t { Lstm, Gru, Tanh, Relu };

// ValueError for other names.
Cell cell_named(std::string_view name);
// Rows of its weights per hidden element.
constexpr int64_t gate_count(Cell kind) { return kind == Cell::Lstm ? 4 : kind == Cell::Gru ? 3 : 1; }

}  // namespace vt::recurrent
