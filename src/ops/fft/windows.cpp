// Windows of signals: weights that fade towards both ends. Computed in double and rounded once.
#include <cmath>
#include <numbers>
#include <span>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/special/functions.h"
#include "ops/typed/copy.h"

namespace vt {
namespace {

constexpr double kPi = std::numbers::pi;

// weight(0), weight(1), ...
template <class F>
Tensor weights_of(int64_t length, DType dtype, std::optional<Device> device, const F& weight) {
  const Tensor window = empty(DimVec{length}, DType::float64, kCPU);
  double* w = window.data<double>();
  for (int64_t i = 0; i < length; ++i) w[i] = weight(static_cast<double>(i));
  return ops::_to_copy(window, dtype, device.value_or(default_device()));
}

// The same; a window of one place is 1.
template <class F>
Tensor window_of(int64_t length, DType dtype, std::optional<Device> device, const F& weight) {
  return weights_of(length, dtype, device, [&](double n) { return length == 1 ? 1 : weight(n); });
}

// From the first place of a symmetric window to its last, at least 1.
double span_of(int64_t length, bool symmetric) {
  return static_cast<double>(std::max<int64_t>(symmetric ? length - 1 : length, 1));
}

// a[0] - a[1] cos(x) + a[2] cos(2 x) - ... for x from 0 to 2 pi
double cosines(std::span<const double> a, double x) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (i % 2 == 0 ? a[i] : -a[i]) * std::cos(static_cast<double>(i) * x);
  return sum;
}

// I0(beta sqrt(1 - x^2)) / I0(beta), by I0(z) = i0e(z) exp(z), of which neither factor leaves the range.
double kaiser_weight(double x, double beta) {
  const double size = std::abs(beta), z = size * std::sqrt(std::max(1 - x * x, 0.0));
  return special::i0e(z) * std::exp(z - size) / special::i0e(size);
}

// ---- torch's

DType checked_window(const char* name, int64_t length, std::optional<DType> dtype) {
  const DType result = dtype.value_or(default_dtype());
  VT_CHECK(is_differentiable(result), Runtime, name, " expects floating point dtypes, got: ", result);
  VT_CHECK(length >= 0, Runtime, name, " requires non-negative window_length, got window_length=", length);
  return result;
}

Tensor window_of_cosines(const char* name, int64_t length, bool periodic, std::initializer_list<double> a,
                         std::optional<DType> dtype, std::optional<Device> device) {
  const DType result = checked_window(name, length, dtype);
  const double step = 2 * kPi / span_of(length, !periodic);
  return window_of(length, result, device, [&](double n) { return cosines({a.begin(), a.size()}, n * step); });
}

Tensor hamming_window(int64_t length, bool periodic, double alpha, double beta, std::optional<DType> dtype,
                      std::optional<Device> device) {
  return window_of_cosines("hamming_window", length, periodic, {alpha, beta}, dtype, device);
}
Tensor hann_window(int64_t length, bool periodic, std::optional<DType> dtype, std::optional<Device> device) {
  return window_of_cosines("hann_window", length, periodic, {0.5, 0.5}, dtype, device);
}
Tensor blackman_window(int64_t length, bool periodic, std::optional<DType> dtype, std::optional<Device> device) {
  return window_of_cosines("blackman_window", length, periodic, {0.42, 0.5, 0.08}, dtype, device);
}
Tensor bartlett_window(int64_t length, bool periodic, std::optional<DType> dtype, std::optional<Device> device) {
  const DType result = checked_window("bartlett_window", length, dtype);
  const double last = span_of(length, !periodic);
  return window_of(length, result, device, [&](double n) { return 1 - std::abs(2 * n / last - 1); });
}
Tensor kaiser_window(int64_t length, bool periodic, double beta, std::optional<DType> dtype,
                     std::optional<Device> device) {
  const DType result = checked_window("kaiser_window", length, dtype);
  const double last = span_of(length, !periodic);
  return window_of(length, result, device, [&](double n) { return kaiser_weight(2 * n / last - 1, beta); });
}

// ---- torch.signal.windows'

struct Options {
  int64_t length;
  bool symmetric;
  std::optional<DType> dtype;
  std::optional<Device> device;
};

DType checked_signal_window(const char* name, const Options& o) {
  const DType result = o.dtype.value_or(default_dtype());
  VT_CHECK(o.length >= 0, Value, name, " requires non-negative window length, got M=", o.length);
  VT_CHECK(result == DType::float32 || result == DType::float64, Value, name,
           " expects float32 or float64 dtypes, got: ", result);
  return result;
}
template <class F>
Tensor signal_window(const char* name, const Options& o, const F& weight) {
  const DType result = checked_signal_window(name, o);
  return window_of(o.length, result, o.device, weight);
}
Tensor signal_window_of_cosines(const char* name, const Options& o, std::span<const double> a) {
  VT_CHECK(!a.empty(), Value, "Coefficients cannot be empty");
  const double step = 2 * kPi / span_of(o.length, o.symmetric);
  return signal_window(name, o, [&](double n) { return cosines(a, n * step); });
}
double middle_of(const Options& o) {
  return static_cast<double>(o.symmetric || o.length == 1 ? o.length - 1 : o.length) / 2;
}

using MaybeDType = std::optional<DType>;
using MaybeDevice = std::optional<Device>;

Tensor exponential(int64_t M, std::optional<double> center, double tau, bool sym, MaybeDType dtype,
                   MaybeDevice device) {
  VT_CHECK(tau > 0, Value, "Tau must be positive, got: ", tau, " instead.");
  VT_CHECK(!sym || !center, Value, "Center must be None for symmetric windows");
  const Options o{M, sym, dtype, device};
  const double middle = center.value_or(middle_of(o));
  const DType result = checked_signal_window("exponential", o);
  return weights_of(M, result, device, [&](double n) { return std::exp(-std::abs(n - middle) / tau); });
}
Tensor cosine(int64_t M, bool sym, MaybeDType dtype, MaybeDevice device) {
  const double step = kPi / static_cast<double>(sym ? std::max<int64_t>(M, 1) : M + 1);
  return signal_window("cosine", {M, sym, dtype, device}, [&](double n) { return std::sin((n + 0.5) * step); });
}
Tensor gaussian(int64_t M, double std, bool sym, MaybeDType dtype, MaybeDevice device) {
  VT_CHECK(std > 0, Value, "Standard deviation must be positive, got: ", std, " instead.");
  const Options o{M, sym, dtype, device};
  return signal_window("gaussian", o, [&, middle = middle_of(o)](double n) {
    const double x = (n - middle) / std;
    return std::exp(-0.5 * x * x);
  });
}
Tensor kaiser(int64_t M, double beta, bool sym, MaybeDType dtype, MaybeDevice device) {
  VT_CHECK(beta >= 0, Value, "beta must be non-negative, got: ", beta, " instead.");
  return signal_window("kaiser", {M, sym, dtype, device},
                       [&, last = span_of(M, sym)](double n) { return kaiser_weight(2 * n / last - 1, beta); });
}
Tensor general_cosine(int64_t M, std::span<const double> a, bool sym, MaybeDType dtype, MaybeDevice device) {
  return signal_window_of_cosines("general_cosine", {M, sym, dtype, device}, a);
}
Tensor general_hamming(int64_t M, double alpha, bool sym, MaybeDType dtype, MaybeDevice device) {
  const double a[] = {alpha, 1 - alpha};
  return signal_window_of_cosines("general_hamming", {M, sym, dtype, device}, a);
}
Tensor hamming(int64_t M, bool sym, MaybeDType dtype, MaybeDevice device) {
  constexpr double a[] = {0.54, 0.46};
  return signal_window_of_cosines("hamming", {M, sym, dtype, device}, a);
}
Tensor hann(int64_t M, bool sym, MaybeDType dtype, MaybeDevice device) {
  constexpr double a[] = {0.5, 0.5};
  return signal_window_of_cosines("hann", {M, sym, dtype, device}, a);
}
Tensor blackman(int64_t M, bool sym, MaybeDType dtype, MaybeDevice device) {
  constexpr double a[] = {0.42, 0.5, 0.08};
  return signal_window_of_cosines("blackman", {M, sym, dtype, device}, a);
}
Tensor nuttall(int64_t M, bool sym, MaybeDType dtype, MaybeDevice device) {
  constexpr double a[] = {0.3635819, 0.4891775, 0.1365995, 0.0106411};
  return signal_window_of_cosines("nuttall", {M, sym, dtype, device}, a);
}
Tensor bartlett(int64_t M, bool sym, MaybeDType dtype, MaybeDevice device) {
  return signal_window("bartlett", {M, sym, dtype, device},
                       [&, last = span_of(M, sym)](double n) { return 1 - std::abs(2 * n / last - 1); });
}

}  // namespace

