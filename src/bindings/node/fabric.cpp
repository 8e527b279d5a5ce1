#include "bindings/node/fabric.h"

#include "bindings/node/element.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/tensor.h"
#include "bindings/node/work.h"
#include "core/fabric.h"
#include "cuda/device.h"
#include "fabric/call.h"
#include "fabric/collectives.h"
#include "fabric/local.h"

namespace vt::node {
namespace {

template <class T>
Napi::Array numbers(Napi::Env env, const T& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) array.Set(static_cast<uint32_t>(i), static_cast<double>(values[i]));
  return array;
}

// mesh(sizes, devices) -> the number by which the core knows it.
Napi::Value mesh(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    VT_CHECK(info[0].IsArray() && info[1].IsArray(), Type, "Mesh: expected sizes and devices");
    const auto sizes_given = info[0].As<Napi::Array>(), devices_given = info[1].As<Napi::Array>();
    DimVec sizes;
    for (uint32_t i = 0; i < sizes_given.Length(); ++i) sizes.push_back(to_int(sizes_given.Get(i)));
    std::vector<Device> devices;
    for (uint32_t i = 0; i < devices_given.Length(); ++i) {
      VT_CHECK(devices_given.Get(i).IsString(), Type, "Mesh: expected names of devices");
      devices.push_back(parse_device(devices_given.Get(i).ToString().Utf8Value()));
    }
    return Napi::Number::New(info.Env(), static_cast<double>(Mesh::of(sizes, std::move(devices)).id()));
  });
}

// meshParts(number) -> {shape, devices}
Napi::Value mesh_parts(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Mesh& mesh = Mesh::numbered(to_int(info[0]));
    Napi::Array devices = Napi::Array::New(info.Env());
    for (const Device d : mesh.devices()) devices.Set(devices.Length(), to_string(d));
    Napi::Object parts = Napi::Object::New(info.Env());
    parts.Set("shape", numbers(info.Env(), mesh.sizes()));
    parts.Set("devices", devices);
    return parts;
  });
}

// The tensor, once earlier calls have done with it.
Tensor settled(const Napi::CallbackInfo& info, const char* what) {
  EnvData& data = EnvData::of(info.Env());
  const Handle* handle = handle_from(data, info[0], what);
  VT_CHECK(!handle->program, Runtime, what, ": the task that computes this tensor is not done: await it first");
  const Tensor t = tensor_in(handle);
  const Access access{t.storage().get(), false};
  if (!Executor::get().idle()) wait_for_earlier(data, {&access, 1});
  return t;
}

Napi::Value is_placed(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Boolean::New(info.Env(), is_fabric(settled(info, "isFabric"))); });
}

// placement(tensor) -> {mesh, placements: [{kind, dim, reduction, bounds}]}; null of a tensor on no mesh.
Napi::Value placement(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    const Tensor t = settled(info, "placement");
    if (!is_fabric(t)) return env.Null();
    static constexpr const char* kKinds[] = {"replicate", "shard", "partial"};
    const fabric::Locals locals = fabric::locals_of(t);
    Napi::Array all = Napi::Array::New(env);
    for (const Placement& p : locals.placements) {
      Napi::Object one = Napi::Object::New(env);
      one.Set("kind", kKinds[static_cast<int>(p.kind)]);
      one.Set("dim", p.dim);
      one.Set("reduction", std::string(name_of(p.reduce)));
      one.Set("bounds", numbers(env, p.bounds));
      all.Set(all.Length(), one);
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("mesh", static_cast<double>(locals.mesh->id()));
    result.Set("placements", all);
    return result;
  });
}

// shards(tensor) -> what each member has, without history.
Napi::Value shards(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Tensor t = settled(info, "shards");
    VT_CHECK(is_fabric(t), Runtime, "shards: expected a Fabric tensor, got ", t);
    std::vector<Tensor> parts;
    for (const Tensor& part : fabric::locals_of(t).parts) parts.push_back(make_detached(part));
    return Napi::Value(info.Env(), array_of(EnvData::of(info.Env()), parts));
  });
}

Napi::Value strict(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), fabric::set_strict(info[0].ToBoolean()));
}

// stats() -> {calls, bytes} by collective.
Napi::Value stats(const Napi::CallbackInfo& info) {
  Napi::Object all = Napi::Object::New(info.Env());
  for (const fabric::CollectiveCount& c : fabric::collective_counts()) {
    Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("calls", static_cast<double>(c.calls));
    entry.Set("bytes", static_cast<double>(c.bytes));
    all.Set(c.name, entry);
  }
  return all;
}

void reset_stats(const Napi::CallbackInfo&) { fabric::reset_collective_counts(); }

Napi::Value can_access_peer(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const auto number = [&](size_t i) { return static_cast<int>(to_int(info[i])); };
    return Napi::Boolean::New(info.Env(), cuda::can_access_peer(number(0), number(1)));
  });
}

}  // namespace

void export_fabric(Napi::Env env, Napi::Object exports) {
  Napi::Object f = Napi::Object::New(env);
  f.Set("mesh", Napi::Function::New<&mesh>(env, "mesh"));
  f.Set("meshParts", Napi::Function::New<&mesh_parts>(env, "meshParts"));
  f.Set("isFabric", Napi::Function::New<&is_placed>(env, "isFabric"));
  f.Set("placement", Napi::Function::New<&placement>(env, "placement"));
  f.Set("shards", Napi::Function::New<&shards>(env, "shards"));
  f.Set("strict", Napi::Function::New<&strict>(env, "strict"));
  f.Set("stats", Napi::Function::New<&stats>(env, "stats"));
  f.Set("resetStats", Napi::Function::New<&reset_stats>(env, "resetStats"));
  f.Set("canAccessPeer", Napi::Function::New<&can_access_peer>(env, "canAccessPeer"));
  exports.Set("fabric", f);
}

}  // namespace vt::node
