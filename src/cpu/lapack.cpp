#include "cpu/lapack.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "core/error.h"
#include "cpu/scratch.h"

namespace vt::lapack {
namespace {

using cpu::Scratch;

// Note [Integers of LAPACK]
// A library is built with integers of 32 bits or of 64, and nothing in it says which. Ours are 64 bits wide, with
// values that fit 32 and zeros above: on a little-endian machine either kind of library reads the number, and what
// either writes into a zeroed one is read back from its lower half. Arrays of pivots are the exception, so their width
// is measured once, with a matrix that needs a swap.
using Integer = int64_t;

int32_t narrow(Integer written) { return static_cast<int32_t>(written); }

int64_t fits(int64_t size) {
  VT_CHECK(size <= std::numeric_limits<int32_t>::max(), Value, "LAPACK takes matrices of less than 2^31 rows, got ",
           size);
  return std::max<int64_t>(size, 1);
}

// A Fortran routine. Behind the arguments come the lengths of those that are characters, which all have one; a routine
// with fewer does not look at the rest, for the caller takes arguments off the stack.
struct Routine {
  void* address;
  template <class... P>
  void operator()(P*... arguments) const {
    reinterpret_cast<void (*)(P*..., size_t, size_t, size_t, size_t)>(address)(arguments..., 1, 1, 1, 1);
  }
};

template <class T>
constexpr char kLetter = std::is_same_v<T, float>            ? 's'
                         : std::is_same_v<T, double>         ? 'd'
                         : std::is_same_v<T, complex<float>> ? 'c'
                                                             : 'z';

// A symbol of the library in one of the spellings that builds of LAPACK have.
void* symbol(const std::string& name) {
  for (const char* prefix : {"scipy_", ""}) {
    for (const char* suffix : {"_", "_64_", "64_", ""}) {
      if (void* found = library().find((prefix + name + suffix).c_str())) return found;
    }
  }
  return nullptr;
}

template <class T>
Routine routine(const char* real, const char* complex_name = nullptr) {
  VT_CHECK(library().available(), Runtime, library().reason());
  const std::string name = std::string(1, kLetter<T>) + (is_complex_v<T> && complex_name ? complex_name : real);
  void* found = symbol(name);
  VT_CHECK(found != nullptr, Runtime, "LAPACK: expected routine ", name, ", got a library without it (",
           library().path(), "); pip install scipy-openblas32 gives one that has it");
  return {found};
}

bool measure_wide_pivots() {
  double a[4] = {0, 1, 1, 0};
  Integer n = 2, info = 0, pivots[2] = {0, 0};
  routine<double>("getrf")(&n, &n, a, &n, pivots, &info);
  return pivots[0] == 2;
}
bool wide_pivots() {
  static const bool wide = measure_wide_pivots();
  return wide;
}

// Pivots as the library has them, for a call.
class Pivots {
 public:
  explicit Pivots(int64_t n) : n_(n), memory_(n * 8), wide_(wide_pivots()) {}
  Pivots(int64_t n, const int32_t* from) : Pivots(n) {
    for (int64_t i = 0; i < n; ++i) {
      if (wide_) {
        memory_.as<int64_t>()[i] = from[i];
      } else {
        memory_.as<int32_t>()[i] = from[i];
      }
    }
  }
  Integer* data() const { return memory_.as<Integer>(); }
  void write(int32_t* to) const {
    for (int64_t i = 0; i < n_; ++i) {
      to[i] = wide_ ? static_cast<int32_t>(memory_.as<int64_t>()[i]) : memory_.as<int32_t>()[i];
    }
  }

