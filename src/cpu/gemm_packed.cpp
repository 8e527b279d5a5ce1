#include "cpu/gemm_packed.h"

#include <algorithm>

#include "core/ceil_div.h"
#include "cpu/scratch.h"
#include "cpu/thread_pool.h"
#include "cpu/topology.h"

namespace vt::cpu {
namespace {

constexpr int64_t kScratchColumns = 512;       // of C, where a float scratch stands in for a 16-bit C
constexpr int64_t kSerialWork = 96 * 96 * 96;  // m n k below which one thread is faster
constexpr int64_t kLeastPackedB = 4 << 20;     // bytes of B packed at a time, at least and
constexpr int64_t kMostPackedB = 8 << 20;      // at most
constexpr int64_t kColumnsPerPass = 1024;      // over a block of A, at least: packing it costs as much as some 20
constexpr int64_t kLeastPanels = 4;            // of A in a thread's block, where the columns can be shared out instead
constexpr int64_t kLargeB = 1 << 20;           // bytes of a B that is read in place, from which on
constexpr int64_t kShortSlice = 64;            // its slices are as short as this
constexpr int64_t kPackDepth = 64;             // k's of B that a thread packs at a time
constexpr int64_t kSmallC = 128 * 128;         // see Note [Long sums of a small C]
constexpr int64_t kParts = 16;                 // of k there
constexpr int64_t kInPlacePart = 4;            // of L2 within which a matrix is read where it lies
constexpr int64_t kTileSetBytes = 2048;        // the same, of tiles of 16 rows
constexpr int64_t kSetBytes = 4096;            // rows at multiples of this distance compete for the same lines of L1

int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }
// The size of even parts of n that are at most `most` large.
int64_t even_part(int64_t n, int64_t most) { return ceil_div(n, ceil_div(n, most)); }

template <class F>
void maybe_parallel(bool parallel, int64_t count, const F& f) {
  if (parallel) parallel_for(0, count, 1, f);
  else f(0, count);
}

// The i-th of `parts` even pieces of [0, n), which begin at multiples of `unit`.
struct Piece {
  int64_t begin, size;
  Piece(int64_t n, int64_t parts, int64_t i, int64_t unit = 1) {
    const int64_t units = ceil_div(n, unit), base = units / parts, extra = units % parts;
    begin = (i * base + std::min(i, extra)) * unit;
    size = std::min((base + (i < extra ? 1 : 0)) * unit, n - begin);
  }
};

// Note [How much of L2 is ours]
// A block of A is read again for each panel of B, so it should stay in L2. Yet the panels of B and the lines of C pass
// through, pages of 4 KiB fill the sets unevenly, and on a virtual machine another's hyperthread may use the same cache
// without a trace in the topology. A fifth costs nothing where L2 is free (B comes from L3 more often, which the tiles
// fetch ahead) and is much faster where it is not. Tiles of AMX are too fast for what L3 gives, and take two fifths.

// Note [When a matrix is read where it lies]
// Packing costs two passes over a matrix, and buys reads that are contiguous (B, transposed A) or at a distance that
// spreads over the cache's sets (A). A transposed A, and B, are read in place if what is read again stays in L2: a tile
// reads a cache line or two of each k, on a page of its own if the rows are long, and comes back for the rest of the
// line with the next tile. A that is not transposed is read along its rows, which is as good as packed unless they
// compete for the same sets. B is also read in place if only one or two panels of A meet it, in short slices if it is
// large: their pages stay known while its rows are read from end to end.

// See Note [Shape of a GEMM].
class PackedGemm {
 public:
  PackedGemm(const GemmKernels& kernels, int64_t m, int64_t n, int64_t k, const GemmOperand& a, const GemmOperand& b,
             const GemmTarget& target, int64_t out_bytes)
      : kernels_(kernels), m_(m), n_(n), k_(k), a_(a), b_(b), target_(target), out_bytes_(out_bytes) {
    const bool parallel = get_num_threads() > 1 && !in_parallel_region() && m * n * k > kSerialWork;
    threads_ = parallel ? get_num_threads() : 1;
    const int64_t l2 = l2_bytes_per_thread(static_cast<int>(threads_));
    cut(kernels.kc);
    const int64_t block_bytes = l2 * kernels.l2_fifths / 5;
    block_rows_ = std::max<int64_t>(1, block_bytes / (steps(kc_) * kernels.packed_size) / kernels.mr) * kernels.mr;
    // See Note [When a matrix is read where it lies]
    const auto stays_in_l2 = [&](const GemmOperand& x, int64_t depth) {
      return depth * x.ld * kernels.number_size <= l2 / (aliases(x) ? 2 * kInPlacePart : kInPlacePart);
    };
    const bool as_is = kernels.reads == GemmReads::Stored;
    const bool tiles = kernels.reads == GemmReads::RowsOfA;
    if (a.transposed) direct_a_ = as_is && n <= kernels.nr * 16 && stays_in_l2(a, kc_);
    else if (tiles)
      direct_a_ = k % kernels.step == 0 && (n <= kernels.nr * 16 || a.ld * kernels.number_size % kTileSetBytes != 0);
    else direct_a_ = as_is && (!aliases(a) || n <= kernels.nr);
    const bool b_stays = stays_in_l2(b, m <= block_rows_ ? kc_ : k);
    direct_b_ = as_is && !b.transposed && n >= kernels.nr && (m <= kernels.mr * 2 || b_stays);
    if (direct_b_ && m <= kernels.mr * 2 && k * b.ld * kernels.number_size > kLargeB) cut(kShortSlice);
    // See Note [Shape of a GEMM]
    group_panels_ = std::max<int64_t>(1, l2 / 5 / panel_bytes());
    by_groups_ =
        !direct_b_ && m <= block_rows_ * 3 / 2 && ceil_div(n, kernels.nr) >= (parallel ? threads_ * kLeastPanels : 1);
    if (by_groups_) block_rows_ = std::max(block_rows_, m);
    plan_passes();
  }

