#include "app/web_send.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "net/http_out.hpp"

namespace discern::app {
namespace {

bool is_user_agent(std::string_view name) {
  constexpr std::string_view kName = "user-agent";
  return std::equal(name.begin(), name.end(), kName.begin(), kName.end(), [](char a, char b) {
    return (a | 0x20) == b || a == b;
  });
}

net::HttpOutRequest to_net(plugin::OutgoingRequest request,
                           bool public_only,
                           std::string_view version) {
  net::HttpOutRequest out;
  out.method = std::move(request.method);
  out.url = std::move(request.url);
  bool named = false;
  for (const auto& [name, value] : request.headers) {
    named = named || is_user_agent(name);
    // libcurl sends a header without a value only when it ends with a semicolon.
    out.headers.push_back(value.empty() ? name + ";" : name + ": " + value);
  }
  if (!named) {
    out.headers.push_back(
        fmt::format("User-Agent: Discern/{} (plugin {})", version, request.plugin));
  }
  out.body = std::move(request.body);
  out.timeout = request.timeout;
  out.max_response_bytes = request.max_response_bytes;
  out.public_only = public_only;
  return out;
}

}  // namespace

plugin::OutgoingSend make_web_send(net::HttpOut& http, bool public_only, std::string_view version) {
  return [&http, public_only, version = std::string(version)](plugin::OutgoingRequest request,
                                                              plugin::OutgoingDone done) {
    http.send(to_net(std::move(request), public_only, version),
              [done = std::move(done)](net::HttpOutcome outcome) {
                if (!outcome.response) {
                  Error error = std::move(outcome.response).error();
                  if (error.kind == Errc::Refused) {
                    error.text += R"(; plugins.outgoing_http = "all" lets plugins reach it)";
                  }
                  return done(std::move(error));
                }
                net::HttpOutResponse& response = *outcome.response;
                done(plugin::OutgoingResponse{
                    response.status, std::move(response.headers), std::move(response.body)});
              });
  };
}

}  // namespace discern::app
