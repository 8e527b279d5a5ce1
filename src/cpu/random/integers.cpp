// Integers and permutations by remainder.
#include <limits>
#include <utility>

#include "core/error.h"
#include "cpu/random/fill.h"
#include "cpu/random/words.h"

namespace vt::cpu {

namespace {

// From this range on 64 bits are drawn per number, below it 32.
constexpr uint64_t kWideRange = 1ull << 28;

template <class T>
VT_ALWAYS_INLINE T from_int64(int64_t value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value != 0;
  } else {
    return static_cast<T>(value);
  }
}

template <class T, class Number>
void fill_words(Mt19937& engine, T* out, int64_t n, bool wide, const Number& number) {
  for_each_chunk(engine, n, wide ? 2 : 1, [&](const uint32_t* words, int64_t begin, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      out[begin + i] = number(wide ? word64(words, i) : static_cast<uint64_t>(words[i]));
    }
  });
}

// One past the largest number of fill_random.
template <class T>
constexpr uint64_t random_end() {
  if constexpr (std::is_same_v<T, bool>) {
    return 2;
  } else if constexpr (std::numeric_limits<T>::is_integer) {
    return static_cast<uint64_t>(std::numeric_limits<T>::max()) + 1;
  } else {
    return (1ull << std::numeric_limits<T>::digits) + 1;
  }
}

template <class T>
void permute(Mt19937& engine, T* out, int64_t n) {
  constexpr int64_t kSmall = std::numeric_limits<uint32_t>::max() / 20;
  if (n < kSmall) {
    for (int64_t i = 0; i < n; ++i) out[i] = from_int64<T>(i);
    for_each_chunk(engine, n - 1, 1, [&](const uint32_t* words, int64_t begin, int64_t count) {
      for (int64_t i = begin; i < begin + count; ++i) {
        std::swap(out[i], out[i + words[i - begin] % static_cast<uint32_t>(n - i)]);
      }
    });
    return;
  }
  // A word's remainder would be visibly skewed: 64 bits, and the inside-out shuffle.
  for_each_chunk(engine, n, 2, [&](const uint32_t* words, int64_t begin, int64_t count) {
    for (int64_t i = begin; i < begin + count; ++i) {
      const auto j = static_cast<int64_t>(word64(words, i - begin) % static_cast<uint64_t>(i + 1));
      out[i] = from_int64<T>(i);
      out[i] = out[j];
      out[j] = from_int64<T>(i);
    }
  });
}

}  // namespace

void fill_integers(CpuGenerator& generator, DType dtype, void* out, int64_t n, uint64_t range, int64_t base) {
  visit_dtype<kRealSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto& engine = generator.engine();
    T* const to = static_cast<T*>(out);
    const auto offset = static_cast<uint64_t>(base);
    if (range >= kWideRange) {
      fill_words(engine, to, n, true,
                 [=](uint64_t word) { return from_int64<T>(static_cast<int64_t>(word % range + offset)); });
    } else {
      const auto narrow = static_cast<uint32_t>(range);
      fill_words(engine, to, n, false, [=](uint64_t word) {
        return from_int64<T>(static_cast<int64_t>(static_cast<uint32_t>(word) % narrow + offset));
      });
    }
  });
}

void fill_int64_range(CpuGenerator& generator, DType dtype, void* out, int64_t n) {
  VT_CHECK(dtype == DType::int64 || dtype == DType::float32 || dtype == DType::float64 || dtype == DType::bfloat16,
           Runtime, "expected int64, float32, float64 or bfloat16 for the whole range of int64, got ", dtype);
  visit_dtype<kRealSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    fill_words(generator.engine(), static_cast<T*>(out), n, true,
               [](uint64_t word) { return from_int64<T>(static_cast<int64_t>(word)); });
  });
}

void fill_random(CpuGenerator& generator, DType dtype, void* out, int64_t n) {
  visit_dtype<kRealSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr bool kWide = std::is_same_v<T, double> || std::is_same_v<T, int64_t>;
    constexpr uint64_t kEnd = random_end<T>();
    fill_words(generator.engine(), static_cast<T*>(out), n, kWide,
               [](uint64_t word) { return from_int64<T>(static_cast<int64_t>(word % kEnd)); });
  });
}

void fill_permutation(CpuGenerator& generator, DType dtype, void* out, int64_t n) {
  visit_dtype<kIntegralSet | kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    permute(generator.engine(), static_cast<T*>(out), n);
  });
}

}  // namespace vt::cpu
