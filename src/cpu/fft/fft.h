// Fourier transforms along one dim of strided arrays on the CPU, of any length: our own, for no library of them comes
// in a package that a build may ask for (FFTW is under the GPL, MKL is not free, pocketfft is in none). How they are
// computed: Notes [Lanes of a transform] in lanes.h, [Long lines] and [Chirps] in plan.h.
#pragma once

#include <cstdint>
#include <vector>

#include "core/macros.h"

namespace vt::cpu::fft {

enum class Kind : uint8_t { kComplex, kRealToComplex, kComplexToReal };

// A dim that lines lie in.
struct OuterDim {
  int64_t size, in_stride, out_stride;
};

// Strides are in elements of either side: real or complex numbers.
struct Lines1d {
  int64_t length;                     // n, of the real side if there is one
  int64_t in_step = 1, out_step = 1;  // between elements of a line
  std::vector<OuterDim> outer = {};   // empty: one line
  Kind kind = Kind::kComplex;
  // The exponent's sign is plus. Of a transform from or to real numbers it is what it is: minus from, plus to.
  bool inverse = false;
  // Real to complex: all n elements of the spectrum instead of n / 2 + 1.
  bool whole = false;
  double scale = 1;
};

// T is float or double; `in` and `out` may be the same array where a line lies in the same place on both sides.
template <class T>
VT_API void transform_lines(const Lines1d& job, const void* in, void* out);

}  // namespace vt::cpu::fft
