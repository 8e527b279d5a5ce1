// Many threads on one allocator at once, without an order that a model could follow: what can be checked is that live
// blocks never overlap, that work runs on memory that is there, and that nothing is left at the end. For
// ThreadSanitizer above all.
#pragma once

#include <cstddef>
#include <cstdint>

#include "simulated/world.h"

namespace vt::simulated {

struct CrowdOptions {
  uint64_t seed = 1;
  AllocatorOptions allocator;
  int threads = 4;
  size_t operations = 100000;  // of all threads
};

/// Returns how many operations ran.
size_t run_crowd(const CrowdOptions& options, const AllocatorUnderTest& kind, Report& report);

}  // namespace vt::simulated
