// A call in letters: which dims of its tensors belong together, which is all that sharding has to know of most ops.
//
// Note [Calls in letters]
// A product of matrices is "ik,kj->ij": what is sharded along i or j gives a result that is sharded likewise, what is
// sharded along k on both sides gives the parts of a sum. A rule writes such a description of a call. From it follows
// how the call can run: with one letter sharded (per dim of the mesh), with every operand replicated, or with a Partial
// operand handed through, where the op is linear in it. Each way says how every operand has to be placed and how the
// results then are; the way for which the fewest bytes move is taken.
//
// In a form, "ik,kj->ij": small letters may be sharded, capitals may not; `*` stands for the dims in front, which
// broadcast; `.` for the dims behind, none of which may be sharded; `+ij` for an operand that is added to a sum over
// letters; `?` for one whose values are not read. An operand is a tensor argument, of a list every element.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/fabric.h"
#include "dispatch/op.h"

namespace vt::fabric {

using Letter = int8_t;
inline constexpr Letter kWhole = -1;  // of a dim of which no member may have a part
inline constexpr int kMaxLetters = 96;
using Letters = std::vector<Letter>;

// What members that each reduced their part of a letter have of a result without that letter.
enum class Over : uint8_t { Nothing, Sum, Max, Min };

struct Operand {
  int argument = 0;
  int element = -1;  // of a list
  Letters letters;
  bool is_addend = false;
  bool is_unread = false;
};

struct ResultForm {
  Letters letters;                // of the first dims; those behind are whole
  std::optional<Over> over = {};  // of this one
};

// An int[] argument that lists the sizes of a tensor with these letters.
struct SizesArgument {
  int argument = 0;
  Letters letters;
};

class LocalCall;
class PlacedCall;

struct Description {
  std::vector<Operand> operands;  // the tensors among the arguments, in order
  std::vector<ResultForm> results;
  std::vector<SizesArgument> sizes;
  Over over = Over::Sum;
  std::vector<uint32_t> linear;              // sets of arguments in which the results are linear together
  void (*run)(LocalCall& c) = nullptr;       // in the place of the op, on a member's parts
  void (*combine)(PlacedCall& c) = nullptr;  // what members do together with what each of them has got
  bool broadcasts = true;                    // a dim of size 1 goes with any other size
  bool is_whole = false;                     // nothing may be sharded
  bool takes_empty = true;                   // members may have empty parts of a letter
};

// The description that a form gives of a call. `behind`: how many dims a `.` behind a `*` stands for.
Description described(const Call& call, std::string_view form, int64_t behind = 0);
// Nothing may be sharded: every operand is replicated, and so are the results.
Description whole(const Call& call);

}  // namespace vt::fabric
