// The 32-bit Mersenne Twister (Matsumoto and Nishimura, 1998) that PyTorch's CPU generator runs on, with the
// bookkeeping its saved states carry.
#pragma once

#include <array>
#include <cstdint>

#include "core/macros.h"

namespace vt {

class VT_API Mt19937 {
 public:
  static constexpr int kWords = 624;

  // Only the low 32 bits of the seed reach the recurrence; all 64 are remembered.
  explicit Mt19937(uint64_t seed = 5489);

  uint32_t next() {
    uint32_t word;
    fill(&word, 1);
    return word;
  }
  // Two words, the first one high.
  uint64_t next64() {
    uint32_t words[2];
    fill(words, 2);
    return static_cast<uint64_t>(words[0]) << 32 | words[1];
  }
  // The next n words of the stream.
  void fill(uint32_t* out, int64_t n);

  uint64_t seed() const { return seed_; }

  // What a saved state holds. `left` counts down to the next block of 624 and `next` is the position in the present
  // one; a fresh engine has left 1 and next 0.
  struct Data {
    uint64_t seed;
    int32_t left;
    uint32_t next;
    std::array<uint32_t, kWords> words;
  };
  Data data() const { return {seed_, left_, next_, words_}; }
  // False, and nothing changes, if the counters are out of range.
  bool set_data(const Data& data);

 private:
  void refill();

  uint64_t seed_;
  int32_t left_ = 1;
  uint32_t next_ = 0;
  std::array<uint32_t, kWords> words_;
};

}  // namespace vt
