#include "interop/stream_handover.h"

#include "cuda/allocator.h"
#include "cuda/backend.h"
#include "cuda/event.h"
#include "cuda/stream.h"

namespace vt::interop {
namespace {

constexpr intptr_t kNoOrder = -1, kDefaultStream = 1;

// CUDA knows its two default streams by the numbers that the standard has for them, 1 and 2; to us the first is null.
cuda::Stream stream_of(intptr_t number, int device) {
  VT_CHECK(number > 0, Buffer, "__dlpack__: expected a CUDA stream's handle, 1, 2, -1 or None, got stream=", number);
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return {number == kDefaultStream ? nullptr : reinterpret_cast<cuda::StreamHandle>(number), device};
}

}  // namespace

void hand_over(const Tensor& t, std::optional<intptr_t> consumer) {
  if (consumer == kNoOrder) return;
  if (!t.is_cuda()) {
    VT_CHECK(!consumer, Buffer, "__dlpack__: a tensor on ", t.device(), " is on no stream, got stream=", *consumer);
    return;
  }
  const cuda::Stream theirs = stream_of(consumer.value_or(kDefaultStream), t.device().index);
  const cuda::Stream ours = cuda::current_stream(t.device().index);
  if (theirs == ours) return;
  cuda::wait_stream(theirs, ours);
  // The default stream lives as long as the process, so the allocator may ask it later whether the consumer is done;
  // of other streams we do not know.
  if (theirs.handle == nullptr) cuda::record_stream(*t.storage(), theirs);
}

void take_over(const Tensor& t, void* producer) {
  if (!t.is_cuda()) return;
  const int device = t.device().index;
  cuda::Stream theirs{static_cast<cuda::StreamHandle>(producer), device};
  if (reinterpret_cast<intptr_t>(producer) == kDefaultStream) theirs.handle = nullptr;
  cuda::wait_stream(cuda::current_stream(device), theirs);
}

intptr_t consumer_stream(int device) {
  const auto handle = reinterpret_cast<intptr_t>(cuda::current_stream(device).handle);
  return handle ? handle : kDefaultStream;
}

}  // namespace vt::interop
