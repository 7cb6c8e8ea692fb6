#include "net/http_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace discern::net {
namespace {

namespace http = boost::beast::http;
using boost::core::string_view;
using boost::system::error_code;

constexpr HttpRefusal kMalformed{400, "malformed", "This is not a well-formed HTTP/1.1 request."};
constexpr HttpRefusal kNoHost{400, "host", "Send exactly one Host field."};
constexpr HttpRefusal kRepeated{
    400, "repeated", "A field that takes one value came twice or holds a list; send it once."};
constexpr HttpRefusal kLargeBody{413, "body", "The body of the request is too large."};
constexpr HttpRefusal kLongTarget{414, "target", "The address of the request is too long."};
constexpr HttpRefusal kExpectation{417, "expectation", "Only 100-continue can be expected."};
constexpr HttpRefusal kLargeHead{431, "header", "The header of the request is too large."};
constexpr HttpRefusal kCoding{501, "coding", "Send the body with a length or as chunks."};
constexpr HttpRefusal kVersion{505, "version", "Use HTTP/1.1."};

std::string_view to_std(string_view text) {
  return {text.data(), text.size()};
}

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Fields that take one value and decide who asks, or where the body ends. Two of them are refused:
// whatever stands between the client and this server may have looked at the other.
struct SingleField {
  std::string_view name;
  bool may_hold_comma;
  bool may_be_empty;
};
constexpr SingleField kSingleFields[] = {
    {"Authorization", false, true},
    {"Content-Encoding", true, true},
    {"Content-Length", false, false},
    {"Content-Type", true, true},
    {"Cookie", true, true},
    {"Expect", false, false},
    {"Forwarded", true, true},
    {"Host", false, true},
    {"If-Modified-Since", true, true},
    {"Last-Event-ID", false, true},
    {"Origin", false, false},
    {"Proxy-Authorization", false, true},
    {"Referer", true, true},
    {"Sec-Fetch-Dest", false, false},
    {"Sec-Fetch-Mode", false, false},
    {"Sec-Fetch-Site", false, false},
    {"Sec-Fetch-User", false, false},
    // A list is refused as a coding that is not supported.
    {"Transfer-Encoding", true, false},
};

// What a request is collected in. Views point into `head`.
struct Parts {
  std::string head;
  std::string body;
  std::vector<HttpField> fields;
  HttpRequest request;
  std::string_view target;
  std::uint32_t singles = 0;  // Which of kSingleFields have come, one bit each.
  std::size_t hosts = 0;
  bool old_version = false;
  bool head_done = false;
  bool expects_continue = false;
  const HttpRefusal* refusal = nullptr;
};

// Beast knows the grammar and decodes the body; what is forbidden beyond that is decided here.
class Grammar final : public http::basic_parser<true> {
 public:
  Grammar(Parts& parts, const HttpLimits& limits) : parts_(parts), limits_(limits) {
    eager(true);
    header_limit(static_cast<std::uint32_t>(limits.header_bytes + 2));
    body_limit(limits.body_bytes);
  }

 private:
  void refuse(const HttpRefusal& refusal, error_code& ec) {
    parts_.refusal = &refusal;
    ec = make_error_code(http::error::bad_value);
  }

  void on_request_impl(
      http::verb, string_view method, string_view target, int version, error_code& ec) override {
    parts_.request.method = to_std(method);
    parts_.target = to_std(target);
    parts_.old_version = version < 11;
    if (target.size() > limits_.target_bytes) refuse(kLongTarget, ec);
  }

  bool is_allowed(const HttpField& field) {
    static_assert(std::size(kSingleFields) <= 32);
    for (std::size_t i = 0; i < std::size(kSingleFields); ++i) {
      const SingleField& known = kSingleFields[i];
      if (!equal_names(known.name, field.name)) continue;
      const std::uint32_t bit = 1u << i;
      const bool is_first = (parts_.singles & bit) == 0;
      parts_.singles |= bit;
      const bool is_list = !known.may_hold_comma && field.value.find(',') != field.value.npos;
      return is_first && !is_list && (known.may_be_empty || !field.value.empty());
    }
    return true;
  }

