#include "bindings/node/plugin.h"

#include "bindings/node/error.h"
#include "plugin/loader.h"

namespace vt::node {
namespace {

Napi::Object object_of(Napi::Env env, const plugin::Plugin& p) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("name", p.name);
  object.Set("version", p.version);
  object.Set("path", p.path);
  Napi::Array ops = Napi::Array::New(env, p.ops.size());
  for (uint32_t i = 0; i < p.ops.size(); ++i) ops.Set(i, p.ops[i]);
  object.Set("ops", ops);
  return object;
}

}  // namespace

Napi::Value load_plugin(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    VT_CHECK(info[0].IsString(), Type, "loadPlugin: expected a path");
    return object_of(info.Env(), plugin::load(info[0].As<Napi::String>()));
  });
}

Napi::Value loaded_plugins(const Napi::CallbackInfo& info) {
  Napi::Array list = Napi::Array::New(info.Env());
  for (const plugin::Plugin& p : plugin::loaded()) list.Set(list.Length(), object_of(info.Env(), p));
  return list;
}

}  // namespace vt::node
