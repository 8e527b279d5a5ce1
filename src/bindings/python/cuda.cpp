// CUDA as Python sees it: devices, streams, events, memory.
#include <nanobind/operators.h>
#include <nanobind/stl/string.h>

#include "bindings/python/module.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "cuda/allocator.h"
#include "cuda/device.h"
#include "cuda/event.h"
#include "cuda/gemm.h"
#include "cuda/library.h"
#include "cuda/pinned.h"
#include "cuda/stream.h"
#include "dispatch/dispatch.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

using cuda::Event;
using cuda::Stream;

// A device argument of any kind as an index; None is the current device.
int device_index(nb::handle o) {
  if (o.is_none()) return cuda::current_device();
  Device d;
  VT_CHECK(device_from(o.ptr(), d), Type, "expected a CUDA device, got ", type_name_of(o.ptr()));
  VT_CHECK(d.is_cuda(), Value, "Expected a cuda device, but got: ", d);
  return d.index >= 0 ? d.index : cuda::current_device();
}
nb::object own(PyObject* o) { return nb::steal<nb::object>(o); }
nb::object device_object(int index) { return own(make_device(Device{DeviceType::CUDA, static_cast<int8_t>(index)})); }

// NVIDIA's wheels may lie in any folder of sys.path, not only beside ours. Nothing is opened or looked for here.
void add_wheel_folders() {
  PyObject* folders = PySys_GetObject("path");
  if (folders == nullptr || !PyList_Check(folders)) return;
  for (nb::handle folder : nb::borrow<nb::list>(folders)) {
    const char* text = PyUnicode_Check(folder.ptr()) ? PyUnicode_AsUTF8AndSize(folder.ptr(), nullptr) : nullptr;
    if (text == nullptr) {
      PyErr_Clear();  // a name that is not UTF-8
    } else {
      cuda::add_library_folder(std::string(text) + "/nvidia");
    }
  }
}

void bind_devices(nb::module_& m) {
  add_wheel_folders();
  m.def("cuda_is_available", [] { return cuda::is_available(); });
  m.def("cuda_unavailable_reason", [] { return cuda::unavailable_reason(); });
  m.def("cuda_device_count", [] { return cuda::device_count(); });
  m.def("cuda_current_device", [] {
    cuda::ensure_available();
    return cuda::current_device();
  });
  m.def("cuda_set_device", [](int index) {
    cuda::ensure_available();
    cuda::set_device(index);
  });
  m.def(
      "cuda_synchronize",
      [](nb::handle device) {
        cuda::ensure_available();
        const int index = device_index(device);
        const WithoutGil waiting;
        cuda::synchronize_device(index);
      },
      nb::arg("device").none() = nb::none());
  m.def("cuda_can_access_peer", [](int device, int peer) { return cuda::can_access_peer(device, peer); });
  m.def("cuda_allow_tf32", [] { return cuda::allow_tf32(); });
  m.def("cuda_set_allow_tf32", [](bool allow) { cuda::set_allow_tf32(allow); });
  m.def("cuda_runtime_version", [] { return cuda::runtime_version(); });

  using Properties = cuda::DeviceProperties;
  nb::class_<Properties>(m, "CudaDeviceProperties")
      .def_ro("name", &Properties::name)
      .def_ro("uuid", &Properties::uuid)
      .def_ro("major", &Properties::major)
      .def_ro("minor", &Properties::minor)
      .def_ro("total_memory", &Properties::total_memory)
      .def_ro("multi_processor_count", &Properties::multi_processor_count)
      .def_ro("max_threads_per_multi_processor", &Properties::max_threads_per_multi_processor)
      .def_ro("warp_size", &Properties::warp_size)
      .def_ro("L2_cache_size", &Properties::l2_cache_size)
      .def_ro("shared_memory_per_block", &Properties::shared_memory_per_block)
      .def_ro("shared_memory_per_block_optin", &Properties::shared_memory_per_block_optin)
      .def_ro("shared_memory_per_multiprocessor", &Properties::shared_memory_per_multiprocessor)
      .def_ro("regs_per_multiprocessor", &Properties::regs_per_multiprocessor)
      .def_ro("is_integrated", &Properties::is_integrated)
      .def_ro("is_multi_gpu_board", &Properties::is_multi_gpu_board)
      .def("__repr__", [](const Properties& p) {
        return vt::detail::concat("_CudaDeviceProperties(name='", p.name, "', major=", p.major, ", minor=", p.minor,
                                  ", total_memory=", p.total_memory >> 20,
                                  "MB, multi_processor_count=", p.multi_processor_count, ")");
      });
  m.def(
      "cuda_get_device_properties", [](nb::handle device) { return cuda::device_properties(device_index(device)); },
      nb::arg("device").none() = nb::none());
}

