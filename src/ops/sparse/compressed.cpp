// The compressed layouts: CSR and CSC, by rows and by columns, and BSR and BSC, the same of blocks.
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/sparse/entries.h"
#include "ops/sparse/kernels.h"
#include "ops/sparse/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt::sparse {
namespace {

bool by_rows(Layout layout) { return layout == Layout::SparseCsr || layout == Layout::SparseBsr; }
bool has_blocks(Layout layout) { return layout == Layout::SparseBsr || layout == Layout::SparseBsc; }

Layout flipped(Layout layout) {
  switch (layout) {
    case Layout::SparseCsr: return Layout::SparseCsc;
    case Layout::SparseCsc: return Layout::SparseCsr;
    case Layout::SparseBsr: return Layout::SparseBsc;
    default: return Layout::SparseBsr;
  }
}

std::string_view name_of(Layout layout) { return kLayoutNames[static_cast<int>(layout)].python; }
Layout layout_named(std::string_view name) {
  for (const Layout l : {Layout::SparseCsr, Layout::SparseCsc, Layout::SparseBsr, Layout::SparseBsc}) {
    if (name == name_of(l)) return l;
  }
  VT_THROW(Value, "expected the name of a compressed layout, sparse_csr, sparse_csc, sparse_bsr or sparse_bsc, got ",
           name);
}

struct Block {
  int64_t rows = 1, columns = 1;
};
Block block_of(IntSpan values) { return values.size() == 3 ? Block{values[1], values[2]} : Block{}; }

// How many of what is compressed, and of what the plain indices count: rows, columns, or rows and columns of blocks.
struct Extents {
  int64_t compressed, plain;
};
Extents extents_of(IntSpan sizes, Layout layout, Block block) {
  const Extents e{sizes[0] / block.rows, sizes[1] / block.columns};
  return by_rows(layout) ? e : Extents{e.plain, e.compressed};
}

struct IndexNames {
  const char *compressed, *plain, *plain_count;
};
IndexNames names_of(Layout layout) {
  if (by_rows(layout)) return {"crow_indices", "col_indices", "ncols"};
  return {"ccol_indices", "row_indices", "nrows"};
}

// ---- making

Tensor make_compressed(const Tensor& compressed, const Tensor& plain, const Tensor& values, IntSpan size,
                       std::string_view layout_name) {
  const Layout layout = layout_named(layout_name);
  const IndexNames names = names_of(layout);
  VT_CHECK(
      compressed.dtype() == plain.dtype() && (compressed.dtype() == DType::int64 || compressed.dtype() == DType::int32),
      Runtime, names.compressed, " and ", names.plain, " must be an int32 or int64 type, and of one, but got ",
      compressed.dtype(), " and ", plain.dtype());
  VT_CHECK(
      size.size() == 2 && compressed.dim() == 1 && plain.dim() == 1 && values.dim() == (has_blocks(layout) ? 3 : 1),
      NotImplemented, "tensors of layout ", layout_name, " are matrices of ", has_blocks(layout) ? "blocks" : "numbers",
      " so far, got size ", size, ", ", names.compressed, " ", compressed.sizes(), ", ", names.plain, " ",
      plain.sizes(), " and values ", values.sizes());
  const Block block = block_of(values.sizes());
  VT_CHECK(block.rows > 0 && block.columns > 0 && size[0] % block.rows == 0 && size[1] % block.columns == 0, Runtime,
           "tensor sparse size ", size, " must be divisible by given blocksize (", block.rows, ", ", block.columns,
           ")");
  const int64_t count = extents_of(size, layout, block).compressed;
  VT_CHECK(compressed.numel() == count + 1, Runtime, names.compressed,
           ".shape[-1] must be equal to the number of compressed ones + 1, ", count + 1, ", but got ",
           compressed.numel());
  VT_CHECK(plain.numel() == values.size(0), Runtime, "number of entries, nnz, of ", names.plain, " (", plain.numel(),
           ") must be that of values (", values.size(0), ")");
  return make_sparse(layout, {make_detached(compressed), make_detached(plain), make_detached(values), true}, size);
}

// Where the elements are, (2, nnz * block), in the order of the values.
Tensor element_places(const Tensor& compressed, const Tensor& plain, Layout layout, Block block) {
  const Tensor major = rows_of(compressed, plain.numel()), minor = ops::as_dtype(plain, DType::int64);
  Tensor both[] = {by_rows(layout) ? major : minor, by_rows(layout) ? minor : major};
  if (has_blocks(layout)) {
    const auto spread = [&](const Tensor& at, int64_t size, const DimVec& along) {
      const Tensor inside = ops::reshape(ops::counted(0, 1, size, DType::int64, at.device()), along);
      const Tensor places = ops::reshape(at * Scalar(size), DimVec{-1, 1, 1}) + inside;
      return ops::reshape(ops::expand(places, DimVec{at.numel(), block.rows, block.columns}), DimVec{-1});
    };
    both[0] = spread(both[0], block.rows, DimVec{1, -1, 1});
    both[1] = spread(both[1], block.columns, DimVec{1, 1, -1});
  }
  return ops::stack(both);
}

void make_compressed_backward(GradContext& ctx) {
  if (!ctx.needs(2)) return;
  const DimVec sizes(ctx.sizes(2));
  const Layout layout = layout_named(ctx.arg<std::string_view>(4));
  const Tensor places = element_places(ctx.saved(0), ctx.saved(1), layout, block_of(sizes));
  ctx.set(2, ops::reshape(elements_at(ctx.grad(), places), sizes));
}

bool holds(const Tensor& condition) { return ops::item(ops::all(condition)).to_bool(); }

void check_compressed(const Tensor& compressed, const Tensor& plain, Layout layout, Extents extents) {
  const IndexNames names = names_of(layout);
  auto at = [&](int64_t i) { return ops::item(ops::select(compressed, 0, i)).to_int(); };
  VT_CHECK(at(0) == 0, Runtime, "`", names.compressed, "[..., 0] == 0` is not satisfied.");
  VT_CHECK(at(extents.compressed) == plain.numel(), Runtime, "`", names.compressed,
           "[..., -1] == nnz` is not satisfied.");
  const Tensor lengths = ops::diff(compressed);
  VT_CHECK(holds((lengths >= Scalar(0)) & (lengths <= Scalar(extents.plain))), Runtime, "`0 <= ", names.compressed,
           "[..., 1:] - ", names.compressed, "[..., :-1] <= ", names.plain_count, "` is not satisfied.");
  VT_CHECK(holds((plain >= Scalar(0)) & (plain < Scalar(extents.plain))), Runtime, "`0 <= ", names.plain, " < ",
           names.plain_count, "` is not satisfied.");
  const Tensor places = rows_of(compressed, plain.numel()) * Scalar(extents.plain) + ops::as_dtype(plain, DType::int64);
  VT_CHECK(holds(ops::diff(places) > Scalar(0)), Runtime, "`", names.plain, "[..., ", names.compressed,
           "[..., i - 1]:", names.compressed, "[..., i]] for all i` are sorted and distinct is not satisfied.");
}

template <Layout layout>
Tensor compressed_tensor(const Tensor& compressed, const Tensor& plain, const Tensor& values,
                         std::optional<IntSpan> size) {
  const Tensor begins = ops::as_device(compressed, values.device()), others = ops::as_device(plain, values.device());
  const IndexNames names = names_of(layout);
  VT_CHECK(begins.dim() >= 1 && others.dim() >= 1, Runtime, names.compressed, " and ", names.plain,
           " must have dimensionality >= 1 but got ", begins.dim(), " and ", others.dim());
  const Block block = block_of(values.sizes());
  DimVec sizes;
  if (size) {
    sizes = DimVec(*size);
  } else {
    const int64_t first = begins.numel() - 1;
    const int64_t second = others.numel() > 0 ? ops::item(ops::amax(others)).to_int() + 1 : 0;
    sizes = DimVec{(by_rows(layout) ? first : second) * block.rows, (by_rows(layout) ? second : first) * block.columns};
  }
  checked_numel(sizes);
  const Tensor made = ops::_sparse_compressed(begins, others, values, sizes, name_of(layout));
  check_compressed(begins, others, layout, extents_of(sizes, layout, block));
  return made;
}

// ---- parts

SparseParts compressed_parts_of(const Tensor& self, bool rows, const char* what) {
  VT_CHECK(is_compressed(self) && by_rows(layout_of(self)) == rows, Runtime, what, " expected sparse ",
           rows ? "row" : "column", " compressed tensor layout but got ", name_in_text(layout_of(self)));
  return sparse_parts(self);
}
Tensor crow_indices(const Tensor& self) {
  return make_detached(compressed_parts_of(self, true, "crow_indices").compressed);
}
Tensor col_indices(const Tensor& self) { return make_detached(compressed_parts_of(self, true, "col_indices").indices); }
Tensor ccol_indices(const Tensor& self) {
  return make_detached(compressed_parts_of(self, false, "ccol_indices").compressed);
}
Tensor row_indices(const Tensor& self) {
  return make_detached(compressed_parts_of(self, false, "row_indices").indices);
}

// ---- between layouts

// Of n sorted numbers where those of 0, 1, ... begin.
Tensor begins_of(const Tensor& sorted, int64_t n) {
  return ops::searchsorted(ops::contiguous(sorted), ops::counted(0, 1, n + 1, DType::int64, sorted.device()));
}

// A coalesced COO matrix in blocks: those that have an entry.
Tensor in_blocks(const Tensor& coo, Layout layout, Block block) {
  VT_CHECK(block.rows > 0 && block.columns > 0 && coo.size(0) % block.rows == 0 && coo.size(1) % block.columns == 0,
           Runtime, "tensor sparse size ", coo.sizes(), " must be divisible by given blocksize (", block.rows, ", ",
           block.columns, ")");
  const SparseParts parts = sparse_parts(coo);
  const Tensor row = ops::select(parts.indices, 0, 0), column = ops::select(parts.indices, 0, 1);
  const auto number = [](int64_t n) { return wrapped_number(Scalar(n)); };
  const Tensor block_row = ops::floor_divide(row, number(block.rows)),
               block_column = ops::floor_divide(column, number(block.columns));
  const Tensor both[] = {by_rows(layout) ? block_row : block_column, by_rows(layout) ? block_column : block_row};
  const Extents extents = extents_of(coo.sizes(), layout, block);
  const DimVec grid{extents.compressed, extents.plain};
  const auto [places, of, counts] = ops::_unique2(places_of(ops::stack(both), grid), true, true);
  const Tensor inside[] = {of, ops::remainder(row, number(block.rows)), ops::remainder(column, number(block.columns))};
  const Tensor zeros = ops::filled(DimVec{places.numel(), block.rows, block.columns}, 0, coo.dtype(), coo.device());
  const Tensor values = ops::index_put(zeros, inside, ops::values(coo));
  const Tensor at = indices_at(places, grid);
  return ops::_sparse_compressed(begins_of(ops::select(at, 0, 0), extents.compressed),
                                 ops::contiguous(ops::select(at, 0, 1)), values, coo.sizes(), name_of(layout));
}

Tensor compressed_as(const Tensor& self, Layout layout, Block block) {
  if (layout_of(self) == layout) {
    const Block has = block_of(sparse_parts(self).values.sizes());
    if (has.rows == block.rows && has.columns == block.columns) return self;
  }
  Tensor t = coalesced(self);
  VT_CHECK(t.dim() == 2 && sparse_dims(t) == 2, NotImplemented, "tensors of layout ", name_of(layout),
           " are matrices so far, got ", t.sizes(), " with ", sparse_dims(t), " sparse dims");
  if (has_blocks(layout)) return in_blocks(t, layout, block);
  if (!by_rows(layout)) {
    const Tensor swapped = ops::flip(sparse_parts(t).indices, DimVec{0});
    t = ops::coalesce(ops::_sparse_coo(swapped, ops::values(t), DimVec{t.size(1), t.size(0)}));
  }
  const Tensor indices = sparse_parts(t).indices;
  return ops::_sparse_compressed(begins_of(ops::select(indices, 0, 0), t.size(0)),
                                 ops::contiguous(ops::select(indices, 0, 1)), ops::values(t), self.sizes(),
                                 name_of(layout));
}

Tensor to_compressed(const Tensor& self, Layout layout, Block block, std::optional<int64_t> dense_dim) {
  VT_CHECK(dense_dim.value_or(0) == 0, NotImplemented, "tensors of layout ", name_of(layout),
           " are matrices so far, got dense_dim ", dense_dim.value_or(0));
  VT_CHECK(self.dim() == 2, Runtime, "to_", name_of(layout), ": expected a matrix, got ", self.dim(), " dims");
  return compressed_as(is_sparse(self) ? self : ops::to_sparse(self, 2), layout, block);
}
template <Layout layout>
Tensor to_lines(const Tensor& self, std::optional<int64_t> dense_dim) {
  return to_compressed(self, layout, {}, dense_dim);
}
template <Layout layout>
Tensor to_blocks(const Tensor& self, IntSpan blocksize, std::optional<int64_t> dense_dim) {
  return to_compressed(self, layout, {blocksize[0], blocksize[1]}, dense_dim);
}

}  // namespace

