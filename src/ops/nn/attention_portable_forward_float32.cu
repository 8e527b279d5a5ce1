#include "ops/nn/attention_portable.cuh"

template <>
void vt::attention::tiles::launch_portable_forward<float>(const PortableForward& call) {
  launch_portable_forward_of<float>(call);
}
