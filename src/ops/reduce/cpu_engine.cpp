#include "ops/reduce/cpu_engine.h"

#include <memory>

#include "cpu/thread_pool.h"
#include "iter/cast.h"

namespace vt::reduce {
namespace {

// Dims innermost first, merged where their strides allow; strides in bytes.
struct Dims {
  int n = 0;
  int64_t count = 1;
  int64_t sizes[64];
  int64_t strides[64];

  Dims() {}  // the arrays stay as they are
  void add(int64_t size, int64_t stride) {
    count *= size;
    if (size == 1) return;
    if (n > 0 && strides[n - 1] * sizes[n - 1] == stride) {
      sizes[n - 1] *= size;
      return;
    }
    sizes[n] = size;
    strides[n++] = stride;
  }
  int64_t offset(int64_t index) const {
    int64_t at = 0;
    for (int d = 0; d < n; ++d) {
      at += index % sizes[d] * strides[d];
      index /= sizes[d];
    }
    return at;
  }
};

// One accumulator gets at most this many elements before parts are combined: a fixed cut, so that the result does not
// depend on the number of threads.
constexpr int64_t kPart = 32768;
constexpr int64_t kBuffer = 2048;

struct Walk {
  const Kernels& k;
  DType in_dtype, compute, result;
  const char* in;
  char* out;
  DType out_dtype;
  double p;
  Dims kept, reduced;
  int64_t item, compute_item;

  bool converts() const { return in_dtype != compute; }

  // Elements [begin, end) of the reduced dims into one accumulator.
  void run(char* acc, const char* base, int64_t begin, int64_t end) const {
    if (reduced.n == 0) return run_line(acc, base, item, end - begin);
    for (int64_t at = begin; at < end;) {
      const int64_t within = at % reduced.sizes[0];
      const int64_t count = std::min(reduced.sizes[0] - within, end - at);
      run_line(acc, base + reduced.offset(at), reduced.strides[0], count);
      at += count;
    }
  }
  void run_line(char* acc, const char* x, int64_t stride, int64_t n) const {
    if (!converts() && stride == item) return k.run(acc, x, n, p);
    alignas(64) char buffer[kBuffer * 16];
    for (int64_t done = 0; done < n; done += kBuffer) {
      const int64_t count = std::min(kBuffer, n - done);
      cpu::cast_strided(buffer, compute_item, compute, x + done * stride, stride, in_dtype, count);
      k.run(acc, buffer, count, p);
    }
  }

  // The same for n neighbouring kept elements at once, kept.strides[0] apart.
  void run_columns(char* acc, const char* base, int64_t n, int64_t begin, int64_t end) const {
    const int64_t step = kept.strides[0];
    for (int64_t at = begin; at < end;) {
      const int64_t within = at % reduced.sizes[0];
      const int64_t count = std::min(reduced.sizes[0] - within, end - at);
      const char* x = base + reduced.offset(at);
      if (!converts() && step == item) {
        k.columns(acc, x, reduced.strides[0], count, n, p);
      } else {
        constexpr int64_t kRows = 8;
        alignas(64) char buffer[kRows * kColumns * 16];
        const int64_t row = n * compute_item;
        for (int64_t r = 0; r < count; r += kRows) {
          const int64_t rows = std::min(kRows, count - r);
          for (int64_t i = 0; i < rows; ++i) {
            cpu::cast_strided(buffer + i * row, compute_item, compute, x + (r + i) * reduced.strides[0], step, in_dtype,
                              n);
          }
          k.columns(acc, buffer, row, rows, n, p);
        }
      }
      at += count;
    }
  }