bool is_compressed(const Tensor& t) { return is_sparse(t) && layout_of(t) != Layout::SparseCoo; }

Tensor with_values(const Tensor& self, const Tensor& values) {
  const SparseParts parts = sparse_parts(self);
  if (!is_compressed(self)) return ops::_sparse_coo(parts.indices, values, self.sizes(), parts.coalesced);
  return ops::_sparse_compressed(parts.compressed, parts.indices, values, self.sizes(), name_of(layout_of(self)));
}

Tensor indices_of(const Tensor& self) {
  const SparseParts parts = sparse_parts(self);
  if (!is_compressed(self)) return parts.indices;
  return element_places(parts.compressed, parts.indices, layout_of(self), block_of(parts.values.sizes()));
}

Tensor as_coo(const Tensor& self) {
  const Layout layout = layout_of(self);
  if (layout == Layout::SparseCoo) return self;
  parts_of(self, "to_sparse");
  const Tensor places = indices_of(self);
  Tensor values = ops::values(self);
  if (has_blocks(layout)) values = ops::reshape(values, DimVec{-1});
  const Tensor coo = ops::_sparse_coo(places, values, self.sizes(), layout == Layout::SparseCsr);
  return layout == Layout::SparseBsr ? ops::coalesce(coo) : coo;
}

