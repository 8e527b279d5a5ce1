#include "ops/pointwise/complex_special.h"

#include <cmath>
#include <complex>
#include <cstring>

#include "ops/pointwise/rows.h"

namespace vt::pointwise {
namespace {

template <class T, std::complex<T> (*function)(const std::complex<T>&)>
void mend(const char* in, char* out, int64_t n) {
  const auto* x = reinterpret_cast<const std::complex<T>*>(in);
  auto* y = reinterpret_cast<std::complex<T>*>(out);
  for (int64_t i = 0; i < n; ++i) {
    if (!std::isfinite(x[i].real()) || !std::isfinite(x[i].imag())) y[i] = function(x[i]);
  }
}

struct Function {
  const Row* row;
  void (*in_single)(const char*, char*, int64_t);
  void (*in_double)(const char*, char*, int64_t);
};
#define VT_FUNCTIONS(F) \
  F(acos) F(acosh) F(asin) F(asinh) F(atan) F(atanh) F(cos) F(cosh) F(exp) F(sin) F(sinh) F(tan) F(tanh)
#define VT_FUNCTION(name) {&rows::name, mend<float, std::name<float>>, mend<double, std::name<double>>},
const Function kFunctions[] = {VT_FUNCTIONS(VT_FUNCTION)};
#undef VT_FUNCTION
#undef VT_FUNCTIONS

// The result may be written over the input, so that this is kept meanwhile.
void run_mended(char* const* data, unsigned repeated, int64_t n, const char* params) {
  const auto& loop = *reinterpret_cast<const MendedLoop*>(params);
  constexpr int64_t kBytes = 8192;
  alignas(16) char kept[kBytes];
  const int64_t item = loop.item, chunk = kBytes / item;
  for (int64_t done = 0; done < n; done += chunk) {
    const int64_t count = std::min(chunk, n - done);
    const char* in = data[1] + (repeated ? 0 : done * item);
    char* part[2] = {data[0] + done * item, kept};
    for (int64_t i = 0; i < (repeated ? count : 1); ++i) {
      std::memcpy(kept + i * item, in, static_cast<size_t>(repeated ? item : count * item));
    }
    loop.kernel(part, 0, count, loop.params);
    loop.mend(kept, part[0], count);
  }
}

}  // namespace

void mend_special_values(const Row& row, DType type, MendedLoop& loop, LoopKernel& kernel, const char*& params) {
  for (const Function& f : kFunctions) {
    if (f.row != &row) continue;
    const bool is_single = type == DType::complex64;
    loop = {kernel, params, is_single ? f.in_single : f.in_double, static_cast<int64_t>(size_of(type))};
    kernel = run_mended;
    params = reinterpret_cast<const char*>(&loop);
    return;
  }
}

}  // namespace vt::pointwise
