// Writes the typed C++ entries of all ops: for each family a header that declares them and a source that calls the
// dispatcher, and entries.def, the list of all schemas.
//
//   op_entries src/ops OUT
//
// A declaration is a string literal of a *.cpp that reads as a schema, `.inplace(` in its statement asks for that form;
// or a row of the pointwise tables. Whoever builds a schema at run time is not seen: a test compares the list with the
// registry. Files whose text stays the same are left alone, so that nothing is compiled again.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "ops/pointwise/row_forms.h"
#include "ops/special/dtype_rule.h"

namespace {

namespace fs = std::filesystem;
using vt::Arg;
using vt::ArgType;
using vt::Schema;

struct Entry {
  std::string family;
  std::unique_ptr<Schema> schema;
  std::string name;                // in C++
  std::vector<std::string> types;  // of the parameters
  size_t required = 0;             // parameters without a default
};

// ---- reading ----

struct Token {
  enum Kind { Word, Literal, Punctuation } kind;
  std::string text;  // of a literal: its value
};

// Words, literals (adjacent ones joined) and single characters; comments and character literals are left out.
std::vector<Token> tokens_of(const std::string& text) {
  std::vector<Token> tokens;
  auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  bool joins = false;
  auto literal = [&](std::string value) {
    if (joins) {
      tokens.back().text += value;
    } else {
      tokens.push_back({Token::Literal, std::move(value)});
    }
    joins = true;
  };
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (std::isspace(static_cast<unsigned char>(c)) || c == '\\') {
      ++i;
    } else if (text.compare(i, 2, "//") == 0) {
      i = std::min(text.find('\n', i), text.size());
    } else if (text.compare(i, 2, "/*") == 0) {
      i = std::min(text.find("*/", i), text.size() - 2) + 2;
    } else if (text.compare(i, 2, "R\"") == 0) {
      const size_t open = text.find('(', i);
      const std::string end = ")" + text.substr(i + 2, open - i - 2) + "\"";
      const size_t close = text.find(end, open);
      literal(text.substr(open + 1, close - open - 1));
      i = close + end.size();
    } else if (c == '"') {
      std::string value;
      for (++i; text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
        value += text[i];
      }
      literal(std::move(value));
      ++i;
    } else if (c == '\'') {
      for (++i; text[i] != '\''; ++i) i += text[i] == '\\';
      ++i;
    } else {
      const size_t begin = i++;
      if (is_word(c)) {
        while (i < text.size() && (is_word(text[i]) || (text[i] == '\'' && std::isdigit(text[begin])))) ++i;
      }
      tokens.push_back({is_word(c) ? Token::Word : Token::Punctuation, text.substr(begin, i - begin)});
      joins = false;
    }
  }
  return tokens;
}

// Whether token `at` is the literal of a declaration: `name(...) -> ...`, and not the text of a `.doc(`.
bool is_declaration(const std::vector<Token>& tokens, size_t at) {
  if (tokens[at].kind != Token::Literal || at < 2 || tokens[at - 2].text == "doc") return false;
  const std::string& s = tokens[at].text;
  size_t i = 0;
  while (i < s.size() && (std::isalnum(static_cast<unsigned char>(s[i])) || s[i] == '_' || s[i] == '.')) ++i;
  return i > 0 && i < s.size() && s[i] == '(' && s.find(") -> ", i) != std::string::npos;
}

// Whether `.inplace(` is called in the statement that goes on at `i`, inside the parentheses of `def(`.
bool asks_for_inplace(const std::vector<Token>& tokens, size_t i) {
  for (int depth = 0; i + 1 < tokens.size(); ++i) {
    const std::string& t = tokens[i].text;
    if (tokens[i].kind == Token::Literal) continue;
    if (t == "(" || t == "{" || t == "[") ++depth;
    if (t == ")" || t == "}" || t == "]") --depth;
    if (t == ";" && depth < 0) return false;
    if (t == "inplace" && depth == -1 && tokens[i + 1].text == "(") return true;
  }
  return false;
}

class Entries {
 public:
  void add(const std::string& family, const std::string& text) {
    auto schema = std::make_unique<Schema>(text);
    if (!seen_.insert(schema->full_name()).second) throw std::runtime_error(text + " is declared twice");
    entries_.push_back({family, std::move(schema), {}, {}, 0});
  }
  void add_inplace(const std::string& family, const std::string& text) { add(family, Schema(text).inplace_text()); }
  std::vector<Entry>& all() { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::set<std::string> seen_;
};

void read_sources(const fs::path& folder, const std::string& family, Entries& entries) {
  std::vector<fs::path> paths;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.path().extension() == ".cpp") paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    const std::vector<Token> tokens = tokens_of(text.str());
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (!is_declaration(tokens, i)) continue;
      entries.add(family, tokens[i].text);
      if (asks_for_inplace(tokens, i + 1)) entries.add_inplace(family, tokens[i].text);
    }
  }
}

