#include "bindings/node/dlpack.h"

#include <utility>

#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/tensor.h"
#include "interop/dlpack.h"
#include "interop/stream_handover.h"

namespace vt::node {
namespace {

using interop::DLManagedTensorVersioned;

// An External of it says what it holds by this tag, which other addons may check and set too.
constexpr napi_type_tag kDLPackTag{0x444c5061636b5665, 0x7273696f6e656431};  // "DLPackVersioned1"

// The External's memory: who takes the tensor over leaves null behind.
using Slot = DLManagedTensorVersioned*;

void drop(napi_env, void* data, void*) {
  auto* slot = static_cast<Slot*>(data);
  if (*slot && (*slot)->deleter) (*slot)->deleter(*slot);
  delete slot;
}

Napi::Value to_dlpack(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const Tensor& t = tensor_from(EnvData::of(info.Env()), info[0], "toDLPack");
    if (t.is_cuda()) interop::hand_over(t, std::nullopt);
    auto* slot = new Slot(interop::export_versioned(t, false));
    napi_value external;
    VT_CHECK(napi_create_external(info.Env(), slot, drop, nullptr, &external) == napi_ok, Internal, "no External");
    napi_type_tag_object(info.Env(), external, &kDLPackTag);
    return Napi::Value(info.Env(), external);
  });
}

Napi::Value from_dlpack(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    bool is_ours = false;
    napi_check_object_type_tag(info.Env(), info[0], &kDLPackTag, &is_ours);
    VT_CHECK(is_ours, Type, "fromDLPack: expected what toDLPack gave");
    void* data = nullptr;
    napi_get_value_external(info.Env(), info[0], &data);
    DLManagedTensorVersioned* managed = std::exchange(*static_cast<Slot*>(data), nullptr);
    VT_CHECK(managed, Buffer, "fromDLPack: this tensor was taken over before");
    return Napi::Value(info.Env(), wrap(EnvData::of(info.Env()), interop::take(managed)));
  });
}

}  // namespace

void export_dlpack(Napi::Env env, Napi::Object exports) {
  exports.Set("toDLPack", Napi::Function::New<&to_dlpack>(env, "toDLPack"));
  exports.Set("fromDLPack", Napi::Function::New<&from_dlpack>(env, "fromDLPack"));
}

}  // namespace vt::node
