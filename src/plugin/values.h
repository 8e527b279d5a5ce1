// Values, dtypes and devices in the plugin ABI's terms and in ours.
#pragma once

#include <deque>

#include "dispatch/op.h"
#include "vibetensor/plugin.h"

namespace vt::plugin {

vt_dtype to_abi(DType d);
vt_device to_abi(Device d);
DType dtype_from(vt_dtype d);
// Of a call that runs somewhere: the device exists.
Device device_from(vt_device d);

// Borrows what `v` refers to.
vt_value to_abi(const Value& v);

// Sizes, dtype, device and memory of a tensor.
void describe(const TensorImpl& t, vt_tensor_info& info);

// Arguments that a plugin gives to an op, checked against its schema.
class CheckedArguments {
 public:
  CheckedArguments(const Op& op, const vt_value* args, int count);
  Value* values() { return values_; }

 private:
  Value check(const Arg& arg, const vt_value& v);
  Value values_[24];
  std::deque<complex<double>> complex_;
  std::deque<Tensor> numbers_;  // tensors that stand for numbers
};

// A number that a plugin gives back as the result of an op.
Scalar number_from(const vt_value& v);

// Copies the first `size` bytes of what the host fills into what the plugin has room for.
template <class T>
void fill(T* to, size_t size, const T& from) {
  VT_CHECK(to, Type, "expected room for a result, got null");
  VT_CHECK(size > 0, Value, "expected the size of the struct, got 0");
  std::memcpy(to, &from, std::min(size, sizeof(T)));
  if (size > sizeof(T)) std::memset(reinterpret_cast<char*>(to) + sizeof(T), 0, size - sizeof(T));
}

// A struct that the plugin filled: the fields that it knows, zeros in those that came later.
template <class T>
T read_struct(const T* from, size_t smallest, const char* what) {
  VT_CHECK(from, Type, "expected ", what, ", got null");
  const size_t size = from->struct_size;
  VT_CHECK(size >= smallest && size <= 4096, Value, what, ": expected its struct_size to be at least ", smallest,
           ", got ", size);
  T out{};
  std::memcpy(&out, from, std::min(size, sizeof(T)));
  for (size_t i = sizeof(T); i < size; ++i) {
    VT_CHECK(reinterpret_cast<const char*>(from)[i] == 0, NotImplemented, what,
             " sets a field that this version of VibeTensor does not know");
  }
  return out;
}

}  // namespace vt::plugin
