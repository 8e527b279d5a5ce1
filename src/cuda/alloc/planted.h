// Bugs that a test can switch on, to show that it sees them. Only a build with VT_PLANTED_BUGS has them; that build
// compiles the files of this folder by itself.
#pragma once

#ifdef VT_PLANTED_BUGS

namespace vt::cuda::alloc {

enum class PlantedBug {
  None,
  NoEventRecorded,        // a block that other streams used is free at once
  PendingBlockReused,     // a pending block is free before its events are done
  WrongStreamList,        // a freed block goes to the list of another stream of its pool
  CoalesceAcrossPending,  // a freed block merges with a pending neighbour
  CapCheckedTooLate,      // the cap is compared after the driver has given the memory
  GraphPoolLeak,          // the segments of a released private pool stay
  LateStreamForgotten,    // only the first of several recorded streams gets an event
  ThreadCacheNotDrained,  // pressure does not collect what other threads' caches hold
  UnmapWithoutWait,       // expandable memory is unmapped while streams still work
  RehomeWithoutWait,      // under pressure a block changes its stream without waiting for the old one
  StockIgnoresUses,       // a thread keeps a block that other streams used, and uses it again at once
  Count,
};

constexpr const char* name(PlantedBug bug) {
  constexpr const char* names[] = {"None",
                                   "NoEventRecorded",
                                   "PendingBlockReused",
                                   "WrongStreamList",
                                   "CoalesceAcrossPending",
                                   "CapCheckedTooLate",
                                   "GraphPoolLeak",
                                   "LateStreamForgotten",
                                   "ThreadCacheNotDrained",
                                   "UnmapWithoutWait",
                                   "RehomeWithoutWait",
                                   "StockIgnoresUses"};
  static_assert(sizeof names / sizeof *names == static_cast<int>(PlantedBug::Count));
  return names[static_cast<int>(bug)];
}

/// Set while no other thread uses an allocator.
inline PlantedBug planted_bug = PlantedBug::None;

}  // namespace vt::cuda::alloc

#define VT_PLANTED(name) (::vt::cuda::alloc::planted_bug == ::vt::cuda::alloc::PlantedBug::name)

#else
#define VT_PLANTED(name) false
#endif
