// A call's arguments and results: 16-byte tagged values held inline, borrowed from the caller.
//
// Arguments are borrowed: the caller keeps tensors, lists and strings alive for the length of the call. Results are
// owned by the `Results` of the call.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace vt {

class Generator;

enum class MemoryFormat : uint8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };

enum class Tag : uint8_t {
  None,
  Tensor,
  TensorList,  // ptr to Tensor[size]; elements may be undefined
  Bool,
  Int,
  Double,
  Complex,  // ptr to complex<double>
  IntList,
  DoubleList,
  BoolList,
  String,
  DType,
  Device,
  Generator,
  MemoryFormat,
};

struct Value {
  union {
    TensorImpl* tensor;
    int64_t i;
    double d;
    const void* ptr = nullptr;  // None is a null pointer, so an absent Tensor? reads as an undefined tensor
  };
  uint32_t size = 0;
  Tag tag = Tag::None;

  bool is_none() const { return tag == Tag::None; }
  // The handle in place: a Tensor is one word.
  const Tensor& as_tensor() const { return reinterpret_cast<const Tensor&>(tensor); }
  TensorSpan as_tensor_list() const { return {static_cast<const Tensor*>(ptr), size}; }
};
static_assert(sizeof(Value) == 16);

// box(x): the Value of a C++ argument. Lists and complex numbers are referred to, not copied.
inline Value box(std::nullopt_t) { return {}; }
inline Value box(const Tensor& t) {
  Value v;
  v.tensor = t.impl();
  v.tag = t.defined() ? Tag::Tensor : Tag::None;
  return v;
}
inline Value box(bool b) {
  Value v;
  v.i = b;
  v.tag = Tag::Bool;
  return v;
}
template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
Value box(T i) {
  Value v;
  v.i = static_cast<int64_t>(i);
  v.tag = Tag::Int;
  return v;
}
inline Value box(double d) {
  Value v;
  v.d = d;
  v.tag = Tag::Double;
  return v;
}
VT_API Value box(const Scalar& s);
inline Value box_list(Tag tag, const void* data, size_t size) {
  Value v;
  v.ptr = data;
  v.size = static_cast<uint32_t>(size);
  v.tag = tag;
  return v;
}
inline Value box(TensorSpan list) { return box_list(Tag::TensorList, list.data(), list.size()); }
inline Value box(const std::vector<Tensor>& list) { return box(TensorSpan(list)); }
inline Value box(IntSpan list) { return box_list(Tag::IntList, list.data(), list.size()); }
inline Value box(const DimVec& list) { return box(IntSpan(list)); }
inline Value box(std::initializer_list<int64_t> list) { return box_list(Tag::IntList, list.begin(), list.size()); }
inline Value box(std::span<const double> list) { return box_list(Tag::DoubleList, list.data(), list.size()); }
inline Value box(std::span<const bool> list) { return box_list(Tag::BoolList, list.data(), list.size()); }
inline Value box(std::string_view s) { return box_list(Tag::String, s.data(), s.size()); }
inline Value box(const char* s) { return box(std::string_view(s)); }
inline Value box(DType d) {
  Value v = box(static_cast<int64_t>(d));
  v.tag = Tag::DType;
  return v;
}
inline Value box(Device d) {
  Value v = box(static_cast<int64_t>(d.type) << 8 | static_cast<uint8_t>(d.index));
  v.tag = Tag::Device;
  return v;
}
inline Value box(MemoryFormat m) {
  Value v = box(static_cast<int64_t>(m));
  v.tag = Tag::MemoryFormat;
  return v;
}
inline Value box(Generator* g) { return box_list(g ? Tag::Generator : Tag::None, g, 0); }
template <class T>
Value box(const std::optional<T>& o) {
  return o ? box(*o) : Value{};
}

