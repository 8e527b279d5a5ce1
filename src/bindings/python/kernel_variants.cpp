// _C.KernelVariants: the machine code that a kernel of Triton's has for each kind of arguments, found and launched.
//
// Note [Kinds of arguments]
// Triton compiles a kernel anew for every dtype of its pointers and type of its numbers, for pointers and whole numbers
// that are multiples of 16 or are not, for a whole number that is 1, and for every value of a constexpr. A key says
// that much of a call: text for types and small values, and beside it what has to be compared as Python compares it. A
// key may be finer than Triton's own, which costs a compilation, and is never coarser.
#include <cstring>
#include <vector>

#include "bindings/python/loaded_kernel.h"
#include "bindings/python/module.h"
#include "bindings/python/tensor_object.h"
#include "cuda/device.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

// How an argument makes a difference.
enum Kind : char { Constant = 'c', Whole = 's', TypeOnly = 'n' };
constexpr uintptr_t kAlignment = 16;

struct Variants {
  std::vector<Ref> names;
  std::string kinds;          // a Kind for each
  std::vector<Ref> defaults;  // null: must be given
  Ref name;                   // of the kernel
  Ref compile;      // (arguments by name, options by name) -> (LoadedKernel, what a call returns) or NotImplemented
  bool skips_meta;  // whether a call with tensors on meta is no launch; else it goes on to `otherwise`
  Ref otherwise;    // (grid, *args, **options): what launches where there is no LoadedKernel
  Ref kernels;      // dict, by key
};

struct VariantsObject {
  PyObject_HEAD vectorcallfunc call;
  Variants* variants;
};

PyTypeObject* variants_type;
Variants& variants_of(PyObject* o) { return *reinterpret_cast<VariantsObject*>(o)->variants; }

// One call: its arguments by place, what is left as options, and the key.
class Call {
 public:
  Call(const Variants& v, PyObject* const* args, Py_ssize_t count, PyObject* names) : v_(v), slots_(v.names.size()) {
    VT_CHECK(static_cast<size_t>(count) <= slots_.size(), Type, text_of(v.name.get()), " takes ", slots_.size(),
             " arguments, got ", count);
    std::copy(args, args + count, slots_.begin());
    const Py_ssize_t named = names ? PyTuple_Size(names) : 0;
    for (Py_ssize_t i = 0; i < named; ++i) give(PyTuple_GetItem(names, i), args[count + i]);
    for (size_t i = 0; i < slots_.size(); ++i) {
      if (!slots_[i]) slots_[i] = v.defaults[i].get();
      VT_CHECK(slots_[i], Type, text_of(v.name.get()), " needs an argument ", text_of(v.names[i].get()));
    }
  }

  // False where an argument is of a kind that only Triton knows.
  bool describe() {
    bool known = true;
    for (size_t i = 0; i < slots_.size(); ++i) {
      if (v_.kinds[i] == Constant) {
        add_constant(slots_[i]);
      } else {
        known &= add(slots_[i], v_.kinds[i]);
      }
    }
    for (const auto& [name, value] : options_) {
      values_.push_back(name);
      add_constant(value);
    }
    return known;
  }

