#include "ops/linalg/grouped_product_launch.cuh"

template <>
void vt::linalg::grouped::launch_groups<vt::float16>(const GroupedCall& call) {
  launch_groups_of<float16>(call);
}
