// Factorizations of matrices on a GPU by cuSOLVER and cuBLAS, which are opened at the first call.
//
// Matrices lie column by column in the device's memory, as for LAPACK (cpu/lapack.h, whose names the functions have); T
// is float, double, complex<float> or complex<double>. Work is given to the stream and not waited for. What a
// factorization says of a matrix, LAPACK's info, is written to the device.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "core/complex.h"
#include "core/macros.h"
#include "cuda/stream.h"
#include "cuda/work.h"

namespace vt::cuda {

template <class T>
struct RealPart {
  using type = T;
};
template <class T>
struct RealPart<complex<T>> {
  using type = T;
};

/// The libraries' handles of a stream's device, held by this thread for a scope.
class VT_API Solver {
 public:
  /// `op` is a string literal that names the work on `storages`. RuntimeError where a library is missing.
  Solver(const char* op, Stream stream, std::initializer_list<const StorageImpl*> storages);
  ~Solver();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  template <class T>
  void potrf(char uplo, int64_t n, T* a, int32_t* info);
  template <class T>
  void getrf(int64_t m, int64_t n, T* a, int32_t* pivots, int32_t* info);
  template <class T>
  void getrs(char trans, int64_t n, int64_t k, const T* a, const int32_t* pivots, T* b, int32_t* info);
  /// L D L^T of a symmetric matrix; complex ones are not taken to be Hermitian.
  template <class T>
  void sytrf(char uplo, int64_t n, T* a, int32_t* pivots, int32_t* info);
  template <class T>
  void sytrs(char uplo, int64_t n, int64_t k, const T* a, const int64_t* pivots, T* b, int32_t* info);
  template <class T>
  void geqrf(int64_t m, int64_t n, T* a, T* tau, int32_t* info);
  template <class T>
  void orgqr(int64_t m, int64_t n, int64_t k, T* a, const T* tau, int32_t* info);
  /// a: (rows, k), where rows are those that the side of c (m, n) has.
  template <class T>
  void ormqr(char side, bool adjoint, int64_t m, int64_t n, int64_t k, const T* a, const T* tau, T* c, int32_t* info);
  template <class T>
  void heevd(char job, char uplo, int64_t n, T* a, typename RealPart<T>::type* w, int32_t* info);
  /// m >= n; u (m, m) or with job 'S' (m, n), vh (n, n). a is overwritten.
  template <class T>
  void gesvd(char job, int64_t m, int64_t n, T* a, typename RealPart<T>::type* s, T* u, T* vh, int32_t* info);
  template <class T>
  void trsm(char side, char uplo, char trans, char diag, int64_t m, int64_t n, const T* a, int64_t lda, T* b);

  /// Batches of small matrices in one launch. Arrays of pointers, and info, are on the device.
  template <class T>
  void potrf_batched(char uplo, int64_t n, T** a, int32_t* info, int64_t batch);
  template <class T>
  void getrf_batched(int64_t n, T** a, int32_t* pivots, int32_t* info, int64_t batch);
  template <class T>
  void getrs_batched(char trans, int64_t n, int64_t k, T** a, const int32_t* pivots, T** b, int64_t batch);
  template <class T>
  void trsm_batched(char side, char uplo, char trans, char diag, int64_t m, int64_t n, T** a, int64_t lda, T** b,
                    int64_t batch);

 private:
  template <class T>
  T* scratch(int elements);

  Stream stream_;
  void* held_;  // what the scope locks
  void* dense_;
  void* blas_;
};

}  // namespace vt::cuda
