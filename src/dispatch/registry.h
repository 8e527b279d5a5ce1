// clang-format off
// Declaring ops. One plain function per family fills the registry from a list in ops/register_all.cpp.
//
//   r.def("softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
//       .meta(softmax_meta)      // TensorSpec softmax_meta(const Tensor& self, int64_t& dim, std::optional<DType>& dtype)
//       .cpu(softmax_cpu)        // void softmax_cpu(const Tensor& self, int64_t dim, std::optional<DType>, Tensor& out)
//       .backward(keep::result, softmax_backward);   // void softmax_backward(GradContext& ctx)
//   r.at("softmax").cuda(softmax_cuda);              // in softmax.cu, same type as the CPU kernel
//
// meta runs before any allocation, validates, may change its arguments (wrap a dim, fill in a default) and returns one
// TensorSpec or std::array<TensorSpec, N>. Kernels then get the normalised arguments and the outputs to write. Kernel
// parameter types: const Tensor& (undefined for None), TensorSpan, Scalar, int64_t, double, bool, std::string_view,
// IntSpan or const DimVec& (DimVec if meta changes it), DType, Device, MemoryFormat, Generator*, std::optional of those.
//
// The meta backend runs meta and stops there. What an op shares with others below dispatch it calls through a
// BackendTable; a kernel does not ask which device it is on. An op that has to read values to know what it returns says
// .value_dependent().
//
// .backward maps gradients of the results to gradients of the arguments. .jvp beside it maps tangents of the arguments to
// tangents of the results: bool softmax_jvp(JvpContext& ctx). An op without one gets them from the derivative of its
// derivative (autograd/jvp.h), so it is worth declaring where that is slow or does not exist. A row's is its derivative.
//
// Without meta, .cpu/.cuda/.all take whole functions that return their results (Tensor, std::tuple<Tensor...>,
// std::vector<Tensor>, bool, int64_t, double, Scalar, void); .composite takes one that calls other ops and needs no
// derivative; .view marks results that alias self.
// clang-format on
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "dispatch/boxing.h"
#include "dispatch/dispatch.h"

namespace vt {

class VT_API OpBuilder {
 public:
  explicit OpBuilder(Op& op) : op_(&op) {}

  template <class R, class... A>
  OpBuilder& meta(R (*fn)(A...)) {
    op_->parts.meta = reinterpret_cast<void*>(fn);
    op_->parts.run_meta = &boxing::run_meta<R, A...>;
    op_->parts.shape_kernel = &boxing::shape_call<R, A...>;
    op_->parts.want_out = true;
    return agree(op_->parts.stored_type, typeid(boxing::StoredArgs<A...>));
  }
  template <class R, class... A>
  OpBuilder& cpu(R (*fn)(A...)) {
    return on(Key::CPU, fn);
  }
  template <class R, class... A>
  OpBuilder& cuda(R (*fn)(A...)) {
    return on(Key::CUDA, fn);
  }
  // One whole function for every backend: what touches memory in it is a BackendTable or another op.
  template <class R, class... A>
  OpBuilder& all(R (*fn)(A...)) {
    for (int backend = 0; backend < kNumBackends; ++backend) on(static_cast<Key>(backend), fn);
    return *this;
  }
  template <class R, class... A>
  OpBuilder& composite(R (*fn)(A...)) {
    op_->parts.composite = true;
    return all(fn);
  }
  // The kernel of one backend.
  template <class R, class... A>
  OpBuilder& on(Key backend, R (*fn)(A...)) {
    using Traits = boxing::KernelTraits<R, A...>;
    const int k = static_cast<int>(backend);
    op_->parts.implementation[k] = reinterpret_cast<void*>(fn);
    const bool structured = op_->parts.meta != nullptr;
    if constexpr (Traits::kOutputs > 0) {
      VT_ASSERT(structured, op_->name(), ": kernels that write outputs need .meta first");
      op_->parts.kernel[k] = &boxing::structured_call<R, A...>;
      agree(op_->parts.stored_type, typeid(typename Traits::Stored));
    } else {
      op_->parts.kernel[k] = &boxing::whole_call<R, A...>;
    }
    return agree(op_->parts.implementation_type, typeid(R(A...)));
  }
  // A kernel for every backend that reads the boxed call itself (pointwise rows); data() is op.parts.data.
  OpBuilder& boxed(Kernel kernel);
  OpBuilder& data(const void* d);
  // What it returns, or of which shape, depends on values that have to be read: a backend without memory cannot run it.
  OpBuilder& value_dependent();

