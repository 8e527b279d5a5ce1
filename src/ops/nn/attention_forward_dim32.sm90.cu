#include "ops/nn/attention_forward_launch.cuh"

template void vt::attention::launch_forward<32>(const ForwardCall& call);
