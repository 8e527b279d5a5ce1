// Along dims of sparse tensors: sums, softmax, transposition, cat; and the sparse gradient of an embedding.
#include <limits>

#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/sparse/entries.h"
#include "ops/sparse/kernels.h"
#include "ops/sparse/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt {

using namespace vt::sparse;

namespace {

// ---- sums

Tensor sum_all(const Tensor& self, std::optional<DType> dtype) {
  const Tensor t = is_compressed(self) ? self : entrywise(self);
  return ops::sum(values_of(t), dtype);
}

// The rows of indices whose dim is not among `dropped`.
Tensor rows_without(const Tensor& indices, const std::vector<bool>& dropped) {
  std::vector<Tensor> rows;
  for (int64_t d = 0; d < indices.size(0); ++d) {
    if (!dropped[d]) rows.push_back(ops::select(indices, 0, d));
  }
  return ops::stack(rows);
}

// In memory where no sparse dim is left, otherwise sparse.
Tensor sum_dims(const Tensor& self, std::optional<IntSpan> dim, bool keepdim, std::optional<DType> dtype) {
  VT_CHECK(!keepdim, NotImplemented, "sum of a sparse tensor with keepdim is not there yet");
  if (!dim || dim->empty()) return sum_all(self, dtype);
  const Tensor t = entrywise(self);
  const SparseParts parts = sparse_parts(t);
  const int64_t dims = parts.indices.size(0);
  std::vector<bool> dropped(t.sizes().size(), false);
  for (const int64_t d : *dim) {
    const auto at = static_cast<size_t>(wrap_dim(d, t.dim()));
    VT_CHECK(!dropped[at], Runtime, "dim ", at, " appears multiple times in the list of dims");
    dropped[at] = true;
  }
  DimVec summed, sizes;
  int64_t left = 0;
  for (int64_t d = 0; d < t.dim(); ++d) {
    if (!dropped[d]) sizes.push_back(t.size(d));
    if (!dropped[d] && d < dims) ++left;
    if (dropped[d] && d >= dims) summed.push_back(d - dims + 1);
  }
  if (left == 0) summed.insert(0, 0);
  const Tensor values = summed.empty() ? (dtype ? ops::as_dtype(values_of(t), *dtype) : values_of(t))
                                       : ops::sum(values_of(t), IntSpan(summed), false, dtype);
  if (left == 0) return values;
  return ops::_sparse_coo(rows_without(parts.indices, dropped), values, sizes, left == dims && parts.coalesced);
}

// ---- softmax over the entries of each row along a dim; what is not there counts as minus infinity

Tensor row_softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype, bool log) {
  const Tensor t = coalesced(dtype ? ops::as_dtype(self, *dtype) : self);
  const SparseParts parts = sparse_parts(t);
  const int64_t dims = parts.indices.size(0), at = wrap_dim(dim, std::max<int64_t>(t.dim(), 1));
  VT_CHECK(is_floating(t.dtype()), NotImplemented, "softmax of sparse tensors is for floats, got ", t.dtype());
  const Tensor values = ops::values(t);
  if (at >= dims) {
    const int64_t along = at - dims + 1;
    return with_values(t, log ? ops::log_softmax(values, along) : ops::softmax(values, along));
  }
  // Entries that differ in nothing but `dim` are a row.
  Tensor row = ops::filled(DimVec{entries_in(parts)}, 0, DType::int64, t.device());
  for (int64_t d = 0; d < dims; ++d) {
    if (d != at) row = row * Scalar(t.size(d)) + ops::select(parts.indices, 0, d);
  }
  const auto [rows, of, counts] = ops::_unique2(row, true, true);
  DimVec sizes(values.sizes());
  sizes[0] = rows.numel();
  const Tensor lowest = ops::filled(sizes, -std::numeric_limits<double>::infinity(), t.dtype(), t.device());
  const Tensor peaks = ops::index_reduce(lowest, 0, of, make_detached(values), "amax");
  const Tensor shifted = values - ops::index_select(peaks, 0, of);
  const Tensor powers = ops::exp(shifted);
  const Tensor totals = ops::index_add(ops::filled(sizes, 0, t.dtype(), t.device()), 0, of, powers);
  const Tensor out =
      log ? shifted - ops::index_select(ops::log(totals), 0, of) : powers / ops::index_select(totals, 0, of);
  return in_layout_of(with_values(t, out), self);
}

Tensor softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype) {
  return row_softmax(self, dim, dtype, false);
}
Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype) {
  return row_softmax(self, dim, dtype, true);
}

// ---- the order of dims