 private:
  int64_t n_;
  Scratch memory_;
  bool wide_;
};

template <class T>
Real<T> real_of(T x) {
  if constexpr (is_complex_v<T>) {
    return x.re;
  } else {
    return x;
  }
}

// Asks a routine how much it wants, and runs it with that: call(work, lwork) passes both on.
template <class T, class F>
void with_workspace(F call) {
  T asked{};
  Integer size = -1;
  call(&asked, &size);
  // sizes come as numbers of the matrix's precision, which rounds large ones
  const double wanted = static_cast<double>(real_of(asked)) * (1 + 4 * std::numeric_limits<Real<T>>::epsilon());
  size = std::max<Integer>(static_cast<Integer>(wanted) + 1, 1);
  const Scratch work(size * static_cast<int64_t>(sizeof(T)));
  call(work.as<T>(), &size);
}

int of_threads(int count) {
  for (const char* name : {"scipy_openblas_set_num_threads", "scipy_openblas_set_num_threads64_",
                           "openblas_set_num_threads", "openblas_set_num_threads64_", "MKL_Set_Num_Threads"}) {
    if (void* found = library().find(name)) {
      reinterpret_cast<void (*)(int)>(found)(count);
      break;
    }
  }
  return count;
}

}  // namespace

Library& library() {
  static auto* found = new Library(
      {.name = "LAPACK",
       .environment = "VIBETENSOR_LAPACK",
       .sonames = {"libscipy_openblas.so", "libopenblas.so.0", "libmkl_rt.so.2", "libmkl_rt.so", "liblapack.so.3"},
       .wheels = {"scipy_openblas32/lib"},
       .remedy = "it with `pip install scipy-openblas32`"});
  return *found;
}

void use_threads(int count) {
  static std::atomic<int> current{0};
  VT_CHECK(library().available(), Runtime, library().reason());
  if (current.load(std::memory_order_relaxed) != count) current.store(of_threads(count), std::memory_order_relaxed);
}

template <class T>
int potrf(char uplo, int64_t n, T* a, int64_t lda) {
  static const Routine f = routine<T>("potrf");
  Integer n_ = n, lda_ = fits(lda), info = 0;
  f(&uplo, &n_, a, &lda_, &info);
  return narrow(info);
}

template <class T>
int potri(char uplo, int64_t n, T* a, int64_t lda) {
  static const Routine f = routine<T>("potri");
  Integer n_ = n, lda_ = fits(lda), info = 0;
  f(&uplo, &n_, a, &lda_, &info);
  return narrow(info);
}

template <class T>
int getrf(int64_t m, int64_t n, T* a, int64_t lda, int32_t* pivots) {
  static const Routine f = routine<T>("getrf");
  const Pivots theirs(std::min(m, n));
  Integer m_ = m, n_ = n, lda_ = fits(lda), info = 0;
  f(&m_, &n_, a, &lda_, theirs.data(), &info);
  theirs.write(pivots);
  return narrow(info);
}

template <class T>
int geqrf(int64_t m, int64_t n, T* a, int64_t lda, T* tau) {
  static const Routine f = routine<T>("geqrf");
  Integer m_ = m, n_ = n, lda_ = fits(lda), info = 0;
  with_workspace<T>([&](T* work, Integer* size) { f(&m_, &n_, a, &lda_, tau, work, size, &info); });
  return narrow(info);
}

template <class T>
int orgqr(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, const T* tau) {
  static const Routine f = routine<T>("orgqr", "ungqr");
  Integer m_ = m, n_ = n, k_ = k, lda_ = fits(lda), info = 0;
  with_workspace<T>([&](T* work, Integer* size) { f(&m_, &n_, &k_, a, &lda_, tau, work, size, &info); });
  return narrow(info);
}

template <class T>
int ormqr(char side, bool adjoint, int64_t m, int64_t n, int64_t k, const T* a, int64_t lda, const T* tau, T* c,
          int64_t ldc) {
  static const Routine f = routine<T>("ormqr", "unmqr");
  char trans = !adjoint ? 'N' : is_complex_v<T> ? 'C' : 'T';
  Integer m_ = m, n_ = n, k_ = k, lda_ = fits(lda), ldc_ = fits(ldc), info = 0;
  with_workspace<T>(
      [&](T* work, Integer* size) { f(&side, &trans, &m_, &n_, &k_, a, &lda_, tau, c, &ldc_, work, size, &info); });
  return narrow(info);
}

template <class T>
int gesdd(char job, int64_t m, int64_t n, T* a, int64_t lda, Real<T>* s, T* u, int64_t ldu, T* vh, int64_t ldvh) {
  static const Routine f = routine<T>("gesdd");
  const int64_t small = std::min(m, n), large = std::max(m, n);
  const Scratch integers(8 * small * static_cast<int64_t>(sizeof(Integer)));
  Integer m_ = m, n_ = n, lda_ = fits(lda), ldu_ = fits(ldu), ldvh_ = fits(ldvh), info = 0;
  if constexpr (is_complex_v<T>) {
    const int64_t reals = job == 'N' ? 7 * small : small * std::max(5 * small + 7, 2 * large + 2 * small + 1);
    const Scratch rwork(std::max<int64_t>(reals, 1) * static_cast<int64_t>(sizeof(Real<T>)));
    with_workspace<T>([&](T* work, Integer* size) {
      f(&job, &m_, &n_, a, &lda_, s, u, &ldu_, vh, &ldvh_, work, size, rwork.as<Real<T>>(), integers.as<Integer>(),
        &info);
    });
  } else {
    with_workspace<T>([&](T* work, Integer* size) {
      f(&job, &m_, &n_, a, &lda_, s, u, &ldu_, vh, &ldvh_, work, size, integers.as<Integer>(), &info);
    });
  }
  return narrow(info);
}

template <class T>
int gesvd(char job, int64_t m, int64_t n, T* a, int64_t lda, Real<T>* s, T* u, int64_t ldu, T* vh, int64_t ldvh) {
  static const Routine f = routine<T>("gesvd");
  Integer m_ = m, n_ = n, lda_ = fits(lda), ldu_ = fits(ldu), ldvh_ = fits(ldvh), info = 0;
  char jobv = job;
  if constexpr (is_complex_v<T>) {
    const Scratch rwork(std::max<int64_t>(5 * std::min(m, n), 1) * static_cast<int64_t>(sizeof(Real<T>)));
    with_workspace<T>([&](T* work, Integer* size) {
      f(&job, &jobv, &m_, &n_, a, &lda_, s, u, &ldu_, vh, &ldvh_, work, size, rwork.as<Real<T>>(), &info);
    });
  } else {
    with_workspace<T>([&](T* work, Integer* size) {
      f(&job, &jobv, &m_, &n_, a, &lda_, s, u, &ldu_, vh, &ldvh_, work, size, &info);
    });
  }
  return narrow(info);
}

template <class T>
int heevd(char job, char uplo, int64_t n, T* a, int64_t lda, Real<T>* w) {
  static const Routine f = routine<T>("syevd", "heevd");
  Integer n_ = n, lda_ = fits(lda), info = 0;
  // the documented least sizes; the integers are counted in the library's own width, ours being at least that
  const int64_t integers = std::max<int64_t>(job == 'V' ? 3 + 5 * n : 1, 1);
  const Scratch iwork(integers * static_cast<int64_t>(sizeof(Integer)));
  Integer iwork_size = integers;
  if constexpr (is_complex_v<T>) {
    const int64_t reals = std::max<int64_t>(job == 'V' ? 1 + 5 * n + 2 * n * n : n, 1);
    const Scratch rwork(reals * static_cast<int64_t>(sizeof(Real<T>)));
    Integer rwork_size = reals;
    with_workspace<T>([&](T* work, Integer* size) {
      f(&job, &uplo, &n_, a, &lda_, w, work, size, rwork.as<Real<T>>(), &rwork_size, iwork.as<Integer>(), &iwork_size,
        &info);
    });
  } else {
    with_workspace<T>([&](T* work, Integer* size) {
      f(&job, &uplo, &n_, a, &lda_, w, work, size, iwork.as<Integer>(), &iwork_size, &info);
    });
  }
  return narrow(info);
}

template <class T>
int geev(int64_t n, T* a, int64_t lda, complex<Real<T>>* w, complex<Real<T>>* v, int64_t ldv) {
  static const Routine f = routine<T>("geev");
  using R = Real<T>;
  char left = 'N', right = v != nullptr ? 'V' : 'N';
  T no_left[1];
  Integer n_ = n, lda_ = fits(lda), ldv_ = fits(ldv), one = 1, info = 0;
  if constexpr (is_complex_v<T>) {
    T no_right[1];
    const Scratch rwork(std::max<int64_t>(2 * n, 1) * static_cast<int64_t>(sizeof(R)));
    with_workspace<T>([&](T* work, Integer* size) {
      f(&left, &right, &n_, a, &lda_, w, no_left, &one, v != nullptr ? v : no_right, &ldv_, work, size, rwork.as<R>(),
        &info);
    });
  } else {
    const Scratch values(2 * n * static_cast<int64_t>(sizeof(R)));
    const Scratch vectors((v != nullptr ? n * n : 1) * static_cast<int64_t>(sizeof(R)));
    R *re = values.as<R>(), *im = re + n, *packed = vectors.as<R>();
    with_workspace<T>([&](T* work, Integer* size) {
      f(&left, &right, &n_, a, &lda_, re, im, no_left, &one, packed, &n_, work, size, &info);
    });
    for (int64_t j = 0; j < n; ++j) w[j] = {re[j], im[j]};
    // Of a conjugate pair the columns hold the real and the imaginary part.
    for (int64_t j = 0; v != nullptr && j < n; ++j) {
      const bool pair = im[j] != R(0) && j + 1 < n;
      for (int64_t i = 0; i < n; ++i) {
        const R x = packed[i + j * n], y = pair ? packed[i + (j + 1) * n] : R(0);
        v[i + j * ldv] = {x, y};
        if (pair) v[i + (j + 1) * ldv] = {x, -y};
      }
      j += pair;
    }
  }
  return narrow(info);
}

template <class T>
int gels(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, T* b, int64_t ldb) {
  static const Routine f = routine<T>("gels");
  char trans = 'N';
  Integer m_ = m, n_ = n, k_ = k, lda_ = fits(lda), ldb_ = fits(ldb), info = 0;
  with_workspace<T>([&](T* work, Integer* size) { f(&trans, &m_, &n_, &k_, a, &lda_, b, &ldb_, work, size, &info); });
  return narrow(info);
}

template <class T>
int gelsy(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, T* b, int64_t ldb, Real<T> rcond, int64_t* rank) {
  static const Routine f = routine<T>("gelsy");
  const Scratch columns(std::max<int64_t>(n, 1) * static_cast<int64_t>(sizeof(Integer)));
  std::fill_n(columns.as<Integer>(), n, 0);  // none is fixed to the front
  Integer m_ = m, n_ = n, k_ = k, lda_ = fits(lda), ldb_ = fits(ldb), rank_ = 0, info = 0;
  if constexpr (is_complex_v<T>) {
    const Scratch rwork(std::max<int64_t>(2 * n, 1) * static_cast<int64_t>(sizeof(Real<T>)));
    with_workspace<T>([&](T* work, Integer* size) {
      f(&m_, &n_, &k_, a, &lda_, b, &ldb_, columns.as<Integer>(), &rcond, &rank_, work, size, rwork.as<Real<T>>(),
        &info);
    });
  } else {
    with_workspace<T>([&](T* work, Integer* size) {
      f(&m_, &n_, &k_, a, &lda_, b, &ldb_, columns.as<Integer>(), &rcond, &rank_, work, size, &info);
    });
  }
  *rank = narrow(rank_);
  return narrow(info);
}

template <class T>
int gelsd(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, T* b, int64_t ldb, Real<T>* s, Real<T> rcond,
          int64_t* rank) {
  static const Routine f = routine<T>("gelsd");
  Integer m_ = m, n_ = n, k_ = k, lda_ = fits(lda), ldb_ = fits(ldb), rank_ = 0, info = 0;
  // asked for together with the workspace: first into one element each, which is what the routine then writes
  Real<T> real_size = 0;
  Integer integer_size[2] = {0, 0};
  T asked{};
  Integer query = -1;
  auto run = [&](T* work, Integer* size, Real<T>* rwork, Integer* iwork) {
    if constexpr (is_complex_v<T>) {
      f(&m_, &n_, &k_, a, &lda_, b, &ldb_, s, &rcond, &rank_, work, size, rwork, iwork, &info);
    } else {
      f(&m_, &n_, &k_, a, &lda_, b, &ldb_, s, &rcond, &rank_, work, size, iwork, &info);
    }
  };
  run(&asked, &query, &real_size, integer_size);
  const double slack = 1 + 4 * std::numeric_limits<Real<T>>::epsilon();
  Integer size = static_cast<Integer>(static_cast<double>(real_of(asked)) * slack) + 1;
  const auto reals = static_cast<int64_t>(static_cast<double>(real_size) * slack) + 1;
  const Scratch work(size * static_cast<int64_t>(sizeof(T))), rwork(reals * static_cast<int64_t>(sizeof(Real<T>)));
  const Scratch iwork((std::max<int64_t>(narrow(integer_size[0]), 1) + 1) * static_cast<int64_t>(sizeof(Integer)));
  run(work.as<T>(), &size, rwork.as<Real<T>>(), iwork.as<Integer>());
  *rank = narrow(rank_);
  return narrow(info);
}

template <class T>
int gelss(int64_t m, int64_t n, int64_t k, T* a, int64_t lda, T* b, int64_t ldb, Real<T>* s, Real<T> rcond,
          int64_t* rank) {
  static const Routine f = routine<T>("gelss");
  Integer m_ = m, n_ = n, k_ = k, lda_ = fits(lda), ldb_ = fits(ldb), rank_ = 0, info = 0;
  if constexpr (is_complex_v<T>) {
    const Scratch rwork(std::max<int64_t>(5 * std::min(m, n), 1) * static_cast<int64_t>(sizeof(Real<T>)));
    with_workspace<T>([&](T* work, Integer* size) {
      f(&m_, &n_, &k_, a, &lda_, b, &ldb_, s, &rcond, &rank_, work, size, rwork.as<Real<T>>(), &info);
    });
  } else {
    with_workspace<T>(
        [&](T* work, Integer* size) { f(&m_, &n_, &k_, a, &lda_, b, &ldb_, s, &rcond, &rank_, work, size, &info); });
  }
  *rank = narrow(rank_);
  return narrow(info);
}

template <class T>
int sytrf(bool hermitian, char uplo, int64_t n, T* a, int64_t lda, int32_t* pivots) {
  static const Routine symmetric = routine<T>("sytrf"), self_adjoint = routine<T>("sytrf", "hetrf");
  const Routine& f = hermitian ? self_adjoint : symmetric;
  const Pivots theirs(n);
  Integer n_ = n, lda_ = fits(lda), info = 0;
  with_workspace<T>([&](T* work, Integer* size) { f(&uplo, &n_, a, &lda_, theirs.data(), work, size, &info); });
  theirs.write(pivots);
  return narrow(info);
}

template <class T>
int sytrs(bool hermitian, char uplo, int64_t n, int64_t k, const T* a, int64_t lda, const int32_t* pivots, T* b,
          int64_t ldb) {
  static const Routine symmetric = routine<T>("sytrs"), self_adjoint = routine<T>("sytrs", "hetrs");
  const Routine& f = hermitian ? self_adjoint : symmetric;
  const Pivots theirs(n, pivots);
  Integer n_ = n, k_ = k, lda_ = fits(lda), ldb_ = fits(ldb), info = 0;
  f(&uplo, &n_, &k_, a, &lda_, theirs.data(), b, &ldb_, &info);
  return narrow(info);
}

#define VT_LAPACK_OF(T)                                                                                 \
  template int potrf(char, int64_t, T*, int64_t);                                                       \
  template int potri(char, int64_t, T*, int64_t);                                                       \
  template int getrf(int64_t, int64_t, T*, int64_t, int32_t*);                                          \
  template int geqrf(int64_t, int64_t, T*, int64_t, T*);                                                \
  template int orgqr(int64_t, int64_t, int64_t, T*, int64_t, const T*);                                 \
  template int ormqr(char, bool, int64_t, int64_t, int64_t, const T*, int64_t, const T*, T*, int64_t);  \
  template int gesdd(char, int64_t, int64_t, T*, int64_t, Real<T>*, T*, int64_t, T*, int64_t);          \
  template int gesvd(char, int64_t, int64_t, T*, int64_t, Real<T>*, T*, int64_t, T*, int64_t);          \
  template int heevd(char, char, int64_t, T*, int64_t, Real<T>*);                                       \
  template int geev(int64_t, T*, int64_t, complex<Real<T>>*, complex<Real<T>>*, int64_t);               \
  template int gels(int64_t, int64_t, int64_t, T*, int64_t, T*, int64_t);                               \
  template int gelsy(int64_t, int64_t, int64_t, T*, int64_t, T*, int64_t, Real<T>, int64_t*);           \
  template int gelsd(int64_t, int64_t, int64_t, T*, int64_t, T*, int64_t, Real<T>*, Real<T>, int64_t*); \
  template int gelss(int64_t, int64_t, int64_t, T*, int64_t, T*, int64_t, Real<T>*, Real<T>, int64_t*); \
  template int sytrf(bool, char, int64_t, T*, int64_t, int32_t*);                                       \
  template int sytrs(bool, char, int64_t, int64_t, const T*, int64_t, const int32_t*, T*, int64_t);
VT_LAPACK_OF(float)
VT_LAPACK_OF(double)
VT_LAPACK_OF(complex<float>)
VT_LAPACK_OF(complex<double>)
#undef VT_LAPACK_OF

}  // namespace vt::lapack
