#include "cpu/fft/lanes.h"

#include <cstdint>
#include <utility>

#include "cpu/simd_transpose.h"

namespace vt::cpu::fft::VT_ISA {
namespace {

using cpu::VT_ISA::Simd;

template <class V>
struct Pair {
  V re, im;
};

template <class V>
VT_ALWAYS_INLINE Pair<V> operator+(Pair<V> a, Pair<V> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class V>
VT_ALWAYS_INLINE Pair<V> operator-(Pair<V> a, Pair<V> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class V, class T>
VT_ALWAYS_INLINE Pair<V> times(Pair<V> a, T re, T im) {
  return {a.re * re - a.im * im, a.re * im + a.im * re};
}
template <class V>
VT_ALWAYS_INLINE Pair<V> minus_i(Pair<V> a) {
  return {a.im, -a.re};
}
template <class V>
VT_ALWAYS_INLINE Pair<V> read(const V* rows, int64_t element) {
  return {rows[2 * element], rows[2 * element + 1]};
}
template <class V>
VT_ALWAYS_INLINE void write(V* rows, int64_t element, Pair<V> value) {
  rows[2 * element] = value.re;
  rows[2 * element + 1] = value.im;
}

// ---- passes ----

// The transforms of 2, 4 and 8 elements, in place and in order.
template <class V>
VT_ALWAYS_INLINE void two(Pair<V>& a, Pair<V>& b) {
  const Pair<V> sum = a + b;
  b = a - b;
  a = sum;
}
template <class V>
VT_ALWAYS_INLINE void four(Pair<V>& a, Pair<V>& b, Pair<V>& c, Pair<V>& d) {
  const Pair<V> even = a + c, odd = b + d, even_rest = a - c, odd_rest = minus_i(b - d);
  a = even + odd;
  b = even_rest + odd_rest;
  c = even - odd;
  d = even_rest - odd_rest;
}
template <class V, class T>
VT_ALWAYS_INLINE void eight(Pair<V>* x) {
  constexpr T h = T(0.70710678118654752440);
  for (int i = 0; i < 4; ++i) two(x[i], x[i + 4]);
  x[5] = times(x[5], h, -h);
  x[6] = minus_i(x[6]);
  x[7] = times(x[7], -h, -h);
  four(x[0], x[1], x[2], x[3]);
  four(x[4], x[5], x[6], x[7]);
}

template <int Radix, class V, class T>
VT_ALWAYS_INLINE void power_of_two(Pair<V>* x) {
  if constexpr (Radix == 2) {
    two(x[0], x[1]);
  } else if constexpr (Radix == 4) {
    four(x[0], x[1], x[2], x[3]);
  } else {
    eight<V, T>(x);
    const Pair<V> sorted[8] = {x[0], x[4], x[1], x[5], x[2], x[6], x[3], x[7]};
    for (int i = 0; i < 8; ++i) x[i] = sorted[i];
  }
}

// Of odd length: elements j and radix - j share their products with cosines and sines.
template <int Radix, class V, class T>
VT_ALWAYS_INLINE void odd(Pair<V>* x, const T* roots, int given) {
  const int radix = Radix > 0 ? Radix : given, half = (radix - 1) / 2;
  Pair<V> sums[kMaxRadix / 2 + 1], rests[kMaxRadix / 2 + 1];
  Pair<V> total = x[0];
#pragma GCC unroll 8
  for (int j = 1; j <= half; ++j) {
    sums[j] = x[j] + x[radix - j];
    rests[j] = x[j] - x[radix - j];
    total = total + sums[j];
  }
  const Pair<V> first = x[0];
#pragma GCC unroll 8
  for (int k = 1; k <= half; ++k) {
    Pair<V> along = first, across{};
    int at = 0;
#pragma GCC unroll 8
    for (int j = 1; j <= half; ++j) {
      at += k;
      if (at >= radix) at -= radix;
      const T cosine = roots[2 * at], sine = -roots[2 * at + 1];
      along = {along.re + sums[j].re * cosine, along.im + sums[j].im * cosine};
      across = j == 1 ? Pair<V>{rests[j].im * sine, rests[j].re * sine}
                      : Pair<V>{across.re + rests[j].im * sine, across.im + rests[j].re * sine};
    }
    x[k] = {along.re + across.re, along.im - across.im};
    x[radix - k] = {along.re - across.re, along.im + across.im};
  }
  x[0] = total;
}

template <int Radix, class V, class T>
void run_pass(const Pass<T>& pass, const V* __restrict from, V* __restrict to) {
  const int radix = Radix > 0 ? Radix : pass.radix;
  const int64_t m = pass.m, s = pass.s;
  const T* __restrict w = pass.twiddles;
  for (int64_t p = 0; p < m; ++p, w += 2 * (radix - 1)) {
    const V* source = from + 2 * s * p;
    V* target = to + 2 * s * radix * p;
    for (int64_t q = 0; q < s; ++q) {
      Pair<V> x[Radix > 0 ? Radix : kMaxRadix];
      x[0] = read(source, q);
#pragma GCC unroll 8
      for (int k = 1; k < radix; ++k) x[k] = read(source, q + s * m * k);
      if constexpr (Radix == 2 || Radix == 4 || Radix == 8) {
        power_of_two<Radix, V, T>(x);
      } else {
        odd<Radix, V, T>(x, pass.roots, radix);
      }
      write(target, q, x[0]);
      if (m == 1) {
#pragma GCC unroll 8
        for (int k = 1; k < radix; ++k) write(target, q + s * k, x[k]);
      } else {
#pragma GCC unroll 8
        for (int k = 1; k < radix; ++k) write(target, q + s * k, times(x[k], w[2 * k - 2], w[2 * k - 1]));
      }
    }
  }
}

// Where the result is: `rows`, or `spare`.
template <class V, class T>
V* run_passes(const Passes<T>& passes, V* rows, V* spare) {
  for (int i = 0; i < passes.count; ++i) {
    const Pass<T>& pass = passes.passes[i];
    switch (pass.radix) {
      case 2: run_pass<2>(pass, rows, spare); break;
      case 3: run_pass<3>(pass, rows, spare); break;
      case 4: run_pass<4>(pass, rows, spare); break;
      case 5: run_pass<5>(pass, rows, spare); break;
      case 7: run_pass<7>(pass, rows, spare); break;
      case 8: run_pass<8>(pass, rows, spare); break;
      default: run_pass<0>(pass, rows, spare); break;
    }
    V* result = spare;
    spare = rows;
    rows = result;
  }
  return rows;
}

// ---- loading and storing ----

// Two vectors of complex numbers as one of real and one of imaginary parts, and back.
template <class T, int... Lane>
VT_ALWAYS_INLINE auto unzip_lanes(typename Simd<T>::Vector a, typename Simd<T>::Vector b,
                                  std::integer_sequence<int, Lane...>) {
  constexpr typename Simd<T>::IndexVector re = {2 * Lane...}, im = {2 * Lane + 1 ...};
  return Pair<typename Simd<T>::Vector>{__builtin_shuffle(a, b, re), __builtin_shuffle(a, b, im)};
}
template <class T, int... Lane>
VT_ALWAYS_INLINE auto zip_lanes(typename Simd<T>::Vector re, typename Simd<T>::Vector im,
                                std::integer_sequence<int, Lane...>) {
  constexpr int kLanes = Simd<T>::kWidth;
  constexpr typename Simd<T>::IndexVector low = {(Lane / 2 + Lane % 2 * kLanes)...};
  constexpr typename Simd<T>::IndexVector high = {(kLanes / 2 + Lane / 2 + Lane % 2 * kLanes)...};
  return Pair<typename Simd<T>::Vector>{__builtin_shuffle(re, im, low), __builtin_shuffle(re, im, high)};
}
template <class T>
VT_ALWAYS_INLINE auto unzip(typename Simd<T>::Vector a, typename Simd<T>::Vector b) {
  return unzip_lanes<T>(a, b, std::make_integer_sequence<int, Simd<T>::kWidth>{});
}
template <class T>
VT_ALWAYS_INLINE auto zip(typename Simd<T>::Vector re, typename Simd<T>::Vector im) {
  return zip_lanes<T>(re, im, std::make_integer_sequence<int, Simd<T>::kWidth>{});
}

// The row of the k-th real number of a line.
VT_ALWAYS_INLINE int64_t row_of(Form form, int64_t k) {
  switch (form) {
    case Form::kReal: return 2 * k;
    case Form::kSwappedReal: return 2 * k + 1;
    case Form::kSwapped:
    case Form::kSwappedPairs: return k ^ 1;
    default: return k;
  }
}
VT_ALWAYS_INLINE bool is_real(Form form) { return form == Form::kReal || form == Form::kSwappedReal; }

// Real numbers of a line, and where the k-th of them lies.
template <class T>
VT_ALWAYS_INLINE int64_t numbers(const Lines<T>& lines) {
  return is_real(lines.form) ? lines.elements : 2 * lines.elements;
}
template <class T>
VT_ALWAYS_INLINE int64_t place(const Lines<T>& lines, int64_t k) {
  return is_real(lines.form) ? k * lines.step : (k >> 1) * lines.step + (k & 1) * lines.part;
}
template <class T>
VT_ALWAYS_INLINE bool is_dense(const Lines<T>& lines) {
  return is_real(lines.form) ? lines.step == 1 : lines.step == 2 && lines.part == 1;
}
// The distance between the lines of neighbouring lanes where it is the same, or else 0.
template <class T>
VT_ALWAYS_INLINE int64_t distance(const Lines<T>& lines, int count) {
  const int64_t first = lines.offsets[1] - lines.offsets[0];
  for (int l = 2; l < count; ++l) {
    if (lines.offsets[l] - lines.offsets[l - 1] != first) return 0;
  }
  return first;
}

template <class V, class T>
void load_any(const Lines<const T>& lines, V* rows, int64_t begin) {
  constexpr int kLanes = sizeof(V) / sizeof(T);
  const int64_t count = numbers(lines);
  for (int64_t k = begin; k < count; ++k) {
    T* row = reinterpret_cast<T*>(rows + row_of(lines.form, k));
    const T* from = lines.data + place(lines, k);
    for (int l = 0; l < kLanes; ++l) row[l] = from[lines.offsets[l]];
  }
}

template <class V, class T>
void load(const Lines<const T>& lines, V* rows) {
  constexpr int kLanes = sizeof(V) / sizeof(T);
  const int64_t count = numbers(lines);
  int64_t done = 0;
  if constexpr (kLanes > 1) {
    using S = Simd<T>;
    const int64_t apart = distance(lines, kLanes);
    if (apart == 1) {
      for (; done < count; ++done) {
        rows[row_of(lines.form, done)] = S::load(lines.data + lines.offsets[0] + place(lines, done));
      }
    } else if (apart == 2 && !is_real(lines.form) && lines.part == 1) {
      for (; done < count; done += 2) {
        const T* from = lines.data + lines.offsets[0] + place(lines, done);
        const Pair<V> parts = unzip<T>(S::load(from), S::load(from + kLanes));
        rows[row_of(lines.form, done)] = parts.re;
        rows[row_of(lines.form, done + 1)] = parts.im;
      }
    } else if (is_dense(lines)) {
      for (; done + kLanes <= count; done += kLanes) {
        typename S::Vector square[kLanes];
        for (int l = 0; l < kLanes; ++l) square[l] = S::load(lines.data + lines.offsets[l] + done);
        S::transpose(square);
        for (int l = 0; l < kLanes; ++l) rows[row_of(lines.form, done + l)] = square[l];
      }
    }
  }
  load_any<V, T>(lines, rows, done);
  if (lines.form == Form::kReal) {
    for (int64_t k = 0; k < count; ++k) rows[2 * k + 1] = V{};
  }
}

template <class V, class T>
void store_any(const Lines<T>& lines, const V* rows, int count_of_lines, T scale, int64_t begin) {
  const int64_t count = numbers(lines);
  for (int64_t k = begin; k < count; ++k) {
    const T* row = reinterpret_cast<const T*>(rows + row_of(lines.form, k));
    T* to = lines.data + place(lines, k);
    for (int l = 0; l < count_of_lines; ++l) to[lines.offsets[l]] = row[l] * scale;
  }
}

template <class V, class T>
void store(const Lines<T>& lines, const V* rows, int count_of_lines, T scale) {
  constexpr int kLanes = sizeof(V) / sizeof(T);
  const int64_t count = numbers(lines);
  int64_t done = 0;
  if constexpr (kLanes > 1) {
    using S = Simd<T>;
    if (count_of_lines == kLanes) {
      const int64_t apart = distance(lines, kLanes);
      if (apart == 1) {
        for (; done < count; ++done) {
          S::store(lines.data + lines.offsets[0] + place(lines, done), rows[row_of(lines.form, done)] * scale);
        }
      } else if (apart == 2 && !is_real(lines.form) && lines.part == 1) {
        for (; done < count; done += 2) {
          T* to = lines.data + lines.offsets[0] + place(lines, done);
          const V re = rows[row_of(lines.form, done)] * scale, im = rows[row_of(lines.form, done + 1)] * scale;
          const auto zipped = zip<T>(re, im);
          S::store(to, zipped.re);
          S::store(to + kLanes, zipped.im);
        }
      } else if (is_dense(lines)) {
        for (; done + kLanes <= count; done += kLanes) {
          typename S::Vector square[kLanes];
          for (int l = 0; l < kLanes; ++l) square[l] = rows[row_of(lines.form, done + l)] * scale;
          S::transpose(square);
          for (int l = 0; l < kLanes; ++l) S::store(lines.data + lines.offsets[l] + done, square[l]);
        }
      }
    }
  }
  store_any<V, T>(lines, rows, count_of_lines, scale, done);
}

// ---- real lines ----

// Note [Real lines]
// A real line of even length n is transformed as one of n / 2 complex numbers Z, its even elements and i times its odd
// ones. With E and O the transforms of those, w = e^(-2 pi i / n) and h = n / 2,
//     E[k] = (Z[k] + conj Z[h - k]) / 2,    O[k] = (Z[k] - conj Z[h - k]) / 2i,    X[k] = E[k] + w^k O[k],
// and X[h - k] = conj(E[k] - w^k O[k]): unfold. Fold solves these for 2 Z, the line's inverse without a factor. Lines
// are not transformed in pairs, as the parts of one: an infinity or a large number in one would reach the other.

// X[0 ... h] in place of Z[0 ... h - 1]
template <class V, class T>
void unfold(V* rows, int64_t h, const T* w) {
  const Pair<V> first = read(rows, 0);
  write(rows, 0, {first.re + first.im, V{}});
  write(rows, h, {first.re - first.im, V{}});
  for (int64_t k = 1; 2 * k <= h; ++k) {
    const Pair<V> a = read(rows, k), b = read(rows, h - k);
    const Pair<V> even = {(a.re + b.re) * T(0.5), (a.im - b.im) * T(0.5)};
    const Pair<V> odd = {(a.im + b.im) * T(0.5), (b.re - a.re) * T(0.5)};
    const Pair<V> turned = times(odd, w[2 * k], w[2 * k + 1]);
    write(rows, h - k, {even.re - turned.re, turned.im - even.im});
    write(rows, k, even + turned);
  }
}

// 2 Z[0 ... h - 1] with swapped parts in place of X[0 ... h]
template <class V, class T>
void fold(V* rows, int64_t h, const T* w) {
  const V first = rows[0], last = rows[2 * h];
  write(rows, 0, {first - last, first + last});
  for (int64_t k = 1; 2 * k <= h; ++k) {
    const Pair<V> a = read(rows, k), b = read(rows, h - k);
    const Pair<V> sum = {a.re + b.re, a.im - b.im};
    const Pair<V> turned = times(Pair<V>{a.re - b.re, a.im + b.im}, w[2 * k], -w[2 * k + 1]);
    write(rows, h - k, {turned.re - sum.im, sum.re + turned.im});
    write(rows, k, {sum.im + turned.re, sum.re - turned.im});
  }
}

// All n elements, with swapped parts, from the first half of a spectrum of odd length n.
template <class V>
void mirror_swapped(V* rows, int64_t n) {
  rows[1] = rows[0];
  rows[0] = V{};
  for (int64_t k = 1; 2 * k < n; ++k) {
    const Pair<V> x = read(rows, k);
    write(rows, n - k, {-x.im, x.re});
    write(rows, k, {x.im, x.re});
  }
}

template <class V, class T>
void before_passes(const Group<T>& group, V* rows) {
  if (group.before == Before::kFold) fold(rows, group.length / 2, group.half);
  if (group.before == Before::kMirror) mirror_swapped(rows, group.length);
}
template <class V, class T>
void after_passes(const Group<T>& group, V* rows) {
  if (group.after == After::kNothing) return;
  const int64_t n = group.length;
  unfold(rows, n / 2, group.half);
  if (group.after == After::kUnfold) return;
  for (int64_t k = 1; 2 * k < n; ++k) {
    const Pair<V> x = read(rows, k);
    write(rows, n - k, {x.re, -x.im});
  }
}

}  // namespace

template <class T>
int lanes() {
  return Simd<T>::kWidth;
}

template <class T>
void transform(const Group<T>& group, T* scratch, int64_t rows) {
  using V = typename Simd<T>::Vector;
  V* first = reinterpret_cast<V*>(scratch);
  V* second = first + rows;
  load<V, T>(group.in, first);
  before_passes(group, first);
  V* result = run_passes(group.passes, first, second);
  after_passes(group, result);
  if (group.turns) {
    const V* turns = reinterpret_cast<const V*>(group.turns);
    for (int64_t k = 0; k < group.passes.length; ++k) {
      const Pair<V> turn = read(turns, k);
      write(result, k, times(read(result, k), turn.re, turn.im));
    }
  }
  store<V, T>(group.out, result, group.lines, group.scale);
}

template <class T>
void prepare(const Group<T>& group, T* line) {
  load<T, T>(group.in, line);
  before_passes(group, line);
}

template <class T>
void finish(const Group<T>& group, T* line) {
  after_passes(group, line);
  store<T, T>(group.out, line, 1, group.scale);
}

#define VT_FFT_OF(T)                                     \
  template int lanes<T>();                               \
  template void transform(const Group<T>&, T*, int64_t); \
  template void prepare(const Group<T>&, T*);            \
  template void finish(const Group<T>&, T*);
VT_FFT_OF(float)
VT_FFT_OF(double)
#undef VT_FFT_OF

}  // namespace vt::cpu::fft::VT_ISA
