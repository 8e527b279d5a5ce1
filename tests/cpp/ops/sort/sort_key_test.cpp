#include "ops/sort/sort_key.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/dtype.h"
#include "ops/index/histogram.h"

using namespace vt;

namespace {

// Numbers of T in ascending order, as far as T has them.
template <class T>
std::vector<T> ascending() {
  if constexpr (std::is_same_v<T, bool>) {
    return {false, true};
  } else if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    std::vector<T> list{Limits::min(), static_cast<T>(Limits::min() + 1)};
    if (Limits::is_signed) list.insert(list.end(), {static_cast<T>(-7), static_cast<T>(-1), T(0)});
    list.insert(list.end(), {T(2), T(100), static_cast<T>(Limits::max() - 1), Limits::max()});
    return list;
  } else {
    const double infinity = std::numeric_limits<double>::infinity();
    std::vector<T> list;
    for (const double x : {-infinity, -3e4, -2.0, -1.0, -6.2e-5, 0.0, 6.2e-5, 0.5, 1.0, 3e4, infinity}) {
      list.push_back(static_cast<T>(static_cast<float>(x)));
    }
    return list;
  }
}

}  // namespace

TEST_CASE_TEMPLATE("keys are in the order of the numbers and fit their bits", T, bool, uint8_t, int8_t, int16_t,
                   int32_t, int64_t, float16, bfloat16, float, double) {
  const std::vector<T> numbers = ascending<T>();
  for (size_t i = 0; i < numbers.size(); ++i) {
    CAPTURE(i);
    for (const bool descending : {false, true}) {
      const uint64_t key = sort_key(numbers[i], descending);
      if constexpr (kKeyBits<T> < 64) CHECK((key >> kKeyBits<T>) == 0);
      if (i > 0) CHECK((sort_key(numbers[i - 1], descending) < key) == !descending);
      T value{};
      const bool alone = value_of_key(key, descending, value);
      CHECK(alone == (std::is_integral_v<T> || (numbers[i] == numbers[i] && numbers[i] != T(0))));
      if (alone) CHECK(value == numbers[i]);
    }
  }
}

TEST_CASE_TEMPLATE("NaNs are one key above infinity, zeros are one key", T, float16, bfloat16, float, double) {
  const T nan = static_cast<T>(std::numeric_limits<float>::quiet_NaN());
  const T infinity = static_cast<T>(std::numeric_limits<float>::infinity());
  const T other = static_cast<T>(-std::numeric_limits<float>::quiet_NaN());
  CHECK(ordered_bits(nan) == ordered_bits(other));
  CHECK(ordered_bits(nan) > ordered_bits(infinity));
  CHECK(ordered_bits(static_cast<T>(0.0f)) == ordered_bits(static_cast<T>(-0.0f)));
}

TEST_CASE("a range's last bin has its upper end; what lies outside has none") {
  const BinRange<float> range{-1, 3, 4};
  CHECK(range.bin_of(-1) == 0);
  CHECK(range.bin_of(0) == 1);
  CHECK(range.bin_of(2.99f) == 3);
  CHECK(range.bin_of(3) == 3);
  CHECK(range.bin_of(std::nextafter(3.0f, 4.0f)) == -1);
  CHECK(range.bin_of(std::nextafter(-1.0f, -2.0f)) == -1);
  CHECK(range.bin_of(std::numeric_limits<float>::quiet_NaN()) == -1);
  const float huge = std::numeric_limits<float>::max();
  const BinRange<float> all{-huge, huge, 10};  // its width is infinite
  for (const float x : {-huge, 0.0f, huge}) {
    CHECK(all.bin_of(x) >= 0);
    CHECK(all.bin_of(x) < 10);
  }
}

TEST_CASE("bins of integers are exact where double is") {
  const int64_t n = int64_t{1} << 40;
  const BinRange<fraction_t<int64_t>> range{0, static_cast<double>(n), 1024};
  for (int64_t bin = 1; bin < 1024; bin += 97) {
    CHECK(range.bin_of(static_cast<double>(bin * (n / 1024))) == bin);
    CHECK(range.bin_of(static_cast<double>(bin * (n / 1024) - 1)) == bin - 1);
  }
}
