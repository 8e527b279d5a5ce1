// Singular values and vectors.
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
using MaybeText = std::optional<std::string_view>;

std::array<TensorSpec, 3> svd_meta(const Tensor& a, bool full, bool vectors, const MaybeText&) {
  check_factorizable(a, "linalg.svd");
  const DimVec batch = batch_of(a);
  const int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n);
  const TensorSpec s = spec_of(with_dims(batch, DimVec{k}), to_real(a.dtype()), a);
  if (!vectors) return {nothing_spec(a), s, nothing_spec(a)};
  return {columns_spec(batch, m, full ? m : k, a), s, columns_spec(batch, full ? n : k, n, a)};
}

template <class T>
int one_svd(char job, int64_t m, int64_t n, const T* a, T* work, lapack::Real<T>* s, T* u, T* vh, int64_t vh_rows) {
  if (!all_finite(a, m * n)) return -4;
  std::copy_n(a, m * n, work);
  const int info = lapack::gesdd(job, m, n, work, m, s, u, m, vh, vh_rows);
  if (info <= 0) return info;
  std::copy_n(a, m * n, work);
  return lapack::gesvd(job, m, n, work, m, s, u, m, vh, vh_rows);
}

void svd_cpu(const Tensor& a, bool full, bool vectors, const MaybeText& driver, Tensor& u, Tensor& s, Tensor& vh) {
  VT_CHECK(!driver, Runtime,
           "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.");
  const int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n);
  const int64_t u_columns = full ? m : k, vh_rows = full ? n : k;
  if (k == 0) {
    // full bases of the whole space, of no matrix
    if (vectors && u.numel() > 0) copy_data(u, ops::expand(ops::eye(m, u_columns, a.dtype()), u.sizes()));
    if (vectors && vh.numel() > 0) copy_data(vh, ops::expand(ops::eye(vh_rows, n, a.dtype()), vh.sizes()));
    return;
  }
  const Tensor given = columns_of(a), work = empty_columns(batch_of(a), m, n, a.dtype());
  const Tensor info = empty(batch_of(a), DType::int32);
  int32_t* infos = info.data<int32_t>();
  visit_lapack(a.dtype(), [&]<class T>() {
    const T* matrices = given.data<T>();
    T *scratch = work.data<T>(), *left = u.data<T>(), *right = vh.data<T>();
    auto* values = s.data<lapack::Real<T>>();
    for_each_matrix(info.numel(), (vectors ? 10.0 : 4.0) * m * n * k, [&](int64_t i) {
      infos[i] = one_svd(!vectors ? 'N'
                         : full   ? 'A'
                                  : 'S',
                         m, n, matrices + i * m * n, scratch + i * m * n, values + i * k,
                         vectors ? left + i * m * u_columns : left, vectors ? right + i * vh_rows * n : right, vh_rows);
    });
  });
  check_errors(info, "linalg.svd");
}

