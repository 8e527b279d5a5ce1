// The CPU kernels of one reduction for one compute type, erased.
#pragma once

#include "core/dtype.h"
#include "ops/pointwise/dtype_rule.h"

namespace vt::reduce {

// `acc` points to accumulators of acc_bytes each (at most kMaxAccBytes); x to elements of the compute type.
inline constexpr int kMaxAccBytes = 24;
struct Kernels {
  int acc_bytes;
  void (*start)(char* acc, int64_t n);
  // Reduces n contiguous elements into one accumulator.
  void (*run)(char* acc, const char* x, int64_t n, double p);
  // Reduces `rows` rows of n contiguous elements, row_step bytes apart, into n accumulators; n <= kColumns.
  void (*columns)(char* acc, const char* x, int64_t row_step, int64_t rows, int64_t n, double p);
  void (*combine)(char* acc, const char* other, int64_t n);
  // n results of the row's result dtype.
  void (*finish)(char* out, const char* acc, int64_t n, double count, double p);
};
inline constexpr int64_t kColumns = 256;

struct KernelSet {
  const Kernels* kernels[pointwise::kComputeTypes];  // null outside the row's domain
};

}  // namespace vt::reduce
