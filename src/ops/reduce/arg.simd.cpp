#include "ops/reduce/arg_kernels.h"

#include <cstring>

#include "core/math.h"

namespace vt::reduce::VT_ISA {
namespace {

template <class T, bool largest>
VT_ALWAYS_INLINE bool beats(T x, T best) {
  const bool further = largest ? x > best : x < best;
  return further || (m::isnan(x) && !m::isnan(best));
}

template <class T, bool largest>
struct Kernel {
  static void run(char* best_at, int64_t* index, const char* data, int64_t n, int64_t base) {
    const T* x = reinterpret_cast<const T*>(data);
    T best = *reinterpret_cast<const T*>(best_at);
    // The extreme of a block first, which vectorises; only a block that beats the best so far is searched for it.
    constexpr int64_t kLanes = 64, kBlock = 16 * kLanes;
    for (int64_t i = 0; i < n; i += kBlock) {
      const int64_t count = n - i < kBlock ? n - i : kBlock;
      const T* block = x + i;
      T lane[kLanes];
      for (int64_t j = 0; j < kLanes; ++j) lane[j] = block[j < count ? j : 0];
      for (int64_t j = kLanes; j + kLanes <= count; j += kLanes) {
        for (int64_t k = 0; k < kLanes; ++k)
          lane[k] = largest ? m::max(lane[k], block[j + k]) : m::min(lane[k], block[j + k]);
      }
      T extreme = lane[0];
      for (int64_t j = 1; j < kLanes; ++j) extreme = largest ? m::max(extreme, lane[j]) : m::min(extreme, lane[j]);
      for (int64_t j = count / kLanes * kLanes; j < count; ++j) {
        extreme = largest ? m::max(extreme, block[j]) : m::min(extreme, block[j]);
      }
      if (!beats<T, largest>(extreme, best)) continue;
      int64_t j = 0;
      while (!(block[j] == extreme || m::isnan(block[j]))) ++j;
      best = block[j];
      *index = base + i + j;
    }
    std::memcpy(best_at, &best, sizeof best);
  }
  static void columns(char* best_at, int64_t* index, const char* data, int64_t n, int64_t at) {
    T* best = reinterpret_cast<T*>(best_at);
    const T* x = reinterpret_cast<const T*>(data);
    for (int64_t j = 0; j < n; ++j) {
      const bool better = beats<T, largest>(x[j], best[j]);
      best[j] = better ? x[j] : best[j];
      index[j] = better ? at : index[j];
    }
  }
  static constexpr ArgKernels kTable{&run, &columns};
};

}  // namespace

const ArgKernels* arg_kernels(bool largest, int compute_type) {
  switch (compute_type) {
    case 0: return largest ? &Kernel<int64_t, true>::kTable : &Kernel<int64_t, false>::kTable;
    case 1: return largest ? &Kernel<float, true>::kTable : &Kernel<float, false>::kTable;
    case 2: return largest ? &Kernel<double, true>::kTable : &Kernel<double, false>::kTable;
    default: return nullptr;
  }
}

}  // namespace vt::reduce::VT_ISA
