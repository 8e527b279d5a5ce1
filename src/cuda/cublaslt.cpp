#include "cuda/cublaslt.h"

#include "core/error.h"
#include "cuda/library.h"

namespace vt::cuda::lt {

const Api& api() {
  static const Api table = [] {
    Library& library = cublaslt_library();
    Api a{};
    auto load = [&](auto& entry, const char* name) {
      entry = library.function<std::remove_reference_t<decltype(entry)>>(name);
    };
    load(a.create, "cublasLtCreate");
    load(a.desc_create, "cublasLtMatmulDescCreate");
    load(a.desc_set, "cublasLtMatmulDescSetAttribute");
    load(a.desc_destroy, "cublasLtMatmulDescDestroy");
    load(a.layout_create, "cublasLtMatrixLayoutCreate");
    load(a.layout_set, "cublasLtMatrixLayoutSetAttribute");
    load(a.layout_destroy, "cublasLtMatrixLayoutDestroy");
    load(a.preference_create, "cublasLtMatmulPreferenceCreate");
    load(a.preference_set, "cublasLtMatmulPreferenceSetAttribute");
    load(a.preference_destroy, "cublasLtMatmulPreferenceDestroy");
    load(a.heuristic, "cublasLtMatmulAlgoGetHeuristic");
    load(a.algorithm_check, "cublasLtMatmulAlgoCheck");
    load(a.version, "cublasLtGetVersion");
    load(a.matmul, "cublasLtMatmul");
    return a;
  }();
  return table;
}

void throw_status(Status status, const char* call) {
  const char* name = "unknown status";
  switch (status) {
    case 1: name = "CUBLAS_STATUS_NOT_INITIALIZED"; break;
    case 3: name = "CUBLAS_STATUS_ALLOC_FAILED"; break;
    case 7: name = "CUBLAS_STATUS_INVALID_VALUE"; break;
    case 8: name = "CUBLAS_STATUS_ARCH_MISMATCH"; break;
    case 11: name = "CUBLAS_STATUS_MAPPING_ERROR"; break;
    case 13: name = "CUBLAS_STATUS_EXECUTION_FAILED"; break;
    case 14: name = "CUBLAS_STATUS_INTERNAL_ERROR"; break;
    case 15: name = "CUBLAS_STATUS_NOT_SUPPORTED"; break;
    default: break;
  }
  VT_THROW(Cuda, "cuBLASLt error ", name, " (", status, ") in ", call);
}

}  // namespace vt::cuda::lt
