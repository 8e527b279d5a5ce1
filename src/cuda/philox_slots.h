// Where the kernels of a graph find the positions of random generators; see Note [Philox positions].
#pragma once

#include <cstdint>
#include <span>

#include "cuda/work.h"

namespace vt::cuda {

struct PhiloxSlot {
  uint64_t seed = 0;
  uint64_t offset = 0;
};

/// Most generators that one graph draws from.
inline constexpr int kPhiloxSlots = 32;

/// Writes to the device memory `to` in stream order. The values travel as kernel parameters, so that no host memory has
/// to outlive the call.
VT_API void write_philox_slots(PhiloxSlot* to, std::span<const PhiloxSlot> values, Stream stream);

/// What write_philox_slots launches, with the parameters (PhiloxSlot* to, PhiloxSlots values, int count); a simulated
/// device knows it by this address.
struct PhiloxSlots {
  PhiloxSlot values[kPhiloxSlots];
};
VT_API const void* philox_slots_kernel() noexcept;

}  // namespace vt::cuda
