// Shared libraries opened on first use.
//
// libvibetensor links none of them, so that it loads on a machine without them and quickly on one that has them. Each
// is looked for in this order: the environment variable named by the library (a file or a folder), a copy that the
// process has loaded already, wheels in the folders of packages that our own file lies below, wheels in the folders
// given by add_package_folder (Python passes sys.path), the system's loader, folders that are customary for it.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "core/macros.h"

namespace vt {

/// One dlopened library. Thread-safe. Never closed: its objects may outlive every static destructor of ours.
class VT_API Library {
 public:
  struct Places {
    const char* name;                          // in errors
    const char* environment;                   // variable that names the file or its folder
    std::vector<const char*> sonames;          // tried in order, newest first
    std::vector<const char*> wheels = {};      // folders below one of packages: "nvidia/cu13/lib"
    std::vector<const char*> companions = {};  // opened first, from the library's own folder
    std::vector<const char*> folders = {};     // of the system, beside those that its loader knows
    const char* remedy = "";                   // what to install, after "or install "
  };
  explicit Library(Places places) : places_(std::move(places)) {}

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
  void search();
  bool try_file(const std::string& file);
  bool try_folder(const std::string& folder);

  Places places_;
  std::mutex mutex_;
  std::atomic<bool> opened_{false};
  void* handle_ = nullptr;
  std::string path_;
  std::string last_error_;
};

/// Adds a folder that wheels are installed in. Call it before first use.
VT_API void add_package_folder(std::string folder);

}  // namespace vt
