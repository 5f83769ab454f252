// The real program, killed with SIGKILL in the middle of reports.

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "tests/unit/console/rpc/console_fixture.h"

extern char** environ;

namespace sekisho::console::testing {
namespace {

// sekisho-console serve on a free port.
class Served {
 public:
  explicit Served(const std::string& data) {
    int out[2];
    if (::pipe(out) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    const std::string program = SEKISHO_CONSOLE_PROGRAM;
    const char* arguments[] = {program.c_str(), "--config",    "/dev/null", "--data", data.c_str(),
                               "--listen",      "127.0.0.1:0", "serve",     nullptr};
    ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, const_cast<char**>(arguments),
                  environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    std::FILE* text = ::fdopen(out[0], "r");
    if (std::fscanf(text, "listening on port %d", &port_) != 1) port_ = 0;
    std::fclose(text);
  }
  ~Served() { Kill(); }
  void Kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  int port() const { return port_; }

 private:
  pid_t pid_ = 0;
  int port_ = 0;
};

class KillTest : public ConsoleFixture {};

TEST_F(KillTest, NothingAcknowledgedIsLostWhenTheConsoleIsKilledInMidStream) {
  const std::string token = NewToken();
  Stop();
  std::string terminal_id;
  std::map<std::uint64_t, std::string> acknowledged;  // sequence, hash
  std::uint64_t sent = 0;
  {
    Served served(data_);
    ASSERT_GT(served.port(), 0);
    absl::StatusOr<TerminalClient> terminal =
        TerminalClient::Enrol(served.port(), ca_pem_, token, "madoguchi-1");
    ASSERT_TRUE(terminal.ok()) << terminal.status();
    terminal_id = terminal->terminal_id();
    ASSERT_TRUE(terminal->Connect().ok());
    std::jthread killer;
    for (;;) {
      std::vector<std::string> records;
      for (int i = 0; i < 20; ++i) {
        records.push_back(terminal->Record(terminal->NextEvent(v1::EVENT_KIND_RESCAN)));
      }
      sent += records.size();
      absl::StatusOr<v1::Acknowledgement> answer = terminal->Report(records);
      if (!answer.ok()) break;
      acknowledged[answer->sequence()] = answer->record_hash();
      if (acknowledged.size() == 10) killer = std::jthread([&] { served.Kill(); });
    }
  }
  ASSERT_GE(acknowledged.size(), 10u);
  Start();
  std::map<std::uint64_t, std::string> stored;
  std::uint64_t cursor = 0;
  for (;;) {
    v1::ListEventsRequest request;
    request.set_after_cursor(cursor);
    request.set_page_size(1000);
    absl::StatusOr<v1::ListEventsResponse> page =
        console_->services().events.ListEvents(Admin(), request);
    ASSERT_TRUE(page.ok());
    if (page->events().empty()) break;
    for (const v1::StoredEvent& event : page->events()) {
      EXPECT_TRUE(
          stored.emplace(event.event().sequence(), Sha256Of(event.event().SerializeAsString()))
              .second)
          << "stored twice";
    }
    cursor = page->next_cursor();
  }
  const std::uint64_t last = acknowledged.rbegin()->first;
  for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
    EXPECT_TRUE(stored.contains(sequence)) << sequence << " of " << sent << " was lost";
  }
  for (const auto& [sequence, hash] : acknowledged) EXPECT_EQ(stored[sequence], hash);
}

}  // namespace
}  // namespace sekisho::console::testing
