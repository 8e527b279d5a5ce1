#include "fabric/description.h"

#include <algorithm>

namespace vt::fabric {
namespace {

// `*` stands for dims that are numbered from the last one of them, behind the letters of the alphabet.
constexpr Letter leading_letter(int64_t from_the_right) { return static_cast<Letter>(26 + from_the_right); }

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at != std::string_view::npos;) {
    const size_t comma = text.find(',', at);
    parts.push_back(text.substr(at, comma == std::string_view::npos ? comma : comma - at));
    at = comma == std::string_view::npos ? comma : comma + 1;
  }
  return parts;
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
Letter letter_of(char c) { return is_letter(c) ? static_cast<Letter>(c - 'a') : kWhole; }

// The letters of a tensor of `rank` dims. Fewer dims than the form has are its last ones: the tensor broadcasts.
Letters letters_of(std::string_view form, int64_t rank, int64_t behind) {
  const bool leads = form.starts_with('*'), trails = form.ends_with('.');
  const auto named =
      static_cast<int64_t>(std::ranges::count_if(form, [](char c) { return is_letter(c) || is_capital(c); }));
  Letters letters(static_cast<size_t>(rank), kWhole);
  const int64_t last = trails && leads ? behind : 0;
  if (leads) {
    const int64_t front = rank - named - last;
    for (int64_t d = 0; d < front; ++d) letters[static_cast<size_t>(d)] = leading_letter(front - 1 - d);
  }
  int64_t at = trails && !leads ? 0 : rank - named - last;
  for (const char c : form) {
    if (!is_letter(c) && !is_capital(c)) continue;
    if (at >= 0 && at < rank) letters[static_cast<size_t>(at)] = letter_of(c);
    ++at;
  }
  return letters;
}

ResultForm result_of(std::string_view form, int64_t leading) {
  ResultForm result;
  for (const char c : form) {
    if (c == '*') {
      for (int64_t d = leading; d-- > 0;) result.letters.push_back(leading_letter(d));
    } else if (is_letter(c) || is_capital(c)) {
      result.letters.push_back(letter_of(c));
    }
  }
  return result;
}

int64_t leading_of(const Letters& letters) {
  return std::ranges::count_if(letters, [](Letter l) { return l >= 26; });
}

}  // namespace

Description described(const Call& call, std::string_view form, int64_t behind) {
  const size_t arrow = form.find("->");
  std::vector<std::string_view> operands = split(form.substr(0, arrow));
  if (operands.size() == 1 && operands[0].empty()) operands.clear();
  Description d;
  int64_t leading = 0;
  size_t next = 0;
  const auto& args = call.op.functional().schema().args();
  for (size_t i = 0; i < args.size(); ++i) {
    if (element_type(args[i].type) != ArgType::Tensor) continue;
    std::string_view text = operands[std::min(next++, operands.size() - 1)];  // the last form is of all that follow
    Operand o;
    o.argument = static_cast<int>(i);
    o.is_addend = text.starts_with('+');
    o.is_unread = text == "?";
    if (o.is_addend) text.remove_prefix(1);
    const auto add = [&](const Tensor& t, int element) {
      o.element = element;
      o.letters = letters_of(text, t.dim(), behind);
      leading = std::max(leading, leading_of(o.letters));
      d.operands.push_back(o);
    };
    const Value& v = call.args[i];
    if (v.tag == Tag::Tensor) add(v.as_tensor(), -1);
    if (v.tag != Tag::TensorList) continue;
    const TensorSpan list = v.as_tensor_list();
    for (size_t j = 0; j < list.size(); ++j) {
      if (list[j].defined()) add(list[j], static_cast<int>(j));
    }
  }
  if (arrow == std::string_view::npos) return d;
  for (const std::string_view r : split(form.substr(arrow + 2))) d.results.push_back(result_of(r, leading));
  return d;
}

Description whole(const Call& call) {
  Description d = described(call, ".");
  d.is_whole = true;
  return d;
}

}  // namespace vt::fabric
