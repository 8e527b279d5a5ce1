#include "bindings/node/safetensors.h"

#include "bindings/node/element.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/tensor.h"
#include "bindings/node/work.h"
#include "core/device_backend.h"
#include "interop/safetensors/file.h"
#include "interop/safetensors/save.h"

namespace vt::node {
namespace {

using namespace interop::safetensors;

Progress stop_when(const std::shared_ptr<std::atomic<bool>>& aborted) {
  return [aborted](uint64_t, uint64_t) { VT_CHECK(!aborted->load(), Runtime, "aborted"); };
}

struct Loaded {
  std::vector<std::string> names;
  Metadata metadata;
};

Napi::Value load_file(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const std::string path = text_from(info.Env(), info[0]);
    const auto options = info[1].As<Napi::Object>();
    std::vector<std::string> wanted;
    const bool some = options.Get("names").IsArray();
    if (some) {
      const auto names = options.Get("names").As<Napi::Array>();
      for (uint32_t i = 0; i < names.Length(); ++i) wanted.push_back(text_from(info.Env(), names.Get(i)));
    }
    const Device device =
        options.Get("device").IsString() ? parse_device(options.Get("device").ToString().Utf8Value()) : kCPU;
    const bool mapped = options.Get("map").ToBoolean();
    const auto loaded = std::make_shared<Loaded>();
    Work work;
    work.name = "load";
    work.has_shapes = false;
    work.aborted = std::make_shared<std::atomic<bool>>(false);
    work.body = [=, aborted = work.aborted](std::span<const Tensor>, bool) {
      const Checkpoint checkpoint = Checkpoint::open(path);
      std::vector<Found> found;
      if (some) {
        for (const std::string& name : wanted) found.push_back(checkpoint.find(name));
      } else {
        found = checkpoint.tensors();
      }
      for (const Found& f : found) loaded->names.push_back(f.entry->name);
      loaded->metadata = checkpoint.metadata();
      Results results;
      results.is_list = true;
      if (mapped) {
        for (const Found& f : found) results.list.push_back(interop::safetensors::map(f));
      } else {
        results.list = load(found, resolve_device(device), stop_when(aborted));
      }
      return results;
    };
    work.convert = [loaded](EnvData& data, Results& results) -> napi_value {
      const Napi::Env env(data.env);
      Napi::Object object = Napi::Object::New(env), metadata = Napi::Object::New(env);
      Napi::Array names = Napi::Array::New(env, loaded->names.size());
      for (uint32_t i = 0; i < loaded->names.size(); ++i) names.Set(i, loaded->names[i]);
      for (const auto& [key, value] : loaded->metadata) metadata.Set(key, value);
      object.Set("names", names);
      object.Set("tensors", Napi::Value(env, array_of(data, results.list)));
      object.Set("metadata", metadata);
      return object;
    };
    return Napi::Value(info.Env(), perform(EnvData::of(info.Env()), std::move(work), info[2].ToBoolean()));
  });
}

Napi::Value save_file(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    EnvData& data = EnvData::of(info.Env());
    const std::string path = text_from(info.Env(), info[0]);
    const auto given = info[1].As<Napi::Array>();
    std::vector<std::string> names;
    for (uint32_t i = 0; i < given.Length(); ++i) names.push_back(text_from(info.Env(), given.Get(i)));
    Work work;
    work.name = "save";
    work.has_shapes = false;
    work.waits_for_device = true;
    for (const Tensor& t : tensors_from(data, info[2])) {
      VT_CHECK(t.defined(), Type, "save: expected tensors");
      work.add(t);
    }
    VT_CHECK(names.size() == work.inputs.size(), Value, "save: ", names.size(), " names for ", work.inputs.size(),
             " tensors");
    const auto options = info[3].As<Napi::Object>();
    SaveOptions save_options;
    if (options.Get("maxShardBytes").IsNumber()) {
      save_options.max_shard_bytes = static_cast<uint64_t>(to_int(options.Get("maxShardBytes")));
    }
    if (options.Get("metadata").IsObject()) {
      const auto metadata = options.Get("metadata").As<Napi::Object>();
      const Napi::Array keys = metadata.GetPropertyNames();
      for (uint32_t i = 0; i < keys.Length(); ++i) {
        const std::string key = keys.Get(i).ToString();
        save_options.metadata.emplace_back(key, text_from(info.Env(), metadata.Get(key)));
      }
    }
    work.aborted = std::make_shared<std::atomic<bool>>(false);
    save_options.progress = stop_when(work.aborted);
    work.body = [=](std::span<const Tensor> inputs, bool) {
      std::vector<Named> all;
      for (size_t i = 0; i < inputs.size(); ++i) all.push_back({names[i], inputs[i]});
      save(path, all, save_options);
      return Results();
    };
    work.convert = [](EnvData&, Results&) -> napi_value { return nullptr; };
    const napi_value value = perform(data, std::move(work), info[4].ToBoolean());
    return value ? Napi::Value(info.Env(), value) : info.Env().Undefined();
  });
}

}  // namespace

void export_safetensors(Napi::Env env, Napi::Object exports) {
  exports.Set("loadSafetensors", Napi::Function::New<&load_file>(env, "loadSafetensors"));
  exports.Set("saveSafetensors", Napi::Function::New<&save_file>(env, "saveSafetensors"));
}

}  // namespace vt::node
