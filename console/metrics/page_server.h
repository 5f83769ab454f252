#ifndef SEKISHO_CONSOLE_METRICS_PAGE_SERVER_H_
#define SEKISHO_CONSOLE_METRICS_PAGE_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace sekisho::console::metrics {

// GET /metrics over plain HTTP/1.1, and nothing else: it has no TLS and asks nobody who they are,
// so it belongs on a loopback address. A thread of its own; few connections, each with an end.
class PageServer {
 public:
  // `make_page` runs on that thread. INVALID_ARGUMENT for an address that is none, UNAVAILABLE when
  // it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<PageServer>> Start(const std::string& host, int port,
                                                           std::function<std::string()> make_page);
  ~PageServer();
  int port() const;

 private:
  struct Parts;
  explicit PageServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sekisho::console::metrics

#endif  // SEKISHO_CONSOLE_METRICS_PAGE_SERVER_H_