  void run() {
    const bool scratch = target_.output != GemmOutput::Same && slices_ > 1;
    Scratch packed(by_groups_ ? 0 : pass_slices_ * (direct_b_ ? 1 : pass_panels_) * panel_bytes());
    Scratch sums(scratch && pass_slices_ < slices_ ? m_ * pass_panels_ * kernels_.nr * int64_t{sizeof(float)} : 0);
    packed_b_ = packed.as<char>();
    sums_ = sums.as<char>();
    scratch_ = scratch && !sums_;
    for (int64_t panel = 0; panel * kernels_.nr < n_; panel += pass_panels_) {
      first_column_ = panel * kernels_.nr;
      columns_ = std::min(n_ - first_column_, pass_panels_ * kernels_.nr);
      for (first_slice_ = 0; first_slice_ < slices_; first_slice_ += pass_slices_) {
        last_slice_ = std::min(first_slice_ + pass_slices_, slices_);
        if (direct_b_) pack_tail();
        else if (!by_groups_) pack();
        multiply();
      }
    }
  }

 private:
  // A block of C.
  struct Block {
    Piece rows;
    int64_t panel, column, width;  // within the pass
  };

  // How much of B is packed at a time: what stays in the last-level cache while every block of A meets it. All of k for
  // a range of columns, or, rather than less than kColumnsPerPass, some slices of k.
  void plan_passes() {
    const int64_t panels = ceil_div(n_, kernels_.nr);
    pass_panels_ = panels;
    pass_slices_ = slices_;
    if (direct_b_ || by_groups_) return;
    const int64_t bytes = std::clamp(last_level_bytes() / 4, kLeastPackedB, kMostPackedB);
    const int64_t most = std::max<int64_t>(1, bytes / panel_bytes());
    const int64_t least = ceil_div(kColumnsPerPass, kernels_.nr);
    pass_panels_ = even_part(panels, std::max(most / slices_, least));
    pass_slices_ = even_part(slices_, std::max<int64_t>(1, most / pass_panels_));
  }

