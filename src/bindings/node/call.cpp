#include "bindings/node/call.h"

#include "bindings/node/arguments.h"
#include "bindings/node/element.h"
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

std::vector<const Op*> candidates_of(const std::string& name) {
  if (name.find('.') != std::string::npos) {
    if (const Op* op = Registry::get().find(name)) return {op};
    return {};
  }
  return Registry::get().overloads(name);
}

Napi::Value call_by_name(Napi::Env env, const std::string& name, const Napi::Array& positional,
                         const Napi::Object& named) {
  const std::vector<const Op*> candidates = candidates_of(name);
  VT_CHECK(!candidates.empty(), Attribute, "there is no op named '", name, "'");
  std::string complaints;
  for (const bool numbers_as_tensors : {false, true}) {
    for (const Op* op : candidates) {
      Arguments arguments;
      if (!arguments.bind(*op, positional, named, numbers_as_tensors)) {
        if (numbers_as_tensors) complaints += "\n  " + op->schema().text() + ": " + arguments.complaint();
        continue;
      }
      Results results;
      call_op(*op, arguments.values(), op->arg_count(), results);
      return to_js(env, *op, results, arguments);
    }
  }
  VT_THROW(Type, name, ": the arguments fit no declaration", complaints);
}

}  // namespace

Napi::Value registry(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto ops = Registry::get().ops();
  Napi::Array rows = Napi::Array::New(env, ops.size());
  for (uint32_t i = 0; i < ops.size(); ++i) {
    const Op& op = *ops[i];
    const uint8_t surface = op.functional().parts.surface;
    Napi::Object row = Napi::Object::New(env);
    row.Set("name", op.name());
    row.Set("schema", op.schema().text());
    row.Set("kind", kind_name(op.kind()));
    row.Set("function", Napi::Boolean::New(env, (surface & kFunction) != 0));
    row.Set("method", Napi::Boolean::New(env, (surface & kMethod) != 0));
    rows.Set(i, row);
  }
  return rows;
}

Napi::Value call(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    VT_CHECK(info[0].IsString() && info[1].IsArray() && info[2].IsObject(), Type,
             "call: expected a name, an array of arguments and an object of named ones");
    return call_by_name(info.Env(), info[0].As<Napi::String>(), info[1].As<Napi::Array>(), info[2].As<Napi::Object>());
  });
}

}  // namespace vt::node
