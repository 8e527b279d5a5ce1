// The memory of one simulated device: a fixed number of bytes behind a larger range of addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace vt::simulated {

/// What every byte of memory that nobody owns is set to.
inline constexpr int kPoison = 0xDD;

/// Bytes [data, data + bytes) that the device has given out.
struct Extent {
  enum class Kind : uint8_t { Malloc, Pool, Mapped };
  size_t bytes = 0;
  Kind kind = Kind::Malloc;
  int owners = 1;  // Pool: allocations whose free has not run yet
};

/// Not thread-safe. Addresses are host addresses: with `real`, memory that can be read and written (poisoned at first
/// and when given back); else addresses that no access may touch.
class Memory {
 public:
  static constexpr size_t kPage = size_t{2} << 20;  // granularity of mappings
  static constexpr size_t kUnit = 512;              // granularity of allocations

  /// `number`: of the device, for its addresses.
  Memory(size_t capacity, bool real, int number);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  /// Null when fewer than `bytes` are left.
  void* allocate(size_t bytes, Extent::Kind kind);
  /// False if no extent of that kind begins there.
  bool release(void* data, Extent::Kind kind);

  void* reserve(size_t bytes);
  bool unreserve(void* data, size_t bytes);  // false unless reserved and unmapped
  enum class MapResult { Done, OutOfMemory, Invalid };
  MapResult map(void* data, size_t bytes);
  bool unmap(void* data, size_t bytes);

  /// True if every byte belongs to extents that are owned.
  bool is_live(const void* data, size_t bytes) const;
  bool contains(const void* data) const {
    const auto address = reinterpret_cast<uintptr_t>(data);
    return address >= base_ && address - base_ < span_;
  }
  Extent* extent_at(const void* data);
  const std::map<uintptr_t, Extent>& extents() const { return extents_; }
  size_t reservation_count() const { return reservations_.size(); }
  bool is_real() const { return real_; }
  size_t capacity() const { return capacity_; }
  size_t used() const { return used_; }
  size_t peak() const { return peak_; }
  void reset_peak() { peak_ = used_; }

 private:
  void* take_addresses(size_t bytes);
  void give_addresses(uintptr_t data, size_t bytes);
  void add(uintptr_t data, size_t bytes, Extent::Kind kind);
  void poison(uintptr_t data, size_t bytes);

  size_t capacity_;
  bool real_;
  void* range_ = nullptr;  // as the kernel gave it; base_ is rounded up
  uintptr_t base_ = 0;
  size_t span_ = 0;
  size_t used_ = 0;
  size_t peak_ = 0;
  std::map<uintptr_t, size_t> holes_;         // free addresses
  std::map<uintptr_t, size_t> reservations_;  // for mappings
  std::map<uintptr_t, Extent> extents_;
};

}  // namespace vt::simulated
