#include "cuda/graph_observer.h"

namespace vt::cuda {
namespace {
constinit std::atomic<GraphObserver*> observer{nullptr};
}  // namespace

void set_graph_observer(GraphObserver* seer) noexcept { observer.store(seer); }
GraphObserver* graph_observer() noexcept { return observer.load(std::memory_order_acquire); }

}  // namespace vt::cuda
