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

// All overloads of one name and what their results are wrapped as.
struct OpEntry {
  std::string name;
  std::vector<Overload> overloads;
  PyTypeObject* return_type = nullptr;  // a named tuple, for ops whose results have names
};

// The overloads of an op that are offered in any of these places (a mask of Surface; all if 0).
OpEntry* make_entry(const std::string& name, uint8_t surface);

// The named tuples that ops return, by the ops' names.
std::map<std::string, PyTypeObject*>& return_types();

}  // namespace vt::python
