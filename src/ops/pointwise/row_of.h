#pragma once

namespace vt {
class Op;
}

namespace vt::pointwise {

struct Row;

// The row that an op is made of, whose columns are its policy; null for other ops.
const Row* row_of(const Op& op);

}  // namespace vt::pointwise