void read_rows(Entries& entries) {
  namespace rule = vt::pointwise::rule;
  using enum vt::Surface;
  using vt::kEverywhere;
  std::string family = "pointwise";
  auto add = [&](const char* id, const char* schema, const vt::pointwise::DTypeRule& row_rule) {
    const std::string text = vt::pointwise::row_schema(id, schema);
    entries.add(family, text);
    if (vt::pointwise::row_forms(Schema(text), row_rule).inplace) entries.add_inplace(family, text);
  };
#define VT_UNARY(id, rule_, ...) add(#id, "", rule::rule_);
#define VT_UNARY_WITH(id, schema, numbers, rule_, ...) add(#id, schema, rule::rule_);
#define VT_BINARY VT_UNARY_WITH
#define VT_TERNARY VT_UNARY_WITH
#define VT_SELECT VT_UNARY_WITH
#define VT_COLUMN(...)
#include "ops/pointwise/activation.def"
#include "ops/pointwise/arithmetic.def"
#include "ops/pointwise/comparison.def"
#include "ops/pointwise/math.def"
#include "ops/pointwise/rounding.def"
#include "ops/pointwise/selection.def"
#include "ops/pointwise/variates.def"
  family = "special";
#include "ops/special/functions.def"
#include "ops/special/polynomials.def"
}

// ---- C++ ----

// A C++ keyword gets an underscore.
std::string identifier(const std::string& name) {
  static const std::set<std::string> keywords = {"and",    "bool",  "char",   "class",  "default", "double", "float",
                                                 "for",    "if",    "int",    "long",   "new",     "not",    "or",
                                                 "return", "short", "signed", "static", "switch",  "this",   "xor"};
  return keywords.contains(name) ? name + "_" : name;
}

std::string parameter_type(const Arg& a) {
  std::string type;
  switch (a.type) {
    case ArgType::Tensor: return "const Tensor&";
    case ArgType::Generator: return "Generator*";
    case ArgType::Scalar: return a.optional ? "std::optional<Scalar>" : "const Scalar&";
    case ArgType::TensorList: type = "TensorSpan"; break;
    case ArgType::Int: type = "int64_t"; break;
    case ArgType::Float: type = "double"; break;
    case ArgType::Bool: type = "bool"; break;
    case ArgType::String: type = "std::string_view"; break;
    case ArgType::IntList: type = "IntSpan"; break;
    case ArgType::FloatList: type = "std::span<const double>"; break;
    case ArgType::BoolList: type = "std::span<const bool>"; break;
    case ArgType::ScalarType: type = "DType"; break;
    case ArgType::Device: type = "Device"; break;
    case ArgType::MemoryFormat: type = "MemoryFormat"; break;
  }
  return a.optional ? "std::optional<" + type + ">" : type;
}

std::string result_type(const Schema& s) {
  if (s.rets().empty()) return "void";
  std::string tuple;
  for (const vt::Ret& r : s.rets()) {
    if (s.rets().size() > 1 && r.type != ArgType::Tensor)
      throw std::runtime_error(s.text() + ": only tensors in tuples");
    tuple += std::string(tuple.empty() ? "" : ", ") + "Tensor";
  }
  if (s.rets().size() > 1) return "std::tuple<" + tuple + ">";
  switch (s.rets()[0].type) {
    case ArgType::Tensor: return "Tensor";
    case ArgType::TensorList: return "std::vector<Tensor>";
    case ArgType::Bool: return "bool";
    case ArgType::Int: return "int64_t";
    case ArgType::Float: return "double";
    case ArgType::Scalar: return "Scalar";
    default: throw std::runtime_error(s.text() + ": no C++ type of the result");
  }
}

std::string default_text(const Arg& a) {
  const vt::Value& v = a.default_value;
  char digits[32];
  switch (v.tag) {
    case vt::Tag::Bool: return v.i ? "true" : "false";
    case vt::Tag::Int: return std::to_string(v.i);
    case vt::Tag::Double: return std::string(digits, std::to_chars(digits, digits + sizeof digits, v.d).ptr);
    case vt::Tag::String: return '"' + a.default_text + '"';
    case vt::Tag::MemoryFormat:
      return static_cast<vt::MemoryFormat>(v.i) == vt::MemoryFormat::Preserve ? "MemoryFormat::Preserve"
                                                                              : "MemoryFormat::Contiguous";
    case vt::Tag::IntList: {
      std::string values;
      for (const int64_t i : a.default_ints) values += (values.empty() ? "" : ", ") + std::to_string(i);
      return values.empty() ? "{}" : "DimVec{" + values + "}";
    }
    default: return "{}";
  }
}

