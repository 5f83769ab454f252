#include "agent/link/link.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/link/anchor_walk.h"
#include "agent/link/channel.h"
#include "agent/link/log.h"
#include "proto/contract/convert.h"

namespace sekisho::link {
namespace {

namespace asio = boost::asio;

// agentd lets eight go untaken, and each message wakes it: said by halves of that, or with whatever
// wakes it anyway.
constexpr std::uint32_t kTellTakenAt = 4;

v1::LinkState StateAfter(const absl::Status& why) {
  if (absl::IsUnimplemented(why)) return v1::LINK_STATE_INCOMPATIBLE;
  if (absl::IsPermissionDenied(why) || absl::IsUnauthenticated(why)) {
    return v1::LINK_STATE_REFUSED;
  }
  if (IsTrustFailure(why)) return v1::LINK_STATE_UNTRUSTED;
  return v1::LINK_STATE_CONNECTING;
}

}  // namespace

Link::Link(asio::io_context& io, platform::Files& files, LinkOptions options)
    : io_(io),
      options_(std::move(options)),
      identities_(files, options_.state_directory),
      agentd_timer_(io),
      agentd_backoff_(options_.agentd_backoff, options_.uniform),
      console_timer_(io),
      console_backoff_(options_.console_backoff, options_.uniform),
      renewal_(io, identities_, options_.wall_now, options_.uniform) {}

Link::~Link() = default;

void Link::Start() { DialAgentd(); }

void Link::Stop() {
  stopping_ = true;
  agentd_timer_.cancel();
  Disconnect();
  agentd_.reset();
  enrolment_.request_stop();
  follower_.request_stop();
}

// ---- agentd

void Link::DialAgentd() {
  if (stopping_) return;
  platform::Result<std::unique_ptr<platform::MessageConnection>> connection =
      options_.dial_agentd();
  agentd_since_ = Steady::now();
  if (!connection.ok()) return AgentdLost(connection.failure().ToString());
  agentd_.emplace(io_, std::move(*connection),
                  AgentdConnection::Handlers{
                      .received = [this](v1::LinkDown message) { FromAgentd(std::move(message)); },
                      .drained = [this] { AgentdDrained(); },
                      .lost = [this](const std::string& why) { AgentdLost(why); }});
  Log(Severity::kInfo, "attached to agentd");
  agentd_missed_ = false;
  told_ = v1::LINK_STATE_UNSPECIFIED;
}

void Link::AgentdLost(const std::string& why) {
  const bool attached = agentd_.has_value();
  if (attached || !agentd_missed_) Log(Severity::kWarning, absl::StrCat("no agentd: ", why));
  agentd_missed_ = true;
  // Without agentd there is nobody to answer the console's words, and a stream that stands would
  // look like a terminal that is well. agentd says where to connect when it is back.
  Disconnect();
  configuration_.reset();
  agentd_.reset();
  if (stopping_) return;
  const auto stood = attached ? Steady::now() - agentd_since_ : Steady::duration::zero();
  agentd_timer_.expires_after(
      agentd_backoff_.AfterFailure(std::chrono::duration_cast<std::chrono::milliseconds>(stood)));
  agentd_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) DialAgentd();
  });
}

void Link::FromAgentd(v1::LinkDown message) {
  switch (message.message_case()) {
    case v1::LinkDown::kConfiguration:
      return Configure(std::move(*message.mutable_configuration()));
    case v1::LinkDown::kSealed:
      // Nothing is kept for later here: agentd sends again once the link is CONNECTED.
      if (console_ == Console::kOpen) stream_->Send(std::move(*message.mutable_sealed()));
      return;
    case v1::LinkDown::kEnrol:
      return StartEnrolment(std::move(*message.mutable_enrol()));
    case v1::LinkDown::MESSAGE_NOT_SET:
      return Log(Severity::kWarning, "agentd sent a message this link does not know");
  }
}

void Link::AgentdDrained() {
  if (console_ == Console::kOpen) stream_->ReadNext();
}

void Link::Tell(const v1::LinkUp& message) {
  TellTaken();
  if (agentd_.has_value()) agentd_->Send(message);
}

void Link::TellTaken() {
  if (untold_taken_ == 0) return;
  v1::LinkUp message;
  message.mutable_taken()->set_count(std::exchange(untold_taken_, 0));
  if (agentd_.has_value()) agentd_->Send(message);
}

