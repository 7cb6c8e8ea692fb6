#include "plugin/rest_request.hpp"

#include <algorithm>
#include <array>

#include "plugin/boundary.hpp"

namespace discern::plugin {
namespace {

constexpr std::array<std::string_view, 5> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
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

}  // namespace

Result<discord::RestRequest> read_rest_request(const discern_rest_request& given,
                                               const std::string& plugin) {
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
    request.parameters.emplace_back(view(given.parameters[i]));
    if (request.parameters.back().empty())
      return Error(Errc::Invalid, "a parameter of " + request.route + " is empty");
  }
  Result<std::vector<discord::RestFile>> files = read_files(given.files, given.file_count);
  if (!files) return std::move(files).error();
  request.files = *std::move(files);
  request.query = view(given.query);
  request.json = view(given.json);
  request.reason = view(given.reason).substr(0, 512);
  request.plugin = plugin;
  return request;
}

Result<std::vector<discord::RestFile>> read_files(const discern_file* files, std::uint32_t count) {
  std::vector<discord::RestFile> out;
  if (count > kMaxFiles) return Error(Errc::Limit, "a message takes at most 10 files");
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    discord::RestFile file{std::string(view(files[i].name)),
                           std::string(view(files[i].content_type)),
                           std::string(view(files[i].bytes))};
    const auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '_' || c == '-';
    };
    if (file.name.empty() || file.name.size() > 100 ||
        !std::all_of(file.name.begin(), file.name.end(), fits)) {
      return Error(Errc::Invalid,
                   "file name \"" + file.name + "\" must be letters, digits, . _ or -");
    }
    bytes += file.bytes.size();
    out.push_back(std::move(file));
  }
  if (bytes > kMaxFileBytes)
    return Error(Errc::Limit, "files of one message may have 25 MiB together");
  return out;
}

}  // namespace discern::plugin
