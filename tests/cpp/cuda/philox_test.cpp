#include "cuda/philox.cuh"

#include <doctest/doctest.h>

using vt::cuda::philox;

// The known answers published with the algorithm.
TEST_CASE("philox gives the published answers") {
  auto check = [](const vt::cuda::PhiloxBlock& block, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    CHECK(block.words[0] == a);
    CHECK(block.words[1] == b);
    CHECK(block.words[2] == c);
    CHECK(block.words[3] == d);
  };
  check(philox(0, 0, 0), 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u);
  check(philox(~0ull, ~0ull, ~0ull), 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu);
  check(philox(0x299f31d0a4093822ull, 0x85a308d3243f6a88ull, 0x0370734413198a2eull), 0xd16cfe09u, 0x94fdccebu,
        0x5001e420u, 0x24126ea1u);
}
