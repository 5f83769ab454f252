#ifndef SEKISHO_AGENT_LINK_RENEWAL_H_
#define SEKISHO_AGENT_LINK_RENEWAL_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "agent/link/identity.h"
#include "agent/link/identity_store.h"
#include "sekisho/v1/agent_service.pb.h"

namespace grpc {
class Channel;
}

namespace sekisho::link {

// How long to wait before looking at the certificate's age again: until RenewAt, but at most six
// hours, because the wall clock may be set meanwhile; zero when it is due.
std::chrono::seconds UntilRenewal(const Identity& identity, std::chrono::sys_seconds now);

// A new key and certificate before the old one runs out. The stream that stands keeps the session
// it has, so nothing in flight is lost; the next connection uses the new identity. All on io's
// thread.
class Renewal {
 public:
  // `io` and `store` outlive this. `wall_now` and `uniform` as in LinkOptions.
  Renewal(boost::asio::io_context& io, IdentityStore& store,
          std::function<std::chrono::sys_seconds()> wall_now, std::function<double()> uniform);
  ~Renewal();

  // While `channel` stands, over which `identity` was accepted for `terminal_id`. What is issued
  // descends from one of `authorities_pem`.
  enum class Due { kByAge, kNow };
  void Watch(std::shared_ptr<grpc::Channel> channel, Identity identity, std::string authorities_pem,
             std::string terminal_id, Due due);
  void Stop();

 private:
  struct Call;
  void Look();
  void Ask();
  void Answered(const std::shared_ptr<Call>& call, const absl::Status& status);
  void LookAfter(std::chrono::seconds delay);

  boost::asio::io_context& io_;
  IdentityStore& store_;
  std::function<std::chrono::sys_seconds()> wall_now_;
  std::function<double()> uniform_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<grpc::Channel> channel_;
  Identity identity_;
  std::string authorities_pem_;
  std::string terminal_id_;
  std::shared_ptr<Call> call_;
};

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_RENEWAL_H_
