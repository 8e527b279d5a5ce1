// An op: its schema, what it is made of, and the table of kernels that calls go through.
#pragma once

#include <atomic>
#include <memory>
#include <typeinfo>

#include "core/key_set.h"
#include "dispatch/autocast_policy.h"
#include "dispatch/derivative.h"
#include "dispatch/schema.h"
#include "dispatch/surface.h"

namespace vt {

class Op;

// Everything a kernel needs of one call. `args` follow the schema, defaults filled in.
struct Call {
  const Op& op;
  Value* args;
  Results& results;
  KeySet keys;         // of the tensors and the device asked for
  Key key = Key::CPU;  // that the running kernel was found by

  std::span<const Value> arguments() const;
  std::span<const Value> inputs() const;  // without the out tensors
};
using Kernel = void (*)(Call&);

// Functional ops are declared; the in-place and out= forms of one are made from it.
enum class OpKind : uint8_t { Functional, Inplace, Out };

// One output that meta describes; strides empty means contiguous.
struct TensorSpec {
  DimVec sizes;
  DType dtype = DType::float32;
  Device device;
  DimVec strides;
};
struct SpecList {
  TensorSpec specs[Results::kMax];
  int count = 0;
};

struct KernelTable {
  Kernel kernels[kNumKeys] = {};
  KeySet skip;  // keys without a kernel of their own: the call falls through to the next one
};

class VT_API Op {
 public:
  Op(std::string_view schema_text, OpKind kind, const Op* functional);

  const Schema& schema() const { return schema_; }
  const std::string& name() const { return schema_.full_name(); }
  OpKind kind() const { return kind_; }
  // The op this one is a form of; itself if functional.
  const Op& functional() const { return functional_ ? *functional_ : *this; }
  int arg_count() const { return static_cast<int>(schema_.args().size()); }
  // Arguments without the out tensors.
  // The position of the Device argument, -1 if there is none; and whether the op makes tensors out of none, on that
  // device or else on the thread's default device.
  int device_argument() const { return device_argument_; }
  bool is_factory() const { return is_factory_; }
  int input_count() const { return arg_count() - (kind_ == OpKind::Out ? static_cast<int>(schema_.rets().size()) : 0); }

  const KernelTable& table() const { return *table_.load(std::memory_order_acquire); }
  void publish(std::unique_ptr<const KernelTable> table);

  // What the op is made of, set while registering. Erased function pointers with the type that they must agree on.
  struct Parts {
    void* meta = nullptr;
    void (*run_meta)(void* meta, void* stored_args, SpecList& out) = nullptr;
    const std::type_info* stored_type = nullptr;
    void* implementation[kNumBackends] = {};
    Kernel kernel[kNumBackends] = {};
    Kernel shape_kernel = nullptr;  // makes the results without running an implementation: a backend without memory
    const std::type_info* implementation_type = nullptr;
    const void* data = nullptr;  // of boxed kernels (a pointwise row)
    Derivative derivative = nullptr;
    Keep keep;
    uint8_t narrow_gradients = 0;  // by bit, the float32 results of which the derivative takes 16-bit gradients
    Jvp jvp = nullptr;
    AutocastPolicies autocast;
    uint8_t surface = kFunction | kMethod;
    uint8_t inplace_surface = kUnsaid;
    bool composite = false;
    bool view = false;                // results alias self
    bool not_differentiable = false;  // results never require grad (comparisons, argmax)
    bool any_device = false;          // operands may be on different devices
    bool want_inplace = false;
    bool want_out = false;
    bool inplace_direct = false;   // the kernel may read self and write it at once
    bool random = false;           // draws from a generator
    bool value_dependent = false;  // results, or their shapes, depend on values that have to be read
    const char* doc = "";
  };
  Parts parts;

 private:
  Schema schema_;
  OpKind kind_;
  const Op* functional_;
  int device_argument_ = -1;
  bool is_factory_ = false;
  std::atomic<const KernelTable*> table_;
  std::vector<std::unique_ptr<const KernelTable>> published_;  // old snapshots live on: a call may be reading one
};

inline std::span<const Value> Call::arguments() const { return {args, static_cast<size_t>(op.arg_count())}; }
inline std::span<const Value> Call::inputs() const { return {args, static_cast<size_t>(op.input_count())}; }

}  // namespace vt