  void on_response_impl(int, string_view, int, error_code&) override {}

  void on_field_impl(http::field id, string_view name, string_view value, error_code& ec) override {
    // Fields after the body would point into bytes that go away, and nobody needs them.
    if (parts_.head_done) return;
    if (parts_.fields.size() >= limits_.fields) return refuse(kLargeHead, ec);
    parts_.fields.push_back({to_std(name), to_std(value)});
    if (!is_allowed(parts_.fields.back())) {
      return refuse(id == http::field::host ? kNoHost : kRepeated, ec);
    }
    switch (id) {
      case http::field::host:
        parts_.request.host = to_std(value);
        ++parts_.hosts;
        break;
      case http::field::transfer_encoding:
        if (!equal_names(to_std(value), "chunked")) {
          refuse(kCoding, ec);
        } else if (parts_.old_version) {
          refuse(kMalformed, ec);
        }
        break;
      case http::field::expect:
        parts_.expects_continue = !parts_.old_version;
        if (!equal_names(to_std(value), "100-continue")) refuse(kExpectation, ec);
        break;
      default:
        break;
    }
  }

  void on_header_impl(error_code& ec) override {
    parts_.head_done = true;
    if (parts_.hosts == 0 && !parts_.old_version) refuse(kNoHost, ec);
  }

  // No room is made for what was only announced.
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override {
    parts_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    parts_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  Parts& parts_;
  const HttpLimits& limits_;
};

// Beast asserts that what it waits for in vain has grown to this when it comes again; shorter no
// end of a chunked body is.
constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace

struct HttpReader::Work {
  explicit Work(const HttpLimits& given) : limits(given) {}

  void fail(const HttpRefusal& why) {
    parts.refusal = &why;
    state = State::Failed;
  }

  // Looks for the end of the head, a line at a time, where it left off. Returns its size, or 0.
  std::size_t scan(std::string_view unread) {
    while (scanned < unread.size()) {
      const auto* found = static_cast<const char*>(
          std::memchr(unread.data() + scanned, '\n', unread.size() - scanned));
      if (found == nullptr) {
        scanned = unread.size();
        break;
      }
      const auto end = static_cast<std::size_t>(found - unread.data());
      const bool folded = line > 0 && (unread[line] == ' ' || unread[line] == '\t');
      if (end == line || unread[end - 1] != '\r' || folded) {
        fail(kMalformed);
        return 0;
      }
      if (end == line + 1 && line > 0) return end + 1;
      scanned = line = end + 1;
    }
    const bool in_first_line = line == 0;
    if (in_first_line && unread.size() > limits.target_bytes + 64) fail(kLongTarget);
    if (state != State::Failed && unread.size() >= limits.header_bytes) fail(kLargeHead);
    return 0;
  }

  void put(std::string_view bytes, std::size_t& taken) {
    error_code ec;
    taken = grammar->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
    stalled = ec == http::error::need_more && taken == 0;
    if (ec && ec != http::error::need_more) {
      if (parts.refusal == nullptr) parts.refusal = refusal_of(ec);
      state = State::Failed;
    } else if (grammar->is_done()) {
      finish();
    } else {
      state = State::Body;
    }
  }

  // Whether the request line is "METHOD target HTTP/x.y", of whatever version.
  bool speaks_http() const {
    const std::string_view first = std::string_view(parts.head).substr(0, parts.head.find('\r'));
    const std::size_t at = first.rfind(" HTTP/");
    return at != first.npos && first.size() == at + 9 &&
           std::count(first.begin(), first.end(), ' ') == 2;
  }

  const HttpRefusal* refusal_of(const error_code& ec) const {
    if (ec == http::error::body_limit) return &kLargeBody;
    if (ec == http::error::header_limit) return &kLargeHead;
    if (ec == http::error::bad_version && speaks_http()) return &kVersion;
    return &kMalformed;
  }