  // Slices of k, even and at most `most` long. What they are decides the bits of a product: only its shape may matter.
  void cut(int64_t most) {
    slices_ = ceil_div(k_, most);
    kc_ = std::min<int64_t>(k_, round_up(ceil_div(k_, slices_), std::max(kernels_.step, 4)));
    slices_ = ceil_div(k_, kc_);
  }

  bool aliases(const GemmOperand& x) const { return x.ld * kernels_.number_size % kSetBytes == 0; }
  int64_t steps(int64_t kc) const { return ceil_div(kc, kernels_.step); }
  int64_t panel_elements() const { return steps(kc_) * kernels_.nr; }  // of a slice of a panel of B
  int64_t a_ld() const { return direct_a_ ? a_.ld : 0; }
  int64_t a_offset(int64_t row, int64_t k) const { return a_.transposed ? k * a_.ld + row : row * a_.ld + k; }
  int64_t slice_k(int64_t slice) const { return std::min(kc_, k_ - slice * kc_); }
  int64_t panels() const { return ceil_div(columns_, kernels_.nr); }
  int64_t panel_bytes() const { return panel_elements() * kernels_.packed_size; }

  Piece rows_of(int64_t blocks, int64_t i) const { return Piece(m_, blocks, i, kernels_.row_unit); }

  // Panels lie [slice][panel]: what one pass over a slice reads is contiguous.
  char* packed_panel(int64_t slice, int64_t panel) const {
    return packed_b_ + ((slice - first_slice_) * (direct_b_ ? 1 : panels()) + panel) * panel_bytes();
  }

  // The last, narrow panel of a B that is read in place: a tile would read past the row.
  void pack_tail() {
    tail_ = n_ % kernels_.nr;
    if (tail_ == 0) return;
    for (int64_t s = 0; s < slices_; ++s) {
      kernels_.pack_b(b_, s * kc_, slice_k(s), n_ - tail_, tail_, n_, packed_panel(s, 0), panel_elements());
    }
  }

