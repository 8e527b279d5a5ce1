// From a Python call to an op's argument list. Every argument is looked at once per overload that is tried; what has to
// be made on the way (number tensors, lists) lives in the CallArguments until the call is over.
#pragma once

#include <memory>
#include <vector>

#include "bindings/python/signature.h"
#include "dispatch/dispatch.h"

namespace vt::python {

// How the call was written, which decides names in messages and whether ints may be spread.
enum class CallStyle : uint8_t { Function, Method };

struct PythonCall {
  PyObject* const* args;
  Py_ssize_t count;   // positional ones
  PyObject* kwnames;  // tuple or null; their values follow the positional ones
  CallStyle style;
};

class CallArguments {
 public:
  CallArguments() = default;
  ~CallArguments();
  CallArguments(const CallArguments&) = delete;
  CallArguments& operator=(const CallArguments&) = delete;

  // Whether the call fits the overload; then values() is complete. `why`, if not null, gets the reason if not. Throws
  // for arguments of the right type that cannot be read (an int beyond 64 bits).
  bool fit(const Overload& overload, const PythonCall& call, std::string* why = nullptr);

  Value* values() { return reinterpret_cast<Value*>(raw_); }
  bool requires_grad() const { return requires_grad_; }
  // Whether the call did not fit because a tensor's type is to be asked: Note [Who is asked].
  bool has_asked() const { return has_asked_; }

 private:
  bool read(const Param& p, PyObject* o, Value& out, std::string* why);
  bool read_tensor(const Param& p, PyObject* o, Value& out);
  bool is_plain(PyObject* o);
  bool read_int_list(const Param& p, PyObject* o, Value& out, std::string* why);
  bool read_spread_ints(const PythonCall& call, Py_ssize_t from, Value& out);
  bool read_double_list(PyObject* o, Value& out);
  bool read_bool_list(PyObject* o, Value& out);
  bool read_tensor_list(const Param& p, PyObject* o, Value& out, std::string* why);
  bool read_keywords(const Overload& overload, const PythonCall& call, uint32_t& given, std::string* why);
  bool read_extra(std::string_view name, PyObject* o, bool is_factory, std::string* why, bool& known);
  bool read_outs(const Overload& overload, PyObject* o, uint32_t& given, std::string* why);
  void set_number(const Scalar& s, Value& out);
  int64_t* ints(size_t n);
  void reset();

  alignas(Value) unsigned char raw_[sizeof(Value) * kMaxArgs];
  static constexpr int kInlineNumbers = 4;
  Tensor numbers_[kInlineNumbers];
  int number_count_ = 0;
  static constexpr size_t kInlineInts = 16;
  int64_t inline_ints_[kInlineInts];
  size_t ints_used_ = 0;
  complex<double> complex_[2];
  int complex_count_ = 0;
  bool requires_grad_ = false;
  bool has_asked_ = false;
  // Rare: long lists, tensor lists.
  struct Heap {
    std::vector<std::unique_ptr<int64_t[]>> ints;
    std::vector<std::vector<Tensor>> tensors;
    std::vector<std::vector<double>> doubles;
    std::vector<std::unique_ptr<bool[]>> bools;
    std::vector<Tensor> numbers;
  };
  Heap& heap() {
    if (!heap_) heap_ = std::make_unique<Heap>();
    return *heap_;
  }
  std::unique_ptr<Heap> heap_;
};

// TypeError for a call that fits no overload, in PyTorch's words.
[[noreturn]] void throw_no_overload(const OpEntry& entry, const PythonCall& call);

}  // namespace vt::python
