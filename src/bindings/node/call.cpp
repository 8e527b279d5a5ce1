#include "bindings/node/call.h"

#include "bindings/node/arguments.h"
#include "bindings/node/element.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/tensor.h"
#include "dispatch/registry.h"

namespace vt::node {
namespace {

const char* kind_name(OpKind kind) {
  switch (kind) {
    case OpKind::Functional: return "functional";
    case OpKind::Inplace: return "inplace";
    case OpKind::Out: return "out";
  }
  return "";
}

Napi::Value tensor_value(Napi::Env env, const Tensor& tensor, const Arguments& arguments) {
  if (!tensor.defined()) return env.Null();
  const Napi::Value given = arguments.object_of(tensor);
  return given.IsEmpty() ? Napi::Value(TensorObject::wrap(env, tensor)) : given;
}

Napi::Value to_js(Napi::Env env, const Op& op, const Results& results, const Arguments& arguments) {
  if (results.is_list) {
    Napi::Array array = Napi::Array::New(env, results.list.size());
    for (uint32_t i = 0; i < results.list.size(); ++i) array.Set(i, tensor_value(env, results.list[i], arguments));
    return array;
  }
  if (!results.number.is_none()) return from_scalar(env, Unbox<Scalar>::get(results.number));
  if (op.schema().rets().empty()) return env.Undefined();
  if (results.count == 1) return tensor_value(env, results.tensors[0], arguments);
  Napi::Array array = Napi::Array::New(env, static_cast<size_t>(results.count));
  for (int i = 0; i < results.count; ++i) {
    array.Set(static_cast<uint32_t>(i), tensor_value(env, results.tensors[i], arguments));
  }
  return array;
}

const std::vector<Candidate>& candidates_of(Napi::Env env, const std::string& name) {
  auto& known = EnvData::of(env).candidates;
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  std::vector<Candidate> candidates = overloads_to_try(name);
  VT_CHECK(!candidates.empty(), Attribute, "there is no op named '", name, "'");
  return known.emplace(name, std::move(candidates)).first->second;
}

Napi::Value call_by_name(Napi::Env env, const std::string& name, const Napi::Array& positional,
                         const Napi::Object& named) {
  std::string complaints;
  for (const Candidate& candidate : candidates_of(env, name)) {
    const Op& op = *candidate.op;
    Arguments arguments;
    if (!arguments.bind(candidate, positional, named)) {
      complaints += "\n  " + op.schema().text() + ": " + arguments.complaint();
      continue;
    }
    Results results;
    call_op(op, arguments.values(), op.arg_count(), results);
    return to_js(env, op, results, arguments);
  }
  VT_THROW(Type, name, ": the arguments fit no declaration", complaints);
}

}  // namespace

Napi::Object entry_of(Napi::Env env, const Op& op) {
  Napi::Array places = Napi::Array::New(env);
  for (const Place& place : kPlaces) {
    if (op.parts.surface & place.surface) places.Set(places.Length(), std::string(place.name));
  }
  Napi::Object entry = Napi::Object::New(env);
  entry.Set("name", op.name());
  entry.Set("schema", op.schema().text());
  entry.Set("kind", kind_name(op.kind()));
  entry.Set("places", places);
  return entry;
}

Napi::Value registry(const Napi::CallbackInfo& info) {
  const auto ops = Registry::get().ops();
  Napi::Array entries = Napi::Array::New(info.Env(), ops.size());
  for (uint32_t i = 0; i < ops.size(); ++i) entries.Set(i, entry_of(info.Env(), *ops[i]));
  return entries;
}

Napi::Value call(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    VT_CHECK(info[0].IsString() && info[1].IsArray() && info[2].IsObject(), Type,
             "call: expected a name, an array of arguments and an object of named ones");
    return call_by_name(info.Env(), info[0].As<Napi::String>(), info[1].As<Napi::Array>(), info[2].As<Napi::Object>());
  });
}

}  // namespace vt::node
