#include "cuda/solver.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "core/error.h"
#include "cuda/device.h"
#include "cuda/library.h"
#include "cuda/workspace.h"

namespace vt::cuda {
namespace {

using Handle = void*;
using Status = int;

// The numbers of both libraries' enums.
int fill_of(char uplo) { return uplo == 'U' ? 1 : 0; }
int operation_of(char trans) { return trans == 'N' ? 0 : trans == 'T' ? 1 : 2; }
int side_of(char side) { return side == 'L' ? 0 : 1; }
int diagonal_of(char diag) { return diag == 'U' ? 1 : 0; }

void check(Status status, const char* library, const char* name) {
  VT_CHECK(status == 0, Cuda, library, " error ", status, " in ", name);
}

int fits(int64_t size) {
  VT_CHECK(size <= std::numeric_limits<int32_t>::max(), Value, "cuSOLVER takes sizes of less than 2^31, got ", size);
  return static_cast<int>(size);
}
int leading(int64_t rows) { return fits(std::max<int64_t>(rows, 1)); }

template <class T>
constexpr char kLetter = std::is_same_v<T, float>            ? 'S'
                         : std::is_same_v<T, double>         ? 'D'
                         : std::is_same_v<T, complex<float>> ? 'C'
                                                             : 'Z';

// "cusolverDn" + "S" + "orgqr" + "_bufferSize", or the name that the routine has for complex matrices.
template <class T>
std::string name_of(const char* prefix, const char* real, const char* complex_name, const char* suffix) {
  const bool other = is_complex_v<T> && complex_name != nullptr;
  return std::string(prefix) + kLetter<T> + (other ? complex_name : real) + suffix;
}

// A routine with the types of this call's arguments: callers pass each argument in the type that the library declares.
struct Routine {
  void* address;
  const char* library;
  const char* name;
  template <class... P>
  void operator()(P... arguments) const {
    check(reinterpret_cast<Status (*)(P...)>(address)(arguments...), library, name);
  }
};

template <class T>
Routine dense(const char* real, const char* complex_name = nullptr, const char* suffix = "") {
  return {cusolver_library().symbol(name_of<T>("cusolverDn", real, complex_name, suffix).c_str()), "cuSOLVER", real};
}
template <class T>
Routine dense_size(const char* real, const char* complex_name = nullptr) {
  return dense<T>(real, complex_name, "_bufferSize");
}
template <class T>
Routine blas(const char* real, const char* suffix = "") {
  return {cublas_library().symbol(name_of<T>("cublas", real, nullptr, suffix).c_str()), "cuBLAS", real};
}

struct DeviceState {
  std::mutex mutex;
  Handle dense = nullptr, blas = nullptr;
};

DeviceState& state_of(int device) {
  static auto* states = new DeviceState[kMaxDevices];
  return states[device];
}

}  // namespace

Solver::Solver(const char* op, Stream stream, std::initializer_list<const StorageImpl*> storages) : stream_(stream) {
  using Create = Status (*)(Handle*);
  using SetStream = Status (*)(Handle, StreamHandle);
  static const auto create_dense = cusolver_library().function<Create>("cusolverDnCreate");
  static const auto set_dense_stream = cusolver_library().function<SetStream>("cusolverDnSetStream");
  static const auto create_blas = cublas_library().function<Create>("cublasCreate_v2");
  static const auto set_blas_stream = cublas_library().function<SetStream>("cublasSetStream_v2");
  const DeviceGuard guard(stream.device);
  begin_work(op, stream, {storages.begin(), storages.size()});
  DeviceState& state = state_of(stream.device);
  std::unique_lock lock(state.mutex);
  if (state.dense == nullptr) check(create_dense(&state.dense), "cuSOLVER", "cusolverDnCreate");
  if (state.blas == nullptr) check(create_blas(&state.blas), "cuBLAS", "cublasCreate");
  check(set_dense_stream(state.dense, stream.handle), "cuSOLVER", "cusolverDnSetStream");
  check(set_blas_stream(state.blas, stream.handle), "cuBLAS", "cublasSetStream");
  dense_ = state.dense;
  blas_ = state.blas;
  held_ = lock.release();
}

Solver::~Solver() { static_cast<std::mutex*>(held_)->unlock(); }

template <class T>
T* Solver::scratch(int elements) {
  return static_cast<T*>(workspace(stream_, sizeof(T) * static_cast<size_t>(std::max(elements, 1))));
}

template <class T>
void Solver::potrf(char uplo, int64_t n, T* a, int32_t* info) {
  static const Routine size = dense_size<T>("potrf"), run = dense<T>("potrf");
  int wanted = 0;
  size(dense_, fill_of(uplo), fits(n), a, leading(n), &wanted);
  run(dense_, fill_of(uplo), fits(n), a, leading(n), scratch<T>(wanted), wanted, info);
}

template <class T>
void Solver::getrf(int64_t m, int64_t n, T* a, int32_t* pivots, int32_t* info) {
  static const Routine size = dense_size<T>("getrf"), run = dense<T>("getrf");
  int wanted = 0;
  size(dense_, fits(m), fits(n), a, leading(m), &wanted);
  run(dense_, fits(m), fits(n), a, leading(m), scratch<T>(wanted), pivots, info);
}

template <class T>
void Solver::getrs(char trans, int64_t n, int64_t k, const T* a, const int32_t* pivots, T* b, int32_t* info) {
  static const Routine run = dense<T>("getrs");
  run(dense_, operation_of(trans), fits(n), fits(k), a, leading(n), pivots, b, leading(n), info);
}

template <class T>
void Solver::sytrf(char uplo, int64_t n, T* a, int32_t* pivots, int32_t* info) {
  static const Routine size = dense_size<T>("sytrf"), run = dense<T>("sytrf");
  int wanted = 0;
  size(dense_, fits(n), a, leading(n), &wanted);
  run(dense_, fill_of(uplo), fits(n), a, leading(n), pivots, scratch<T>(wanted), wanted, info);
}

// Of the library's 64-bit interface, whose routines are one for all types.
template <class T>
void Solver::sytrs(char uplo, int64_t n, int64_t k, const T* a, const int64_t* pivots, T* b, int32_t* info) {
  static const Routine size{cusolver_library().symbol("cusolverDnXsytrs_bufferSize"), "cuSOLVER", "sytrs"};
  static const Routine run{cusolver_library().symbol("cusolverDnXsytrs"), "cuSOLVER", "sytrs"};
  constexpr int kType = std::is_same_v<T, float>            ? 0
                        : std::is_same_v<T, double>         ? 1
                        : std::is_same_v<T, complex<float>> ? 4
                                                            : 5;
  const auto rows = static_cast<int64_t>(leading(n));
  const auto* matrix = static_cast<const void*>(a);
  auto* sides = static_cast<void*>(b);
  size_t on_device = 0, on_host = 0;
  size(dense_, fill_of(uplo), n, k, kType, matrix, rows, pivots, kType, sides, rows, &on_device, &on_host);
  std::vector<std::byte> host(on_host);
  run(dense_, fill_of(uplo), n, k, kType, matrix, rows, pivots, kType, sides, rows,
      static_cast<void*>(workspace(stream_, std::max<size_t>(on_device, 1))), on_device,
      static_cast<void*>(host.data()), on_host, info);
}

template <class T>
void Solver::geqrf(int64_t m, int64_t n, T* a, T* tau, int32_t* info) {
  static const Routine size = dense_size<T>("geqrf"), run = dense<T>("geqrf");
  int wanted = 0;
  size(dense_, fits(m), fits(n), a, leading(m), &wanted);
  run(dense_, fits(m), fits(n), a, leading(m), tau, scratch<T>(wanted), wanted, info);
}

template <class T>
void Solver::orgqr(int64_t m, int64_t n, int64_t k, T* a, const T* tau, int32_t* info) {
  static const Routine size = dense_size<T>("orgqr", "ungqr"), run = dense<T>("orgqr", "ungqr");
  int wanted = 0;
  size(dense_, fits(m), fits(n), fits(k), static_cast<const T*>(a), leading(m), tau, &wanted);
  run(dense_, fits(m), fits(n), fits(k), a, leading(m), tau, scratch<T>(wanted), wanted, info);
}

template <class T>
void Solver::ormqr(char side, bool adjoint, int64_t m, int64_t n, int64_t k, const T* a, const T* tau, T* c,
                   int32_t* info) {
  static const Routine size = dense_size<T>("ormqr", "unmqr"), run = dense<T>("ormqr", "unmqr");
  const int trans = operation_of(!adjoint ? 'N' : is_complex_v<T> ? 'C' : 'T');
  const int rows = leading(side == 'L' ? m : n);
  int wanted = 0;
  size(dense_, side_of(side), trans, fits(m), fits(n), fits(k), a, rows, tau, static_cast<const T*>(c), leading(m),
       &wanted);
  run(dense_, side_of(side), trans, fits(m), fits(n), fits(k), a, rows, tau, c, leading(m), scratch<T>(wanted), wanted,
      info);
}

template <class T>
void Solver::heevd(char job, char uplo, int64_t n, T* a, typename RealPart<T>::type* w, int32_t* info) {
  using Real = typename RealPart<T>::type;
  static const Routine size = dense_size<T>("syevd", "heevd"), run = dense<T>("syevd", "heevd");
  const int vectors = job == 'V' ? 1 : 0;
  int wanted = 0;
  size(dense_, vectors, fill_of(uplo), fits(n), static_cast<const T*>(a), leading(n), static_cast<const Real*>(w),
       &wanted);
  run(dense_, vectors, fill_of(uplo), fits(n), a, leading(n), w, scratch<T>(wanted), wanted, info);
}

template <class T>
void Solver::gesvd(char job, int64_t m, int64_t n, T* a, typename RealPart<T>::type* s, T* u, T* vh, int32_t* info) {
  using Real = typename RealPart<T>::type;
  static const Routine size = dense_size<T>("gesvd"), run = dense<T>("gesvd");
  int wanted = 0;
  size(dense_, fits(m), fits(n), &wanted);
  const auto letter = static_cast<signed char>(job);
  run(dense_, letter, letter, fits(m), fits(n), a, leading(m), s, u, leading(m), vh, leading(n), scratch<T>(wanted),
      wanted, static_cast<Real*>(nullptr), info);
}

template <class T>
void Solver::trsm(char side, char uplo, char trans, char diag, int64_t m, int64_t n, const T* a, int64_t lda, T* b) {
  static const Routine run = blas<T>("trsm", "_v2");
  const T one(1);
  run(blas_, side_of(side), fill_of(uplo), operation_of(trans), diagonal_of(diag), fits(m), fits(n), &one, a, fits(lda),
      b, leading(m));
}

template <class T>
void Solver::potrf_batched(char uplo, int64_t n, T** a, int32_t* info, int64_t batch) {
  static const Routine run = dense<T>("potrfBatched");
  run(dense_, fill_of(uplo), fits(n), a, leading(n), info, fits(batch));
}

template <class T>
void Solver::getrf_batched(int64_t n, T** a, int32_t* pivots, int32_t* info, int64_t batch) {
  static const Routine run = blas<T>("getrfBatched");
  run(blas_, fits(n), a, leading(n), pivots, info, fits(batch));
}

template <class T>
void Solver::getrs_batched(char trans, int64_t n, int64_t k, T** a, const int32_t* pivots, T** b, int64_t batch) {
  static const Routine run = blas<T>("getrsBatched");
  int info = 0;
  run(blas_, operation_of(trans), fits(n), fits(k), a, leading(n), pivots, b, leading(n), &info, fits(batch));
}

template <class T>
void Solver::trsm_batched(char side, char uplo, char trans, char diag, int64_t m, int64_t n, T** a, int64_t lda, T** b,
                          int64_t batch) {
  static const Routine run = blas<T>("trsmBatched");
  const T one(1);
  run(blas_, side_of(side), fill_of(uplo), operation_of(trans), diagonal_of(diag), fits(m), fits(n), &one, a, fits(lda),
      b, leading(m), fits(batch));
}

#define VT_SOLVER_OF(T)                                                                                 \
  template void Solver::potrf(char, int64_t, T*, int32_t*);                                             \
  template void Solver::getrf(int64_t, int64_t, T*, int32_t*, int32_t*);                                \
  template void Solver::getrs(char, int64_t, int64_t, const T*, const int32_t*, T*, int32_t*);          \
  template void Solver::sytrf(char, int64_t, T*, int32_t*, int32_t*);                                   \
  template void Solver::sytrs(char, int64_t, int64_t, const T*, const int64_t*, T*, int32_t*);          \
  template void Solver::geqrf(int64_t, int64_t, T*, T*, int32_t*);                                      \
  template void Solver::orgqr(int64_t, int64_t, int64_t, T*, const T*, int32_t*);                       \
  template void Solver::ormqr(char, bool, int64_t, int64_t, int64_t, const T*, const T*, T*, int32_t*); \
  template void Solver::heevd(char, char, int64_t, T*, RealPart<T>::type*, int32_t*);                   \
  template void Solver::gesvd(char, int64_t, int64_t, T*, RealPart<T>::type*, T*, T*, int32_t*);        \
  template void Solver::trsm(char, char, char, char, int64_t, int64_t, const T*, int64_t, T*);          \
  template void Solver::potrf_batched(char, int64_t, T**, int32_t*, int64_t);                           \
  template void Solver::getrf_batched(int64_t, T**, int32_t*, int32_t*, int64_t);                       \
  template void Solver::getrs_batched(char, int64_t, int64_t, T**, const int32_t*, T**, int64_t);       \
  template void Solver::trsm_batched(char, char, char, char, int64_t, int64_t, T**, int64_t, T**, int64_t);
VT_SOLVER_OF(float)
VT_SOLVER_OF(double)
VT_SOLVER_OF(complex<float>)
VT_SOLVER_OF(complex<double>)
#undef VT_SOLVER_OF

}  // namespace vt::cuda