  // Splits the target: "/path?query", "http://host/path?query" or "*".
  void finish() {
    state = State::Complete;
    HttpRequest& request = parts.request;
    std::string_view target = parts.target;
    constexpr std::string_view kScheme = "http://";
    if (equal_names(target.substr(0, kScheme.size()), kScheme)) {
      target.remove_prefix(kScheme.size());
      const std::size_t slash = std::min(target.find_first_of("/?"), target.size());
      request.host = target.substr(0, slash);
      target.remove_prefix(slash);
      if (target.empty()) target = "/";
    }
    if (target != "*" && target.front() != '/') return fail(kMalformed);
    if (target.find('#') != target.npos) return fail(kMalformed);
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    request.query = question == target.npos ? std::string_view() : target.substr(question + 1);
    request.fields = parts.fields;
    request.body = parts.body;
    request.http_1_0 = parts.old_version;
  }

  bool stalled = false;  // The grammar took nothing and waits for more.
  const HttpLimits limits;
  State state = State::Idle;
  Parts parts;
  std::optional<Grammar> grammar;
  std::size_t scanned = 0;  // Bytes of the head that were searched already.
  std::size_t line = 0;     // Where the line that is being searched begins.
};

HttpReader::HttpReader(const HttpLimits& limits) : work_(std::make_unique<Work>(limits)) {}
HttpReader::~HttpReader() = default;

HttpReader::State HttpReader::state() const {
  return work_->state;
}

std::size_t HttpReader::feed(std::string_view unread) {
  Work& work = *work_;
  std::size_t skipped = 0;
  if (work.state == State::Idle) {
    // Old clients send an empty line after a body; the RFC asks us to overlook it.
    while (unread.starts_with("\r\n") && skipped < 8) {
      unread.remove_prefix(2);
      skipped += 2;
    }
    if (unread.empty() || unread == "\r") return skipped;
    work.state = State::Head;
    // Whoever speaks TLS to us is told so at once instead of after a timeout.
    if (!is_letter(unread.front())) work.fail(kMalformed);
  }
  std::size_t taken = 0;
  if (work.state == State::Head) {
    const std::size_t head = work.scan(unread);
    if (head == 0) return skipped;
    if (head > work.limits.header_bytes) {
      work.fail(kLargeHead);
      return skipped;
    }
    work.parts.head.assign(unread.substr(0, head));
    work.grammar.emplace(work.parts, work.limits);
    std::size_t of_head = 0;
    work.put(work.parts.head, of_head);
    skipped += head;
    unread.remove_prefix(head);
  }
  const bool can_go_on = !work.stalled || unread.size() >= kLastChunk.size();
  if (work.state == State::Body && !unread.empty() && can_go_on) {
    work.put(unread, taken);
    // Chunk headers and trailers have a limit too.
    if (work.state == State::Body && unread.size() - taken >= work.limits.header_bytes) {
      work.fail(kLargeHead);
    }
  }
  return skipped + taken;
}

bool HttpReader::take_expects_continue() {
  return work_->state == State::Body && std::exchange(work_->parts.expects_continue, false);
}

const HttpRequest& HttpReader::request() const {
  return work_->parts.request;
}

bool HttpReader::keep_alive() const {
  return work_->grammar && work_->grammar->is_header_done() && work_->grammar->keep_alive();
}

bool HttpReader::is_http_1_0() const {
  return work_->parts.old_version;
}

std::size_t HttpReader::body_bytes() const {
  return work_->parts.body.size();
}

void HttpReader::drop_body() {
  std::string().swap(work_->parts.body);
}

const HttpRefusal& HttpReader::refusal() const {
  return *work_->parts.refusal;
}

void HttpReader::next() {
  Work& work = *work_;
  Parts& parts = work.parts;
  work.state = State::Idle;
  work.scanned = work.line = 0;
  work.grammar.reset();
  // Buffers stay for the next request, unless this one was unusually large.
  if (parts.body.capacity() > 64 * 1024) std::string().swap(parts.body);
  parts.body.clear();
  parts.fields.clear();
  parts.request = {};
  parts.target = {};
  parts.hosts = 0;
  parts.singles = 0;
  parts.old_version = parts.head_done = parts.expects_continue = false;
  parts.refusal = nullptr;
}

}  // namespace discern::net
