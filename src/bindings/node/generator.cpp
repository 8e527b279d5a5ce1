#include "bindings/node/generator.h"

#include "bindings/node/element.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/tensor.h"
#include "ops/random/random.h"

namespace vt::node {
namespace {

constexpr napi_type_tag kGeneratorTag{0x6d0f1be3c1a94a57, 0x9c3e2f08d7b6415a};

// Seeds are 64 bits; a negative one stands for its two's complement.
uint64_t seed_from(const Napi::Value& value) {
  if (value.IsBigInt()) {
    bool lossless = false;
    const int64_t n = value.As<Napi::BigInt>().Int64Value(&lossless);
    if (lossless) return static_cast<uint64_t>(n);
    const uint64_t u = value.As<Napi::BigInt>().Uint64Value(&lossless);
    VT_CHECK(lossless, Value, "manualSeed: expected a seed of 64 bits");
    return u;
  }
  return static_cast<uint64_t>(to_int(value));
}

class GeneratorObject : public Napi::ObjectWrap<GeneratorObject> {
 public:
  // new Generator(device?)
  explicit GeneratorObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<GeneratorObject>(info) {
    guarded(info.Env(), [&] {
      generator_ = make_generator(info[0].IsUndefined() ? kCPU : parse_device(info[0].ToString().Utf8Value()));
      napi_type_tag_object(info.Env(), info.This(), &kGeneratorTag);
    });
  }
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Generator",
                       {InstanceMethod<&GeneratorObject::manual_seed>("manualSeed"),
                        InstanceMethod<&GeneratorObject::get_state>("getState"),
                        InstanceMethod<&GeneratorObject::set_state>("setState"),
                        InstanceAccessor<&GeneratorObject::initial_seed>("initialSeed")});
  }
  const intrusive_ptr<Generator>& generator() const { return generator_; }

 private:
  Napi::Value manual_seed(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      const uint64_t seed = seed_from(info[0]);
      const std::lock_guard lock(generator_->mutex());
      generator_->manual_seed(seed);
      return info.This();
    });
  }
  Napi::Value get_state(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      return Napi::Value(info.Env(), wrap(EnvData::of(info.Env()), random::generator_state(*generator_)));
    });
  }
  Napi::Value set_state(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      random::set_generator_state(*generator_, tensor_from(EnvData::of(info.Env()), info[0], "setState"));
      return info.This();
    });
  }
  Napi::Value initial_seed(const Napi::CallbackInfo& info) {
    return Napi::BigInt::New(info.Env(), generator_->initial_seed());
  }

  intrusive_ptr<Generator> generator_;
};

// manualSeed(seed): the default generators of all devices.
void manual_seed(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const uint64_t seed = seed_from(info[0]);
    {
      const std::lock_guard lock(default_cpu_generator()->mutex());
      default_cpu_generator()->manual_seed(seed);
    }
    seed_default_cuda_generators(seed);
  });
}

// The default generator of the CPU, to be kept and put back.
Napi::Value random_state(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    return Napi::Value(info.Env(), wrap(EnvData::of(info.Env()), random::generator_state(*default_cpu_generator())));
  });
}
void set_random_state(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    random::set_generator_state(*default_cpu_generator(), tensor_from(EnvData::of(info.Env()), info[0], "setRngState"));
  });
}

}  // namespace

intrusive_ptr<Generator> generator_of(napi_env env, napi_value value) {
  bool is_ours = false;
  if (napi_check_object_type_tag(env, value, &kGeneratorTag, &is_ours) != napi_ok || !is_ours) return nullptr;
  return GeneratorObject::Unwrap(Napi::Object(env, value))->generator();
}

void export_generator(Napi::Env env, Napi::Object exports) {
  exports.Set("Generator", GeneratorObject::define(env));
  exports.Set("manualSeed", Napi::Function::New<&manual_seed>(env, "manualSeed"));
  exports.Set("rngState", Napi::Function::New<&random_state>(env, "rngState"));
  exports.Set("setRngState", Napi::Function::New<&set_random_state>(env, "setRngState"));
}

}  // namespace vt::node
