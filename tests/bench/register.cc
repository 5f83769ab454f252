// sekisho-bench-register: what a media register of 100,000 costs the agent, beside one of 10.
// See docs/bench-terminal.md.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/engine/register_keeper.h"
#include "proto/contract/bounds.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/register.pb.h"
#include "tests/bench/figures.h"
#include "tests/bench/idle_agentd.h"

namespace sekisho::bench {
namespace {

constexpr int kFew = 10;
constexpr int kMany = 100'000;
constexpr int kLookUps = 20'000;
constexpr int kChanges = 50;
constexpr char kOrganisation[] = "organisation";

using Clock = std::chrono::steady_clock;

double MicrosecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

engine::Identity MakeIdentity(const contract::PrivateKey& key) {
  contract::KeyRing ring(kOrganisation);
  ring.Add(v1::PURPOSE_REGISTER, key.public_key());
  engine::Identity identity{.trust_anchor = "",
                            .anchor = {},
                            .earlier_anchors = {},
                            .grant = {},
                            .report_key = contract::PrivateKey::Generate(),
                            .ring = std::move(ring),
                            .keyset_version = 1,
                            .enrolment = {}};
  identity.grant.set_organisation_id(kOrganisation);
  identity.grant.set_group_id("group");
  return identity;
}

std::string SerialOf(int number) { return absl::StrCat("4C53", 10'000'000 + number * 7); }

v1::RegisterEntry EntryOf(int number, v1::MediumState state) {
  v1::RegisterEntry entry;
  entry.set_medium_id(absl::StrCat("00000000-0000-4000-8000-", 100'000'000'000 + number));
  entry.set_vendor_id(0x0781);
  entry.set_product_id(0x5583);
  entry.set_serial(SerialOf(number));
  entry.set_state(state);
  return entry;
}

core::Device DeviceOf(const std::string& serial) {
  core::Device device;
  device.vendor_id = 0x0781;
  device.product_id = 0x5583;
  device.serial = serial;
  device.identity = core::Fingerprint{};
  device.confidence = core::IdentityConfidence::kSerial;
  return device;
}

// A register of so many on disk, as a terminal gets it.
class Register {
 public:
  Register(const std::string& folder, int entries)
      : path_(absl::StrCat(folder, "/register-", entries, ".db")), entries_(entries) {
    keeper_ = std::make_unique<engine::RegisterKeeper>(path_);
    keeper_->Load(identity_);
    const Clock::time_point start = Clock::now();
    std::vector<v1::RegisterEntry> batch;
    for (int i = 0; i < entries; ++i) {
      batch.push_back(EntryOf(i, v1::MEDIUM_STATE_IN_STOCK));
      if (batch.size() == 500 || i + 1 == entries) Apply(std::exchange(batch, {}));
    }
    seconds_ = MicrosecondsSince(start) / 1e6;
  }

  double seconds() const { return seconds_; }
  double LookUp(const std::function<std::string(int)>& serial) {
    std::vector<double> each;
    for (int i = 0; i < kLookUps; ++i) {
      const core::Device device = DeviceOf(serial(i));
      const Clock::time_point start = Clock::now();
      (void)keeper_->StandingOf(device);
      each.push_back(MicrosecondsSince(start));
    }
    return Median(each);
  }
  double Known() {
    return LookUp([this](int i) { return SerialOf(static_cast<int>((i * 7919LL) % entries_)); });
  }
  double Unknown() {
    return LookUp([](int i) { return absl::StrCat("unknown", i); });
  }
  double Change() {
    std::vector<double> each;
    for (int i = 0; i < kChanges; ++i) {
      const Clock::time_point start = Clock::now();
      Apply({EntryOf(i % entries_, v1::MEDIUM_STATE_LOST)});
      each.push_back(MicrosecondsSince(start));
    }
    return Median(each);
  }
  // KiB, of a process of its own that opens it and looks a thousand devices up.
  double Memory() {
    keeper_.reset();
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    const pid_t child = fork();
    if (child == 0) {
      engine::RegisterKeeper keeper(path_);
      keeper.Load(identity_);
      for (int i = 0; i < 1000; ++i) {
        (void)keeper.StandingOf(DeviceOf(SerialOf(static_cast<int>((i * 7919LL) % entries_))));
      }
      const std::string said = absl::StrCat(Pss());
      (void)!write(ends[1], said.data(), said.size());
      _exit(0);
    }
    close(ends[1]);
    std::string said(64, '\0');
    const ssize_t got = read(ends[0], said.data(), said.size());
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return got > 0 ? std::strtod(said.c_str(), nullptr) : 0;
  }

 private:
  // Private pages only: what the child shares with us is not its own.
  static long Pss() {
    std::ifstream file("/proc/self/smaps_rollup");
    std::string line;
    long kib = 0;
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::string name;
      long value = 0;
      words >> name >> value;
      if (name == "Private_Dirty:" || name == "Private_Clean:") kib += value;
    }
    return kib;
  }
  void Apply(const std::vector<v1::RegisterEntry>& entries) {
    v1::RegisterUpdate update;
    update.set_organisation_id(kOrganisation);
    update.set_group_id("group");
    update.set_from_version(version_);
    update.set_whole(version_ == 0);
    update.set_version(version_ + entries.size());
    update.mutable_upserts()->Add(entries.begin(), entries.end());
    const absl::Status applied = keeper_->Apply(
        identity_,
        contract::Seal(key_, kOrganisation, v1::PURPOSE_REGISTER, update.SerializeAsString()));
    if (!applied.ok()) {
      std::cerr << "sekisho-bench-register: " << applied << "\n";
      std::exit(1);
    }
    version_ = update.version();
  }

  const contract::PrivateKey key_ = contract::PrivateKey::Generate();
  const engine::Identity identity_ = MakeIdentity(key_);
  const std::string path_;
  const int entries_;
  std::unique_ptr<engine::RegisterKeeper> keeper_;
  std::uint64_t version_ = 0;
  double seconds_ = 0;
};

int Main(int argc, char** argv) {
  std::string json;
  if (argc == 3 && std::string(argv[1]) == "--json") {
    json = argv[2];
  } else if (argc != 1) {
    std::cerr << "usage: sekisho-bench-register [--json FILE]\n";
    return 2;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "sekisho-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  Register few(folder, kFew);
  Register many(folder, kMany);
  const std::string goal = RatioGoal(Bound::kAtMost, 2);
  std::vector<Figure> figures;
  figures.push_back({"register: a registered device is looked up, p50, 100,000 beside 10",
                     many.Known(), "us", few.Known(), goal});
  figures.push_back({"register: an unknown device is looked up, p50, 100,000 beside 10",
                     many.Unknown(), "us", few.Unknown(), goal});
  figures.push_back({"register: one entry changes, p50 with its fsync, 100,000 beside 10",
                     many.Change(), "us", few.Change(), goal});
  figures.push_back(
      {"register: 100,000 entries come for the first time", many.seconds(), "s", {}, ""});
  figures.push_back({"register: memory of a process of its own, 100,000 beside 10", many.Memory(),
                     "KiB", few.Memory(), goal});
  if (const auto idle = MeasureIdleAgentd(SEKISHO_AGENTD, folder, {kMany, kFew})) {
    figures.push_back({"register: private memory of an idle agentd, 100,000 beside 10",
                       (*idle)[0].private_kib, "KiB", (*idle)[1].private_kib, goal});
    figures.push_back({"register: an idle agentd wakes up in a minute, 100,000 beside 10",
                       (*idle)[0].wakeups, "", (*idle)[1].wakeups, goal});
  }
  std::filesystem::remove_all(folder);
  std::cout << Table(figures);
  if (json.empty()) return 0;
  std::ofstream file(json);
  file << Json(figures);
  return file.flush() ? 0 : 1;
}

}  // namespace
}  // namespace sekisho::bench

int main(int argc, char** argv) { return sekisho::bench::Main(argc, argv); }
