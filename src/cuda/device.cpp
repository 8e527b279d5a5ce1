#include "cuda/device.h"

#include <pthread.h>

#include <atomic>
#include <cstdio>
#include <mutex>

#include "core/error.h"
#include "cuda/check.h"
#include "cuda/device_error.h"

namespace vt::cuda {
namespace {

struct Probe {
  int count = 0;
  cudaError_t status = cudaSuccess;
};

// A context doesn't survive fork: the child must say so instead of failing in some call at random.
std::atomic<bool> forked_after_use{false};

const Probe& probe() {
  static const Probe result = [] {
    Probe p;
    int count = 0;  // stays untouched when there is no driver
    p.status = cudaGetDeviceCount(&count);
    if (p.status == cudaSuccess) {
      p.count = count < kMaxDevices ? count : kMaxDevices;
      if (p.count > 0) pthread_atfork(nullptr, nullptr, [] { forked_after_use.store(true); });
    } else {
      clear_last_error();
    }
    return p;
  }();
  return result;
}

thread_local int thread_device = -1;  // -1: the runtime hasn't been told yet

void check_index(int device) {
  ensure_available();
  VT_CHECK(device >= 0 && device < device_count(), Runtime, "expected a CUDA device index in [0, ", device_count(),
           "), got ", device, " (CUDA error: invalid device ordinal)");
}

std::string format_uuid(const cudaUUID_t& uuid) {
  std::string text;
  for (int i = 0; i < 16; ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(uuid.bytes[i]));
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits;
  }
  return text;
}

DeviceProperties read_properties(int device) {
  cudaDeviceProp raw{};
  VT_CUDA_CHECK(cudaGetDeviceProperties(&raw, device));
  DeviceProperties p;
  p.name = raw.name;
  p.uuid = format_uuid(raw.uuid);
  p.major = raw.major;
  p.minor = raw.minor;
  p.total_memory = raw.totalGlobalMem;
  p.multi_processor_count = raw.multiProcessorCount;
  p.max_threads_per_multi_processor = raw.maxThreadsPerMultiProcessor;
  p.warp_size = raw.warpSize;
  p.l2_cache_size = static_cast<size_t>(raw.l2CacheSize);
  p.shared_memory_per_block = raw.sharedMemPerBlock;
  p.shared_memory_per_block_optin = raw.sharedMemPerBlockOptin;
  p.shared_memory_per_multiprocessor = raw.sharedMemPerMultiprocessor;
  p.regs_per_multiprocessor = raw.regsPerMultiprocessor;
  p.is_integrated = raw.integrated != 0;
  p.is_multi_gpu_board = raw.isMultiGpuBoard != 0;
  return p;
}

}  // namespace

int device_count() noexcept { return forked_after_use.load(std::memory_order_relaxed) ? 0 : probe().count; }

bool is_available() noexcept { return device_count() > 0; }

std::string unavailable_reason() {
  const Probe& p = probe();
  if (forked_after_use.load()) {
    return "CUDA can't be used in a forked child of a process that has used it; use the 'spawn' start method.";
  }
  if (p.count > 0) return {};
  if (p.status == cudaErrorInsufficientDriver) {
    return driver_version() == 0
               ? "No NVIDIA driver (libcuda.so.1) was found on this machine."
               : vt::detail::concat("The NVIDIA driver supports CUDA ", driver_version() / 1000, ".",
                                    driver_version() % 1000 / 10, ", older than the ", runtime_version() / 1000, ".",
                                    runtime_version() % 1000 / 10, " that this build needs.");
  }
  if (p.status == cudaErrorNoDevice || p.status == cudaSuccess) return "The NVIDIA driver sees no GPU.";
  return vt::detail::concat("The CUDA runtime could not start: ", cudaGetErrorName(p.status), ", ",
                            cudaGetErrorString(p.status), ".");
}

void ensure_available() {
  if (VT_UNLIKELY(!is_available())) VT_THROW(Runtime, unavailable_reason());
}

int runtime_version() noexcept { return CUDART_VERSION; }

int driver_version() noexcept {
  int version = 0;
  if (cudaDriverGetVersion(&version) != cudaSuccess) clear_last_error();
  return version;
}

const DeviceProperties& device_properties(int device) {
  check_index(device);
  struct Entry {
    std::once_flag once;
    DeviceProperties properties;
  };
  static auto* entries = new Entry[kMaxDevices];
  Entry& entry = entries[device];
  std::call_once(entry.once, [&] { entry.properties = read_properties(device); });
  return entry.properties;
}

int current_device() {
  if (VT_UNLIKELY(thread_device < 0)) set_device(0);
  return thread_device;
}

void set_device(int device) {
  if (VT_LIKELY(thread_device == device && !forked_after_use.load(std::memory_order_relaxed))) return;
  check_index(device);
  VT_CUDA_CHECK(cudaSetDevice(device));
  thread_device = device;
}

Device resolve_device(Device device) {
  if (!device.is_cuda()) return device;
  if (device.index < 0) {
    device.index = static_cast<int8_t>(current_device());
  } else {
    check_index(device.index);
  }
  return device;
}

bool can_access_peer(int device, int peer) {
  check_index(device);
  check_index(peer);
  int able = 0;
  VT_CUDA_CHECK(cudaDeviceCanAccessPeer(&able, device, peer));
  return able != 0;
}

void memory_info(int device, size_t& free_bytes, size_t& total_bytes) {
  DeviceGuard guard(device);
  VT_CUDA_CHECK(cudaMemGetInfo(&free_bytes, &total_bytes));
}

void synchronize_device(int device) {
  DeviceGuard guard(device);
  VT_CUDA_CHECK(cudaDeviceSynchronize());
  throw_device_errors(device);
}

DeviceGuard::DeviceGuard(int device) : previous_(-1) {
  if (device < 0) return;
  const int current = current_device();
  if (current == device) return;
  set_device(device);
  previous_ = current;
}

DeviceGuard::~DeviceGuard() {
  if (previous_ < 0) return;
  if (cudaSetDevice(previous_) == cudaSuccess) {
    thread_device = previous_;
  } else {
    clear_last_error();
  }
}

}  // namespace vt::cuda
