// What every frontend reads of the registry in the same way: where an op is public, and how overloads are tried.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dispatch/op.h"

namespace vt {

// torch.fft.name, of the op fft_name: the place of one family of ops, which includes this header.
inline constexpr auto kFft = static_cast<Surface>(64);

// A place of Surface under PyTorch's name for it. Ops are there without the prefix: torch.linalg has linalg_norm as
// norm.
struct Place {
  Surface surface;
  std::string_view name;
  std::string_view prefix;
};
inline constexpr Place kPlaces[] = {
    {kFunction, "torch", ""},
    {kMethod, "Tensor", ""},
    {kFunctional, "torch.nn.functional", ""},
    {kLinalg, "torch.linalg", "linalg_"},
    {kSpecial, "torch.special", "special_"},
    {kFft, "torch.fft", "fft_"},
    {kNode, "node", ""},
};

// An overload of a name, and by bit the Tensor arguments for which a number may stand.
struct Candidate {
  const Op* op;
  uint32_t numbers;
};

// The overloads of a bare name that are public in any of these places (a mask of Surface; all if 0), in the order in
// which a call tries them: Tensor before numbers, int before int[]. A number stands for a Tensor where the declaration
// says Tensor|Scalar, unless another overload declares a Scalar there, which then gets it. "add.Tensor": that one
// alone.
VT_API std::vector<Candidate> overloads_to_try(std::string_view name, uint8_t surface = 0);

}  // namespace vt
