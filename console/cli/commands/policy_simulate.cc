#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "console/cli/commands/policy_file.h"
#include "console/cli/exit_code.h"
#include "console/cli/resolve.h"
#include "console/cli/texts/policies.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

constexpr int kTerminalsNamed = 5;
// Kinds of change that are kept apart; beyond it only the totals grow.
constexpr std::size_t kMostChanges = 20'000;

struct Options {
  std::string file;
  std::string group;
  std::string since;
  int limit = 20;
};

// The parts of a simulation, put together: an answer ends with a whole terminal, so that counts of
// terminals add up.
class Parts {
 public:
  void Add(v1::SimulatePolicyResponse part) {
    if (first_) {
      all_.set_against_version(part.against_version());
      all_.set_total(part.total());
      *all_.mutable_unknown_conditions() = part.unknown_conditions();
      *all_.mutable_problems() = std::move(*part.mutable_problems());
      first_ = false;
    }
    all_.set_judged(all_.judged() + part.judged());
    all_.set_unlike_reported(all_.unlike_reported() + part.unlike_reported());
    AddCount(part.looser(), *all_.mutable_looser(), looser_people_);
    AddCount(part.stricter(), *all_.mutable_stricter(), stricter_people_);
    for (v1::SimulatedChange& change : *part.mutable_changes()) AddChange(std::move(change));
  }
  const v1::SimulatePolicyResponse& so_far() const { return all_; }
  // What most devices meet first.
  v1::SimulatePolicyResponse Take() {
    const auto put = [](const std::set<std::string>& people, v1::SimulatedCount& count) {
      for (const std::string& each : people) count.add_people(each);
    };
    put(looser_people_, *all_.mutable_looser());
    put(stricter_people_, *all_.mutable_stricter());
    std::vector<v1::SimulatedChange> changes;
    for (auto& [key, change] : changes_) changes.push_back(std::move(change));
    std::ranges::stable_sort(changes, [](const auto& a, const auto& b) {
      return std::pair(a.devices(), a.terminals()) > std::pair(b.devices(), b.terminals());
    });
    for (v1::SimulatedChange& change : changes) *all_.add_changes() = std::move(change);
    return std::move(all_);
  }

 private:
  static void AddCount(const v1::SimulatedCount& part, v1::SimulatedCount& count,
                       std::set<std::string>& people) {
    count.set_devices(count.devices() + part.devices());
    count.set_terminals(count.terminals() + part.terminals());
    people.insert(part.people().begin(), part.people().end());
  }
  void AddChange(v1::SimulatedChange change) {
    v1::SimulatedChange key = change;
    key.clear_devices();
    key.clear_terminals();
    key.clear_terminal_names();
    const std::string bytes = key.SerializeAsString();
    const auto found = changes_.find(bytes);
    if (found == changes_.end()) {
      if (changes_.size() < kMostChanges) changes_.emplace(bytes, std::move(change));
      return;
    }
    v1::SimulatedChange& known = found->second;
    known.set_devices(known.devices() + change.devices());
    known.set_terminals(known.terminals() + change.terminals());
    for (const std::string& name : change.terminal_names()) {
      if (known.terminal_names_size() < kTerminalsNamed) known.add_terminal_names(name);
    }
  }

  v1::SimulatePolicyResponse all_;
  bool first_ = true;
  std::set<std::string> looser_people_;
  std::set<std::string> stricter_people_;
  std::map<std::string, v1::SimulatedChange> changes_;
};

absl::Status Simulate(Context& context, const Options& options) {
  v1::SimulatePolicyRequest request;
  absl::StatusOr<std::string> yaml = ReadPolicy(context, options.file);
  if (!yaml.ok()) return yaml.status();
  request.set_yaml(*std::move(yaml));
  if (!options.since.empty()) {
    const absl::StatusOr<absl::Time> since =
        ParseMoment(options.since, absl::Now(), context.zone(), context.language());
    if (!since.ok()) return AsUsageError(since.status());
    *request.mutable_since() = ToProto(*since);
  }
  const absl::StatusOr<Client*> client = context.Connect();
  if (!client.ok()) return client.status();
  absl::StatusOr<std::string> group = ResolveGroup(context, **client, options.group);
  if (!group.ok()) return group.status();
  request.set_group_id(*std::move(group));
  const bool watched = isatty(STDERR_FILENO) == 1;
  Parts parts;
  do {
    absl::StatusOr<v1::SimulatePolicyResponse> part = (*client)->Call(request);
    if (!part.ok()) return part.status();
    const bool refused = std::ranges::any_of(
        part->problems(), [](const v1::PolicyProblem& each) { return !each.message().empty(); });
    if (refused) return ShowProblems(context, *part, options.file);
    // An empty part with a token would go round for ever.
    request.set_page_token(part->judged() == 0 ? "" : part->next_page_token());
    parts.Add(*std::move(part));
    if (watched) {
      context.err() << context.Say(policy_texts::kSimulating,
                                   {{"done", absl::StrCat(parts.so_far().judged())},
                                    {"count", absl::StrCat(parts.so_far().total())}});
      context.err().flush();
    }
  } while (!request.page_token().empty());
  if (watched) context.err() << "\n";
  const v1::SimulatePolicyResponse all = parts.Take();
  std::string text = WriteSimulation(all, options.limit, StyleOf(context));
  if (!all.problems().empty()) {
    absl::StrAppend(&text, context.Say(policy_texts::kWouldLockOut),
                    WriteProblems(all.problems(), "", context.language()));
  }
  return context.Show(all, text);
}

}  // namespace

void AddPolicySimulate(CLI::App& policy, Context& context) {
  CLI::App* simulate = AddCommand(policy, context, help::kPolicySimulate);
  const auto options = std::make_shared<Options>();
  AddText(simulate, context, "FILE", options->file, help::kPolicyFile, "")->required();
  AddText(simulate, context, "--group", options->group, help::kPolicyGroup, "GROUP");
  AddText(simulate, context, "--since", options->since, help::kSince, "TIME");
  simulate->add_option("--limit", options->limit, context.Say(help::kSimulateLimit))
      ->type_name("NUMBER")
      ->check(CLI::Range(1, 100'000));
  OnRun(simulate, context, [&context, options] { return Simulate(context, *options); });
}

}  // namespace sekisho::console::cli
