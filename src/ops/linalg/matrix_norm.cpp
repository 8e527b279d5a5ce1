// Norms of matrices, and norms by name.
#include <cmath>

#include "dispatch/registry.h"
#include "ops/linalg/matrices.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;
using MaybeDType = std::optional<DType>;
using MaybeDims = std::optional<DimVec>;

std::pair<int64_t, int64_t> matrix_dims(const Tensor& a, const DimVec& dim) {
  check_matrix(a, "linalg.matrix_norm");
  check_dtype(a, "linalg.matrix_norm", /*allow_low_precision=*/true);
  VT_CHECK(dim.size() == 2, Runtime, "linalg.matrix_norm: dim must be a 2-tuple. Got ", IntSpan(dim));
  const int64_t rows = wrap_dim(dim[0], a.dim()), columns = wrap_dim(dim[1], a.dim());
  VT_CHECK(rows != columns, Runtime, "linalg.matrix_norm: dims must be different. Got (", dim[0], ", ", dim[1], ")");
  return {rows, columns};
}

Tensor in_dtype(const Tensor& a, const MaybeDType& dtype) {
  if (!dtype) return a;
  VT_CHECK(is_differentiable(*dtype), Runtime, "linalg.matrix_norm: dtype should be floating point or complex. Got ",
           *dtype);
  VT_CHECK(is_complex(*dtype) == is_complex(a.dtype()), Runtime, "linalg.matrix_norm: dtype should be ",
           is_complex(a.dtype()) ? "complex" : "real", " for ", is_complex(a.dtype()) ? "complex" : "real",
           " inputs, but got ", *dtype);
  return ops::to(a, *dtype);
}

// use(s) of the singular values (..., k) of the matrices that lie in two dims of a.
template <class F>
Tensor of_singular_values(const Tensor& a, int64_t rows, int64_t columns, bool keepdim, const F& use) {
  const Tensor last = ops::movedim(a, DimVec{rows, columns}, DimVec{-2, -1});
  const Tensor result = use(ops::linalg_svdvals(last));
  if (!keepdim) return result;
  DimVec sizes(a.sizes());
  sizes[static_cast<size_t>(rows)] = sizes[static_cast<size_t>(columns)] = 1;
  return ops::reshape(result, sizes);
}

Tensor matrix_norm(const Tensor& self, const Scalar& ord, const DimVec& dim, bool keepdim, const MaybeDType& dtype) {
  auto [rows, columns] = matrix_dims(self, dim);
  const double p = ord.to_double(), size = std::abs(p);
  VT_CHECK(size == 1 || size == 2 || std::isinf(size), Runtime, "linalg.matrix_norm: Order ", p, " not supported.");
  const Tensor a = in_dtype(self, dtype);
  auto extreme = [&](const Tensor& t, int64_t along, bool keep) {
    if (p > 0 && t.size(along) == 0) return ops::sum(t, DimVec{along}, keep);  // the norm of nothing is 0
    return p > 0 ? ops::amax(t, DimVec{along}, keep) : ops::amin(t, DimVec{along}, keep);
  };
  if (size == 2) {
    check_dtype(a, "linalg.matrix_norm");
    return of_singular_values(a, rows, columns, keepdim, [&](const Tensor& s) { return extreme(s, -1, false); });
  }
  // sums along one of the dims, then the largest or smallest along the other
  int64_t summed = size == 1 ? rows : columns, left = size == 1 ? columns : rows;
  const Tensor sums = ops::linalg_vector_norm(a, 1, DimVec{summed}, keepdim);
  if (!keepdim && left > summed) --left;
  return extreme(sums, left, keepdim);
}

Tensor matrix_norm_by_name(const Tensor& self, std::string_view ord, const DimVec& dim, bool keepdim,
                           const MaybeDType& dtype) {
  const auto [rows, columns] = matrix_dims(self, dim);
  VT_CHECK(ord == "fro" || ord == "nuc", Runtime, "linalg.matrix_norm: Order ", ord, " not supported.");
  if (ord == "fro") return ops::linalg_vector_norm(self, 2, DimVec{rows, columns}, keepdim, dtype);
  const Tensor a = in_dtype(self, dtype);
  check_dtype(a, "linalg.matrix_norm");
  return of_singular_values(a, rows, columns, keepdim, [](const Tensor& s) { return ops::sum(s, DimVec{-1}); });
}

