// Fourier transforms by cuFFT, which is opened at the first call. Plans are kept for the shapes that were asked for
// last.
#pragma once

#include <cstdint>

#include "core/macros.h"
#include "cuda/stream.h"
#include "cuda/work.h"

namespace vt::cuda {

enum class FftKind : uint8_t { kComplex, kRealToComplex, kComplexToReal };

/// Dense signals, one after the other, of `rank` dims with these sizes; of a transform with a real side they are that
/// side's, and the complex side has sizes[rank - 1] / 2 + 1 elements in the last dim.
struct FftProblem {
  FftKind kind;
  bool is_double;
  int rank;  // 1 to 3
  int64_t sizes[3];
  int64_t batch;

  bool operator==(const FftProblem&) const = default;
};

/// Gives the transform to `stream`, without a factor; `inverse` matters to complex ones alone, the others are forward
/// from real numbers and inverse to them. The input of a transform to real numbers is overwritten. RuntimeError where
/// cuFFT is missing; NotImplementedError for a problem that is new while the stream is captured, because plans cannot
/// be made then.
VT_API void fft(const FftProblem& problem, bool inverse, void* in, void* out, Stream stream, StorageSpan storages);

}  // namespace vt::cuda
