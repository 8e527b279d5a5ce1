#include "ops/nn/attention_portable.cuh"

template <>
void vt::attention::tiles::launch_portable_backward<vt::bfloat16>(const PortableBackward& call) {
  launch_portable_backward_of<bfloat16>(call);
}
