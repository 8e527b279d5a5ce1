#include "cuda/launch.h"

#include <cuda.h>

#include "core/error.h"
#include "cuda/check.h"
#include "cuda/device_error.h"

namespace vt::cuda {
namespace {
thread_local LaunchObserver* thread_observer = nullptr;

// Note [Launching through the driver]
// cudaLaunchKernel finds the kernel's function in the device's context anew on every call. We keep what it found, per
// thread: the first launch of a kernel on a thread goes through the runtime, which also makes the device's context
// current there; later ones go straight to the driver.
struct CachedFunction {
  const void* kernel = nullptr;
  int device = -1;
  cudaFunction_t function = nullptr;
};
constexpr size_t kCachedFunctions = 512;  // a power of two; a collision costs one more look-up

cudaFunction_t function_of(const LaunchConfig& config, const void* kernel) {
  thread_local CachedFunction cache[kCachedFunctions];
  CachedFunction& slot = cache[(reinterpret_cast<uintptr_t>(kernel) >> 4) % kCachedFunctions];
  if (VT_UNLIKELY(slot.kernel != kernel || slot.device != config.stream.device)) {
    cudaFunction_t function = nullptr;
    VT_CUDA_CHECK_OP(config.op, cudaGetFuncBySymbol(&function, kernel));
    slot = {kernel, config.stream.device, function};
  }
  return slot.function;
}

using LaunchFunction = decltype(&cuLaunchKernel);

LaunchFunction driver_launch() {
  static const LaunchFunction launch = [] {
    void* found = nullptr;
    cudaDriverEntryPointQueryResult status;
    VT_CUDA_CHECK(cudaGetDriverEntryPointByVersion("cuLaunchKernel", &found, 12000, cudaEnableDefault, &status));
    VT_CHECK(found, Cuda, "the CUDA driver has no cuLaunchKernel");
    return reinterpret_cast<LaunchFunction>(found);
  }();
  return launch;
}
}  // namespace

LaunchObserver* set_launch_observer(LaunchObserver* observer) { return std::exchange(thread_observer, observer); }

namespace detail {

void launch_kernel(const LaunchConfig& config, const void* kernel, void** arguments, const StorageImpl* const* storages,
                   size_t count) {
  if (config.grid.x == 0 || config.grid.y == 0 || config.grid.z == 0) return;
  throw_device_errors(config.stream.device);
  DeviceGuard guard(config.stream.device);
  if (VT_UNLIKELY(thread_observer != nullptr)) thread_observer->on_launch(config, storages, count);
  // The driver's error numbers are the runtime's.
  const CUresult status = driver_launch()(
      function_of(config, kernel), config.grid.x, config.grid.y, config.grid.z, config.block.x, config.block.y,
      config.block.z, static_cast<unsigned>(config.shared_bytes), config.stream.handle, arguments, nullptr);
  VT_CUDA_CHECK_OP(config.op, static_cast<cudaError_t>(status));
}

void allow_shared_memory(const void* kernel, size_t bytes) {
  VT_CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
}

}  // namespace detail
}  // namespace vt::cuda
