// arange, linspace, logspace.
#include "ops/factory/ranges.h"

#include <cmath>

#include "core/convert.h"
#include "core/unsigned.h"
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/scalar_fits.h"
#include "ops/factory/factory.h"
#include "ops/factory/register.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/pointwise.h"

namespace vt {

constinit BackendTable<void(const Tensor&, const Range&)> fill_range{"arange"};

namespace {

using OptDType = std::optional<DType>;
using OptDevice = std::optional<Device>;

constexpr unsigned kRangeSet = kIntegralSet | kFloatingSet;

Tensor filled_range(Tensor out, const Range& range) {
  if (is_wide_unsigned(out.dtype())) {
    copy_data(out, filled_range(empty(out.sizes(), DType::int64, out.device()), range));
    return out;
  }
  VT_CHECK(set_of(out.dtype()) & kRangeSet, NotImplemented, "not implemented for ", out.dtype());
  if (out.numel() > 0) fill_range(out.device(), out, range);
  return out;
}

int64_t range_length(const Scalar& start, const Scalar& end, const Scalar& step, DType dtype) {
  const double a = start.to_double(), b = end.to_double(), s = step.to_double();
  VT_CHECK(s != 0, Runtime, "step must be nonzero");
  VT_CHECK(std::isfinite(a) && std::isfinite(b), Runtime, "unsupported range: ", a, " -> ", b);
  VT_CHECK((s > 0 && b >= a) || (s < 0 && b <= a), Runtime, "upper bound and lower bound inconsistent with step sign");
  double length;
  if (dtype == DType::int64 && start.is_integral(true) && end.is_integral(true) && step.is_integral(true)) {
    const __int128 distance = static_cast<__int128>(end.to_int()) - start.to_int(), by = step.to_int();
    const __int128 exact = (distance + by - (by > 0 ? 1 : -1)) / by;
    VT_CHECK(exact <= std::numeric_limits<int64_t>::max(), Runtime, "invalid size, possible overflow?");
    return static_cast<int64_t>(exact);
  }
  if (is_integral(dtype)) {  // PyTorch reads the bounds as int64 whatever the integer
    for (const Scalar& bound : {start, end, step}) check_scalar_fits(bound, DType::int64);
  }
  if (dtype == DType::int64) {
    VT_CHECK(step.to_int() != 0, Value, "step must be nonzero");
    // Truncates its bounds first; ranges of narrower integers do not, as in PyTorch.
    length = std::ceil((static_cast<double>(end.to_int()) - static_cast<double>(start.to_int())) /
                       static_cast<double>(step.to_int()));
  } else {
    length = std::ceil((b - a) / s);
  }
  VT_CHECK(length >= 0 && length <= static_cast<double>(std::numeric_limits<int64_t>::max() / 2), Runtime,
           "invalid size, possible overflow?");
  return static_cast<int64_t>(length);
}

Tensor arange_start_step(Scalar start, Scalar end, Scalar step, OptDType dtype, OptDevice device) {
  const bool integral = start.is_integral(true) && end.is_integral(true) && step.is_integral(true);
  const DType d = dtype.value_or(integral ? DType::int64 : default_dtype());
  const int64_t count = range_length(start, end, step, d);
  return ops::counted(start, step, count, d, device.value_or(kCPU));
}
Tensor arange_start(Scalar start, Scalar end, OptDType dtype, OptDevice device) {
  return arange_start_step(start, end, Scalar(1), dtype, device);
}
Tensor arange_end(Scalar end, OptDType dtype, OptDevice device) {
  return arange_start_step(Scalar(0), end, Scalar(1), dtype, device);
}

Tensor linspace_of(const Scalar& start, const Scalar& end, int64_t steps, OptDType dtype, OptDevice device,
                   bool rounds_twice) {
  VT_CHECK(steps >= 0, Runtime, "number of steps must be non-negative, got ", steps);
  if (start.is_complex() || end.is_complex() || (dtype && is_complex(*dtype))) {
    const DType d = dtype.value_or(to_complex(default_dtype()));
    VT_CHECK(is_complex(d), Runtime, "torch.linspace(): inferred dtype ", to_complex(default_dtype()),
             " can't be safely cast to passed dtype ", d);
    const auto a = start.to_complex(), b = end.to_complex();
    return ops::complex(linspace_of(a.re, b.re, steps, to_real(d), device, rounds_twice),
                        linspace_of(a.im, b.im, steps, to_real(d), device, rounds_twice));
  }
  Tensor out = empty(DimVec{steps}, dtype.value_or(default_dtype()), device.value_or(kCPU));
  for (const Scalar& bound : {start, end}) check_scalar_fits(bound, out.dtype());
  Range range;
  range.is_linspace = true;
  range.rounds_twice = rounds_twice;
  range.start = start.to_double();
  range.end = end.to_double();
  range.step = steps > 1 ? (range.end - range.start) / static_cast<double>(steps - 1) : 0.0;
  range.pivot = steps == 1 ? 1 : steps / 2;
  return filled_range(std::move(out), range);
}

Tensor linspace(Scalar start, Scalar end, int64_t steps, OptDType dtype, OptDevice device) {
  return linspace_of(start, end, steps, dtype, device, false);
}

Tensor logspace(Scalar start, Scalar end, int64_t steps, double base, OptDType dtype, OptDevice device) {
  const DType d = dtype.value_or(default_dtype());
  if (is_integral(d)) {  // the exponents' ends are whole, the steps between them are not
    start = start.to_int();
    end = end.to_int();
  }
  Tensor exponents = linspace_of(start, end, steps, d == DType::float64 ? d : DType::float32, device, true);
  if (is_integral(d)) exponents = ops::_to_copy(exponents, DType::float64);
  const Tensor powers = ops::pow(Scalar(base), exponents);
  return powers.dtype() == d ? powers : ops::_to_copy(powers, d);
}

// arange with its end.
Tensor range(Scalar start, Scalar end, Scalar step, OptDType dtype, OptDevice device) {
  const double a = start.to_double(), b = end.to_double(), s = step.to_double();
  VT_CHECK(s != 0, Runtime, "step must be nonzero");
  VT_CHECK(std::isfinite(a) && std::isfinite(b), Runtime, "unsupported range: ", a, " -> ", b);
  VT_CHECK((s > 0 && b >= a) || (s < 0 && b <= a), Runtime, "upper bound and lower bound inconsistent with step sign");
  const double length = std::floor((b - a) / s) + 1;
  VT_CHECK(length <= static_cast<double>(std::numeric_limits<int64_t>::max() / 2), Runtime,
           "invalid size, possible overflow?");
  return ops::counted(start, step, static_cast<int64_t>(length), dtype.value_or(default_dtype()),
                      device.value_or(default_device()));
}

// a + b * i, rounded once.
double fused(double a, double b, int64_t i) { return std::fma(b, static_cast<double>(i), a); }
float fused(float a, float b, int64_t i) { return static_cast<float>(fused(double{a}, double{b}, i)); }

template <class T>
void fill_linspace(T* out, int64_t n, const Range& r, int64_t begin, int64_t end) {
  using Math = fraction_t<T>;
  const Math first = static_cast<Math>(r.start), last = static_cast<Math>(r.end);
  const Math step = n > 1 ? (last - first) / static_cast<Math>(n - 1) : Math(0);
  for (int64_t i = begin; i < end; ++i) {
    const bool rising = i < r.pivot;
    const int64_t steps = rising ? i : n - 1 - i;
    const Math from = rising ? first : last, by = rising ? step : -step;
    out[i] = convert<T>(r.rounds_twice ? from + by * static_cast<Math>(steps) : fused(from, by, steps));
  }
}

// Note [Ranges of fractions]
// PyTorch fills them with vectors of 32 bytes, two at a time: an element is its vector's first, rounded, and a few
// steps. What is left at the end counts from the start.
template <class T>
void fill_fractions(T* out, int64_t n, const Range& r, int64_t begin, int64_t end) {
  constexpr int64_t kLanes = 32 / sizeof(T);
  const int64_t whole = n - n % (2 * kLanes);
  for (int64_t i = begin; i < end; ++i) {
    const int64_t lane = i < whole ? i % kLanes : i;
    const double first = i < whole ? static_cast<double>(static_cast<T>(fused(r.start, r.step, i - lane))) : r.start;
    out[i] = static_cast<T>(fused(first, r.step, lane));
  }
}

template <class T>
void fill_range_of(T* out, int64_t n, const Range& r) {
  parallel_for(0, n, 16384, [&](int64_t begin, int64_t end) {
    if (r.is_linspace) {
      fill_linspace(out, n, r, begin, end);
    } else if constexpr (std::is_integral_v<T>) {
      for (int64_t i = begin; i < end; ++i) out[i] = static_cast<T>(r.exact_start + i * r.exact_step);
    } else if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
      fill_fractions(out, n, r, begin, end);
    } else {
      for (int64_t i = begin; i < end; ++i) out[i] = convert<T>(r.start + r.step * static_cast<double>(i));
    }
  });
}

void fill_range_cpu(const Tensor& out, const Range& range) {
  visit_dtype<kRangeSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill_range_of(out.data<T>(), out.numel(), range);
  });
}

}  // namespace

namespace ops {
Tensor counted(const Scalar& start, const Scalar& step, int64_t count, DType dtype, Device device) {
  Range range;
  range.start = start.to_double();
  range.step = step.to_double();
  range.exact_start = start.to_int();
  range.exact_step = step.to_int();
  range.pivot = count;
  return filled_range(empty(DimVec{count}, dtype, device), range);
}
}  // namespace ops

void register_ranges(Registry& r) {
  fill_range.cpu(fill_range_cpu);
  r.def("arange(Scalar end, *, ScalarType? dtype=None, Device? device=None) -> Tensor").composite(arange_end).out();
  r.def("arange.start(Scalar start, Scalar end, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(arange_start)
      .out();
  r.def(
       "arange.start_step(Scalar start, Scalar end, Scalar step=1, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(arange_start_step)
      .out();
  r.def("range(Scalar start, Scalar end, Scalar step=1, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(range)
      .out()
      .doc("start, start + step, ... up to end, which arange leaves out.");
  r.def("linspace(Scalar start, Scalar end, int steps, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(linspace)
      .out();
  r.def(
       "logspace(Scalar start, Scalar end, int steps, float base=10.0, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(logspace)
      .out();
}

}  // namespace vt
