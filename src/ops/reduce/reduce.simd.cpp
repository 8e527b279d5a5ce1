#include "ops/reduce/fold.h"
#include "ops/reduce/kernels.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace vt::reduce::VT_ISA {
namespace {

// 64 bytes of numbers; the compiler splits it where registers are narrower.
template <class T>
struct Lanes {
  typedef T type __attribute__((vector_size(64)));
  static constexpr int64_t kCount = 64 / sizeof(T);
};
template <class Fold, class V>
VT_ALWAYS_INLINE V combine_lanes(V a, V b) {
  if constexpr (std::is_same_v<Fold, Sum>) return a + b;
  if constexpr (std::is_same_v<Fold, Product>) return a * b;
  if constexpr (std::is_same_v<Fold, Maximum>) return ((a > b) | (a != a)) ? a : b;
  if constexpr (std::is_same_v<Fold, Minimum>) return ((a < b) | (a != a)) ? a : b;
}

// Elements folded in their own type before they go into the wide accumulator: a lane adds up at most kBlock / 64 of
// them.
constexpr int64_t kBlock = 2048;

template <class Fold, class M>
VT_ALWAYS_INLINE M fold_block(const M* x, int64_t n) {
  if constexpr (is_complex_v<M>) {
    M part[4] = {Fold::template identity<M>(), Fold::template identity<M>(), Fold::template identity<M>(),
                 Fold::template identity<M>()};
    for (int64_t i = 0; i < n; ++i) part[i & 3] = Fold::template combine<M>(part[i & 3], x[i]);
    return Fold::template combine<M>(Fold::template combine<M>(part[0], part[1]),
                                     Fold::template combine<M>(part[2], part[3]));
  } else {
    using V = typename Lanes<M>::type;
    constexpr int64_t kCount = Lanes<M>::kCount;
    const M start = Fold::template identity<M>();
    V a = start - V{}, b = a, c = a, d = a;
    auto load = [](const M* from) {
      V v;
      std::memcpy(&v, from, sizeof v);
      return v;
    };
    int64_t i = 0;
    for (; i + 4 * kCount <= n; i += 4 * kCount) {
      a = combine_lanes<Fold, V>(a, load(x + i));
      b = combine_lanes<Fold, V>(b, load(x + i + kCount));
      c = combine_lanes<Fold, V>(c, load(x + i + 2 * kCount));
      d = combine_lanes<Fold, V>(d, load(x + i + 3 * kCount));
    }
    for (; i + kCount <= n; i += kCount) a = combine_lanes<Fold, V>(a, load(x + i));
    a = combine_lanes<Fold, V>(combine_lanes<Fold, V>(a, b), combine_lanes<Fold, V>(c, d));
    M lane[kCount];
    std::memcpy(lane, &a, sizeof a);
    for (int64_t step = kCount / 2; step > 0; step /= 2) {
      for (int64_t j = 0; j < step; ++j) lane[j] = Fold::template combine<M>(lane[j], lane[j + step]);
    }
    for (; i < n; ++i) lane[0] = Fold::template combine<M>(lane[0], x[i]);
    return lane[0];
  }
}

// `plain`: elements are folded as they are.
template <template <class> class Row, class T, bool plain>
struct Kernel {
  using R = Row<T>;
  using Fold = typename R::Fold;
  using M = typename R::Mapped;
  using Acc = typename R::Acc;
  static_assert(sizeof(Acc) <= kMaxAccBytes);

  static void start(char* acc, int64_t n) {
    for (int64_t i = 0; i < n; ++i) reinterpret_cast<Acc*>(acc)[i] = Fold::template identity<Acc>();
  }
  static void run(char* acc, const char* data, int64_t n, double p) {
    const T* x = reinterpret_cast<const T*>(data);
    Acc& total = *reinterpret_cast<Acc*>(acc);
    M mapped[plain ? 1 : kBlock];
    for (int64_t i = 0; i < n; i += kBlock) {
      const int64_t count = n - i < kBlock ? n - i : kBlock;
      if constexpr (plain) {
        total = Fold::template combine<Acc>(total, Acc(fold_block<Fold, M>(x + i, count)));
        continue;
      }
      for (int64_t j = 0; j < count; ++j) mapped[j] = R::map(x[i + j], p);
      total = Fold::template combine<Acc>(total, Acc(fold_block<Fold, M>(mapped, count)));
    }
  }
  static void columns(char* acc, const char* data, int64_t row_step, int64_t rows, int64_t n, double p) {
    Acc* total = reinterpret_cast<Acc*>(acc);
    constexpr int64_t kRows = 32;
    M part[kColumns];
    for (int64_t r = 0; r < rows; r += kRows) {
      const int64_t count = rows - r < kRows ? rows - r : kRows;
      for (int64_t j = 0; j < n; ++j) part[j] = Fold::template identity<M>();
      for (int64_t k = 0; k < count; ++k) {
        const T* x = reinterpret_cast<const T*>(data + (r + k) * row_step);
        for (int64_t j = 0; j < n; ++j) part[j] = Fold::template combine<M>(part[j], R::map(x[j], p));
      }
      for (int64_t j = 0; j < n; ++j) total[j] = Fold::template combine<Acc>(total[j], Acc(part[j]));
    }
  }
  static void combine(char* acc, const char* other, int64_t n) {
    Acc* a = reinterpret_cast<Acc*>(acc);
    const Acc* b = reinterpret_cast<const Acc*>(other);
    for (int64_t i = 0; i < n; ++i) a[i] = Fold::template combine<Acc>(a[i], b[i]);
  }
  static void finish(char* out, const char* acc, int64_t n, double count, double p) {
    auto* o = reinterpret_cast<typename R::Out*>(out);
    const Acc* a = reinterpret_cast<const Acc*>(acc);
    for (int64_t i = 0; i < n; ++i) o[i] = R::finish(a[i], count, p);
  }
  static constexpr Kernels kTable{sizeof(Acc), &start, &run, &columns, &combine, &finish};
};

template <template <class> class Row, DTypeRule r, bool plain, class T>
constexpr const Kernels* kernels_of() {
  if constexpr ((r.domain & domain_of<T>) != 0) return &Kernel<Row, T, plain>::kTable;
  return nullptr;
}

}  // namespace

#define VT_KERNELS(id, rule_, map_, T) kernels_of<id##_row, rule::rule_, std::string_view(map_) == "x", T>()
#define VT_REDUCE(id, rule_, fold, map_, finish_)                                          \
  namespace {                                                                              \
  VT_REDUCE_STRUCT(id, rule_, fold, map_, finish_)                                         \
  }                                                                                        \
  extern const KernelSet id##_kernels;                                                     \
  constinit const KernelSet id##_kernels = {                                               \
      {VT_KERNELS(id, rule_, #map_, int64_t), VT_KERNELS(id, rule_, #map_, float),         \
       VT_KERNELS(id, rule_, #map_, double), VT_KERNELS(id, rule_, #map_, complex<float>), \
       VT_KERNELS(id, rule_, #map_, complex<double>)}};
#include "ops/reduce/norms.def"
#include "ops/reduce/reduce.def"

}  // namespace vt::reduce::VT_ISA
