// Functions of other layers that the allocator calls: stack sources and what runs when memory is out.
#pragma once

#include <atomic>
#include <string>

#include "cuda/allocator.h"

namespace vt::cuda::alloc {

struct StackHooks {
  std::atomic<CaptureStack> on_allocate{nullptr};
  std::atomic<CaptureStack> on_free{nullptr};
  std::atomic<DescribeStack> describe{nullptr};
};
extern StackHooks stack_hooks;

inline uint64_t stack_of_allocation() noexcept {
  const CaptureStack capture = stack_hooks.on_allocate.load(std::memory_order_relaxed);
  return VT_UNLIKELY(capture != nullptr) ? capture() : 0;
}
inline uint64_t stack_of_free() noexcept {
  const CaptureStack capture = stack_hooks.on_free.load(std::memory_order_relaxed);
  return VT_UNLIKELY(capture != nullptr) ? capture() : 0;
}
/// Empty if nobody knows.
std::string describe_stack(uint64_t id);

/// Runs the callbacks of that kind in the order they were added; how many there were.
int run_out_of_memory_callbacks(const OutOfMemoryEvent& event, bool before_error);

}  // namespace vt::cuda::alloc
