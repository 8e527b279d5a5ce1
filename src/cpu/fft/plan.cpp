#include "cpu/fft/plan.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>

#include "cpu/allocator.h"
#include "cpu/fft/fft.h"

namespace vt::cpu::fft {
namespace {

struct Root {
  double re, im;
};

// e^(-2 pi i k / n) to the last bit or nearly: sines and cosines are of angles of at most pi / 4.
Root root(int64_t k, int64_t n) {
  k %= n;
  // in eighths of the circle: octant `eighth`, and what is left of 8k of n
  const int64_t eighth = 8 * k / n;
  const bool back = eighth % 2 == 1;
  const int64_t left = back ? (eighth + 1) * n - 8 * k : 8 * k - eighth * n;  // 8 times the angle, from an axis
  const double angle = std::numbers::pi / 4 * static_cast<double>(left) / static_cast<double>(n);
  double x = std::cos(angle), y = std::sin(angle);
  // the axis is the one below an even octant and above an odd one
  const int64_t quarter = (eighth + (back ? 1 : 0)) / 2 % 4;
  if (back) y = -y;
  for (int64_t turn = 0; turn < quarter; ++turn) {
    const double turned = -y;
    y = x;
    x = turned;
  }
  return {x, -y};
}

template <class T>
void put(T* to, Root r) {
  to[0] = static_cast<T>(r.re);
  to[1] = static_cast<T>(r.im);
}

// Factors 8 first, for they are the fewest passes; a rest of 2 becomes part of two fours.
std::vector<int> radices_of(int64_t n) {
  std::vector<int> radices;
  int twos = 0;
  for (; n % 2 == 0; n /= 2) ++twos;
  while (twos >= 3 && twos != 4) {
    radices.push_back(8);
    twos -= 3;
  }
  for (; twos >= 2; twos -= 2) radices.push_back(4);
  if (twos == 1) radices.push_back(2);
  for (int prime = 3; n > 1; prime += 2) {
    for (; n % prime == 0; n /= prime) radices.push_back(prime);
  }
  return radices;
}

int64_t next_smooth(int64_t least) {
  int64_t best = 1;
  while (best < least) best *= 2;
  for (int64_t five = 1; five < best; five *= 5) {
    for (int64_t odd = five; odd < best; odd *= 3) {
      int64_t n = odd;
      while (n < least) n *= 2;
      best = std::min(best, n);
    }
  }
  return best;
}

template <class Plan>
struct Cache {
  struct Entry {
    int64_t n;
    std::shared_ptr<const Plan> plan;
  };
  static constexpr size_t kEntries = 64;
  static constexpr int64_t kBytes = int64_t(64) << 20;

  std::mutex mutex;
  std::vector<Entry> entries;  // used last at the end

