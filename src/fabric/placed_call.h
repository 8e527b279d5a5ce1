// A call with Fabric tensors that has a description: how its operands are placed, and its run on every member.
#pragma once

#include "dispatch/dispatch.h"
#include "fabric/description.h"
#include "fabric/local.h"

namespace vt::fabric {

// What one member runs: the call's arguments with the member's parts in the place of tensors.
class LocalCall {
 public:
  // Of a member that is held here, by its place among those.
  LocalCall(const PlacedCall& call, int held);

  const Op& op() const;
  int member() const { return member_; }
  template <class T>
  decltype(auto) arg(int i) const {
    return Unbox<T>::get(values_[i]);
  }
  const Tensor& tensor(int i) const { return values_[i].as_tensor(); }
  void set(int i, Tensor t);
  void set(int i, Value number) { values_[i] = number; }
  // The op itself, on what the arguments are by now.
  void run();
  Results& results() { return results_; }
  const PlacedCall& placed() const { return call_; }

 private:
  const PlacedCall& call_;
  int member_;
  Value values_[kMaxArgs];
  std::vector<Tensor> kept_;
  std::vector<std::vector<Tensor>> lists_;
  std::vector<DimVec> sizes_;
  Results results_;
};

class PlacedCall {
 public:
  // `op`: what the members run, the call's own or its functional form, which takes the first arguments of `args`.
  PlacedCall(const Op& op, const Value* args, const Mesh& mesh, Description description);

  // Whether there is a way to run it; with `written`, one that leaves argument 0 where it is.
  bool choose(bool written);
  // Moves the operands, runs every member, puts the results together.
  Results run();
  // The same of an op that writes to argument 0: nothing to put together.
  void run_written();

  const Op& op() const { return op_; }
  const Value* args() const { return args_; }
  const Mesh& mesh() const { return mesh_; }
  const Description& description() const { return description_; }

  // The size of a letter in the whole tensors.
  int64_t size_of(Letter l) const { return sizes_[static_cast<size_t>(l)]; }
  // Which dim of the mesh shards the letter, -1 if none; where a member's part of it begins, and how long it is.
  int sharded_by(Letter l) const;
  bool is_sharded(Letter l) const { return sharded_by(l) >= 0; }
  int64_t begin(Letter l, int member) const;
  int64_t length(Letter l, int member) const;

  // Of combine(): what the members that are held here have got, and the sum of something over those that share out a
  // letter that the first result lacks.
  std::vector<Results>& by_member() { return by_member_; }
  std::vector<Tensor> summed(std::vector<Tensor> parts) const;

 private:
  friend class LocalCall;
  // One way for one dim of the mesh.
  struct Way {
    enum class Kind : uint8_t { Whole, Letter, Linear } kind = Kind::Whole;
    Letter letter = kWhole;
    Reduce reduce = Reduce::Sum;
    uint32_t linear = 0;
    std::vector<int64_t> bounds;
  };
  const Tensor& tensor_of(const Operand& o) const;
  void agree_on_sizes();
  std::vector<Way> ways(int mesh_dim) const;
  Placement wanted(const Way& way, const Operand& o, const Placement& now) const;
  double cost(const Way& way, int mesh_dim, bool written) const;
  bool drops_rows(const Way& way) const;
  Placements wanted(size_t operand) const;
  void place();
  void run_members();
  Locals result(int r, bool in_list, size_t at);

  const Op& op_;
  const Value* args_;
  const Mesh& mesh_;
  Description description_;
  std::vector<Locals> operands_;
  std::vector<int64_t> sizes_;
  std::vector<Way> chosen_;
  std::vector<Results> by_member_;
};

}  // namespace vt::fabric
