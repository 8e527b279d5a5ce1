// CUDA graphs as Python sees them, and where in a Python program an error of a capture comes from.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

#include "autograd/autograd.h"
#include "bindings/python/generator_object.h"
#include "bindings/python/module.h"
#include "bindings/python/tensor_object.h"
#include "core/fabric.h"
#include "cuda/device.h"
#include "cuda/graph.h"
#include "program/defer.h"
#include "program/generated_kernels.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

using cuda::Graph;
using PoolPair = std::pair<uint64_t, uint64_t>;

nb::object own(PyObject* o) { return nb::steal<nb::object>(o); }
PoolPair pair_of(cuda::PoolId pool) { return {pool.owner, pool.number}; }

cuda::PoolId pool_from(nb::handle pool) {
  if (pool.is_none()) return {};
  PoolPair pair;
  VT_CHECK(nb::try_cast(pool, pair), Type, "expected a pool from graph_pool_handle() or CUDAGraph.pool(), got ",
           type_name_of(pool.ptr()));
  return {pair.first, pair.second};
}

cuda::CaptureMode mode_from(const std::string& mode) {
  if (mode == "global") return cuda::CaptureMode::Global;
  if (mode == "thread_local") return cuda::CaptureMode::ThreadLocal;
  VT_CHECK(mode == "relaxed", Runtime,
           "Unknown capture error mode. Expected `global`, `thread_local`, or `relaxed`, got ", mode);
  return cuda::CaptureMode::Relaxed;
}

// Of the code of this package. Collectives ask at every call: that takes no attributes of frames.
bool is_ours(PyFrameObject* frame) {
#if PY_VERSION_HEX < 0x030B0000
  const nb::object globals = nb::borrow(reinterpret_cast<PyObject*>(frame)).attr("f_globals");
#else
  const nb::object globals = nb::steal(PyFrame_GetGlobals(frame));
#endif
  PyObject* const name = PyDict_GetItemString(globals.ptr(), "__name__");
  return name && PyUnicode_Check(name) && text_of(name).starts_with("vibetensor.");
}

// The innermost line of Python outside this package, or inside if there is no other.
std::string python_place() {
  if (!Py_IsInitialized()) return {};
  const WithGil gil;
  PyFrameObject* const innermost = PyEval_GetFrame();
  if (!innermost) return {};
  nb::object frame = nb::borrow(reinterpret_cast<PyObject*>(innermost));
  const auto raw = [&] { return reinterpret_cast<PyFrameObject*>(frame.ptr()); };
  while (frame.is_valid() && is_ours(raw())) frame = nb::steal(reinterpret_cast<PyObject*>(PyFrame_GetBack(raw())));
  if (!frame.is_valid()) frame = nb::borrow(reinterpret_cast<PyObject*>(innermost));
  const int line = PyFrame_GetLineNumber(raw());
  const nb::object code = nb::steal(reinterpret_cast<PyObject*>(PyFrame_GetCode(raw())));
  const auto* parts = reinterpret_cast<PyCodeObject*>(code.ptr());
  return vt::detail::concat(text_of(parts->co_filename), ":", line, " in ", text_of(parts->co_name));
}

// Casts cached by autocast hold values of before the capture, or memory of the graph after it.
struct NoCachedCasts {
  NoCachedCasts() { autograd::clear_autocast_cache(); }
  ~NoCachedCasts() { autograd::clear_autocast_cache(); }
};

// The device memory from outside that the graph uses, as flat uint8 tensors.
nb::list kept_memory(const Graph& g) {
  nb::list all;
  for (const Storage& storage : g.kept_storages()) {
    if (!storage->device().is_cuda()) continue;
    const int64_t sizes[] = {static_cast<int64_t>(storage->bytes())}, strides[] = {1};
    all.append(own(wrap(Tensor(make_intrusive<TensorImpl>(storage, DType::uint8, sizes, strides, 0)))));
  }
  return all;
}

nb::list generators(const Graph& g) {
  nb::list all;
  for (const auto& generator : g.generators()) all.append(own(wrap_generator(generator)));
  return all;
}

// What tensor_state finds: three words of identity per tensor, one per other object; a gradient per tensor.
struct StateWords {
  std::vector<uintptr_t> identity, gradients;
  std::string presence;

