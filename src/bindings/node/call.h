// The registry in JavaScript: what there is, and each name as a pair of functions.
#pragma once

#include <napi.h>

#include "dispatch/op.h"

namespace vt::node {

// {name, schema, kind, places} of an op or derived form; places: where it is public, see kPlaces.
Napi::Object entry_of(Napi::Env env, const Op& op);
// Op functions made before look again for the overloads of that name.
void forget_candidates(Napi::Env env, const std::string& name);

// registry(): the entries of all. opFunctions(name): [sync, async], functions of the op's arguments; named ones come
// in a plain object in the last place. A bare name picks the first overload that the arguments fit.
void export_calls(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