void bind_streams(nb::module_& m) {
  nb::class_<Stream>(m, "CudaStream")
      .def(
          "__init__",
          [](Stream* self, nb::handle device, int priority) {
            cuda::ensure_available();
            new (self) Stream(cuda::pool_stream(device_index(device), priority));
          },
          nb::arg("device").none() = nb::none(), nb::arg("priority") = 0)
      .def_prop_ro("cuda_stream", [](const Stream& s) { return reinterpret_cast<uintptr_t>(s.handle); })
      .def_prop_ro("device", [](const Stream& s) { return device_object(s.device); })
      .def_prop_ro("device_index", [](const Stream& s) { return s.device; })
      .def_prop_ro("priority", [](const Stream& s) { return cuda::stream_priority(s); })
      .def("query", [](const Stream& s) { return cuda::query_stream(s); })
      .def("synchronize",
           [](const Stream& s) {
             const WithoutGil waiting;
             cuda::synchronize_stream(s);
           })
      .def("wait_stream", [](const Stream& s, const Stream& other) { cuda::wait_stream(s, other); })
      .def("wait_event", [](const Stream& s, const Event& e) { e.block(s); })
      .def(
          "record_event",
          [](const Stream& s, nb::object event) {
            if (event.is_none()) event = nb::cast(Event());
            nb::cast<Event&>(event).record(s);
            return event;
          },
          nb::arg("event").none() = nb::none())
      .def(
          "__eq__", [](const Stream& a, const Stream& b) { return a == b; }, nb::is_operator())
      .def("__hash__",
           [](const Stream& s) { return std::hash<const void*>()(s.handle) ^ static_cast<size_t>(s.device); })
      .def("__repr__", [](const Stream& s) {
        return vt::detail::concat("<torch.cuda.Stream device=cuda:", s.device,
                                  " cuda_stream=", reinterpret_cast<uintptr_t>(s.handle), ">");
      });
  m.def(
      "cuda_current_stream",
      [](nb::handle device) {
        cuda::ensure_available();
        return cuda::current_stream(device_index(device));
      },
      nb::arg("device").none() = nb::none());
  m.def(
      "cuda_default_stream",
      [](nb::handle device) {
        cuda::ensure_available();
        return cuda::default_stream(device_index(device));
      },
      nb::arg("device").none() = nb::none());
  m.def("cuda_set_stream", [](const Stream& s) { cuda::set_current_stream(s); });
  m.def(
      "cuda_external_stream",
      [](uintptr_t handle, nb::handle device) {
        return cuda::external_stream(reinterpret_cast<cuda::StreamHandle>(handle), device_index(device));
      },
      nb::arg("stream"), nb::arg("device").none() = nb::none());

  nb::class_<Event>(m, "CudaEvent")
      .def(
          "__init__",
          [](Event* self, bool timing, bool blocking, bool interprocess) {
            VT_CHECK(!interprocess, NotImplemented, "CUDA events between processes are not there yet");
            new (self) Event(timing, blocking);
          },
          nb::arg("enable_timing") = false, nb::arg("blocking") = false, nb::arg("interprocess") = false)
      .def(
          "record",
          [](Event& e, nb::handle stream) {
            cuda::ensure_available();
            e.record(stream.is_none() ? cuda::current_stream() : nb::cast<Stream>(stream));
          },
          nb::arg("stream").none() = nb::none())
      .def(
          "wait",
          [](const Event& e, nb::handle stream) {
            cuda::ensure_available();
            e.block(stream.is_none() ? cuda::current_stream() : nb::cast<Stream>(stream));
          },
          nb::arg("stream").none() = nb::none())
      .def("query", [](const Event& e) { return e.query(); })
      .def("synchronize",
           [](const Event& e) {
             const WithoutGil waiting;
             e.synchronize();
           })
      .def("elapsed_time", [](const Event& e, const Event& end) { return e.elapsed_ms(end); })
      .def_prop_ro("cuda_event", [](const Event& e) { return reinterpret_cast<uintptr_t>(e.handle()); });
}

void put_stat(nb::dict& d, const std::string& name, const cuda::Stat& stat) {
  d[nb::str((name + ".current").c_str())] = stat.current;
  d[nb::str((name + ".peak").c_str())] = stat.peak;
  d[nb::str((name + ".allocated").c_str())] = stat.allocated;
  d[nb::str((name + ".freed").c_str())] = stat.freed;
}