  void add(PyObject* o) {
    if (is_tensor(o)) {
      const Tensor& t = tensor_of(o);
      program::settle(t);
      const Tensor grad = autograd::grad(t);
      identity.push_back(reinterpret_cast<uintptr_t>(t.impl()));
      if (is_fabric(t)) {
        for (const Tensor& shard : fabric_parts(t).shards)
          identity.push_back(reinterpret_cast<uintptr_t>(shard.data()));
      } else {
        identity.push_back(reinterpret_cast<uintptr_t>(t.data()));
      }
      identity.push_back(t.requires_grad() ? 1 : 0);
      presence.push_back(grad.defined() ? 1 : 0);
      gradients.push_back(reinterpret_cast<uintptr_t>(grad.defined() ? grad.impl() : nullptr));
    } else if (PyDict_Check(o)) {
      PyObject *key = nullptr, *value = nullptr;
      Py_ssize_t at = 0;
      while (PyDict_Next(o, &at, &key, &value) != 0) add(value);
    } else if (PyList_Check(o)) {
      for (Py_ssize_t i = 0; i < PyList_Size(o); ++i) add(PyList_GetItem(o, i));
    } else {
      identity.push_back(reinterpret_cast<uintptr_t>(o));
    }
  }
};

// Which objects and which memory a nest of dicts and lists of tensors is made of now, as three bytes objects: per
// tensor its identity, its address and requires_grad, per other object its identity; per tensor whether it has a
// gradient; and the identities of the gradients.
nb::tuple tensor_state(nb::list nest) {
  StateWords words;
  words.add(nest.ptr());
  auto bytes = [](const std::vector<uintptr_t>& v) {
    return nb::bytes(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(uintptr_t));
  };
  return nb::make_tuple(bytes(words.identity), nb::bytes(words.presence.data(), words.presence.size()),
                        bytes(words.gradients));
}

}  // namespace

void bind_cuda_graphs(nb::module_& m) {
  cuda::set_place_source(&python_place);
  nb::class_<Graph>(m, "CudaGraph")
      .def(nb::init<bool>(), nb::arg("keep_graph") = false)
      .def(
          "capture_begin",
          [](Graph& g, nb::handle pool, const std::string& mode) {
            const NoCachedCasts fresh;
            program::finish_compiling();  // a graph keeps what it saw, and no code may be loaded meanwhile
            g.capture_begin(pool_from(pool), mode_from(mode));
          },
          nb::arg("pool").none() = nb::none(), nb::arg("capture_error_mode") = "global")
      .def("capture_end",
           [](Graph& g) {
             const NoCachedCasts fresh;
             g.capture_end();
           })
      .def("abort_capture",
           [](Graph& g) {
             const NoCachedCasts fresh;
             g.abort_capture();
           })
      .def("instantiate", &Graph::instantiate)
      .def(
          "replay",
          [](Graph& g) {
            const WithoutGil others_run;  // a launch waits when the device's queue is full
            g.replay();
          },
          "Returns None; gives the recorded work to the current stream, with new random numbers; waits for nothing.")
      .def("reset", [](Graph& g) { g.reset(); })
      .def("pool", [](const Graph& g) { return pair_of(g.pool()); })
      .def("enable_debug_mode", [](Graph& g) { g.enable_debug_mode(); })
      .def("debug_dump", [](Graph& g, const std::string& path) { g.debug_dump(path.c_str()); })
      .def("raw_cuda_graph", [](const Graph& g) { return reinterpret_cast<uintptr_t>(g.raw_graph()); })
      .def("raw_cuda_graph_exec", [](const Graph& g) { return reinterpret_cast<uintptr_t>(g.raw_exec()); })
      .def_prop_ro("node_count", [](const Graph& g) { return g.node_count(); })
      .def_prop_ro("kept_storages", [](const Graph& g) { return g.kept_storages().size(); })
      .def("kept_memory", kept_memory)
      .def("generators", generators);
  m.def("tensor_state", tensor_state);
  m.def("bump_versions", [](nb::list tensors) {
    for (nb::handle t : tensors) expect_tensor(t.ptr(), "bump_versions()").impl()->bump_version();
  });
  m.def("cuda_capture_stream", [](int device) {
    cuda::ensure_available();
    return cuda::capture_stream(device);
  });
  m.def("cuda_graph_pool_handle", [] { return pair_of(cuda::new_pool_id()); });
  m.def("cuda_is_current_stream_capturing", [] {
    if (cuda::is_capturing()) return true;
    if (!cuda::is_available()) return false;
    const cuda::Stream stream = cuda::current_stream();
    return stream.handle != nullptr && cuda::is_capturing(stream);
  });
}

}  // namespace vt::python
