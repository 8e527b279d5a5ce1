// From C++ functions to boxed kernels: templates that unpack the arguments, run meta, make the outputs and call.
#pragma once

#include <tuple>
#include <utility>

#include "dispatch/op.h"

namespace vt::boxing {

// A tensor argument inside the tuple of stored arguments: refers to the caller's handle.
struct TensorRef {
  const Tensor* tensor;
  operator const Tensor&() const { return *tensor; }
};

// How a parameter is stored between unboxing and the kernel: tensors by reference, the rest by value.
template <class P>
struct StoredAs {
  using type = std::remove_cvref_t<P>;
  static type load(const Value& v) { return Unbox<type>::get(v); }
};
template <>
struct StoredAs<const Tensor&> {
  using type = TensorRef;
  static type load(const Value& v) { return {&Unbox<Tensor>::get(v)}; }
};
template <class... P>
using StoredArgs = std::tuple<typename StoredAs<P>::type...>;

template <class P>
inline constexpr bool kIsOutput = std::is_same_v<P, Tensor&>;

template <class R, class... A>
struct KernelTraits {
  static constexpr size_t kOutputs = (0 + ... + (kIsOutput<A> ? 1 : 0));
  static constexpr size_t kInputs = sizeof...(A) - kOutputs;
  template <size_t... I>
  static auto stored(std::index_sequence<I...>) -> StoredArgs<std::tuple_element_t<I, std::tuple<A...>>...>;
  using Stored = decltype(stored(std::make_index_sequence<kInputs>{}));
};

template <class R, class... A>
void run_meta(void* fn, void* stored, SpecList& out) {
  auto& args = *static_cast<StoredArgs<A...>*>(stored);
  auto specs = std::apply([&](auto&... a) { return reinterpret_cast<R (*)(A...)>(fn)(a...); }, args);
  if constexpr (std::is_same_v<R, TensorSpec>) {
    out.specs[0] = std::move(specs);
    out.count = 1;
  } else {
    for (auto& s : specs) out.specs[out.count++] = std::move(s);
  }
}

// The parts of a structured call that do not depend on types.
class VT_API Outputs {
 public:
  // Checks devices, then allocates (functional), takes self (in-place) or resizes the given tensors (out=).
  Outputs(Call& call, const SpecList& specs);
  // Copies temporaries into their destinations and hands over the results.
  void finish(Call& call);
  Tensor& operator[](size_t i) { return written_[i]; }

 private:
  Tensor written_[Results::kMax];      // what the kernel writes
  Tensor destination_[Results::kMax];  // where it must end up, if elsewhere
  int count_;
};

// All tensors on one device, or a RuntimeError that names two that are not.
VT_API void check_same_device(const Call& call);
// Device of the call for the guard: the first tensor's on the backend that runs it.
VT_API Device device_of(const Call& call);

// A call's arguments as kernels take them, from the first N parameters of type P.
template <class... P, size_t... I>
auto load_args(const Call& call, std::index_sequence<I...>) {
  return StoredArgs<std::tuple_element_t<I, std::tuple<P...>>...>{
      StoredAs<std::tuple_element_t<I, std::tuple<P...>>>::load(call.args[I])...};
}

// What comes before a structured kernel and, for a backend without memory, is all of it: checks and shapes.
VT_API SpecList infer(const Call& call, void* stored);

template <class R, class... A>
void shape_call(Call& call) {
  auto stored = load_args<A...>(call, std::index_sequence_for<A...>{});
  Outputs outputs(call, infer(call, &stored));
  outputs.finish(call);
}

template <class R, class... A>
void structured_call(Call& call) {
  using Traits = KernelTraits<R, A...>;
  auto stored = load_args<A...>(call, std::make_index_sequence<Traits::kInputs>{});
  const SpecList specs = infer(call, &stored);
  VT_ASSERT(specs.count == static_cast<int>(Traits::kOutputs));
  const DeviceGuard guard(specs.specs[0].device);
  Outputs outputs(call, specs);
  auto* fn = reinterpret_cast<R (*)(A...)>(call.op.functional().parts.implementation[static_cast<int>(call.key)]);
  auto run = [&]<size_t... I, size_t... O>(std::index_sequence<I...>, std::index_sequence<O...>) {
    fn(std::get<I>(stored)..., outputs[O]...);
  };
  run(std::make_index_sequence<Traits::kInputs>{}, std::make_index_sequence<Traits::kOutputs>{});
  outputs.finish(call);
}

inline void give(Results& r, Tensor t) { r.add(std::move(t)); }
inline void give(Results& r, std::vector<Tensor> list) {
  r.list = std::move(list);
  r.is_list = true;
}
template <class... T>
void give(Results& r, std::tuple<T...> t) {
  std::apply([&](auto&... x) { (r.add(std::move(x)), ...); }, t);
}
template <size_t N>
void give(Results& r, std::array<Tensor, N> t) {
  for (Tensor& x : t) r.add(std::move(x));
}
inline void give(Results& r, bool b) { r.number = box(b); }
inline void give(Results& r, int64_t i) { r.number = box(i); }
inline void give(Results& r, double d) { r.number = box(d); }
inline void give(Results& r, const Scalar& s) {
  r.scalar = s;
  r.number = box(r.scalar);
}

// The ops that derived forms are made with. They live in ops, above this layer, which sets them when it registers.
struct CopyOps {
  Tensor (*copy_)(const Tensor& self, const Tensor& src, bool non_blocking) = nullptr;
  Tensor (*clone)(const Tensor& self, std::optional<MemoryFormat> format) = nullptr;
};
VT_API extern CopyOps copy_ops;

// In-place and out= forms of a whole function: compute, then copy into the destination.
VT_API void finish_derived(Call& call);

template <class R, class... A>
void whole_call(Call& call) {
  const Op& op = call.op.functional();
  if (!op.parts.any_device && !op.parts.composite) check_same_device(call);
  const DeviceGuard guard(device_of(call));
  auto* fn = reinterpret_cast<R (*)(A...)>(op.parts.implementation[static_cast<int>(call.key)]);
  auto run = [&]<size_t... I>(std::index_sequence<I...>) -> R {
    using Params = std::tuple<A...>;
    return fn(static_cast<typename StoredAs<std::tuple_element_t<I, Params>>::type>(
        StoredAs<std::tuple_element_t<I, Params>>::load(call.args[I]))...);
  };
  if constexpr (std::is_void_v<R>) {
    run(std::index_sequence_for<A...>{});
  } else {
    give(call.results, run(std::index_sequence_for<A...>{}));
  }
  if (VT_UNLIKELY(call.op.kind() != OpKind::Functional)) finish_derived(call);
}

}  // namespace vt::boxing
