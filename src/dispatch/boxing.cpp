#include "dispatch/boxing.h"

#include "iter/given_output.h"
#include "iter/overlap.h"

namespace vt::boxing {

constinit CopyOps copy_ops;

namespace {

bool may_alias(const Call& call, const Tensor& out) {
  bool shared = false;
  for_each_tensor(call.inputs(), [&](int, const Tensor& t) { shared |= t.storage() == out.storage(); });
  return shared;
}

}  // namespace

Device device_of(const Call& call) {
  Device d{device_type_of(backend_of(call.keys)), -1};
  if (!is_numbered(d.type)) return d;
  for_each_tensor(call.arguments(), [&](int, const Tensor& t) {
    if (d.index < 0 && t.device().type == d.type) d = t.device();
  });
  return d;
}

void check_same_device(const Call& call) {
  const KeySet backends = call.keys & kBackendKeys;
  if (backends == backends.highest() && !is_numbered(device_type_of(backends.highest()))) return;
  const Tensor* first = nullptr;
  for_each_tensor(call.arguments(), [&](int, const Tensor& t) {
    if (!first) first = &t;
    VT_CHECK(t.device() == first->device(), Runtime,
             "Expected all tensors to be on the same device, but found at least two devices, ", first->device(),
             " and ", t.device());
  });
}

SpecList infer(const Call& call, void* stored) {
  const Op::Parts& parts = call.op.functional().parts;
  if (!parts.any_device) check_same_device(call);
  SpecList specs;
  parts.run_meta(parts.meta, stored, specs);
  return specs;
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
        check_keeps_shape(self, s.sizes);
        check_given_output(self, s.dtype, s.device);
        destination_[i] = self;
        const bool direct =
            call.op.functional().parts.inplace_direct && self.dtype() == s.dtype && self.is_contiguous();
        written_[i] = direct ? self : fresh();
        break;
      }
      case OpKind::Out: {
        const Tensor& out = call.args[call.op.input_count() + i].as_tensor();
        check_given_output(out, s.dtype, s.device);
        check_no_internal_overlap(*out.impl());
        const bool is_read = may_alias(call, out);
        if (!is_read) resize_output(out, s.sizes);  // what the kernel reads keeps its shape and memory until then
        destination_[i] = out;
        const bool direct = out.dtype() == s.dtype && out.is_contiguous() && s.strides.empty() && !is_read;
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
      resize_output(destination_[i], written_[i].sizes());
      copy_ops.copy_(destination_[i], written_[i], false);
    } else {
      destination_[i].impl()->bump_version();
    }
    call.results.add(std::move(destination_[i]));
  }
}

void finish_derived(Call& call) {
  Results& r = call.results;
  VT_ASSERT(!r.is_list && r.number.is_none(), call.op.name(), ": only tensors have in-place and out= forms");
  const bool inplace = call.op.kind() == OpKind::Inplace;
  for (int i = 0; i < r.count; ++i) {
    const Tensor& destination = call.args[inplace ? 0 : call.op.input_count() + i].as_tensor();
    check_given_output(destination, r.tensors[i].dtype(), r.tensors[i].device());
    if (inplace) {
      check_keeps_shape(destination, r.tensors[i].sizes());
    } else {
      check_no_internal_overlap(*destination.impl());
      resize_output(destination, r.tensors[i].sizes());
    }
    copy_ops.copy_(destination, r.tensors[i], false);
    r.tensors[i] = destination;
  }
}

}  // namespace vt::boxing