void Link::TellState(v1::LinkState state) {
  if (state == told_) return;
  told_ = state;
  v1::LinkUp message;
  message.set_state(state);
  Tell(message);
}

// ---- the console

void Link::Configure(v1::LinkConfiguration configuration) {
  if (configuration_.has_value() && console_ != Console::kIdle &&
      configuration_->SerializeAsString() == configuration.SerializeAsString()) {
    return;
  }
  Disconnect();
  configuration_ = std::move(configuration);
  console_backoff_.Reset();
  failures_ = 0;
  Connect();
}

void Link::Connect() {
  console_ = Console::kIdle;
  v1::TrustAnchor anchor;
  if (!anchor.ParseFromString(configuration_->trust_anchor())) {
    return Log(Severity::kWarning, "agentd's configuration has no trust anchor");
  }
  absl::StatusOr<std::string> newest = CertificateToPem(anchor.ca_certificate());
  std::string authorities = newest.ok() ? *newest : "";
  for (const std::string& der : configuration_->earlier_authorities()) {
    absl::StatusOr<std::string> earlier = CertificateToPem(der);
    if (earlier.ok()) authorities += *earlier;
  }
  absl::StatusOr<std::vector<Identity>> identities =
      newest.ok() ? identities_.Find(configuration_->terminal_id(), authorities)
                  : absl::StatusOr<std::vector<Identity>>(newest.status());
  if (!identities.ok()) {
    Log(Severity::kWarning,
        absl::StrCat("cannot connect: ", identities.status().message(),
                     absl::IsNotFound(identities.status()) ? "; enrol again: sekisho enrol" : ""));
    TellState(v1::LINK_STATE_NO_IDENTITY);
    return RetryAfter(console_backoff_.AfterFailure(std::chrono::milliseconds{0}));
  }
  if (told_ == v1::LINK_STATE_UNSPECIFIED || told_ == v1::LINK_STATE_CONNECTED ||
      told_ == v1::LINK_STATE_NO_IDENTITY) {
    TellState(v1::LINK_STATE_CONNECTING);
  }
  // A console that refuses one may know the other.
  const Identity& identity = (*identities)[failures_ % identities->size()];
  v1::Hello hello;
  hello.set_oldest_protocol(kOldestProtocol);
  hello.set_newest_protocol(kNewestProtocol);
  hello.set_agent_version(configuration_->agent_version());
  hello.set_boot_id(configuration_->boot_id());
  for (const std::string_view feature : contract::Features()) {
    hello.add_features(std::string(feature));
  }
  if (configuration_->has_enrolment()) *hello.mutable_enrolment() = configuration_->enrolment();

  std::shared_ptr<grpc::Channel> channel =
      MakeChannel(configuration_->console_address(), authorities, &identity);
  console_ = Console::kOpening;
  untold_taken_ = 0;  // of a stream that was: agentd counts anew with each
  stream_ = std::make_unique<ConsoleStream>(
      io_, channel, hello, options_.stream_limits,
      ConsoleStream::Handlers{
          .welcomed =
              [this, channel, identity, authorities, newest = *newest](const v1::Welcome& welcome) {
                Welcomed(welcome, identity.protection);
                if (console_ != Console::kOpen) return;
                // Once a connection: a console that was restored has none of the newest to give.
                const auto due =
                    CheckDescent(identity, newest).ok() ? Renewal::Due::kByAge : Renewal::Due::kNow;
                renewal_.Watch(channel, identity, authorities, configuration_->terminal_id(), due);
              },
          .sealed = [this](v1::Sealed sealed) { FromConsole(std::move(sealed)); },
          .resync =
              [this] {
                v1::LinkUp message;
                message.mutable_resync();
                Tell(message);
              },
          .taken =
              [this] {
                if (++untold_taken_ == kTellTakenAt) TellTaken();
              },
          .closed = [this](const absl::Status& why) { ConsoleLost(why); }});
}

