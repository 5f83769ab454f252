#include "platform/linux/logins/pam_ways.h"

#include <algorithm>
#include <compare>
#include <deque>
#include <map>
#include <utility>

namespace sekisho::platform {
namespace {

// Debian's longest stack has some dozens.
constexpr std::size_t kMostStates = 100000;

enum class Impression { kUndefined, kPositive, kNegative };

// What the walk has come to: libpam's "impression", and whether its "status" is PAM_SUCCESS.
struct Standing {
  Impression impression = Impression::kUndefined;
  bool success = false;
  auto operator<=>(const Standing&) const = default;
};

// Before the module at `next`.
struct State {
  std::size_t next = 0;
  int level = 0;  // of the module before
  Standing now;
  std::vector<Standing> entered;  // by level: as a substack was entered
  auto operator<=>(const State&) const = default;
};

struct Reached {
  const State* from = nullptr;
  std::size_t said_success = 0;  // how many modules
  bool by_success = false;
  bool settled = false;
};

class Walk {
 public:
  explicit Walk(const std::vector<PamModule>& stack) : stack_(stack) {}

  // `at` has the module's own answer still before it.
  State After(State at, int answer) const {
    const PamModule& module = stack_[at.next];
    if (at.level < module.level) {
      at.entered.resize(static_cast<std::size_t>(module.level) + 1);
      at.entered[static_cast<std::size_t>(module.level)] = at.now;
    }
    at.level = module.level;
    if (module.kind == PamModule::Kind::kSubstack) {
      ++at.next;
      return at;
    }
    Standing& now = at.now;
    const PamAction action = module.actions[static_cast<std::size_t>(answer)];
    bool decided = false;
    if (action > 0) return Jump(std::move(at), action);
    if (action == kPamActionReset) {
      now = Entered(at, module.level);
    } else if (action == kPamActionOk || action == kPamActionDone) {
      if (now.impression == Impression::kUndefined ||
          (now.impression == Impression::kPositive && now.success)) {
        now = {Impression::kPositive, answer == kPamSuccess};
      }
      decided = action == kPamActionDone && now.impression == Impression::kPositive;
    } else if (action == kPamActionBad || action == kPamActionDie) {
      // A status that is kept from before is a success only with a good impression.
      if (now.impression != Impression::kNegative) {
        now = {Impression::kNegative, answer == kPamSuccess};
      }
      decided = action == kPamActionDie;
    }
    ++at.next;
    if (decided) {
      while (at.next < stack_.size() && stack_[at.next].level >= module.level) ++at.next;
    }
    return at;
  }

 private:
  static Standing Entered(const State& at, int level) {
    const auto index = static_cast<std::size_t>(level);
    return index < at.entered.size() ? at.entered[index] : Standing{};
  }

  State Jump(State at, PamAction skip) const {
    const int level = at.level;
    while (at.next + 1 < stack_.size() && stack_[at.next + 1].level >= level && skip > 0) {
      do {
        ++at.next;
      } while (at.next + 1 < stack_.size() && stack_[at.next + 1].level > level);
      --skip;
    }
    if (skip > 0) at.now = {Impression::kNegative, false};
    ++at.next;
    return at;
  }

  const std::vector<PamModule>& stack_;
};

}  // namespace

std::optional<std::vector<std::size_t>> FindPamWay(
    const std::vector<PamModule>& stack,
    const std::function<PamAnswers(const PamModule&)>& may_answer) {
  const Walk walk(stack);
  std::map<State, Reached> reached;
  // Those that fewer said success to come first: a step costs 1 or nothing.
  std::deque<const State*> waiting;
  const auto [start, fresh] = reached.emplace(State{0, 0, {}, {Standing{}}}, Reached{});
  waiting.push_back(&start->first);
  while (!waiting.empty()) {
    const State* at = waiting.front();
    waiting.pop_front();
    Reached& here = reached.at(*at);
    if (std::exchange(here.settled, true)) continue;
    if (at->next == stack.size()) {
      if (at->now != Standing{Impression::kPositive, true}) continue;
      std::vector<std::size_t> said;
      for (const State* each = at; each != nullptr; each = reached.at(*each).from) {
        const Reached& step = reached.at(*each);
        if (step.by_success) said.push_back(step.from->next);
      }
      std::ranges::reverse(said);
      return said;
    }
    if (reached.size() > kMostStates) return std::vector<std::size_t>{};
    const PamModule& module = stack[at->next];
    PamAnswers answers;
    if (module.kind == PamModule::Kind::kModule) {
      answers = may_answer(module);
    } else {
      answers.set(kPamPermissionDenied);
    }
    answers.reset(kPamIncomplete);  // the application asks again, and nobody is in yet
    for (int answer = 0; answer < kPamReturns; ++answer) {
      if (!answers.test(static_cast<std::size_t>(answer))) continue;
      const bool by_success = answer == kPamSuccess;
      const Reached step{at, here.said_success + (by_success ? 1 : 0), by_success, false};
      const auto [entry, first] = reached.emplace(walk.After(*at, answer), step);
      if (!first) {
        if (entry->second.settled || entry->second.said_success <= step.said_success) continue;
        entry->second = step;
      }
      if (by_success) {
        waiting.push_back(&entry->first);
      } else {
        waiting.push_front(&entry->first);
      }
    }
  }
  return std::nullopt;
}

}  // namespace sekisho::platform
