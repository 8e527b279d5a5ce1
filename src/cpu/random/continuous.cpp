// Distributions computed in double through the C library, whatever the dtype, and normals by the block.
#include <cmath>
#include <limits>

#include "cpu/random/box_muller.h"
#include "cpu/random/fill.h"
#include "cpu/random/words.h"

namespace vt::cpu {

namespace {

double draw_unit(CpuGenerator& generator) { return unit_double(generator.engine().next64()); }

double draw_normal(CpuGenerator& generator, double mean, double std) {
  constexpr double kTwoPi = 6.283185307179586;
  auto& cached = generator.cached_normal();
  double value;
  if (cached) {
    value = *cached;
    cached.reset();
  } else {
    const double u1 = draw_unit(generator);
    const double u2 = draw_unit(generator);
    const double radius = std::sqrt(-2.0 * std::log1p(-u2));
    const double angle = kTwoPi * u1;
    cached = radius * std::sin(angle);
    value = radius * std::cos(angle);
  }
  return std::fma(value, std, mean);
}

template <class T, class Draw>
void fill(T* out, int64_t n, const Draw& draw) {
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(draw());
}

// out[i] = map(u) for a uniform double u.
template <class T, class Map>
void fill_mapped(Mt19937& engine, T* out, int64_t n, const Map& map) {
  for_each_chunk(engine, n, 2, [&](const uint32_t* words, int64_t begin, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      out[begin + i] = static_cast<T>(map(unit_double(words[2 * i], words[2 * i + 1])));
    }
  });
}

// The machine's conversion, spelt out: through int32 for the small types, "integer indefinite" out of range.
template <class T>
T convert_as_machine(double value) {
  if constexpr (std::numeric_limits<T>::is_integer) {
    using Wide = std::conditional_t<(sizeof(T) < 8), int32_t, int64_t>;
    constexpr double kEnd = sizeof(T) < 8 ? 0x1p31 : 0x1p63;
    if (!(value > -kEnd - 1 && value < kEnd)) return static_cast<T>(std::numeric_limits<Wide>::min());
    return static_cast<T>(static_cast<Wide>(value));
  } else {
    return static_cast<T>(value);
  }
}

template <class Acc>
void fill_units(Mt19937& engine, Acc* out, int64_t n) {
  for_each_chunk(engine, n, sizeof(Acc) / 4, [=](const uint32_t* words, int64_t begin, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      if constexpr (sizeof(Acc) == 8) {
        out[begin + i] = unit_double(words[2 * i], words[2 * i + 1]);
      } else {
        out[begin + i] = unit_float(words[i]);
      }
    }
  });
}

template <class T>
void normal_blocks(Mt19937& engine, T* out, int64_t n, double mean, double std) {
  using Acc = opmath_t<T>;
  constexpr int64_t kBlock = 16;
  const Acc m = static_cast<Acc>(mean);
  const Acc s = static_cast<Acc>(std);
  if constexpr (std::is_same_v<Acc, T>) {
    fill_units(engine, out, n);
    box_muller_blocks(out, n / kBlock, m, s);
    if (n % kBlock != 0) {
      // The whole memory is drawn before its last 16 elements are drawn again.
      fill_units(engine, out + n - kBlock, kBlock);
      box_muller_blocks(out + n - kBlock, 1, m, s);
    }
  } else {
    Acc units[kChunk];
    auto draw = [&](T* to, int64_t count) {
      fill_units(engine, units, count);
      box_muller_blocks(units, count / kBlock, m, s);
      for (int64_t i = 0; i < count; ++i) to[i] = static_cast<T>(units[i]);
    };
    // Unlike above, the elements after the last whole block are not drawn twice.
    const int64_t whole = n / kBlock * kBlock;
    for (int64_t begin = 0; begin < whole; begin += kChunk) draw(out + begin, std::min(kChunk, whole - begin));
    if (whole != n) draw(out + n - kBlock, kBlock);
  }
}

}  // namespace

void fill_normal_blocks(CpuGenerator& generator, DType dtype, void* out, int64_t n, double mean, double std) {
  visit_dtype<kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    normal_blocks(generator.engine(), static_cast<T*>(out), n, mean, std);
  });
}

void fill_normal(CpuGenerator& generator, DType dtype, void* out, int64_t n, double mean, double std) {
  visit_dtype<kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill(static_cast<T*>(out), n, [&] { return draw_normal(generator, mean, std); });
  });
}

void fill_log_normal(CpuGenerator& generator, DType dtype, void* out, int64_t n, double mean, double std) {
  visit_dtype<kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill(static_cast<T*>(out), n, [&] { return std::exp(draw_normal(generator, mean, std)); });
  });
}

void fill_exponential(CpuGenerator& generator, DType dtype, void* out, int64_t n, double rate) {
  const double scale = -1.0 / rate;
  visit_dtype<kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill_mapped(generator.engine(), static_cast<T*>(out), n, [=](double u) { return scale * std::log1p(-u); });
  });
}

void fill_cauchy(CpuGenerator& generator, DType dtype, void* out, int64_t n, double median, double sigma) {
  constexpr double kPi = 3.141592653589793;
  visit_dtype<kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill_mapped(generator.engine(), static_cast<T*>(out), n,
                [=](double u) { return std::fma(sigma, std::tan(kPi * (u - 0.5)), median); });
  });
}

void fill_geometric(CpuGenerator& generator, DType dtype, void* out, int64_t n, double p) {
  const double log_miss = std::log1p(-p);
  visit_dtype<kIntegralSet | kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill_mapped(generator.engine(), static_cast<T*>(out), n,
                [=](double u) { return convert_as_machine<T>(std::ceil(std::log(u) / log_miss)); });
  });
}

}  // namespace vt::cpu
