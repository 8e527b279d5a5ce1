// The two functions that carry the registry into JavaScript.
#pragma once

#include <napi.h>

namespace vt::node {

// registry(): [{name, schema, kind, method, function}], one entry per op and derived form.
Napi::Value registry(const Napi::CallbackInfo& info);

// call(name, positional, named): runs the op of that name. A bare name picks the first overload that the arguments fit.
Napi::Value call(const Napi::CallbackInfo& info);

}  // namespace vt::node
