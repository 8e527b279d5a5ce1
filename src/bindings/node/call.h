// The two functions that carry the registry into JavaScript.
#pragma once

#include <napi.h>

#include "dispatch/op.h"

namespace vt::node {

// {name, schema, kind, places} of an op or derived form; places: where it is public, see kPlaces.
Napi::Object entry_of(Napi::Env env, const Op& op);
// registry(): the entries of all.
Napi::Value registry(const Napi::CallbackInfo& info);

// call(name, positional, named): runs the op of that name. A bare name picks the first overload that the arguments fit.
Napi::Value call(const Napi::CallbackInfo& info);

}  // namespace vt::node
