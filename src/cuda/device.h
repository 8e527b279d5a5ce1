// CUDA devices: how many, their properties, and the calling thread's current one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/device.h"
#include "core/macros.h"
#include "cuda/types.h"

namespace vt::cuda {

struct DeviceProperties {
  std::string name;
  std::string uuid;  // 32 hexadecimal digits in groups, as nvidia-smi prints them
  int major = 0;
  int minor = 0;
  size_t total_memory = 0;
  int multi_processor_count = 0;
  int max_threads_per_multi_processor = 0;
  int warp_size = 32;
  size_t l2_cache_size = 0;
  size_t shared_memory_per_block = 0;
  size_t shared_memory_per_block_optin = 0;
  size_t shared_memory_per_multiprocessor = 0;
  int regs_per_multiprocessor = 0;
  bool is_integrated = false;
  bool is_multi_gpu_board = false;
};

/// Number of usable devices; 0 without a driver. Never throws.
VT_API int device_count() noexcept;
VT_API bool is_available() noexcept;
/// One sentence that says why CUDA can't be used; empty when it can.
VT_API std::string unavailable_reason();
/// Throws RuntimeError with unavailable_reason() unless CUDA works here (and not in a forked child of a user of CUDA).
VT_API void ensure_available();
VT_API int runtime_version() noexcept;
/// Highest CUDA version the driver supports, 0 without one.
VT_API int driver_version() noexcept;

/// Properties of a device, read once. Throws ValueError for an index that isn't there.
VT_API const DeviceProperties& device_properties(int device);
/// The calling thread's current device; 0 at first.
VT_API int current_device();
VT_API void set_device(int device);
/// `device` with its index filled in; throws when the index isn't there.
VT_API Device resolve_device(Device device);
VT_API bool can_access_peer(int device, int peer);
/// Free and total bytes of the device.
VT_API void memory_info(int device, size_t& free_bytes, size_t& total_bytes);
/// Waits for everything on the device, then reports index errors that its kernels found.
VT_API void synchronize_device(int device);

/// Makes `device` current for the scope. Negative: does nothing.
class VT_API DeviceGuard {
 public:
  explicit DeviceGuard(int device);
  ~DeviceGuard();
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;

 private:
  int previous_;
};

}  // namespace vt::cuda
