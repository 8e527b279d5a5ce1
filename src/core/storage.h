// Reference-counted memory that tensors view.
#pragma once

#include <atomic>

#include "core/device_backend.h"
#include "core/intrusive_ptr.h"

namespace vt {

// Counts in-place writes, shared by every view of the same data; saved tensors compare it.
class VersionCounter : public RefCounted {
 public:
  uint32_t value() const { return value_.load(std::memory_order_acquire); }
  void bump() { value_.fetch_add(1, std::memory_order_acq_rel); }
  void set(uint32_t v) { value_.store(v, std::memory_order_release); }

 private:
  std::atomic<uint32_t> value_{0};
};

class VT_API StorageImpl final : public RefCounted {
 public:
  StorageImpl(Allocation memory, size_t bytes, Device device, bool read_only = false);

  void* data() const { return memory_.data; }
  size_t bytes() const { return bytes_; }
  Device device() const { return device_; }
  bool read_only() const { return read_only_; }
  // Who owns the memory; a device's allocator finds its own block in it.
  const Allocation& memory() const { return memory_; }
  VersionCounter& version() { return version_; }

  // New memory for the same storage object (resize_); the first min(old, new) bytes are NOT copied.
  void replace(Allocation memory, size_t bytes);

  static int64_t live_count();

 private:
  ~StorageImpl() override;
  Allocation memory_;
  size_t bytes_;
  Device device_;
  bool read_only_;
  VersionCounter version_;  // never counted by itself: lives and dies with the storage
};
using Storage = intrusive_ptr<StorageImpl>;

// Uninitialised memory on a resolved device.
VT_API Storage allocate_storage(size_t bytes, Device device);

}  // namespace vt
