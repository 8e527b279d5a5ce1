// The public face of autograd: what bindings and embedders call.
#pragma once

#include "autograd/engine.h"
#include "autograd/meta.h"
#include "autograd/record.h"
#include "autograd/saved_tensor.h"

namespace vt::autograd {

// torch.autograd.backward / grad. `gradients` may be empty or have undefined entries: ones for scalar outputs,
// otherwise RuntimeError. With `inputs`, returns their gradients unless `accumulate`. An unreachable input raises
// unless allow_unused.
VT_API Grads backward(const std::vector<Tensor>& outputs, const Grads& gradients, bool retain_graph, bool create_graph,
                      const std::vector<Tensor>& inputs, bool allow_unused, bool accumulate);

// Tensor.requires_grad = value: only leaves may stop, only floating-point and complex tensors may start.
VT_API void set_requires_grad(const Tensor& t, bool value);
// Tensor.grad
VT_API Tensor grad(const Tensor& t);
VT_API void set_grad(const Tensor& t, const Tensor& g);  // checks shape, dtype, device
VT_API void retain_grad(const Tensor& t);
// Tensor.detach: same memory and version, no history. detach_(): the same on the tensor itself.
VT_API Tensor detach(const Tensor& t);
VT_API void detach_inplace(const Tensor& t);
// Tensor.data = other: other's memory and geometry under this tensor's identity.
VT_API void set_data(const Tensor& t, const Tensor& other);

// Tensor.register_hook; the hook says itself when it is removed.
VT_API void add_tensor_hook(const Tensor& t, intrusive_ptr<TensorHook> hook);

}  // namespace vt::autograd

namespace vt {
// Registers every op and autograd's kernels, once per process; every frontend calls it first.
VT_API void initialize();
}  // namespace vt
