// Dtypes as JavaScript sees them: names, and the typed array that holds the elements.
#pragma once

#include <napi.h>

#include <optional>
#include <string>

#include "core/dtype.h"
#include "core/scalar.h"

namespace vt::node {

// "float32" and so on; TypeError for a name that is no dtype.
DType parse_dtype(const std::string& name);
std::optional<DType> dtype_from(const std::string& name);

// The dtype that a typed array has unless another is named; TypeError for arrays without one.
DType natural_dtype(const Napi::TypedArray& array);

// Typed-array elements per tensor element: 2 for complex dtypes, which interleave real and imaginary parts.
constexpr size_t parts_of(DType d) { return is_complex(d) ? 2 : 1; }

// Whether the array's element type may carry the dtype: float16 and bfloat16 travel as Uint16Array, bool as Uint8Array.
bool carries(napi_typedarray_type type, DType d);

// A typed array of `count` elements of the dtype over a buffer.
Napi::TypedArray array_over(Napi::Env env, DType d, size_t count, Napi::ArrayBuffer buffer);
// A new typed array with room for `count` elements of the dtype.
Napi::TypedArray make_array(Napi::Env env, DType d, size_t count);

// A number, boolean, bigint or {re, im}; an integral number counts as an integer. False for anything else.
bool scalar_from(napi_env env, napi_value value, napi_valuetype type, Scalar& out);
// The same, or TypeError.
Scalar to_scalar(const Napi::Value& value);
// An integer beyond 2^53 becomes a bigint, a complex number {re, im}.
Napi::Value from_scalar(Napi::Env env, const Scalar& value);

// A number or bigint that is an integer of 64 bits; TypeError or RangeError otherwise.
int64_t to_int(const Napi::Value& value);
bool int_from(napi_env env, napi_value value, napi_valuetype type, int64_t& out);

std::string text_from(napi_env env, napi_value value);

}  // namespace vt::node
