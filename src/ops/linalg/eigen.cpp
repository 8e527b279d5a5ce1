// Eigenvalues and eigenvectors.
#include <limits>

#include "core/thread_state.h"
#include "core/transform.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/linalg/gauge.h"
#include "ops/linalg/matrices.h"
#include "ops/pointwise/gradients.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace linalg;

Tensor differences(const Tensor& values) {
  const Tensor gaps = ops::unsqueeze(values, -2) - ops::unsqueeze(values, -1);
  return ops::where(ops::eye(values.size(-1), DType::bool_, values.device()), wrapped_number(1.0), gaps);
}

// Hermitian
// ---------------------------------------------------------------------------------------------------------------

std::array<TensorSpec, 2> eigh_meta(const Tensor& a, std::string_view uplo, bool vectors) {
  check_square(a, "linalg.eigh");
  VT_CHECK(uplo.size() == 1 && std::string_view("LlUu").find(uplo[0]) != std::string_view::npos, Runtime,
           "Expected UPLO argument to be 'L' or 'U', but got ", uplo);
  const int64_t n = a.size(-1);
  return {spec_of(with_dims(batch_of(a), DimVec{n}), to_real(a.dtype()), a),
          vectors ? columns_spec(batch_of(a), n, n, a) : nothing_spec(a)};
}

// Whether the triangle that is read holds numbers.
template <class T>
bool triangle_finite(const T* a, int64_t n, bool upper) {
  for (int64_t j = 0; j < n; ++j) {
    const int64_t from = upper ? 0 : j, to = upper ? j + 1 : n;
    if (!all_finite(a + j * n + from, to - from)) return false;
  }
  return true;
}

void eigh_cpu(const Tensor& a, std::string_view uplo, bool wants_vectors, Tensor& values, Tensor& vectors) {
  const int64_t n = a.size(-1);
  if (wants_vectors) copy_data(vectors, a);
  const Tensor work = wants_vectors ? vectors : columns_of(a), info = empty(batch_of(a), DType::int32);
  int32_t* infos = info.data<int32_t>();
  const bool upper = uplo == "U" || uplo == "u";
  visit_lapack(a.dtype(), [&]<class T>() {
    T* matrices = work.data<T>();
    auto* w = values.data<lapack::Real<T>>();
    for_each_matrix(info.numel(), (wants_vectors ? 9.0 : 4.0 / 3) * n * n * n, [&](int64_t i) {
      T* matrix = matrices + i * n * n;
      infos[i] = 0;
      if (n == 0) return;
      if (!triangle_finite(matrix, n, upper)) {
        std::fill_n(w + i * n, n, std::numeric_limits<lapack::Real<T>>::quiet_NaN());
        std::fill_n(matrix, n * n, T(std::numeric_limits<lapack::Real<T>>::quiet_NaN()));
        return;
      }
      infos[i] = lapack::heevd(wants_vectors ? 'V' : 'N', upper ? 'U' : 'L', n, matrix, n, w + i * n);
    });
  });
  check_errors(info, "linalg.eigh");
}

// V (skew(V^H gV) / E + diag(gL)) V^H with E_ij = l_j - l_i.
void eigh_backward(GradContext& ctx) {
  const Tensor grad_values = ctx.grad(0), grad_vectors = ctx.grad(1);
  if (!grad_values.defined() && !grad_vectors.defined()) return;
  VT_CHECK(ctx.arg<bool>(2), Runtime, "linalg_eigh_backward: The derivative of eigenvalues needs eigenvectors");
  const Tensor values = ctx.saved_result(0), v = ctx.saved_result(1), adjoint = ops::adjoint(v);
  if (!grad_vectors.defined()) {
    ctx.set(0, ops::matmul(v * ops::unsqueeze(grad_values, -2), adjoint));
    return;
  }
  const Tensor turned = ops::matmul(adjoint, grad_vectors);
  if (is_complex(v.dtype())) check_phase(turned, "linalg_eigh_backward", "eigenvectors");
  // vectors move along the unitary matrices only, so that the gradient is Hermitian as the matrix is
  const Tensor skew = (turned - ops::adjoint(turned)) * Scalar(0.5);
  const Tensor own = ops::eye(values.size(-1), DType::bool_, values.device());
  Tensor inner = ops::where(own, wrapped_number(0.0), skew / differences(values));
  if (grad_values.defined()) inner = inner + ops::diag_embed(grad_values);
  ctx.set(0, ops::matmul(v, ops::matmul(inner, adjoint)));
}

std::tuple<Tensor, Tensor> eigh(const Tensor& a, std::string_view uplo) { return ops::_linalg_eigh(a, uplo, true); }
Tensor eigvalsh(const Tensor& a, std::string_view uplo) {
  // the derivative of the values is made of the vectors
  return std::get<0>(ops::_linalg_eigh(a, uplo, is_differentiated(a)));
}

// general
// -----------------------------------------------------------------------------------------------------------------

