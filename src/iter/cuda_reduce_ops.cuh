// What reductions compute: sum, product, extremes and where they are, any, all, norms, variance.
// Each is an op in the sense of cuda_reduce.cuh and writes to the contiguous outputs that it holds.
#pragma once

#include <cstdint>
#include <limits>

#include "core/dtype.h"
#include "core/math.h"
#include "core/math_complex.h"

namespace vt::cuda {

template <typename T>
__device__ __forceinline__ bool is_nan(const T& x) {
  if constexpr (std::is_integral_v<T>) {
    return false;
  } else {
    return x != x;
  }
}

/// Sum, or mean where `factor` is one over the count.
template <typename In, typename Out>
struct SumOp {
  using Acc = acc_t<In>;
  static constexpr bool kOrdered = false;
  Out* out;
  opmath_t<Out> factor = opmath_t<Out>(1);
  bool scaled = false;

  __device__ Acc identity() const { return Acc(0); }
  __device__ Acc reduce(Acc a, In x, int64_t) const { return a + static_cast<Acc>(x); }
  __device__ Acc combine(Acc a, Acc b) const { return a + b; }
  __device__ void write(int64_t i, Acc a) const {
    out[i] = scaled ? static_cast<Out>(static_cast<opmath_t<Out>>(a) * factor) : static_cast<Out>(a);
  }
};

template <typename In, typename Out>
struct ProdOp {
  using Acc = acc_t<In>;
  static constexpr bool kOrdered = false;
  Out* out;

  __device__ Acc identity() const { return Acc(1); }
  __device__ Acc reduce(Acc a, In x, int64_t) const { return a * static_cast<Acc>(x); }
  __device__ Acc combine(Acc a, Acc b) const { return a * b; }
  __device__ void write(int64_t i, Acc a) const { out[i] = static_cast<Out>(a); }
};

/// Largest (or smallest) value; a NaN wins.
template <typename T, bool Largest>
struct ExtremeOp {
  using Acc = opmath_t<T>;
  static constexpr bool kOrdered = false;
  T* out;

  __device__ Acc identity() const {
    using Limits = std::numeric_limits<Acc>;
    if constexpr (Limits::has_infinity) return Largest ? -Limits::infinity() : Limits::infinity();
    return Largest ? Limits::lowest() : Limits::max();
  }
  __device__ Acc reduce(Acc a, T x, int64_t) const { return combine(a, static_cast<Acc>(x)); }
  __device__ Acc combine(Acc a, Acc b) const {
    if (is_nan(a)) return a;
    return is_nan(b) || (Largest ? a < b : b < a) ? b : a;
  }
  __device__ void write(int64_t i, Acc a) const { out[i] = static_cast<T>(a); }
};

/// Largest (or smallest) value and the first place where it is; the first NaN wins. Either output may be null.
template <typename T, bool Largest>
struct ArgExtremeOp {
  struct Acc {
    opmath_t<T> value;
    int64_t index;
  };
  static constexpr bool kOrdered = true;
  T* values;
  int64_t* indices;

  __device__ Acc identity() const { return {opmath_t<T>(0), -1}; }
  __device__ Acc reduce(Acc a, T x, int64_t index) const { return combine(a, {static_cast<opmath_t<T>>(x), index}); }
  __device__ Acc combine(Acc a, Acc b) const {
    if (a.index < 0) return b;
    if (b.index < 0) return a;
    const bool nan_a = is_nan(a.value), nan_b = is_nan(b.value);
    if (nan_a || nan_b) {
      if (nan_a && nan_b) return a.index < b.index ? a : b;
      return nan_a ? a : b;
    }
    if (a.value == b.value) return a.index < b.index ? a : b;
    return (Largest ? a.value < b.value : b.value < a.value) ? b : a;
  }
  __device__ void write(int64_t i, Acc a) const {
    if (values != nullptr) values[i] = static_cast<T>(a.value);
    if (indices != nullptr) indices[i] = a.index;
  }
};

/// Whether any (or every) element is not zero. A NaN is not zero.
template <typename In, bool All, typename Out = bool>
struct TruthOp {
  using Acc = uint32_t;
  static constexpr bool kOrdered = false;
  Out* out;

