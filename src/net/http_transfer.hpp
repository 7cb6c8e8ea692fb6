#pragma once

// One request as libcurl sees it. Private to net/http_out.

#include <curl/curl.h>

#include <memory>

#include "net/http_out.hpp"

namespace discern::net {

struct CurlDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};

// Lives at one address from its making to its end: libcurl points into it.
class HttpTransfer {
 public:
  HttpTransfer(HttpOutRequest request, HttpDone done);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  // Sets up the handle; the error says what is wrong with the request.
  Result<CURL*> prepare();
  // Null before prepare().
  CURL* easy() const { return easy_.get(); }
  bool is_urgent() const { return request_.urgent; }
  // Calls `done` with what libcurl said.
  void finish(CURLcode code);
  void fail(Error error);

 private:
  static std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* self);
  static std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int before_request(void* self, char* remote, char* local, int remote_port, int local_port);
  void set_body();
  // Whether a byte of the request went to any connection.
  bool maybe_sent() const;
  Error explain(CURLcode code) const;

  HttpOutRequest request_;
  HttpDone done_;
  HttpOutResponse response_;
  bool too_large_ = false;
  bool refused_ = false;
  bool resend_refused_ = false;
  std::uint32_t sends_ = 0;  // How often the request was begun, over all connections.
  // The handle goes first: it refers to the other two.
  std::unique_ptr<curl_slist, CurlDeleter> headers_;
  std::unique_ptr<curl_mime, CurlDeleter> mime_;
  std::unique_ptr<CURL, CurlDeleter> easy_;
};

// "example.org:8080" of a URL, for error texts; never its path, query or user part.
std::string host_of_url(std::string_view url);

}  // namespace discern::net
