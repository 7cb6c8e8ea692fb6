#include "app/token_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

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

}  // namespace

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
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r' || text->back() == ' ')) {
    text->pop_back();
  }
  if (text->empty()) return Error(Errc::Invalid, path + " is empty; it must hold the bot token");
  if (text->find_first_of(" \t\r\n=\"'") != text->npos) {
    return Error(Errc::Invalid, path + " must hold the bot token and nothing else");
  }
  return Secret(*std::move(text));
}

}  // namespace discern::app