std::optional<IntSpan> span_of(const MaybeDims& dim) { return dim ? std::optional<IntSpan>(*dim) : std::nullopt; }

void check_norm(const Tensor& a, const MaybeDims& dim, bool by_order) {
  check_dtype(a, "linalg.norm", /*allow_low_precision=*/true);
  VT_CHECK(!dim || !by_order || dim->size() == 1 || dim->size() == 2, Runtime,
           "linalg.norm: If dim is specified, it must be of length 1 or 2. Got ", IntSpan(*dim));
  VT_CHECK(dim || !by_order || a.dim() == 1 || a.dim() == 2, Runtime,
           "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ", a.dim(), "D.");
}

Tensor norm(const Tensor& a, const std::optional<Scalar>& ord, const MaybeDims& dim, bool keepdim,
            const MaybeDType& dtype) {
  check_norm(a, dim, ord.has_value());
  if (!ord) {
    if (dim) return ops::linalg_vector_norm(a, 2, span_of(dim), keepdim, dtype);
    return ops::linalg_vector_norm(a, 2, {}, keepdim, dtype);
  }
  if (dim ? dim->size() == 2 : a.dim() == 2) {
    return ops::linalg_matrix_norm(a, *ord, dim ? *dim : DimVec{0, 1}, keepdim, dtype);
  }
  return ops::linalg_vector_norm(a, *ord, span_of(dim), keepdim, dtype);
}

Tensor norm_by_name(const Tensor& a, std::string_view ord, const MaybeDims& dim, bool keepdim,
                    const MaybeDType& dtype) {
  check_norm(a, dim, true);
  return ops::linalg_matrix_norm(a, ord, dim ? *dim : DimVec{0, 1}, keepdim, dtype);
}

Tensor nuclear_norm(const Tensor& self, bool keepdim) {
  return ops::linalg_matrix_norm(self, "nuc", DimVec{-2, -1}, keepdim);
}
Tensor nuclear_norm_dims(const Tensor& self, const DimVec& dim, bool keepdim) {
  return ops::linalg_matrix_norm(self, "nuc", dim, keepdim);
}
Tensor frobenius_norm(const Tensor& self, const DimVec& dim, bool keepdim) {
  VT_CHECK(dim.size() <= 2, Runtime, "Expected at most 2 dimensions, but got ", dim.size(), " dimensions instead.");
  return ops::linalg_vector_norm(self, 2, IntSpan(dim), keepdim);
}

}  // namespace

void register_matrix_norm(Registry& r) {
  r.def(
       "linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .composite(matrix_norm)
      .autocast({.cuda = AutocastPolicy::Float32})
      .out()
      .surface(kLinalg);
  r.def(
       "linalg_matrix_norm.str_ord(Tensor self, str ord=\"fro\", int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .composite(matrix_norm_by_name)
      .autocast({.cuda = AutocastPolicy::Float32})
      .out()
      .surface(kLinalg)
      .doc("The norm of the matrices in two dims: \"fro\", \"nuc\", inf, -inf, 1, -1, 2 or -2.");
  r.def(
       "linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .composite(norm)
      .out()
      .surface(kLinalg)
      .doc("The norm of vectors (one dim) or matrices (two); without ord the 2-norm of all elements of the dims.");
  r.def(
       "linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .composite(norm_by_name)
      .out()
      .surface(kLinalg);
  r.def("nuclear_norm(Tensor self, bool keepdim=False) -> Tensor")
      .composite(nuclear_norm)
      .autocast({.cuda = AutocastPolicy::Float32})
      .out()
      .function_only()
      .doc("The sum of the singular values of each matrix.");
  r.def("nuclear_norm.dim(Tensor self, int[2] dim, bool keepdim=False) -> Tensor")
      .composite(nuclear_norm_dims)
      .autocast({.cuda = AutocastPolicy::Float32})
      .out()
      .function_only();
  r.def("frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor")
      .composite(frobenius_norm)
      .autocast({.cuda = AutocastPolicy::Float32})
      .out()
      .function_only()
      .doc("The 2-norm of the elements along up to two dims.");
}

}  // namespace vt
