// A product of two matrices that also sums the rows of the first: the gradients of a linear layer's weight and bias
// read the incoming gradient once.
#include <tuple>

#include "core/backend_table.h"
#include "cuda/gemm.h"
#include "dispatch/registry.h"
#include "ops/linalg/matrix_product.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

std::array<TensorSpec, 2> meta(const Tensor& a, const Tensor& b) {
  VT_CHECK(a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(0), Runtime,
           "expected two matrices that can be multiplied, got ", a.sizes(), " and ", b.sizes());
  VT_CHECK(a.dtype() == b.dtype(), Runtime, "expected two matrices of one dtype, got ", a.dtype(), " and ", b.dtype());
  VT_CHECK(!is_integral(a.dtype()) && a.dtype() != DType::bool_, NotImplemented, "not implemented for '", a.dtype(),
           "'");
  return {TensorSpec{{a.size(0), b.size(1)}, a.dtype(), a.device(), {}},
          TensorSpec{{a.size(0)}, a.dtype(), a.device(), {}}};
}

// In one kernel; false, with nothing done, where the backend has none that pays.
constinit BackendTable<bool(const Tensor& a, const Tensor& b, const Tensor& out, const Tensor& sums)> in_one_kernel{
    "product with sums of rows"};

bool product_with_epilogue(const Tensor& a, const Tensor& b, const Tensor& out, const Tensor& sums) {
  if (!is_reduced_floating(a.dtype()) && a.dtype() != DType::float32) return false;
  if (a.stride(0) != 1 || a.stride(1) != a.size(0) || !b.is_contiguous() || a.numel() == 0 || b.numel() == 0)
    return false;
  cuda::GemmArgs g;
  g.dtype = g.out_dtype = a.dtype();
  g.m = a.size(0);
  g.k = a.size(1);
  g.n = b.size(1);
  g.a = a.data();
  g.lda = g.m;
  g.transpose_a = true;
  g.b = b.data();
  g.ldb = g.n;
  g.c = out.data();
  g.ldc = g.n;
  g.epilogue = cuda::GemmEpilogue::SumA;
  g.bias = sums.data();
  return cuda::try_gemm(g, cuda::current_stream(a.device().index),
                        {out.storage().get(), a.storage().get(), b.storage().get(), sums.storage().get()});
}

void kernel(const Tensor& a, const Tensor& b, Tensor& out, Tensor& sums) {
  if (in_one_kernel.has(a.device()) && in_one_kernel(a.device(), a, b, out, sums)) return;
  linalg::matrix_product(a, b, out, 1, 0);
  ops::copy_(sums, ops::sum(a, DimVec{1}));
}

void derivative(GradContext& ctx) {
  const Tensor &product = ctx.grad(0), &sums = ctx.grad(1);
  const Tensor a = ctx.saved(0), b = ctx.saved(1);
  auto adjoint = [](const Tensor& t) {
    const Tensor transposed = ops::transpose(t, 0, 1);
    return is_complex(t.dtype()) ? ops::conj_physical(transposed) : transposed;
  };
  if (ctx.needs(0)) {
    Tensor grad;
    if (product.defined()) grad = ops::mm(product, adjoint(b));
    if (sums.defined()) {
      const Tensor rows = ops::expand(ops::unsqueeze(sums, 1), DimVec(a.sizes()));
      grad = grad.defined() ? grad + rows : rows;
    }
    ctx.set(0, grad);
  }
  if (ctx.needs(1) && product.defined()) ctx.set(1, ops::mm(adjoint(a), product));
}

}  // namespace

void register_product_row_sums(Registry& r) {
  in_one_kernel.cuda(product_with_epilogue);
  r.def("_mm_with_row_sums(Tensor self, Tensor mat2) -> (Tensor, Tensor)")
      .meta(meta)
      .cpu(kernel)
      .cuda(kernel)
      .backward(keep::args(0, 1), derivative)
      .internal()
      .doc("self (n, m) @ mat2 (m, p), and the sums (n) of self's rows.");
}

}  // namespace vt
