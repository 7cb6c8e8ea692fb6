// The dashboard's files, and what is not there.

#include <zlib.h>

#include <algorithm>

#include "web/content_coding.hpp"
#include "web/site.hpp"

namespace discern::web {
namespace {

const Asset* find_asset(std::span<const Asset> assets, std::string_view path) {
  const auto found = std::find_if(
      assets.begin(), assets.end(), [&](const Asset& asset) { return asset.path == path; });
  return found == assets.end() ? nullptr : &*found;
}

// The plain form, made when the first client asks that cannot read gzip. Null when that fails.
net::SharedBytes plain_bytes(Site& site, const Asset& asset) {
  net::SharedBytes& known = site.inflated[asset.path];
  if (!known) {
    if (std::optional<std::string> text = inflate_gzip(asset.gzip)) {
      known = std::make_shared<const std::string>(*std::move(text));
    }
  }
  return known;
}

void send(Site& site, Call& call, const Asset& asset) {
  net::HttpResponse response;
  response.content_type = asset.content_type;
  // Names under /assets/ carry a hash of the content: a new content has a new name.
  response.cache_control =
      asset.path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  const bool gzip = accepts_gzip(call.request.field("Accept-Encoding"));
  // Two forms of one file are two representations, and need two tags.
  std::string etag(asset.etag);
  if (!gzip) etag.insert(etag.size() - 1, "-plain");
  const bool unchanged = matches_etag(call.request.field("If-None-Match"), etag);
  response.fields.emplace_back("ETag", std::move(etag));
  response.fields.emplace_back("Vary", "Accept-Encoding");
  if (unchanged) {
    response.status = 304;
  } else if (gzip) {
    response.fields.emplace_back("Content-Encoding", "gzip");
    response.body = net::HttpBody::from_static(asset.gzip);
  } else if (net::SharedBytes plain = plain_bytes(site, asset)) {
    response.body = std::move(plain);
  } else {
    return call.error(500, "An embedded file is damaged; build Discern again.");
  }
  call.answer(std::move(response));
}

}  // namespace

void serve_asset(Site& site, Call& call) {
  const Asset* asset = find_asset(site.options.assets, call.path);
  if (asset == nullptr) return call.error(404, "There is no such file; reload the dashboard.");
  send(site, call, *asset);
}

// A file by its name, or for every path that is none the one page: the dashboard routes by itself.
void serve_page(Site& site, Call& call) {
  const Asset* asset = find_asset(site.options.assets, call.path);
  if (asset == nullptr && !has_extension(call.path)) {
    asset = find_asset(site.options.assets, "/index.html");
  }
  if (asset == nullptr) return call.error(404, "There is nothing at this address.");
  send(site, call, *asset);
}

void serve_unknown_api(Site&, Call& call) {
  call.error(404, "There is no such endpoint; docs/http-api.md lists them.");
}

}  // namespace discern::web
