// Filling a tensor in place: uniform_, normal_, log_normal_, exponential_, cauchy_, geometric_, bernoulli_, random_.
#include <cmath>
#include <limits>

#include "dispatch/registry.h"
#include "ops/factory/factory.h"
#include "ops/random/distribution.h"
#include "ops/random/memory_order.h"
#include "ops/random/random.h"

namespace vt::random {

namespace {

using Kind = Distribution::Kind;

void check_floating(const Tensor& self, ErrorKind kind = ErrorKind::NotImplemented) {
  if (!is_floating(self.dtype())) {
    detail::throw_error(kind, detail::concat("expected a tensor of a floating-point dtype, got ", to_string(self)));
  }
}

// Complex numbers as pairs along a new last dim.
Tensor real_view(const Tensor& self) {
  DimVec sizes(self.sizes()), strides(self.strides());
  for (int64_t& stride : strides) stride *= 2;
  sizes.push_back(2);
  strides.push_back(1);
  return make_dtype_view(self, to_real(self.dtype()), sizes, strides, self.storage_offset() * 2);
}

void check_real(const Tensor& self) {
  VT_CHECK(!is_complex(self.dtype()), NotImplemented, "expected a tensor of a real dtype, got ", self);
}

// `value` rounded to T; the smallest int64 if that is none.
template <class T>
int64_t round_to(int64_t value) {
  const auto rounded = static_cast<double>(static_cast<opmath_t<T>>(static_cast<T>(static_cast<opmath_t<T>>(value))));
  if (!(rounded >= -0x1p63 && rounded < 0x1p63)) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(rounded);
}

// The distance of neighbours of type T around `value`.
template <class T>
int64_t spacing(int64_t value) {
  const int exponent = 63 - __builtin_clzll(static_cast<uint64_t>(std::abs(value)) | 1);
  return int64_t{1} << std::max(exponent - std::numeric_limits<T>::digits + 1, 0);
}

// Whole numbers that a floating dtype cannot tell apart must not round out of [from, to): the ends move inwards to the
// next number it has.
template <class T>
int64_t inward_from(int64_t from) {
  if (from == std::numeric_limits<int64_t>::max()) return from;
  const int64_t next = round_to<T>(from + 1);
  return next >= from ? from : next + spacing<T>(from + 1);
}
template <class T>
int64_t inward_to(int64_t to) {
  const int64_t previous = round_to<T>(to - 1);
  return previous < to ? to : previous - spacing<T>(to - 1);
}

void check_in_range(DType dtype, int64_t from, int64_t last) {
  visit_dtype<kRealSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Bound = std::conditional_t<std::numeric_limits<T>::is_integer, int64_t, double>;
    const auto lowest = static_cast<Bound>(std::numeric_limits<T>::lowest());
    const auto highest = static_cast<Bound>(std::numeric_limits<T>::max());
    auto within = [&](int64_t value) {
      return static_cast<Bound>(value) >= lowest && static_cast<Bound>(value) <= highest;
    };
    VT_CHECK(within(from), Runtime, "expected `from` within the range of ", dtype, ", got ", from);
    VT_CHECK(within(last), Runtime, "expected `to` - 1 within the range of ", dtype, ", got ", last);
  });
}

}  // namespace

Tensor uniform_(const Tensor& self, double from, double to, Generator* generator) {
  if (is_complex(self.dtype())) {
    if (self.numel() != 0) uniform_(real_view(self), from, to, generator);
    return self;
  }
  check_floating(self);
  const double max = visit_dtype<kFloatingSet>(self.dtype(), [](auto tag) {
    return static_cast<double>(std::numeric_limits<typename decltype(tag)::type>::max());
  });
  VT_CHECK(std::abs(from) <= max, Runtime, "expected `from` within the range of ", self.dtype(), ", got ", from);
  VT_CHECK(std::abs(to) <= max, Runtime, "expected `to` within the range of ", self.dtype(), ", got ", to);
  VT_CHECK(from <= to, Runtime, "expected from <= to, got from ", from, " and to ", to);
  VT_CHECK(to - from <= max, Runtime, "expected to - from within the range of ", self.dtype(), ", got from ", from,
           " and to ", to);
  if (self.numel() == 0) return self;
  return draw(self, generator, {Kind::Uniform, from, to});
}

Tensor normal_(const Tensor& self, double mean, double std, Generator* generator) {
  VT_CHECK(std >= 0, Runtime, "expected std >= 0, got ", std);
  if (self.numel() == 0) return self;
  if (is_complex(self.dtype())) {
    // The variance is shared between the real and the imaginary part.
    draw(real_view(self), generator, {Kind::Normal, mean, std / std::sqrt(2.0)});
    return self;
  }
  check_floating(self);
  return draw(self, generator, {Kind::Normal, mean, std});
}

Tensor exponential_(const Tensor& self, double rate, Generator* generator) {
  VT_CHECK(rate > 0, Runtime, "expected lambd > 0, got ", rate);
  if (self.numel() == 0) return self;
  check_floating(self, ErrorKind::Runtime);
  return draw(self, generator, {Kind::Exponential, rate});
}

Tensor bernoulli_float_(const Tensor& self, double p, Generator* generator) {
  VT_CHECK(p >= 0 && p <= 1, Runtime, "expected p in [0, 1], got ", p);
  if (self.numel() == 0) return self;
  check_real(self);
  return draw(self, generator, {Kind::Bernoulli, p});
}

