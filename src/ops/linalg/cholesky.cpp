// The factor of a positive-definite matrix, and what is computed from it.
#include "core/math.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/matrices.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;

std::array<TensorSpec, 2> cholesky_meta(const Tensor& self, bool, bool) {
  check_square(self, "linalg.cholesky");
  return {columns_spec(batch_of(self), self.size(-2), self.size(-1), self),
          spec_of(batch_of(self), DType::int32, self)};
}

void cholesky_cpu(const Tensor& self, bool upper, bool check, Tensor& factor, Tensor& info) {
  copy_data(factor, self);
  const int64_t n = self.size(-1);
  int32_t* infos = info.data<int32_t>();
  visit_lapack(self.dtype(), [&]<class T>() {
    T* matrices = factor.data<T>();
    for_each_matrix(info.numel(), n * n * n / 3.0, [&](int64_t i) {
      T* a = matrices + i * n * n;
      infos[i] = lapack::potrf(upper ? 'U' : 'L', n, a, n);
      for (int64_t c = 0; infos[i] == 0 && c < n; ++c) {  // not every LAPACK looks for these
        if (!m::isfinite(a[c * n + c])) infos[i] = static_cast<int32_t>(c + 1);
      }
      for (int64_t column = 0; column < n; ++column) {
        T* begin = a + column * n;
        if (upper) {
          std::fill(begin + column + 1, begin + n, T(0));
        } else {
          std::fill(begin, begin + column, T(0));
        }
      }
    });
  });
  if (check) check_errors(info, "linalg.cholesky_ex");
}

// With L L^H = A: dL = L phi(L^-1 dA L^-H), where phi takes the lower triangle with half of its diagonal.
void cholesky_backward(GradContext& ctx) {
  Tensor grad = ctx.grad(0), factor = ctx.saved_result(0);
  if (!grad.defined()) return;
  if (ctx.arg<bool>(1)) {
    grad = ops::adjoint(grad);
    factor = ops::adjoint(factor);
  }
  const Tensor inner = ops::tril(ops::matmul(ops::adjoint(factor), grad));
  const Tensor whole = inner + ops::adjoint(ops::tril(inner, -1));
  const Tensor half = ops::linalg_solve_triangular(ops::adjoint(factor), whole, true);
  ctx.set(0, ops::linalg_solve_triangular(factor, half, false, /*left=*/false) * Scalar(0.5));
}

Tensor cholesky_checked(const Tensor& self, bool upper, std::string_view name) {
  auto [factor, info] = ops::linalg_cholesky_ex(self, upper, false);
  check_errors(info, name);
  return factor;
}
Tensor linalg_cholesky(const Tensor& self, bool upper) { return cholesky_checked(self, upper, "linalg.cholesky"); }
Tensor cholesky(const Tensor& self, bool upper) { return cholesky_checked(self, upper, "cholesky"); }

Tensor cholesky_solve(const Tensor& self, const Tensor& factor, bool upper) {
  VT_CHECK(self.dim() >= 2, Runtime, "b should have at least 2 dimensions, but has ", self.dim(),
           " dimensions instead");
  VT_CHECK(factor.dim() >= 2, Runtime, "u should have at least 2 dimensions, but has ", factor.dim(),
           " dimensions instead");
  check_square(factor, "cholesky_solve");
  VT_CHECK(factor.size(-1) == self.size(-2), Runtime, "Incompatible matrix sizes for cholesky_solve: each A matrix is ",
           factor.size(-1), " by ", factor.size(-1), " but each b matrix is ", self.size(-2), " by ", self.size(-1));
  const Tensor adjoint = ops::adjoint(factor);
  const Tensor half = ops::linalg_solve_triangular(upper ? adjoint : factor, self, false);
  return ops::linalg_solve_triangular(upper ? factor : adjoint, half, true);
}

Tensor cholesky_inverse(const Tensor& self, bool upper) {
  check_square(self, "cholesky_inverse");
  return ops::cholesky_solve(ops::eye(self.size(-1), self.dtype(), self.device()), self, upper);
}

}  // namespace

void register_cholesky(Registry& r) {
  r.def("linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False) -> (Tensor L, Tensor info)")
      .meta(cholesky_meta)
      .autocast({.cpu = AutocastPolicy::Float32})
      .cpu(cholesky_cpu)
      .backward(keep::result, cholesky_backward)
      .surface(kLinalg)
      .doc("The Cholesky factor of each matrix (..., n, n), of which one triangle is read, and LAPACK's info (...).");
  r.def("linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(linalg_cholesky)
      .out()
      .surface(kLinalg)
      .doc("L of A = L L^H for Hermitian positive-definite matrices (..., n, n); LinAlgError for others.");
  r.def("cholesky(Tensor self, bool upper=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(cholesky)
      .out()
      .doc("torch.linalg.cholesky under its old name.");
  r.def("cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(cholesky_solve)
      .out()
      .doc("X of A X = self (..., n, k) for the Cholesky factor input2 (..., n, n) of A.");
  r.def("cholesky_inverse(Tensor self, bool upper=False) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(cholesky_inverse)
      .out()
      .doc("The inverse of the matrix with the Cholesky factor self (..., n, n).");
}

}  // namespace vt
