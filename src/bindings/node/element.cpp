#include "bindings/node/element.h"

#include <cmath>

namespace vt::node {

std::optional<DType> dtype_from(const std::string& name) {
  for (int i = 0; i < kNumDTypes; ++i) {
    if (info(static_cast<DType>(i)).name == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

DType parse_dtype(const std::string& name) {
  const std::optional<DType> found = dtype_from(name);
  VT_CHECK(found, Type, "expected the name of a dtype, got '", name, "'");
  return *found;
}

namespace {

// The element type that holds one part of the dtype.
napi_typedarray_type array_type(DType d) {
  switch (d) {
    case DType::bool_:
    case DType::uint8:
    case DType::float8_e4m3fn:
    case DType::float8_e5m2:
    case DType::float8_e4m3fnuz:
    case DType::float8_e5m2fnuz:
    case DType::float8_e8m0fnu:
    case DType::float4_e2m1fn_x2: return napi_uint8_array;
    case DType::int8: return napi_int8_array;
    case DType::int16: return napi_int16_array;
    case DType::int32: return napi_int32_array;
    case DType::int64: return napi_bigint64_array;
    case DType::float16:
    case DType::bfloat16:
    case DType::uint16: return napi_uint16_array;
    case DType::uint32: return napi_uint32_array;
    case DType::uint64: return napi_biguint64_array;
    case DType::float32:
    case DType::complex64: return napi_float32_array;
    case DType::float64:
    case DType::complex128: return napi_float64_array;
  }
  VT_THROW(NotImplemented, "no typed array holds ", d);
}

}  // namespace

DType natural_dtype(const Napi::TypedArray& array) {
  switch (array.TypedArrayType()) {
    case napi_uint8_array:
    case napi_uint8_clamped_array: return DType::uint8;
    case napi_int8_array: return DType::int8;
    case napi_int16_array: return DType::int16;
    case napi_uint32_array: return DType::uint32;
    case napi_biguint64_array: return DType::uint64;
    case napi_int32_array: return DType::int32;
    case napi_bigint64_array: return DType::int64;
    case napi_float32_array: return DType::float32;
    case napi_float64_array: return DType::float64;
    default: VT_THROW(Type, "this typed array has no dtype of its own: name one, such as 'bfloat16' for a Uint16Array");
  }
}

bool carries(napi_typedarray_type type, DType d) {
  return type == array_type(d) || (type == napi_uint8_clamped_array && d == DType::uint8);
}

Napi::TypedArray make_array(Napi::Env env, DType d, size_t count) {
  return array_over(env, d, count, Napi::ArrayBuffer::New(env, count * size_of(d)));
}

Napi::TypedArray array_over(Napi::Env env, DType d, size_t count, Napi::ArrayBuffer buffer) {
  const size_t length = count * parts_of(d);
  switch (array_type(d)) {
    case napi_uint8_array: return Napi::Uint8Array::New(env, length, buffer, 0);
    case napi_int8_array: return Napi::Int8Array::New(env, length, buffer, 0);
    case napi_int16_array: return Napi::Int16Array::New(env, length, buffer, 0);
    case napi_uint16_array: return Napi::Uint16Array::New(env, length, buffer, 0);
    case napi_int32_array: return Napi::Int32Array::New(env, length, buffer, 0);
    case napi_uint32_array: return Napi::Uint32Array::New(env, length, buffer, 0);
    case napi_biguint64_array: return Napi::BigUint64Array::New(env, length, buffer, 0);
    case napi_bigint64_array: return Napi::BigInt64Array::New(env, length, buffer, 0);
    case napi_float32_array: return Napi::Float32Array::New(env, length, buffer, 0);
    default: return Napi::Float64Array::New(env, length, buffer, 0);
  }
}

bool int_from(napi_env env, napi_value value, napi_valuetype type, int64_t& out) {
  if (type == napi_number) {
    double d = 0;
    napi_get_value_double(env, value, &d);
    out = static_cast<int64_t>(d);
    return std::trunc(d) == d && std::abs(d) <= 9007199254740991.0;
  }
  bool lossless = false;
  return type == napi_bigint && napi_get_value_bigint_int64(env, value, &out, &lossless) == napi_ok && lossless;
}

int64_t to_int(const Napi::Value& value) {
  int64_t result = 0;
  VT_CHECK(value.IsNumber() || value.IsBigInt(), Type, "expected an integer");
  VT_CHECK(int_from(value.Env(), value, value.Type(), result), Type, "expected an integer of 64 bits");
  return result;
}

bool scalar_from(napi_env env, napi_value value, napi_valuetype type, Scalar& out) {
  switch (type) {
    case napi_boolean: {
      bool b = false;
      napi_get_value_bool(env, value, &b);
      out = Scalar(b);
      return true;
    }
    case napi_number: {
      double d = 0;
      napi_get_value_double(env, value, &d);
      const bool is_integer = std::trunc(d) == d && std::abs(d) <= 9007199254740991.0;
      out = is_integer ? Scalar(static_cast<int64_t>(d)) : Scalar(d);
      return true;
    }
    case napi_bigint: {
      int64_t i = 0;
      if (!int_from(env, value, type, i)) return false;
      out = Scalar(i);
      return true;
    }
    case napi_object: {
      const Napi::Object object(env, value);
      const Napi::Value re = object.Get("re"), im = object.Get("im");
      if (!re.IsNumber() || !im.IsNumber()) return false;
      out = Scalar(complex<double>(re.As<Napi::Number>().DoubleValue(), im.As<Napi::Number>().DoubleValue()));
      return true;
    }
    default: return false;
  }
}

Scalar to_scalar(const Napi::Value& value) {
  Scalar result;
  VT_CHECK(scalar_from(value.Env(), value, value.Type(), result), Type,
           "expected a number, boolean, bigint or {re, im}");
  return result;
}

std::string text_from(napi_env env, napi_value value) {
  size_t length = 0;
  VT_CHECK(napi_get_value_string_utf8(env, value, nullptr, 0, &length) == napi_ok, Type, "expected a string");
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

Napi::Value from_scalar(Napi::Env env, const Scalar& value) {
  if (value.is_bool()) return Napi::Boolean::New(env, value.to_bool());
  if (value.is_integral()) {
    const int64_t i = value.to_int();
    if (value.is_past_int64()) return Napi::BigInt::New(env, value.to<uint64_t>());
    constexpr int64_t kSafe = int64_t{1} << 53;
    if (i < -kSafe || i > kSafe) return Napi::BigInt::New(env, i);
    return Napi::Number::New(env, static_cast<double>(i));
  }
  if (value.is_floating()) return Napi::Number::New(env, value.to_double());
  const complex<double> z = value.to_complex();
  Napi::Object object = Napi::Object::New(env);
  object.Set("re", Napi::Number::New(env, z.re));
  object.Set("im", Napi::Number::New(env, z.im));
  return object;
}

}  // namespace vt::node
