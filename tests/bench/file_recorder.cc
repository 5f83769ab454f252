// Records what happens to the files of one mounted directory as sekisho-agentd does, from fanotify
// to the spool, and says after each batch when it was and how many there are: the part of agentd
// that tests/bench/files measures, where there is no USB device to be opened.
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/engine/file_ledger.h"
#include "agent/engine/reporter.h"
#include "platform/linux/clock.h"
#include "platform/linux/event_loop.h"
#include "platform/linux/file_record/file_record.h"
#include "platform/linux/files.h"

namespace sekisho::bench {
namespace {

class Medium : public platform::OpenDevice {
 public:
  const std::string& PortPath() const override { return port_path_; }

 private:
  std::string port_path_ = "bench";
};

class OneSeat : public platform::Seat {
 public:
  platform::Result<platform::SeatPerson> Active() override {
    return platform::SeatPerson{1000, "hanako"};
  }
  std::vector<std::string> GroupsOf(const platform::SeatPerson&) override { return {}; }
  platform::Result<platform::Waitable> Watch() override {
    return platform::MakeFailure(ENOTSUP, "watch the seat");
  }
  void TakeChanges() override {}
  void Unwatch() override {}
};

int Run(const std::string& directory, const std::string& state, const std::string& hash_program) {
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0) {
    std::perror(directory.c_str());
    return 1;
  }
  auto loop = std::move(*platform::MakeEventLoop());
  platform::LinuxClock clock;
  platform::LinuxFiles files;
  OneSeat seat;
  engine::Reporter reporter(
      spool::Options{state + "/spool.db", "/run/sekisho-bench-mark", clock.BootId(), 64u << 20},
      clock, files, seat);
  reporter.Open();
  platform::HashProgram program;
  program.program = hash_program;
  program.uid = program.gid = 65534;
  platform::LinuxFileRecord record(*loop, clock, program, "", [&](const platform::OpenDevice&) {
    return std::set<dev_t>{status.st_dev};
  });
  std::size_t total = 0, hashed = 0, missed = 0;
  engine::FileContext context;
  record.Tell([&](const std::vector<platform::FileNotice>& notices) {
    std::vector<v1::Event> events;
    for (const platform::FileNotice& each : notices) {
      if (const auto* file = std::get_if<platform::FileRecorded>(&each)) {
        ++total;
        if (file->sha256) ++hashed;
      } else {
        ++missed;
      }
      events.push_back(
          std::visit([&](const auto& one) { return engine::EventAbout(one, context); }, each));
    }
    if (!reporter.RecordMany(std::move(events)).ok()) std::exit(1);
    std::printf("%lld %zu %zu %zu\n", static_cast<long long>(clock.Now().count()), total, hashed,
                missed);
    std::fflush(stdout);
  });
  record.Record(std::make_shared<Medium>());
  std::printf("ready\n");
  std::fflush(stdout);
  const auto end = loop->WatchReadable(STDIN_FILENO, [&] { loop->Stop(); });
  loop->Run([&] { return clock.Now() + std::chrono::minutes(1); });
  return 0;
}

}  // namespace
}  // namespace sekisho::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "Usage: sekisho-file-recorder DIRECTORY STATE HASH-PROGRAM\n");
    return 2;
  }
  return sekisho::bench::Run(argv[1], argv[2], argv[3]);
}
