#include "plugin/loader.h"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <filesystem>
#include <mutex>

#include "core/build_info.h"
#include "plugin/elf_file.h"
#include "plugin/host.h"
#include "plugin/op.h"
#include "plugin/values.h"

// What a plugin's init adds ops to.
struct vt_registration {
  std::string name;
  std::vector<std::unique_ptr<vt::plugin::PluginOp>> ops;
};

namespace vt::plugin {
namespace {

constexpr char kEntry[] = "vibetensor_plugin";

std::mutex load_mutex;     // one plugin at a time
std::mutex plugins_mutex;  // of the list
std::deque<Plugin>& plugins() {
  static auto* list = new std::deque<Plugin>;
  return *list;
}

const Plugin* find_loaded(const std::string& path) {
  const std::lock_guard lock(plugins_mutex);
  const auto it = std::ranges::find(plugins(), path, &Plugin::path);
  return it == plugins().end() ? nullptr : &*it;
}

bool is_namespace(std::string_view name) {
  if (name.empty() || name.size() > 64 || !std::isalpha(static_cast<unsigned char>(name[0]))) return false;
  return std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

// Text of a plugin, which may be anything.
std::string text(const char* s) { return s ? std::string(s, strnlen(s, 256)) : std::string(); }

const vt_plugin& check_statement(const vt_plugin* p) {
  VT_CHECK(p, Runtime, "its ", kEntry, " gives null");
  VT_CHECK(p->abi_major == VT_PLUGIN_ABI_MAJOR, Runtime, "made for version ", p->abi_major, ".", p->abi_minor,
           " of the plugin ABI; this VibeTensor has version ", VT_PLUGIN_ABI_MAJOR, ".", VT_PLUGIN_ABI_MINOR);
  VT_CHECK(p->abi_minor <= VT_PLUGIN_ABI_MINOR, Runtime, "made for version ", p->abi_major, ".", p->abi_minor,
           " of the plugin ABI, which is newer than the ", VT_PLUGIN_ABI_MAJOR, ".", VT_PLUGIN_ABI_MINOR,
           " of this VibeTensor: update it");
  VT_CHECK(p->struct_size >= sizeof(vt_plugin) && p->struct_size <= 4096, Runtime, "its statement has the size ",
           p->struct_size, "; expected at least ", sizeof(vt_plugin));
  VT_CHECK(p->name && is_namespace(text(p->name)), Runtime, "expected a name of letters, digits and _, got '",
           text(p->name), "'");
  constexpr std::string_view taken[] = {"aten", "prim", "prims", "torch", "vibetensor"};
  VT_CHECK(std::ranges::find(taken, text(p->name)) == std::end(taken), Runtime, "the namespace '", text(p->name),
           "' is not a plugin's to use");
  VT_CHECK(p->init, Runtime, "its statement has no init function");
  return *p;
}

const vt_plugin& open(const std::string& path) {
  const ElfFile file = read_elf_file(path, kEntry);
  VT_CHECK(file.complaint.empty(), Os, "the file is ", file.complaint);
  VT_CHECK(file.names_symbol, Runtime, "it does not export ", kEntry, "(): see include/vibetensor/plugin.h");
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!library) {
    const char* why = ::dlerror();
    VT_THROW(Os, why ? why : "it cannot be loaded");
  }
  // Never closed: its functions may be in use for as long as the process lives.
  const auto entry = reinterpret_cast<const vt_plugin* (*)()>(::dlsym(library, kEntry));
  VT_CHECK(entry, Runtime, "it does not export ", kEntry, "(): see include/vibetensor/plugin.h");
  Callback callback;
  const vt_plugin* statement = nullptr;
  callback.run(kEntry, [&] {
    statement = entry();
    return VT_OK;
  });
  return check_statement(statement);
}

void check_names(const vt_registration& registration) {
  std::vector<std::string> names;
  for (const auto& op : registration.ops) {
    for (const std::string& name : op->names()) {
      VT_CHECK(std::ranges::find(names, name) == names.end(), Runtime, "it registers ", name, " twice");
      VT_CHECK(!Registry::get().find(name), Runtime, "there already is an op named ", name);
      names.push_back(name);
    }
  }
}

const Plugin& load_checked(const std::string& path) {
  const vt_plugin& statement = open(path);
  vt_registration registration{text(statement.name), {}};
  {
    Callback callback;
    callback.subject = &registration;
    callback.run("init", [&] { return statement.init(&host_table(), &registration); });
  }
  VT_CHECK(!registration.ops.empty(), Runtime, "it registers no op");
  check_names(registration);
  Plugin plugin{registration.name, text(statement.version), path, {}};
  // From here on nothing fails but for want of memory: every declaration was checked as the registry checks it.
  for (auto& op : registration.ops) {
    Registry::get().add_late(op->schema(), [&](OpBuilder& builder) { op->declare(builder); });
    plugin.ops.insert(plugin.ops.end(), op->names().begin(), op->names().end());
    (void)op.release();  // the registry refers to it for ever
  }
  const std::lock_guard lock(plugins_mutex);
  plugins().push_back(std::move(plugin));
  return plugins().back();
}

}  // namespace

vt_status register_op(vt_registration* registration, const vt_op* op) {
  return guarded([&] {
    VT_CHECK(registration && Callback::current().subject == registration, Runtime,
             "ops are registered by a plugin's init, with the registration that it got");
    const vt_op declaration = read_struct(op, offsetof(vt_op, shape), "vt_op");
    registration->ops.push_back(std::make_unique<PluginOp>(registration->name, declaration));
  });
}

const Plugin& load(const std::string& path) {
  std::error_code code;
  const std::filesystem::path full = std::filesystem::canonical(path, code);
  VT_CHECK(!code, Os, "plugin ", path, ": ", code.message());
  const std::lock_guard one_at_a_time(load_mutex);
  if (const Plugin* there = find_loaded(full.string())) return *there;
  try {
    return load_checked(full.string());
  } catch (const Error& e) {
    throw Error(e.kind(), detail::concat("plugin ", path, ": ", e.message()));
  }
}

bool is_plugin(const std::string& path) {
  const ElfFile file = read_elf_file(path, kEntry);
  return file.complaint.empty() && file.names_symbol;
}

std::vector<Plugin> loaded() {
  const std::lock_guard lock(plugins_mutex);
  return {plugins().begin(), plugins().end()};
}

}  // namespace vt::plugin
