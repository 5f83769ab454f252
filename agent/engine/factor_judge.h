#ifndef SEKISHO_AGENT_ENGINE_FACTOR_JUDGE_H_
#define SEKISHO_AGENT_ENGINE_FACTOR_JUDGE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/core/login.h"
#include "agent/engine/factor_store.h"
#include "agent/engine/reporter.h"
#include "platform/api/clock.h"
#include "platform/api/logins.h"

namespace sekisho::engine {

// Whether an answer is good, once: takes each answer to a factor into account before it says so,
// and writes it down before anybody acts on it. Both logging in and enrolling ask here, so that
// neither is a way to guess past the other's lock.
class FactorJudge {
 public:
  // All outlive this. `console_time`: the office's word of what time it is, if it gave any.
  FactorJudge(const platform::Clock& clock, FactorStore& store, Reporter& reporter,
              std::function<std::optional<core::WallTime>()> console_time)
      : clock_(clock), store_(store), reporter_(reporter), console_time_(std::move(console_time)) {}

  // What is known of somebody, for the core to decide on.
  core::LoginFacts FactsOf(const platform::Account& account);
  // The same of a name that nobody has: nothing but how often it was tried. Kept in memory.
  core::LoginFacts FactsOfNobody(const std::string& name) const;

  struct Judgement {
    core::Proof proof = core::Proof::kWrong;
    // Instead: it was not looked at, for this long still.
    std::optional<core::BootTime> locked{};
    // Instead: what is stored could not be read (kUnreadable), the factor has gone meanwhile
    // (kNoFactor), or the answer was good and that could not be written down (kUnrecordable).
    std::optional<core::LoginCause> unavailable{};
  };
  // An empty answer is none, and counts for nothing.
  Judgement Judge(const platform::Account& account, const std::string& factor_id,
                  std::string_view typed);
  // An answer where no answer is right: takes as long, and counts as wrong.
  void JudgeNothing(const std::optional<platform::Account>& account, const std::string& name,
                    std::string_view typed);

  core::Moment Now() const { return {clock_.BootId(), clock_.Now()}; }
  // By the office's word, else the terminal's own clock.
  core::WallTime WallNow() const;

 private:
  void CountWrong(v1::StoredPerson& person, v1::StoredFactor* factor);
  void TellLock(const v1::StoredPerson& person, const v1::StoredFactor* factor);

  const platform::Clock& clock_;
  FactorStore& store_;
  Reporter& reporter_;
  std::function<std::optional<core::WallTime>()> console_time_;
  std::map<std::string, core::Tally> nobodies_;
};

core::Tally TallyOf(const v1::StoredTally& stored);
core::FactorKind KindOf(v1::FactorType type);
// "totp".
const char* Name(v1::FactorType type);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_FACTOR_JUDGE_H_
