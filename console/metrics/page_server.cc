#include "console/metrics/page_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sekisho::console::metrics {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kLimit{5};
constexpr int kMaxSessions = 16;
constexpr std::uint32_t kMaxHeader = 8 * 1024;
constexpr std::uint64_t kMaxBody = 1024;

// One request and its answer; then the connection is over.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const std::function<std::string()>& make_page, int& sessions)
      : stream_(std::move(socket)), make_page_(make_page), sessions_(sessions) {
    ++sessions_;
    parser_.header_limit(kMaxHeader);
    parser_.body_limit(kMaxBody);
  }
  ~Session() { --sessions_; }

  void Start() {
    stream_.expires_after(kLimit);
    http::async_read(stream_, buffer_, parser_,
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       if (!error) self->Answer();
                     });
  }

 private:
  void Answer() {
    const http::request<http::string_body>& request = parser_.get();
    const bool known = request.target() == "/metrics";
    const bool reads = request.method() == http::verb::get || request.method() == http::verb::head;
    response_.version(request.version());
    response_.keep_alive(false);
    response_.result(!known   ? http::status::not_found
                     : !reads ? http::status::method_not_allowed
                              : http::status::ok);
    response_.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    if (known && reads) response_.body() = make_page_();
    response_.prepare_payload();
    if (request.method() == http::verb::head) response_.body().clear();
    stream_.expires_after(kLimit);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](const error_code&, std::size_t) {
                        error_code ignored;
                        self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
                      });
  }

  beast::tcp_stream stream_;
  const std::function<std::string()>& make_page_;
  int& sessions_;
  beast::flat_buffer buffer_;
  http::request_parser<http::string_body> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct PageServer::Parts {
  explicit Parts(std::function<std::string()> page) : make_page(std::move(page)) {}

  void Accept() {
    acceptor->async_accept([this](const error_code& error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      // Above the bound the connection is dropped: the next scrape comes in a minute.
      if (!error && sessions < kMaxSessions) {
        std::make_shared<Session>(std::move(socket), make_page, sessions)->Start();
      }
      Accept();
    });
  }

  const std::function<std::string()> make_page;
  int sessions = 0;
  asio::io_context io;
  std::optional<tcp::acceptor> acceptor;
  std::thread thread;
};

PageServer::PageServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

absl::StatusOr<std::unique_ptr<PageServer>> PageServer::Start(
    const std::string& host, int port, std::function<std::string()> make_page) {
  auto parts = std::make_unique<Parts>(std::move(make_page));
  error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("metrics-listen: \"", host, "\" is no IP address; 127.0.0.1:9464 is usual"));
  }
  const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(port));
  parts->acceptor.emplace(parts->io);
  parts->acceptor->open(endpoint.protocol(), error);
  if (!error) parts->acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) parts->acceptor->bind(endpoint, error);
  if (!error) parts->acceptor->listen(kMaxSessions, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("metrics-listen ", host, ":", port, ": ", error.message()));
  }
  parts->Accept();
  parts->thread = std::thread([io = &parts->io] { io->run(); });
  return std::unique_ptr<PageServer>(new PageServer(std::move(parts)));
}

PageServer::~PageServer() {
  parts_->io.stop();
  parts_->thread.join();
}

int PageServer::port() const { return parts_->acceptor->local_endpoint().port(); }

}  // namespace sekisho::console::metrics
