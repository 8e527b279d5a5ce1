#include "cpu/kernels/attention.h"

#include <algorithm>
#include <type_traits>

#include "cpu/gemm.h"
#include "cpu/kernels/attention_rows.h"
#include "cpu/scratch.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

constexpr int64_t kQueryBlock = 64;
constexpr int64_t kHeadWork = 1 << 16;  // multiplications that a thread should have at least

// One head's matrix as float or double: itself, or a copy of 16-bit numbers.
template <class T>
class Wide {
 public:
  using A = opmath_t<T>;
  Wide(const AttentionMatrix<const T>& matrix, int64_t batch, int64_t head, int64_t row, int64_t rows, int64_t columns)
      : copy_(std::is_same_v<T, A> ? 0 : rows * columns * static_cast<int64_t>(sizeof(A))) {
    const T* from = matrix.at(batch, head, row);
    if constexpr (std::is_same_v<T, A>) {
      data_ = from;
      stride_ = matrix.row_stride;
    } else {
      A* to = copy_.template as<A>();
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < columns; ++j) to[i * columns + j] = static_cast<A>(from[i * matrix.row_stride + j]);
      }
      data_ = to;
      stride_ = columns;
    }
  }
  const A* row(int64_t i) const { return data_ + i * stride_; }
  int64_t stride() const { return stride_; }

 private:
  Scratch copy_;
  const A* data_;
  int64_t stride_;
};

// Where a head's result is formed: in place, or in a float copy that store() rounds.
template <class T>
class WideResult {
 public:
  using A = opmath_t<T>;
  WideResult(const AttentionMatrix<T>& matrix, int64_t batch, int64_t head, int64_t row, int64_t rows, int64_t columns)
      : copy_(std::is_same_v<T, A> ? 0 : rows * columns * static_cast<int64_t>(sizeof(A))),
        target_(matrix.at(batch, head, row)),
        target_stride_(matrix.row_stride),
        rows_(rows),
        columns_(columns) {
    if constexpr (std::is_same_v<T, A>) {
      data_ = target_;
      stride_ = target_stride_;
    } else {
      data_ = copy_.template as<A>();
      stride_ = columns;
    }
  }
  A* row(int64_t i) const { return data_ + i * stride_; }
  int64_t stride() const { return stride_; }
  void store() const {
    if constexpr (!std::is_same_v<T, A>) {
      for (int64_t i = 0; i < rows_; ++i) {
        for (int64_t j = 0; j < columns_; ++j) target_[i * target_stride_ + j] = T(data_[i * stride_ + j]);
      }
    }
  }

 private:
  Scratch copy_;
  T* target_;
  A* data_;
  int64_t target_stride_, stride_, rows_, columns_;
};

// Queries [begin, begin + rows) and the keys that any of them sees.
struct QueryBlock {
  int64_t begin, rows, keys, first_visible;
  QueryBlock(const AttentionShape& s, int64_t index) {
    begin = index * kQueryBlock;
    rows = std::min(kQueryBlock, s.queries - begin);
    first_visible = s.causal ? begin + 1 : s.keys;
    keys = s.causal ? std::clamp<int64_t>(first_visible + rows - 1, 0, s.keys) : s.keys;
  }
};

int64_t query_blocks(const AttentionShape& s) { return (s.queries + kQueryBlock - 1) / kQueryBlock; }

template <class A>
void set_zero(A* data, int64_t rows, int64_t columns, int64_t stride) {
  for (int64_t i = 0; i < rows; ++i) std::fill_n(data + i * stride, columns, A(0));
}

template <class T>
void forward_block(const AttentionShape& s, int64_t batch, int64_t head, const QueryBlock& block,
                   const AttentionMatrix<const T>& q, const AttentionMatrix<const T>& k,
                   const AttentionMatrix<const T>& v, const AttentionMatrix<T>& out, opmath_t<T>* lse) {
  using A = opmath_t<T>;
  const Wide<T> wq(q, batch, head, block.begin, block.rows, s.dim);
  const int64_t shared = head / s.heads_per_shared();
  const Wide<T> wk(k, batch, shared, 0, block.keys, s.dim);
  const Wide<T> wv(v, batch, shared, 0, block.keys, s.value_dim);
  const WideResult<T> result(out, batch, head, block.begin, block.rows, s.value_dim);
  const Scratch scores_memory(block.rows * block.keys * static_cast<int64_t>(sizeof(A)));
  A* scores = scores_memory.as<A>();
  if (block.keys > 0) {
    gemm<A>(false, true, block.rows, block.keys, s.dim, static_cast<A>(s.scale), wq.row(0), wq.stride(), wk.row(0),
            wk.stride(), A(0), scores, block.keys);
  }
  VT_SIMD_PICK(attention_softmax, A)(scores, block.rows, block.keys, block.first_visible, lse);
  gemm<A>(false, false, block.rows, s.value_dim, block.keys, A(1), scores, block.keys, wv.row(0), wv.stride(), A(0),
          result.row(0), result.stride());
  result.store();
}

