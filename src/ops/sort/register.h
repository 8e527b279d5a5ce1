#pragma once

namespace vt {

class Registry;
void register_sort(Registry& r);
void register_topk(Registry& r);
void register_rank(Registry& r);
void register_mode(Registry& r);
void register_unique(Registry& r);

}  // namespace vt
