// Endpoints that read the disk: they run on a query thread.

#include <cmath>

#include "metrics/catalogue.hpp"
#include "web/history_query.hpp"
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

}  // namespace

void answer_from_pool(Site& site, Call& call, PoolWork work) {
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
        Result<std::string> text = work(std::move(reader));
        if (text) return answer(200, *std::move(text));
        answer(status_of(text.error().kind), error_json(text.error().text));
      });
  if (!queued) answer(503, error_json(queued.error().text));
}

namespace {

// Adds up the files of a folder; nothing when it cannot be read.
std::optional<double> folder_bytes(const std::filesystem::path& folder) {
  std::error_code ec;
  double bytes = 0;
  for (std::filesystem::recursive_directory_iterator at(folder, ec), end; !ec && at != end;
       at.increment(ec)) {
    std::error_code gone;
    if (!at->is_regular_file(gone)) continue;
    const auto size = at->file_size(gone);
    if (!gone) bytes += static_cast<double>(size);
  }
  if (ec) return std::nullopt;
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
  answer_from_pool(
      site,
      call,
      [query = *std::move(query)](Result<history::Reader*> reader) -> Result<std::string> {
        // Before the first history tick there is no file.
        if (!reader && reader.error().kind == Errc::NotFound && query.is_known) {
          return query_json(query, {query.from, query.step, {}, {}});
        }
        if (!reader) return std::move(reader).error();
        Result<history::QueryResult> result = (*reader)->run(query);
        if (!result) return std::move(result).error();
        return query_json(query, *result);
      });
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
