// The CPU kernels of var and std. Everything is in double: squares of what float32 holds leave its range.
#include "ops/reduce/moments.h"
#include "cpu/kernels/row_loops.h"

namespace vt::reduce::VT_ISA {
namespace {

using cpu::VT_ISA::for_lanes;
using Sums = cpu::VT_ISA::Lanes<double>;

// Count, mean and the sum of squares around the mean.
struct Moments {
  double count, mean, squares;

  VT_ALWAYS_INLINE void add(const Moments& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    const double total = count + other.count, distance = other.mean - mean, share = other.count / total;
    mean += distance * share;
    squares += other.squares + distance * distance * count * share;
    count = total;
  }
};
static_assert(sizeof(Moments) <= kMaxAccBytes);

// A block is read twice while it is in the first-level cache: for its mean, counted from its first element, which is
// exact where all elements are equal, then for the squares around it.
constexpr int64_t kBlock = 2048, kRows = 32;

template <class T, bool root>
struct Kernel {
  static void start(char* acc, int64_t n) {
    for (int64_t i = 0; i < n; ++i) reinterpret_cast<Moments*>(acc)[i] = {0, 0, 0};
  }
  static void run(char* acc, const char* data, int64_t n, double) {
    Moments& total = *reinterpret_cast<Moments*>(acc);
    const T* x = reinterpret_cast<const T*>(data);
    for (int64_t done = 0; done < n; done += kBlock, x += kBlock) {
      const int64_t count = n - done < kBlock ? n - done : kBlock;
      const double first = x[0];
      Sums sum(0), squares(0);
      for_lanes<double>(count, [&](int e, int64_t i) VT_ROW_LAMBDA { sum.value[e] += double(x[i]) - first; });
      const double mean = first + sum.sum() / double(count);
      for_lanes<double>(count, [&](int e, int64_t i) VT_ROW_LAMBDA {
        const double distance = double(x[i]) - mean;
        squares.value[e] += distance * distance;
      });
      total.add({double(count), mean, squares.sum()});
    }
  }
  static void columns(char* acc, const char* data, int64_t row_step, int64_t rows, int64_t n, double) {
    Moments* total = reinterpret_cast<Moments*>(acc);
    double mean[kColumns], squares[kColumns];
    for (int64_t done = 0; done < rows; done += kRows, data += kRows * row_step) {
      const int64_t count = rows - done < kRows ? rows - done : kRows;
      const T* first = reinterpret_cast<const T*>(data);
      for (int64_t j = 0; j < n; ++j) mean[j] = squares[j] = 0;
      for (int64_t k = 1; k < count; ++k) {
        const T* x = reinterpret_cast<const T*>(data + k * row_step);
        for (int64_t j = 0; j < n; ++j) mean[j] += double(x[j]) - double(first[j]);
      }
      for (int64_t j = 0; j < n; ++j) mean[j] = double(first[j]) + mean[j] / double(count);
      for (int64_t k = 0; k < count; ++k) {
        const T* x = reinterpret_cast<const T*>(data + k * row_step);
        for (int64_t j = 0; j < n; ++j) {
          const double distance = double(x[j]) - mean[j];
          squares[j] += distance * distance;
        }
      }
      for (int64_t j = 0; j < n; ++j) total[j].add({double(count), mean[j], squares[j]});
    }
  }
  static void combine(char* acc, const char* other, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      reinterpret_cast<Moments*>(acc)[i].add(reinterpret_cast<const Moments*>(other)[i]);
    }
  }
  static void finish(char* out, const char* acc, int64_t n, double, double divisor) {
    for (int64_t i = 0; i < n; ++i) {
      const double var = reinterpret_cast<const Moments*>(acc)[i].squares / divisor;
      reinterpret_cast<T*>(out)[i] = static_cast<T>(root ? m::sqrt(var) : var);
    }
  }
  static constexpr Kernels kTable{sizeof(Moments), &start, &run, &columns, &combine, &finish};
};

}  // namespace

const Kernels* variance_kernels(bool root, bool wide) {
  if (wide) return root ? &Kernel<double, true>::kTable : &Kernel<double, false>::kTable;
  return root ? &Kernel<float, true>::kTable : &Kernel<float, false>::kTable;
}

}  // namespace vt::reduce::VT_ISA
