#include "cuda/allocator.h"

#include "core/error.h"
#include "cuda/device.h"

namespace vt::cuda {
namespace {

[[noreturn]] void not_there(const CudaAllocator& allocator, const char* what) {
  VT_THROW(NotImplemented, what, " is not there with the allocator backend '", allocator.name(),
           "'; use backend:native in VIBETENSOR_ALLOC_CONF");
}

}  // namespace

void CudaAllocator::set_memory_limit(int device, size_t bytes) { not_there(*this, "a memory limit"); }
size_t CudaAllocator::memory_limit(int device) { return kNoMemoryLimit; }
PoolId CudaAllocator::pool_of(const Block&) const noexcept { return {}; }
void CudaAllocator::retain_pool(int device, PoolId pool) { not_there(*this, "a private memory pool"); }
void CudaAllocator::release_pool(int device, PoolId pool) noexcept {}
std::vector<PoolReserved> CudaAllocator::private_pools(int device) { return {}; }
void CudaAllocator::begin_capture(int device) { not_there(*this, "graph capture"); }
void CudaAllocator::end_capture(int device) noexcept {}
std::vector<SegmentInfo> CudaAllocator::snapshot(int device) { not_there(*this, "a memory snapshot"); }
std::vector<SegmentInfo> CudaAllocator::pool_segments(int device, PoolId pool) {
  std::vector<SegmentInfo> segments = snapshot(device);
  std::erase_if(segments, [&](const SegmentInfo& segment) { return segment.pool != pool; });
  return segments;
}
std::vector<HistoryEntry> CudaAllocator::history(int device) { not_there(*this, "memory history"); }
void CudaAllocator::configure_history(const HistoryOptions& options) { not_there(*this, "memory history"); }
void CudaAllocator::clear_history() { not_there(*this, "memory history"); }
void CudaAllocator::apply(const AllocatorSettings& settings) {}

std::string to_string(const NotedShape& shape) {
  if (shape.ndim < 0) return {};
  std::string text = vt::detail::concat(shape.dtype, "[");
  for (int i = 0; i < shape.ndim; ++i) {
    if (i > 0) text += ", ";
    if (i == NotedShape::kDims) return text + "...]";
    text += std::to_string(shape.sizes[i]);
  }
  return text + "]";
}

void set_memory_fraction(int device, double fraction) {
  VT_CHECK(fraction >= 0 && fraction <= 1, Value, "expected a fraction in [0, 1], got ", fraction);
  const auto total = static_cast<double>(device_properties(device).total_memory);
  allocator().set_memory_limit(device, static_cast<size_t>(fraction * total));
}

double memory_fraction(int device) {
  const size_t limit = allocator().memory_limit(device);
  if (limit == kNoMemoryLimit) return 1;
  return static_cast<double>(limit) / static_cast<double>(device_properties(device).total_memory);
}

}  // namespace vt::cuda
