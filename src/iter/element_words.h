// Elements that are moved and not computed with: words of their size, so that a kernel is compiled for each size and
// not for each dtype.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace vt {

// Aligned to 8: complex128 memory that others bring may lie there.
struct Bytes16 {
  uint64_t words[2];
};

// Calls f(TypeTag<Word>{}) with a type of `bytes` bytes; for 16 it is `Sixteen`.
template <class Sixteen = Bytes16, class F>
decltype(auto) visit_words(size_t bytes, const F& f) {
  switch (bytes) {
    case 1: return f(TypeTag<uint8_t>{});
    case 2: return f(TypeTag<uint16_t>{});
    case 4: return f(TypeTag<uint32_t>{});
    case 8: return f(TypeTag<uint64_t>{});
    default: return f(TypeTag<Sixteen>{});
  }
}

}  // namespace vt
