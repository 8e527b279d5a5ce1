#include "dispatch/schema.h"

#include <array>
#include <charconv>

namespace vt {
namespace {

constexpr std::array<std::pair<std::string_view, ArgType>, 10> kBaseTypes = {{
    {"Tensor", ArgType::Tensor},
    {"Scalar", ArgType::Scalar},
    {"int", ArgType::Int},
    {"float", ArgType::Float},
    {"bool", ArgType::Bool},
    {"str", ArgType::String},
    {"ScalarType", ArgType::ScalarType},
    {"Device", ArgType::Device},
    {"Generator", ArgType::Generator},
    {"MemoryFormat", ArgType::MemoryFormat},
}};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_space();
    return pos_ == text_.size();
  }
  bool take(std::string_view token) {
    skip_space();
    if (text_.substr(pos_, token.size()) != token) return false;
    pos_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token)) fail(token);
  }
  bool at_word() {
    skip_space();
    return pos_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[pos_]));
  }
  std::string_view word() {
    skip_space();
    const size_t start = pos_;
    while (pos_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[pos_])) || text_[pos_] == '_')) ++pos_;
    if (pos_ == start) fail("a name");
    return text_.substr(start, pos_ - start);
  }
  std::string_view until(std::string_view stops) {
    skip_space();
    const size_t start = pos_;
    int depth = 0;
    while (pos_ < text_.size()) {
      const char c = text_[pos_];
      if (c == '[') ++depth;
      if (depth == 0 && stops.find(c) != std::string_view::npos) break;
      if (c == ']') --depth;
      ++pos_;
    }
    size_t end = pos_;
    while (end > start && text_[end - 1] == ' ') --end;
    return text_.substr(start, end - start);
  }
  [[noreturn]] void fail(std::string_view expected) {
    VT_THROW(Internal, "schema '", text_, "': expected ", expected, " at column ", pos_);
  }

 private:
  void skip_space() {
    while (pos_ < text_.size() && text_[pos_] == ' ') ++pos_;
  }
  std::string_view text_;
  size_t pos_ = 0;
};

struct ParsedType {
  ArgType type;
  bool optional = false, optional_elements = false, written = false, aliased = false, accepts_number = false;
  int list_size = 0;
};

template <class T>
T number(Parser& p, std::string_view text, std::string_view expected) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) p.fail(expected);
  return value;
}

ParsedType parse_type(Parser& p) {
  const std::string_view base = p.word();
  ParsedType t{ArgType::Tensor};
  bool known = false;
  for (const auto& [name, type] : kBaseTypes) {
    if (name == base) {
      t.type = type;
      known = true;
    }
  }
  if (!known) p.fail("a type");
  if (t.type == ArgType::Tensor && p.take("|")) {
    p.expect("Scalar");
    t.accepts_number = true;
  }
  if (p.take("(")) {
    p.word();
    t.aliased = true;
    t.written = p.take("!");
    if (p.take("->")) p.take("*");
    p.expect(")");
  }
  bool question = p.take("?");
  if (p.take("[")) {
    t.optional_elements = question;
    if (!p.take("]")) {
      t.list_size = number<int>(p, p.word(), "a size");
      p.expect("]");
    }
    switch (t.type) {
      case ArgType::Tensor: t.type = ArgType::TensorList; break;
      case ArgType::Int: t.type = ArgType::IntList; break;
      case ArgType::Float: t.type = ArgType::FloatList; break;
      case ArgType::Bool: t.type = ArgType::BoolList; break;
      default: p.fail("a list of Tensor, int, float or bool");
    }
    question = p.take("?");
  }
  t.optional = question;
  return t;
}

void parse_default(Parser& p, Arg& a, std::string_view text) {
  const auto integer = [&](std::string_view digits) { return number<int64_t>(p, digits, "an integer"); };
  a.has_default = true;
  if (text == "None" && a.optional) return;
  if ((text == "True" || text == "False") && (a.type == ArgType::Bool || a.type == ArgType::Scalar)) {
    a.default_value = box(text == "True");
    return;
  }
  switch (a.type) {
    case ArgType::Int: a.default_value = box(integer(text)); return;
    case ArgType::Float: a.default_value = box(number<double>(p, text, "a number")); return;
    case ArgType::Scalar:
      a.default_value = text.find_first_of(".e") == std::string_view::npos ? box(integer(text))
                                                                           : box(number<double>(p, text, "a number"));
      return;
    case ArgType::String:
      if (text.size() < 2 || (text[0] != '\'' && text[0] != '"') || text.back() != text[0]) p.fail("a quoted string");
      a.default_text = std::string(text.substr(1, text.size() - 2));
      return;
    case ArgType::IntList: {
      if (!text.starts_with('[')) {
        a.default_ints = DimVec(static_cast<size_t>(std::max(a.list_size, 1)), integer(text));
        return;
      }
      std::string_view rest = text.substr(1, text.size() - 2);
      while (!rest.empty()) {
        const size_t comma = rest.find(',');
        a.default_ints.push_back(integer(rest.substr(0, comma)));
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        while (rest.starts_with(' ')) rest.remove_prefix(1);
      }
      return;
    }
    case ArgType::MemoryFormat:
      if (text != "preserve_format" && text != "contiguous_format") p.fail("a memory format");
      a.default_value = box(text == "preserve_format" ? MemoryFormat::Preserve : MemoryFormat::Contiguous);
      return;
    default: p.fail("a default of the argument's type");
  }
}

