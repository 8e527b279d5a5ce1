#include "ops/tensor_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "core/thread_state.h"
#include "ops/copy/copy.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

namespace vt::ops {
namespace {

std::string formatted(const char* format, int precision, double value) {
  if (std::isnan(value)) return "nan";
  char text[512];  // a float64 in full has 309 digits before the point
  std::snprintf(text, sizeof text, format, precision, value);
  return text;
}

// Pads every number of one tensor to one width, in the notation that suits all of them.
class NumberFormat {
 public:
  NumberFormat(const std::vector<double>& values, const PrintOptions& options) : precision_(options.precision) {
    double low = HUGE_VAL, high = 0;
    for (const double v : values) {
      if (v == 0 || !std::isfinite(v)) continue;
      low = std::min(low, std::abs(v));
      high = std::max(high, std::abs(v));
      whole_ = whole_ && v == std::ceil(v);
    }
    if (high == 0) return;
    scientific_ = options.scientific.value_or(high / low > 1000.0 || high > 1.0e8 || low < 1.0e-4);
    for (const double v : values) {
      if (v != 0 && std::isfinite(v)) width_ = std::max(width_, plain(v).size());
    }
  }
  size_t width() const { return width_; }
  std::string operator()(double value) const {
    std::string text = plain(value);
    if (text.size() < width_) text.insert(0, width_ - text.size(), ' ');
    return text;
  }

 private:
  std::string plain(double value) const {
    if (scientific_) return formatted("%.*e", precision_, value);
    if (whole_) return formatted("%.*f", 0, value) + (std::isfinite(value) ? "." : "");
    return formatted("%.*f", precision_, value);
  }
  int precision_;
  size_t width_ = 1;
  bool whole_ = true;  // every finite value is an integer
  bool scientific_ = false;
};

struct Cells {
  std::vector<std::string> text;  // one an element, in row-major order
  size_t width = 1;
};

std::vector<double> doubles(const Tensor& t) {
  const Tensor wide = as_contiguous(as_dtype(t, DType::float64));
  return {wide.data<double>(), wide.data<double>() + wide.numel()};
}

Cells floating_cells(const Tensor& t, const PrintOptions& options) {
  const std::vector<double> values = doubles(t);
  const NumberFormat format(values, options);
  Cells cells{{}, format.width()};
  for (const double v : values) cells.text.push_back(format(v));
  return cells;
}

Cells complex_cells(const Tensor& t, const PrintOptions& options) {
  const Tensor wide = as_contiguous(as_dtype(t, DType::complex128));
  const auto* z = wide.data<complex<double>>();
  std::vector<double> re, im;
  for (int64_t i = 0; i < wide.numel(); ++i) re.push_back(z[i].re), im.push_back(z[i].im);
  const NumberFormat real(re, options), imaginary(im, options);
  Cells cells{{}, real.width() + imaginary.width() + 1};
  for (size_t i = 0; i < re.size(); ++i) {
    std::string second = imaginary(im[i]);
    second.erase(0, second.find_first_not_of(' '));
    cells.text.push_back(real(re[i]) + (second[0] == '-' || second[0] == '+' ? "" : "+") + second + "j");
  }
  return cells;
}

Cells integer_cells(const Tensor& t) {
  Cells cells;
  const bool is_bool = t.dtype() == DType::bool_, is_unsigned = t.dtype() == DType::uint64;
  const Tensor wide = as_contiguous(is_unsigned ? t : as_dtype(t, DType::int64));
  for (int64_t i = 0; i < wide.numel(); ++i) {
    const int64_t v = static_cast<const int64_t*>(wide.data())[i];
    cells.text.push_back(is_bool       ? (v ? "True" : "False")
                         : is_unsigned ? std::to_string(static_cast<uint64_t>(v))
                                       : std::to_string(v));
    cells.width = std::max(cells.width, cells.text.back().size());
  }
  for (std::string& text : cells.text) text.insert(0, cells.width - text.size(), ' ');
  return cells;
}

// The part that a summary shows: the first and last elements along each long dimension.
Tensor edges_only(Tensor t, int64_t edge) {
  for (int64_t dim = 0; dim < t.dim(); ++dim) {
    const int64_t size = t.size(dim);
    if (size > 2 * edge) t = cat(std::vector{narrow(t, dim, 0, edge), narrow(t, dim, size - edge, edge)}, dim);
  }
  return t;
}

// Lays cells out in lines. `sizes` are those of the whole tensor, of which the cells may be the edges.
class Layout {
 public:
  Layout(const Cells& cells, IntSpan sizes, const PrintOptions& options, bool summarise)
      : cells_(cells), sizes_(sizes), options_(options), summarise_(summarise) {}

