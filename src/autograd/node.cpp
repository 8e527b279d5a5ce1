#include "autograd/node.h"

#include <algorithm>

#include "autograd/anomaly.h"
#include "autograd/sequence.h"
#include "core/live_count.h"
#include "cuda/stream.h"

namespace vt::autograd {
namespace {
thread_local uint64_t t_sequence = 0;

// Nodes whose last reference went while another node of this thread was being freed.
struct Graveyard {
  std::vector<Node*> waiting;
  bool busy = false;
};
thread_local Graveyard t_graveyard;
}  // namespace

uint64_t next_sequence_number() { return t_sequence++; }
uint64_t peek_sequence_number() noexcept { return t_sequence; }
void raise_sequence_number(uint64_t least) noexcept { t_sequence = std::max(t_sequence, least); }

Node::Node(uint64_t sequence) : sequence_(sequence), place_(VT_UNLIKELY(anomaly_enabled()) ? current_place() : 0) {
  count_live(Counted::Node, 1);
}

Node::~Node() { count_live(Counted::Node, -1); }

uint32_t Node::add_input(TensorMeta result) {
  if (result.device.is_cuda()) stream_ = cuda::current_stream(result.device.index);
  inputs_.push_back(std::move(result));
  return input_count() - 1;
}

void Node::destroy() noexcept {
  Graveyard& yard = t_graveyard;
  if (yard.busy) {
    yard.waiting.push_back(this);
    return;
  }
  yard.busy = true;
  delete this;
  while (!yard.waiting.empty()) {
    Node* next = yard.waiting.back();
    yard.waiting.pop_back();
    delete next;
  }
  yard.busy = false;
}

int64_t Node::live_count() { return vt::live_count(Counted::Node); }

}  // namespace vt::autograd
