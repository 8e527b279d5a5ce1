#pragma once

namespace vt {

class Registry;
void register_index(Registry& r);
void register_index_dim(Registry& r);
void register_gather(Registry& r);
void register_scatter(Registry& r);
void register_masked(Registry& r);
void register_take(Registry& r);
void register_embedding(Registry& r);
void register_embedding_bag(Registry& r);
void register_quantile(Registry& r);
void register_search(Registry& r);
void register_histogram(Registry& r);
void register_histogramdd(Registry& r);
void register_segment(Registry& r);

}  // namespace vt
