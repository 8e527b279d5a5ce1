// What the ops on sparse tensors share: entries, their places in row-major order, and tensors made of them.
#pragma once

#include <vector>

#include "core/sparse.h"

namespace vt::sparse {

// The parts of a sparse tensor, or a RuntimeError that `what` expected one.
SparseParts parts_of(const Tensor& self, const char* what);
// The same of a COO tensor.
SparseParts coo_parts_of(const Tensor& self, const char* what);

inline int64_t entries_in(const SparseParts& parts) { return parts.values.size(0); }
int64_t sparse_dims(const Tensor& self);
inline IntSpan sparse_sizes(const Tensor& coo, const SparseParts& parts) {
  return coo.sizes().first(static_cast<size_t>(parts.indices.size(0)));
}

// Note [Gradients of sparse tensors]
// An op on sparse tensors is made of ops on their values, which autograd records; at its ends stand `values`, whose
// gradient is a sparse tensor of the same entries, and _sparse_coo and _sparse_compressed, whose values' gradient is
// read at their entries. So the gradient of a sparse tensor has its entries and no others, as PyTorch's masked
// gradients have. An entry that comes twice would get it twice: whatever requires grad is coalesced first, and that
// hands it through.

// A COO tensor of self, coalesced; itself if it is one. Differentiable.
Tensor coalesced(const Tensor& self);
// The same, left uncoalesced where no gradient is recorded: for what adds up entry by entry.
Tensor entrywise(const Tensor& self);
// The values of what these two give back. Differentiable where a gradient is recorded.
Tensor values_of(const Tensor& self);
// Self with other values, of the same number. Differentiable.
Tensor with_values(const Tensor& self, const Tensor& values);
// As COO: self if it is. Differentiable.
Tensor as_coo(const Tensor& self);
// As CSR: self if it is. Differentiable.
Tensor as_csr(const Tensor& self);
// Where the values of a sparse tensor are, one after the other: (sparse dims, entries), or of blocks (2, elements).
Tensor indices_of(const Tensor& self);
// Whether the layout is CSR, CSC, BSR or BSC. Of those the parts' `compressed` says where the entries of each row, or
// column, or line of blocks begin, `indices` the column, or row, of each, and values are (entries) or of blocks.
bool is_compressed(const Tensor& t);
// A compressed matrix transposed: the same parts, by rows what was by columns. Differentiable.
Tensor transposed_compressed(const Tensor& self);
// In the layout of another sparse tensor, in blocks of its size.
Tensor in_layout_of(const Tensor& self, const Tensor& like);

// Indices (dims, n) as n places in row-major order of the sizes, and back.
Tensor places_of(const Tensor& indices, IntSpan sizes);
Tensor indices_at(const Tensor& places, IntSpan sizes);
// A list for index() and index_put(), one tensor of each dim.
std::vector<Tensor> by_dim(const Tensor& indices);
// Which row of a CSR pattern each of its n entries is in: the last that begins there or before.
Tensor rows_of(const Tensor& begins, int64_t n);
// For n wanted indices (dims, n) the entry of a coalesced tensor, which has some, and whether it is there.
struct Found {
  Tensor entry, is_there;  // (n)
};
Found find_entries(const SparseParts& parts, IntSpan sizes, const Tensor& wanted);
// The elements of `from`, in memory or sparse, at indices (dims, n): (n, the other sizes...). Differentiable.
Tensor elements_at(const Tensor& from, const Tensor& indices);

// `fresh` if entries with these values can be added to it in place, else, inside vmap, a copy for each example.
Tensor to_add_to(const Tensor& fresh, const Tensor& values);
// dense += alpha * addend, in place; dense is in memory.
void add_entries_(const Tensor& dense, const Tensor& addend, const Scalar& alpha);

}  // namespace vt::sparse
