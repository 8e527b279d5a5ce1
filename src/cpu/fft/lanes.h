// Fourier transforms of several lines at once, one in each lane of the machine's vectors.
//
// Note [Lanes of a transform]
// A line is held as rows: 2k the real part of its element k, 2k + 1 the imaginary one, and a row is a vector with a
// lane for every line. So a pass has the same twiddles in all lanes and needs no shuffles; what they cost is paid once,
// where lines are loaded (a transposition, as a matrix of lines and rows) and stored. With one lane the rows are an
// array of complex numbers, which is how long single lines are prepared and finished. Only forward transforms are
// computed: the other direction is that of swapped parts, swapped again.
#pragma once

#include <cstdint>

#include "core/macros.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu::fft {

inline constexpr int kMaxLanes = 16;
inline constexpr int kMaxRadix = 31;  // larger prime factors go through a convolution

// One pass of a decimation in frequency that sorts itself: (radix, m, s) elements become (m, radix, s).
template <class T>
struct Pass {
  int radix;
  int64_t m, s;
  const T* twiddles;  // (m, radix - 1) pairs
  const T* roots;     // (radix) pairs e^(-2 pi i k / radix), of odd radices
};

template <class T>
struct Passes {
  int64_t length;
  const Pass<T>* passes;
  int count;
};

// What lies between a line as it is stored and the rows of a transform.
enum class Form : uint8_t {
  kComplex,       // n complex numbers
  kSwapped,       // the same with their parts swapped
  kReal,          // n real numbers
  kRealPairs,     // 2n real numbers as n complex ones
  kSwappedPairs,  // the same with swapped parts
  kSwappedReal,   // n real numbers, from the rows of imaginary parts
};

// Where lines lie. Distances are in real numbers.
template <class T>
struct Lines {
  T* data;
  const int64_t* offsets;  // (lanes) of the lines
  int64_t step;            // between elements: complex ones, pairs or, of Form::kReal, real ones
  int64_t part;            // from the first to the second of an element
  int64_t elements;
  Form form;
};

enum class Before : uint8_t { kNothing, kFold, kMirror };
enum class After : uint8_t { kNothing, kUnfold, kUnfoldWhole };

// Up to as many lines as there are lanes: loaded, prepared, transformed, finished, stored.
template <class T>
struct Group {
  Lines<const T> in;
  Lines<T> out;
  int lines;
  T scale;
  Passes<T> passes;
  Before before = Before::kNothing;
  After after = After::kNothing;
  int64_t length;  // of the real lines that are folded or mirrored
  const T* half;   // pairs e^(-2 pi i k / length), k <= length / 4, for fold and unfold
  const T* turns;  // rows that results are multiplied by, or null
};

// `scratch`: 2 * rows vectors; a group needs two rows for each element of its longest form.
VT_SIMD_DECLARE_TEMPLATE(int, lanes, ())
VT_SIMD_DECLARE_TEMPLATE(void, transform, (const Group<T>& group, T* scratch, int64_t rows))
// The parts of a single line's transform on both sides of its passes. `line`: an array of pairs.
VT_SIMD_DECLARE_TEMPLATE(void, prepare, (const Group<T>& group, T* line))
VT_SIMD_DECLARE_TEMPLATE(void, finish, (const Group<T>& group, T* line))

}  // namespace vt::cpu::fft
