// Every implementation of the allocators' seam, and in what they differ: what is tested on one is tested on all.
#pragma once

#include <sys/types.h>

#include <memory>

#include "cuda/alloc/async_allocator.h"
#include "cuda/alloc/caching_allocator.h"
#include "cuda/alloc/pass_through_allocator.h"
#include "cuda/alloc/pluggable_allocator.h"

namespace vt::simulated {

/// Of an allocator that has them.
struct AllocatorOptions {
  bool expandable = false;
  bool thread_cache = true;
};

struct AllocatorUnderTest {
  const char* name;
  std::unique_ptr<cuda::CudaAllocator> (*make)(const AllocatorOptions&);
  bool has_options = false;
  bool counts = true;   // has statistics
  bool limits = false;  // takes a cap
  bool pools = false;   // has private pools and knows captures
  bool lists = false;   // has snapshots and a history, so that an oracle can follow every byte
  bool trims = true;    // an empty cache means that the driver has everything back
  bool waits = true;    // for other streams itself; false: has the block's stream wait for them
  bool retries = true;  // also what the driver refused to take at first
};

namespace plugged {

/// Memory of the driver's pool, as a shared object of two functions would give it.
inline void* allocate(ssize_t bytes, int device, cuda::StreamHandle stream) {
  cuda::DeviceApi& api = cuda::device_api();
  void* data = nullptr;
  for (const bool is_last : {false, true}) {
    const cuda::Status status = api.allocate_async({stream, device}, static_cast<size_t>(bytes), data);
    if (status == cuda::Status::Success) return data;
    if (is_last || api.synchronize(device) != cuda::Status::Success) break;
    (void)api.trim_pool(device);
  }
  return nullptr;
}
inline void free(void* data, ssize_t, int device, cuda::StreamHandle stream) {
  (void)cuda::device_api().free_async({stream, device}, data);
}

}  // namespace plugged

template <typename Allocator>
std::unique_ptr<cuda::CudaAllocator> make_plain(const AllocatorOptions&) {
  return std::make_unique<Allocator>();
}
inline std::unique_ptr<cuda::CudaAllocator> make_caching(const AllocatorOptions& chosen) {
  cuda::CachingOptions options;
  options.thread_cache = chosen.thread_cache;
  options.expandable_segments = chosen.expandable;
  options.history.entries = 256;
  return std::make_unique<cuda::CachingAllocator>(options);
}
inline std::unique_ptr<cuda::CudaAllocator> make_pluggable(const AllocatorOptions&) {
  return std::make_unique<cuda::PluggableAllocator>(&plugged::allocate, &plugged::free);
}

inline constexpr AllocatorUnderTest kCaching{
    .name = "native", .make = &make_caching, .has_options = true, .limits = true, .pools = true, .lists = true};
inline constexpr AllocatorUnderTest kAsync{
    .name = "cudaMallocAsync", .make = &make_plain<cuda::AsyncAllocator>, .pools = true};
inline constexpr AllocatorUnderTest kPassThrough{
    .name = "passthrough", .make = &make_plain<cuda::PassThroughAllocator>, .limits = true, .retries = false};
inline constexpr AllocatorUnderTest kPluggable{
    .name = "pluggable", .make = &make_pluggable, .counts = false, .trims = false, .waits = false, .retries = false};
inline constexpr AllocatorUnderTest kAllocators[] = {kCaching, kAsync, kPassThrough, kPluggable};

}  // namespace vt::simulated
