// Bugs that a test can switch on, to show that it sees them. Only a build with VT_PLANTED_BUGS has them; that build
// compiles the files of this folder by itself.
#pragma once

#ifdef VT_PLANTED_BUGS

#include <atomic>

namespace vt::cuda::alloc {

enum class PlantedBug {
  None,
  NoEventRecorded,        // a block that other streams used is free at once
  PendingBlockReused,     // a pending block goes to the free list without a look at its events
  WrongStreamList,        // a freed block goes to the list of the default stream
  CoalesceAcrossPending,  // a free block merges with a pending neighbour
  CapCheckedTooLate,      // the cap is compared after the driver has given the memory
  GraphPoolLeak,          // the segments of a released private pool stay
  SplitKeepsSize,         // the rest of a split block is one granule longer than what is there
  ThreadCacheNotDrained,  // pressure does not collect what other threads' caches hold
  UnmapWithoutWait,       // memory is given back while its stream still works
  LateStreamForgotten,    // only the first of several recorded streams gets an event
};

inline std::atomic<PlantedBug> planted_bug{PlantedBug::None};

}  // namespace vt::cuda::alloc

#define VT_PLANTED(name) \
  (::vt::cuda::alloc::planted_bug.load(std::memory_order_relaxed) == ::vt::cuda::alloc::PlantedBug::name)

#else
#define VT_PLANTED(name) false
#endif
