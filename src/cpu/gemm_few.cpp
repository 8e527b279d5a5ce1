#include "cpu/gemm_few.h"

#include <algorithm>

#include "core/ceil_div.h"
#include "cpu/scratch.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

constexpr int64_t kLeastDepth = 128;        // of k, below which the sums of lanes cost more than packing,
constexpr int64_t kDepthPerRow = 8;         // and for each of the few, as what is packed serves them all
constexpr int64_t kBlock = 48;              // rows of the large matrix per block of sums, or fewer if
constexpr int64_t kBlockBytes = 256 << 10;  // they shall stay in L2 until all of the few have met them,
constexpr int64_t kRowsTogether = 6;        // but whole tiles on every level
constexpr int64_t kMostDots = 8;            // GemmKernels::most_dots at most
constexpr int64_t kGrainWork = 1 << 18;     // multiplications that are worth a thread

// (rows, columns), rows ld apart, becomes (columns, rows).
template <class Number>
void transpose(const void* from, int64_t rows, int64_t columns, int64_t ld, void* to) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      static_cast<Number*>(to)[j * rows + i] = static_cast<const Number*>(from)[i * ld + j];
    }
  }
}

void transpose(int64_t size, const void* from, int64_t rows, int64_t columns, int64_t ld, void* to) {
  if (size == 8) transpose<uint64_t>(from, rows, columns, ld, to);
  else if (size == 4) transpose<uint32_t>(from, rows, columns, ld, to);
  else transpose<uint16_t>(from, rows, columns, ld, to);
}

}  // namespace

bool gemm_few(const GemmKernels& kernels, int64_t m, int64_t n, int64_t k, const GemmOperand& a, const GemmOperand& b,
              const GemmTarget& target, int64_t size) {
  if (!kernels.dots || k < std::max(kLeastDepth, kDepthPerRow * std::min(m, n))) return false;
  const bool rows = m <= kernels.most_few_rows && m <= n && b.transposed;
  if (!rows && !(n <= kernels.most_few_columns && !a.transposed)) return false;
  const int64_t few = rows ? m : n, many = rows ? n : m;
  const GemmOperand& x = rows ? a : b;
  const GemmOperand& w = rows ? b : a;
  const bool as_rows = rows != x.transposed;  // the few lie along k
  Scratch copied(as_rows ? 0 : few * k * size);
  if (!as_rows) transpose(size, x.data, k, few, x.ld, copied.as<void>());
  const char* few_rows = as_rows ? static_cast<const char*>(x.data) : copied.as<char>();
  const int64_t few_ld = as_rows ? x.ld : k;
  const int64_t groups = ceil_div(few, int64_t{kernels.most_dots});
  const int64_t kept = std::max<int64_t>(1, kBlockBytes / (k * size * kRowsTogether)) * kRowsTogether;
  const int64_t block = groups == 1 ? kBlock : std::min(kBlock, kept);
  const int64_t grain = std::max<int64_t>(1, kGrainWork / (few * k * block));
  parallel_for(0, ceil_div(many, block), grain, [&](int64_t begin, int64_t end) {
    alignas(64) double sums[kMostDots * kBlock], transposed[kMostDots * kBlock];  // of the accumulating type
    for (int64_t i = begin * groups; i < end * groups; ++i) {
      const int64_t first = i / groups * block, count = std::min(block, many - first);
      const int64_t group = i % groups, from = group * few / groups, here = (group + 1) * few / groups - from;
      kernels.dots(here, count, k, few_rows + from * few_ld * size, few_ld,
                   static_cast<const char*>(w.data) + first * w.ld * size, w.ld, sums);
      const int64_t row = rows ? from : first, column = rows ? first : from;
      GemmTarget part = target;
      part.c = static_cast<char*>(target.c) + (row * target.ldc + column) * size;
      if (part.bias) part.bias = static_cast<const char*>(target.bias) + column * size;
      if (!rows) {
        kernels.finish(sums, here, count, here, part);
        continue;
      }
      transpose(std::max(size, int64_t{sizeof(float)}), sums, count, here, here, transposed);
      kernels.finish(transposed, count, here, count, part);
    }
  });
  return true;
}

}  // namespace vt::cpu
