// Products and factorizations of matrices, norms, losses, attention, images.
#include "fabric/rules.h"
#include "ops/copy/copy.h"
#include "ops/nn/loss.h"
#include "ops/tensor_operators.h"
#include "ops/typed/pointwise.h"

namespace vt::fabric {
namespace {

// ---- products ----

// With groups of channels of their own a channel belongs to one group.
Description convolution(const Call& call, const RuleRow&) {
  const bool transposed = Unbox<bool>::get(call.args[6]), grouped = Unbox<int64_t>::get(call.args[8]) != 1;
  if (call.args[0].as_tensor().dim() != call.args[1].as_tensor().dim()) return whole(call);
  Description d = described(call, grouped ? "nC.,OD.,O->nO." : transposed ? "nc.,co.,+o->no." : "nc.,oc.,+o->no.");
  d.takes_empty = false;
  return d;
}
Description weight_gradient(const Call& call, const RuleRow&) {
  Description d = described(call, Unbox<int64_t>::get(call.args[6]) != 1 ? "nC.,nO.->OD." : "nc.,no.->oc.");
  d.takes_empty = false;
  return d;
}

// Right sides that are vectors, or that broadcast, are taken whole.
Description solve(const Call& call, const RuleRow&) {
  const bool alike = call.args[0].as_tensor().dim() == call.args[1].as_tensor().dim();
  return alike ? described(call, "*AB,*CD->*CD,*AB,*A,*") : whole(call);
}

// ---- norms ----

// Behind the leading dims lie as many as `normalized_shape` lists.
Description norm(const Call& call, const RuleRow& row) {
  const int at = call.op.functional().schema().index_of("normalized_shape");
  return described(call, row.form, static_cast<int64_t>(Unbox<IntSpan>::get(call.args[at]).size()));
}

// ---- losses ----

constexpr Letter kRowsLetter = 'n' - 'a';

std::vector<Tensor> result_of_each(PlacedCall& c, int result) {
  std::vector<Tensor> all;
  for (Results& r : c.by_member()) all.push_back(r.tensors[result]);
  return all;
}

// Means of parts, and what each is a mean of, as parts of a sum that is the mean of all.
void join_means(PlacedCall& c) {
  if (!c.is_sharded(kRowsLetter)) return;
  const std::vector<Tensor> totals = c.summed(result_of_each(c, 2));
  for (size_t m = 0; m < totals.size(); ++m) {
    Results& r = c.by_member()[m];
    const Tensor sum = ops::masked_fill(r.tensors[0] * r.tensors[2], r.tensors[2] == Scalar(0), Scalar(0));
    r.tensors[0] = sum / totals[m];
    r.tensors[2] = ops::clone(totals[m]);
  }
}

Description cross_entropy(const Call& call, const RuleRow&) {
  Description d = described(call, "nC,n->,n,,n");
  d.results[2].over = Over::Nothing;
  return d;
}

bool means(const Call& call, int at) { return Unbox<int64_t>::get(call.args[at]) == ops::kMean; }

Description nll(const Call& call, const RuleRow&) {
  if (call.args[0].as_tensor().dim() != 2) return whole(call);
  const bool by_row = Unbox<int64_t>::get(call.args[3]) == ops::kNoReduction;
  Description d = described(call, by_row ? "nC,n,C->n," : "nC,n,C->,");
  if (means(call, 3)) d.results[1].over = Over::Nothing;
  return d;
}
// A part of a mean is a sum, which is divided by the weight of all.
void nll_of_part(LocalCall& c) {
  if (c.placed().is_sharded(kRowsLetter) && c.arg<int64_t>(3) == ops::kMean) c.set(3, box(int64_t{ops::kSum}));
  c.run();
}
void join_nll(PlacedCall& c) {
  if (!c.is_sharded(kRowsLetter) || Unbox<int64_t>::get(c.args()[3]) != ops::kMean) return;
  const std::vector<Tensor> totals = c.summed(result_of_each(c, 1));
  for (size_t m = 0; m < totals.size(); ++m) {
    Results& r = c.by_member()[m];
    r.tensors[0] = r.tensors[0] / totals[m];
    r.tensors[1] = ops::clone(totals[m]);
  }
}
Description nll_gradient(const Call& call, const RuleRow&) {
  if (call.args[1].as_tensor().dim() != 2) return whole(call);
  return described(call, "n,nC,n,C,->nC");
}

// ---- attention ----

// Keys may have fewer heads than queries, which are then whole. With dropout a call draws for all heads.
Description attention(const Call& call, const RuleRow& row) {
  const int at = call.op.functional().schema().index_of("dropout_p");
  if (at >= 0 && Unbox<double>::get(call.args[at]) > 0) return whole(call);
  Description d = described(call, row.form);
  d.broadcasts = false;
  return d;
}

// ---- images ----

// Behind batch and channels as many dims as the call lists sizes.
Description windows(const Call& call, const RuleRow& row) {
  const Schema& schema = call.op.functional().schema();
  const int sizes = std::max(schema.index_of("outputs"), schema.index_of("inputs"));
  const int last = schema.index_of("channels_last");
  if (last >= 0 && Unbox<bool>::get(call.args[last])) return described(call, "n.->n.");
  return described(call, row.form, static_cast<int64_t>(Unbox<IntSpan>::get(call.args[sizes]).size()));
}
template <int64_t full>
Description images(const Call& call, const RuleRow&) {
  return call.args[0].as_tensor().dim() == full ? described(call, "n.->n.") : whole(call);
}

constexpr RuleRow kRows[] = {
    {"mm", nullptr, "ik,kj->ij", Over::Sum, {0b01, 0b10}},
    {"bmm", nullptr, "bik,bkj->bij", Over::Sum, {0b01, 0b10}},
    {"mv", nullptr, "ik,k->i", Over::Sum, {0b01, 0b10}},
    {"dot", nullptr, "k,k->", Over::Sum, {0b01, 0b10}},
    {"addmm", nullptr, "+ij,ik,kj->ij", Over::Sum, {0b011, 0b101}},
    {"baddbmm", nullptr, "+bij,bik,bkj->bij", Over::Sum, {0b011, 0b101}},
    {"linear", nullptr, "*k,jk,+j->*j", Over::Sum, {0b101, 0b110}},
    {"_heads_product", nullptr, "bhik,bhkj->bhij", Over::Sum, {0b01, 0b10}},
    {"_euclidean_distances", nullptr, "*iK,*jK->*ij"},
    {"convolution", convolution, {}, Over::Sum, {0b101, 0b110}},
    {"_convolution_weight_gradient", weight_gradient, {}, Over::Sum, {0b01, 0b10}},

    {"linalg_cholesky_ex", nullptr, "*AB->*AB,*"},
    {"_linalg_det", nullptr, "*AB->*,*AB,*A"},
    {"_linalg_slogdet", nullptr, "*AB->*,*,*AB,*A"},
    {"_linalg_eigh", nullptr, "*AB->*A,*AB"},
    {"linalg_eig", nullptr, "*AB->*A,*AB"},
    {"_linalg_eigvals", nullptr, "*AB->*A"},
    {"linalg_ldl_factor_ex", nullptr, "*AB->*AB,*A,*"},
    {"linalg_ldl_solve", nullptr, "*AB,*A,*CD->*CD"},
    {"linalg_lu_factor_ex", nullptr, "*AB->*AB,*A,*"},
    {"_permutation_matrix", nullptr, "*A->*AB"},
    {"linalg_matrix_exp", nullptr, "*AB->*AB"},
    {"linalg_qr", nullptr, "*AB->*AB,*AB"},
    {"geqrf", nullptr, "*AB->*AB,*A"},
    {"_householder_product", nullptr, "*AB,*A->*AB"},
    {"_apply_reflections", nullptr, "*AB,*A,*CD->*CD"},
    {"linalg_inv_ex", nullptr, "*AB->*AB,*"},
    {"_linalg_svd", nullptr, "*AB->*AB,*A,*AB"},
    {"_linalg_solve_ex", solve},
    {"linalg_solve_triangular", solve},
    {"linalg_pinv.atol_rtol_tensor", nullptr, "*AB,*,*->*AB"},

    {"native_layer_norm", norm, "*.,.,.->*,*,*"},
    {"native_layer_norm_backward", norm, "*.,*.,*.,*.,.,.->*,,"},
    {"_fused_rms_norm", norm, "*.,.->*,*"},
    {"_fused_rms_norm_backward", norm, "*.,*.,*.,.->*,"},
    {"_batch_norm", nullptr, "Nc.,c,c->Nc,c,c"},
    {"_batch_norm_backward", nullptr, "Nc.,Nc.,c,c,c->Nc,c,c"},
    {"_group_norm", nullptr, "nC.,C,C->n,n,n"},
    {"_group_norm_backward", nullptr, "nC.,nC.,n.,n.,C->n,,"},

    {"_cross_entropy", cross_entropy, {}, Over::Sum, {}, nullptr, join_means},
    {"_cross_entropy_backward", nullptr, "nC,,n,n,->nC"},
    {"nll_loss_forward", nll, {}, Over::Sum, {}, nll_of_part, join_nll},
    {"nll_loss_backward", nll_gradient},
    {"_linear_cross_entropy", nullptr, "nK,VK,V,n,n->,nK,VK,V"},
    {"_linear_cross_entropy_rows", nullptr, "nK,VK,V,n,n->n"},

    {"_causal_softmax", nullptr, "*AB->*AB"},
    {"_attention", attention, "bh.,bh.,bh.->bh,bh"},
    {"_attention_backward", attention, "bh.,bh.,bh.,bh.,bh.,bh.->bh,bh,bh"},
    {"_attention_general", attention, "bh.,bh.,bh.,bh.,.,.->bh,bh,P"},
    {"_attention_general_backward", attention, "bh.,bh.,bh.,bh.,bh.,.,.,bh.,bh.,.->bh,bh,bh"},
    {"_sequence_ranges", nullptr, ".,.->,"},

    {"_max_windows", windows, "*.->*,*"},
    {"_max_windows_backward", windows, "*.,*.->*"},
    {"_average_windows", windows, "*.->*"},
    {"_average_windows_backward", windows, "*.->*"},
    {"im2col", images<4>},
    {"col2im", images<3>},
    {"grid_sampler", nullptr, "nc.,n.->nc"},
    {"_grid_sampler_backward", nullptr, "n.,n.,n.->n,n"},
    {"_grid_sampler_double_backward", nullptr, "n.,n.,n.,n.,n.->n,n,n"},
    {"_lstm_step_backward", nullptr, "n.->n,n"},
    {"_gru_step_backward", nullptr, "n.->n,n,n"},
};

}  // namespace

RuleTable rules_of_layers() { return kRows; }

}  // namespace vt::fabric
