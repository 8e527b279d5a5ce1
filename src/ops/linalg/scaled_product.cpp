// Products of matrices that are kept in 8 bits, with scales: _scaled_mm.
#include "core/dtype.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/tensor_operators.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

bool is_float8(const Tensor& t) {
  return is_stored_only(t.dtype()) && is_floating(t.dtype()) && set_of(t.dtype()) != kOpaqueSet;
}

// One scale for all, or one for each row of the first matrix and each column of the second.
void check_scales(const Tensor& self, const Tensor& mat2, const Tensor& a, const Tensor& b) {
  VT_CHECK(a.dtype() == DType::float32 && b.dtype() == DType::float32, Runtime,
           "_scaled_mm: expected float32 scales, got ", a.dtype(), " and ", b.dtype());
  const bool all = a.numel() == 1 && b.numel() == 1;
  const bool rows = a.dim() == 2 && b.dim() == 2 && a.size(0) == self.size(0) && a.size(1) == 1 && b.size(0) == 1 &&
                    b.size(1) == mat2.size(1);
  VT_CHECK(all || rows, Runtime, "_scaled_mm: expected scales of one element, or of shapes (", self.size(0),
           ", 1) and (1, ", mat2.size(1), "), got ", to_string(a), " and ", to_string(b));
}

// Every number of 8 bits is one of float32, in which the products are summed.
Tensor scaled_mm(const Tensor& self, const Tensor& mat2, const Tensor& scale_a, const Tensor& scale_b,
                 const Tensor& bias, const Tensor& scale_result, std::optional<DType> out_dtype, bool) {
  VT_CHECK(self.dim() == 2 && mat2.dim() == 2, Runtime, "_scaled_mm: expected two matrices, got ", to_string(self),
           " and ", to_string(mat2));
  VT_CHECK(self.size(1) == mat2.size(0), Runtime, "_scaled_mm: mat1 and mat2 shapes cannot be multiplied (",
           self.size(0), "x", self.size(1), " and ", mat2.size(0), "x", mat2.size(1), ")");
  VT_CHECK(is_float8(self), Runtime, "_scaled_mm: Expected mat1 to be Float8 matrix got ", self.dtype());
  VT_CHECK(is_float8(mat2), Runtime, "_scaled_mm: Expected mat2 to be Float8 matrix got ", mat2.dtype());
  VT_CHECK(!scale_result.defined(), NotImplemented, "_scaled_mm: scale_result is not there yet; scale the result");
  check_scales(self, mat2, scale_a, scale_b);
  const Tensor product = ops::mm(ops::as_dtype(self, DType::float32), ops::as_dtype(mat2, DType::float32));
  const Tensor scale = scale_a.numel() == 1 && scale_b.numel() == 1
                           ? ops::reshape(scale_a, IntSpan{}) * ops::reshape(scale_b, IntSpan{})
                           : scale_a * scale_b;
  Tensor result = product * scale;
  if (bias.defined()) {
    VT_CHECK(bias.dim() == 1 && bias.size(0) == mat2.size(1), Runtime, "_scaled_mm: expected a bias of ", mat2.size(1),
             " elements, got ", to_string(bias));
    result = result + ops::as_dtype(bias, DType::float32);
  }
  return ops::as_dtype(result, out_dtype.value_or(self.dtype()));
}

}  // namespace

void register_scaled_product(Registry& r) {
  r.def(
       "_scaled_mm(Tensor self, Tensor mat2, Tensor scale_a, Tensor scale_b, Tensor? bias=None, Tensor? scale_result=None, ScalarType? out_dtype=None, bool use_fast_accum=False) -> Tensor")
      .composite(scaled_mm)
      .function_only()
      .doc(
          "The product of two matrices of 8-bit floats, times both scales, plus bias; in self's dtype unless out_dtype.");
}

}  // namespace vt
