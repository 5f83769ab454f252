#include "tests/unit/agent/link/link_fixture.h"

#include <boost/asio/post.hpp>
#include <cstdlib>

#include "platform/linux/message_socket.h"
#include "proto/contract/keys.h"
#include "proto/contract/token.h"

namespace sekisho::link::test {
namespace {

std::filesystem::path NewDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "sekisho-link-XXXXXX").string();
  return mkdtemp(name.data());
}

}  // namespace

LinkFixture::LinkFixture()
    : directory_(NewDirectory()),
      console_(std::make_unique<TestConsole>(authority_)),
      agentd_((directory_ / "link.sock").string()) {
  console_->trust_anchor = AnchorOf(authority_);
  options_.dial_agentd = [path = (directory_ / "link.sock").string()] {
    return platform::ConnectTo(path);
  };
  options_.state_directory = "/link";
  options_.uniform = [] { return 0.5; };
  options_.wall_now = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };
  options_.console_backoff = {.base = std::chrono::milliseconds{20},
                              .cap = std::chrono::milliseconds{200},
                              .stable = std::chrono::minutes{1}};
  options_.agentd_backoff = {.base = std::chrono::milliseconds{20},
                             .cap = std::chrono::milliseconds{100},
                             .stable = std::chrono::minutes{1}};
}

LinkFixture::~LinkFixture() {
  StopLink();
  console_.reset();
  std::filesystem::remove_all(directory_);
}

void LinkFixture::StartLink() {
  link_ = std::make_unique<Link>(io_, files_, options_);
  io_.restart();  // after a link before
  boost::asio::post(io_, [this] { link_->Start(); });
  thread_ = std::thread([this] { io_.run(); });
}

void LinkFixture::StopLink() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] { link_->Stop(); });
  // Returns because the link has nothing left to wait for: that is part of what is tested.
  thread_.join();
  link_.reset();
}

std::string LinkFixture::AnchorOf(const TestAuthority& authority) const {
  v1::TrustAnchor anchor;
  anchor.set_organisation_id("0190c6a2-0000-7000-8000-000000000001");
  anchor.set_root_public_key(root_.public_key().data(), root_.public_key().size());
  anchor.set_ca_certificate(authority.der());
  return anchor.SerializeAsString();
}

std::string LinkFixture::TokenFor(const TestConsole& console, const std::string& anchor) {
  const contract::Sha256 hash = contract::HashOf(anchor);
  v1::EnrolmentToken token;
  token.set_console_address(console.address());
  token.set_token_id("0190c6a2-0000-7000-8000-000000000002");
  token.set_secret(std::string(16, 's'));
  token.set_trust_anchor_hash(std::string(hash.begin(), hash.end()));
  return contract::WriteToken(token);
}

v1::LinkDown LinkFixture::Configuration() const {
  v1::LinkDown message;
  v1::LinkConfiguration& configuration = *message.mutable_configuration();
  configuration.set_console_address(console_->address());
  configuration.set_terminal_id(kTerminal);
  configuration.set_boot_id("0190c6a2-0000-7000-8000-000000000003");
  configuration.set_trust_anchor(AnchorOf(authority_));
  configuration.set_agent_version("0.1.0");
  return message;
}

void LinkFixture::GiveIdentity(std::chrono::seconds from, std::chrono::seconds until) {
  const absl::StatusOr<TlsKey> key = TlsKey::GenerateBest();
  ASSERT_TRUE(key.ok());
  const std::string chain[] = {
      authority_.IssueClient(*key->CertificateRequest(), kTerminal, from, until), authority_.der()};
  const absl::StatusOr<Identity> identity = TakeIdentity(*key, chain, authority_.pem());
  ASSERT_TRUE(identity.ok()) << identity.status();
  files_.Put("/link/identity.pem", WriteIdentity(*identity));
}

void LinkFixture::Configured() {
  GiveIdentity(std::chrono::seconds{-60}, std::chrono::hours{24 * 90});
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  ASSERT_TRUE(agentd_.Send(Configuration()));
}

void LinkFixture::Connected() {
  ASSERT_NO_FATAL_FAILURE(Configured());
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  ASSERT_TRUE(console_->Await([this] { return console_->streams() == 1; }));
}

}  // namespace sekisho::link::test