Tensor as_csr(const Tensor& self) { return compressed_as(self, Layout::SparseCsr, {}); }

Tensor in_layout_of(const Tensor& self, const Tensor& like) {
  if (!is_compressed(like)) return as_coo(self);
  return compressed_as(self, layout_of(like), block_of(sparse_parts(like).values.sizes()));
}

Tensor transposed_compressed(const Tensor& self) {
  const SparseParts parts = sparse_parts(self);
  const Layout layout = layout_of(self);
  const Tensor values = has_blocks(layout) ? ops::transpose(ops::values(self), 1, 2) : ops::values(self);
  return ops::_sparse_compressed(parts.compressed, parts.indices, values, DimVec{self.size(1), self.size(0)},
                                 name_of(flipped(layout)));
}

}  // namespace vt::sparse

namespace vt {

using namespace vt::sparse;

void register_sparse_compressed(Registry& r) {
  const SparseOps sparse(r);
  r.def(
       "_sparse_compressed(Tensor compressed_indices, Tensor plain_indices, Tensor values, int[] size, str layout) -> Tensor")
      .all(make_compressed)
      .value_dependent()
      .backward(keep::args(0, 1), make_compressed_backward)
      .internal()
      .doc("A tensor of that compressed layout over the parts as they are; what the indices hold is trusted.");
  r.def("sparse_csr_tensor(Tensor crow_indices, Tensor col_indices, Tensor values, int[]? size=None) -> Tensor")
      .composite(compressed_tensor<Layout::SparseCsr>)
      .value_dependent()
      .surface(kNode)
      .doc(
          "A sparse matrix by rows: values (nnz), the column of each, and (rows + 1) where the entries of each row "
          "begin, int32 or int64. RuntimeError for indices that are out of range or out of order.");
  r.def("sparse_csc_tensor(Tensor ccol_indices, Tensor row_indices, Tensor values, int[]? size=None) -> Tensor")
      .composite(compressed_tensor<Layout::SparseCsc>)
      .value_dependent()
      .surface(kNode)
      .doc("A sparse matrix by columns, as sparse_csr_tensor makes one by rows.");
  r.def("sparse_bsr_tensor(Tensor crow_indices, Tensor col_indices, Tensor values, int[]? size=None) -> Tensor")
      .composite(compressed_tensor<Layout::SparseBsr>)
      .value_dependent()
      .surface(kNode)
      .doc("As sparse_csr_tensor of blocks: values (nnz, rows of a block, columns of a block).");
  r.def("sparse_bsc_tensor(Tensor ccol_indices, Tensor row_indices, Tensor values, int[]? size=None) -> Tensor")
      .composite(compressed_tensor<Layout::SparseBsc>)
      .value_dependent()
      .surface(kNode)
      .doc("As sparse_csc_tensor of blocks: values (nnz, rows of a block, columns of a block).");
  auto part = [&](const char* schema, Tensor (*fn)(const Tensor&), const char* doc) {
    const std::string_view text = schema;
    const std::string name(text.substr(0, text.find('(')));
    r.def(schema).all(fn).not_differentiable().method_only().doc(doc);
    sparse.kernel(name.c_str(), fn);
  };
  part("crow_indices(Tensor(a) self) -> Tensor(a)", crow_indices,
       "Where the entries of each row of a CSR or BSR tensor begin.");
  part("col_indices(Tensor(a) self) -> Tensor(a)", col_indices, "The column of each entry of a CSR or BSR tensor.");
  part("ccol_indices(Tensor(a) self) -> Tensor(a)", ccol_indices,
       "Where the entries of each column of a CSC or BSC tensor begin.");
  part("row_indices(Tensor(a) self) -> Tensor(a)", row_indices, "The row of each entry of a CSC or BSC tensor.");
  r.def("to_sparse_csr(Tensor self, int? dense_dim=None) -> Tensor")
      .composite(to_lines<Layout::SparseCsr>)
      .value_dependent()
      .method_only()
      .doc("A CSR tensor of the elements of a matrix that are not zero.");
  r.def("to_sparse_csc(Tensor self, int? dense_dim=None) -> Tensor")
      .composite(to_lines<Layout::SparseCsc>)
      .value_dependent()
      .method_only()
      .doc("A CSC tensor of the elements of a matrix that are not zero.");
  r.def("to_sparse_bsr(Tensor self, int[2] blocksize, int? dense_dim=None) -> Tensor")
      .composite(to_blocks<Layout::SparseBsr>)
      .value_dependent()
      .method_only()
      .doc("A BSR tensor of the blocks of a matrix that are not all zeros.");
  r.def("to_sparse_bsc(Tensor self, int[2] blocksize, int? dense_dim=None) -> Tensor")
      .composite(to_blocks<Layout::SparseBsc>)
      .value_dependent()
      .method_only()
      .doc("A BSC tensor of the blocks of a matrix that are not all zeros.");
  sparse.inherit({"to_sparse_csr", "to_sparse_csc", "to_sparse_bsr", "to_sparse_bsc"});
}

}  // namespace vt
