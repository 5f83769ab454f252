// Alarms from a real store to real servers, through failures and restarts.

#include "console/alarms/dispatcher.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <functional>

#include "absl/strings/str_cat.h"
#include "console/alarms/format.h"
#include "console/store/sqlite/sqlite_backend.h"
#include "tests/unit/console/alarms/sinks.h"

namespace sekisho::console::testing {
namespace {

using alarms::Dispatcher;

class DispatcherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/sekisho-alarms-XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    folder_ = folder;
    Open();
    store::Group root{"org", "g", "", "root", "/g/"};
    ASSERT_TRUE(store_->organisations()
                    .CreateOrganisation({"org", "テスト市", "localhost:7443"}, root, Audit())
                    .ok());
    terminal_.organisation_id = "org";
    terminal_.terminal_id = "t-1";
    terminal_.group_id = "g";
    terminal_.group_path = "/g/";
    terminal_.name = "madoguchi-1";
    terminal_.state = v1::TERMINAL_STATE_ENROLLED;
    ASSERT_TRUE(store_->terminals().CreateTerminal(terminal_, Audit()).ok());
  }
  void TearDown() override {
    dispatcher_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Open() {
    auto opened = store::sqlite::OpenBackend(folder_ + "/store.db");
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  store::AuditEntry Audit() const {
    return {"org", "", SystemClock().wall(), "test", "test", "", ""};
  }
  void Start(const alarms::Settings& settings) {
    auto channels = alarms::MakeChannels(settings, SystemClock());
    ASSERT_TRUE(channels.ok()) << channels.status();
    const std::size_t count = channels->size();
    alarms::DispatcherOptions options;
    options.organisation_id = "org";
    options.organisation = "テスト市";
    options.kinds = *alarms::ParseKinds(settings.kinds);
    options.gather = std::chrono::milliseconds(20);
    options.first_retry = std::chrono::milliseconds(20);
    options.last_retry = std::chrono::milliseconds(100);
    options.apart = std::chrono::milliseconds(20);
    dispatcher_ = std::make_unique<Dispatcher>(store_->events(), store_->alarms(), wakeups_,
                                               *std::move(channels), options, SystemClock());
    // A channel that was never used begins with what happens next: wait until it has begun.
    Until([&] { return store_->alarms().ListPositions()->size() >= count; });
  }
  // At most ten seconds.
  static void Until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!holds() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  // Whether the channel has tried, and did not get through.
  bool HasFailed(const std::string& channel) {
    return store_->alarms().FindPosition(channel)->failed_at.has_value();
  }
  void Happen(v1::EventKind kind, int times = 1) {
    for (int i = 0; i < times; ++i) {
      v1::Parameter parameter;
      parameter.set_key("sequence");
      parameter.set_value(absl::StrCat(i));
      ASSERT_TRUE(store_->events()
                      .AppendConsoleEvent(terminal_, kind, {parameter}, SystemClock().wall())
                      .ok());
    }
    wakeups_.Notify();
  }
  static alarms::Settings Syslog(int port) {
    alarms::Settings settings;
    settings.syslog = absl::StrCat("udp://127.0.0.1:", port);
    return settings;
  }
  static alarms::Settings Mail(int port) {
    alarms::Settings settings;
    settings.mail_server = absl::StrCat("smtp://127.0.0.1:", port);
    settings.mail_from = "console@example.jp";
    settings.mail_to = {"hanako@example.jp", "jiro@example.jp"};
    settings.mail_plain = true;
    return settings;
  }

  std::string folder_;
  std::unique_ptr<store::Backend> store_;
  live::Wakeups wakeups_;
  store::TerminalRecord terminal_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

TEST_F(DispatcherTest, SyslogGetsEachAlarmAndNothingThatIsNone) {
  Happen(v1::EVENT_KIND_CHAIN_BROKEN);  // before anybody listened
  UdpSink sink;
  Start(Syslog(sink.port()));
  Happen(v1::EVENT_KIND_RESCAN, 3);
  Happen(v1::EVENT_KIND_TERMINAL_SILENT);
  const std::vector<std::string> lines = sink.received.Await(1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].find("<81>1 "), 0u) << lines[0];
  EXPECT_NE(lines[0].find("terminal-silent"), std::string::npos);
}

TEST_F(DispatcherTest, SyslogOverTcpCountsItsOctets) {
  TcpSink sink(TcpSink::Speaks::kSyslog);
  alarms::Settings settings;
  settings.syslog = absl::StrCat("tcp://127.0.0.1:", sink.port());
  Start(settings);
  Happen(v1::EVENT_KIND_CHAIN_BROKEN);
  const std::vector<std::string> streams = sink.received.Await(1);
  ASSERT_EQ(streams.size(), 1u);
  const std::size_t space = streams[0].find(' ');
  EXPECT_EQ(std::stoul(streams[0].substr(0, space)), streams[0].size() - space - 1);
}

TEST_F(DispatcherTest, AMailGoesToAllWhoAreNamedWithoutTlsOnlyWhenAskedFor) {
  TcpSink sink(TcpSink::Speaks::kSmtp);
  alarms::Settings with_tls = Mail(sink.port());
  with_tls.mail_plain = false;
  Start(with_tls);
  Happen(v1::EVENT_KIND_CHAIN_BROKEN);
  Until([&] { return HasFailed("mail"); });
  EXPECT_TRUE(HasFailed("mail"));
  EXPECT_TRUE(sink.received.Now().empty());  // a server that offers no STARTTLS gets nothing
  Start(Mail(sink.port()));
  const std::vector<std::string> mails = sink.received.Await(1);
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_NE(mails[0].find("MAIL FROM:<console@example.jp>"), std::string::npos) << mails[0];
  EXPECT_NE(mails[0].find("RCPT TO:<hanako@example.jp>"), std::string::npos);
  EXPECT_NE(mails[0].find("RCPT TO:<jiro@example.jp>"), std::string::npos);
  EXPECT_NE(mails[0].find("Subject: =?UTF-8?B?"), std::string::npos);
}

TEST_F(DispatcherTest, WhatAStormMakesIsOneMailThatCountsTheRest) {
  TcpSink sink(TcpSink::Speaks::kSmtp);
  sink.refuse = true;
  Start(Mail(sink.port()));
  Happen(v1::EVENT_KIND_CHAIN_BROKEN, 234);
  sink.refuse = false;
  const std::vector<std::string> mails = sink.received.Await(1);
  ASSERT_GE(mails.size(), 1u);
  // A retry may have begun in the middle of the storm; nothing is lost by it.
  EXPECT_LE(mails.size(), 2u);
  const auto position = [&] { return store_->alarms().FindPosition("mail")->cursor; };
  Until([&] { return position() >= *store_->events().NewestCursor(); });
  EXPECT_EQ(position(), *store_->events().NewestCursor());
}

TEST_F(DispatcherTest, ADeadServerIsToldAfterARestartAndHoldsUpNobody) {
  alarms::Settings both = Mail(1);  // nobody listens there
  UdpSink sink;
  both.syslog = absl::StrCat("udp://127.0.0.1:", sink.port());
  Start(both);
  Happen(v1::EVENT_KIND_CHAIN_BROKEN);
  EXPECT_EQ(sink.received.Await(1).size(), 1u);
  Until([&] { return HasFailed("mail"); });
  EXPECT_FALSE(store_->alarms().FindPosition("mail")->error.empty());
  dispatcher_.reset();
  store_.reset();
  Open();
  TcpSink mail(TcpSink::Speaks::kSmtp);
  both.mail_server = absl::StrCat("smtp://127.0.0.1:", mail.port());
  Start(both);
  EXPECT_EQ(mail.received.Await(1).size(), 1u);
  EXPECT_EQ(sink.received.Now().size(), 1u);  // not told twice
  Until([&] { return store_->alarms().FindPosition("mail")->error.empty(); });
  EXPECT_TRUE(store_->alarms().FindPosition("mail")->error.empty());
}

TEST_F(DispatcherTest, AWebhookIsSignedAndAskedAgainUntilItTakesIt) {
  TcpSink sink(TcpSink::Speaks::kHttp);
  sink.refuse = true;
  const std::string secret = folder_ + "/secret";
  std::FILE* file = std::fopen(secret.c_str(), "w");
  std::fputs("opensesame\n", file);
  std::fclose(file);
  alarms::Settings settings;
  settings.webhook = absl::StrCat("http://127.0.0.1:", sink.port(), "/hook");
  settings.webhook_secret_file = secret;
  Start(settings);
  Happen(v1::EVENT_KIND_RESCUE_BOOTED);
  Until([&] { return HasFailed("webhook"); });
  EXPECT_TRUE(HasFailed("webhook"));
  EXPECT_TRUE(sink.received.Now().empty());
  sink.refuse = false;
  const std::vector<std::string> requests = sink.received.Await(1);
  ASSERT_EQ(requests.size(), 1u);
  const std::string body = requests[0].substr(requests[0].find("\r\n\r\n") + 4);
  EXPECT_EQ(requests[0].find("POST /hook HTTP/1.1"), 0u);
  EXPECT_NE(
      requests[0].find("X-Sekisho-Signature: sha256=" + alarms::SignatureOf("opensesame", body)),
      std::string::npos);
  EXPECT_NE(body.find("\"kind\":\"rescue-booted\""), std::string::npos) << body;
}

TEST(SettingsTest, WhatWouldSendInTheClearOrToNobodyIsRefused) {
  const auto refused = [](const alarms::Settings& settings) {
    return absl::IsInvalidArgument(alarms::MakeChannels(settings, SystemClock()).status());
  };
  alarms::Settings settings;
  settings.webhook = "http://siem.example.jp/hook";
  EXPECT_TRUE(refused(settings));
  settings = {};
  settings.mail_server = "smtp://mail.example.jp";
  settings.mail_from = "console@example.jp";
  EXPECT_TRUE(refused(settings));
  settings.mail_to = {"hanako@example.jp>\r\nRCPT TO:<thief@example.com"};
  EXPECT_TRUE(refused(settings));
  settings.mail_to = {"hanako@example.jp"};
  EXPECT_FALSE(refused(settings));
  settings.mail_plain = true;
  settings.mail_user = "console";
  EXPECT_TRUE(refused(settings));
  settings = {};
  settings.syslog = "syslog.example.jp";
  EXPECT_TRUE(refused(settings));
}

}  // namespace
}  // namespace sekisho::console::testing
