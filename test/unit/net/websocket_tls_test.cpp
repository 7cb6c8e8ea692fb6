#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "net/websocket.hpp"

namespace discern::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using testing::HasSubstr;

struct Identity {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

// A certificate for "localhost" that vouches for itself.
Identity make_identity() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate, key, EVP_sha256());
  BIO* certificate_out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate_out, certificate);
  BIO* key_out = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(key_out, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return {text_of(certificate_out), text_of(key_out)};
}

// Says hello to one client over TLS and closes with 4000.
class TlsServer {
 public:
  explicit TlsServer(const Identity& identity)
      : tls_(asio::ssl::context::tls_server),
        acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
    tls_.use_certificate(asio::buffer(identity.certificate), asio::ssl::context::pem);
    tls_.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
    thread_ = std::thread([this] {
      boost::system::error_code error;
      beast::websocket::stream<beast::ssl_stream<tcp::socket>> peer(acceptor_.accept(error), tls_);
      if (!error) peer.next_layer().handshake(asio::ssl::stream_base::server, error);
      if (!error) peer.accept(error);
      if (!error) peer.write(asio::buffer(std::string("hello")), error);
      if (!error) peer.close({static_cast<beast::websocket::close_code>(4000), ""}, error);
    });
  }
  ~TlsServer() { thread_.join(); }
  std::string url(const std::string& host) const {
    return "wss://" + host + ":" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }

 private:
  asio::io_context io_;
  asio::ssl::context tls_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

struct Recorder : WebSocketListener {
  void on_open() override {}
  void on_message(std::string_view bytes, bool) override { got.append(bytes); }
  void on_end(const WebSocketEnd& what) override { end = what; }
  std::string got;
  WebSocketEnd end;
};

struct WebSocketTlsTest : testing::Test {
  // OpenSSL reads its trust store from there at the first TLS connection of a connector.
  void trust(const Identity& identity) {
    std::ofstream(store) << identity.certificate;
    ::setenv("SSL_CERT_FILE", store.c_str(), 1);
  }
  void run(const std::string& url) {
    asio::io_context io;
    const auto connector = make_websocket_connector(io, {});
    const auto socket = connector->connect(url, recorder);
    io.run();
  }
  ~WebSocketTlsTest() override {
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(store);
  }
  const std::filesystem::path store =
      std::filesystem::temp_directory_path() / ("discern-tls-" + std::to_string(::getpid()));
  Recorder recorder;
};

TEST_F(WebSocketTlsTest, TalksToATrustedServer) {
  const Identity identity = make_identity();
  trust(identity);
  TlsServer server(identity);
  run(server.url("localhost"));
  EXPECT_EQ(recorder.got, "hello") << recorder.end.text;
  EXPECT_EQ(recorder.end.code, 4000);
}

TEST_F(WebSocketTlsTest, RefusesACertificateNobodyTrusts) {
  trust(make_identity());
  TlsServer server(make_identity());
  run(server.url("localhost"));
  EXPECT_FALSE(recorder.end.opened);
  EXPECT_THAT(recorder.end.text, HasSubstr("TLS with localhost failed"));
}

TEST_F(WebSocketTlsTest, RefusesACertificateOfAnotherName) {
  const Identity identity = make_identity();
  trust(identity);
  TlsServer server(identity);
  run(server.url("127.0.0.1"));
  EXPECT_FALSE(recorder.end.opened);
  EXPECT_THAT(recorder.end.text, HasSubstr("TLS with 127.0.0.1 failed"));
}

}  // namespace
}  // namespace discern::net