// The names of torch.cuda.memory_stats, and our own counts.
nb::dict memory_stats(nb::handle device) {
  const cuda::MemoryStats s = cuda::allocator().stats(device_index(device));
  nb::dict d;
  const std::pair<const char*, const cuda::PoolStats*> core[] = {{"allocation", &s.allocation},
                                                                 {"segment", &s.segment},
                                                                 {"active", &s.active},
                                                                 {"inactive_split", &s.inactive_split},
                                                                 {"allocated_bytes", &s.allocated_bytes},
                                                                 {"reserved_bytes", &s.reserved_bytes},
                                                                 {"active_bytes", &s.active_bytes},
                                                                 {"inactive_split_bytes", &s.inactive_split_bytes},
                                                                 {"requested_bytes", &s.requested_bytes}};
  for (const auto& [name, pools] : core) {
    put_stat(d, std::string(name) + ".all", pools->all);
    put_stat(d, std::string(name) + ".small_pool", pools->small_pool);
    put_stat(d, std::string(name) + ".large_pool", pools->large_pool);
  }
  put_stat(d, "oversize_allocations", s.oversize_allocations);
  put_stat(d, "oversize_segments", s.oversize_segments);
  d["num_alloc_retries"] = s.num_alloc_retries;
  d["num_ooms"] = s.num_ooms;
  d["num_sync_all_streams"] = s.num_sync_all_streams;
  d["num_device_alloc"] = s.num_device_alloc;
  d["num_device_free"] = s.num_device_free;
  d["max_split_size"] = s.max_split_size;
  d["cache_hits"] = s.cache_hits;
  d["cached_bytes"] = s.cached_bytes;
  d["pending_blocks"] = s.pending_blocks;
  return d;
}

void bind_memory(nb::module_& m) {
  m.def("cuda_memory_stats", memory_stats, nb::arg("device").none() = nb::none());
  m.def(
      "cuda_reset_peak_memory_stats",
      [](nb::handle device) { cuda::allocator().reset_peak_stats(device_index(device)); },
      nb::arg("device").none() = nb::none());
  m.def(
      "cuda_reset_accumulated_memory_stats",
      [](nb::handle device) { cuda::allocator().reset_accumulated_stats(device_index(device)); },
      nb::arg("device").none() = nb::none());
  m.def("cuda_empty_cache", [] { cuda::allocator().empty_cache(); });
  m.def(
      "cuda_mem_get_info",
      [](nb::handle device) {
        size_t free_bytes = 0, total_bytes = 0;
        cuda::memory_info(device_index(device), free_bytes, total_bytes);
        return nb::make_tuple(free_bytes, total_bytes);
      },
      nb::arg("device").none() = nb::none());
}

PyObject* is_pinned(PyObject* self, PyObject* args) {
  return guarded([&] {
    const Tensor& t = tensor_of(self);
    return PyBool_FromLong(t.is_cpu() && cuda::is_available() && t.numel() > 0 && cuda::is_pinned(t.data()));
  });
}

PyObject* pin_memory(PyObject* self, PyObject* args) {
  return guarded([&] {
    const Tensor& t = tensor_of(self);
    VT_CHECK(t.is_cpu(), Runtime, "cannot pin '", t.device(), "' only dense CPU tensors can be pinned");
    cuda::ensure_available();
    if (t.numel() > 0 && cuda::is_pinned(t.data())) return Ref::borrow(self).release();
    const size_t bytes = static_cast<size_t>(t.numel()) * t.element_size();
    const DimVec strides = contiguous_strides(t.sizes());
    const Tensor pinned = from_memory(cuda::allocate_pinned(bytes), bytes, t.dtype(), t.sizes(), strides, kCPU, false);
    static const Op& copy = find_op("copy_");
    const GradMode off(false);
    call<Tensor>(copy, pinned, t, false);
    return wrap(pinned);
  });
}

PyObject* record_stream(PyObject* self, PyObject* stream) {
  return guarded([&] {
    const Tensor& t = tensor_of(self);
    VT_CHECK(t.is_cuda(), Runtime, "record_stream is only for CUDA tensors, got one on ", t.device());
    Stream s;
    VT_CHECK(nb::try_cast(nb::handle(stream), s), Type, "record_stream(): argument 's' must be Stream, not ",
             type_name_of(stream));
    if (t.numel() > 0) cuda::allocator().record_stream(static_cast<cuda::Block*>(t.storage()->memory().context), s);
    Py_RETURN_NONE;
  });
}

void add_tensor_methods() {
  static PyMethodDef methods[] = {
      {"is_pinned", is_pinned, METH_VARARGS, "Whether the memory is page-locked."},
      {"pin_memory", pin_memory, METH_VARARGS, "The tensor in page-locked memory; itself if it is there."},
      {"record_stream", record_stream, METH_O, "Keeps the memory until the stream has done what it was given so far."}};
  for (PyMethodDef& method : methods) {
    const Ref descriptor = Ref::steal(PyDescr_NewMethod(tensor_type, &method));
    if (PyObject_SetAttrString(reinterpret_cast<PyObject*>(tensor_type), method.ml_name, descriptor.get()) < 0) {
      throw PythonErrorSet{};
    }
  }
}

}  // namespace

void bind_cuda(nb::module_& m) {
  bind_devices(m);
  bind_streams(m);
  bind_memory(m);
  add_tensor_methods();
}

}  // namespace vt::python