  // A thread reads B along its rows: some k's of all panels, or all k's of one panel of a transposed B.
  void pack() {
    const int64_t parts = b_.transposed ? panels() : ceil_div(kc_, kPackDepth);
    maybe_parallel(threads_ > 1, (last_slice_ - first_slice_) * parts, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t slice = first_slice_ + i / parts, part = i % parts;
        const int64_t panel = b_.transposed ? part : 0;
        const int64_t from = b_.transposed ? 0 : part * kPackDepth;
        const int64_t count = b_.transposed ? slice_k(slice) : std::min(kPackDepth, slice_k(slice) - from);
        if (count <= 0) continue;
        const int64_t column = panel * kernels_.nr;
        const int64_t width = b_.transposed ? std::min<int64_t>(kernels_.nr, columns_ - column) : columns_;
        kernels_.pack_b(b_, slice * kc_ + from, count, first_column_ + column, width, n_,
                        packed_panel(slice, panel) + steps(from) * kernels_.nr * kernels_.packed_size,
                        panel_elements());
      }
    });
  }

  void multiply() {
    int64_t row_blocks = ceil_div(m_, block_rows_);
    if (row_blocks % threads_ != 0 && !by_groups_) {
      const int64_t most = ceil_div(m_, kernels_.mr * (panels() >= threads_ ? kLeastPanels : 1));
      row_blocks = std::max(row_blocks, std::min(round_up(row_blocks, threads_), most));
    }
    int64_t column_blocks = ceil_div(threads_, row_blocks);
    if (scratch_) column_blocks = std::max(column_blocks, ceil_div(columns_, kScratchColumns));
    column_blocks = std::min(column_blocks, panels());
    maybe_parallel(threads_ > 1, row_blocks * column_blocks, [&](int64_t begin, int64_t end) {
      const int64_t most_panels = ceil_div(rows_of(row_blocks, 0).size, kernels_.mr);
      Scratch packed_a(direct_a_ ? 0 : most_panels * kernels_.panel_a * kernels_.packed_size);
      for (int64_t task = begin; task < end; ++task) {
        const Piece block(panels(), column_blocks, task % column_blocks);
        const int64_t column = block.begin * kernels_.nr;
        multiply_block(packed_a.as<char>(), {rows_of(row_blocks, task / column_blocks), block.begin, column,
                                             std::min(block.size * kernels_.nr, columns_ - column)});
      }
    });
  }

  // Several slices of a 16-bit C are summed in float: in the block's own scratch if one pass sees them all.
  void multiply_block(char* packed_a, const Block& block) const {
    const int64_t c_offset = block.rows.begin * target_.ldc + first_column_ + block.column;
    GemmTarget target = target_;
    target.c = static_cast<char*>(target_.c) + c_offset * out_bytes_;
    if (target.bias) target.bias = static_cast<const char*>(target_.bias) + (first_column_ + block.column) * out_bytes_;
    if (!scratch_ && !sums_) return multiply_slices(packed_a, block, target, out_bytes_);
    Scratch own(scratch_ ? block.rows.size * block.width * int64_t{sizeof(float)} : 0);
    GemmTarget sums = target_;
    sums.alpha = 1.0;
    sums.beta = 0.0;
    sums.bias = nullptr;
    sums.output = GemmOutput::Same;
    sums.ldc = scratch_ ? block.width : columns_;
    sums.c = scratch_ ? own.as<char>() : sums_ + (block.rows.begin * columns_ + block.column) * int64_t{sizeof(float)};
    multiply_slices(packed_a, block, sums, int64_t{sizeof(float)});
    if (last_slice_ == slices_) {
      kernels_.finish(sums.c, sums.ldc, block.rows.size, block.width, target);
    }
  }

  // C of the block from the pass's slices; `size` is that of an element of C.
  void multiply_slices(char* packed_a, const Block& block, GemmTarget target, int64_t size) const {
    const void* bias = target.bias;
    for (int64_t s = first_slice_; s < last_slice_; ++s) {
      const int64_t kc = slice_k(s);
      const char* a = packed_a;
      if (direct_a_) a = static_cast<const char*>(a_.data) + a_offset(block.rows.begin, s * kc_) * kernels_.number_size;
      else kernels_.pack_a(a_, block.rows.begin, block.rows.size, m_, s * kc_, kc, packed_a);
      target.bias = s + 1 == slices_ ? bias : nullptr;
      if (s > 0) target.beta = 1.0;
      if (direct_b_) multiply_direct(a, block, s, target, size);
      else if (by_groups_) multiply_groups(a, block, s, target, size);
      else {
        kernels_.multiply(block.rows.size, block.width, kc, a, a_.transposed, a_ld(), packed_panel(s, block.panel),
                          kernels_.nr, panel_elements(), target);
      }
    }
  }

  void multiply_direct(const char* a, const Block& block, int64_t slice, GemmTarget target, int64_t size) const {
    const int64_t rows = block.rows.size, kc = slice_k(slice);
    const bool has_tail = block.column + block.width == n_ && tail_ != 0;
    const int64_t whole = block.width - (has_tail ? tail_ : 0);
    const char* b = static_cast<const char*>(b_.data) + (slice * kc_ * b_.ld + block.column) * kernels_.number_size;
    if (whole > 0) kernels_.multiply(rows, whole, kc, a, a_.transposed, a_ld(), b, b_.ld, kernels_.nr, target);
    if (!has_tail) return;
    target.c = static_cast<char*>(target.c) + whole * size;
    if (target.bias) target.bias = static_cast<const char*>(target.bias) + whole * size;
    kernels_.multiply(rows, tail_, kc, a, a_.transposed, a_ld(), packed_panel(slice, 0), kernels_.nr, panel_elements(),
                      target);
  }

  // Packs some panels of B and multiplies with them before the next.
  void multiply_groups(const char* a, const Block& block, int64_t slice, GemmTarget target, int64_t size) const {
    const int64_t kc = slice_k(slice), nr = kernels_.nr,
                  group = std::min(group_panels_, ceil_div(block.width, nr)) * nr;
    Scratch packed(group / nr * panel_bytes());
    for (int64_t j = 0; j < block.width; j += group) {
      const int64_t width = std::min(group, block.width - j);
      kernels_.pack_b(b_, slice * kc_, kc, block.column + j, width, n_, packed.as<void>(), panel_elements());
      kernels_.multiply(block.rows.size, width, kc, a, a_.transposed, a_ld(), packed.as<void>(), nr, panel_elements(),
                        target);
      target.c = static_cast<char*>(target.c) + width * size;
      if (target.bias) target.bias = static_cast<const char*>(target.bias) + width * size;
    }
  }

  const GemmKernels& kernels_;
  int64_t m_, n_, k_;
  GemmOperand a_, b_;
  GemmTarget target_;
  int64_t out_bytes_, threads_;
  bool direct_a_, direct_b_;
  bool by_groups_;  // B is packed in groups of panels, by those who multiply with them
  int64_t slices_, kc_, block_rows_, group_panels_;
  int64_t pass_panels_ = 0, pass_slices_ = 0;
  int64_t tail_ = 0;  // columns of a B that is read in place that do not fill a panel
  // The pass: columns and slices whose B is packed now.
  int64_t first_column_ = 0, columns_ = 0;
  int64_t first_slice_ = 0, last_slice_ = 0;
  char* packed_b_ = nullptr;
  char* sums_ = nullptr;  // of the pass's columns, if several passes make a 16-bit C
  bool scratch_ = false;  // each block sums a 16-bit C in a scratch of its own
};

