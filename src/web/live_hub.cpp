#include "web/live_hub.hpp"

#include <algorithm>

#include "base/thread.hpp"

namespace discern::web {
namespace {

constexpr std::ptrdiff_t kMostAlone = 4;

// Puts each row at the place its key had before, or at the end. Without memory for a place, it
// waits until there is some: a row is sent again only when it changes.
template <class Row, class Key>
void merge_rows(std::vector<Row>& rows,
                std::unordered_map<std::string, std::size_t>& places,
                std::vector<Row> changed,
                Key key_of) {
  for (Row& row : changed) {
    insist("a row of the live view", [&] {
      // First, so that there is no place without a row.
      if (rows.size() == rows.capacity()) rows.reserve(2 * rows.size() + 8);
      const auto [place, is_new] = places.try_emplace(key_of(row), rows.size());
      if (is_new) {
        rows.push_back(std::move(row));
      } else {
        rows[place->second] = std::move(row);
      }
    });
  }
}

}  // namespace

LiveHub::LiveHub(std::string version,
                 std::string boot_id,
                 std::size_t most_streams,
                 metrics::Gauge viewers)
    : version_(std::move(version)),
      boot_id_(std::move(boot_id)),
      most_streams_(most_streams),
      viewers_gauge_(viewers) {
  viewers_gauge_.set(0);
}

void LiveHub::on_tick(const metrics::SnapshotPtr& snapshot, LiveTick tick, net::SharedBytes event) {
  snapshot_ = snapshot;
  if (tick.begins_anew) {
    ring_.clear();
    broadcast(std::make_shared<const std::string>(hello(tick.time_ms)));
  }
  ring_.push(tick.time_ms, tick.values);
  all_ticks_.reset();
  merge_rows(commands_, command_places_, std::move(tick.commands), [](const CommandRow& row) {
    return row.plugin + '\x1f' + row.name;
  });
  merge_rows(plugins_, plugin_places_, std::move(tick.plugins), [](const PluginRow& row) {
    return row.status.id;
  });
  if (tick.verdict) verdict_ = *std::move(tick.verdict);
  broadcast(event);
}

std::string LiveHub::hello(std::int64_t now_ms) const {
  std::string event = "event: hello\ndata: {";
  append_hello_members(event, version_, boot_id_, now_ms);
  return event + "}\n\n";
}

// A stream that fails or is dropped is taken out later, by its on_closed.
void LiveHub::broadcast(const net::SharedBytes& bytes) {
  for (const auto& [id, viewer] : viewers_) viewer.stream->push(bytes);
}

void LiveHub::beat() {
  static const net::SharedBytes kBeat = std::make_shared<const std::string>(": beat\n\n");
  broadcast(kBeat);
}

bool LiveHub::has_room(std::string_view alone) const {
  if (viewers_.size() >= most_streams_) return false;
  if (alone.empty()) return true;
  const auto of_client = [&](const auto& entry) { return entry.second.alone == alone; };
  return std::count_if(viewers_.begin(), viewers_.end(), of_client) < kMostAlone;
}

void LiveHub::open(net::HttpResponder responder,
                   net::HttpResponse head,
                   std::string_view alone,
                   std::int64_t since_ms,
                   std::int64_t now_ms) {
  const std::uint64_t id = ++last_viewer_;
  // Everything that needs memory comes first: an open stream that is not in the list would never
  // get a byte.
  auto first = std::make_shared<std::string>("retry: 2000\n\n" + hello(now_ms));
  ring_.append_events(*first, since_ms);
  const auto viewer = viewers_.try_emplace(id, Viewer{nullptr, std::string(alone)}).first;
  const auto stream = responder.open_stream(std::move(head), [this, id] { forget(id); });
  if (!stream) {
    viewers_.erase(viewer);
    return;
  }
  viewer->second.stream = stream;
  viewers_gauge_.set(static_cast<double>(viewers_.size()));
  stream->push(std::move(first));
}

void LiveHub::forget(std::uint64_t viewer) {
  if (viewers_.erase(viewer) == 0) return;
  viewers_gauge_.set(static_cast<double>(viewers_.size()));
}

net::SharedBytes LiveHub::ticks_json(std::int64_t since_ms, std::int64_t now_ms) {
  if (since_ms <= 0 && all_ticks_) return all_ticks_;
  auto text = std::make_shared<std::string>("{");
  append_hello_members(*text, version_, boot_id_, now_ms);
  text->push_back(',');
  ring_.append_columns(*text, since_ms);
  text->push_back('}');
  if (since_ms <= 0) all_ticks_ = text;
  return text;
}

}  // namespace discern::web