  // Of what describe() has seen, on a device.
  Ref key(int device) {
    text_.push_back(static_cast<char>(device));
    Ref text = Ref::steal(PyBytes_FromStringAndSize(text_.data(), static_cast<Py_ssize_t>(text_.size())));
    if (values_.empty()) return text;
    Ref key = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(values_.size() + 1)));
    PyTuple_SetItem(key.get(), 0, text.release());
    for (size_t i = 0; i < values_.size(); ++i) {
      PyTuple_SetItem(key.get(), static_cast<Py_ssize_t>(i + 1), Ref::borrow(values_[i]).release());
    }
    return key;
  }

  bool on_meta() const { return on_meta_; }
  PyObject* const* slots() const { return slots_.data(); }

  Ref arguments() const {
    Ref dict = Ref::steal(PyDict_New());
    for (size_t i = 0; i < slots_.size(); ++i) {
      if (PyDict_SetItem(dict.get(), v_.names[i].get(), slots_[i]) < 0) throw PythonErrorSet{};
    }
    return dict;
  }
  Ref options() const {
    Ref dict = Ref::steal(PyDict_New());
    for (const auto& [name, value] : options_) {
      if (PyDict_SetItem(dict.get(), name, value) < 0) throw PythonErrorSet{};
    }
    return dict;
  }

 private:
  void give(PyObject* name, PyObject* value) {
    for (size_t i = 0; i < slots_.size(); ++i) {
      PyObject* own = v_.names[i].get();
      if (own != name && PyUnicode_Compare(own, name) != 0) continue;
      VT_CHECK(!slots_[i], Type, text_of(v_.name.get()), " got argument ", text_of(name), " twice");
      slots_[i] = value;
      return;
    }
    options_.emplace_back(name, value);
  }

  template <class T>
  void add_bytes(const T& value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  void add_constant(PyObject* o) {
    add_bytes(Py_TYPE(o));
    if (PyFloat_Check(o)) return add_bytes(PyFloat_AsDouble(o));  // 0.0 and -0.0 differ
    if (PyLong_Check(o)) {
      int overflow = 0;
      const long long value = PyLong_AsLongLongAndOverflow(o, &overflow);
      if (overflow == 0) return add_bytes(value);
    }
    values_.push_back(o);
  }

  bool add(PyObject* o, char kind) {
    if (is_tensor(o)) return add_tensor(*impl_of(o), kind);
    if (o == Py_None) return add_text('N');
    if (PyBool_Check(o)) return add_text('B');
    if (PyLong_Check(o)) return add_whole(o, kind);
    return PyFloat_Check(o) && add_text('f');
  }
  bool add_text(char c) {
    text_.push_back(c);
    return true;
  }
  bool add_tensor(const TensorImpl& impl, char kind) {
    on_meta_ |= impl.device().type == DeviceType::Meta;
    text_.push_back('T');
    text_.push_back(static_cast<char>(impl.dtype()));
    const bool matters = kind == Whole && reinterpret_cast<uintptr_t>(impl.address()) % kAlignment == 0;
    return add_text(matters ? 'D' : '-');
  }
  bool add_whole(PyObject* o, char kind) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(o, &overflow);
    if (overflow < 0) return false;
    text_.push_back(overflow > 0 ? 'u' : value == static_cast<int32_t>(value) ? 'i' : 'l');
    if (kind == TypeOnly) return true;
    const unsigned long long low = overflow > 0 ? PyLong_AsUnsignedLongLongMask(o) : static_cast<uint64_t>(value);
    return add_text(value == 1 && overflow == 0 ? '1' : low % kAlignment == 0 ? 'D' : '-');
  }

  const Variants& v_;
  std::vector<PyObject*> slots_;                          // borrowed from the call
  std::vector<std::pair<PyObject*, PyObject*>> options_;  // so are these
  std::vector<PyObject*> values_;
  std::string text_;
  bool on_meta_ = false;
};

void grid_from(const Variants& v, PyObject* given, const Call& call, int64_t (&grid)[3]) {
  const Ref sizes =
      PyCallable_Check(given) ? Ref::steal(PyObject_CallOneArg(given, call.arguments().get())) : Ref::borrow(given);
  const Py_ssize_t dims = PySequence_Check(sizes.get()) ? PySequence_Size(sizes.get()) : 0;
  VT_CHECK(dims >= 1 && dims <= 3, Type, text_of(v.name.get()), ": expected a grid of one to three numbers, got ",
           type_name_of(sizes.get()));
  for (Py_ssize_t d = 0; d < dims; ++d) {
    const Ref size = Ref::steal(PySequence_GetItem(sizes.get(), d));
    grid[d] = PyLong_AsLongLong(size.get());
    if (grid[d] == -1 && PyErr_Occurred()) throw PythonErrorSet{};
  }
}

// A new reference to what `compile` gave for this call.
Ref variant_for(const Variants& v, const Call& call, PyObject* key) {
  if (PyObject* found = PyDict_GetItemWithError(v.kernels.get(), key)) return Ref::borrow(found);
  if (PyErr_Occurred()) throw PythonErrorSet{};
  Ref made =
      Ref::steal(PyObject_CallFunctionObjArgs(v.compile.get(), call.arguments().get(), call.options().get(), nullptr));
  if (made.get() == Py_NotImplemented) return made;
  VT_CHECK(
      PyTuple_Check(made.get()) && PyTuple_Size(made.get()) == 2 && loaded_kernel_of(PyTuple_GetItem(made.get(), 0)),
      Type, "expected a LoadedKernel and what a call returns, got ", type_name_of(made.get()));
  if (PyDict_SetItem(v.kernels.get(), key, made.get()) < 0) throw PythonErrorSet{};
  return made;
}