  std::shared_ptr<const Plan> find(int64_t n) {
    const std::lock_guard lock(mutex);
    const auto at = std::ranges::find(entries, n, &Entry::n);
    if (at == entries.end()) return nullptr;
    std::rotate(at, at + 1, entries.end());
    return entries.back().plan;
  }
  void keep(int64_t n, std::shared_ptr<const Plan> plan) {
    const std::lock_guard lock(mutex);
    entries.push_back({n, std::move(plan)});
    int64_t bytes = 0;
    for (const Entry& entry : entries) bytes += entry.plan->bytes();
    while (entries.size() > 1 && (entries.size() > kEntries || bytes > kBytes)) {
      bytes -= entries.front().plan->bytes();
      entries.erase(entries.begin());
    }
  }
};

}  // namespace

bool is_smooth(int64_t n) {
  for (int prime = 2; prime <= kMaxRadix; ++prime) {
    while (n % prime == 0) n /= prime;
  }
  return n == 1;
}

template <class T>
PassPlan<T>::PassPlan(int64_t n) : n_(n) {
  const std::vector<int> radices = radices_of(n);
  int64_t size = 0, rest = n;
  for (const int radix : radices) {
    rest /= radix;
    size += 2 * (rest * (radix - 1) + radix);
  }
  table_.resize(static_cast<size_t>(size));
  T* table = table_.data();
  int64_t s = 1;
  rest = n;
  for (const int radix : radices) {
    Pass<T> pass{radix, rest / radix, s, table, nullptr};
    for (int64_t p = 0; p < pass.m; ++p) {
      for (int k = 1; k < radix; ++k, table += 2) put(table, root(p * k, rest));
    }
    pass.roots = table;
    for (int k = 0; k < radix; ++k, table += 2) put(table, root(k, radix));
    passes_.push_back(pass);
    rest /= radix;
    s *= radix;
  }
}

template <class T>
CutPlan<T>::CutPlan(int64_t n) : lanes_(VT_SIMD_PICK(lanes, T)()) {
  n1_ = static_cast<int64_t>(std::sqrt(static_cast<double>(n)));
  while (n % n1_ != 0) --n1_;
  n2_ = n / n1_;
  first_ = plan_of<PassPlan<T>>(n1_);
  second_ = plan_of<PassPlan<T>>(n2_);
  const int64_t padded = (n2_ + lanes_ - 1) / lanes_ * lanes_;
  bytes_ = 2 * n1_ * padded * static_cast<int64_t>(sizeof(T));
  const auto size = static_cast<size_t>(bytes_);
  turns_ = std::shared_ptr<T>(static_cast<T*>(cpu_allocate(size)), [size](T* p) { cpu_deallocate(p, size); });
  T* to = turns_.get();
  for (int64_t begin = 0; begin < padded; begin += lanes_) {
    for (int64_t k = 0; k < n1_; ++k, to += 2 * lanes_) {
      for (int l = 0; l < lanes_; ++l) {
        const Root turn = root(k * std::min(begin + l, n2_ - 1), n);
        to[l] = static_cast<T>(turn.re);
        to[lanes_ + l] = static_cast<T>(turn.im);
      }
    }
  }
}

template <class T>
const T* CutPlan<T>::turns(int64_t group) const {
  return turns_.get() + group * 2 * n1_ * lanes_;
}

template <class T>
HalfPlan<T>::HalfPlan(int64_t n) : roots_(static_cast<size_t>(2 * (n / 4 + 1))) {
  for (int64_t k = 0; k <= n / 4; ++k) put(&roots_[static_cast<size_t>(2 * k)], root(k, n));
}

template <class T>
ChirpPlan<T>::ChirpPlan(int64_t n)
    : padded_(next_smooth(2 * n)), chirp_(static_cast<size_t>(2 * n)), filter_(static_cast<size_t>(2 * padded_)) {
  int64_t square = 0;  // k^2 modulo 2n
  const T scale = static_cast<T>(1.0 / static_cast<double>(padded_));
  for (int64_t k = 0; k < n; ++k) {
    T* c = &chirp_[static_cast<size_t>(2 * k)];
    put(c, root(square, 2 * n));
    for (const int64_t at : {k, (padded_ - k) % padded_}) {
      filter_[static_cast<size_t>(2 * at)] = c[0] * scale;
      filter_[static_cast<size_t>(2 * at + 1)] = -c[1] * scale;
    }
    square = (square + 2 * k + 1) % (2 * n);
  }
  transform_lines<T>({.length = padded_, .in_step = 1, .out_step = 1}, filter_.data(), filter_.data());
}

template <class Plan>
std::shared_ptr<const Plan> plan_of(int64_t n) {
  static auto* cache = new Cache<Plan>;
  if (auto found = cache->find(n)) return found;
  auto made = std::make_shared<const Plan>(n);  // by several threads at once, perhaps: the plans are alike
  cache->keep(n, made);
  return made;
}

#define VT_FFT_OF(T)                                                           \
  template class PassPlan<T>;                                                  \
  template class CutPlan<T>;                                                   \
  template class HalfPlan<T>;                                                  \
  template class ChirpPlan<T>;                                                 \
  template std::shared_ptr<const PassPlan<T>> plan_of<PassPlan<T>>(int64_t n); \
  template std::shared_ptr<const CutPlan<T>> plan_of<CutPlan<T>>(int64_t n);   \
  template std::shared_ptr<const HalfPlan<T>> plan_of<HalfPlan<T>>(int64_t n); \
  template std::shared_ptr<const ChirpPlan<T>> plan_of<ChirpPlan<T>>(int64_t n);
VT_FFT_OF(float)
VT_FFT_OF(double)
#undef VT_FFT_OF

}  // namespace vt::cpu::fft
