#include "bindings/node/cuda.h"

#include "bindings/node/element.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/work.h"
#include "cuda/allocator.h"
#include "cuda/completion.h"
#include "cuda/event.h"
#include "cuda/graph.h"
#include "cuda/stream.h"

namespace vt::node {

cuda::Stream stream_from(const Napi::Value& value) {
  VT_CHECK(value.IsObject() && value.As<Napi::Object>().Get("handle").IsBigInt(), Type, "expected a Stream");
  const auto object = value.As<Napi::Object>();
  bool lossless = false;
  const uint64_t handle = object.Get("handle").As<Napi::BigInt>().Uint64Value(&lossless);
  const int64_t device = to_int(object.Get("device"));
  VT_CHECK(device >= 0 && device < cuda::device_count(), Runtime, "expected a stream of one of ", cuda::device_count(),
           " GPUs, got one of cuda:", device);
  return {reinterpret_cast<cuda::StreamHandle>(handle), static_cast<int>(device)};
}

namespace {

int device_index(const Napi::Value& value) {
  return value.IsUndefined() || value.IsNull() ? cuda::current_device() : static_cast<int>(to_int(value));
}

// A stream is {handle: bigint, device: number} in JavaScript.
Napi::Value stream_value(Napi::Env env, cuda::Stream stream) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("handle", Napi::BigInt::New(env, static_cast<uint64_t>(reinterpret_cast<uintptr_t>(stream.handle))));
  object.Set("device", stream.device);
  return object;
}

Napi::Value device_count(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), cuda::device_count()); }
Napi::Value unavailable(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), cuda::unavailable_reason());
}

Napi::Value properties(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    cuda::ensure_available();
    const cuda::DeviceProperties& p = cuda::device_properties(device_index(info[0]));
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("name", p.name);
    object.Set("major", p.major);
    object.Set("minor", p.minor);
    object.Set("totalMemory", static_cast<double>(p.total_memory));
    object.Set("multiProcessorCount", p.multi_processor_count);
    return object;
  });
}

Napi::Value new_stream(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    cuda::ensure_available();
    const int priority = info[1].IsUndefined() ? 0 : static_cast<int>(to_int(info[1]));
    return stream_value(info.Env(), cuda::pool_stream(device_index(info[0]), priority));
  });
}
Napi::Value current_stream(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    cuda::ensure_available();
    return stream_value(info.Env(), cuda::current_stream(device_index(info[0])));
  });
}
void wait_stream(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { cuda::wait_stream(stream_from(info[0]), stream_from(info[1])); });
}
Napi::Value query_stream(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Boolean::New(info.Env(), cuda::query_stream(stream_from(info[0]))); });
}

// A promise of the end of what a device was given before.
Napi::Value promise_of_end(Napi::Env env, int device, std::function<void(cuda::Done)> at_end) {
  Work work;
  work.name = "synchronize";
  work.has_shapes = false;
  work.at_end_of = device;
  work.at_end = std::move(at_end);
  work.body = [](std::span<const Tensor>, bool) { return Results(); };
  work.convert = [](EnvData&, Results&) -> napi_value { return nullptr; };
  return Napi::Value(env, run_async(EnvData::of(env), std::move(work)));
}

// synchronizeStream(stream, async), synchronizeDevice(device, async)
Napi::Value synchronize_stream(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    cuda::ensure_available();
    const cuda::Stream stream = stream_from(info[0]);
    if (info[1].ToBoolean()) {
      return promise_of_end(info.Env(), stream.device,
                            [stream](cuda::Done done) { cuda::when_done(stream, std::move(done)); });
    }
    cuda::synchronize_stream(stream);
    return info.Env().Undefined();
  });
}
Napi::Value synchronize_device(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    cuda::ensure_available();
    const int device = device_index(info[0]);
    if (info[1].ToBoolean()) {
      return promise_of_end(info.Env(), device,
                            [device](cuda::Done done) { cuda::when_device_done(device, std::move(done)); });
    }
    cuda::synchronize_device(device);
    return info.Env().Undefined();
  });
}

class EventObject : public Napi::ObjectWrap<EventObject> {
 public:
  // new Event(timing)
  explicit EventObject(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<EventObject>(info), event_(info[0].ToBoolean(), /*blocking=*/true) {}
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "Event",
        {InstanceMethod<&EventObject::record>("record"), InstanceMethod<&EventObject::block>("block"),
         InstanceMethod<&EventObject::query>("query"), InstanceMethod<&EventObject::synchronize>("synchronize"),
         InstanceMethod<&EventObject::elapsed>("elapsedTime")});
  }

 private:
  void record(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] {
      event_.record(info[0].IsUndefined() ? cuda::current_stream(cuda::current_device()) : stream_from(info[0]));
    });
  }
  void block(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] { event_.block(stream_from(info[0])); });
  }
  Napi::Value query(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] { return Napi::Boolean::New(info.Env(), event_.query()); });
  }
  Napi::Value synchronize(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      return promise_of_end(info.Env(), event_.device(),
                            [this](cuda::Done done) { cuda::when_done(event_, std::move(done)); });
    });
  }
  Napi::Value elapsed(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
      return Napi::Number::New(info.Env(), event_.elapsed_ms(Unwrap(info[0].As<Napi::Object>())->event_));
    });
  }
  cuda::Event event_;
};

