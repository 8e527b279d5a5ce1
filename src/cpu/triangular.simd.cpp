#include "cpu/triangular_lanes.h"

namespace vt::cpu::VT_ISA {

template <class T>
void solve_lanes(const T* __restrict factor, const T* __restrict inverse, int64_t n, T* __restrict sides) {
  // Four rows at a time take what is known already, then each other.
  constexpr int kRows = 4;
  int64_t i = 0;
  for (; i + kRows <= n; i += kRows) {
    T sums[kRows][kSides];
    for (int r = 0; r < kRows; ++r) {
      for (int s = 0; s < kSides; ++s) sums[r][s] = sides[(i + r) * kSides + s];
    }
    for (int64_t j = 0; j < i; ++j) {
      for (int r = 0; r < kRows; ++r) {
        const T l = factor[(i + r) * kTriangle + j];
        for (int s = 0; s < kSides; ++s) sums[r][s] -= l * sides[j * kSides + s];
      }
    }
    for (int r = 0; r < kRows; ++r) {
      for (int j = 0; j < r; ++j) {
        const T l = factor[(i + r) * kTriangle + i + j];
        for (int s = 0; s < kSides; ++s) sums[r][s] -= l * sums[j][s];
      }
      for (int s = 0; s < kSides; ++s) sums[r][s] *= inverse[i + r];
    }
    for (int r = 0; r < kRows; ++r) {
      for (int s = 0; s < kSides; ++s) sides[(i + r) * kSides + s] = sums[r][s];
    }
  }
  for (; i < n; ++i) {
    T* row = sides + i * kSides;
    for (int64_t j = 0; j < i; ++j) {
      const T l = factor[i * kTriangle + j];
      for (int s = 0; s < kSides; ++s) row[s] -= l * sides[j * kSides + s];
    }
    for (int s = 0; s < kSides; ++s) row[s] *= inverse[i];
  }
}

template void solve_lanes<float>(const float*, const float*, int64_t, float*);
template void solve_lanes<double>(const double*, const double*, int64_t, double*);
template void solve_lanes<complex<float>>(const complex<float>*, const complex<float>*, int64_t, complex<float>*);
template void solve_lanes<complex<double>>(const complex<double>*, const complex<double>*, int64_t, complex<double>*);

}  // namespace vt::cpu::VT_ISA
