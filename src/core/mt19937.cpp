#include "core/mt19937.h"

#include <algorithm>

namespace vt {

namespace {

constexpr int kShift = 397;

uint32_t twist(uint32_t current, uint32_t following, uint32_t shifted) {
  const uint32_t mixed = (current & 0x80000000u) | (following & 0x7fffffffu);
  return shifted ^ (mixed >> 1) ^ ((following & 1u) * 0x9908b0dfu);
}

uint32_t temper(uint32_t word) {
  word ^= word >> 11;
  word ^= (word << 7) & 0x9d2c5680u;
  word ^= (word << 15) & 0xefc60000u;
  return word ^ (word >> 18);
}

}  // namespace

Mt19937::Mt19937(uint64_t seed) : seed_(seed) {
  words_[0] = static_cast<uint32_t>(seed);
  for (uint32_t i = 1; i < kWords; ++i) words_[i] = 1812433253u * (words_[i - 1] ^ (words_[i - 1] >> 30)) + i;
}

void Mt19937::refill() {
  uint32_t* w = words_.data();
  for (int i = 0; i < kWords - kShift; ++i) w[i] = twist(w[i], w[i + 1], w[i + kShift]);
  for (int i = kWords - kShift; i < kWords - 1; ++i) w[i] = twist(w[i], w[i + 1], w[i + kShift - kWords]);
  w[kWords - 1] = twist(w[kWords - 1], w[0], w[kShift - 1]);
  left_ = kWords + 1;
  next_ = 0;
}

void Mt19937::fill(uint32_t* out, int64_t n) {
  while (n > 0) {
    if (left_ == 1) refill();
    const int64_t run = std::min<int64_t>(n, left_ - 1);
    const uint32_t* from = words_.data() + next_;
    for (int64_t i = 0; i < run; ++i) out[i] = temper(from[i]);
    next_ += static_cast<uint32_t>(run);
    left_ -= static_cast<int32_t>(run);
    out += run;
    n -= run;
  }
}

bool Mt19937::set_data(const Data& data) {
  // A block never ends beyond its 624 words: whatever counters a state brings, fill must stay inside the array.
  if (data.left <= 0 || data.left > kWords || data.next > kWords) return false;
  if (data.left > 1 && data.next + static_cast<uint32_t>(data.left) - 1 > kWords) return false;
  seed_ = data.seed;
  left_ = data.left;
  next_ = data.next;
  words_ = data.words;
  return true;
}

}  // namespace vt
