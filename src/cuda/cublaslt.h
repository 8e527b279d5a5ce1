// The part of cuBLASLt's C interface that we call, declared here because its header is in no package we build with.
// Numbers are those of the library's ABI, which NVIDIA keeps stable over CUDA 12 and 13.
#pragma once

#include <cuda_runtime_api.h>
#include <library_types.h>

#include <cstddef>
#include <cstdint>

namespace vt::cuda::lt {

using Status = int;
using Handle = void*;
using MatmulDesc = void*;
using Layout = void*;
using Preference = void*;

inline constexpr Status kSuccess = 0;
inline constexpr Status kNotSupported = 15;

enum ComputeType : int { kCompute32F = 68, kCompute32FFastTf32 = 77, kCompute64F = 70 };
enum Operation : int32_t { kOpN = 0, kOpT = 1, kOpC = 2 };
enum DescAttribute : int {
  kDescTransA = 3,
  kDescTransB = 4,
  kDescEpilogue = 7,
  kDescBiasPointer = 8,
  kDescAuxPointer = 11,
  kDescAuxLd = 12,
  kDescScaleA = 17,  // pointers to factors in device memory
  kDescScaleB = 18,
  kDescScaleD = 20,
  kDescFastSums = 25,
  kDescBiasDataType = 26,
  kDescScaleModeA = 31,
  kDescScaleModeB = 32,
};
enum ScaleMode : int32_t { kScaleByRow = 3 };  // "outer vector": a factor for each row of op(A), column of op(B)
enum LayoutAttribute : int { kLayoutBatchCount = 5, kLayoutBatchStride = 6 };
enum PreferenceAttribute : int {
  kPreferenceWorkspace = 1,
  kPreferenceAlignA = 5,
  kPreferenceAlignB = 6,
  kPreferenceAlignC = 7,
  kPreferenceAlignD = 8,
};
enum Epilogue : uint32_t {
  kEpilogueDefault = 1,
  kEpilogueRelu = 2,
  kEpilogueBias = 4,
  kEpilogueReluBias = 6,
  kEpilogueGelu = 32,
  kEpilogueGeluBias = 36,
  kEpilogueGeluAux = 160,
  kEpilogueGeluAuxBias = 164,
  kEpilogueDGelu = 192,
};

struct Algorithm {
  uint64_t data[8];
};

struct Heuristic {
  Algorithm algorithm;
  size_t workspace_bytes;
  Status state;
  float waves;
  int reserved[4];
};

/// Entry points, resolved once.
struct Api {
  Status (*create)(Handle*);
  Status (*desc_create)(MatmulDesc*, int compute_type, cudaDataType scale_type);
  Status (*desc_set)(MatmulDesc, int attribute, const void* value, size_t bytes);
  Status (*desc_destroy)(MatmulDesc);
  Status (*layout_create)(Layout*, cudaDataType, uint64_t rows, uint64_t cols, int64_t ld);
  Status (*layout_set)(Layout, int attribute, const void* value, size_t bytes);
  Status (*layout_destroy)(Layout);
  Status (*preference_create)(Preference*);
  Status (*preference_set)(Preference, int attribute, const void* value, size_t bytes);
  Status (*preference_destroy)(Preference);
  Status (*heuristic)(Handle, MatmulDesc, Layout a, Layout b, Layout c, Layout d, Preference, int wanted, Heuristic*,
                      int* found);
  Status (*algorithm_check)(Handle, MatmulDesc, Layout a, Layout b, Layout c, Layout d, const Algorithm*, Heuristic*);
  size_t (*version)();
  Status (*matmul)(Handle, MatmulDesc, const void* alpha, const void* a, Layout, const void* b, Layout,
                   const void* beta, const void* c, Layout, void* d, Layout, const Algorithm*, void* workspace,
                   size_t workspace_bytes, cudaStream_t);
};

/// Throws RuntimeError with the reason when the library is missing.
const Api& api();

[[noreturn]] void throw_status(Status status, const char* call);
inline void check(Status status, const char* call) {
  if (status != kSuccess) throw_status(status, call);
}

}  // namespace vt::cuda::lt
