// Where an op is public; a column of its declaration, which every frontend, stub and document reads.
#pragma once

#include <cstdint>

namespace vt {

enum Surface : uint8_t {
  kInternal = 0,    // nowhere: a part of other ops
  kFunction = 1,    // torch.name
  kMethod = 2,      // Tensor.name
  kFunctional = 4,  // torch.nn.functional.name
  kLinalg = 8,      // torch.linalg.name, of the op linalg_name
  kSpecial = 16,    // torch.special.name, of the op special_name
  kNode = 32,       // Node alone: in Python it goes by another name, or is a keyword of another function
  kUnsaid = 128,    // by the arguments, see OpBuilder::surface
};
inline constexpr uint8_t kEverywhere = kFunction | kMethod | kFunctional;

}  // namespace vt
