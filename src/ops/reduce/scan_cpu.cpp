#include "cpu/thread_pool.h"
#include "ops/reduce/fold.h"
#include "ops/reduce/scan.h"

namespace vt::reduce {
namespace {

// Lines along dim start where the other dims' indices say, row-major.
struct Lines {
  IntSpan sizes, in_strides, out_strides;
  int64_t dim;

  void offsets(int64_t line, int64_t& in, int64_t& out) const {
    in = out = 0;
    for (auto d = static_cast<int64_t>(sizes.size()) - 1; d >= 0; --d) {
      if (d == dim) continue;
      const int64_t index = line % sizes[d];
      line /= sizes[d];
      in += index * in_strides[d];
      out += index * out_strides[d];
    }
  }
};

template <class T, class Fold>
void scan(const Tensor& in, int64_t dim, const Tensor& out) {
  constexpr bool kOrders = std::is_same_v<Fold, Maximum> || std::is_same_v<Fold, Minimum>;
  using Acc =
      std::conditional_t<kOrders, opmath_t<T>, std::conditional_t<std::is_integral_v<T>, wrapping_t<T>, acc_t<T>>>;
  const bool scalar = in.dim() == 0;
  const int64_t n = scalar ? 1 : in.sizes()[dim];
  const int64_t in_step = scalar ? 1 : in.strides()[dim], out_step = scalar ? 1 : out.strides()[dim];
  const Lines lines{in.sizes(), in.strides(), out.strides(), dim};
  const T* from = static_cast<const T*>(in.data());
  T* to = static_cast<T*>(out.data());
  parallel_for(0, in.numel() / n, std::max<int64_t>(16384 / n, 1), [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      int64_t x, y;
      lines.offsets(line, x, y);
      Acc acc = Fold::template identity<Acc>();
      for (int64_t i = 0; i < n; ++i) {
        acc = Fold::template combine<Acc>(acc, Acc(static_cast<opmath_t<T>>(from[x + i * in_step])));
        to[y + i * out_step] = static_cast<T>(static_cast<opmath_t<T>>(acc));
      }
    }
  });
}

}  // namespace

void scan_cpu(Scan kind, const Tensor& in, int64_t dim, const Tensor& out) {
  visit_scan(kind, in.dtype(), [&](auto fold, auto tag) {
    scan<typename decltype(tag)::type, typename decltype(fold)::type>(in, dim, out);
  });
}

}  // namespace vt::reduce
