#include "ops/nn/attention_backward_launch.cuh"

template void vt::attention::launch_backward<256>(const BackwardCall& call);