// Note [Long sums of a small C]
// A small C has few tiles to share out. If k is long it is cut into parts whose sums are made side by side and then
// added in order. Whether and where is decided by the shape alone, so that the bits are the same for any number of
// threads.
void multiply_parts(const GemmKernels& kernels, int64_t m, int64_t n, int64_t k, const GemmOperand& a,
                    const GemmOperand& b, const GemmTarget& target, int64_t size) {
  const int64_t slices = ceil_div(k, kernels.kc);
  const int64_t sum_size = std::max(size, int64_t{sizeof(float)});
  Scratch sums(kParts * m * n * sum_size);
  const auto sums_of = [&](int64_t part) { return sums.as<char>() + part * m * n * sum_size; };
  parallel_for(0, kParts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      const Piece piece(slices, kParts, part);
      const int64_t from = piece.begin * kernels.kc, count = std::min(piece.size * kernels.kc, k - from);
      const auto rest = [&](const GemmOperand& x, bool rows_are_k) {
        return GemmOperand{static_cast<const char*>(x.data) + from * (rows_are_k ? x.ld : 1) * size, x.ld,
                           x.transposed};
      };
      const GemmTarget to{sums_of(part), n, 1.0, 0.0, nullptr, GemmOutput::Same};
      PackedGemm(kernels, m, n, count, rest(a, a.transposed), rest(b, !b.transposed), to, sum_size).run();
    }
  });
  for (int64_t part = 1; part < kParts; ++part) kernels.add(sums_of(part), m * n, sums_of(0));
  kernels.finish(sums_of(0), n, m, n, target);
}

}  // namespace

void gemm_packed(const GemmKernels& kernels, int64_t m, int64_t n, int64_t k, const GemmOperand& a,
                 const GemmOperand& b, const GemmTarget& target, int64_t size) {
  if (m * n <= kSmallC && k >= 2 * kParts * kernels.kc) {
    return multiply_parts(kernels, m, n, k, a, b, target, size);
  }
  PackedGemm(kernels, m, n, k, a, b, target, size).run();
}

}  // namespace vt::cpu
