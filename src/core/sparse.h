// Sparse tensors: a payload of indices and values in the place of memory.
//
// Note [Sparse tensors]
// A sparse tensor has the sizes, dtype, device, version and autograd meta of any tensor, over a storage without memory
// whose context is SparseParts. Strides say nothing and are zeros. Its keys are its backend's and Key::Sparse, so that
// a call with one goes to what ops/sparse has for the op, or raises. Nobody writes into the parts: an in-place op puts
// new ones in their place, so that tensors over the same storage (detach, .data) see it, and payloads may share parts.
//
// Kernels check the indices that they follow: the tensors of indices can be reached and written to.
#pragma once

#include <string_view>

#include "core/tensor.h"

namespace vt {

// How a tensor keeps its elements: strided in memory, or in a payload as coordinates or by rows, columns or blocks.
enum class Layout : uint8_t { Strided, SparseCoo, SparseCsr, SparseCsc, SparseBsr, SparseBsc };
inline constexpr int kNumLayouts = 6;

struct LayoutNames {
  std::string_view python;   // of the constant
  std::string_view in_text;  // of errors
};
inline constexpr LayoutNames kLayoutNames[kNumLayouts] = {
    {"strided", "Strided"},      {"sparse_coo", "Sparse"},    {"sparse_csr", "SparseCsr"},
    {"sparse_csc", "SparseCsc"}, {"sparse_bsr", "SparseBsr"}, {"sparse_bsc", "SparseBsc"},
};
constexpr std::string_view name_in_text(Layout layout) { return kLayoutNames[static_cast<int>(layout)].in_text; }

struct SparseParts {
  Tensor compressed;       // CSR: (rows + 1), where the entries of each row begin; undefined for COO
  Tensor indices;          // COO: (sparse dims, entries), int64; CSR: (entries), the column of each
  Tensor values;           // (entries, dense sizes...)
  bool coalesced = false;  // the entries are in order and none comes twice
};

// A tensor of those sizes with the dtype and device of the values. The parts fit together: whoever calls has checked.
VT_API Tensor make_sparse(Layout layout, SparseParts parts, IntSpan sizes);
VT_API Layout layout_of(const StorageImpl& storage);
inline Layout layout_of(const Tensor& t) { return layout_of(*t.storage()); }
inline bool is_sparse(const Tensor& t) { return t.impl()->keys().has(Key::Sparse); }
// The keys of backend and payload of every tensor over a storage.
KeySet keys_over(const StorageImpl& storage);

// The parts of a sparse tensor.
VT_API SparseParts sparse_parts(const Tensor& t);
// Puts others of the same layout and dtype in their place, in every tensor over the storage.
VT_API void replace_parts(const Tensor& t, SparseParts parts);

}  // namespace vt
