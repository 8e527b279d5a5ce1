// The history of one thread's memory events: a ring of fixed-size entries, cheap enough to be always on.
#pragma once

#include <time.h>
#include <x86intrin.h>

#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "core/macros.h"
#include "cuda/memory_snapshot.h"

namespace vt::cuda::alloc {

/// Reading it costs a third of reading a clock; TimeBase turns ticks into time.
inline uint64_t ticks() noexcept { return __rdtsc(); }

/// A number that changes every few milliseconds. Costs a third of ticks(), and less where the host is virtual.
inline uint64_t coarse_ticks() noexcept {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (static_cast<uint64_t>(now.tv_sec) << 30) + static_cast<uint64_t>(now.tv_nsec);
}

/// Relates ticks to the time since the epoch, by two readings of both.
class TimeBase {
 public:
  TimeBase() noexcept;
  /// A function of ticks to microseconds that holds for what was read up to now.
  struct Scale {
    uint64_t first_ticks;
    double first_us;
    double us_per_tick;
    int64_t us(uint64_t at) const noexcept {
      return static_cast<int64_t>(first_us + static_cast<double>(static_cast<int64_t>(at - first_ticks)) * us_per_tick);
    }
  };
  Scale scale() const noexcept;

 private:
  uint64_t first_ticks_;
  double first_us_;
};

struct alignas(64) RingEntry {
  uint64_t at;  // ticks; set by the ring
  uintptr_t address;
  size_t size;
  StreamHandle stream;
  uint64_t frames;
  PoolId pool;
  uint8_t action;  // a HistoryAction, or kFreed
  int8_t device;
};
static_assert(sizeof(RingEntry) == 64, "a cache line");

/// Requested and completed at once, the common case: one entry that reads as two.
inline constexpr uint8_t kFreed = 0xff;
constexpr uint32_t action_bit(HistoryAction action) { return 1u << static_cast<unsigned>(action); }
inline constexpr uint32_t kBothFrees =
    action_bit(HistoryAction::FreeRequested) | action_bit(HistoryAction::FreeCompleted);

// Note [Times of history]
// A reading of the time stamp counter is half of what a hit costs on some hosts. So of the hits of a thread at most
// kRecentEntries in a row, within one step of the coarse clock, have the time of the first of them. Such a time is too
// early, never too late. What one thread did is in order anyway, and what several threads do with the same memory
// passes the heap, or a thread that frees what another one allocated: these events have exact times. So merged by time,
// a block is never handed out before it was given back.
enum class Time { Exact, Recent };
inline constexpr int kRecentEntries = 16;

/// Not thread-safe: a thread's cache has one under its lock.
class Ring {
 public:
  explicit Ring(const HistoryOptions& options) noexcept { configure(options); }

  /// Forgets what it holds. Without memory for the ring, history is off.
  void configure(const HistoryOptions& options) noexcept {
    entries_.reset(options.enabled && options.entries > 0 ? new (std::nothrow) RingEntry[options.entries] : nullptr);
    capacity_ = entries_ ? options.entries : 0;
    next_ = count_ = 0;
    skipped_ = options.skipped;
  }
  void clear() noexcept { next_ = count_ = 0; }

  /// The entry's time is now.
  void add(const RingEntry& entry, Time time) noexcept {
    if (VT_UNLIKELY(capacity_ == 0 || skips(entry.action))) return;
    RingEntry& place = entries_[next_];
    place = entry;
    place.at = now(time);
    if (++next_ == capacity_) next_ = 0;
    if (count_ < capacity_) ++count_;
    __builtin_prefetch(&entries_[next_], /*write=*/1);  // the ring is larger than the first cache
  }
  /// Appends what it holds, oldest first, of one device (-1: of all).
  void read(int device, std::vector<RingEntry>& into) const;
  uint32_t skipped() const noexcept { return skipped_; }

 private:
  bool skips(uint8_t action) const noexcept {
    if (VT_LIKELY(skipped_ == 0)) return false;
    if (action == kFreed) return (skipped_ & kBothFrees) == kBothFrees;
    return (skipped_ & (1u << action)) != 0;
  }

  // Never before an earlier entry of this ring.
  uint64_t now(Time time) noexcept {
    if (time == Time::Recent) {
      const uint64_t coarse = coarse_ticks();
      if (VT_LIKELY(recent_left_ > 0 && coarse == coarse_)) return --recent_left_, last_;
      coarse_ = coarse;
    }
    recent_left_ = kRecentEntries - 1;
    return last_ = ticks();
  }

  std::unique_ptr<RingEntry[]> entries_;
  size_t capacity_ = 0;
  size_t next_ = 0;
  size_t count_ = 0;
  uint32_t skipped_ = 0;
  int recent_left_ = 0;  // entries that may have the time of the last one
  uint64_t last_ = 0;    // time of the last entry
  uint64_t coarse_ = 0;  // and the coarse one of the last entry that asked for it
};

/// Puts entries of several rings in order of time and turns them into plain values.
std::vector<HistoryEntry> readable(std::vector<RingEntry> entries, const TimeBase& time, uint32_t skipped);

}  // namespace vt::cuda::alloc