// Unbox<T>::get(v): the argument as the kernel's parameter type. The binding checked types against the schema, so a
// mismatch is a bug in a C++ caller.
[[noreturn]] VT_API void throw_unbox(Tag got, const char* wanted);
template <class T>
struct Unbox;
template <>
struct Unbox<Tensor> {
  static const Tensor& get(const Value& v) {
    if (VT_UNLIKELY(v.tag != Tag::Tensor && v.tag != Tag::None)) throw_unbox(v.tag, "Tensor");
    return v.as_tensor();
  }
};
template <>
struct Unbox<TensorSpan> {
  static TensorSpan get(const Value& v) {
    if (VT_UNLIKELY(v.tag != Tag::TensorList && v.tag != Tag::None)) throw_unbox(v.tag, "Tensor[]");
    return v.as_tensor_list();
  }
};
template <>
struct Unbox<int64_t> {
  static int64_t get(const Value& v) {
    if (VT_UNLIKELY(v.tag != Tag::Int && v.tag != Tag::Bool)) throw_unbox(v.tag, "int");
    return v.i;
  }
};
template <>
struct Unbox<bool> {
  static bool get(const Value& v) {
    if (VT_UNLIKELY(v.tag != Tag::Bool && v.tag != Tag::Int)) throw_unbox(v.tag, "bool");
    return v.i != 0;
  }
};
template <>
struct Unbox<double> {
  static double get(const Value& v) {
    if (v.tag == Tag::Double) return v.d;
    if (VT_UNLIKELY(v.tag != Tag::Int && v.tag != Tag::Bool)) throw_unbox(v.tag, "float");
    return static_cast<double>(v.i);
  }
};
template <>
struct Unbox<Scalar> {
  static Scalar get(const Value& v) {
    switch (v.tag) {
      case Tag::Bool: return Scalar(v.i != 0);
      case Tag::Int: return Scalar(v.i);
      case Tag::Double: return Scalar(v.d);
      case Tag::Complex: return Scalar(*static_cast<const complex<double>*>(v.ptr));
      default: throw_unbox(v.tag, "Scalar");
    }
  }
};
template <class T, Tag tag>
struct UnboxList {
  static std::span<const T> get(const Value& v) {
    if (VT_UNLIKELY(v.tag != tag && v.tag != Tag::None)) throw_unbox(v.tag, "list");
    return {static_cast<const T*>(v.ptr), v.size};
  }
};
template <>
struct Unbox<IntSpan> : UnboxList<int64_t, Tag::IntList> {};
template <>
struct Unbox<std::span<const double>> : UnboxList<double, Tag::DoubleList> {};
template <>
struct Unbox<std::span<const bool>> : UnboxList<bool, Tag::BoolList> {};
template <>
struct Unbox<DimVec> {
  static DimVec get(const Value& v) { return DimVec(Unbox<IntSpan>::get(v)); }
};
template <>
struct Unbox<std::string_view> {
  static std::string_view get(const Value& v) {
    if (VT_UNLIKELY(v.tag != Tag::String)) throw_unbox(v.tag, "str");
    return {static_cast<const char*>(v.ptr), v.size};
  }
};
template <>
struct Unbox<DType> {
  static DType get(const Value& v) {
    if (VT_UNLIKELY(v.tag != Tag::DType)) throw_unbox(v.tag, "ScalarType");
    return static_cast<DType>(v.i);
  }
};
template <>
struct Unbox<Device> {
  static Device get(const Value& v) {
    if (VT_UNLIKELY(v.tag != Tag::Device)) throw_unbox(v.tag, "Device");
    return {static_cast<DeviceType>(v.i >> 8), static_cast<int8_t>(v.i & 0xff)};
  }
};
template <>
struct Unbox<MemoryFormat> {
  static MemoryFormat get(const Value& v) {
    if (VT_UNLIKELY(v.tag != Tag::MemoryFormat)) throw_unbox(v.tag, "MemoryFormat");
    return static_cast<MemoryFormat>(v.i);
  }
};
template <>
struct Unbox<Generator*> {
  static Generator* get(const Value& v) { return static_cast<Generator*>(const_cast<void*>(v.ptr)); }
};
template <class T>
struct Unbox<std::optional<T>> {
  static std::optional<T> get(const Value& v) {
    if (v.is_none()) return std::nullopt;
    return std::optional<T>(Unbox<T>::get(v));
  }
};

// f(position, tensor) for every tensor among a call's arguments, also those inside lists; the absent ones left out.
template <class F>
void for_each_tensor(std::span<const Value> args, F f) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i].tag == Tag::Tensor) {
      f(static_cast<int>(i), args[i].as_tensor());
    } else if (args[i].tag == Tag::TensorList) {
      for (const Tensor& t : args[i].as_tensor_list()) {
        if (t.defined()) f(static_cast<int>(i), t);
      }
    }
  }
}

// What a call gives back: up to kMax tensors, or one list of tensors, or one number.
struct Results {
  static constexpr int kMax = 6;
  Tensor tensors[kMax];
  int count = 0;
  bool is_list = false;
  std::vector<Tensor> list;
  Value number;   // Bool, Int, Double or Complex when the op returns a number
  Scalar scalar;  // what a Complex number refers to

  void add(Tensor t) {
    VT_ASSERT(count < kMax);
    tensors[count++] = std::move(t);
  }
};

}  // namespace vt
