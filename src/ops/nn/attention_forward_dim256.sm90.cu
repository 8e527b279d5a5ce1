#include "ops/nn/attention_forward_launch.cuh"

template void vt::attention::launch_forward<256>(const ForwardCall& call);
