#include "tests/bench/idle_agentd.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/identity.h"
#include "agent/engine/register_keeper.h"
#include "agent/engine/state_store.h"
#include "platform/linux/files.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/agent_service.pb.h"
#include "sekisho/v1/register.pb.h"

namespace sekisho::bench {
namespace {

constexpr char kOrganisation[] = "organisation";
constexpr std::chrono::seconds kComesUp{30};
// Within its first minute agentd gives back what its start took.
constexpr std::chrono::seconds kSettles{65};

void Must(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::cerr << "sekisho-bench-register: " << what << ": " << status << "\n";
  std::exit(1);
}

// Enrolled with keys of our own; returns whom the register is to be sealed by.
contract::PrivateKey Enrol(const std::string& state) {
  const contract::PrivateKey root = contract::PrivateKey::Generate();
  contract::PrivateKey bundle = contract::PrivateKey::Generate();
  contract::PrivateKey report = contract::PrivateKey::Generate();
  const auto bytes = [](const contract::PublicKey& key) {
    return std::string(key.begin(), key.end());
  };
  v1::TrustAnchor anchor;
  anchor.set_organisation_id(kOrganisation);
  anchor.set_root_public_key(bytes(root.public_key()));
  anchor.set_ca_certificate("a certificate");
  v1::EnrolmentGrant grant;
  grant.set_organisation_id(kOrganisation);
  grant.set_terminal_id("terminal");
  grant.set_group_id("group");
  grant.set_report_public_key(bytes(report.public_key()));
  grant.set_nonce(std::string(16, 'n'));
  grant.set_console_address("console.example:7443");
  v1::KeySet keys;
  keys.set_organisation_id(kOrganisation);
  keys.set_version(1);
  v1::SigningKey& key = *keys.add_keys();
  key.set_purpose(v1::PURPOSE_BUNDLE);
  key.set_public_key(bytes(bundle.public_key()));
  engine::EnrolmentAnswer answer;
  answer.trust_anchor = anchor.SerializeAsString();
  answer.enrolment =
      contract::Seal(root, kOrganisation, v1::PURPOSE_ENROLMENT, grant.SerializeAsString());
  answer.key_set =
      contract::Seal(root, kOrganisation, v1::PURPOSE_KEY_SET, keys.SerializeAsString());
  absl::StatusOr<engine::Identity> identity =
      engine::VerifyEnrolment(answer, "", std::move(report));
  Must(identity.status(), "enrol");
  platform::LinuxFiles files;
  engine::StateStore store(files, state);
  engine::IdentityKeeper keeper(store);
  Must(keeper.Adopt(*std::move(identity), answer), "keep the identity");
  return bundle;
}

void FillRegister(const std::string& state, const contract::PrivateKey& bundle, int entries) {
  platform::LinuxFiles files;
  engine::StateStore store(files, state);
  engine::IdentityKeeper identity(store);
  identity.Load();
  engine::RegisterKeeper keeper(state + "/register.db");
  keeper.Load(*identity.get());
  for (int next = 0; next < entries;) {
    v1::RegisterUpdate update;
    update.set_organisation_id(kOrganisation);
    update.set_group_id("group");
    update.set_from_version(static_cast<std::uint64_t>(next));
    update.set_whole(next == 0);
    for (int i = 0; i < 500 && next < entries; ++i, ++next) {
      v1::RegisterEntry& entry = *update.add_upserts();
      entry.set_medium_id(absl::StrCat("00000000-0000-4000-8000-", 100'000'000'000 + next));
      entry.set_vendor_id(0x0781);
      entry.set_product_id(0x5583);
      entry.set_serial(absl::StrCat("4C53", 10'000'000 + next * 7));
      entry.set_state(v1::MEDIUM_STATE_IN_STOCK);
    }
    update.set_version(static_cast<std::uint64_t>(next));
    Must(keeper.Apply(*identity.get(), contract::Seal(bundle, kOrganisation, v1::PURPOSE_REGISTER,
                                                      update.SerializeAsString())),
         "fill the register");
  }
}

// In a network and with a /sys of its own: no device of this machine is its business.
pid_t Start(const std::string& agentd, const std::string& folder) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (unshare(CLONE_NEWNS | CLONE_NEWNET) != 0 ||
      mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", "/sys", "tmpfs", 0, nullptr) != 0) {
    perror("sekisho-bench-register: namespaces");
    _exit(1);
  }
  const int log = open((folder + "/log").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  const std::string state = "--agentd-state=" + folder + "/state";
  const std::string run = "--agentd-run=" + folder + "/run";
  const std::string socket = "--agentd-socket=" + folder + "/socket";
  const std::string link = "--link-socket=" + folder + "/link";
  const std::string token = "--enrolment-token-file=" + folder + "/none";
  execl(agentd.c_str(), agentd.c_str(), "--config=/dev/null", state.c_str(), run.c_str(),
        socket.c_str(), link.c_str(), token.c_str(), nullptr);
  _exit(127);
}

bool ComesUp(pid_t pid, const std::string& folder) {
  const auto deadline = std::chrono::steady_clock::now() + kComesUp;
  while (std::chrono::steady_clock::now() < deadline) {
    struct stat found{};
    if (stat((folder + "/socket").c_str(), &found) == 0) return true;
    if (waitpid(pid, nullptr, WNOHANG) == pid) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::cerr << "sekisho-bench-register: sekisho-agentd did not come up; see " << folder << "/log\n";
  return false;
}

// The sum of the lines of /proc that begin with one of these names.
double Sum(pid_t pid, const char* file, const std::vector<std::string>& names) {
  std::ifstream text(absl::StrCat("/proc/", pid, "/", file));
  std::string line;
  double sum = 0;
  while (std::getline(text, line)) {
    std::istringstream words(line);
    std::string name;
    double value = 0;
    words >> name >> value;
    for (const std::string& each : names) sum += name == each ? value : 0;
  }
  return sum;
}

double Switches(pid_t pid) { return Sum(pid, "status", {"voluntary_ctxt_switches:"}); }

}  // namespace

std::optional<std::vector<IdleCost>> MeasureIdleAgentd(const std::string& agentd,
                                                       const std::string& folder,
                                                       const std::vector<int>& sizes) {
  if (geteuid() != 0) {
    std::cerr << "sekisho-bench-register: an idle agentd is measured by root only\n";
    return std::nullopt;
  }
  struct Running {
    pid_t pid = -1;
    double before = 0;
  };
  std::vector<Running> running;
  bool all_up = true;
  for (const int size : sizes) {
    const std::string own = absl::StrCat(folder, "/agentd-", size);
    mkdir(own.c_str(), 0700);
    mkdir((own + "/state").c_str(), 0700);
    FillRegister(own + "/state", Enrol(own + "/state"), size);
    running.push_back({Start(agentd, own)});
    all_up = ComesUp(running.back().pid, own) && all_up;
  }
  std::vector<IdleCost> costs;
  if (all_up) {
    std::this_thread::sleep_for(kSettles);
    for (Running& each : running) each.before = Switches(each.pid);
    std::this_thread::sleep_for(kIdle);
    for (const Running& each : running) {
      costs.push_back({Sum(each.pid, "smaps_rollup", {"Private_Dirty:", "Private_Clean:"}),
                       Switches(each.pid) - each.before});
    }
  }
  for (const Running& each : running) {
    kill(each.pid, SIGTERM);
    waitpid(each.pid, nullptr, 0);
  }
  return all_up ? std::optional(costs) : std::nullopt;
}

}  // namespace sekisho::bench