void set_parameters(Entry& e) {
  e.name = identifier(e.schema->name());
  for (size_t i = 0; i < e.schema->args().size(); ++i) {
    const Arg& a = e.schema->args()[i];
    e.types.push_back(parameter_type(a));
    if (!a.has_default) e.required = i + 1;
  }
}

// Overloads that a call with n arguments could both mean: the one with more parameters loses the default of the next,
// of equally long ones the later.
void separate(Entry& a, Entry& b) {
  const size_t shorter = std::min(a.types.size(), b.types.size());
  for (size_t n = std::max(a.required, b.required); n <= shorter; n = std::max(a.required, b.required)) {
    if (!std::equal(a.types.begin(), a.types.begin() + n, b.types.begin())) return;
    if (n == a.types.size() && n == b.types.size()) {
      throw std::runtime_error(a.schema->text() + " and " + b.schema->text() + " take the same C++ types");
    }
    (n == b.types.size() ? a : b).required = n + 1;
  }
}

std::string parameters(const Entry& e, bool with_defaults) {
  std::string text;
  for (size_t i = 0; i < e.types.size(); ++i) {
    const Arg& a = e.schema->args()[i];
    text += (i ? ", " : "") + e.types[i] + " " + identifier(a.name);
    if (with_defaults && i >= e.required) text += " = " + default_text(a);
  }
  return text;
}

std::string header_of(const std::string& family, const std::vector<const Entry*>& entries) {
  std::ostringstream out;
  out << "// The ops of src/ops/" << family
      << " as C++ functions, made from their declarations by tools/op_entries.cpp.\n"
      << "#pragma once\n\n#include <optional>\n#include <tuple>\n#include <vector>\n\n#include \"dispatch/value.h\"\n\n"
      << "namespace vt::ops {\n";
  for (const Entry* e : entries) {
    out << "\n// " << e->schema->text() << "\nVT_API " << result_type(*e->schema) << " " << e->name << "("
        << parameters(*e, true) << ");\n";
  }
  out << "\n}  // namespace vt::ops\n";
  return out.str();
}

std::string source_of(const std::string& family, const std::vector<const Entry*>& entries) {
  std::ostringstream out;
  out << "#include \"ops/typed/" << family << ".h\"\n\n#include \"dispatch/dispatch.h\"\n\nnamespace vt::ops {\n";
  for (const Entry* e : entries) {
    const std::string result = result_type(*e->schema);
    out << "\n"
        << result << " " << e->name << "(" << parameters(*e, false) << ") {\n  static const Op& op = find_op(\""
        << e->schema->full_name() << "\");\n  return call<" << result << ">(op";
    for (const Arg& a : e->schema->args()) out << ", " << identifier(a.name);
    out << ");\n}\n";
  }
  out << "\n}  // namespace vt::ops\n";
  return out.str();
}

void write(const fs::path& path, const std::string& text) {
  std::stringstream old;
  old << std::ifstream(path).rdbuf();
  if (fs::exists(path) && old.str() == text) return;
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void run(const fs::path& ops, const fs::path& out) {
  Entries entries;
  std::map<std::string, std::vector<const Entry*>> families;
  for (const auto& folder : fs::directory_iterator(ops)) {
    if (folder.is_directory()) families[folder.path().filename().string()];
  }
  for (const auto& [family, _] : families) read_sources(ops / family, family, entries);
  read_rows(entries);

  std::map<std::string, std::vector<Entry*>> overloads;
  for (Entry& e : entries.all()) {
    set_parameters(e);
    for (Entry* other : overloads[e.name]) separate(*other, e);
    overloads[e.name].push_back(&e);
  }
  std::string list;
  for (const Entry& e : entries.all()) {
    families[e.family].push_back(&e);
    list += "VT_OP(R\"(" + e.schema->text() + ")\")\n";
  }
  fs::create_directories(out);
  for (const auto& [family, of_family] : families) {
    write(out / (family + ".h"), header_of(family, of_family));
    write(out / (family + ".cpp"), source_of(family, of_family));
  }
  write(out / "entries.def", list);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: op_entries src/ops OUT\n";
    return 2;
  }
  try {
    run(argv[1], argv[2]);
  } catch (const std::exception& e) {
    std::cerr << "op_entries: " << e.what() << "\n";
    return 1;
  }
}