Ret parse_ret(Parser& p) {
  const ParsedType t = parse_type(p);
  return {t.type, t.written, p.at_word() ? std::string(p.word()) : ""};
}

}  // namespace

ArgType element_type(ArgType t) {
  switch (t) {
    case ArgType::TensorList: return ArgType::Tensor;
    case ArgType::IntList: return ArgType::Int;
    case ArgType::FloatList: return ArgType::Float;
    case ArgType::BoolList: return ArgType::Bool;
    default: return t;
  }
}

std::string_view type_name(ArgType t) {
  switch (t) {
    case ArgType::TensorList: return "Tensor[]";
    case ArgType::IntList: return "int[]";
    case ArgType::FloatList: return "float[]";
    case ArgType::BoolList: return "bool[]";
    default: break;
  }
  for (const auto& [name, type] : kBaseTypes) {
    if (type == t) return name;
  }
  return "?";
}

std::string Arg::type_name() const {
  std::string out(vt::type_name(type));
  if (optional) out += '?';
  return out;
}

Schema::Schema(std::string_view text) : text_(text) {
  Parser p(text);
  name_ = p.word();
  if (p.take("::")) name_ += "::" + std::string(p.word());  // of a plugin, in its namespace
  if (p.take(".")) overload_ = p.word();
  full_name_ = overload_.empty() ? name_ : name_ + "." + overload_;
  p.expect("(");
  bool keyword_only = false;
  for (bool first = true; !p.take(")"); first = false) {
    if (!first) p.expect(",");
    if (!keyword_only && p.take("*")) {
      keyword_only = true;
      continue;
    }
    const ParsedType t = parse_type(p);
    Arg a;
    a.type = t.type;
    a.optional = t.optional;
    a.optional_elements = t.optional_elements;
    a.written = t.written;
    a.aliased = t.aliased;
    a.accepts_number = t.accepts_number;
    a.list_size = t.list_size;
    a.keyword_only = keyword_only;
    a.name = p.word();
    if (index_of(a.name) >= 0) p.fail("another name");
    if (p.take("=")) parse_default(p, a, p.until(",)"));
    args_.push_back(std::move(a));
  }
  p.expect("->");
  if (p.take("(")) {
    if (!p.take(")")) {
      do rets_.push_back(parse_ret(p));
      while (p.take(","));
      p.expect(")");
    }
  } else {
    rets_.push_back(parse_ret(p));
  }
  if (!p.at_end()) p.fail("the end");
  // Defaults point into the argument they belong to, so only once the vector has settled.
  for (Arg& a : args_) {
    if (a.type == ArgType::IntList && !a.default_ints.empty()) a.default_value = box(IntSpan(a.default_ints));
    if (a.type == ArgType::IntList && a.has_default && a.default_value.is_none() && !a.optional) {
      a.default_value = box_list(Tag::IntList, a.default_ints.data(), 0);
    }
    if (a.type == ArgType::String && a.has_default && (!a.default_text.empty() || !a.optional)) {
      a.default_value = box(std::string_view(a.default_text));
    }
  }
}

int Schema::index_of(std::string_view arg) const {
  for (size_t i = 0; i < args_.size(); ++i) {
    if (args_[i].name == arg) return static_cast<int>(i);
  }
  return -1;
}

std::string Schema::inplace_text() const {
  const size_t open = text_.find('(');
  std::string rest = text_.substr(open + 1, text_.rfind("->") - open - 1);
  const size_t type = rest.find(' ');
  VT_ASSERT(args_[0].name == "self" && args_[0].type == ArgType::Tensor, "in-place form of ", text_);
  rest.replace(0, type, "Tensor(a!)");
  return name_ + "_" + (overload_.empty() ? "" : "." + overload_) + "(" + rest + "-> Tensor(a!)";
}

std::string Schema::out_text() const {
  const size_t open = text_.find('('), arrow = text_.rfind("->");
  const size_t close = text_.rfind(')', arrow);
  std::string args = text_.substr(open + 1, close - open - 1);
  const bool has_keyword_only = !args_.empty() && args_.back().keyword_only;
  std::string outs, rets;
  for (size_t i = 0; i < rets_.size(); ++i) {
    const char letter = static_cast<char>('a' + i);
    const std::string type = std::string("Tensor(") + letter + "!)";
    if (i) outs += ", ", rets += ", ";
    outs += type + " out" + (rets_.size() == 1 ? "" : std::to_string(i));
    rets += type;
  }
  if (!args.empty()) args += ", ";
  if (!has_keyword_only) args += "*, ";
  const std::string overload = overload_.empty() ? "out" : overload_ + "_out";
  return name_ + "." + overload + "(" + args + outs + ") -> " + (rets_.size() == 1 ? rets : "(" + rets + ")");
}

}  // namespace vt
