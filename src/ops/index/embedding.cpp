// embedding: rows of a table by number, and its gradient.
#include "core/thread_state.h"
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/index/block_loop.h"
#include "ops/index/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

void check_indices(const Tensor& indices) {
  VT_CHECK(indices.dtype() == DType::int64 || indices.dtype() == DType::int32, Runtime,
           "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got ",
           indices.dtype(), " instead (while checking arguments for embedding)");
}

TensorSpec embedding_meta(const Tensor& weight, const Tensor& indices, int64_t&, bool&, bool&) {
  VT_CHECK(weight.dim() == 2, Runtime, "'weight' must be 2-D, got ", weight);
  check_indices(indices);
  DimVec sizes(indices.sizes());
  sizes.push_back(weight.size(1));
  return {std::move(sizes), weight.dtype(), weight.device(), {}};
}

void embedding_cpu(const Tensor& weight, const Tensor& indices, int64_t, bool, bool, Tensor& out) {
  const std::vector<int64_t> rows =
      checked_indices(indices, {.size = weight.size(0), .message = "index out of range in self"});
  if (out.numel() == 0) return;
  const Tensor table = contiguous_data(weight);
  const int64_t row_bytes = weight.size(1) * static_cast<int64_t>(weight.element_size());
  const char* from = static_cast<const char*>(table.data());
  char* to = static_cast<char*>(out.data());
  parallel_for(0, static_cast<int64_t>(rows.size()), std::max<int64_t>(1, 65536 / row_bytes),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i)
                   std::memcpy(to + i * row_bytes, from + rows[i] * row_bytes, row_bytes);
               });
}

void embedding_derivative(GradContext& ctx) {
  if (ctx.arg<bool>(4)) {
    ctx.set(0, ops::embedding_sparse_backward(ctx.grad(), ctx.saved(1), ctx.sizes(0)[0], ctx.arg<int64_t>(2),
                                              ctx.arg<bool>(3)));
    return;
  }
  ctx.set(0, ops::embedding_dense_backward(ctx.grad(), ctx.saved(1), ctx.sizes(0)[0], ctx.arg<int64_t>(2),
                                           ctx.arg<bool>(3)));
}

TensorSpec embedding_dense_backward_meta(const Tensor& grad_output, const Tensor& indices, int64_t& num_weights,
                                         int64_t&, bool&) {
  check_indices(indices);
  VT_CHECK(num_weights >= 0, Runtime, "expected num_weights to be non-negative, got ", num_weights);
  VT_CHECK(grad_output.dim() == indices.dim() + 1 &&
               same(grad_output.sizes().first(indices.sizes().size()), indices.sizes()),
           Runtime, "expected grad_output to have the shape of indices and one more dimension, got ", grad_output,
           " and ", indices);
  return {DimVec{num_weights, grad_output.size(-1)}, grad_output.dtype(), grad_output.device(), {}};
}

// Positions of each row's occurrences, row by row: order[first[r] .. first[r + 1]).
struct Occurrences {
  std::vector<int64_t> first, order;
  Occurrences(const std::vector<int64_t>& rows, int64_t num_rows, int64_t skipped) : first(num_rows + 1, 0) {
    for (const int64_t r : rows) first[r + 1] += r != skipped;
    for (int64_t r = 0; r < num_rows; ++r) first[r + 1] += first[r];
    order.resize(first.back());
    std::vector<int64_t> next(first.begin(), first.end() - 1);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] != skipped) order[next[rows[i]]++] = static_cast<int64_t>(i);
    }
  }
};

