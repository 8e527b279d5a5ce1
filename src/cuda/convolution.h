// Convolutions by cuDNN: a plan per problem, made once and kept.
//
// Note [Measured convolutions]
// The library lists its engines for a problem, the one first that it expects to be fastest. The first large convolution
// of a problem times a few of them on the operands themselves and keeps the fastest, as products do (Note [Measured
// products] in cuda/gemm_choice.h). Nothing is measured while a stream is captured, where engines have to be
// deterministic, or where torch.cuda.tunable is off: then the first engine that runs is kept.
#pragma once

#include <array>
#include <initializer_list>

#include "core/dtype.h"
#include "core/macros.h"
#include "core/storage.h"
#include "cuda/stream.h"

namespace vt::cuda {

/// Which of x, w and y is written: y from the others, x from the gradient of y, or w from x and the gradient of y.
enum class ConvolutionKind : int64_t { Forward, InputGradient, WeightGradient };

inline constexpr size_t kConvolutionDims = 5;  // images, channels and up to three spatial dims

struct ConvolutionOperand {
  std::array<int64_t, kConvolutionDims> sizes, strides;
};

/// What a plan depends on, beside alignment and settings. Compared and hashed as bytes, so it has no padding and unused
/// entries are zero.
struct ConvolutionProblem {
  ConvolutionKind kind;
  int64_t dtype;               // a DType that cuDNN takes
  int64_t dims;                // spatial, 2 or 3
  ConvolutionOperand x, w, y;  // (N, C, ...), (K, C / groups, ...), (N, K, ...)
  std::array<int64_t, 3> padding, stride, dilation;
};

/// False where cuDNN is missing or has no engine for the problem; nothing was given to the stream then.
VT_API bool try_convolution(const ConvolutionProblem& problem, void* x, void* w, void* y, Stream stream,
                            std::initializer_list<const StorageImpl*> storages);

/// torch.backends.cudnn's.
struct ConvolutionSettings {
  bool enabled = true;         // cuDNN may be used at all
  bool benchmark = false;      // measure small problems too, and more engines
  bool deterministic = false;  // only engines that give the same bits each time
  bool allow_tf32 = true;      // float32 operands may be rounded to TF32
};
VT_API ConvolutionSettings convolution_settings();
VT_API void set_convolution_settings(const ConvolutionSettings& settings);
/// The version of cuDNN as it gives it (90100 for 9.1.0); 0 where there is none that we can call.
VT_API int64_t cudnn_version();

}  // namespace vt::cuda
