#include "ops/nn/attention_portable.cuh"

template <>
void vt::attention::tiles::launch_portable_forward<vt::bfloat16>(const PortableForward& call) {
  launch_portable_forward_of<bfloat16>(call);
}
