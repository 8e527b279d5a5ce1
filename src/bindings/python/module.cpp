// vibetensor._C: what the Python package stands on.
#include "bindings/python/module.h"

#include "autograd/autograd.h"
#include "bindings/python/array.h"
#include "bindings/python/fabric.h"
#include "bindings/python/function_node.h"
#include "bindings/python/generator_object.h"
#include "bindings/python/node_object.h"
#include "bindings/python/op_function.h"
#include "bindings/python/program.h"
#include "bindings/python/small_types.h"
#include "bindings/python/storage_memory.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/torch_dispatch.h"
#include "bindings/python/torch_function.h"
#include "bindings/python/warning.h"
#include "core/startup_pages.h"

namespace vt::python {
namespace {

void init(nanobind::module_& m) {
  PyObject* module = m.ptr();
  initialize();
  init_small_types(module);
  init_tensor_type(module);
  init_generator_type(module);
  init_node_types(module);
  init_function_node(module);
  init_torch_function(module);
  init_torch_dispatch(module);
  init_ops(module);
  init_constructors(module);
  init_operands_state(module);
  init_array_functions(module);
  init_warnings();
  m.def("type_name", [](nanobind::handle o) { return nanobind::steal(str_from(type_name_of(o.ptr()))); });
  if (PyObject_SetAttrString(module, "OutOfMemoryError", out_of_memory_error()) < 0 ||
      PyObject_SetAttrString(module, "AcceleratorError", accelerator_error()) < 0 ||
      PyObject_SetAttrString(module, "LinAlgError", linalg_error()) < 0) {
    throw PythonErrorSet{};
  }
  bind_modes(m);
  bind_registry(m);
  bind_transforms(m);
  bind_fabric(m);
  bind_storage_memory(m);
  bind_info(m);
  bind_cuda(m);
  bind_cuda_graphs(m);
  bind_cuda_memory(m);
  bind_loaded_kernels(m);
  bind_kernel_variants(m);
  bind_atomic_file(m);
  bind_shared_memory(m);
  bind_safetensors(m);
  bind_processes(m);
  bind_nccl(m);
  bind_nvtx(m);
  bind_saved_tensor_hooks(m);
  bind_profiler(m);
  bind_plugins(m);
  bind_python_kernels(m);
  bind_program(m);
  release_startup_pages(reinterpret_cast<const void*>(&init));
}

}  // namespace
}  // namespace vt::python

NB_MODULE(_C, m) {
  m.doc() = "The binding of libvibetensor: tensors, ops, autograd.";
  nanobind::set_leak_warnings(false);  // types and ops live as long as the process
  nanobind::register_exception_translator(
      [](const std::exception_ptr& p, void*) {
        try {
          std::rethrow_exception(p);
        } catch (const vt::Error&) {
          vt::python::set_error_from_exception();
        } catch (const vt::python::PythonErrorSet&) {
          vt::python::set_error_from_exception();
        } catch (vt::python::PythonException&) {
          vt::python::set_error_from_exception();
        }
      },
      nullptr);
  try {
    vt::python::init(m);
  } catch (...) {
    vt::python::set_error_from_exception();
    throw nanobind::python_error();
  }
}
