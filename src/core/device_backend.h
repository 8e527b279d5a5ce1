// What the core asks of a device: memory, order and copies. One implementation per device type, registered at start-up.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/device.h"

namespace vt {

class StorageImpl;

// Owned memory: what to free and who frees it. With `data` null a storage of any size holds no memory: its tensors have
// geometry, versions, views and autograd, and reading one raises. `context` is then free for what the backend keeps in
// memory's place (shards, a wrapped tensor); `free` tells whose it is.
struct Allocation {
  void* data = nullptr;
  void* context = nullptr;                                                   // passed to free
  void (*free)(void* data, void* context, size_t bytes) noexcept = nullptr;  // null: not ours
};

// One side of a copy of bytes.
struct MemoryAt {
  void* data;
  Device device;
  const StorageImpl* storage;
};

class VT_API DeviceBackend {
 public:
  virtual ~DeviceBackend() = default;
  // At least `bytes` bytes aligned to 64 (CPU) or 512 (CUDA); bytes may be 0. Throws OutOfMemory. Stream-ordered on
  // CUDA: usable at once on the current stream of `device`.
  virtual Allocation allocate(size_t bytes, Device device) = 0;
  virtual int device_count() const = 0;
  virtual int current_device() const = 0;
  virtual void set_device(int index) = 0;
  virtual void synchronize(int index) = 0;
  // The current stream's native handle on this device, for recording who uses what; 0 on the CPU.
  virtual uintptr_t current_stream(int index) const = 0;
  // `bytes` from one storage to another, in order with the current streams of both sides. Each side is on this type of
  // device or on the CPU. `non_blocking`: a copy between pinned host memory and the device may still run afterwards.
  virtual void copy(const MemoryAt& to, const MemoryAt& from, size_t bytes, bool non_blocking) = 0;
};

// The backend of a type, or a RuntimeError with the one-sentence reason why there is none.
VT_API DeviceBackend& backend(DeviceType type);
VT_API bool has_backend(DeviceType type);
VT_API void register_backend(DeviceType type, DeviceBackend* b, const char* missing_reason = nullptr);

// index -1 replaced by the current device where devices are numbered (not the CPU's or meta's); checks that it exists.
VT_API Device resolve_device(Device d);

// Copies bytes between any two storages: the backend of the side that is not on the CPU does it.
VT_API void copy_bytes(const MemoryAt& to, const MemoryAt& from, size_t bytes, bool non_blocking);

// Makes a device current for a scope; free on devices that are not numbered.
class DeviceGuard {
 public:
  explicit DeviceGuard(Device d) {
    if (d.index < 0) return;
    backend_ = &backend(d.type);
    previous_ = backend_->current_device();
    if (d.index != previous_) backend_->set_device(d.index);
    else backend_ = nullptr;
  }
  ~DeviceGuard() {
    if (backend_) backend_->set_device(previous_);
  }
  DeviceGuard(const DeviceGuard&) = delete;
  DeviceGuard& operator=(const DeviceGuard&) = delete;

 private:
  DeviceBackend* backend_ = nullptr;
  int previous_ = 0;
};

}  // namespace vt
