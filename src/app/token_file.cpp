#include "app/token_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/files.hpp"

namespace discern::app {
namespace {

// What others must not be allowed. systemd lets a service read its credentials through an ACL,
// whose mask shows as the group's bits, and the service cannot change them.
mode_t forbidden_bits(const std::filesystem::path& file) {
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  const bool is_credential =
      credentials != nullptr && *credentials != '\0' &&
      file.parent_path().lexically_normal() ==
          (std::filesystem::path(credentials) / "").lexically_normal().parent_path();
  return is_credential ? S_IRWXO : S_IRWXG | S_IRWXO;
}

constexpr std::string_view kWhite = " \t\r\n\v\f";

std::string_view trim(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kWhite), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kWhite) + 1);
}

}  // namespace

Result<Secret> parse_token(std::string_view text, const std::string& place) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text = trim(text);
  if (text.size() > 4 && (text.substr(0, 3) == "Bot" || text.substr(0, 3) == "bot") &&
      kWhite.find(text[3]) != kWhite.npos) {
    text = trim(text.substr(4));
  }
  if (text.empty()) return Error(Errc::Invalid, place + " is empty; it must hold the bot token");
  // Whatever else stands there would reach Discord in a header, and be refused without a reason.
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '=' && c != '"' && c != '\'';
  });
  if (!plain) return Error(Errc::Invalid, place + " must hold the bot token and nothing else");
  return Secret(std::string(text));
}

Result<Secret> read_token_file(const std::string& path) {
  struct stat attributes {};
  if (::stat(path.c_str(), &attributes) == 0 && (attributes.st_mode & forbidden_bits(path)) != 0) {
    return Error(Errc::Refused,
                 fmt::format("{} can be read by others; run: chmod 600 {}", path, path));
  }
  auto text = read_file(path, 4096);
  if (!text && text.error().kind == Errc::NotFound && path.find('/') == path.npos) {
    // It may well be the token itself.
    return Error(Errc::NotFound,
                 "discord.token_file: there is no such file here; it takes the path of a file that "
                 "holds the bot token, and not the token");
  }
  if (!text) return wrap("discord.token_file", std::move(text).error());
  return parse_token(*text, path);
}

}  // namespace discern::app
