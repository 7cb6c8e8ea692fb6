#pragma once

// core.storage(): what the plugin keeps over restarts and reloads, in an SQLite file of its own.
//
// Each call waits for the disk, on the plugin's own thread: some 10 µs to read, some 50 µs to
// write. What is written survives the end of the process, however it ends. Keys have 1 to 256
// bytes, values up to 1 MiB, all together what the operator allows (plugins.storage_megabytes, 64
// MiB). Calls throw Failure when a limit is reached or the disk fails.
//
// Discern itself stores nothing about people; what a plugin keeps here is its author's promise.

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discern/plugin/fence.hpp"

namespace discern::plugin {

class Storage {
 public:
  using Row = std::pair<std::string, std::string>;  // Key and value.

  explicit Storage(const discern_host* host) : host_(host) {}

  std::optional<std::string> find(std::string_view key) const {
    auto request = detail::sized<discern_storage_request>();
    request.kind = DISCERN_STORAGE_GET;
    request.key = detail::text(key);
    std::vector<Row> rows = ask(request);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front().second);
  }
  std::string text(std::string_view key, std::string_view fallback = {}) const {
    return find(key).value_or(std::string(fallback));
  }
  std::int64_t integer(std::string_view key, std::int64_t fallback = 0) const {
    const std::optional<std::string> text = find(key);
    if (!text) return fallback;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    return error == std::errc{} && end == text->data() + text->size() ? value : fallback;
  }

  // Rows whose key begins with `prefix`, in the order of the keys' bytes, beginning after `after`:
  // the last key of one page leads to the next.
  std::vector<Row> list(std::string_view prefix,
                        std::string_view after = {},
                        std::uint32_t most = 1000) const {
    auto request = detail::sized<discern_storage_request>();
    request.kind = DISCERN_STORAGE_LIST;
    request.key = detail::text(prefix);
    request.after = detail::text(after);
    request.limit = most;
    return ask(request);
  }

  void put(std::string_view key, std::string_view value) { write({{key, value}}); }
  void put(std::string_view key, std::integral auto value) { put(key, std::to_string(value)); }
  void remove(std::string_view key) { write({{key, std::nullopt}}); }

  // No value removes the key.
  using Change = std::pair<std::string_view, std::optional<std::string_view>>;
  // All of them or none.
  void write(const std::vector<Change>& changes) {
    std::vector<discern_pair> pairs;
    for (const auto& [key, value] : changes) {
      discern_pair pair{detail::text(key), {nullptr, 0}};
      // An empty value is one; a missing one has no address.
      if (value) pair.value = value->empty() ? detail::text("") : detail::text(*value);
      pairs.push_back(pair);
    }
    auto request = detail::sized<discern_storage_request>();
    request.kind = DISCERN_STORAGE_WRITE;
    request.changes = pairs.data();
    request.change_count = static_cast<std::uint32_t>(pairs.size());
    ask(request);
  }

 private:
  std::vector<Row> ask(const discern_storage_request& request) const {
    std::vector<Row> rows;
    const discern_storage_rows sink{[](void* to, discern_text key, discern_text value) {
                                      static_cast<std::vector<Row>*>(to)->emplace_back(
                                          detail::view(key), detail::view(value));
                                    },
                                    &rows};
    auto failure = detail::sized<discern_failure>();
    if (host_->storage(host_->context, &request, &sink, &failure) != DISCERN_OK) {
      detail::raise(failure);
    }
    return rows;
  }

  const discern_host* host_;
};

}  // namespace discern::plugin
