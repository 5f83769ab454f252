// Prometheus' page, of a real console over real HTTP, held to what `promtool check metrics` asks.

#include "console/metrics/page.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <regex>
#include <set>
#include <sstream>

#include "console/metrics/page_server.h"
#include "console/program/collect.h"
#include "console/program/doctor.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

std::string Ask(int port, const std::string& request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return "";
  (void)!::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  std::string answer;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(fd);
  return answer;
}

std::string Get(int port, const std::string& path) {
  return Ask(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

// What is wrong with it; empty when nothing is.
std::string WrongWith(const std::string& page) {
  static const std::regex kName("[a-z][a-z0-9_]*");
  static const std::regex kSample(
      R"re(([a-z][a-z0-9_]*)(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+-]+)re");
  std::set<std::string> helped;
  std::set<std::string> series;
  std::string family;
  std::string type;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash;
    std::string what;
    std::smatch sample;
    if (line.rfind("# HELP ", 0) == 0) {
      words >> hash >> what >> family;
      if (!std::regex_match(family, kName)) return "name: " + line;
      if (!helped.insert(family).second) return "twice: " + line;
      if (line.back() != '.') return "help is no sentence: " + line;
    } else if (line.rfind("# TYPE ", 0) == 0) {
      std::string name;
      words >> hash >> what >> name >> type;
      if (name != family) return "type without its help: " + line;
      const bool total = name.size() > 6 && name.substr(name.size() - 6) == "_total";
      if (total != (type == "counter")) return "counters end with _total: " + line;
    } else if (std::regex_match(line, sample, kSample)) {
      if (sample[1] != family) return "sample of another family: " + line;
      if (!series.insert(sample[1].str() + sample[2].str()).second) return "twice: " + line;
    } else {
      return "not understood: " + line;
    }
  }
  return series.empty() ? "nothing there" : "";
}

class MetricsTest : public ConsoleFixture {};

TEST_F(MetricsTest, ThePageOfAWorkingConsoleIsOneThatPrometheusTakes) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
  ASSERT_NE(Live(terminal), nullptr);
  program::Collector collector(*console_, data_);
  auto server = metrics::PageServer::Start("127.0.0.1", 0, [&] { return collector.Page(); });
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string answer = Get((*server)->port(), "/metrics");
  EXPECT_EQ(answer.rfind("HTTP/1.1 200", 0), 0u) << answer;
  EXPECT_NE(answer.find("text/plain; version=0.0.4"), std::string::npos);
  const std::string page = answer.substr(answer.find("\r\n\r\n") + 4);
  EXPECT_EQ(WrongWith(page), "") << page;
  const auto says = [&](const std::string& line) {
    return page.find(line + "\n") != std::string::npos;
  };
  EXPECT_TRUE(says("sekisho_terminals{state=\"enrolled\"} 1")) << page;
  EXPECT_TRUE(says("sekisho_terminals_unprotected{reason=\"duplicated\"} 0"));
  EXPECT_TRUE(says("sekisho_streams 1"));
  EXPECT_TRUE(says("sekisho_ingest_events_total 1"));
  EXPECT_NE(page.find("sekisho_key_expiry_seconds{key=\"server\"}"), std::string::npos);
}

TEST_F(MetricsTest, NothingElseIsServedThere) {
  auto server = metrics::PageServer::Start("127.0.0.1", 0, [] { return std::string("x 1\n"); });
  ASSERT_TRUE(server.ok());
  EXPECT_EQ(Get((*server)->port(), "/").rfind("HTTP/1.1 404", 0), 0u);
  EXPECT_EQ(Ask((*server)->port(), "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                .rfind("HTTP/1.1 405", 0),
            0u);
  // Longer than any honest head.
  EXPECT_EQ(Ask((*server)->port(), "GET /metrics HTTP/1.1\r\nX: " + std::string(20000, 'x')), "");
  EXPECT_EQ(Get((*server)->port(), "/metrics").rfind("HTTP/1.1 200", 0), 0u);
}

TEST_F(MetricsTest, AWordThatIsNoAddressIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      metrics::PageServer::Start("metrics.example.jp", 0, [] { return ""; }).status()));
}

TEST(PageTest, LabelsAreEscaped) {
  EXPECT_EQ(
      metrics::WritePage({{"a", metrics::Type::kGauge, "Help.", {{{{"l", "x\"y\\z\nw"}}, 1.5}}}}),
      "# HELP a Help.\n# TYPE a gauge\na{l=\"x\\\"y\\\\z\\nw\"} 1.5\n");
}

class DoctorTest : public ConsoleFixture {
 protected:
  program::Finding Of(const std::string& check) {
    for (program::Finding& finding : program::Examine(data_, clock_)) {
      if (finding.check == check) return finding;
    }
    return {"none", program::Grade::kBad, "", ""};
  }
};

TEST_F(DoctorTest, ARunningConsoleIsLookedAtAndEachCheckAnswersInBothLanguages) {
  const std::vector<program::Finding> findings = program::Examine(data_, clock_);
  EXPECT_EQ(findings.size(), 9u);
  for (const program::Finding& finding : findings) {
    EXPECT_FALSE(finding.en.empty()) << finding.check;
    EXPECT_FALSE(finding.ja.empty()) << finding.check;
  }
  EXPECT_EQ(Of("store").grade, program::Grade::kGood) << Of("store").en;
  EXPECT_EQ(Of("keys").grade, program::Grade::kGood);
  EXPECT_EQ(Of("permissions").grade, program::Grade::kGood);
}

TEST_F(DoctorTest, AKeyThatSoonIsOverIsAWarningAndOneThatIsOverIsAFault) {
  clock_.wall = [] { return SystemClock().wall() + std::chrono::days(3600); };
  EXPECT_EQ(Of("keys").grade, program::Grade::kWarning);
  EXPECT_EQ(Of("certificates").grade, program::Grade::kBad);
  clock_.wall = [] { return SystemClock().wall() + std::chrono::days(3651); };
  EXPECT_EQ(Of("keys").grade, program::Grade::kBad);
}

TEST_F(DoctorTest, AKeyThatOthersMayReadIsAFault) {
  std::filesystem::permissions(program::KeysPath(data_) + "/root.key",
                               std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(Of("permissions").grade, program::Grade::kBad);
}

TEST_F(DoctorTest, ADamagedStoreIsAFault) {
  Stop();
  {
    std::FILE* file = std::fopen(program::StorePath(data_).c_str(), "r+");
    ASSERT_NE(file, nullptr);
    std::fseek(file, 5 * 4096, SEEK_SET);
    const std::string rubbish(3 * 4096, '\x5a');
    std::fwrite(rubbish.data(), 1, rubbish.size(), file);
    std::fclose(file);
  }
  EXPECT_EQ(Of("store").grade, program::Grade::kBad);
}

}  // namespace
}  // namespace sekisho::console::testing
