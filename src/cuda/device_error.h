// Note [Errors found by kernels]
// A kernel that meets a bad index must not touch memory there and must not kill the context with a trap. It writes what
// it saw to a record in mapped host memory and goes on (skipping the element). The host looks at the record wherever it
// waits for the device and at each launch, takes it, and throws IndexError. The error therefore comes at or before the
// first synchronisation after the bad launch, and the context stays usable.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt::cuda {

/// Mapped host memory, one per device; the same address is valid on host and device.
struct DeviceErrorRecord {
  int32_t state;     // 0: free, 1: holds an error
  int32_t is_range;  // 1: index outside [low, high); 0: a failed condition described by `what`
  int64_t index;
  int64_t low;
  int64_t high;
  const char* what;  // a string literal of ours: the operand or condition
  const char* op;    // a string literal of ours
};

/// What a kernel takes by value to report through.
struct DeviceErrorSink {
  DeviceErrorRecord* record;
  const char* op;

#ifdef __CUDACC__
  /// Reports `index`, which should have been in [low, high).
  __device__ void bad_index(int64_t index, int64_t low, int64_t high) const {
    volatile DeviceErrorRecord* r = record;
    if (r->state != 0) return;
    r->is_range = 1;
    r->index = index;
    r->low = low;
    r->high = high;
    r->op = op;
    __threadfence_system();
    r->state = 1;
  }
  /// Reports a condition that failed; `what` is a host address of a string literal, passed in as a kernel argument.
  __device__ void failed(const char* what) const {
    volatile DeviceErrorRecord* r = record;
    if (r->state != 0) return;
    r->is_range = 0;
    r->what = what;
    r->op = op;
    __threadfence_system();
    r->state = 1;
  }
#endif
};

/// The sink of `device` for the op named by the string literal `op`.
VT_API DeviceErrorSink device_error_sink(int device, const char* op);

namespace detail {
extern VT_API DeviceErrorRecord* error_records[];
VT_API void take_device_error(int device);
}  // namespace detail

/// Throws IndexError (RuntimeError for a failed condition) if a kernel of `device` has reported one; takes the report.
inline void throw_device_errors(int device) {
  const volatile DeviceErrorRecord* record = detail::error_records[device];
  if (VT_UNLIKELY(record != nullptr && record->state != 0)) detail::take_device_error(device);
}

}  // namespace vt::cuda
