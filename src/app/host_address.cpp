#include "app/host_address.hpp"

#include <unistd.h>

#include <boost/json.hpp>

#include "base/files.hpp"

namespace discern::app {
namespace {

std::filesystem::path file_of(const std::filesystem::path& data_dir) {
  return data_dir / "host.json";
}

}  // namespace

Result<void> write_host_address(const std::filesystem::path& data_dir, const std::string& url) {
  const boost::json::object content{{"url", url}, {"pid", ::getpid()}};
  return write_file_atomically(file_of(data_dir), boost::json::serialize(content) + "\n");
}

void remove_host_address(const std::filesystem::path& data_dir) {
  std::error_code ignored;
  std::filesystem::remove(file_of(data_dir), ignored);
}

std::optional<std::string> find_host_address(const std::filesystem::path& data_dir) {
  const Result<std::string> text = read_file(file_of(data_dir), 64 * 1024);
  if (!text) return std::nullopt;
  boost::system::error_code bad;
  const boost::json::value content = boost::json::parse(*text, bad);
  if (bad || !content.is_object()) return std::nullopt;
  const boost::json::value* url = content.get_object().if_contains("url");
  if (url == nullptr || !url->is_string()) return std::nullopt;
  return std::string(url->get_string());
}

}  // namespace discern::app
