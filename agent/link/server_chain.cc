#include "agent/link/server_chain.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include "absl/strings/str_cat.h"

namespace sekisho::link {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kMaxPresented = 8;

absl::StatusOr<std::string> AuthorityOf(SSL* tls) {
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(tls);
  const int size = chain == nullptr ? 0 : sk_X509_num(chain);
  if (size == 0 || size > kMaxPresented) {
    return absl::FailedPreconditionError("the server presents no usable certificate chain");
  }
  X509* last = sk_X509_value(chain, size - 1);
  if (X509_check_ca(last) != 1 || X509_check_issued(last, last) != X509_V_OK ||
      X509_verify(last, X509_get0_pubkey(last)) != 1) {
    return absl::FailedPreconditionError(
        "the server's certificate chain does not end in its own authority");
  }
  unsigned char* der = nullptr;
  const int length = i2d_X509(last, &der);
  if (length <= 0) return absl::InternalError("cannot write the authority's certificate");
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

absl::StatusOr<std::pair<std::string, std::string>> SplitAddress(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return absl::InvalidArgumentError("a console's address is host:port");
  }
  std::string host = address.substr(0, colon);
  const std::string port = address.substr(colon + 1);
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') {
      return absl::InvalidArgumentError("an IPv6 address is written [address]:port");
    }
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return absl::InvalidArgumentError("an IPv6 address is written [address]:port");
  }
  if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
      std::stoi(port) < 1 || std::stoi(port) > 65535) {
    return absl::InvalidArgumentError("a port is 1 to 65535");
  }
  return std::pair{std::move(host), port};
}

absl::StatusOr<std::string> FetchAuthority(const std::string& address,
                                           std::chrono::milliseconds limit,
                                           const std::stop_token& stop) {
  absl::StatusOr<std::pair<std::string, std::string>> place = SplitAddress(address);
  if (!place.ok()) return place.status();

  asio::io_context io;
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.set_verify_mode(asio::ssl::verify_none);
  asio::ssl::stream<tcp::socket> stream(io, context);
  // gRPC servers speak HTTP/2 only.
  static constexpr unsigned char kAlpn[] = {2, 'h', '2'};
  SSL_set_alpn_protos(stream.native_handle(), kAlpn, sizeof kAlpn);
  error_code not_an_address;
  asio::ip::make_address(place->first, not_an_address);
  if (not_an_address) SSL_set_tlsext_host_name(stream.native_handle(), place->first.c_str());

  absl::StatusOr<std::string> result =
      absl::UnavailableError(absl::StrCat("no answer from ", address, " in time"));
  const auto failed = [&](const char* step, const error_code& error) {
    result = absl::UnavailableError(absl::StrCat(step, " ", address, ": ", error.message()));
  };
  tcp::resolver resolver(io);
  resolver.async_resolve(
      place->first, place->second, [&](const error_code& error, const auto& endpoints) {
        if (error) return failed("look up", error);
        asio::async_connect(
            stream.lowest_layer(), endpoints, [&](const error_code& error, const tcp::endpoint&) {
              if (error) return failed("connect to", error);
              stream.async_handshake(asio::ssl::stream_base::client, [&](const error_code& error) {
                if (error) return failed("TLS handshake with", error);
                result = AuthorityOf(stream.native_handle());
              });
            });
      });
  const std::stop_callback stopper(stop, [&io] { io.stop(); });
  io.run_for(limit);
  if (stop.stop_requested()) return absl::CancelledError("stopping");
  return result;
}

}  // namespace sekisho::link
