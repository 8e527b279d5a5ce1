// Shared libraries of NVIDIA, opened on first use.
//
// libvibetensor links none of them, so that it loads on a machine without driver or CUDA. Each library is looked for in
// this order: the environment variable named by the library (a file or a folder), a copy that the process has loaded
// already, `nvidia/*/lib` folders beside our own file and above it, folders given by add_library_folder (Python passes
// what `nvidia.__path__` holds), then the system's loader.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "core/macros.h"

namespace vt::cuda {

/// One dlopened library. Thread-safe. Never closed: its objects may outlive every static destructor of ours.
class VT_API Library {
 public:
  /// `environment`: variable that names the file or its folder. `sonames`: tried in order, newest first.
  /// `folders`: below a `nvidia` folder, e.g. "cu13/lib". `companions`: opened first, from the library's own folder.
  Library(const char* name, const char* environment, std::vector<const char*> sonames, std::vector<const char*> folders,
          std::vector<const char*> companions = {});

  bool available();
  /// One sentence that says why the library is missing; empty when it is there.
  std::string reason();
  /// Where it was loaded from; empty when it is missing.
  std::string path();
  /// Address of `symbol`. Throws RuntimeError with reason() when the library or the symbol is missing.
  void* symbol(const char* symbol);
  /// Like symbol(), but null when missing.
  void* find(const char* symbol);

  template <typename Function>
  Function function(const char* name) {
    return reinterpret_cast<Function>(symbol(name));
  }

 private:
  void open();
  bool try_file(const std::string& file);
  bool try_folder(const std::string& folder);

  const char* name_;
  const char* environment_;
  std::vector<const char*> sonames_;
  std::vector<const char*> folders_;
  std::vector<const char*> companions_;
  std::mutex mutex_;
  std::atomic<bool> opened_{false};
  void* handle_ = nullptr;
  std::string path_;
  std::string last_error_;
};

VT_API Library& driver_library();
VT_API Library& cublaslt_library();
VT_API Library& cudnn_library();
VT_API Library& nccl_library();
VT_API Library& nvrtc_library();
VT_API Library& cupti_library();

/// Adds a folder whose children look like the `nvidia` package of PyPI's CUDA wheels. Call it before first use.
VT_API void add_library_folder(std::string folder);

}  // namespace vt::cuda
