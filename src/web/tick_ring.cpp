#include "web/tick_ring.hpp"

#include "web/json_writer.hpp"

namespace discern::web {
namespace {

void append_seconds(std::string& out, std::int64_t ms) {
  append_json_number(out, static_cast<double>(ms) / 1000);
}

void open_event(std::string& out, std::int64_t time_ms) {
  out.append("id: ");
  append_json_number(out, static_cast<std::uint64_t>(time_ms));
  out.append("\nevent: tick\ndata: {\"t\":");
  append_seconds(out, time_ms);
  out.append(",\"v\":[");
}

template <class Row>
void append_rows(std::string& out, std::string_view key, const std::vector<Row>& rows) {
  if (rows.empty()) return;
  out.push_back(',');
  JsonWriter writer(out);
  writer.open_array(key);
  for (const Row& row : rows) append_row(writer, row);
  writer.close_array();
}

}  // namespace

TickRing::TickRing(std::size_t capacity)
    : capacity_(capacity),
      times_(capacity),
      columns_(kLiveSeries.size(), std::vector<double>(capacity)) {}

void TickRing::push(std::int64_t time_ms, const LiveValues& values) {
  const std::size_t place = at(size_);
  times_[place] = time_ms;
  for (std::size_t i = 0; i < values.size(); ++i) columns_[i][place] = values[i];
  if (size_ < capacity_) {
    ++size_;
  } else {
    begin_ = (begin_ + 1) % capacity_;
  }
}

std::int64_t TickRing::newest_ms() const {
  return size_ == 0 ? 0 : times_[at(size_ - 1)];
}

std::size_t TickRing::count_until(std::int64_t since_ms) const {
  if (since_ms - std::chrono::milliseconds(kMostLag).count() > newest_ms()) return 0;
  std::size_t low = 0;
  std::size_t high = size_;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (times_[at(middle)] <= since_ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void TickRing::append_columns(std::string& out, std::int64_t since_ms) const {
  const std::size_t first = count_until(since_ms);
  out.append("\"t\":[");
  for (std::size_t i = first; i < size_; ++i) {
    if (i > first) out.push_back(',');
    append_seconds(out, times_[at(i)]);
  }
  out.append("],\"v\":[");
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    out.append(column == 0 ? "[" : ",[");
    for (std::size_t i = first; i < size_; ++i) {
      if (i > first) out.push_back(',');
      append_short_number(out, columns_[column][at(i)]);
    }
    out.push_back(']');
  }
  out.push_back(']');
}

void TickRing::append_events(std::string& out, std::int64_t since_ms) const {
  for (std::size_t i = count_until(since_ms); i < size_; ++i) {
    open_event(out, times_[at(i)]);
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (column > 0) out.push_back(',');
      append_short_number(out, columns_[column][at(i)]);
    }
    out.append("]}\n\n");
  }
}

void append_event(std::string& out, const LiveTick& tick) {
  open_event(out, tick.time_ms);
  for (std::size_t i = 0; i < tick.values.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_short_number(out, tick.values[i]);
  }
  out.push_back(']');
  append_rows(out, "commands", tick.commands);
  append_rows(out, "plugins", tick.plugins);
  if (tick.verdict) {
    out.push_back(',');
    JsonWriter writer(out);
    writer.open_object("verdict");
    append_verdict(writer, *tick.verdict);
    writer.close_object();
  }
  out.append("}\n\n");
}

void append_hello_members(std::string& out,
                          std::string_view version,
                          std::string_view boot_id,
                          std::int64_t now_ms) {
  out.append("\"version\":");
  append_json_string(out, version);
  out.append(",\"boot_id\":");
  append_json_string(out, boot_id);
  out.append(",\"now\":");
  append_seconds(out, now_ms);
  out.append(",\"series\":[");
  for (std::size_t i = 0; i < kLiveSeries.size(); ++i) {
    out.append(i == 0 ? "{\"key\":" : ",{\"key\":");
    append_json_string(out, kLiveSeries[i].key);
    out.append(",\"unit\":");
    append_json_string(out, kLiveSeries[i].unit);
    out.push_back('}');
  }
  out.push_back(']');
}

}  // namespace discern::web
