// Bugs that the fuzz switches on, one at a time, to show that it sees them. Each is a patch beside this file, applied
// by the build to copies of the allocator's sources, in the order of their names.
#pragma once

namespace vt::simulated {

// planted_bugs.def is made from the names of the patches.
enum class PlantedBug {
  None,
#define VT_PLANTED_BUG(name) name,
#include "planted_bugs.def"
#undef VT_PLANTED_BUG
  Count,
};

constexpr const char* name(PlantedBug bug) {
  constexpr const char* names[] = {
      "None",
#define VT_PLANTED_BUG(name) #name,
#include "planted_bugs.def"
#undef VT_PLANTED_BUG
  };
  return names[static_cast<int>(bug)];
}

/// Set while no other thread uses an allocator.
inline PlantedBug planted_bug = PlantedBug::None;

}  // namespace vt::simulated

#define VT_PLANTED(name) (::vt::simulated::planted_bug == ::vt::simulated::PlantedBug::name)