std::array<TensorSpec, 2> eig_meta(const Tensor& a) {
  check_square(a, "linalg.eig");
  TensorSpec vectors = columns_spec(batch_of(a), a.size(-1), a.size(-1), a);
  vectors.dtype = to_complex(a.dtype());
  return {spec_of(with_dims(batch_of(a), DimVec{a.size(-1)}), vectors.dtype, a), vectors};
}
TensorSpec eigvals_meta(const Tensor& a) { return eig_meta(a)[0]; }

void eigen(const Tensor& a, Tensor& values, const Tensor* vectors) {
  const int64_t n = a.size(-1);
  const Tensor work = columns_of(a), info = empty(batch_of(a), DType::int32);
  int32_t* infos = info.data<int32_t>();
  visit_lapack(a.dtype(), [&]<class T>() {
    using C = complex<lapack::Real<T>>;
    T* matrices = work.data<T>();
    VT_CHECK(all_finite(matrices, work.numel()), Runtime,
             "torch.linalg.eig: input tensor should not contain infs or NaNs.");
    C *w = values.data<C>(), *v = vectors != nullptr ? vectors->data<C>() : nullptr;
    for_each_matrix(info.numel(), (v != nullptr ? 25.0 : 10.0) * n * n * n, [&](int64_t i) {
      infos[i] =
          n == 0 ? 0 : lapack::geev(n, matrices + i * n * n, n, w + i * n, v != nullptr ? v + i * n * n : nullptr, n);
    });
  });
  check_errors(info, "torch.linalg.eig");
}
void eig_cpu(const Tensor& a, Tensor& values, Tensor& vectors) { eigen(a, values, &vectors); }
void eigvals_cpu(const Tensor& a, Tensor& values) { eigen(a, values, nullptr); }

// V^-H ((V^H gV - V^H V diag(Re V^H gV)) / conj(E) + diag(gL)) V^H: the vectors have length 1.
void eig_backward(GradContext& ctx) {
  const Tensor grad_values = ctx.grad(0), grad_vectors = ctx.grad(1);
  if (!grad_values.defined() && !grad_vectors.defined()) return;
  const Tensor values = ctx.saved_result(0), v = ctx.saved_result(1), adjoint = ops::adjoint(v);
  Tensor gradient;
  if (grad_vectors.defined()) {
    const Tensor turned = ops::matmul(adjoint, grad_vectors);
    check_phase(turned, "linalg_eig_backward", "eigenvectors");
    const Tensor lengths = ops::unsqueeze(ops::real(ops::diagonal(turned, 0, -2, -1)), -2);
    const Tensor own = ops::eye(values.size(-1), DType::bool_, values.device());
    Tensor inner = (turned - ops::matmul(adjoint, v * lengths)) / pointwise::conj(differences(values));
    inner = ops::where(own, wrapped_number(0.0), inner);
    if (grad_values.defined()) inner = inner + ops::diag_embed(grad_values);
    gradient = ops::linalg_solve(adjoint, ops::matmul(inner, adjoint));
  } else {
    gradient = ops::linalg_solve(adjoint, ops::unsqueeze(grad_values, -1) * adjoint);
  }
  ctx.set(0, is_complex(ctx.dtype(0)) ? gradient : ops::real(gradient));
}

Tensor eigvals(const Tensor& a) {
  return is_differentiated(a) ? std::get<0>(ops::linalg_eig(a)) : ops::_linalg_eigvals(a);
}

}  // namespace

void register_eigen(Registry& r) {
  r.def("_linalg_eigh(Tensor A, str UPLO=\"L\", bool compute_v=True) -> (Tensor eigenvalues, Tensor eigenvectors)")
      .meta(eigh_meta)
      .cpu(eigh_cpu)
      .backward(keep::results(0, 1), eigh_backward)
      .internal()
      .doc("linalg.eigh, or linalg.eigvalsh with an empty tensor.");
  r.def("linalg_eigh(Tensor self, str UPLO=\"L\") -> (Tensor eigenvalues, Tensor eigenvectors)")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(eigh)
      .out()
      .surface(kLinalg)
      .doc(
          "Eigenvalues (..., n), real and ascending, and vectors (..., n, n) of Hermitian matrices; one triangle is read.");
  r.def("linalg_eigvalsh(Tensor self, str UPLO=\"L\") -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(eigvalsh)
      .out()
      .surface(kLinalg)
      .doc("The eigenvalues of Hermitian matrices (..., n, n), ascending.");
  r.def("linalg_eig(Tensor self) -> (Tensor eigenvalues, Tensor eigenvectors)")
      .meta(eig_meta)
      .autocast({.cpu = AutocastPolicy::Float32})
      .cpu(eig_cpu)
      .backward(keep::results(0, 1), eig_backward)
      .surface(kLinalg)
      .doc("Eigenvalues (..., n) and vectors (..., n, n) of length 1, both complex, of square matrices.");
  r.def("_linalg_eigvals(Tensor self) -> Tensor")
      .meta(eigvals_meta)
      .cpu(eigvals_cpu)
      .not_differentiable()
      .out(false)
      .internal()
      .doc("linalg.eigvals where nobody differentiates it.");
  r.def("linalg_eigvals(Tensor self) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(eigvals)
      .out()
      .surface(kLinalg)
      .doc("The eigenvalues of square matrices (..., n, n), complex.");
}

}  // namespace vt
