// LAPACK, and the triangular solver of BLAS, from a shared library found on first use: PyPI's scipy-openblas32 or what
// the machine has. Every matrix is column by column, as Fortran has them: element (i, j) of `a` at a[i + j * lda].
//
// T is float, double, complex<float> or complex<double>; Real<T> its real type. Calls may come from several threads at
// once. What a function returns is LAPACK's info: 0, or k > 0 for what its routine says of the k-th minor, pivot or
// eigenvalue, or -k for an argument that it refuses. RuntimeError if there is no library.
#pragma once

#include <cstdint>
#include <span>

#include "core/complex.h"
#include "core/library.h"

namespace vt::lapack {

template <class T>
struct RealOf {
  using type = T;
};
template <class T>
struct RealOf<complex<T>> {
  using type = T;
};
template <class T>
using Real = typename RealOf<T>::type;

VT_API Library& library();

// The threads that one call may use, of the whole library: a batch runs on ours, with one each. RuntimeError without
// the library, so this is also what a kernel calls first.
VT_API void use_threads(int count);

// a (n, n), of which the triangle `uplo` is read, becomes its Cholesky factor there.
template <class T>
int potrf(char uplo, int64_t n, T* a, int64_t lda);
// The inverse of the matrix with the factor in triangle `uplo` of a, in that triangle.
template <class T>
int potri(char uplo, int64_t n, T* a, int64_t lda);
// a (m, n) becomes L without its ones and U; pivots (min(m, n)): the row, from 1, that row i was swapped with.
template <class T>
int getrf(int64_t m, int64_t n, T* a, int64_t lda, int32_t* pivots);
// a (m, n) becomes R above and the reflections below the diagonal; tau (min(m, n)).
template <class T>
int geqrf(int64_t m, int64_t n, T* a, int64_t lda, T* tau);
// a (m, n), k reflections in its columns, becomes the first n columns of their product; m >= n >= k.
template <class T>
int orgqr(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, const T* tau);
// c (m, n) becomes op(Q) C (side 'L') or C op(Q) ('R'), with Q of k reflections in a; adjoint: op conjugates and
// transposes.
template <class T>
int ormqr(char side, bool adjoint, int64_t m, int64_t n, int64_t k, const T* a, int64_t lda, const T* tau, T* c,
          int64_t ldc);
// Singular values s (min(m, n)) of a (m, n), which is overwritten. job 'A': u (m, m) and vh (n, n), 'S': their first
// min(m, n) columns and rows, 'N': neither.
template <class T>
int gesdd(char job, int64_t m, int64_t n, T* a, int64_t lda, Real<T>* s, T* u, int64_t ldu, T* vh, int64_t ldvh);
// The same by QR iteration: slower, and converges where gesdd may not.
template <class T>
int gesvd(char job, int64_t m, int64_t n, T* a, int64_t lda, Real<T>* s, T* u, int64_t ldu, T* vh, int64_t ldvh);
// Eigenvalues w (n), ascending, of the Hermitian matrix in triangle `uplo` of a; with job 'V' a becomes eigenvectors.
template <class T>
int heevd(char job, char uplo, int64_t n, T* a, int64_t lda, Real<T>* w);
// Eigenvalues w (n) of a, which is overwritten, and unless `v` is null right eigenvectors (n, n), both complex.
template <class T>
int geev(int64_t n, T* a, int64_t lda, complex<Real<T>>* w, complex<Real<T>>* v, int64_t ldv);
// Least squares of a (m, n), which is overwritten, and b (max(m, n), k), whose first n rows become the solution.
// By QR for a of full rank:
template <class T>
int gels(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, T* b, int64_t ldb);
// by QR with pivots: singular values below rcond times the largest count as 0.
template <class T>
int gelsy(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, T* b, int64_t ldb, Real<T> rcond, int64_t* rank);
// by an SVD, s (min(m, n)): divide and conquer, or QR iteration.
template <class T>
int gelsd(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, T* b, int64_t ldb, Real<T>* s, Real<T> rcond,
          int64_t* rank);
template <class T>
int gelss(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, T* b, int64_t ldb, Real<T>* s, Real<T> rcond,
          int64_t* rank);
// The symmetric (or, with `hermitian`, Hermitian) indefinite matrix in triangle `uplo` of a becomes L D L^T; pivots
// (n).
template <class T>
int sytrf(bool hermitian, char uplo, int64_t n, T* a, int64_t lda, int32_t* pivots);
// b (n, k) becomes X of A X = B, from sytrf's results.
template <class T>
int sytrs(bool hermitian, char uplo, int64_t n, int64_t k, const T* a, int64_t lda, const int32_t* pivots, T* b,
          int64_t ldb);

}  // namespace vt::lapack