template <class T>
void sum_rows(const T* grad, const Occurrences& at, int64_t num_rows, int64_t width, bool by_frequency, T* out) {
  using Math = opmath_t<T>;
  constexpr int64_t kBlock = 256;  // columns at a time, summed in a buffer
  const int64_t total = static_cast<int64_t>(at.order.size());
  const int64_t grain = std::max<int64_t>(1, num_rows * 16384 / std::max<int64_t>(1, (total + num_rows) * width));
  parallel_for(0, num_rows, grain, [&](int64_t begin, int64_t end) {
    Math sums[kBlock];
    for (int64_t r = begin; r < end; ++r) {
      const int64_t count = at.first[r + 1] - at.first[r];
      for (int64_t c = 0; c < width; c += kBlock) {
        const int64_t n = std::min(kBlock, width - c);
        std::fill(sums, sums + n, Math(0));
        for (int64_t k = at.first[r]; k < at.first[r + 1]; ++k) {
          const T* row = grad + at.order[k] * width + c;
          for (int64_t i = 0; i < n; ++i) sums[i] += static_cast<Math>(row[i]);
        }
        const Math scale = by_frequency && count > 0 ? Math(1) / static_cast<Math>(static_cast<float>(count)) : Math(1);
        T* target = out + r * width + c;
        for (int64_t i = 0; i < n; ++i) target[i] = static_cast<T>(sums[i] * scale);
      }
    }
  });
}

void embedding_dense_backward_cpu(const Tensor& grad_output, const Tensor& indices, int64_t num_weights,
                                  int64_t padding_idx, bool scale_grad_by_freq, Tensor& out) {
  const std::vector<int64_t> rows =
      checked_indices(indices, {.size = num_weights, .message = "index out of range in self"});
  if (out.numel() == 0) return;
  const Tensor grad = contiguous_data(grad_output);
  const Occurrences at(rows, num_weights, padding_idx);
  visit_dtype<kFloatingOrComplexSet>(out.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    sum_rows(grad.data<T>(), at, num_weights, out.size(1), scale_grad_by_freq, out.data<T>());
  });
}

void embedding_dense_backward_derivative(GradContext& ctx) {
  VT_CHECK(!ctx.arg<bool>(4), Runtime, "double backward of embedding does not support scale_grad_by_freq");
  const Tensor indices = ctx.saved(1);
  const int64_t padding = ctx.arg<int64_t>(3);
  Tensor g = ops::embedding(ctx.grad(), indices);
  if (padding >= 0) g = ops::masked_fill(g, ops::unsqueeze(indices == Scalar(padding), -1), Scalar(0));
  ctx.set(0, g);
}

// Rows that indices name and whose norm is above max_norm, scaled down to it; a row named twice is written twice alike.
Tensor embedding_renorm_(const Tensor& self, const Tensor& indices, double max_norm, double norm_type) {
  VT_CHECK(self.dim() == 2, Runtime, "Expected 2-dimensional tensor, but got ", self.dim(),
           "-dimensional tensor for argument #1 'self' (while checking arguments for embedding_renorm_)");
  check_indices(indices);
  const GradMode off(false);
  const Tensor rows = ops::as_dtype(ops::reshape(indices, DimVec{indices.numel()}), DType::int64);
  const Tensor named = ops::index_select(self, 0, rows);
  const Tensor norms = ops::linalg_vector_norm(named, Scalar(norm_type), DimVec{1}, true);
  const Tensor scaled = named * (Scalar(max_norm) / (norms + Scalar(1e-7)));
  const Tensor limited = ops::where(norms > Scalar(max_norm), scaled, named);
  return ops::index_copy_(self, 0, rows, limited);
}

}  // namespace

void register_embedding(Registry& r) {
  r.def(
       "embedding(Tensor weight, Tensor indices, int padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor")
      .meta(embedding_meta)
      .cpu(embedding_cpu)
      .backward(keep::args(1), embedding_derivative)
      .out(false);
  r.def("embedding_renorm_(Tensor(a!) self, Tensor indices, float max_norm, float norm_type) -> Tensor(a!)")
      .composite(embedding_renorm_)
      .function_only()
      .doc("self, in which the rows that indices name are scaled down to norms of at most max_norm, without a record.");
  r.def(
       "embedding_dense_backward(Tensor grad_output, Tensor indices, int num_weights, int padding_idx, bool scale_grad_by_freq) -> Tensor")
      .meta(embedding_dense_backward_meta)
      .cpu(embedding_dense_backward_cpu)
      .backward(keep::args(1), embedding_dense_backward_derivative)
      .out(false)
      .internal();
}

}  // namespace vt