  void finish(int64_t first, const char* acc, int64_t n) const {
    alignas(16) char results[kColumns * 16];
    k.finish(results, acc, n, static_cast<double>(reduced.count), p);
    cpu::cast_contiguous(out + first * static_cast<int64_t>(size_of(out_dtype)), out_dtype, results, result, n);
  }
};

// Groups of neighbouring outputs times parts of the reduced elements are the pieces that threads share out.
template <class Reduce>
void in_pieces(const Walk& w, int64_t groups, int64_t width, int64_t inner, const Reduce& reduce) {
  const int64_t part = std::max<int64_t>(kPart / width, 1);
  const int64_t parts = std::max<int64_t>((w.reduced.count + part - 1) / part, 1);
  const int64_t acc_bytes = w.k.acc_bytes * width;
  auto group_of = [&](int64_t g, int64_t& first, int64_t& n) {
    const int64_t per_line = (inner + width - 1) / width;
    const int64_t line = g / per_line, tile = g % per_line;
    first = line * inner + tile * width;
    n = std::min(width, inner - tile * width);
  };
  const int64_t grain = std::max<int64_t>(kPart / std::max<int64_t>(std::min(part, w.reduced.count) * width, 1), 1);
  if (parts == 1) {
    parallel_for(0, groups, grain, [&](int64_t begin, int64_t end) {
      alignas(64) char acc[kColumns * kMaxAccBytes];
      for (int64_t g = begin; g < end; ++g) {
        int64_t first, n;
        group_of(g, first, n);
        w.k.start(acc, n);
        reduce(acc, first, n, 0, w.reduced.count);
        w.finish(first, acc, n);
      }
    });
    return;
  }
  const auto partials = std::make_unique_for_overwrite<char[]>(static_cast<size_t>(groups * parts * acc_bytes) + 16);
  parallel_for(0, groups * parts, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t first, n;
      group_of(i / parts, first, n);
      char* acc = partials.get() + i * acc_bytes;
      w.k.start(acc, n);
      const int64_t from = i % parts * part;
      reduce(acc, first, n, from, std::min(from + part, w.reduced.count));
    }
  });
  for (int64_t g = 0; g < groups; ++g) {
    int64_t first, n;
    group_of(g, first, n);
    char* acc = partials.get() + g * parts * acc_bytes;
    for (int64_t i = 1; i < parts; ++i) w.k.combine(acc, acc + i * acc_bytes, n);
    w.finish(first, acc, n);
  }
}

}  // namespace

void reduce_on_cpu(const Kernels& k, const Tensor& in, DType compute, DType result, IntSpan dims, const Tensor& out,
                   double p) {
  Walk w{k,
         in.dtype(),
         compute,
         result,
         static_cast<const char*>(in.data()),
         static_cast<char*>(out.data()),
         out.dtype(),
         p,
         {},
         {},
         static_cast<int64_t>(size_of(in.dtype())),
         static_cast<int64_t>(size_of(compute))};
  if (out.numel() == 0) return;
  const IntSpan sizes = in.sizes(), strides = in.strides();
  DimVec order;
  for (int64_t d = in.dim() - 1; d >= 0; --d) {
    if (std::find(dims.begin(), dims.end(), d) == dims.end()) {
      w.kept.add(sizes[d], strides[d] * w.item);
    } else {
      size_t at = order.size();
      while (at > 0 && strides[d] < strides[order[at - 1]]) --at;
      order.insert(at, d);
    }
  }
  for (const int64_t d : order) w.reduced.add(sizes[d], strides[d] * w.item);

  const bool by_columns = w.kept.n > 0 && w.reduced.n > 0 && w.reduced.count > 0 &&
                          w.kept.strides[0] < w.reduced.strides[0] && w.kept.sizes[0] > 1;
  if (by_columns) {
    const int64_t inner = w.kept.sizes[0];
    const int64_t groups = w.kept.count / inner * ((inner + kColumns - 1) / kColumns);
    in_pieces(w, groups, std::min(kColumns, inner), inner,
              [&](char* acc, int64_t first, int64_t n, int64_t begin, int64_t end) {
                w.run_columns(acc, w.in + w.kept.offset(first), n, begin, end);
              });
  } else {
    in_pieces(w, w.kept.count, 1, w.kept.count, [&](char* acc, int64_t first, int64_t, int64_t begin, int64_t end) {
      if (end > begin) w.run(acc, w.in + w.kept.offset(first), begin, end);
    });
  }
}

}  // namespace vt::reduce
