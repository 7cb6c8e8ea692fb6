#include "app/plugin_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <future>

#include "app/host_address.hpp"
#include "app/program_folder.hpp"
#include "app/tell.hpp"
#include "base/files.hpp"
#include "history/folder_lock.hpp"
#include "net/http_out.hpp"
#include "plugin/book.hpp"
#include "plugin/check.hpp"

namespace discern::app {
namespace {

namespace json = boost::json;

int failed(const std::string& sentence) {
  complain(sentence);
  return kExitFailed;
}

// Longer than the host takes to give up on a plugin's init.
constexpr std::chrono::seconds kPatience{30};

Result<net::HttpOutResponse> ask(const std::string& method, const std::string& url) {
  net::HttpOutRequest request;
  request.method = method;
  request.url = url;
  request.timeout = kPatience;
  std::promise<Result<net::HttpOutResponse>> answer;
  net::HttpOut http;
  http.send(std::move(request),
            [&](net::HttpOutcome outcome) { answer.set_value(std::move(outcome.response)); });
  return answer.get_future().get();
}

std::string path_of(const Request& request) {
  const std::string plugins = "api/v1/plugins";
  switch (request.plugin_verb) {
    case Request::PluginVerb::List:
      return plugins;
    case Request::PluginVerb::Enable:
      return plugins + "/" + request.plugin + "/enable";
    case Request::PluginVerb::Disable:
      return plugins + "/" + request.plugin + "/disable";
    case Request::PluginVerb::Reload:
      return plugins + "/" + request.plugin + "/reload";
  }
  return plugins;
}

// Asks the host that runs with the data folder; when none was named and none runs there, the demo.
// Errors: NotFound (no host runs), and what the request met.
Result<net::HttpOutResponse> ask_host(const Request& request) {
  const std::filesystem::path& named = request.config.data_dir;
  std::vector<std::filesystem::path> folders{named};
  if (!request.config.given.contains("data_dir")) folders.push_back(demo_folder(named));
  const std::string method = request.plugin_verb == Request::PluginVerb::List ? "GET" : "POST";
  for (const std::filesystem::path& folder : folders) {
    const auto url = find_host_address(folder);
    if (!url) continue;
    Result<net::HttpOutResponse> answer = ask(method, *url + path_of(request));
    // The address outlives a host that was killed.
    if (!answer && answer.error().kind == Errc::Unavailable) continue;
    if (folder != named) complain("of the demo in " + folder.string());
    return answer;
  }
  return Error(Errc::NotFound,
               fmt::format("no host runs with data folder {}; start it, or name another folder "
                           "with --data",
                           named.string()));
}

std::string text_of(const json::object& from, std::string_view key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string error_of(const net::HttpOutResponse& response) {
  boost::system::error_code bad;
  const json::value body = json::parse(response.body, bad);
  const std::string text =
      !bad && body.is_object() ? text_of(body.get_object(), "error") : std::string();
  return text.empty() ? fmt::format("the host answered {}", response.status) : text;
}

int list(const net::HttpOutResponse& response) {
  boost::system::error_code bad;
  const json::value body = json::parse(response.body, bad);
  if (bad || !body.is_object()) return failed("the host's answer cannot be understood");
  tell("{:24} {:12} {:10} {}\n", "PLUGIN", "VERSION", "STATE", "MESSAGE");
  const json::value* rows = body.get_object().if_contains("plugins");
  if (rows == nullptr || !rows->is_array()) return kExitFine;
  for (const json::value& row : rows->get_array()) {
    if (!row.is_object()) continue;
    const json::object& one = row.get_object();
    std::string message = text_of(one, "message");
    if (const json::value* stuck = one.if_contains("stuck"); stuck && stuck->is_object()) {
      // serialize() would write 2.2E0.
      const json::value* seconds = stuck->get_object().if_contains("seconds");
      message = fmt::format(
          "in {} for {:.1f} s",
          text_of(stuck->get_object(), "handler"),
          seconds != nullptr && seconds->is_number() ? seconds->to_number<double>() : 0.0);
    }
    tell("{:24} {:12} {:10} {}\n",
         text_of(one, "id"),
         text_of(one, "version"),
         text_of(one, "state"),
         message);
  }
  return kExitFine;
}

std::string no_such_plugin(const std::string& id, const std::vector<std::string>& known) {
  return fmt::format(
      "there is no plugin \"{}\"; {}",
      id,
      known.empty() ? "there is none at all" : fmt::format("there are {}", fmt::join(known, ", ")));
}

// No host has the folder: what the operator wants is noted, and holds from the next start on.
int note_wish(const Request& request) {
  const std::vector<std::string> known = plugin::plugin_ids(plugin_options(request.config, false));
  if (std::find(known.begin(), known.end(), request.plugin) == known.end()) {
    return failed(no_such_plugin(request.plugin, known));
  }
  const bool wanted = request.plugin_verb == Request::PluginVerb::Enable;
  const std::filesystem::path& folder = request.config.data_dir;
  if (auto made = ensure_data_folder(folder); !made) return failed(made.error().text);
  const auto lock = history::FolderLock::acquire(folder);
  if (!lock) return failed(lock.error().text);
  KeptFile file = plugin::Book::kept_file(plugin_options(request.config, false).book_file);
  plugin::Book book = plugin::Book::read(file);
  book.set_wish(request.plugin, wanted);
  if (wanted) book.forgive(request.plugin);
  if (const auto saved = file.write(book.to_json()); !saved) {
    return failed(saved.error().text);
  }
  tell("no host runs with data folder {}; from its next start on \"{}\" is {}\n",
       folder.string(),
       request.plugin,
       wanted ? "enabled" : "disabled");
  return kExitFine;
}

}  // namespace

plugin::HostOptions plugin_options(const Config& config, bool demonstration) {
  plugin::HostOptions options;
  options.folder = config.plugins.folder;
  if (options.folder.empty()) {
    options.folder = bundled_plugins();
    options.more_folders = {config.own_plugins.empty() ? config.data_dir / "plugins"
                                                       : config.own_plugins};
  }
  options.storage_folder = config.data_dir / "plugin-storage";
  options.storage_limit_bytes =
      static_cast<std::uint64_t>(config.plugins.storage_megabytes) * 1024 * 1024;
  options.private_folder = config.data_dir / "loaded-plugins";
  options.book_file = config.data_dir / "plugins.json";
  options.incident_file = config.data_dir / "plugin-errors.json";
  options.crash_file = config.data_dir / "crash.txt";
  options.disabled = config.plugins.disabled;
  options.watch_files = config.plugins.watch;
  options.config = config.plugin_values;
  options.demonstration = demonstration;
  options.queue_limit = static_cast<std::size_t>(config.plugins.queue_limit);
  options.time_budget = config.plugins.time_budget;
  options.defer_after = config.plugins.defer_after;
  return options;
}

int run_plugin_command(const Request& request) {
  const bool only_a_wish = request.plugin_verb == Request::PluginVerb::Enable ||
                           request.plugin_verb == Request::PluginVerb::Disable;
  const bool listing = request.plugin_verb == Request::PluginVerb::List;
  const Result<net::HttpOutResponse> answer = ask_host(request);
  if (!answer) {
    const bool nobody = answer.error().kind == Errc::NotFound;
    return nobody && only_a_wish ? note_wish(request) : failed(answer.error().text);
  }
  if (answer->status == 404) {
    return failed(
        no_such_plugin(request.plugin, plugin::plugin_ids(plugin_options(request.config, false))));
  }
  if (answer->status != 200) return failed(error_of(*answer));
  if (listing) return list(*answer);
  boost::system::error_code bad;
  const json::value body = json::parse(answer->body, bad);
  if (bad || !body.is_object()) return failed("the host's answer cannot be understood");
  const std::string message = text_of(body.get_object(), "message");
  tell("{} is {}{}{}\n",
       request.plugin,
       text_of(body.get_object(), "state"),
       message.empty() ? "" : ": ",
       message);
  return kExitFine;
}

int check_plugins(const Request& request) {
  const plugin::HostOptions options = plugin_options(request.config, true);
  int code = kExitFine;
  const std::vector<plugin::Finding> findings =
      plugin::examine(options, request.run_nothing ? plugin::Depth::Look : plugin::Depth::Load);
  if (findings.empty()) {
    tell("there is no plugin in {}\n", options.folder.string());
  }
  for (const plugin::Finding& finding : findings) {
    if (finding.problem.empty()) {
      tell("{} {}: fine{}{}\n",
           finding.plugin,
           finding.version,
           finding.remark.empty() ? "" : ", ",
           finding.remark);
    } else {
      complain(finding.problem);
      code = kExitFailed;
    }
  }
  return code;
}

int check_config(const Request& request) {
  const plugin::ConfigFindings findings =
      plugin::examine_config(plugin_options(request.config, true));
  for (const std::string& id : findings.unused) {
    fmt::print(
        stderr, "discern: [plugin.{}] is for a plugin that is not there; it is not used\n", id);
  }
  for (const std::string& problem : findings.problems) {
    fmt::print(stderr, "discern: {}\n", problem);
  }
  if (!findings.problems.empty()) return kExitUsage;
  fmt::print("the configuration is fine\n");
  return kExitFine;
}

}  // namespace discern::app