  OpBuilder& backward(Keep keep, Derivative fn);
  // The derivative takes a 16-bit gradient of this float32 result as it is: Note [Narrow gradients] in
  // autograd/engine.h.
  OpBuilder& narrow_gradient(int result = 0);
  // Only of an op with a derivative.
  OpBuilder& jvp(Jvp fn);
  OpBuilder& not_differentiable();
  OpBuilder& view();
  OpBuilder& any_device();
  OpBuilder& random();
  OpBuilder& autocast(AutocastPolicy on_every_device);
  OpBuilder& autocast(AutocastPolicies by_device);
  // Also make `name_`. `direct`: the kernel may write its output over self while reading it.
  OpBuilder& inplace(bool direct = false);
  // Make (or do not make) the out= form; on by default with meta.
  OpBuilder& out(bool wanted = true);
  // A mask of Surface. Unless said, kFunction | kMethod; kMethod only where the first argument is `Tensor self`.
  OpBuilder& surface(uint8_t where);
  // Of the in-place form. Unless said, a method where the op is one, and a function too if self is its only tensor.
  OpBuilder& inplace_surface(uint8_t where);
  OpBuilder& function_only() { return surface(kFunction); }
  OpBuilder& method_only() { return surface(kMethod); }
  OpBuilder& internal() { return surface(kInternal); }
  OpBuilder& doc(const char* text);

 private:
  OpBuilder& agree(const std::type_info*& slot, const std::type_info& type);
  Op* op_;
};

class VT_API Registry {
 public:
  static Registry& get();

  // Declares an op; the schema's full name must be new.
  OpBuilder def(std::string_view schema);
  OpBuilder at(std::string_view full_name);

  // What follows may be called from any thread at any time.
  const Op* find(std::string_view full_name) const;
  // All overloads under a bare name ("sum", "add_"), in order of declaration; empty if there is none.
  std::vector<const Op*> overloads(std::string_view name) const;
  std::vector<const Op*> ops() const;

  // The kernel that a key runs for ops that have none of their own: autograd's, autocast's.
  void set_fallback(Key key, Kernel kernel);
  // What a backend runs of every op, whatever the op declares for it; null leaves it at that.
  using ChooseKernel = Kernel (*)(const Op& op);
  void set_backend_kernels(Key backend, ChooseKernel choose);
  // Makes the derived forms, checks every declaration and publishes the tables. Called once, after all registration.
  void finalize();

  // After finalize: declares one op more, with its derived forms. `declare` attaches its parts; if it throws or the
  // declaration is wrong, nothing has changed. One at a time; calls of other ops go on meanwhile.
  const Op& add_late(std::string_view schema, const std::function<void(OpBuilder&)>& declare);
  // `listener` hears of every op that comes in late, its derived forms included, on the thread that added it.
  void on_late_op(std::function<void(const Op&)> listener);

 private:
  Op& add(std::unique_ptr<Op> op);
  std::vector<std::unique_ptr<Op>> derived_forms(const Op& op) const;
  void build_table(Op& op) const;
  mutable std::shared_mutex mutex_;  // of the three below
  std::vector<std::unique_ptr<Op>> ops_;
  std::map<std::string, Op*, std::less<>> by_name_;
  std::map<std::string, std::vector<const Op*>, std::less<>> overloads_;
  Kernel fallback_[kNumKeys] = {};
  ChooseKernel choose_[kNumBackends] = {};
  std::mutex late_mutex_;  // one late op at a time
  std::vector<std::function<void(const Op&)>> listeners_;
};

}  // namespace vt
