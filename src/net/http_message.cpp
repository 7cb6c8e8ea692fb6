#include "net/http_message.hpp"

namespace discern::net {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

}  // namespace

bool equal_names(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

const HttpField* HttpRequest::find_field(std::string_view name) const {
  for (const HttpField& one : fields) {
    if (equal_names(one.name, name)) return &one;
  }
  return nullptr;
}

std::string_view HttpRequest::field(std::string_view name) const {
  const HttpField* found = find_field(name);
  return found ? found->value : std::string_view();
}

std::string_view HttpBody::view() const {
  if (const auto* text = std::get_if<std::string>(&bytes_)) return *text;
  if (const auto* shared = std::get_if<SharedBytes>(&bytes_)) {
    return *shared ? std::string_view(**shared) : std::string_view();
  }
  if (const auto* fixed = std::get_if<std::string_view>(&bytes_)) return *fixed;
  return {};
}

std::shared_ptr<HttpSource> HttpBody::source() const {
  const auto* source = std::get_if<std::shared_ptr<HttpSource>>(&bytes_);
  return source ? *source : nullptr;
}

HttpBody::Held HttpBody::held() const {
  if (const auto* text = std::get_if<std::string>(&bytes_)) return {nullptr, text->capacity()};
  if (const auto* shared = std::get_if<SharedBytes>(&bytes_); shared && *shared) {
    return {shared->get(), (*shared)->capacity()};
  }
  if (const auto made = source()) return {nullptr, made->held_bytes()};
  return {};
}

HttpResponder::~HttpResponder() {
  if (!exchange_) return;
  HttpResponse response;
  response.status = 500;
  response.body = HttpBody::from_static(R"({"error":"The server did not answer this request."})");
  answer(std::move(response));
}

void HttpResponder::set_tag(std::uint32_t tag) {
  if (exchange_) exchange_->set_tag(request_, tag);
}

void HttpResponder::answer(HttpResponse response) {
  if (const auto exchange = std::move(exchange_)) exchange->answer(request_, std::move(response));
}

std::shared_ptr<HttpStream> HttpResponder::open_stream(HttpResponse head,
                                                       std::function<void()> on_closed) {
  const auto exchange = std::move(exchange_);
  return exchange ? exchange->open_stream(request_, std::move(head), std::move(on_closed))
                  : nullptr;
}

}  // namespace discern::net
