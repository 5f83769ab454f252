// sekisho-bench-simulate: a draft policy judged on 100,000 recorded devices, beside a read of the
// same rows and beside the difference of the texts. See
// docs/decisions/0028-simulated-on-the-record.md.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "console/ids.h"
#include "console/program/console.h"
#include "console/program/init.h"
#include "proto/contract/convert.h"
#include "tests/bench/figures.h"

namespace sekisho::bench {
namespace {

namespace store = console::store;
using Clock = std::chrono::steady_clock;

constexpr int kTerminals = 5'000;
constexpr int kEach = 20;
constexpr int kRules = 1'000;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "sekisho-bench-simulate: " << status << "\n";
  std::exit(1);
}

// Sticks of a thousand makes, each let in by a rule of its own but for those from `shut` on.
std::string Policy(int shut) {
  std::string yaml = "zone: z\nrules:\n";
  for (int i = 0; i < kRules - 1; ++i) {
    absl::StrAppend(&yaml, "  - {id: r", i,
                    ", match: {classes: [storage], ids: [\"0951:", absl::StrFormat("%04x", i + 1),
                    "\"]}, action: ", i < shut ? "allow" : "block", "}\n");
  }
  return yaml + "  - {id: rest, match: {users: [hanako]}, action: read_only}\n";
}

store::ReportedBatch ReportOf(const std::string& organisation, const std::string& terminal,
                              core::WallTime now) {
  store::ReportedBatch batch{organisation, terminal, "", "boot", {}, now};
  for (int i = 0; i < kEach; ++i) {
    v1::Event event;
    event.set_boot_id("boot");
    event.set_sequence(static_cast<std::uint64_t>(i + 1));
    event.set_kind(v1::EVENT_KIND_DEVICE_BLOCKED);
    *event.mutable_wall_time() = contract::ToProto(now);
    event.mutable_person()->set_name("taro");
    v1::Device& device = *event.mutable_device();
    device.set_fingerprint(std::string(32, static_cast<char>('a' + i)));
    device.set_vendor_id(0x0951);
    device.set_product_id(static_cast<std::uint32_t>(std::hash<std::string>()(terminal) % 50) * 20 +
                          static_cast<std::uint32_t>(i) + 1);
    device.set_serial(absl::StrCat("S", i, terminal));
    device.set_product("DataTraveler");
    device.set_port_path("1-1");
    device.add_classes(v1::DEVICE_CLASS_STORAGE);
    device.set_bus(v1::BUS_USB);
    event.mutable_verdict()->set_action(v1::ACTION_BLOCK);
    event.mutable_verdict()->set_reason(v1::VERDICT_REASON_DEFAULT);
    const std::string bytes = event.SerializeAsString();
    batch.records.push_back({event, bytes, console::Sha256Of(bytes)});
  }
  return batch;
}

int Main(int argc, char** argv) {
  if (argc != 1 && !(argc == 3 && std::string(argv[1]) == "--json")) {
    std::cerr << "usage: sekisho-bench-simulate [--json FILE]\n";
    return 2;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "sekisho-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const console::Clock clock = console::SystemClock();
  Must(console::program::Init({.data = folder + "/data",
                               .organisation = "org",
                               .address = "localhost:7443",
                               .names = {"localhost"},
                               .admin = "hanako",
                               .password = "correct horse battery"},
                              clock)
           .status());
  auto opened = console::program::Console::Open(folder + "/data", clock);
  Must(opened.status());
  console::program::Console& office = **opened;
  const std::string organisation = office.keyring().organisation_id();
  const console::authz::Caller admin{organisation, "hanako", v1::ROLE_ADMIN, "", false};
  const auto groups = office.store().organisations().ListGroups({organisation, ""});
  Must(groups.status());
  for (int i = 0; i < kTerminals; ++i) {
    store::TerminalRecord record;
    record.organisation_id = organisation;
    record.terminal_id = console::NewUuid();
    record.group_id = groups->front().group_id;
    record.group_path = groups->front().path;
    record.name = absl::StrCat("t", i);
    record.state = v1::TERMINAL_STATE_ENROLLED;
    Must(office.store().terminals().CreateTerminal(
        record, {organisation, "", clock.wall(), "bench", "Bench", record.name, ""}));
    store::ReportedBatch batch = ReportOf(organisation, record.terminal_id, clock.wall());
    batch.group_path = record.group_path;
    Must(office.store()
             .events()
             .Append(std::span<const store::ReportedBatch>(&batch, 1), {})
             .status());
  }
  v1::PublishPolicyRequest publish;
  publish.set_yaml(Policy(kRules / 2));
  Must(office.services().policies.PublishPolicy(admin, publish).status());

  const std::string draft = Policy(kRules / 4);
  Clock::time_point start = Clock::now();
  v1::SimulatePolicyRequest request;
  request.set_yaml(draft);
  std::uint64_t judged = 0;
  std::uint64_t stricter = 0;
  double longest = 0;
  do {
    const Clock::time_point part = Clock::now();
    const auto answer = office.services().policies.SimulatePolicy(admin, request);
    Must(answer.status());
    longest = std::max(longest, SecondsSince(part));
    judged += answer->judged();
    stricter += answer->stricter().devices();
    request.set_page_token(answer->next_page_token());
  } while (!request.page_token().empty());
  const double simulated = SecondsSince(start);

  start = Clock::now();
  store::SeenDeviceQuery query{.scope = {organisation, ""}, .limit = 5'000};
  for (;;) {
    const auto page = office.store().devices().ListSeen(query);
    Must(page.status());
    if (page->empty()) break;
    query.after = {page->back().terminal_id, page->back().device.fingerprint(),
                   page->back().device.serial()};
  }
  const double read = SecondsSince(start);

  start = Clock::now();
  v1::DiffPolicyRequest diff;
  diff.set_yaml(draft);
  Must(office.services().policies.DiffPolicy(admin, diff).status());
  const double compared = SecondsSince(start);

  std::cout << judged << " devices judged, " << stricter << " of them stricter\n";
  std::vector<Figure> figures;
  figures.push_back({"simulate: 100,000 recorded devices, 1,000 rules, beside reading them",
                     simulated, "s", read, ValueGoal(Bound::kAtMost, 10)});
  figures.push_back({"simulate: its longest part", longest, "s", {}, ValueGoal(Bound::kAtMost, 2)});
  figures.push_back({"simulate: the difference of the two texts alone", compared, "s", {}, ""});
  std::filesystem::remove_all(folder);
  std::cout << Table(figures);
  if (argc == 1) return 0;
  std::ofstream file(argv[2]);
  file << Json(figures);
  return file.flush() ? 0 : 1;
}

}  // namespace
}  // namespace sekisho::bench

int main(int argc, char** argv) { return sekisho::bench::Main(argc, argv); }
