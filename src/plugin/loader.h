// Plugins: shared libraries that bring ops, loaded whole or not at all.
#pragma once

#include <string>
#include <vector>

#include "core/macros.h"

namespace vt::plugin {

struct Plugin {
  std::string name;     // the namespace of its ops
  std::string version;  // its own
  std::string path;
  std::vector<std::string> ops;  // their full names
};

// Loads the library and adds its ops, all or none; the library stays mapped either way. A file that is loaded already
// is given as it is. Os error for what is no library, Runtime for what is no plugin or one for another version, and
// what its own init reports. From any thread; a lock is held while the plugin's init runs.
VT_API const Plugin& load(const std::string& path);

// Whether the file is a library for this machine that has the symbol of a plugin; nothing of it is run.
VT_API bool is_plugin(const std::string& path);

// Those that are loaded, in that order.
VT_API std::vector<Plugin> loaded();

// Tensors that plugins hold by retain(), in the whole process.
VT_API int64_t live_handles();

}  // namespace vt::plugin
