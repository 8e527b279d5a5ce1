#include "bindings/python/generator_object.h"

#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "ops/random/random.h"

namespace vt::python {

PyTypeObject* generator_type;

namespace {

Generator& in(PyObject* o) { return *generator_of(o); }

PyObject* new_generator(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"device", nullptr};
    PyObject* device = nullptr;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:Generator", const_cast<char**>(names), &device)) {
      throw PythonErrorSet{};
    }
    Device d = kCPU;
    VT_CHECK(!device || device == Py_None || device_from(device, d), Type,
             "Generator(): argument 'device' must be torch.device, not ", type_name_of(device));
    auto generator = make_generator(d);
    Ref o = Ref::steal(PyType_GenericAlloc(type, 0));
    reinterpret_cast<GeneratorObject*>(o.get())->generator = generator.detach();
    return o.release();
  });
}

void dealloc(PyObject* o) {
  PyTypeObject* type = Py_TYPE(o);
  if (Generator* g = generator_of(o)) g->release();
  reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free))(o);
  Py_DECREF(type);
}

// Seeds are 64 bits; a negative one stands for its two's complement, as in PyTorch.
PyObject* manual_seed(PyObject* o, PyObject* seed) {
  return guarded([&] {
    VT_CHECK(PyLong_Check(seed), Runtime, "manual_seed expected a long, but got ", type_name_of(seed));
    uint64_t value = PyLong_AsUnsignedLongLong(seed);
    if (PyErr_Occurred()) {
      PyErr_Clear();
      const long long negative = PyLong_AsLongLong(seed);
      if (PyErr_Occurred()) {
        PyErr_Clear();
        VT_THROW(Value, "Overflow when unpacking long: the seed does not fit in 64 bits");
      }
      value = static_cast<uint64_t>(negative);
    }
    const std::lock_guard lock(in(o).mutex());
    in(o).manual_seed(value);
    return Ref::borrow(o).release();
  });
}
PyObject* seed(PyObject* o, PyObject*) {
  return guarded([&] {
    const std::lock_guard lock(in(o).mutex());
    return PyLong_FromUnsignedLongLong(in(o).seed());
  });
}
PyObject* initial_seed(PyObject* o, PyObject*) { return PyLong_FromUnsignedLongLong(in(o).initial_seed()); }
PyObject* get_state(PyObject* o, PyObject*) {
  return guarded([&] { return wrap(random::generator_state(in(o))); });
}
PyObject* set_state(PyObject* o, PyObject* state) {
  return guarded([&] {
    random::set_generator_state(in(o), expect_tensor(state, "set_state(): argument 'state'"));
    return Ref::borrow(o).release();
  });
}
PyObject* get_offset(PyObject* o, PyObject*) {
  return guarded([&] { return PyLong_FromUnsignedLongLong(in(o).offset()); });
}
PyObject* set_offset(PyObject* o, PyObject* offset) {
  return guarded([&] {
    const uint64_t value = PyLong_AsUnsignedLongLong(offset);
    if (PyErr_Occurred()) throw PythonErrorSet{};
    const std::lock_guard lock(in(o).mutex());
    in(o).set_offset(value);
    return Ref::borrow(o).release();
  });
}
PyObject* clone_state(PyObject* o, PyObject*) {
  return guarded([&] {
    const std::lock_guard lock(in(o).mutex());
    return wrap_generator(in(o).clone());
  });
}
PyObject* device(PyObject* o, void*) {
  return guarded([&] { return make_device(in(o).device()); });
}

}  // namespace

PyObject* wrap_generator(intrusive_ptr<Generator> generator) {
  PyObject* o = PyType_GenericAlloc(generator_type, 0);
  if (!o) throw PythonErrorSet{};
  reinterpret_cast<GeneratorObject*>(o)->generator = generator.detach();
  return o;
}

void init_generator_type(PyObject* module) {
  static PyMethodDef methods[] = {
      {"manual_seed", manual_seed, METH_O, "Starts the stream of `seed`; returns the generator."},
      {"seed", seed, METH_NOARGS, "Seeds from the operating system; returns the seed."},
      {"initial_seed", initial_seed, METH_NOARGS, "The seed of the stream."},
      {"get_state", get_state, METH_NOARGS, "The state, as a uint8 tensor."},
      {"set_state", set_state, METH_O, "Continues from a state that get_state gave."},
      {"get_offset", get_offset, METH_NOARGS, "The position in the stream of a CUDA generator."},
      {"set_offset", set_offset, METH_O, "Moves a CUDA generator to a position in its stream."},
      {"clone_state", clone_state, METH_NOARGS, "An independent generator in the same state."},
      {nullptr, nullptr, 0, nullptr}};
  static PyGetSetDef getset[] = {{"device", device, nullptr, nullptr, nullptr},
                                 {nullptr, nullptr, nullptr, nullptr, nullptr}};
  PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(new_generator)},
                         {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                         {Py_tp_methods, methods},
                         {Py_tp_getset, getset},
                         {0, nullptr}};
  PyType_Spec spec = {"torch.Generator", sizeof(GeneratorObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
  generator_type = make_type(module, spec);
}

}  // namespace vt::python
