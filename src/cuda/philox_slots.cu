#include <algorithm>

#include "core/error.h"
#include "cuda/launch.h"
#include "cuda/philox_slots.h"

namespace vt::cuda {
namespace {

__global__ void write_slots(PhiloxSlot* to, PhiloxSlots slots, int count) {
  const int i = static_cast<int>(threadIdx.x);
  if (i < count) to[i] = slots.values[i];
}

}  // namespace

void write_philox_slots(PhiloxSlot* to, std::span<const PhiloxSlot> values, Stream stream) {
  VT_ASSERT(values.size() <= kPhiloxSlots);
  PhiloxSlots slots;
  std::copy(values.begin(), values.end(), slots.values);
  launch({"positions of random generators", stream, dim3(1), dim3(kPhiloxSlots)}, {}, write_slots, to, slots,
         static_cast<int>(values.size()));
}

const void* philox_slots_kernel() noexcept { return reinterpret_cast<const void*>(&write_slots); }

}  // namespace vt::cuda
