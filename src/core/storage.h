// Reference-counted memory that tensors view.
#pragma once

#include <atomic>
#include <memory>

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

// What was computed from a storage's memory and is kept beside it. Whoever reads it checks that it still holds: the
// version says whether the memory was written to since, except by those who have its address (drop_companion).
class VT_API StorageCompanion {
 public:
  virtual ~StorageCompanion() = default;
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

  bool has_companion() const { return companion_.load(std::memory_order_acquire) != nullptr; }
  // One at a time; what was there before goes.
  void set_companion(std::unique_ptr<StorageCompanion> c) { delete companion_.exchange(c.release()); }
  std::unique_ptr<StorageCompanion> take_companion() {
    return std::unique_ptr<StorageCompanion>(companion_.exchange(nullptr));
  }
  // Called before the memory is shown to somebody whose writes do not count as versions.
  void drop_companion() {
    if (VT_UNLIKELY(has_companion())) take_companion();
  }

  static int64_t live_count();

 private:
  ~StorageImpl() override;
  Allocation memory_;
  size_t bytes_;
  Device device_;
  bool read_only_;
  VersionCounter version_;                             // never counted by itself: lives and dies with the storage
  std::atomic<StorageCompanion*> companion_{nullptr};  // owned
};
using Storage = intrusive_ptr<StorageImpl>;

// Uninitialised memory on a resolved device.
VT_API Storage allocate_storage(size_t bytes, Device device);

}  // namespace vt