Tensor bernoulli_tensor_(const Tensor& self, const Tensor& p, Generator* generator) {
  if (self.numel() == 0) return self;
  check_fillable(self);
  check_real(self);
  VT_CHECK(is_floating(p.dtype()), NotImplemented, "expected p of a floating-point dtype, got ", p);
  VT_CHECK(is_expandable_to(p.sizes(), self.sizes()), Runtime, "expected p to broadcast to ", self.sizes(), ", got ",
           p);
  return draw_bernoulli(self, p, generator);
}

Tensor random_from_(const Tensor& self, int64_t from, std::optional<int64_t> to, Generator* generator) {
  const DType dtype = self.dtype();
  VT_CHECK(!is_complex(dtype), Runtime, "expected a tensor of a real dtype, got ", self);
  if (!to && from == std::numeric_limits<int64_t>::lowest()) {
    if (self.numel() == 0) return self;
    VT_CHECK(dtype != DType::float16 && dtype != DType::bool_, NotImplemented,
             "expected int64, float32, float64 or bfloat16 for the whole range of int64, got ", self);
    VT_CHECK(dtype == DType::int64 || is_floating(dtype), Runtime,
             "expected int64, float32, float64 or bfloat16 for the whole range of int64, got ", self);
    return draw(self, generator, {Kind::Int64Range});
  }
  VT_CHECK(!to || from < *to, Runtime, "expected from < to, got from ", from, " and to ", to.value_or(0));
  int64_t last = to ? *to - 1 : 0;
  visit_dtype<kRealSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::numeric_limits<T>::is_integer) {
      if (!to) last = static_cast<int64_t>(std::numeric_limits<T>::max());
    } else {
      from = inward_from<T>(from);
      last = to ? inward_to<T>(*to) - 1 : int64_t{1} << std::numeric_limits<T>::digits;
      VT_CHECK(to ? from <= last : from < last, Runtime, "expected from < to when both are ", dtype, ", got from ",
               from, " and to ", last);
    }
  });
  check_in_range(dtype, from, last);
  if (self.numel() == 0) return self;
  const uint64_t range = static_cast<uint64_t>(last) - static_cast<uint64_t>(from) + 1;
  return draw(self, generator, {Kind::Integers, 0, 0, range, from});
}

namespace {

Tensor log_normal_(const Tensor& self, double mean, double std, Generator* generator) {
  VT_CHECK(std > 0, Runtime, "expected std > 0, got ", std);
  if (self.numel() == 0) return self;
  check_floating(self);
  return draw(self, generator, {Kind::LogNormal, mean, std});
}

Tensor cauchy_(const Tensor& self, double median, double sigma, Generator* generator) {
  VT_CHECK(sigma > 0, Runtime, "expected sigma > 0, got ", sigma);
  check_floating(self, ErrorKind::Runtime);
  if (self.numel() == 0) return self;
  return draw(self, generator, {Kind::Cauchy, median, sigma});
}

Tensor geometric_(const Tensor& self, double p, Generator* generator) {
  VT_CHECK(p > 0 && p < 1, Runtime, "expected p in (0, 1), got ", p);
  if (self.numel() == 0) return self;
  VT_CHECK(is_integral(self.dtype()) || is_floating(self.dtype()), NotImplemented,
           "expected a tensor of an integer or floating-point dtype, got ", self);
  return draw(self, generator, {Kind::Geometric, p});
}

Tensor random_to_(const Tensor& self, int64_t to, Generator* generator) { return random_from_(self, 0, to, generator); }

Tensor random_(const Tensor& self, Generator* generator) {
  if (self.numel() == 0) return self;
  check_real(self);
  return draw(self, generator, {Kind::Random});
}

}  // namespace

void set_zero_gradient(GradContext& ctx, int arg) {
  if (ctx.needs(arg)) ctx.set(arg, ops::filled(ctx.sizes(arg), 0, ctx.dtype(arg), ctx.device(arg)));
}
void zero_gradient(GradContext& ctx) { set_zero_gradient(ctx, 0); }

void register_inplace(Registry& r) {
  r.def("uniform_(Tensor(a!) self, float from=0, float to=1, *, Generator? generator=None) -> Tensor(a!)")
      .all(uniform_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("normal_(Tensor(a!) self, float mean=0, float std=1, *, Generator? generator=None) -> Tensor(a!)")
      .all(normal_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("log_normal_(Tensor(a!) self, float mean=1, float std=2, *, Generator? generator=None) -> Tensor(a!)")
      .all(log_normal_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("exponential_(Tensor(a!) self, float lambd=1, *, Generator? generator=None) -> Tensor(a!)")
      .all(exponential_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("cauchy_(Tensor(a!) self, float median=0, float sigma=1, *, Generator? generator=None) -> Tensor(a!)")
      .all(cauchy_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("geometric_(Tensor(a!) self, float p, *, Generator? generator=None) -> Tensor(a!)")
      .all(geometric_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("bernoulli_.Tensor(Tensor(a!) self, Tensor p, *, Generator? generator=None) -> Tensor(a!)")
      .all(bernoulli_tensor_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("bernoulli_.float(Tensor(a!) self, float p=0.5, *, Generator? generator=None) -> Tensor(a!)")
      .all(bernoulli_float_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("random_.from(Tensor(a!) self, int from, int? to, *, Generator? generator=None) -> Tensor(a!)")
      .all(random_from_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("random_.to(Tensor(a!) self, int to, *, Generator? generator=None) -> Tensor(a!)")
      .all(random_to_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
  r.def("random_(Tensor(a!) self, *, Generator? generator=None) -> Tensor(a!)")
      .all(random_)
      .random()
      .method_only()
      .backward(keep::none, zero_gradient);
}

}  // namespace vt::random
