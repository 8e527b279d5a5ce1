// What a transform of a length needs to know: factors, twiddles, and how a long line is cut. Kept for the lengths that
// were asked for last. T is float or double.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/fft/lanes.h"

namespace vt::cpu::fft {

// Whether passes alone transform this length: no prime factor is over kMaxRadix.
bool is_smooth(int64_t n);

// Passes over a whole line.
template <class T>
class PassPlan {
 public:
  explicit PassPlan(int64_t n);  // smooth
  Passes<T> passes() const { return {n_, passes_.data(), static_cast<int>(passes_.size())}; }
  int64_t bytes() const { return static_cast<int64_t>(table_.size() * sizeof(T)); }

 private:
  int64_t n_;
  std::vector<T> table_;
  std::vector<Pass<T>> passes_;
};

// Note [Long lines]
// A line of n = n1 n2 elements is a matrix (n1, n2): its columns are transformed, n1 elements apart in lanes side by
// side, turned by e^(-2 pi i k j / n), and then its rows, whose results k of n2 lie n1 apart. Both steps have a vector
// full of lanes in a single line, and each is spread over the threads.
template <class T>
class CutPlan {
 public:
  explicit CutPlan(int64_t n);             // smooth, and not prime
  int64_t columns() const { return n2_; }  // n2, lines of the first step
  int64_t rows() const { return n1_; }     // n1, of the second
  Passes<T> of_columns() const { return first_->passes(); }
  Passes<T> of_rows() const { return second_->passes(); }
  // Rows of lanes for the columns [group * lanes, ...): (n1, 2, lanes)
  const T* turns(int64_t group) const;
  int64_t bytes() const { return bytes_; }

 private:
  int64_t n1_, n2_, bytes_;
  int lanes_;
  std::shared_ptr<const PassPlan<T>> first_, second_;
  std::shared_ptr<T> turns_;
};

// e^(-2 pi i k / n), k <= n / 4, as pairs: what folds and unfolds real lines.
template <class T>
class HalfPlan {
 public:
  explicit HalfPlan(int64_t n);
  const T* roots() const { return roots_.data(); }
  int64_t bytes() const { return static_cast<int64_t>(roots_.size() * sizeof(T)); }

 private:
  std::vector<T> roots_;
};

// Note [Chirps]
// A length with a large prime factor: with c[k] = e^(-pi i k^2 / n) the transform is
// X[k] = c[k] sum_j (x[j] c[j]) conj c[k - j], a convolution, done with transforms of a smooth length of 2n or more
// (Bluestein).
template <class T>
class ChirpPlan {
 public:
  explicit ChirpPlan(int64_t n);
  int64_t padded() const { return padded_; }
  const T* chirp() const { return chirp_.data(); }    // (n) pairs
  const T* filter() const { return filter_.data(); }  // (padded) pairs, the transform of conj c over `padded`
  int64_t bytes() const { return static_cast<int64_t>((chirp_.size() + filter_.size()) * sizeof(T)); }

 private:
  int64_t padded_;
  std::vector<T> chirp_, filter_;
};

// The plan of a length, made or found. Thread-safe.
template <class Plan>
std::shared_ptr<const Plan> plan_of(int64_t n);

}  // namespace vt::cpu::fft
