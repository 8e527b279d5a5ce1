// From JavaScript's arguments to the values of a call, by the op's schema.
#pragma once

#include <node_api.h>

#include <forward_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bindings/node/env_data.h"
#include "core/generator.h"
#include "dispatch/dispatch.h"

namespace vt::node {

// A value whose handle has been looked up; null for what is no tensor.
struct KnownHandle {
  napi_value value = nullptr;
  Handle* handle = nullptr;
};

// The values of one call, with everything that they refer to. Knows no JavaScript value once it is bound, so that it
// can travel to another thread; the handles of tensors are for the JavaScript thread alone.
class Arguments {
 public:
  explicit Arguments(EnvData& data, KnownHandle known = {}) : data_(&data), known_(known) {}
  Arguments(const Arguments&) = delete;

  // Binds positional and named (may be null) arguments. False if they do not fit the overload, with the reason in
  // `complaint` if there is one.
  bool bind(const Candidate& candidate, std::span<const napi_value> positional, napi_value named,
            std::string* complaint);

  Value* values() { return values_; }
  const Op& op() const { return *op_; }
  // The object that the caller passed for this tensor, or null: an in-place op returns its argument.
  napi_value object_of(const Tensor& tensor) const;
  // The handles of tensors that the call writes to, which are its results where it returns them.
  std::vector<Handle*> written_handles() const;

  // All tensors, undefined ones left out, in order, and whether the call writes to each.
  template <class F>
  void for_each_input(const F& f) const {
    const auto& args = op_->schema().args();
    for (size_t i = 0; i < args.size(); ++i) {
      if (values_[i].tag == Tag::Tensor) f(values_[i].as_tensor(), args[i].written);
      if (values_[i].tag != Tag::TensorList) continue;
      for (const Tensor& t : values_[i].as_tensor_list()) {
        if (t.defined()) f(t, args[i].written);
      }
    }
  }
  // Other tensors in their places, in the same order.
  void rebind(std::span<const Tensor> inputs);
  // Another device, and no generator, in a copy of the values: what a call on the meta backend is asked with.
  void make_meta(Value* values) const;

 private:
  bool fit(size_t i, const Arg& arg, bool accepts_number, napi_value value);
  bool fit_list(size_t i, const Arg& arg, napi_value value);
  bool fit_tensor_list(size_t i, const Arg& arg, napi_value array, uint32_t length);
  bool refuse(const char* expected) {
    expected_ = expected;
    return false;
  }
  std::string unknown_option(napi_value named) const;

  EnvData* data_;
  KnownHandle known_;
  const Op* op_ = nullptr;
  const char* expected_ = "";
  Value values_[kMaxArgs];
  Tensor tensors_[kMaxArgs];
  Handle* handles_[kMaxArgs] = {};
  std::forward_list<std::vector<Tensor>> tensor_lists_;
  std::forward_list<DimVec> ints_;
  std::forward_list<std::vector<double>> doubles_;
  std::forward_list<std::unique_ptr<bool[]>> bools_;
  std::forward_list<std::string> strings_;
  std::forward_list<Scalar> scalars_;
  std::forward_list<intrusive_ptr<Generator>> generators_;
};

// Whether the value, no tensor, holds named arguments: a plain object, no list, typed array or {re, im}.
bool is_named_arguments(EnvData& data, napi_value value);

}  // namespace vt::node
