// Names of private pools, and which one each thread allocates from.
#include <atomic>
#include <utility>

#include "cuda/allocator.h"

namespace vt::cuda {
namespace {
thread_local PoolId thread_pools[kMaxDevices];
}  // namespace

PoolId new_pool_id() {
  static std::atomic<uint64_t> last{0};
  return {0, last.fetch_add(1, std::memory_order_relaxed) + 1};
}

PoolId set_thread_pool(int device, PoolId pool) noexcept { return std::exchange(thread_pools[device], pool); }
PoolId thread_pool(int device) noexcept { return thread_pools[device]; }

}  // namespace vt::cuda
