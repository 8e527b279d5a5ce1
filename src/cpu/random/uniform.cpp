// Distributions that are a uniform number and at most one comparison away from the engine's words.
#include <cmath>

#include "core/error.h"
#include "cpu/random/fill.h"
#include "cpu/random/fma_clones.h"
#include "cpu/random/words.h"

namespace vt::cpu {

namespace {

// Rounding to the dtype can reach the open end; such a value becomes the closed one.
template <class T>
VT_ALWAYS_INLINE T keep_open(T value, T to, T from) {
  return static_cast<opmath_t<T>>(value) == static_cast<opmath_t<T>>(to) ? from : value;
}

template <class T>
void uniform(Mt19937& engine, T* out, int64_t n, double from, double to) {
  using Acc = opmath_t<T>;
  const Acc low = static_cast<Acc>(from);
  const Acc width = static_cast<Acc>(to) - low;
  const T first = static_cast<T>(from);
  const T last = static_cast<T>(to);
  for_each_chunk(engine, n, sizeof(Acc) / 4, [=](const uint32_t* words, int64_t begin, int64_t count) {
    run_fma_clone([=]() __attribute__((always_inline)) {
      for (int64_t i = 0; i < count; ++i) {
        Acc unit;
        if constexpr (sizeof(Acc) == 8) {
          unit = unit_double(words[2 * i], words[2 * i + 1]);
        } else {
          unit = unit_float(words[i]);
        }
        out[begin + i] = keep_open(static_cast<T>(std::fma(unit, width, low)), last, first);
      }
    });
  });
}

template <class T>
void bernoulli(Mt19937& engine, T* out, int64_t n, double p) {
  // u < p for u = k / 2^53 is k < 2^53 p.
  const auto threshold = static_cast<int64_t>(std::ceil(p * 0x1p53));
  for_each_chunk(engine, n, 2, [=](const uint32_t* words, int64_t begin, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      const auto k = static_cast<int64_t>(word64(words, i) & 0x1fffffffffffffull);
      out[begin + i] = static_cast<T>(k < threshold);
    }
  });
}

template <class T, class P>
void bernoulli(Mt19937& engine, T* out, int64_t n, const P* p) {
  using Acc = opmath_t<P>;
  for (int64_t i = 0; i < n; ++i) {
    const Acc probability = p[i];
    VT_CHECK(probability >= 0 && probability <= 1, Runtime, "expected probabilities in [0, 1], got ",
             static_cast<double>(probability));
    if constexpr (sizeof(Acc) == 8) {
      out[i] = static_cast<T>(unit_double(engine.next64()) < probability);
    } else {
      out[i] = static_cast<T>(unit_float(engine.next()) < probability);
    }
  }
}

}  // namespace

void fill_uniform(CpuGenerator& generator, DType dtype, void* out, int64_t n, double from, double to) {
  visit_dtype<kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    uniform(generator.engine(), static_cast<T*>(out), n, from, to);
  });
}

void fill_bernoulli(CpuGenerator& generator, DType dtype, void* out, int64_t n, double p) {
  visit_dtype<kRealSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    bernoulli(generator.engine(), static_cast<T*>(out), n, p);
  });
}

void fill_bernoulli(CpuGenerator& generator, DType dtype, void* out, int64_t n, DType p_dtype, const void* p) {
  visit_dtype<kRealSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_dtype<kFloatingSet>(p_dtype, [&](auto p_tag) {
      using P = typename decltype(p_tag)::type;
      bernoulli(generator.engine(), static_cast<T*>(out), n, static_cast<const P*>(p));
    });
  });
}

}  // namespace vt::cpu
