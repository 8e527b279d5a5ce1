// Nodes whose gradients are complete, latest forward call first.
#pragma once

#include <algorithm>

#include "autograd/node.h"

namespace vt::autograd {

class ReadyQueue {
 public:
  struct Entry {
    intrusive_ptr<Node> node;
    Grads incoming;
  };
  bool empty() const { return heap_.empty(); }
  void push(Entry e) {
    heap_.push_back(std::move(e));
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  Entry pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Entry e = std::move(heap_.back());
    heap_.pop_back();
    return e;
  }

 private:
  static bool later(const Entry& a, const Entry& b) { return a.node->sequence() < b.node->sequence(); }
  std::vector<Entry> heap_;
};

}  // namespace vt::autograd
