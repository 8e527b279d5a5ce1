#include "cpu/gemm_few.h"

#include <algorithm>
#include <cstring>

#include "cpu/scratch.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

constexpr int64_t kLeastDepth = 128;     // of k, below which the sums of lanes cost more than packing
constexpr int64_t kBlock = 48;           // rows of the large matrix per block of sums
constexpr int64_t kGrainWork = 1 << 18;  // multiplications that are worth a thread

// Column j of `from` (k, few) becomes row j of `to`.
void copy_columns(const char* from, int64_t k, int64_t few, int64_t ld, int64_t size, char* to) {
  for (int64_t p = 0; p < k; ++p) {
    for (int64_t j = 0; j < few; ++j) {
      std::memcpy(to + (j * k + p) * size, from + (p * ld + j) * size, static_cast<size_t>(size));
    }
  }
}

}  // namespace

bool gemm_few(const GemmKernels& kernels, int64_t m, int64_t n, int64_t k, const GemmOperand& a, const GemmOperand& b,
              const GemmTarget& target, int64_t size) {
  if (!kernels.dots || k < kLeastDepth) return false;
  const bool rows = m <= kernels.most_few && m <= n && b.transposed;
  if (!rows && !(n <= kernels.most_few_columns && !a.transposed)) return false;
  const int64_t few = rows ? m : n, many = rows ? n : m;
  const GemmOperand& x = rows ? a : b;
  const GemmOperand& w = rows ? b : a;
  const bool as_rows = rows != x.transposed;  // the few lie along k
  Scratch copied(as_rows ? 0 : few * k * size);
  if (!as_rows) copy_columns(static_cast<const char*>(x.data), k, few, x.ld, size, copied.as<char>());
  const void* few_rows = as_rows ? x.data : copied.as<void>();
  const int64_t few_ld = as_rows ? x.ld : k;
  const int64_t blocks = (many + kBlock - 1) / kBlock;
  const int64_t grain = std::max<int64_t>(1, kGrainWork / (few * k * kBlock));
  parallel_for(0, blocks, grain, [&](int64_t begin, int64_t end) {
    alignas(64) double sums[16 * kBlock];  // of the accumulating type, laid out as C is
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i * kBlock, count = std::min(kBlock, many - first);
      const auto* from = static_cast<const char*>(w.data) + first * w.ld * size;
      kernels.dots(few, count, k, few_rows, few_ld, from, w.ld, sums, rows ? kBlock : 1, rows ? 1 : few);
      GemmTarget part = target;
      part.c = static_cast<char*>(target.c) + first * (rows ? 1 : target.ldc) * size;
      if (rows && part.bias) part.bias = static_cast<const char*>(target.bias) + first * size;
      kernels.finish(sums, rows ? kBlock : few, rows ? few : count, rows ? count : few, part);
    }
  });
  return true;
}

}  // namespace vt::cpu
