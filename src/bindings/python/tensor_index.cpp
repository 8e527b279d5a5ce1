// x[...] and x[...] = value: Python's subscripts as the items that ops/index understands.
#include "bindings/python/array.h"
#include "bindings/python/large_number.h"
#include "bindings/python/number.h"
#include "bindings/python/op_function.h"
#include "bindings/python/tensor_data.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/tensor_slots.h"
#include "bindings/python/torch_function.h"
#include "ops/index/indexing.h"

namespace vt::python {
namespace {

using ops::IndexItem;

// An array has __index__ too, which an array of one element answers: it is an index tensor all the same.
bool is_array(PyObject* o) { return offers_array(o) && PySequence_Check(o); }

IndexItem make_item(PyObject* o) {
  IndexItem item;
  if (PyBool_Check(o)) {
    item.kind = IndexItem::Kind::Bool;
    item.value = o == Py_True;
  } else if (PyLong_Check(o)) {
    item.kind = IndexItem::Kind::Int;
    if (!int_from(o, item.value)) throw PythonErrorSet{};
  } else if (PySlice_Check(o)) {
    item.kind = IndexItem::Kind::Slice;
    Py_ssize_t start, stop, step;  // bounds that are absent, or beyond 64 bits, are beyond any tensor
    if (PySlice_Unpack(o, &start, &stop, &step) < 0) throw PythonErrorSet{};
    item.start = start;
    if (stop != PY_SSIZE_T_MAX) item.stop = stop;
    item.step = step;
  } else if (o == Py_None) {
    item.kind = IndexItem::Kind::None;
  } else if (o == Py_Ellipsis) {
    item.kind = IndexItem::Kind::Ellipsis;
  } else if (is_tensor(o)) {
    VT_CHECK(!is_asked_tensor(o), Type, "the type of an index is asked first");  // get_item and set_item see to that
    item.kind = IndexItem::Kind::Tensor;
    item.tensor = tensor_of(o);
  } else if (is_pytorchs(o)) {
    VT_THROW(Type, "expected integers, slices, ellipsis, None or tensors as indices, got ", type_name_of(o));
  } else if (PyIndex_Check(o) && !is_array(o)) {  // NumPy integers
    item.kind = IndexItem::Kind::Int;
    const Ref number = Ref::steal(PyNumber_Index(o));
    int_from(number.get(), item.value);
  } else if (PyList_Check(o) || PyTuple_Check(o) || (PySequence_Check(o) && !PyUnicode_Check(o)) || offers_array(o)) {
    item.kind = IndexItem::Kind::Tensor;
    item.tensor = tensor_from_data(o, std::nullopt, kCPU);
    if (item.tensor.numel() == 0 && is_floating(item.tensor.dtype()))
      item.tensor = tensor_from_data(o, DType::int64, kCPU);
  } else {
    VT_CHECK(!PyUnicode_Check(o), Type, "expected integers, slices, ellipsis, None or tensors as indices, got str");
    VT_THROW(Index,
             "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got ",
             type_name_of(o), ")");
  }
  return item;
}

// As in old NumPy, a short list stands for a tuple where one of its entries could not be a number. PyTorch warns of it.
bool is_list_of_items(PyObject* key) {
  if (!PyList_Check(key) || PyList_Size(key) >= 32) return false;
  for (Py_ssize_t i = 0; i < PyList_Size(key); ++i) {
    PyObject* o = PyList_GetItem(key, i);
    if (is_tensor(o) || PySlice_Check(o) || o == Py_None || o == Py_Ellipsis) return true;
    if (PySequence_Check(o) && !PyUnicode_Check(o)) return true;
  }
  return false;
}

// Room for the usual subscripts without the heap.
struct Items {
  explicit Items(PyObject* key) {
    if (PyTuple_Check(key)) {
      const Py_ssize_t n = PyTuple_Size(key);
      list.reserve(static_cast<size_t>(n));
      for (Py_ssize_t i = 0; i < n; ++i) list.push_back(make_item(PyTuple_GetItem(key, i)));
    } else if (is_list_of_items(key)) {
      if (PyErr_WarnEx(PyExc_UserWarning,
                       "a list as a subscript that holds sequences, slices or tensors is taken for a tuple, which is "
                       "deprecated: write x[tuple(list)], or x[torch.tensor(list)] for an index",
                       1) < 0) {
        throw PythonErrorSet{};
      }
      for (Py_ssize_t i = 0; i < PyList_Size(key); ++i) list.push_back(make_item(PyList_GetItem(key, i)));
    } else {
      list.push_back(make_item(key));
    }
  }
  std::vector<IndexItem> list;
};

PyObject* get_item(PyObject* o, PyObject* key) {
  return guarded([&] {
    PyObject* args[] = {o, key};
    const PythonCall call{args, 2, nullptr, CallStyle::Method};
    if (VT_UNLIKELY(is_watched(o))) {
      if (PyObject* seen = ask("__getitem__", call)) return seen;
    }
    PyObject* found = unless_refused(call, [&] { return wrap(ops::get_item(tensor_of(o), Items(key).list)); });
    return VT_LIKELY(found) ? found : ask("__getitem__", call);
  });
}

void set_plain_item(const Tensor& self, PyObject* key, PyObject* value) {
  const Items items(key);
  Tensor number;
  if (is_tensor(value)) {
    ops::set_item(self, items.list, tensor_of(value));
  } else if (wrapped_number_from(value, number)) {
    ops::set_item(self, items.list, number);
  } else {
    VT_CHECK(offers_array(value) || PyList_Check(value) || PyTuple_Check(value), Type, "can't assign a ",
             type_name_of(value), " to a torch.", self.dtype(), " tensor");
    ops::set_item(self, items.list, tensor_from_data(value, std::nullopt, kCPU));
  }
}

int set_item(PyObject* o, PyObject* key, PyObject* value) {
  return guarded_int([&] {
    VT_CHECK(value, Type, "Tensor does not support deleting items");
    PyObject* args[] = {o, key, value};
    const PythonCall call{args, 3, nullptr, CallStyle::Method};
    if (VT_UNLIKELY(is_watched(o) || (is_tensor(value) && is_asked_tensor(value)))) {
      if (const Ref seen = Ref::steal_or_null(ask("__setitem__", call))) return;
    }
    const Ref done = Ref::steal_or_null(unless_refused(call, [&] {
      set_plain_item(tensor_of(o), key, value);
      return Ref::borrow(Py_None).release();
    }));
    if (VT_UNLIKELY(!done)) (void)Ref::steal(ask("__setitem__", call));
  });
}

Py_ssize_t length(PyObject* o) {
  return guarded(
      [&]() -> Py_ssize_t {
        if (VT_UNLIKELY(is_watched(o))) {
          const PythonCall call{&o, 1, nullptr, CallStyle::Method};
          if (const Ref seen = Ref::steal_or_null(ask("__len__", call))) return PyLong_AsSsize_t(seen.get());
        }
        const Tensor& t = tensor_of(o);
        VT_CHECK(t.dim() > 0, Type, "len() of a 0-d tensor");
        return t.sizes()[0];
      },
      -1);
}

PyObject* iterate(PyObject* o) {
  return guarded([&] {
    VT_CHECK(tensor_of(o).dim() > 0, Type, "iteration over a 0-d tensor");
    PyObject* args[] = {o};
    const Ref rows = Ref::steal(invoke(entry_of("unbind"), {args, 1, nullptr, CallStyle::Method}));
    return Ref::steal(PyObject_GetIter(rows.get())).release();
  });
}

}  // namespace

void add_index_slots(std::vector<PyType_Slot>& slots) {
  slots.insert(slots.end(), {{Py_mp_length, reinterpret_cast<void*>(length)},
                             {Py_mp_subscript, reinterpret_cast<void*>(get_item)},
                             {Py_mp_ass_subscript, reinterpret_cast<void*>(set_item)},
                             {Py_tp_iter, reinterpret_cast<void*>(iterate)}});
}

}  // namespace vt::python
