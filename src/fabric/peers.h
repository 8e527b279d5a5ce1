// GPUs that read and write each other's memory.
#pragma once

#include <cstdint>
#include <span>

#include "core/macros.h"

namespace vt::fabric {

// Lets every device of the list reach the memory of every other, where the topology allows; asked once per pair. False
// if one of them cannot.
VT_API bool connect(std::span<const int> devices);

inline constexpr int kMostPeers = 16;
inline constexpr int kMostBlocks = 64;

// Where the members of a group signal to each other, in the memory of one of them. Numbers only grow: a kernel that is
// replayed by a graph signals anew.
struct Signals {
  uint32_t arrived[kMostBlocks][kMostPeers];  // by block and peer: how often the peer's block has come
  uint32_t rounds[kMostBlocks];               // how often this member's block has
  uint32_t late;                              // 1 + the peer that a block has waited for in vain
};

// Of a group of devices in that order; made on first use, never freed.
std::span<Signals* const> signals_of(std::span<const int> devices);

}  // namespace vt::fabric
