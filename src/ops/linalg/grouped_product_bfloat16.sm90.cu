#include "ops/linalg/grouped_product_launch.cuh"

template <>
void vt::linalg::grouped::launch_groups<vt::bfloat16>(const GroupedCall& call) {
  launch_groups_of<bfloat16>(call);
}
