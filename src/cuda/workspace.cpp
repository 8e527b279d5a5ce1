#include "cuda/workspace.h"

#include <bit>
#include <mutex>
#include <unordered_map>

#include "cuda/allocator.h"
#include "cuda/capture.h"
#include "cuda/device_api.h"

namespace vt::cuda {
namespace {

struct Areas {
  std::mutex mutex;
  std::unordered_map<StreamHandle, Block*> of_stream;
};

Areas& areas_of(int device) {
  static auto* areas = new Areas[kMaxDevices];
  return areas[device];
}

// They are memory of the device API that changes.
const bool forgets_areas = on_device_api_change([] {
  for (int device = 0; device < kMaxDevices; ++device) areas_of(device).of_stream.clear();
});

}  // namespace

void* workspace(Stream stream, size_t bytes) {
  if (Capture* capture = current_capture()) return capture->workspace(stream, bytes);
  Areas& areas = areas_of(stream.device);
  const std::lock_guard lock(areas.mutex);
  Block*& block = areas.of_stream[stream.handle];
  // One that is outgrown stays: another thread may be about to give work with it to the stream. Sizes double, so all of
  // them are no more than the last.
  if (block == nullptr || block->bytes < bytes) block = allocator().allocate(std::bit_ceil(bytes), stream);
  return block->data;
}

}  // namespace vt::cuda
