// Levels of grad, as torch.func nests them: Note [Transforms] in core/transform.h.
//
// All levels are recorded in one graph. An input of a level is a tensor of its own, made by a LevelInput node that
// leads on to the tensor it stands for where that is recorded for the levels outside. So a gradient that is taken out
// at the node is that of this level alone, whatever else the function refers to. What leaves a level stays recorded
// only if it depends on something outside; where nothing does, no graph of the gradient is built in the first place.
#pragma once

#include "autograd/engine.h"

namespace vt::autograd {

// Tensors that stand for `tensors` in the level of grad with that id, which has been entered. They require grad.
VT_API std::vector<Tensor> level_inputs(const std::vector<Tensor>& tensors, uint64_t id);

// Gradients of `inputs`, which level_inputs made; undefined where an output does not depend on one. `gradients` as of
// autograd::backward. The graph of the outputs stays, so this may be called again, also when the level was left.
// `reaches_below`: calls recorded for the level depend on what is recorded below it (TransformLevel).
VT_API Grads level_gradients(const std::vector<Tensor>& outputs, const Grads& gradients,
                             const std::vector<Tensor>& inputs, uint64_t id, bool reaches_below);

// The tensors as seen outside: without history, unless they depend on something that is recorded there and `recording`,
// as the grad mode was outside.
VT_API std::vector<Tensor> leave_level(const std::vector<Tensor>& tensors, uint64_t id, bool recording);

}  // namespace vt::autograd
