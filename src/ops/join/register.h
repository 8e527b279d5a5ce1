#pragma once

namespace vt {

class Registry;
void register_join(Registry& r);
void register_pad(Registry& r);
void register_block_matrices(Registry& r);
void register_sequences(Registry& r);

}  // namespace vt
