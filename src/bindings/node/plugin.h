// Plugins: shared libraries that bring ops of their own.
#pragma once

#include <napi.h>

namespace vt::node {

// loadPlugin(path): {name, version, path, ops} of the plugin in a shared library, whose ops are there from then on.
Napi::Value load_plugin(const Napi::CallbackInfo& info);
// loadedPlugins(): the same of all that are loaded.
Napi::Value loaded_plugins(const Napi::CallbackInfo& info);

}  // namespace vt::node
