#pragma once

namespace vt {

class Registry;
void register_view(Registry& r);
void register_reshape(Registry& r);
void register_permute(Registry& r);
void register_expand(Registry& r);
void register_slicing(Registry& r);
void register_splitting(Registry& r);
void register_diagonal(Registry& r);
void register_strided(Registry& r);
void register_complex_views(Registry& r);
void register_flip(Registry& r);
void register_view_copies(Registry& r);

}  // namespace vt