void register_signal_windows(Registry& r) {
  // clang-format off
  r.def("hamming_window(int window_length, bool periodic=True, float alpha=0.54, float beta=0.46, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(hamming_window)
      .doc("alpha - beta * cos(2 pi n / (N - 1)) for n < window_length; N is that, or with `periodic` one more.");
  r.def("hann_window(int window_length, bool periodic=True, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(hann_window)
      .doc("0.5 - 0.5 * cos(2 pi n / (N - 1)) for n < window_length; N is that, or with `periodic` one more.");
  r.def("blackman_window(int window_length, bool periodic=True, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(blackman_window)
      .doc("0.42 - 0.5 * cos(2 pi n / (N - 1)) + 0.08 * cos(4 pi n / (N - 1)) for n < window_length; N is that, or with "
           "`periodic` one more.");
  r.def("bartlett_window(int window_length, bool periodic=True, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(bartlett_window)
      .doc("1 - abs(2 n / (N - 1) - 1) for n < window_length, a triangle; N is that, or with `periodic` one more.");
  r.def("kaiser_window(int window_length, bool periodic=True, float beta=12.0, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(kaiser_window)
      .doc("I0(beta sqrt(1 - x^2)) / I0(beta) for x from -1 to 1 in window_length steps, or with `periodic` in one more of "
           "which the last is left out.");

  r.def("signal_windows_exponential(int M, *, float? center=None, float tau=1.0, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(exponential).surface(kNode)
      .doc("exp(-abs(n - center) / tau), (M,); the center is the middle unless said, which only periodic windows may.");
  r.def("signal_windows_cosine(int M, *, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(cosine).surface(kNode).doc("sin(pi (n + 1/2) / M), (M,): half a wave.");
  r.def("signal_windows_gaussian(int M, *, float std=1.0, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(gaussian).surface(kNode).doc("exp(-((n - middle) / std)^2 / 2), (M,).");
  r.def("signal_windows_kaiser(int M, *, float beta=12.0, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(kaiser).surface(kNode).doc("I0(beta sqrt(1 - x^2)) / I0(beta) for x from -1 to 1, (M,).");
  r.def("signal_windows_general_cosine(int M, *, float[] a, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(general_cosine).surface(kNode).doc("a[0] - a[1] cos(x) + a[2] cos(2 x) - ... for x from 0 to 2 pi, (M,).");
  r.def("signal_windows_general_hamming(int M, *, float alpha=0.54, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(general_hamming).surface(kNode).doc("alpha - (1 - alpha) cos(x) for x from 0 to 2 pi, (M,).");
  r.def("signal_windows_hamming(int M, *, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(hamming).surface(kNode).doc("0.54 - 0.46 cos(x) for x from 0 to 2 pi, (M,).");
  r.def("signal_windows_hann(int M, *, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(hann).surface(kNode).doc("(1 - cos(x)) / 2 for x from 0 to 2 pi, (M,).");
  r.def("signal_windows_blackman(int M, *, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(blackman).surface(kNode).doc("0.42 - 0.5 cos(x) + 0.08 cos(2 x) for x from 0 to 2 pi, (M,).");
  r.def("signal_windows_nuttall(int M, *, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(nuttall).surface(kNode).doc("Nuttall's window of four cosines, (M,).");
  r.def("signal_windows_bartlett(int M, *, bool sym=True, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(bartlett).surface(kNode).doc("A triangle, 1 - abs(x) for x from -1 to 1, (M,).");
  // clang-format on
}

}  // namespace vt