// U ((skew(U^H gU) / E) S + S (skew(V^H gV) / E) + diag(gS)) V^H with E_ij = s_j^2 - s_i^2, and outside of the spans of
// U and V what their missing columns let through.
void svd_backward(GradContext& ctx) {
  const bool full = ctx.arg<bool>(1), vectors = ctx.arg<bool>(2);
  Tensor grad_u = ctx.grad(0), grad_vh = ctx.grad(2);
  const Tensor grad_s = ctx.grad(1);
  if (!grad_u.defined() && !grad_s.defined() && !grad_vh.defined()) return;
  VT_CHECK(vectors, Runtime, "linalg_svd_backward: The derivative of singular values needs singular vectors; compute ",
           "them with compute_uv=True");
  Tensor u = ctx.saved_result(0), vh = ctx.saved_result(2);
  const Tensor s = ctx.saved_result(1);
  const int64_t m = u.size(-2), n = vh.size(-1), k = s.size(-1);
  if (full) {
    // whatever completes the bases is arbitrary, so a sound loss does not depend on it
    u = ops::narrow(u, -1, 0, k);
    vh = ops::narrow(vh, -2, 0, k);
    if (grad_u.defined()) grad_u = ops::narrow(grad_u, -1, 0, k);
    if (grad_vh.defined()) grad_vh = ops::narrow(grad_vh, -2, 0, k);
  }
  const Tensor row = ops::unsqueeze(s, -2), column = ops::unsqueeze(s, -1);
  if (!grad_u.defined() && !grad_vh.defined()) {
    ctx.set(0, ops::matmul(u * ops::unsqueeze(grad_s, -2), vh));
    return;
  }
  auto skew = [](const Tensor& x) { return x - ops::adjoint(x); };
  const Tensor own = ops::eye(k, DType::bool_, s.device());
  const Tensor gaps = ops::where(own, wrapped_number(1.0), (row - column) * (row + column));
  Tensor inner, phase;
  auto add = [](Tensor& sum, const Tensor& x) { sum = sum.defined() ? sum + x : x; };
  Tensor turned_u, turned_v;
  if (grad_u.defined()) {
    turned_u = ops::matmul(ops::adjoint(u), grad_u);
    add(inner, skew(turned_u) / gaps * row);
    add(phase, turned_u);
  }
  if (grad_vh.defined()) {
    turned_v = ops::matmul(vh, ops::adjoint(grad_vh));
    add(inner, column * (skew(turned_v) / gaps));
    add(phase, turned_v);
  }
  // (skew / E has zeros on its diagonal for real matrices, and phases there for complex ones)
  inner = ops::where(own, wrapped_number(0.0), inner);
  if (is_complex(u.dtype())) {
    check_phase(phase, "svd_backward", "singular vectors");
    const Tensor& of_u = grad_u.defined() ? turned_u : turned_v;
    const Tensor turn = ops::diagonal(skew(of_u), 0, -2, -1) / (s * Scalar(2.0));
    inner = inner + ops::diag_embed(grad_u.defined() ? turn : -turn);
  }
  if (grad_s.defined()) inner = inner + ops::diag_embed(grad_s);
  // each part is multiplied by its smaller side first
  Tensor gradient = m >= n ? ops::matmul(u, ops::matmul(inner, vh)) : ops::matmul(ops::matmul(u, inner), vh);
  if (m > k && grad_u.defined()) {
    const Tensor outside = grad_u / row;
    gradient = gradient + ops::matmul(outside - ops::matmul(u, ops::matmul(ops::adjoint(u), outside)), vh);
  }
  if (n > k && grad_vh.defined()) {
    const Tensor outside = grad_vh / column;
    gradient = gradient + ops::matmul(u, outside - ops::matmul(ops::matmul(outside, ops::adjoint(vh)), vh));
  }
  ctx.set(0, gradient);
}

std::tuple<Tensor, Tensor, Tensor> linalg_svd(const Tensor& a, bool full, const MaybeText& driver) {
  return ops::_linalg_svd(a, full, true, driver);
}

Tensor svdvals(const Tensor& a, const MaybeText& driver) {
  // the derivative of the values is made of the vectors
  return std::get<1>(ops::_linalg_svd(a, false, is_differentiated(a), driver));
}

std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& self, bool some, bool vectors) {
  VT_CHECK(self.dim() >= 2, Runtime, "linalg.svd: input should have at least 2 dimensions, but has ", self.dim(),
           " dimensions instead");
  if (vectors) {
    auto [u, s, vh] = ops::_linalg_svd(self, !some);
    return {u, s, ops::adjoint(vh)};
  }
  const int64_t m = self.size(-2), n = self.size(-1);
  auto zeros = [&](int64_t size) {
    return ops::zeros(with_dims(batch_of(self), DimVec{size, size}), self.dtype(), self.device());
  };
  return {zeros(m), ops::linalg_svdvals(self), zeros(n)};
}

}  // namespace

void register_svd(Registry& r) {
  r.def(
       "_linalg_svd(Tensor A, bool full_matrices=False, bool compute_uv=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)")
      .meta(svd_meta)
      .cpu(svd_cpu)
      .backward(keep::results(0, 1, 2), svd_backward)
      .internal()
      .doc("linalg.svd, or linalg.svdvals with two empty tensors.");
  r.def("linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(linalg_svd)
      .out()
      .surface(kLinalg)
      .doc(
          "U, S, V^H of A = U diag(S) V^H for matrices (..., m, n); S (..., min(m, n)), descending; LinAlgError for NaN.");
  r.def("linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(svdvals)
      .out()
      .surface(kLinalg)
      .doc("The singular values of each matrix, descending.");
  r.def("svd(Tensor self, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor V)")
      .autocast({.cpu = AutocastPolicy::Float32})
      .composite(svd)
      .out()
      .doc("torch.linalg.svd under its old name, with V instead of V^H; some: as full_matrices=False.");
}

}  // namespace vt