  __device__ Acc identity() const { return All; }
  __device__ Acc reduce(Acc a, In x, int64_t) const { return combine(a, x != In(0)); }
  __device__ Acc combine(Acc a, Acc b) const { return All ? (a & b) : (a | b); }
  __device__ void write(int64_t i, Acc a) const { out[i] = static_cast<Out>(a != 0); }
};

/// Number of elements that are not zero.
template <typename In>
struct CountNonzeroOp {
  using Acc = int64_t;
  static constexpr bool kOrdered = false;
  int64_t* out;

  __device__ Acc identity() const { return 0; }
  __device__ Acc reduce(Acc a, In x, int64_t) const { return a + (x != In(0)); }
  __device__ Acc combine(Acc a, Acc b) const { return a + b; }
  __device__ void write(int64_t i, Acc a) const { out[i] = a; }
};

/// Vector norm of order p; 0 counts what is not zero, infinities take extremes.
template <typename In, typename Out>
struct NormOp {
  using Acc = decltype(m::abs(opmath_t<In>()));
  static constexpr bool kOrdered = false;
  enum Kind { kZero, kOne, kTwo, kLargest, kSmallest, kAny };
  Out* out;
  Acc p;
  Kind kind;

  NormOp(Out* o, double order) : out(o), p(static_cast<Acc>(order)) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    kind = order == 0            ? kZero
           : order == 1          ? kOne
           : order == 2          ? kTwo
           : order == kInfinity  ? kLargest
           : order == -kInfinity ? kSmallest
                                 : kAny;
  }

  __device__ Acc identity() const { return kind == kSmallest ? std::numeric_limits<Acc>::infinity() : Acc(0); }
  __device__ Acc reduce(Acc a, In x, int64_t) const {
    const Acc size = m::abs(static_cast<opmath_t<In>>(x));
    switch (kind) {
      case kZero: return a + (size != Acc(0) ? Acc(1) : Acc(0));
      case kOne: return a + size;
      case kTwo: return a + size * size;
      case kAny: return a + m::pow(size, p);
      default: return combine(a, size);
    }
  }
  __device__ Acc combine(Acc a, Acc b) const {
    if (kind == kLargest) return is_nan(a) || a > b ? a : b;
    if (kind == kSmallest) return is_nan(a) || a < b ? a : b;
    return a + b;
  }
  __device__ void write(int64_t i, Acc a) const {
    const Acc result = kind == kTwo ? m::sqrt(a) : kind == kAny ? m::pow(a, Acc(1) / p) : a;
    out[i] = static_cast<Out>(result);
  }
};

/// Variance (or its root) and mean by Welford's update; either output may be null. `correction` is taken off the count.
template <typename T>
struct VarOp {
  using Real = opmath_t<T>;
  struct Acc {
    Real mean;
    Real squares;  // sum of squared distances from the mean
    int64_t count;
  };
  static constexpr bool kOrdered = false;
  T* variance;
  T* mean;
  double correction;
  bool root;

  __device__ Acc identity() const { return {Real(0), Real(0), 0}; }
  __device__ Acc reduce(Acc a, T value, int64_t) const {
    const Real x = static_cast<Real>(value);
    const Real distance = x - a.mean;
    a.count += 1;
    a.mean += distance / static_cast<Real>(a.count);
    a.squares += distance * (x - a.mean);
    return a;
  }
  __device__ Acc combine(Acc a, Acc b) const {
    if (a.count == 0) return b;
    if (b.count == 0) return a;
    const Real total = static_cast<Real>(a.count + b.count);
    const Real share = static_cast<Real>(b.count) / total;
    const Real distance = b.mean - a.mean;
    return {a.mean + distance * share, a.squares + b.squares + distance * distance * share * static_cast<Real>(a.count),
            a.count + b.count};
  }
  __device__ void write(int64_t i, Acc a) const {
    if (variance != nullptr) {
      double divisor = static_cast<double>(a.count) - correction;
      if (divisor < 0) divisor = 0;
      const Real v = a.count == 0 ? std::numeric_limits<Real>::quiet_NaN() : a.squares / static_cast<Real>(divisor);
      variance[i] = static_cast<T>(root ? m::sqrt(v) : v);
    }
    if (mean != nullptr)
      mean[i] = a.count == 0 ? static_cast<T>(std::numeric_limits<Real>::quiet_NaN()) : static_cast<T>(a.mean);
  }
};

}  // namespace vt::cuda
