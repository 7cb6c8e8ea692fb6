#include "plugin/file_names.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "base/utf8.hpp"

namespace discern::plugin {
namespace {

namespace json = boost::json;

constexpr std::size_t kMost = 100;
constexpr std::size_t kMostExtension = 16;
constexpr std::string_view kReference = "attachment://";

// The letters U+00C0 to U+017F without their accents; "-" for none.
constexpr char32_t kFirstLatin = 0xC0;
constexpr std::string_view kLatin =
    "A A A A A A AE C E E E E I I I I D N O O O O O x O U U U U Y Th ss "
    "a a a a a a ae c e e e e i i i i d n o o o o o - o u u u u y th y "
    "A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g "
    "G g G g H h H h I i I i I i I i I i IJ ij J j K k k L l L l L l L "
    "l L l N n N n N n n N n O o O o O o OE oe R r R r R r S s S s S s "
    "S s T t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z s ";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string_view latin(char32_t letter) {
  std::string_view rest = kLatin;
  for (char32_t at = kFirstLatin; !rest.empty(); ++at) {
    const std::size_t end = rest.find(' ');
    if (at == letter) return rest.substr(0, end) == "-" ? std::string_view() : rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  return {};
}

char32_t code_point(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character[0]);
  char32_t value = static_cast<unsigned char>(character[0]) & (0xFF >> (character.size() + 1));
  for (const char c : character.substr(1)) {
    value = (value << 6) | (static_cast<unsigned char>(c) & 0x3F);
  }
  return value;
}

bool parts_words(char32_t c) {
  return c <= 0x20 || c == '/' || c == '\\' || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x3000;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of("._");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of("._") - first + 1);
}

std::string cleaned(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(character.size());
    if (length == 0) continue;
    const char32_t c = code_point(character);
    if (parts_words(c)) {
      if (!out.ends_with('_')) out += '_';
    } else if (length == 1) {
      if (is_plain(character[0])) out += character;
    } else {
      out += latin(c);
    }
  }
  return out;
}

bool names_file(const json::object& attachment, std::size_t index) {
  const json::value* id = attachment.if_contains("id");
  if (id == nullptr) return false;
  if (id->is_string()) return id->get_string() == std::to_string(index);
  return id->is_number() && id->to_number<std::int64_t>() == static_cast<std::int64_t>(index);
}

void change_references(json::value& value, std::string_view from, std::string_view to) {
  if (value.is_object()) {
    for (auto& member : value.get_object()) change_references(member.value(), from, to);
  } else if (value.is_array()) {
    for (json::value& one : value.get_array()) change_references(one, from, to);
  } else if (value.is_string()) {
    const std::string_view text = value.get_string();
    if (text.starts_with(kReference) && text.substr(kReference.size()) == from) {
      value = std::string(kReference).append(to);
    }
  }
}

}  // namespace

std::string clean_file_name(std::string_view given) {
  const bool plain = std::all_of(given.begin(), given.end(), is_plain);
  if (plain && given.size() <= kMost && !trimmed(given).empty()) return std::string(given);
  const std::string text = cleaned(given);
  const std::size_t dot = text.rfind('.');
  std::string_view stem = std::string_view(text).substr(0, dot);
  std::string_view extension;
  if (dot != std::string::npos) extension = trimmed(std::string_view(text).substr(dot + 1));
  // What follows a dot and a gap is no extension, as in "../../etc/passwd".
  const bool gap = dot != std::string::npos && text.substr(dot).starts_with("._");
  if (gap || extension.size() > kMostExtension) {
    stem = text;
    extension = {};
  }
  stem = trimmed(stem);
  std::string out(stem.empty() ? std::string_view("file") : stem);
  const std::size_t room = kMost - (extension.empty() ? 0 : extension.size() + 1);
  if (out.size() > room) out.resize(room);
  return extension.empty() ? out : out.append(".").append(extension);
}

void clean_file_names(std::vector<discord::RestFile>& files, std::string& text) {
  std::vector<std::string> given;
  for (discord::RestFile& file : files) {
    given.push_back(file.name);
    file.name = clean_file_name(file.name);
  }
  if (files.empty() || text.empty()) return;
  boost::system::error_code bad;
  json::value parsed = json::parse(text, bad);
  if (bad || !parsed.is_object()) return;
  if (json::value* list = parsed.get_object().if_contains("attachments");
      list != nullptr && list->is_array()) {
    for (json::value& one : list->get_array()) {
      for (std::size_t i = 0; one.is_object() && i < files.size(); ++i) {
        if (names_file(one.get_object(), i)) one.get_object()["filename"] = files[i].name;
      }
    }
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (given[i] != files[i].name) change_references(parsed, given[i], files[i].name);
  }
  text = json::serialize(parsed);
}

}  // namespace discern::plugin
