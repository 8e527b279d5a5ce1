#include "core/library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

#include "core/error.h"

namespace vt {
namespace {

struct PackageFolders {
  std::mutex mutex;
  std::vector<std::string> added;
};

PackageFolders& package_folders() {
  static auto* instance = new PackageFolders;
  return *instance;
}

bool is_file(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

std::string parent(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos || slash == 0 ? std::string() : path.substr(0, slash);
}

// The folders above the file that holds this code (a wheel lies in site-packages next to others), then those added.
std::vector<std::string> folders_of_packages() {
  std::vector<std::string> found;
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&folders_of_packages), &info) != 0 && info.dli_fname != nullptr) {
    char resolved[4096];
    const std::string file = realpath(info.dli_fname, resolved) != nullptr ? resolved : info.dli_fname;
    for (std::string folder = parent(file); !folder.empty(); folder = parent(folder)) found.push_back(folder);
  }
  PackageFolders& folders = package_folders();
  std::lock_guard lock(folders.mutex);
  found.insert(found.end(), folders.added.begin(), folders.added.end());
  return found;
}

}  // namespace

bool Library::try_file(const std::string& file) {
  const std::string folder = parent(file);
  for (const char* companion : places_.companions) {
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
  for (const char* soname : places_.sonames) {
    const std::string file = folder + "/" + soname;
    if (is_file(file) && try_file(file)) return true;
  }
  return false;
}

void Library::search() {
  if (const char* value = std::getenv(places_.environment); value != nullptr && *value != '\0') {
    // What the user asked for is used or reported, never replaced by another copy.
    if (!try_folder(value)) try_file(value);
    return;
  }
  for (const char* soname : places_.sonames) {
    handle_ = dlopen(soname, RTLD_NOW | RTLD_NOLOAD);
    if (handle_ != nullptr) {
      path_ = soname;
      return;
    }
  }
  if (!places_.wheels.empty()) {
    for (const std::string& packages : folders_of_packages()) {
      for (const char* wheel : places_.wheels) {
        if (try_folder(packages + "/" + wheel)) return;
      }
    }
  }
  for (const char* soname : places_.sonames) {
    if (try_file(soname)) return;
  }
  for (const char* folder : places_.folders) {
    if (try_folder(folder)) return;
  }
}

void Library::open() {
  if (opened_.load(std::memory_order_acquire)) return;
  std::lock_guard lock(mutex_);
  if (opened_.load(std::memory_order_relaxed)) return;
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
  std::string text = std::string(places_.name) + " was not found (" + last_error_ + "); set " + places_.environment +
                     " to its file or folder";
  if (*places_.remedy != '\0') text += std::string(" or install ") + places_.remedy;
  return text + ".";
}

void* Library::find(const char* symbol) {
  open();
  return handle_ == nullptr ? nullptr : dlsym(handle_, symbol);
}

void* Library::symbol(const char* symbol) {
  VT_CHECK(available(), Runtime, reason());
  void* address = dlsym(handle_, symbol);
  VT_CHECK(address != nullptr, Runtime, places_.name, ": expected symbol ", symbol, ", got a library without it (",
           path_, ")");
  return address;
}

void add_package_folder(std::string folder) {
  PackageFolders& folders = package_folders();
  std::lock_guard lock(folders.mutex);
  folders.added.push_back(std::move(folder));
}

}  // namespace vt
