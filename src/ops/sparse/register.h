#pragma once

namespace vt {

class Registry;
void register_sparse_structure(Registry& r);
void register_sparse_compressed(Registry& r);
void register_sparse_conversion(Registry& r);
void register_sparse_arithmetic(Registry& r);
void register_sparse_products(Registry& r);
void register_sparse_rows(Registry& r);

}  // namespace vt
