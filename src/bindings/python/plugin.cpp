// _C.load_plugin and what tells of plugins.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "bindings/python/module.h"
#include "plugin/loader.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

nb::dict dict_of(const plugin::Plugin& p) {
  nb::dict d;
  d["name"] = p.name;
  d["version"] = p.version;
  d["path"] = p.path;
  nb::list ops;
  for (const std::string& op : p.ops) ops.append(op);
  d["ops"] = ops;
  return d;
}

// Another thread may be adding an op, which needs the GIL to tell Python of it.
nb::dict load_plugin(const std::string& path) {
  const plugin::Plugin* loaded = nullptr;
  {
    const nb::gil_scoped_release others_run;
    loaded = &plugin::load(path);
  }
  return dict_of(*loaded);
}

nb::list plugins() {
  nb::list list;
  for (const plugin::Plugin& p : plugin::loaded()) list.append(dict_of(p));
  return list;
}

}  // namespace

void bind_plugins(nb::module_& m) {
  m.def("load_plugin", &load_plugin);
  m.def("is_plugin", &plugin::is_plugin);
  m.def("plugins", &plugins);
}

}  // namespace vt::python
