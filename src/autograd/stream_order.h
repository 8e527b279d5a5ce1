// Which stream each node of a backward pass runs on, and the waits between them.
//
// Note [Streams in backward]
// A node runs on the stream that its forward call ran on; a sink (gradient accumulation, a captured input) on the
// stream that the caller of backward is on, so that `.grad` is there for the caller's next kernel. A gradient that goes
// to a node on another stream is waited for there by an event, and its memory is kept until that stream is done with
// it. At the end the caller's streams wait for every stream that was used.
#pragma once

#include <vector>

#include "autograd/node.h"
#include "cuda/stream.h"

namespace vt::autograd {

class StreamOrder {
 public:
  // The stream on which `node` takes gradients of `device`, a CUDA device.
  cuda::Stream of(const Node& node, Device device);
  // Makes `gradient`, computed on the current stream of its device, usable by `node`.
  void hand_over(const Tensor& gradient, const Node& node);
  // Notes that work will be given to `stream`; called before it is made current.
  void use(cuda::Stream stream);
  // Makes the caller's streams wait for what was given to others; `results` are what the caller gets.
  void join(const Grads& results);

 private:
  // The calling thread's stream of the device when the backward pass first met it.
  cuda::Stream callers(int device);

  std::vector<cuda::Stream> callers_;
  std::vector<cuda::Stream> others_;  // used, and not the caller's
};

}  // namespace vt::autograd
