#include "dispatch/boxing.h"

#include "dispatch/dispatch.h"
#include "iter/overlap.h"

namespace vt::boxing {
namespace {

template <class F>
void for_each_tensor(const Call& call, F f) {
  for (int i = 0; i < call.op.arg_count(); ++i) {
    const Value& v = call.args[i];
    if (v.tag == Tag::Tensor) {
      f(v.as_tensor());
    } else if (v.tag == Tag::TensorList) {
      for (const Tensor& t : v.as_tensor_list()) {
        if (t.defined()) f(t);
      }
    }
  }
}

void copy_into(const Tensor& destination, const Tensor& source) {
  static const Op& op = find_op("copy_");
  call<Tensor>(op, destination, source, false);
}

void resize_out(const Tensor& out, IntSpan sizes) {
  static const Op& op = find_op("resize_");
  call<Tensor>(op, out, sizes);
}

bool may_alias(const Call& call, const Tensor& out) {
  bool shared = false;
  const int inputs = call.op.input_count();
  for (int i = 0; i < inputs; ++i) {
    const Value& v = call.args[i];
    if (v.tag == Tag::Tensor) shared |= v.as_tensor().storage() == out.storage();
    if (v.tag == Tag::TensorList) {
      for (const Tensor& t : v.as_tensor_list()) shared |= t.defined() && t.storage() == out.storage();
    }
  }
  return shared;
}

void check_result(const Tensor& destination, DType dtype, Device device, bool exact) {
  VT_CHECK(device == destination.device(), Runtime, "expected out tensor on ", device, ", got ", destination.device());
  VT_CHECK(exact ? dtype == destination.dtype() : can_cast(dtype, destination.dtype()), Runtime, "result type ", dtype,
           " can't be cast to the desired output type ", destination.dtype());
  check_writable(destination);
}

}  // namespace

Device device_of(const Call& call) {
  Device d = kCPU;
  if (!call.keys.has(Key::CUDA)) return d;
  for_each_tensor(call, [&](const Tensor& t) {
    if (t.is_cuda() && !d.is_cuda()) d = t.device();
  });
  return d;
}

void check_same_device(const Call& call) {
  if (!call.keys.has(Key::CUDA)) return;
  const Tensor* first = nullptr;
  for_each_tensor(call, [&](const Tensor& t) {
    if (!first) first = &t;
    VT_CHECK(t.device() == first->device(), Runtime,
             "Expected all tensors to be on the same device, but found at least two devices, ", first->device(),
             " and ", t.device());
  });
}

Outputs::Outputs(Call& call, const SpecList& specs) : count_(specs.count) {
  for (int i = 0; i < count_; ++i) {
    const TensorSpec& s = specs.specs[i];
    auto fresh = [&] {
      return s.strides.empty() ? empty(s.sizes, s.dtype, s.device)
                               : empty_strided(s.sizes, s.strides, s.dtype, s.device);
    };
    switch (call.op.kind()) {
      case OpKind::Functional: written_[i] = fresh(); break;
      case OpKind::Inplace: {
        const Tensor& self = call.args[0].as_tensor();
        VT_CHECK(same(s.sizes, self.sizes()), Runtime, "output with shape ", self.sizes(),
                 " doesn't match the broadcast shape ", s.sizes);
        check_result(self, s.dtype, s.device, false);
        destination_[i] = self;
        const bool direct =
            call.op.functional().parts.inplace_direct && self.dtype() == s.dtype && self.is_contiguous();
        written_[i] = direct ? self : fresh();
        break;
      }
      case OpKind::Out: {
        const Tensor& out = call.args[call.op.input_count() + i].as_tensor();
        check_result(out, s.dtype, s.device, false);
        check_no_internal_overlap(*out.impl());
        if (!same(out.sizes(), s.sizes)) resize_out(out, s.sizes);
        destination_[i] = out;
        const bool direct = out.dtype() == s.dtype && out.is_contiguous() && s.strides.empty() && !may_alias(call, out);
        written_[i] = direct ? out : fresh();
      }
    }
  }
}

void Outputs::finish(Call& call) {
  for (int i = 0; i < count_; ++i) {
    if (!destination_[i].defined()) {
      call.results.add(std::move(written_[i]));
      continue;
    }
    if (!written_[i].is_same(destination_[i])) {
      copy_into(destination_[i], written_[i]);
    } else {
      destination_[i].impl()->bump_version();
    }
    call.results.add(std::move(destination_[i]));
  }
}

void finish_derived(Call& call) {
  Results& r = call.results;
  VT_ASSERT(!r.is_list && r.number.is_none(), call.op.name(), ": only tensors have in-place and out= forms");
  for (int i = 0; i < r.count; ++i) {
    const bool inplace = call.op.kind() == OpKind::Inplace;
    const Tensor& destination = call.args[inplace ? 0 : call.op.input_count() + i].as_tensor();
    check_result(destination, r.tensors[i].dtype(), r.tensors[i].device(), false);
    if (!inplace) check_no_internal_overlap(*destination.impl());
    if (!same(destination.sizes(), r.tensors[i].sizes())) {
      VT_CHECK(!inplace, Runtime, "output with shape ", destination.sizes(), " doesn't match the broadcast shape ",
               r.tensors[i].sizes());
      resize_out(destination, r.tensors[i].sizes());
    }
    copy_into(destination, r.tensors[i]);
    r.tensors[i] = destination;
  }
}

}  // namespace vt::boxing
