#include "cuda/library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

#include "core/error.h"

namespace vt::cuda {
namespace {

struct Folders {
  std::mutex mutex;
  std::vector<std::string> added;
};

Folders& folders() {
  static auto* instance = new Folders;
  return *instance;
}

bool is_file(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

std::string parent(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos || slash == 0 ? std::string() : path.substr(0, slash);
}

// Every `<ancestor>/nvidia` of the file that holds this code: a wheel lies in site-packages next to NVIDIA's.
std::vector<std::string> nvidia_folders_above_us() {
  std::vector<std::string> found;
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&nvidia_folders_above_us), &info) == 0 || info.dli_fname == nullptr) return found;
  char resolved[4096];
  const std::string file = realpath(info.dli_fname, resolved) != nullptr ? resolved : info.dli_fname;
  for (std::string folder = parent(file); !folder.empty(); folder = parent(folder)) {
    if (is_file(folder + "/nvidia")) found.push_back(folder + "/nvidia");
  }
  return found;
}

}  // namespace

Library::Library(const char* name, const char* environment, std::vector<const char*> sonames,
                 std::vector<const char*> folders, std::vector<const char*> companions)
    : name_(name),
      environment_(environment),
      sonames_(std::move(sonames)),
      folders_(std::move(folders)),
      companions_(std::move(companions)) {}

bool Library::try_file(const std::string& file) {
  const std::string folder = parent(file);
  for (const char* companion : companions_) {
    const std::string path = folder + "/" + companion;
    if (is_file(path)) dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  }
  handle_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    const char* message = dlerror();
    last_error_ = message != nullptr ? message : "dlopen failed";
    return false;
  }
  path_ = file;
  return true;
}

bool Library::try_folder(const std::string& folder) {
  for (const char* soname : sonames_) {
    const std::string file = folder + "/" + soname;
    if (is_file(file) && try_file(file)) return true;
  }
  return false;
}

void Library::open() {
  if (opened_.load(std::memory_order_acquire)) return;
  std::lock_guard lock(mutex_);
  if (opened_.load(std::memory_order_relaxed)) return;

  auto search = [&] {
    if (const char* value = std::getenv(environment_); value != nullptr && *value != '\0') {
      // What the user asked for is used or reported, never replaced by another copy.
      if (!try_folder(value)) try_file(value);
      return;
    }
    for (const char* soname : sonames_) {
      handle_ = dlopen(soname, RTLD_NOW | RTLD_NOLOAD);
      if (handle_ != nullptr) {
        path_ = soname;
        return;
      }
    }
    std::vector<std::string> roots = nvidia_folders_above_us();
    {
      std::lock_guard added_lock(vt::cuda::folders().mutex);
      roots.insert(roots.end(), vt::cuda::folders().added.begin(), vt::cuda::folders().added.end());
    }
    for (const std::string& root : roots) {
      for (const char* folder : folders_) {
        if (try_folder(root + "/" + folder)) return;
      }
    }
    for (const char* soname : sonames_) {
      if (try_file(soname)) return;
    }
    for (const char* folder :
         {"/usr/local/cuda/lib64", "/usr/local/cuda/extras/CUPTI/lib64", "/usr/local/nvidia/lib64"}) {
      if (try_folder(folder)) return;
    }
  };
  search();
  opened_.store(true, std::memory_order_release);
}

bool Library::available() {
  open();
  return handle_ != nullptr;
}

std::string Library::path() {
  open();
  return path_;
}

std::string Library::reason() {
  if (available()) return {};
  std::string text =
      std::string(name_) + " was not found (" + last_error_ + "); set " + environment_ + " to its file or folder";
  if (!folders_.empty()) text += " or install NVIDIA's wheel of it";
  return text + ".";
}

void* Library::find(const char* symbol) {
  open();
  return handle_ == nullptr ? nullptr : dlsym(handle_, symbol);
}

void* Library::symbol(const char* symbol) {
  VT_CHECK(available(), Runtime, reason());
  void* address = dlsym(handle_, symbol);
  VT_CHECK(address != nullptr, Runtime, name_, ": expected symbol ", symbol, ", got a library without it (", path_,
           ")");
  return address;
}

Library& driver_library() {
  static auto* library = new Library("The NVIDIA driver (libcuda)", "VIBETENSOR_LIBCUDA", {"libcuda.so.1"}, {});
  return *library;
}

Library& cublaslt_library() {
  static auto* library = new Library("cuBLASLt", "VIBETENSOR_CUBLASLT", {"libcublasLt.so.13", "libcublasLt.so.12"},
                                     {"cu13/lib", "cublas/lib"});
  return *library;
}

Library& cudnn_library() {
  static auto* library = new Library("cuDNN", "VIBETENSOR_CUDNN", {"libcudnn.so.9"}, {"cudnn/lib"});
  return *library;
}

Library& nccl_library() {
  static auto* library = new Library("NCCL", "VIBETENSOR_NCCL", {"libnccl.so.2"}, {"nccl/lib"});
  return *library;
}

Library& nvrtc_library() {
  static auto* library =
      new Library("NVRTC", "VIBETENSOR_NVRTC", {"libnvrtc.so.13", "libnvrtc.so.12"}, {"cu13/lib", "cuda_nvrtc/lib"},
                  {"libnvrtc-builtins.so.13.0", "libnvrtc-builtins.so.12.9", "libnvrtc-builtins.so.12.8"});
  return *library;
}

Library& cupti_library() {
  static auto* library =
      new Library("CUPTI", "VIBETENSOR_CUPTI", {"libcupti.so.13", "libcupti.so.12"}, {"cu13/lib", "cuda_cupti/lib"});
  return *library;
}

void add_library_folder(std::string folder) {
  std::lock_guard lock(folders().mutex);
  folders().added.push_back(std::move(folder));
}

}  // namespace vt::cuda
