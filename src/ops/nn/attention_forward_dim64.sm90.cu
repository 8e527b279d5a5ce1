#include "ops/nn/attention_forward_launch.cuh"

template void vt::attention::launch_forward<64>(const ForwardCall& call);
