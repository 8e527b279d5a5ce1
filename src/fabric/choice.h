// Which way an all-reduce goes.
//
// Note [Measured collectives]
// Up to 16 KiB, under capture and where results have to be the same in every run, our own kernels are taken by size.
// Otherwise the first call of a size (to the next power of two), kind of elements and number of members times the ways
// that there are, on memory of its own, and keeps the fastest. What was found goes into a file beside that of measured
// products, per GPU, NCCL and driver, which later processes read, so that they choose alike from the start.
#pragma once

#include <string>
#include <vector>

#include "core/fabric.h"

namespace vt::fabric {

enum class Way : uint8_t { Lines, Shares, Nccl, Copies };
inline constexpr const char* kWayNames[] = {"lines", "shares", "NCCL", "copies"};

// Of parts on at least two members. Copies: for parts that no other way takes.
Way way_of(TensorSpan parts, Reduce reduce);

// Writes the reduction into `outputs`, which may be the parts; any way but Copies. `number`: note_flight's.
void reduce_in_way(Way way, TensorSpan parts, TensorSpan outputs, Reduce reduce, uint64_t number);

// What was measured in this process or read from the file.
struct MeasuredWay {
  int members;
  std::string dtype;
  int64_t bytes;  // up to which it holds
  Way fastest;
  double microseconds[3];  // of lines, shares, NCCL; below 0: not measured
};
VT_API std::vector<MeasuredWay> measured_ways();

}  // namespace vt::fabric
