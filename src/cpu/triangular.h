// Systems of equations with a triangular matrix, by blocks: products do nearly all of the work. Matrices are
// column-major and named as in BLAS; T is a real or complex floating type of 32 or 64 bits a number.
//
// LAPACK libraries differ by ten times in these two (an OpenBLAS solves with 512 right-hand sides at a twentieth of its
// own product's rate), so they are ours.
#pragma once

#include <cstdint>

namespace vt::cpu {

// b (m, n) becomes X of op(A) X = B (left) or X op(A) = B, with a triangular A, of which the triangle `upper` says is
// read; op transposes or not; `unit`: ones on its diagonal.
template <class T>
void solve_triangular(bool left, bool upper, bool transposed, bool unit, int64_t m, int64_t n, const T* a, int64_t lda,
                      T* b, int64_t ldb);

// b (n, k) becomes X of op(A) X = B, from LAPACK's getrf of A: L without its ones and U in `lu`, and the row, from 1,
// that row i was swapped with.
template <class T>
void solve_factored(bool transposed, int64_t n, int64_t k, const T* lu, int64_t lda, const int32_t* pivots, T* b,
                    int64_t ldb);

}  // namespace vt::cpu
