// What a backward pass knows of each node that it reaches: states in the order in which nodes are met, found by node.
#pragma once

#include <bit>
#include <deque>

#include "autograd/node.h"

namespace vt::autograd {

struct NodeState {
  Node* node;           // kept alive by the roots
  uint32_t index;       // among the states
  int32_t missing = 0;  // gradients still to come, counted per edge
  bool wanted = true;   // its gradient is needed (always, when accumulating into all leaves)
  bool runs = true;     // it is to be applied, not only captured at
  Grads incoming;       // summed so far
  std::vector<std::pair<uint32_t, size_t>> captures;  // input number -> which of options.inputs
};

// A table of open addressing over states that do not move.
class NodeStates {
 public:
  size_t size() const { return states_.size(); }
  NodeState& operator[](size_t i) { return states_[i]; }

  // Null for a node that the pass does not reach.
  NodeState* find(const Node* node) const {
    for (size_t at = place_of(node);; at = (at + 1) & mask()) {
      NodeState* state = table_[at];
      if (!state || state->node == node) return state;
    }
  }
  NodeState& find_or_add(Node& node) {
    size_t at = place_of(&node);
    for (; table_[at]; at = (at + 1) & mask()) {
      if (table_[at]->node == &node) return *table_[at];
    }
    NodeState& added = states_.emplace_back(&node, static_cast<uint32_t>(states_.size()));
    table_[at] = &added;
    if (2 * states_.size() > table_.size()) grow();
    return added;
  }

 private:
  size_t mask() const { return table_.size() - 1; }
  // The high bits of a product with the golden ratio: addresses of nodes differ in few bits.
  size_t place_of(const Node* node) const { return reinterpret_cast<uintptr_t>(node) * 0x9e3779b97f4a7c15u >> shift_; }
  void grow() {
    table_.assign(2 * table_.size(), nullptr);
    --shift_;
    for (NodeState& state : states_) {
      size_t at = place_of(state.node);
      while (table_[at]) at = (at + 1) & mask();
      table_[at] = &state;
    }
  }

  std::deque<NodeState> states_;
  std::vector<NodeState*> table_ = std::vector<NodeState*>(64);
  int shift_ = 64 - std::countr_zero(size_t{64});
};

}  // namespace vt::autograd
