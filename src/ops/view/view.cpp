#include "ops/view/register.h"

namespace vt {

void register_view(Registry& r) {
  register_reshape(r);
  register_permute(r);
  register_expand(r);
  register_slicing(r);
  register_splitting(r);
  register_diagonal(r);
  register_strided(r);
  register_complex_views(r);
  register_flip(r);
  register_view_copies(r);
}

}  // namespace vt
