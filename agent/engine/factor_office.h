#ifndef SEKISHO_AGENT_ENGINE_FACTOR_OFFICE_H_
#define SEKISHO_AGENT_ENGINE_FACTOR_OFFICE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/engine/factor_judge.h"
#include "agent/engine/failure.h"
#include "agent/engine/logins_mode.h"
#include "agent/engine/reporter.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/order.pb.h"

namespace sekisho::engine {

// Who has which factors: enrols, lists, removes, and switches logins between observing and
// enforcing. Root does it for anybody, with a reason; a person for herself alone, and only with a
// factor that she has already, so that a password that somebody else knows enrols nothing.
class FactorOffice {
 public:
  // All outlive this. `logins` null: every answer is a failure. `terminal`: its name, for the app
  // that holds the secret. `state_read`: as LoginDesk's.
  FactorOffice(platform::Logins* logins, const platform::Clock& clock, FactorStore& store,
               FactorJudge& judge, LoginsMode& mode, Reporter& reporter, std::string terminal,
               std::function<void()> state_read)
      : logins_(logins),
        clock_(clock),
        store_(store),
        judge_(judge),
        mode_(mode),
        reporter_(reporter),
        terminal_(std::move(terminal)),
        state_read_(std::move(state_read)) {}

  // `uid`: who asks, as the socket vouches. What is added counts once it was confirmed, within ten
  // minutes.
  Answer<v1::LocalAddFactorReply> Add(unsigned uid, const v1::LocalAddFactorRequest& request);
  Answer<v1::LocalConfirmFactorReply> Confirm(unsigned uid,
                                              const v1::LocalConfirmFactorRequest& request);
  Answer<v1::LocalFactorsReply> List(unsigned uid, const v1::LocalFactorsRequest& request);
  Answer<v1::LocalRemoveFactorReply> Remove(unsigned uid,
                                            const v1::LocalRemoveFactorRequest& request);
  // Root's alone. Refused while somebody who can log in has no second factor and is not named.
  Answer<v1::LocalLoginsReply> Logins(const v1::LocalLoginsRequest& request);

  // ---- The office's: who has what, without the ways in; none while nobody can say who there is.
  std::optional<v1::TerminalLogins> Summary();
  // Its orders (factor_orders.cc). UNAVAILABLE is not now, INVALID_ARGUMENT is for ever.
  absl::Status SetModeOrdered(const v1::SetLoginsMode& wish);
  absl::Status LiftLockOrdered(const v1::LiftLoginLock& wish);
  absl::Status RemoveOrdered(const v1::RemoveFactors& wish, const std::string& reason);

 private:
  // Added, and not confirmed yet.
  struct Pending {
    std::string factor_id;
    std::string label;
    std::string secret;
    std::string reason;
    unsigned by = 0;
    platform::BootTime until{};
    unsigned wrong = 0;
  };
  // Whom a request is about, or why not.
  Answer<platform::Account> Whom(unsigned uid, const std::string& person);
  // Whether `uid` may change the factors of `account`, having shown `code`.
  std::optional<v1::LocalFailure> MayChange(unsigned uid, const platform::Account& account,
                                            const std::string& code, const std::string& reason);
  v1::PersonFactors Describe(const platform::Account& account);
  // Everybody who can log in.
  absl::StatusOr<std::vector<v1::PersonFactors>> Everybody();
  absl::StatusOr<platform::Account> Ordered(const std::string& person);
  v1::Event RemovalOf(const platform::Account& account, const v1::StoredFactor& factor,
                      std::string_view by, const std::string& reason) const;
  v1::Event EventAbout(v1::EventKind kind, const platform::Account& account) const;

  platform::Logins* const logins_;
  const platform::Clock& clock_;
  FactorStore& store_;
  FactorJudge& judge_;
  LoginsMode& mode_;
  Reporter& reporter_;
  const std::string terminal_;
  std::function<void()> state_read_;
  std::map<unsigned, Pending> pending_;  // by uid
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_FACTOR_OFFICE_H_
