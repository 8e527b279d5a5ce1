// What each thread keeps for the allocator, in one place so that a hit looks it up once.
#pragma once

#include <cstdint>

#include "cuda/allocator.h"

namespace vt::cuda::alloc {

class ThreadCache;

struct ThreadState {
  uint64_t cache_owner = 0;  // the allocator that `cache` belongs to, 0: none
  ThreadCache* cache = nullptr;
  bool is_ending = false;
  uint32_t private_pools = 0;  // bit i: `pools[i]` is not the shared one
  PoolId pools[kMaxDevices];
};
static_assert(kMaxDevices <= 32);

// Constant initialisation and no destructor, so that reading it runs no guard.
extern constinit thread_local ThreadState thread_state;

}  // namespace vt::cuda::alloc