class GraphObject : public Napi::ObjectWrap<GraphObject> {
 public:
  explicit GraphObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<GraphObject>(info) {}
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "Graph",
        {InstanceMethod<&GraphObject::begin>("captureBegin"), InstanceMethod<&GraphObject::end>("captureEnd"),
         InstanceMethod<&GraphObject::abort>("abortCapture"), InstanceMethod<&GraphObject::replay>("replay"),
         InstanceMethod<&GraphObject::reset>("reset")});
  }

 private:
  void begin(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] { graph_.capture_begin({}, cuda::CaptureMode::ThreadLocal); });
  }
  void end(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] { graph_.capture_end(); });
  }
  void abort(const Napi::CallbackInfo&) { graph_.abort_capture(); }
  void replay(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] { graph_.replay(); });
  }
  void reset(const Napi::CallbackInfo&) { graph_.reset(); }
  cuda::Graph graph_;
};

// memoryStats(device) -> numbers by torch.cuda.memory_stats' names.
Napi::Value memory_stats(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    cuda::ensure_available();
    const cuda::MemoryStats stats = cuda::allocator().stats(device_index(info[0]));
    Napi::Object object = Napi::Object::New(info.Env());
    const auto set = [&](const char* name, const cuda::Stat& stat) {
      object.Set(std::string(name) + ".current", static_cast<double>(stat.current));
      object.Set(std::string(name) + ".peak", static_cast<double>(stat.peak));
    };
    set("allocated_bytes.all", stats.allocated_bytes.all);
    set("reserved_bytes.all", stats.reserved_bytes.all);
    set("active_bytes.all", stats.active_bytes.all);
    set("allocation.all", stats.allocation.all);
    set("segment.all", stats.segment.all);
    object.Set("num_alloc_retries", static_cast<double>(stats.num_alloc_retries));
    object.Set("num_ooms", static_cast<double>(stats.num_ooms));
    return object;
  });
}
// memorySnapshot() -> the segments of all devices with their blocks.
Napi::Value memory_snapshot(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    cuda::ensure_available();
    Napi::Array list = Napi::Array::New(env);
    for (const cuda::SegmentInfo& s : cuda::allocator().snapshot()) {
      Napi::Object segment = Napi::Object::New(env);
      segment.Set("device", s.device);
      segment.Set("address", Napi::BigInt::New(env, static_cast<uint64_t>(s.address)));
      segment.Set("totalSize", static_cast<double>(s.total_size));
      segment.Set("allocatedSize", static_cast<double>(s.allocated_size));
      Napi::Array blocks = Napi::Array::New(env);
      for (const cuda::BlockInfo& b : s.blocks) {
        Napi::Object block = Napi::Object::New(env);
        block.Set("size", static_cast<double>(b.size));
        block.Set("inUse", b.state == cuda::BlockState::ActiveAllocated);
        blocks.Set(blocks.Length(), block);
      }
      segment.Set("blocks", blocks);
      list.Set(list.Length(), segment);
    }
    return list;
  });
}
void reset_peak(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { cuda::allocator().reset_peak_stats(device_index(info[0])); });
}
void empty_cache(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    if (cuda::is_available()) cuda::allocator().empty_cache();
  });
}

}  // namespace

void export_cuda(Napi::Env env, Napi::Object exports) {
  Napi::Object c = Napi::Object::New(env);
  c.Set("deviceCount", Napi::Function::New<&device_count>(env, "deviceCount"));
  c.Set("unavailableReason", Napi::Function::New<&unavailable>(env, "unavailableReason"));
  c.Set("properties", Napi::Function::New<&properties>(env, "properties"));
  c.Set("newStream", Napi::Function::New<&new_stream>(env, "newStream"));
  c.Set("currentStream", Napi::Function::New<&current_stream>(env, "currentStream"));
  c.Set("waitStream", Napi::Function::New<&wait_stream>(env, "waitStream"));
  c.Set("queryStream", Napi::Function::New<&query_stream>(env, "queryStream"));
  c.Set("synchronizeStream", Napi::Function::New<&synchronize_stream>(env, "synchronizeStream"));
  c.Set("synchronizeDevice", Napi::Function::New<&synchronize_device>(env, "synchronizeDevice"));
  c.Set("memoryStats", Napi::Function::New<&memory_stats>(env, "memoryStats"));
  c.Set("memorySnapshot", Napi::Function::New<&memory_snapshot>(env, "memorySnapshot"));
  c.Set("resetPeakMemoryStats", Napi::Function::New<&reset_peak>(env, "resetPeakMemoryStats"));
  c.Set("emptyCache", Napi::Function::New<&empty_cache>(env, "emptyCache"));
  c.Set("Event", EventObject::define(env));
  c.Set("Graph", GraphObject::define(env));
  exports.Set("cuda", c);
}

}  // namespace vt::node
