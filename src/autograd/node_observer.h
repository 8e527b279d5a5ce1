// Who is told of every node that backward runs. Nobody, most of the time.
#pragma once

#include <atomic>

#include "autograd/node.h"

namespace vt::autograd {

// Apply is inside Evaluate, which also runs hooks and hands the gradients on.
enum class NodeStage : uint8_t { Evaluate, Apply };

class VT_API NodeObserver {
 public:
  // On the thread that runs the node. Returns a number for end().
  virtual uint64_t begin(const Node& node, NodeStage stage) noexcept = 0;
  // Also where the node threw.
  virtual void end(uint64_t token) noexcept = 0;

 protected:
  ~NodeObserver() = default;  // lives as long as the process: a node may be running when another one is set
};

// For all threads, from their next node on; null: nobody.
VT_API void set_node_observer(NodeObserver* observer) noexcept;

namespace detail {
extern constinit std::atomic<NodeObserver*> node_observer;
}  // namespace detail

// Tells the observer of a stage, if there is one.
class ObservedNode {
 public:
  ObservedNode(const Node& node, NodeStage stage) noexcept
      : observer_(detail::node_observer.load(std::memory_order_acquire)) {
    if (VT_UNLIKELY(observer_ != nullptr)) token_ = observer_->begin(node, stage);
  }
  ~ObservedNode() {
    if (VT_UNLIKELY(observer_ != nullptr)) observer_->end(token_);
  }
  ObservedNode(const ObservedNode&) = delete;
  ObservedNode& operator=(const ObservedNode&) = delete;

 private:
  NodeObserver* observer_;
  uint64_t token_ = 0;
};

}  // namespace vt::autograd
