#include "bindings/node/indexing.h"

#include <algorithm>

#include "bindings/node/element.h"
#include "bindings/node/env_data.h"
#include "bindings/node/error.h"
#include "bindings/node/tensor.h"
#include "bindings/node/work.h"
#include "ops/index/indexing.h"

namespace vt::node {
namespace {

using ops::IndexItem;

std::optional<int64_t> bound(const Napi::Object& slice, const char* name) {
  const Napi::Value value = slice.Get(name);
  if (value.IsUndefined() || value.IsNull()) return std::nullopt;
  return to_int(value);
}

IndexItem item_from(EnvData& data, const Napi::Value& value) {
  IndexItem item;
  if (value.IsBoolean()) {
    item.kind = IndexItem::Kind::Bool;
    item.value = value.ToBoolean();
  } else if (value.IsNumber() || value.IsBigInt()) {
    item.kind = IndexItem::Kind::Int;
    item.value = to_int(value);
  } else if (value.IsNull()) {
    item.kind = IndexItem::Kind::None;
  } else if (value.IsString() && value.ToString().Utf8Value() == "...") {
    item.kind = IndexItem::Kind::Ellipsis;
  } else if (value.IsObject() && data.handles->find(value)) {
    item.kind = IndexItem::Kind::Tensor;
    item.tensor = tensor_from(data, value, "at");
  } else {
    VT_CHECK(value.IsObject() && !value.IsArray(), Type,
             "at: expected integers, booleans, null, '...', slices or tensors as indices");
    item.kind = IndexItem::Kind::Slice;
    const auto slice = value.As<Napi::Object>();
    item.start = bound(slice, "start");
    item.stop = bound(slice, "stop");
    item.step = bound(slice, "step").value_or(1);
  }
  return item;
}

struct Subscript {
  std::vector<IndexItem> items;
  template <class F>
  bool any_tensor(const F& f) const {
    return std::ranges::any_of(
        items, [&](const IndexItem& item) { return item.kind == IndexItem::Kind::Tensor && f(item.tensor); });
  }
  bool has_tensors() const {
    return any_tensor([](const Tensor&) { return true; });
  }
  // Whose elements say how many are meant.
  bool has_masks() const {
    return any_tensor([](const Tensor& t) { return t.dtype() == DType::bool_ || t.dtype() == DType::uint8; });
  }
  // The items with the tensors among them replaced, in order.
  std::vector<IndexItem> with(std::span<const Tensor> tensors) const {
    std::vector<IndexItem> all = items;
    size_t next = 0;
    for (IndexItem& item : all) {
      if (item.kind == IndexItem::Kind::Tensor) item.tensor = tensors[next++];
    }
    return all;
  }
};

Subscript subscript_from(EnvData& data, const Napi::Value& value, Work& work) {
  Subscript subscript;
  const Napi::Array array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); ++i) {
    subscript.items.push_back(item_from(data, array.Get(i)));
    if (subscript.items.back().kind == IndexItem::Kind::Tensor) work.add(subscript.items.back().tensor);
  }
  return subscript;
}

Napi::Value get_item(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    EnvData& data = EnvData::of(info.Env());
    Work work;
    work.name = "at";
    work.add(tensor_from(data, info[0], "at"));
    const Subscript subscript = subscript_from(data, info[1], work);
    work.cost = subscript.has_tensors() ? Cost::Product : Cost::None;
    work.waits_for_device = subscript.has_masks();
    work.body = [subscript](std::span<const Tensor> inputs, bool) {
      Results results;
      results.add(ops::get_item(inputs[0], subscript.with(inputs.subspan(1))));
      return results;
    };
    work.convert = [](EnvData& d, Results& results) { return wrap(d, results.tensors[0]); };
    return Napi::Value(info.Env(), perform(data, std::move(work), info[2].ToBoolean()));
  });
}

Napi::Value set_item(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    EnvData& data = EnvData::of(info.Env());
    Handle* self = handle_from(data, info[0], "setAt");
    const bool is_tensor = info[2].IsObject() && data.handles->find(info[2]);
    Work work;
    work.name = "setAt";
    work.add(tensor_in(self), true);
    work.add(is_tensor ? tensor_from(data, info[2], "setAt") : wrapped_number(to_scalar(info[2])));
    const Subscript subscript = subscript_from(data, info[1], work);
    work.cost = subscript.has_tensors() ? Cost::Product : Cost::Inputs;
    work.waits_for_device = subscript.has_masks();
    work.returned.push_back(self);
    work.body = [subscript](std::span<const Tensor> inputs, bool) {
      ops::set_item(inputs[0], subscript.with(inputs.subspan(2)), inputs[1]);
      return Results();
    };
    work.convert = [self](EnvData& d, Results&) {
      napi_value object;
      napi_get_reference_value(d.env, self->object, &object);
      return object;
    };
    return Napi::Value(info.Env(), perform(data, std::move(work), info[3].ToBoolean()));
  });
}

}  // namespace

void export_indexing(Napi::Env env, Napi::Object exports) {
  exports.Set("getItem", Napi::Function::New<&get_item>(env, "getItem"));
  exports.Set("setItem", Napi::Function::New<&set_item>(env, "setItem"));
}

}  // namespace vt::node
