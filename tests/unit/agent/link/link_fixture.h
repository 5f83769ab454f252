#ifndef SEKISHO_TESTS_UNIT_AGENT_LINK_LINK_FIXTURE_H_
#define SEKISHO_TESTS_UNIT_AGENT_LINK_LINK_FIXTURE_H_

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "agent/link/link.h"
#include "platform/fake/files.h"
#include "proto/contract/keys.h"
#include "tests/unit/agent/link/agentd_peer.h"
#include "tests/unit/agent/link/test_console.h"
#include "tests/unit/agent/link/test_pki.h"

namespace sekisho::link::test {

// A link as its own thread between a real socket peer and a real gRPC console, with back-offs short
// enough for a test and a disk in memory.
class LinkFixture : public testing::Test {
 protected:
  LinkFixture();
  ~LinkFixture() override;

  void StartLink();
  void StopLink();
  // The trust anchor of `authority`, serialised.
  std::string AnchorOf(const TestAuthority& authority) const;
  // A token of `console`, whose hash is of `anchor`.
  static std::string TokenFor(const TestConsole& console, const std::string& anchor);
  v1::LinkDown Configuration() const;
  // Puts an identity for kTerminal on the link's disk.
  void GiveIdentity(std::chrono::seconds from, std::chrono::seconds until);
  // Identity, link and agentd up; the link knows where the console is, which may not be there.
  void Configured();
  // The same, and the console up, CONNECTED told.
  void Connected();

  std::filesystem::path directory_;
  contract::PrivateKey root_ = contract::PrivateKey::Generate();
  TestAuthority authority_;
  std::unique_ptr<TestConsole> console_;
  AgentdPeer agentd_;
  platform::fake::MemoryFiles files_;
  LinkOptions options_;

 private:
  boost::asio::io_context io_;
  std::unique_ptr<Link> link_;
  std::thread thread_;
};

}  // namespace sekisho::link::test

#endif  // SEKISHO_TESTS_UNIT_AGENT_LINK_LINK_FIXTURE_H_
