// Anomaly mode: nodes remember where their forward call was made, so that an error in backward can name it.
#pragma once

#include <cstdint>
#include <string_view>

#include "autograd/node.h"

namespace vt::autograd {

// For all threads. `check_nan`: a node that returns NaN is an error too.
VT_API void set_anomaly(bool enabled, bool check_nan) noexcept;
VT_API bool anomaly_enabled() noexcept;
VT_API bool anomaly_checks_nan() noexcept;

// What the frontend knows of places in the user's program.
struct PlaceFinder {
  uint64_t (*here)() noexcept;           // the calling thread's place as a number; 0: unknown
  void (*report)(const Node&) noexcept;  // tells the user of the node that an error left
};
VT_API void set_place_finder(PlaceFinder finder) noexcept;
uint64_t current_place() noexcept;

// node.apply(), told to the node observer; in anomaly mode with its result checked and an error reported before it goes
// on.
Grads apply_watched(Node& node, Grads&& incoming);

// For an error that has to do with a forward call: how the user finds that.
std::string_view anomaly_hint() noexcept;

}  // namespace vt::autograd