  std::string block(int64_t indent, size_t dim = 0) {
    const size_t remaining = sizes_.size() - dim;
    if (remaining == 0) return cells_.text[next_++];
    if (remaining == 1) return vector(indent, dim);
    std::string text = "[";
    std::string between(",");
    between.append(remaining - 1, '\n').append(static_cast<size_t>(indent) + 1, ' ');
    const int64_t shown = shown_of(dim);
    for (int64_t i = 0; i < shown; ++i) {
      if (i > 0) text += between;
      if (cut(dim) && i == options_.edge_items) text.append("...").append(between);
      text += block(indent + 1, dim + 1);
    }
    if (cut(dim) && options_.edge_items == 0) text += "...";
    return text + "]";
  }

 private:
  bool cut(size_t dim) const { return summarise_ && sizes_[dim] > 2 * options_.edge_items; }
  int64_t shown_of(size_t dim) const { return cut(dim) ? 2 * options_.edge_items : sizes_[dim]; }

  std::string vector(int64_t indent, size_t dim) {
    std::vector<std::string> cells;
    const int64_t shown = shown_of(dim);
    for (int64_t i = 0; i < shown; ++i) {
      if (cut(dim) && i == options_.edge_items) cells.push_back(" ...");
      cells.push_back(cells_.text[next_++]);
    }
    if (cut(dim) && options_.edge_items == 0) cells.push_back("...");
    const int64_t room = options_.line_width - indent, width = static_cast<int64_t>(cells_.width) + 2;
    const auto per_line = static_cast<size_t>(std::max<int64_t>(1, room >= 0 ? room / width : -1));
    std::string text = "[";
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0 && i % per_line == 0) {
        text.append(",\n").append(static_cast<size_t>(indent) + 1, ' ');
      } else if (i > 0) {
        text.append(", ");
      }
      text.append(cells[i]);
    }
    return text + "]";
  }

  const Cells& cells_;
  IntSpan sizes_;
  const PrintOptions& options_;
  const bool summarise_;
  size_t next_ = 0;
};

}  // namespace

std::string contents_text(const Tensor& given, const PrintOptions& options, int64_t indent) {
  if (given.device().type == DeviceType::Meta) return "...";
  if (given.numel() == 0) return "[]";
  const GradMode no_grad(false);
  Tensor t = given;
  if (t.dtype() == DType::float4_e2m1fn_x2) {  // two numbers in a byte, which is shown as a number
    t = as_dtype(make_dtype_view(t, DType::uint8, t.sizes(), t.strides(), t.storage_offset()), DType::float32);
  }
  const bool summarise = static_cast<double>(t.numel()) > options.threshold;
  if (summarise) t = edges_only(t, options.edge_items);
  t = as_device(t, kCPU);
  const Cells cells = t.numel() == 0           ? Cells()
                      : is_complex(t.dtype())  ? complex_cells(t, options)
                      : is_floating(t.dtype()) ? floating_cells(t, options)
                                               : integer_cells(t);
  return Layout(cells, given.sizes(), options, summarise).block(indent);
}

}  // namespace vt::ops
