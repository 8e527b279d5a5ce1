// An op's overloads as the argument parser wants them: names interned, defaults at hand, everything decided once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bindings/python/object.h"
#include "dispatch/frontend.h"

namespace vt::python {

struct Param {
  PyObject* name;           // interned
  PyObject* function_name;  // what torch.f calls it: `input` for self
  ArgType type;
  bool optional;
  bool optional_elements;
  bool has_default;
  bool accepts_number;  // a Tensor parameter that a number may stand in for
  int list_size;
  Value default_value;
};

struct Overload {
  const Op* op;
  std::vector<Param> params;
  int positional = 0;       // parameters that may be given by position
  int first_out = -1;       // of an out= form: its first out parameter
  bool is_factory = false;  // takes requires_grad=, layout=, pin_memory= besides its schema
  // The only positional parameter (apart from self, in a method) is a list of ints: its items may come as arguments.
  bool spread_in_function = false;
  bool spread_in_method = false;

  explicit Overload(const Candidate& candidate);
};

// The overloads of one name that are offered in any of some places (a mask of Surface; all if 0), and what their
// results are wrapped as. Both are made when first asked for, as a program calls few ops; the GIL is held.
class OpEntry {
 public:
  OpEntry(std::string op, uint8_t surface) : name(std::move(op)), surface_(surface) {}
  const std::string name;

  const std::vector<Overload>& overloads() const {
    if (VT_UNLIKELY(overloads_.empty())) make();
    return overloads_;
  }
  // A named tuple, for ops whose results have names; null for others.
  PyTypeObject* return_type() const {
    if (VT_UNLIKELY(overloads_.empty())) make();
    return return_type_;
  }

 private:
  void make() const;
  mutable std::vector<Overload> overloads_;
  mutable PyTypeObject* return_type_ = nullptr;
  const uint8_t surface_;
};

// The named tuples that ops return, by the ops' names: all of them.
const std::map<std::string, PyTypeObject*>& all_return_types();
// What shows such a tuple: their __repr__ from now on, a reference that is kept.
void set_result_repr(PyObject* function);

}  // namespace vt::python
