#include "autograd/node_observer.h"

namespace vt::autograd {
namespace detail {
constinit std::atomic<NodeObserver*> node_observer{nullptr};
}  // namespace detail

void set_node_observer(NodeObserver* observer) noexcept { detail::node_observer.store(observer); }

}  // namespace vt::autograd