Tensor permute(const Tensor& self, IntSpan dims) {
  VT_CHECK(dims.size() == self.sizes().size(), Runtime,
           "permute(sparse_coo): number of dimensions in the tensor input ",
           "does not match the length of the desired ordering of dimensions i.e. input.dim() = ", self.dim(),
           " is not equal to len(dims) = ", dims.size());
  if (is_compressed(self)) return wrap_dim(dims[0], 2) == 0 ? self : transposed_compressed(self);
  const Tensor t = entrywise(self);
  const SparseParts parts = sparse_parts(t);
  const int64_t sparse_count = parts.indices.size(0);
  DimVec order, of_values{0}, sizes;
  std::vector<Tensor> rows;
  uint64_t seen = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t d = wrap_dim(dims[i], t.dim());
    VT_CHECK(!(seen >> d & 1), Runtime, "permute(sparse_coo): duplicate dims are not allowed");
    seen |= uint64_t{1} << d;
    VT_CHECK((d < sparse_count) == (static_cast<int64_t>(i) < sparse_count), NotImplemented,
             "permute(sparse_coo): sparse and dense dims do not change places, got dims ", dims, " with ", sparse_count,
             " sparse ones");
    sizes.push_back(t.size(d));
    if (d < sparse_count) rows.push_back(ops::select(parts.indices, 0, d));
    else of_values.push_back(d - sparse_count + 1);
  }
  const Tensor indices = rows.empty() ? parts.indices : ops::stack(rows);
  return ops::_sparse_coo(indices, ops::permute(values_of(t), of_values), sizes);
}

Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
  DimVec dims;
  for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
  if (!dims.empty()) std::swap(dims[wrap_dim(dim0, self.dim())], dims[wrap_dim(dim1, self.dim())]);
  return ops::permute(self, dims);
}

Tensor t(const Tensor& self) {
  VT_CHECK(self.dim() <= 2 && sparse_dims(self) <= 2, Runtime,
           "t() expects a tensor with <= 2 sparse and 0 dense dimensions, but self is ", self.dim(), "D");
  return self.dim() < 2 ? self : transpose(self, 0, 1);
}

// ---- cat

Tensor cat(TensorSpan tensors, int64_t dim) {
  for (const Tensor& each : tensors) {
    VT_CHECK(is_sparse(each), Runtime, "Concatenating sparse tensors, but a dense tensor was found.");
    VT_CHECK(each.dim() == tensors[0].dim() && sparse_dims(each) == sparse_dims(tensors[0]), Runtime,
             "All tensors must have the same number of sparse and dense dims to be concatenated, got ", tensors[0],
             " and ", each);
  }
  const Tensor& first = tensors[0];
  const int64_t at = wrap_dim(dim, first.dim()), dims = sparse_dims(first);
  VT_CHECK(at < dims, NotImplemented, "cat of sparse tensors along a dense dim is not there yet");
  DimVec sizes(first.sizes());
  sizes[at] = 0;
  std::vector<Tensor> indices, values;
  for (const Tensor& each : tensors) {
    for (int64_t d = 0; d < first.dim(); ++d) {
      VT_CHECK(d == at || each.size(d) == first.size(d), Runtime,
               "All tensors must have the same shape: ", first.sizes(),
               " (except in the concatenating dimension), but found shape: ", each.sizes());
    }
    const Tensor e = entrywise(each);
    std::vector<Tensor> rows = by_dim(sparse_parts(e).indices);
    rows[at] = rows[at] + Scalar(sizes[at]);
    indices.push_back(ops::stack(rows));
    values.push_back(values_of(e));
    sizes[at] += each.size(at);
  }
  return in_layout_of(ops::_sparse_coo(ops::cat(indices, 1), ops::cat(values, 0), sizes), first);
}

// ---- embedding

Tensor embedding_sparse_backward(const Tensor& grad_output, const Tensor& indices, int64_t num_weights,
                                 int64_t padding_idx, bool scale_grad_by_freq) {
  VT_CHECK(!scale_grad_by_freq, Runtime, "embedding_backward: scale_grad_by_freq not supported with sparse gradients");
  const int64_t width = grad_output.size(-1);
  Tensor rows = ops::as_dtype(ops::reshape(indices, DimVec{indices.numel()}), DType::int64);
  Tensor values = ops::reshape(grad_output, DimVec{indices.numel(), width});
  if (padding_idx >= 0) {
    const Tensor kept = ops::select(ops::t(ops::nonzero(rows != Scalar(padding_idx))), 0, 0);
    rows = ops::index_select(rows, 0, kept);
    values = ops::index_select(values, 0, kept);
  }
  return ops::_sparse_coo(ops::unsqueeze(rows, 0), values, DimVec{num_weights, width});
}

}  // namespace

void register_sparse_rows(Registry& r) {
  const SparseOps sparse(r);
  sparse.composite("sum", sum_all);
  sparse.composite("sum.dim_IntList", sum_dims);
  sparse.composite("softmax.int", softmax);
  sparse.composite("log_softmax.int", log_softmax);
  sparse.composite("permute", permute);
  sparse.composite("transpose.int", transpose);
  sparse.composite("t", t);
  sparse.composite("cat", cat);
  r.def(
       "embedding_sparse_backward(Tensor grad_output, Tensor indices, int num_weights, int padding_idx, bool scale_grad_by_freq) -> Tensor")
      .composite(embedding_sparse_backward)
      .value_dependent()
      .internal()
      .doc("The gradient of an embedding's weight as a COO tensor with a row of values for each index.");
}

}  // namespace vt
