// Bytes in one direction between two processes of a machine, through memory that both map.
//
// Note [Channels]
// The memory holds two counters, of the bytes written and of those read so far, and a ring. One process writes, the
// other reads, and each counter is changed by one of them alone: there is no lock, so nothing that a process could
// leave taken when it is killed. Large copies go in pieces, so that the reader begins with the first while the next is
// copied.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/macros.h"

namespace vt::processes {

/// One end, which either writes or reads. The memory stays the caller's; it is zeroed before either end uses it.
class VT_API Channel {
 public:
  static constexpr size_t kHead = 128;  // bytes of the counters, a cache line each
  /// memory: aligned to 64 bytes. bytes: kHead and the ring. ValueError if nothing is left for the ring.
  Channel(std::byte* memory, size_t bytes);

  /// How many of `count` bytes went in: as many as there was room for.
  size_t write(const std::byte* data, size_t count) noexcept;
  /// How many of `count` bytes came out: as many as there were.
  size_t read(std::byte* data, size_t count) noexcept;

 private:
  struct Counter {
    alignas(64) std::atomic<uint64_t> bytes;
  };
  static_assert(std::atomic<uint64_t>::is_always_lock_free && 2 * sizeof(Counter) == kHead);

  Counter* written_;
  Counter* read_;
  std::byte* ring_;
  size_t size_;
};

}  // namespace vt::processes
