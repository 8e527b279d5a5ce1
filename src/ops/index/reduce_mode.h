#pragma once

#include <cstdint>
#include <string_view>

namespace vt {

// How a scatter joins values that meet in one place.
enum class ScatterMode : uint8_t { Set, Add, Multiply, Mean, Max, Min };

// Whether every value that meets in a place leaves its digits there.
constexpr bool accumulates(ScatterMode mode) {
  return mode == ScatterMode::Add || mode == ScatterMode::Multiply || mode == ScatterMode::Mean;
}

// "add" and "multiply" of scatter's own reduce argument; RuntimeError for others.
ScatterMode scatter_mode(std::string_view reduce);
// "sum", "prod", "mean", "amax", "amin" of scatter_reduce; RuntimeError for others.
ScatterMode scatter_reduce_mode(std::string_view reduce);

}  // namespace vt
