#include "iter/cpu_loop.h"

#include "cpu/thread_pool.h"
#include "iter/cast.h"
#include "iter/for_each_row.h"

namespace vt {
namespace {

constexpr int kMax = TensorIter::kMaxOperands;

// How each operand meets the kernel along dim 0.
struct Plan {
  const TensorIter& it;
  const CpuLoop& loop;
  int operands;
  unsigned buffered = 0;  // by operand
  unsigned repeated = 0;  // by input, as kernels have it
  int64_t step[kMax];     // byte stride along dim 0
  int64_t item[kMax];     // of the operand's own dtype
  int64_t compute_item[kMax];

  Plan(const TensorIter& iter, const CpuLoop& l) : it(iter), loop(l), operands(iter.operand_count()) {
    for (int i = 0; i < operands; ++i) {
      step[i] = it.strides(i)[0];
      item[i] = static_cast<int64_t>(size_of(it.dtype(i)));
      compute_item[i] = static_cast<int64_t>(size_of(loop.dtypes[i]));
      const bool own_dtype = it.dtype(i) == loop.dtypes[i] && !rounds(i);
      const bool still = i > 0 && step[i] == 0 && it.shape()[0] > 1;
      if (own_dtype && (step[i] == item[i] || it.shape()[0] == 1)) continue;
      if (still && loop.takes_repeated) {
        repeated |= 1u << (i - 1);
        if (own_dtype) continue;
      }
      buffered |= 1u << i;
    }
  }

  // Whether an operand passes through a dtype that is neither its own nor the one computed in.
  bool rounds(int operand) const {
    return operand > 0 && it.dtype(operand) != loop.via[operand] && loop.via[operand] != loop.dtypes[operand];
  }
  bool is_repeated(int operand) const { return operand > 0 && (repeated >> (operand - 1) & 1); }

  void row(char* const* data, int64_t n) const {
    if (buffered == 0) {
      loop.kernel(data, repeated, n, loop.params);
    } else {
      row_in_chunks(data, n);
    }
  }

  VT_NOINLINE void row_in_chunks(char* const* data, int64_t n) const {
    alignas(64) char buffers[5][kLoopChunk * 16];
    char* use[kMax];
    char* buffer[kMax] = {};
    int next = 0;
    for (int i = 0; i < operands; ++i) {
      use[i] = data[i];
      if (buffered >> i & 1) buffer[i] = use[i] = buffers[next++];
    }
    for (int64_t done = 0; done < n; done += kLoopChunk) {
      const int64_t count = std::min(kLoopChunk, n - done);
      for (int i = 0; i < operands; ++i) {
        if (!buffer[i]) {
          if (!is_repeated(i)) use[i] = data[i] + done * step[i];
        } else if (i > 0 && (step[i] != 0 || done == 0)) {
          const int64_t wanted = is_repeated(i) ? 1 : count;
          load(buffer[i], i, data[i] + done * step[i], wanted);
        }
      }
      loop.kernel(use, repeated, count, loop.params);
      if (buffer[0]) {
        cpu::cast_strided(data[0] + done * step[0], step[0], it.dtype(0), buffer[0], compute_item[0], loop.dtypes[0],
                          count);
      }
    }
  }

  void load(char* to, int i, const char* from, int64_t count) const {
    if (step[i] == 0) {  // convert once, then spread
      alignas(16) char rounded[16];
      if (rounds(i)) cpu::cast_contiguous(rounded, loop.via[i], from, it.dtype(i), 1);
      cpu::cast_contiguous(to, loop.dtypes[i], rounds(i) ? rounded : from, rounds(i) ? loop.via[i] : it.dtype(i), 1);
      if (count > 1) cpu::move_strided(to, compute_item[i], to, 0, compute_item[i], count);
    } else {
      cpu::cast_strided(to, compute_item[i], loop.dtypes[i], from, step[i], it.dtype(i), count);
      if (rounds(i)) cpu::round_contiguous(to, loop.dtypes[i], loop.via[i], count);
    }
  }

  // Elements [begin, end) in the iterator's order.
  void range(int64_t begin, int64_t end) const {
    for_each_row<kMax>(it, begin, end, [&](char** data, int64_t count) {
      row(data, count);
      return true;
    });
  }
};

}  // namespace

void run_cpu_loop(const TensorIter& it, const CpuLoop& loop) {
  if (it.numel() == 0) return;
  VT_ASSERT(it.operand_count() <= 5 && it.output_count() == 1);
  const Plan plan(it, loop);
  parallel_for(0, it.numel(), kLoopGrain, [&](int64_t begin, int64_t end) { plan.range(begin, end); });
}

}  // namespace vt
