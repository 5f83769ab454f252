#ifndef SEKISHO_AGENT_ENGINE_LOGIN_DESK_H_
#define SEKISHO_AGENT_ENGINE_LOGIN_DESK_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/core/login.h"
#include "agent/engine/factor_judge.h"
#include "agent/engine/logins_mode.h"
#include "agent/engine/reporter.h"
#include "agent/engine/throttle.h"
#include "agent/engine/ticket_book.h"
#include "platform/api/login_envelope.h"
#include "platform/api/logins.h"
#include "platform/api/message_socket.h"

namespace sekisho::engine {

// Answers the login hook: who is asked for what, and whether they get in. Each yes is recorded
// before it is said. A peer that is not root may ask only about its own user, is told a verdict,
// and gets no ticket: whatever it says of a service is its own invention.
class LoginDesk {
 public:
  // Called after anything stored was read, so that what had to be set aside is told.
  using StateRead = std::function<void()>;
  // Called with the process that may open a session, before it is told so.
  using LetIn = std::function<void(int pid)>;
  // All outlive this. `logins` null: every answer is that nothing can be decided.
  LoginDesk(platform::Logins* logins, const platform::Clock& clock, FactorJudge& judge,
            const LoginsMode& mode, Reporter& reporter, Throttle& throttle, StateRead state_read,
            LetIn let_in)
      : logins_(logins),
        judge_(judge),
        mode_(mode),
        reporter_(reporter),
        throttle_(throttle),
        state_read_(std::move(state_read)),
        let_in_(std::move(let_in)),
        tickets_(clock) {}

  // One person's way in, from the first question to the verdict.
  class Talk;
  struct TalkEnd {
    void operator()(Talk* talk) const;
  };
  using TalkPtr = std::unique_ptr<Talk, TalkEnd>;
  struct Begun {
    platform::LoginEnvelope said;
    // Null: that was the verdict.
    TalkPtr talk;
  };
  // Of the kind kAuthenticate.
  Begun Begin(const platform::Peer& peer, const platform::LoginEnvelope& entry);
  // The verdict, or the next question.
  platform::LoginEnvelope Answer(Talk& talk, const std::string& typed);
  // kAccount, kOpenSession, kCloseSession.
  platform::LoginEnvelope Account(const platform::Peer& peer, const platform::LoginEnvelope& entry);
  platform::LoginEnvelope Session(const platform::Peer& peer, const platform::LoginEnvelope& entry);

 private:
  // Whom an entry is about, and how it stands with them before anything is asked.
  struct Subject {
    platform::Peer peer;
    platform::LoginEnvelope entry;
    std::string name{};  // as it was said
    std::optional<platform::Account> account{};
    // What is decided without any factor.
    std::optional<core::LoginVerdict> settled{};
  };
  Subject SubjectOf(const platform::Peer& peer, const platform::LoginEnvelope& entry);
  core::LoginFacts FactsOf(const Subject& subject);
  std::optional<core::LoginPlace> PlaceOf(const Subject& subject);
  platform::LoginEnvelope Next(Talk& talk);
  platform::LoginEnvelope Grant(Talk& talk);
  // What was verified is enough: policy says so where `trouble` keeps the rest from being.
  platform::LoginEnvelope GrantAllTheSame(Talk& talk, core::LoginCause trouble);
  platform::LoginEnvelope Admit(Talk& talk, v1::Event event, Reporter::IfUnwritable if_unwritable);
  // The end of a talk that did not come to a yes.
  platform::LoginEnvelope End(Talk& talk, const core::LoginVerdict& verdict);
  platform::LoginEnvelope Refuse(const Subject& subject, const core::LoginVerdict& verdict);
  v1::Event EventAbout(v1::EventKind kind, const Subject& subject) const;
  void Observe(const Subject& subject);

  platform::Logins* const logins_;
  FactorJudge& judge_;
  const LoginsMode& mode_;
  Reporter& reporter_;
  Throttle& throttle_;
  StateRead state_read_;
  LetIn let_in_;
  TicketBook tickets_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_LOGIN_DESK_H_