PyObject* call(PyObject* self, PyObject* const* args, size_t nargsf, PyObject* names) {
  return guarded([&] {
    const Variants& v = variants_of(self);
    const Py_ssize_t given = PyVectorcall_NARGS(nargsf);
    VT_CHECK(given >= 1, Type, text_of(v.name.get()), " needs a grid");
    Call call(v, args + 1, given - 1, names);
    bool known = call.describe();
    if (call.on_meta()) {
      if (v.skips_meta) return Ref::borrow(Py_None).release();  // shapes alone: there is nothing to compute
      known = false;
    }
    const Ref variant =
        known ? variant_for(v, call, call.key(cuda::current_device()).get()) : Ref::borrow(Py_NotImplemented);
    if (variant.get() == Py_NotImplemented) return PyObject_Vectorcall(v.otherwise.get(), args, given, names);
    const cuda::LoadedKernel& kernel = *loaded_kernel_of(PyTuple_GetItem(variant.get(), 0));
    int64_t grid[3] = {1, 1, 1};
    grid_from(v, args[0], call, grid);
    grid[0] *= kernel.shape().cluster[0];  // Triton counts programs, which are clusters
    launch_loaded(kernel, cuda::current_stream(kernel.device()), grid, call.slots());
    return Ref::borrow(PyTuple_GetItem(variant.get(), 1)).release();
  });
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  const Variants* v = reinterpret_cast<VariantsObject*>(self)->variants;
  if (!v) return 0;
  for (const Ref& o : v->defaults) Py_VISIT(o.get());
  Py_VISIT(v->compile.get());
  Py_VISIT(v->otherwise.get());
  Py_VISIT(v->kernels.get());
  return 0;
}
int clear(PyObject* self) {
  Variants* v = reinterpret_cast<VariantsObject*>(self)->variants;
  if (v) v->compile = v->otherwise = {};
  return 0;
}
void dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  delete reinterpret_cast<VariantsObject*>(self)->variants;
  PyObject_GC_Del(self);
  Py_DECREF(type);
}
PyObject* kernels(PyObject* self, void*) { return Ref::borrow(variants_of(self).kernels.get()).release(); }

void make_variants_type(PyObject* module) {
  static PyMemberDef members[] = {
      {"__vectorcalloffset__", T_PYSSIZET, offsetof(VariantsObject, call), READONLY, nullptr},
      {nullptr, 0, 0, 0, nullptr}};
  static PyGetSetDef getset[] = {{"kernels", kernels, nullptr, nullptr, nullptr},
                                 {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                                {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                                {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
                                {Py_tp_clear, reinterpret_cast<void*>(clear)},
                                {Py_tp_members, members},
                                {Py_tp_getset, getset},
                                {0, nullptr}};
  static PyType_Spec spec = {
      "vibetensor._C.KernelVariants", sizeof(VariantsObject), 0,
      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  variants_type = make_type(module, spec);
}

// `defaults` are those of the last parameters, as Python has them.
nb::object make_variants(nb::str name, nb::tuple names, std::string_view kinds, nb::tuple defaults, nb::object compile,
                         nb::object otherwise, bool skips_meta) {
  VT_CHECK(kinds.size() == nb::len(names) && nb::len(defaults) <= nb::len(names), Value,
           "expected a kind for each argument and at most as many defaults");
  auto v = std::make_unique<Variants>();
  v->kinds = kinds;
  v->name = Ref::borrow(name.ptr());
  v->compile = Ref::borrow(compile.ptr());
  v->otherwise = Ref::borrow(otherwise.ptr());
  v->skips_meta = skips_meta;
  v->kernels = Ref::steal(PyDict_New());
  v->defaults.resize(nb::len(names) - nb::len(defaults));
  for (nb::handle o : defaults) v->defaults.push_back(Ref::borrow(o.ptr()));
  for (nb::handle o : names) {
    PyObject* text = Ref::borrow(o.ptr()).release();
    PyUnicode_InternInPlace(&text);
    v->names.push_back(Ref::steal(text));
  }
  Ref o = Ref::steal(PyType_GenericAlloc(variants_type, 0));
  reinterpret_cast<VariantsObject*>(o.get())->call = call;
  reinterpret_cast<VariantsObject*>(o.get())->variants = v.release();
  return nb::steal(o.release());
}

}  // namespace

void bind_kernel_variants(nb::module_& m) {
  make_variants_type(m.ptr());
  m.def(
      "kernel_variants",
      [](nb::str name, nb::tuple names, nb::str kinds, nb::tuple defaults, nb::object compile, nb::object otherwise,
         bool skips_meta) {
        return make_variants(name, names, text_of(kinds.ptr()), defaults, compile, otherwise, skips_meta);
      },
      nb::arg("name"), nb::arg("names"), nb::arg("kinds"), nb::arg("defaults"), nb::arg("compile"),
      nb::arg("otherwise"), nb::arg("skips_meta"));
}

}  // namespace vt::python
