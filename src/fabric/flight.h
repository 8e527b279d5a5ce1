// The latest collectives: what they were, where in the program they were asked for, and who was missed in which.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/fabric.h"

namespace vt::fabric {

struct Flight {
  uint64_t number = 0;      // from 1 on, in the order of the calls
  const char* op = "";      // a literal: "all_reduce"
  const char* reduce = "";  // a literal: "sum", or nothing
  const char* way = "";     // a literal: "lines", "shares", "NCCL", "copies"
  DType dtype = DType::float32;
  DimVec sizes;  // of the first member's part
  std::vector<Device> devices;
  std::string place;  // "train.py:31 in step"; nothing if it is not known
};

// Keeps the call with the latest 1024; its number.
uint64_t note_flight(const char* op, const char* reduce, const char* way, TensorSpan parts);
VT_API std::vector<Flight> flights();

// How long a member waits for another, 60 seconds at first. ValueError unless it is above 0.
VT_API void set_patience(double seconds);
uint64_t patience_nanoseconds();

// What a member that waits in vain leaves in its report, for the host to find the words: never 0.
VT_HD_INLINE int64_t note_of_missing(uint64_t launch, int peer) { return static_cast<int64_t>(launch << 8) + peer + 1; }
// "all_reduce: cuda:1 did not join within 60 s (call 3: float32 of [4096] on cuda:0 and cuda:1, at train.py:31 in
// step)"
std::string words_of_missing(int64_t note);

}  // namespace vt::fabric
