#include "net/http_transfer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/address_class.hpp"

namespace discern::net {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// RFC 9110, 9.2.2: sending it twice has the effect of sending it once. PATCH and POST are not of
// that kind.
bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
         method == "DELETE";
}

// The connection, or the one that was to follow it, failed.
bool is_lost(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return true;
    default:
      return false;
  }
}

bool is_public_text(const char* address) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET6, address, &v6.sin6_addr) == 1) {
    return is_public_address(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  return ::inet_pton(AF_INET, address, &v4.sin_addr) == 1 &&
         is_public_address(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
}

}  // namespace

std::string host_of_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t user = url.rfind('@');
  if (user != std::string_view::npos) url.remove_prefix(user + 1);
  return std::string(url);
}

std::string_view HttpOutResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

HttpTransfer::HttpTransfer(HttpOutRequest request, HttpDone done)
    : request_(std::move(request)), done_(std::move(done)) {}

Result<CURL*> HttpTransfer::prepare() {
  if (!request_.url.starts_with("http://") && !request_.url.starts_with("https://")) {
    return Error(Errc::Invalid, "an outgoing request needs an http:// or https:// address");
  }
  easy_.reset(curl_easy_init());
  if (!easy_) return Error(Errc::Limit, "libcurl could not make a handle");
  CURL* easy = easy_.get();
  curl_slist* list = nullptr;
  // Waiting for "100 Continue" costs a second with servers that never send it.
  list = curl_slist_append(list, "Expect:");
  for (const std::string& header : request_.headers) {
    if (header.find_first_of("\r\n") != std::string::npos) {
      curl_slist_free_all(list);
      return Error(Errc::Invalid, "an outgoing header holds a line break");
    }
    list = curl_slist_append(list, header.c_str());
  }
  headers_.reset(list);
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  // Without it libcurl would take http_proxy from the environment: whether an address is public
  // could not be told any more, and the gateway would go another way than REST.
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  // The trust store is read once, not again each day: the thread must not wait for a disk.
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, -1L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  curl_easy_setopt(
      easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &HttpTransfer::take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &HttpTransfer::take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &HttpTransfer::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &HttpTransfer::before_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  set_body();
  return easy;
}

curl_socket_t HttpTransfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  if (transfer->request_.public_only && !is_public_address(&address->addr, address->addrlen)) {
    transfer->refused_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// libcurl calls this before it writes a request to a connection, new or reused. A second call means
// that the first connection ended without an answer and libcurl is about to send the request again
// by itself, whatever the method is.
int HttpTransfer::before_request(void* self, char* remote, char*, int, int) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  // open_socket refuses a new connection to a private address; this refuses a reused one.
  if (transfer->request_.public_only && !is_public_text(remote)) {
    transfer->refused_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (transfer->sends_ > 0 && !is_idempotent(transfer->request_.method)) {
    transfer->resend_refused_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  ++transfer->sends_;
  return CURL_PREREQFUNC_OK;
}

void HttpTransfer::set_body() {
  CURL* easy = easy_.get();
  if (!request_.parts.empty()) {
    mime_.reset(curl_mime_init(easy));
    for (const HttpPart& part : request_.parts) {
      curl_mimepart* made = curl_mime_addpart(mime_.get());
      curl_mime_name(made, part.name.c_str());
      curl_mime_data(made, part.bytes.data(), part.bytes.size());
      if (!part.file_name.empty()) curl_mime_filename(made, part.file_name.c_str());
      if (!part.content_type.empty()) curl_mime_type(made, part.content_type.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_MIMEPOST, mime_.get());
  } else if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT" ||
             request_.method == "PATCH") {
    curl_easy_setopt(
        easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  if (request_.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

std::size_t HttpTransfer::take_body(char* bytes, std::size_t, std::size_t size, void* self) {
  auto* transfer = static_cast<HttpTransfer*>(self);
  std::string& body = transfer->response_.body;
  if (body.size() + size > transfer->request_.max_response_bytes) {
    transfer->too_large_ = true;
    return 0;
  }
  body.append(bytes, size);
  return size;
}

std::size_t HttpTransfer::take_header(char* bytes, std::size_t, std::size_t size, void* self) {
  auto& headers = static_cast<HttpTransfer*>(self)->response_.headers;
  const std::string_view line = trim({bytes, size});
  // A status line begins a new answer: what came before was an interim one.
  if (line.starts_with("HTTP/")) {
    headers.clear();
    return size;
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    headers.emplace_back(lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  }
  return size;
}

Error HttpTransfer::explain(CURLcode code) const {
  const std::string host = host_of_url(request_.url);
  if (refused_) {
    return Error(Errc::Refused, host + " is an address of this machine or its own network");
  }
  if (too_large_) {
    return Error(Errc::Limit,
                 host + " answered with more than " + std::to_string(request_.max_response_bytes) +
                     " bytes");
  }
  // The error of a second connection says nothing about the request that went out on the first one.
  if (resend_refused_ || (is_lost(code) && maybe_sent())) {
    return Error(Errc::Unavailable, host + ": the connection ended before the answer was complete");
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return Error(
        Errc::Timeout,
        host + " did not answer within " + std::to_string(request_.timeout.count()) + " ms");
  }
  return Error(Errc::Unavailable, host + ": " + curl_easy_strerror(code));
}

bool HttpTransfer::maybe_sent() const {
  if (sends_ == 0) return false;
  long bytes = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
}

void HttpTransfer::finish(CURLcode code) {
  curl_off_t micros = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &micros);
  const std::chrono::nanoseconds took = std::chrono::microseconds(micros);
  if (code != CURLE_OK) {
    done_({explain(code), maybe_sent(), took, sends_});
    return;
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  done_({std::move(response_), true, took, sends_});
}

void HttpTransfer::fail(Error error) {
  done_({std::move(error), maybe_sent(), std::chrono::nanoseconds{0}, sends_});
}

}  // namespace discern::net