void Link::Welcomed(const v1::Welcome& welcome, v1::KeyProtection protection) {
  if (welcome.terminal_id() != configuration_->terminal_id()) {
    return stream_->Close(absl::PermissionDeniedError("the console takes us for another terminal"));
  }
  console_ = Console::kOpen;
  console_since_ = Steady::now();
  Log(Severity::kInfo, absl::StrCat("connected to ", configuration_->console_address(),
                                    ", protocol ", welcome.protocol()));
  // Before the state: the first Status already depends on it.
  v1::LinkUp message;
  *message.mutable_welcome()->mutable_features() = welcome.features();
  message.mutable_welcome()->set_key_protection(protection);
  Tell(message);
  TellState(v1::LINK_STATE_CONNECTED);
}

void Link::FromConsole(v1::Sealed sealed) {
  if (!agentd_.has_value()) return;
  v1::LinkUp message;
  *message.mutable_sealed() = std::move(sealed);
  Tell(message);
  // While agentd does not read, the console's words stay with the console.
  if (agentd_->ready()) stream_->ReadNext();
}

void Link::ConsoleLost(const absl::Status& why) {
  const std::chrono::milliseconds stood =
      console_ == Console::kOpen
          ? std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - console_since_)
          : std::chrono::milliseconds{0};
  if (console_ != Console::kOpen) ++failures_;
  renewal_.Stop();
  stream_.reset();
  console_ = Console::kIdle;
  if (stopping_) return;
  TellState(StateAfter(why));
  if (IsTrustFailure(why)) StartFollowing();
  const std::chrono::milliseconds delay = console_backoff_.AfterFailure(stood);
  Log(Severity::kWarning, absl::StrCat("no stream to ", configuration_->console_address(), " (",
                                       why.ToString(), "); again in ", delay.count(), " ms"));
  RetryAfter(delay);
}

void Link::RetryAfter(std::chrono::milliseconds delay) {
  console_ = Console::kWaiting;
  console_timer_.expires_after(delay);
  console_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && console_ == Console::kWaiting && configuration_.has_value()) Connect();
  });
}

void Link::Disconnect() {
  console_timer_.cancel();
  renewal_.Stop();
  stream_.reset();
  console_ = Console::kIdle;
}

// ---- an authority that changed while this terminal was away

void Link::StartFollowing() {
  if (following_.has_value()) return;
  following_.emplace(io_.get_executor());
  follower_ = std::jthread([this, address = configuration_->console_address(),
                            held = configuration_->trust_anchor()](const std::stop_token& stop) {
    absl::StatusOr<std::vector<v1::Sealed>> links = FetchAnchorLinks(address, held, stop);
    asio::post(io_, [this, links = std::move(links)]() mutable { Followed(std::move(links)); });
  });
}

void Link::Followed(absl::StatusOr<std::vector<v1::Sealed>> links) {
  follower_ = std::jthread();
  following_.reset();
  if (stopping_) return;
  if (!links.ok()) {
    return Log(Severity::kWarning, absl::StrCat("the server is not the console that this terminal "
                                                "knows, nor one that followed it: ",
                                                links.status().message()));
  }
  Log(Severity::kInfo, "the console's authority has changed, and its root key vouches for that");
  for (v1::Sealed& link : *links) {
    v1::LinkUp message;
    *message.mutable_sealed() = std::move(link);
    Tell(message);  // agentd verifies them again, and then configures this link anew
  }
}

// ---- enrolment

void Link::StartEnrolment(v1::LinkEnrolOrder order) {
  if (enrolling_.has_value()) {
    v1::LinkUp busy;
    *busy.mutable_enrolment() = EnrolmentFailure(kEnrolmentBusy, 0);
    return Tell(busy);
  }
  enrolling_.emplace(io_.get_executor());
  enrolment_ = std::jthread([this, order = std::move(order)](const std::stop_token& stop) {
    EnrolmentResult result = Enrol(order, stop);
    asio::post(io_,
               [this, result = std::move(result)]() mutable { EnrolmentDone(std::move(result)); });
  });
}

void Link::EnrolmentDone(EnrolmentResult result) {
  enrolment_ = std::jthread();
  enrolling_.reset();
  if (stopping_) return;
  if (result.identity.has_value()) {
    if (absl::Status status = identities_.KeepPending(*result.identity); !status.ok()) {
      Log(Severity::kWarning, absl::StrCat("cannot keep the certificate: ", status.message()));
      result.answer = EnrolmentFailure(kStateUnwritable, 0);
    }
  }
  v1::LinkUp message;
  *message.mutable_enrolment() = std::move(result.answer);
  Tell(message);
}

}  // namespace sekisho::link
