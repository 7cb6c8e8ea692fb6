// Endpoints that read the disk: they run on a query thread.

#include <cmath>

#include "base/folder.hpp"
#include "metrics/catalogue.hpp"
#include "web/history_query.hpp"
#include "web/query_source.hpp"
#include "web/site.hpp"

namespace discern::web {
namespace {

int status_of(Errc kind) {
  switch (kind) {
    case Errc::Invalid:
    case Errc::Limit:
      return 400;
    case Errc::NotFound:
      return 404;
    case Errc::Timeout:
      return 504;
    case Errc::Unavailable:
    case Errc::Closed:
      return 503;
    default:
      return 500;
  }
}

// Answers with more are written while they are read: these would take over 100 KB.
constexpr std::size_t kPointsAtOnce = 4000;

std::size_t points_of(const history::QueryResult& result) {
  std::size_t points = 0;
  for (const history::QuerySeries& series : result.series) points += series.points.size();
  return points;
}

}  // namespace

void answer_from_pool(Site& site, Call& call, PoolWork work) {
  answer_from_pool(site,
                   call,
                   PoolBodyWork([work = std::move(work)](
                                    Result<history::Reader*> reader) -> Result<net::HttpBody> {
                     Result<std::string> text = work(std::move(reader));
                     if (!text) return std::move(text).error();
                     return net::HttpBody(*std::move(text));
                   }));
}

void answer_from_pool(Site& site, Call& call, PoolBodyWork work) {
  // Shared, because std::function wants to be copied; there is only ever one.
  const auto responder = std::make_shared<net::HttpResponder>(std::move(call.responder));
  const auto answer = [responder](int status, net::HttpBody body) {
    net::HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    responder->answer(std::move(response));
  };
  const Result<void> queued =
      site.pool.submit([answer, work = std::move(work)](Result<history::Reader*> reader) {
        Result<net::HttpBody> body = work(std::move(reader));
        if (body) return answer(200, *std::move(body));
        answer(status_of(body.error().kind), error_json(body.error().text));
      });
  if (!queued) answer(503, error_json(queued.error().text));
}

namespace {

// Adds up the files of a folder; nothing when it cannot be read.
std::optional<double> folder_bytes(const std::filesystem::path& folder) {
  const Result<std::vector<std::string>> names = read_folder(folder);
  if (!names) return std::nullopt;
  double bytes = 0;
  for (const std::string& name : names.value()) {
    std::error_code gone;
    const std::filesystem::path entry = folder / name;
    // Links are not followed: they could lead round in a circle.
    const auto about = std::filesystem::symlink_status(entry, gone);
    if (std::filesystem::is_directory(about)) {
      bytes += folder_bytes(entry).value_or(0);
    } else if (std::filesystem::is_regular_file(about)) {
      const auto size = std::filesystem::file_size(entry, gone);
      if (!gone) bytes += static_cast<double>(size);
    }
  }
  return bytes;
}

}  // namespace

void serve_series(Site& site, Call& call) {
  answer_from_pool(site, call, [](Result<history::Reader*> reader) -> Result<std::string> {
    if (!reader) return std::move(reader).error();
    Result<std::vector<history::SeriesInfo>> series = (*reader)->series();
    if (!series) return std::move(series).error();
    return series_json(*series);
  });
}

void serve_query(Site& site, Call& call) {
  const auto parameters = QueryParameters::parse(call.request.query);
  if (!parameters) return call.error(400, "The query string cannot be decoded.");
  Result<history::Query> query = parse_query(*parameters, std::chrono::system_clock::now());
  if (!query) return call.error(400, query.error().text);
  // Counts are exact to the second, not to the last history tick.
  query->newest = site.hub.snapshot();
  answer_from_pool(site,
                   call,
                   PoolBodyWork([query = *std::move(query)](
                                    Result<history::Reader*> reader) -> Result<net::HttpBody> {
                     // Before the first history tick there is no file.
                     if (!reader && reader.error().kind == Errc::NotFound && query.is_known) {
                       return net::HttpBody(query_json(query, {query.from, query.step, {}, {}}));
                     }
                     if (!reader) return std::move(reader).error();
                     Result<history::QueryResult> result = (*reader)->run(query);
                     if (!result) return std::move(result).error();
                     if (points_of(*result) <= kPointsAtOnce) {
                       return net::HttpBody(query_json(query, *std::move(result)));
                     }
                     return net::HttpBody(std::make_shared<QuerySource>(query, *std::move(result)));
                   }));
}

void serve_status(Site& site, Call& call) {
  const metrics::SnapshotPtr& snapshot = site.hub.snapshot();
  std::string out;
  JsonWriter writer(out);
  writer.open_object().text("version", site.options.version);
  if (snapshot) {
    writer.number("started_at", epoch_seconds(snapshot->process_start()))
        .number("restart_count", snapshot->lifetime_sum(metrics::catalogue::kRestarts.name));
  } else {
    writer.null("started_at").null("restart_count");
  }
  writer.text("boot_id", site.options.boot_id).text("mode", site.options.mode);
  if (site.options.made_up_until) {
    writer.number("made_up_until", epoch_seconds(*site.options.made_up_until));
  }
  writer.open_array("warnings");
  if (site.windows.data_warnings) {
    for (const std::string& warning : site.windows.data_warnings()) writer.text(warning);
  }
  writer.close_array();
  if (site.options.data_dir.empty()) {
    writer.null("data_dir_bytes").close_object();
    return call.json(std::move(out));
  }
  answer_from_pool(site,
                   call,
                   [out = std::move(out), folder = site.options.data_dir](
                       const Result<history::Reader*>&) mutable -> Result<std::string> {
                     out.append(",\"data_dir_bytes\":");
                     append_json_number(out, folder_bytes(folder).value_or(kUnknown));
                     out.push_back('}');
                     return std::move(out);
                   });
}

}  // namespace discern::web