// A head of keys and values, with all heads of queries that share it.
template <class T>
void backward_head(const AttentionShape& s, int64_t batch, int64_t shared, const AttentionMatrix<const T>& grad,
                   const AttentionMatrix<const T>& q, const AttentionMatrix<const T>& k,
                   const AttentionMatrix<const T>& v, const AttentionMatrix<const T>& out, const opmath_t<T>* lse,
                   const AttentionMatrix<T>& dq, const AttentionMatrix<T>& dk, const AttentionMatrix<T>& dv) {
  using A = opmath_t<T>;
  const Wide<T> wk(k, batch, shared, 0, s.keys, s.dim), wv(v, batch, shared, 0, s.keys, s.value_dim);
  const WideResult<T> rk(dk, batch, shared, 0, s.keys, s.dim), rv(dv, batch, shared, 0, s.keys, s.value_dim);
  const int64_t most_rows = std::min(kQueryBlock, s.queries);
  const Scratch memory((2 * most_rows * s.keys + most_rows) * static_cast<int64_t>(sizeof(A)));
  A* p = memory.as<A>();
  A* dp = p + most_rows * s.keys;
  A* delta = dp + most_rows * s.keys;
  const auto scale = static_cast<A>(s.scale);
  // The last block sees every key that any block sees, so it sets what the others, and other heads, add to.
  bool first = true;
  const int64_t group = s.heads_per_shared();
  for (int64_t head = shared * group; head < (shared + 1) * group; ++head) {
    const Wide<T> wg(grad, batch, head, 0, s.queries, s.value_dim), wo(out, batch, head, 0, s.queries, s.value_dim);
    const Wide<T> wq(q, batch, head, 0, s.queries, s.dim);
    const WideResult<T> rq(dq, batch, head, 0, s.queries, s.dim);
    const opmath_t<T>* sums = lse + (batch * s.heads + head) * s.queries;
    for (int64_t index = query_blocks(s); index-- > 0; first = false) {
      const QueryBlock block(s, index);
      const int64_t rows = block.rows, keys = block.keys;
      const A beta = first ? A(0) : A(1);
      if (first) {
        set_zero(rk.row(keys), s.keys - keys, s.dim, rk.stride());
        set_zero(rv.row(keys), s.keys - keys, s.value_dim, rv.stride());
      }
      if (keys == 0) {
        set_zero(rq.row(block.begin), rows, s.dim, rq.stride());
        continue;
      }
      const A* g = wg.row(block.begin);
      VT_SIMD_PICK(attention_delta, A)(g, wg.stride(), wo.row(block.begin), wo.stride(), rows, s.value_dim, delta);
      gemm<A>(false, true, rows, keys, s.dim, scale, wq.row(block.begin), wq.stride(), wk.row(0), wk.stride(), A(0), p,
              keys);
      VT_SIMD_PICK(attention_probabilities, A)(p, rows, keys, block.first_visible, sums + block.begin);
      gemm<A>(true, false, keys, s.value_dim, rows, A(1), p, keys, g, wg.stride(), beta, rv.row(0), rv.stride());
      gemm<A>(false, true, rows, keys, s.value_dim, A(1), g, wg.stride(), wv.row(0), wv.stride(), A(0), dp, keys);
      VT_SIMD_PICK(attention_score_gradient, A)(p, dp, rows, keys, delta, scale);
      gemm<A>(false, false, rows, s.dim, keys, A(1), dp, keys, wk.row(0), wk.stride(), A(0), rq.row(block.begin),
              rq.stride());
      gemm<A>(true, false, keys, s.dim, rows, A(1), dp, keys, wq.row(block.begin), wq.stride(), beta, rk.row(0),
              rk.stride());
    }
    rq.store();
  }
  if (first) {  // no query: no gradient
    set_zero(rk.row(0), s.keys, s.dim, rk.stride());
    set_zero(rv.row(0), s.keys, s.value_dim, rv.stride());
  }
  rk.store();
  rv.store();
}

int64_t grain(int64_t work) { return 1 + kHeadWork / std::max<int64_t>(work, 1); }

}  // namespace

template <class T>
void attention(const AttentionShape& s, AttentionMatrix<const T> q, AttentionMatrix<const T> k,
               AttentionMatrix<const T> v, AttentionMatrix<T> out, opmath_t<T>* lse) {
  const int64_t blocks = query_blocks(s);
  const int64_t work = std::min(s.queries, kQueryBlock) * s.keys * (s.dim + s.value_dim);
  parallel_for(0, s.batch * s.heads * blocks, grain(work), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t pair = i / blocks;
      const QueryBlock block(s, i % blocks);
      forward_block<T>(s, pair / s.heads, pair % s.heads, block, q, k, v, out, lse + pair * s.queries + block.begin);
    }
  });
}

template <class T>
void attention_backward(const AttentionShape& s, AttentionMatrix<const T> grad, AttentionMatrix<const T> q,
                        AttentionMatrix<const T> k, AttentionMatrix<const T> v, AttentionMatrix<const T> out,
                        const opmath_t<T>* lse, AttentionMatrix<T> dq, AttentionMatrix<T> dk, AttentionMatrix<T> dv) {
  const int64_t work = s.heads_per_shared() * s.queries * s.keys * (3 * s.dim + 2 * s.value_dim);
  parallel_for(0, s.batch * s.shared_heads, grain(work), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      backward_head<T>(s, i / s.shared_heads, i % s.shared_heads, grad, q, k, v, out, lse, dq, dk, dv);
    }
  });
}

#define VT_INSTANTIATE(T)                                                                                           \
  template void attention<T>(const AttentionShape&, AttentionMatrix<const T>, AttentionMatrix<const T>,             \
                             AttentionMatrix<const T>, AttentionMatrix<T>, opmath_t<T>*);                           \
  template void attention_backward<T>(const AttentionShape&, AttentionMatrix<const T>, AttentionMatrix<const T>,    \
                                      AttentionMatrix<const T>, AttentionMatrix<const T>, AttentionMatrix<const T>, \
                                      const opmath_t<T>*, AttentionMatrix<T>, AttentionMatrix<T>, AttentionMatrix<T>);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu
