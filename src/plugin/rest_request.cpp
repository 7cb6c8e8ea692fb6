#include "plugin/rest_request.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <optional>

#include "discern/plugin/text.hpp"
#include "discord/model/limits.hpp"
#include "plugin/boundary.hpp"
#include "plugin/file_names.hpp"

namespace discern::plugin {
namespace {

constexpr std::array<std::string_view, 5> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
// Characters of X-Audit-Log-Reason.
constexpr std::size_t kMostReason = 512;
constexpr std::size_t kMaxFiles = 10;
constexpr std::size_t kMaxFileBytes = 25 * 1024 * 1024;

std::size_t count_holes(std::string_view route) {
  std::size_t holes = 0;
  for (std::size_t at = route.find("{}"); at != std::string_view::npos;
       at = route.find("{}", at + 2)) {
    ++holes;
  }
  return holes;
}

Result<void> check_route(std::string_view route, std::size_t parameters) {
  const std::string text(route);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/{}-_@.").find(c) != std::string_view::npos;
  };
  const bool dots = route.find("..") != std::string_view::npos;
  if (!route.starts_with('/') || dots || route.size() > 200 ||
      !std::all_of(route.begin(), route.end(), fits)) {
    return Error(Errc::Invalid,
                 "\"" + text + "\" is not a route; write it like /channels/{}/messages");
  }
  if (count_holes(route) != parameters ||
      std::count(route.begin(), route.end(), '{') != static_cast<std::ptrdiff_t>(parameters)) {
    return Error(Errc::Invalid, "\"" + text + "\" has not as many {} as there are parameters");
  }
  // An id in the route itself would make a rate-limit bucket and a metric of its own.
  std::size_t digits = 0;
  for (const char c : route) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits >= 15)
      return Error(Errc::Invalid,
                   "\"" + text + "\" holds an id; write {} and pass it as a parameter");
  }
  return {};
}

// What Discord would refuse of it, for the routes whose rules are known.
std::optional<discord::LimitError> find_problem(const discord::RestRequest& request,
                                                SystemTime now) {
  const std::string what = request.method + " " + request.route;
  const std::size_t files = request.files.size();
  if (what == "POST /channels/{}/messages" || what == "POST /webhooks/{}/{}") {
    return discord::check_message(request.json, {false, files});
  }
  if (what == "PATCH /channels/{}/messages/{}") {
    return discord::check_message(request.json, {true, files});
  }
  if (what == "POST /channels/{}/messages/bulk-delete") {
    return discord::check_bulk_delete(request.json, epoch_ms(now));
  }
  if (what == "PATCH /guilds/{}/members/{}" || what == "PATCH /guilds/{}/members/@me") {
    return discord::check_member(request.json, epoch_ms(now));
  }
  return std::nullopt;
}

Result<void> check_body(const discord::RestRequest& request, SystemTime now) {
  if (request.json.empty()) return {};
  boost::system::error_code bad;
  const boost::json::value body = boost::json::parse(request.json, bad);
  const std::string what = request.method + " " + request.route;
  if (bad) return Error(Errc::Invalid, "the body of " + what + " is not JSON");
  if (!body.is_object()) return {};
  if (std::optional<discord::LimitError> wrong = find_problem(request, now)) {
    return Error(Errc::Invalid, what + ": " + wrong->sentence);
  }
  return {};
}

}  // namespace

Result<discord::RestRequest> read_rest_request(const discern_rest_request& given,
                                               const std::string& plugin,
                                               SystemTime now) {
  discord::RestRequest request;
  request.method = view(given.method);
  if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end()) {
    return Error(Errc::Invalid,
                 "\"" + request.method + "\" is not a method; use GET, POST, PUT, PATCH or DELETE");
  }
  request.route = view(given.route);
  if (Result<void> fits = check_route(request.route, given.parameter_count); !fits) {
    return std::move(fits).error();
  }
  for (std::uint32_t i = 0; i < given.parameter_count; ++i) {
    request.parameters.push_back(text_of(given.parameters[i]));
    if (request.parameters.back().empty())
      return Error(Errc::Invalid, "a parameter of " + request.route + " is empty");
  }
  Result<std::vector<discord::RestFile>> files = read_files(given.files, given.file_count);
  if (!files) return std::move(files).error();
  request.files = *std::move(files);
  request.query = text_of(given.query);
  request.json = text_of(given.json);
  clean_file_names(request.files, request.json);
  request.reason = cut(view(given.reason), kMostReason);
  request.plugin = plugin;
  if (Result<void> fits = check_body(request, now); !fits) return std::move(fits).error();
  return request;
}

Result<std::vector<discord::RestFile>> read_files(const discern_file* files, std::uint32_t count) {
  std::vector<discord::RestFile> out;
  if (count > kMaxFiles) return Error(Errc::Limit, "a message takes at most 10 files");
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    discord::RestFile file{
        text_of(files[i].name), text_of(files[i].content_type), std::string(view(files[i].bytes))};
    // It becomes a header of the part.
    const auto fits = [](char c) { return c >= 0x20 && c < 0x7f; };
    if (!std::all_of(file.content_type.begin(), file.content_type.end(), fits)) {
      return Error(Errc::Invalid,
                   "the content type of file \"" + file.name +
                       "\" holds a control character or a letter that is not ASCII; write it like "
                       "image/png, or leave it out");
    }
    bytes += file.bytes.size();
    out.push_back(std::move(file));
  }
  if (bytes > kMaxFileBytes)
    return Error(Errc::Limit, "files of one message may have 25 MiB together");
  return out;
}

}  // namespace discern::plugin
