// Names of private pools, and which one each thread allocates from.
#include <atomic>
#include <utility>

#include "cuda/alloc/thread_state.h"

namespace vt::cuda {

PoolId new_pool_id() {
  static std::atomic<uint64_t> last{0};
  return {0, last.fetch_add(1, std::memory_order_relaxed) + 1};
}

PoolId set_thread_pool(int device, PoolId pool) noexcept {
  alloc::ThreadState& state = alloc::thread_state;
  const uint32_t bit = 1u << device;
  state.private_pools = pool.is_shared() ? state.private_pools & ~bit : state.private_pools | bit;
  return std::exchange(state.pools[device], pool);
}

PoolId thread_pool(int device) noexcept { return alloc::thread_state.pools[device]; }

}  // namespace vt::cuda
