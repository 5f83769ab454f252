#include "agent/engine/login_desk.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/core/text.h"
#include "agent/engine/login_texts.h"
#include "agent/engine/minimise.h"

namespace sekisho::engine {
namespace {

using platform::LoginEnvelope;
using Kind = LoginEnvelope::Kind;
using Verdict = LoginEnvelope::Verdict;

Verdict VerdictOf(core::LoginResult result) {
  switch (result) {
    case core::LoginResult::kGranted:
      return Verdict::kGranted;
    case core::LoginResult::kNotAsked:
      return Verdict::kNotAsked;
    case core::LoginResult::kDenied:
      return Verdict::kDenied;
    case core::LoginResult::kLocked:
      return Verdict::kLocked;
    case core::LoginResult::kUnavailable:
      return Verdict::kUnavailable;
  }
  return Verdict::kDenied;
}

LoginEnvelope SaidOf(const core::LoginVerdict& verdict, std::string text = "") {
  LoginEnvelope said;
  said.kind = Kind::kVerdict;
  said.verdict = VerdictOf(verdict.result);
  said.text = std::move(text);
  return said;
}

constexpr core::LoginVerdict NotAsked(core::LoginCause cause) {
  return {core::LoginResult::kNotAsked, cause, {}};
}
constexpr core::LoginVerdict Denied(core::LoginCause cause) {
  return {core::LoginResult::kDenied, cause, {}};
}
constexpr core::LoginVerdict Unavailable(core::LoginCause cause) {
  return {core::LoginResult::kUnavailable, cause, {}};
}
constexpr core::LoginVerdict kGranted{core::LoginResult::kGranted, core::LoginCause::kTicket, {}};

}  // namespace

class LoginDesk::Talk {
 public:
  Subject subject;
  core::LoginProgress progress;
  core::LoginQuestion asked;
};

void LoginDesk::TalkEnd::operator()(Talk* talk) const { delete talk; }

LoginDesk::Subject LoginDesk::SubjectOf(const platform::Peer& peer, const LoginEnvelope& entry) {
  Subject subject{.peer = peer, .entry = entry};
  const bool is_root = peer.uid == 0;
  const bool asks_for_caller = is_root && core::AsksForCaller(entry.service);
  subject.name = asks_for_caller ? entry.remote_user : entry.user;
  if (logins_ == nullptr) {
    subject.settled = Unavailable(core::LoginCause::kNobodyToAsk);
    return subject;
  }
  if (is_root && core::IsExempt(mode_.policy(), entry.service)) {
    subject.settled = NotAsked(core::LoginCause::kExempt);
    return subject;
  }
  if (is_root && core::TakesAnothersPlace(entry.service) && entry.remote_user == "root") {
    subject.settled = NotAsked(core::LoginCause::kRootAlready);
    return subject;
  }
  platform::Result<platform::Account> account = logins_->ByName(subject.name);
  if (account.ok()) subject.account = *account;
  if (!is_root && (!subject.account || subject.account->uid != peer.uid)) {
    subject.settled = Denied(core::LoginCause::kOthersAccount);
  }
  return subject;
}

core::LoginFacts LoginDesk::FactsOf(const Subject& subject) {
  core::LoginFacts facts =
      subject.account ? judge_.FactsOf(*subject.account) : judge_.FactsOfNobody(subject.name);
  state_read_();
  // What a program that is not root's calls itself says nothing about which stack asked.
  if (subject.peer.uid == 0 && logins_->AsksForPassword(subject.entry.service)) {
    facts.password = core::PasswordAsked::kAlways;
  }
  return facts;
}

v1::Event LoginDesk::EventAbout(v1::EventKind kind, const Subject& subject) const {
  v1::Event event = EventOf(kind);
  if (subject.account) {
    event.mutable_person()->set_uid(subject.account->uid);
    event.mutable_person()->set_name(Minimise(subject.account->name));
  }
  const LoginEnvelope& entry = subject.entry;
  AddText(event, "service", entry.service);
  if (!entry.tty.empty()) AddText(event, "tty", entry.tty);
  if (!entry.remote_host.empty()) AddText(event, "host", entry.remote_host);
  if (core::TakesAnothersPlace(entry.service) && subject.name != entry.user) {
    AddText(event, "target", entry.user);
  }
  return event;
}

void LoginDesk::Observe(const Subject& subject) {
  const std::optional<core::LoginCause> cause = core::Foresee(FactsOf(subject), judge_.Now());
  if (!cause) return;
  v1::Event event = EventAbout(v1::EVENT_KIND_LOGIN_WOULD_BE_REFUSED, subject);
  AddParameter(event, "cause", core::Name(*cause));
  throttle_.Report(
      absl::StrCat("login observed: ", subject.account ? absl::StrCat(subject.account->uid) : "?",
                   " ", core::Name(*cause)),
      std::move(event));
}

LoginDesk::Begun LoginDesk::Begin(const platform::Peer& peer, const LoginEnvelope& entry) {
  Subject subject = SubjectOf(peer, entry);
  if (subject.settled) {
    if (subject.settled->result == core::LoginResult::kNotAsked) {
      return {SaidOf(*subject.settled), nullptr};
    }
    return {Refuse(subject, *subject.settled), nullptr};
  }
  if (mode_.mode() == core::LoginMode::kObserve) {
    Observe(subject);
    return {SaidOf(NotAsked(core::LoginCause::kObserving)), nullptr};
  }
  TalkPtr talk(new Talk);
  talk->progress.facts = FactsOf(subject);
  talk->subject = std::move(subject);
  LoginEnvelope said = Next(*talk);
  if (said.kind == Kind::kVerdict) talk.reset();
  return {std::move(said), std::move(talk)};
}

LoginEnvelope LoginDesk::Next(Talk& talk) {
  const core::LoginStep step = core::NextStep(talk.progress, judge_.Now());
  if (const auto* question = std::get_if<core::LoginQuestion>(&step)) {
    talk.asked = *question;
    LoginEnvelope said;
    said.kind = Kind::kHiddenQuestion;
    said.text = AskForCode(LanguageOf(talk.subject.entry.language));
    return said;
  }
  const core::LoginVerdict& verdict = std::get<core::LoginVerdict>(step);
  if (verdict.result == core::LoginResult::kGranted) return Grant(talk);
  return End(talk, verdict);
}

LoginEnvelope LoginDesk::Answer(Talk& talk, const std::string& typed) {
  const Subject& subject = talk.subject;
  if (talk.asked.factor_id.empty()) {
    judge_.JudgeNothing(subject.account, subject.name, typed);
    talk.progress = core::After(std::move(talk.progress), talk.asked, core::Proof::kWrong);
    return Next(talk);
  }
  const FactorJudge::Judgement judged = judge_.Judge(*subject.account, talk.asked.factor_id, typed);
  state_read_();
  if (judged.unavailable) return End(talk, Unavailable(*judged.unavailable));
  if (judged.locked) {
    return Refuse(subject, {core::LoginResult::kLocked, core::LoginCause::kLocked, *judged.locked});
  }
  talk.progress = core::After(std::move(talk.progress), talk.asked, judged.proof);
  return Next(talk);
}

std::optional<core::LoginPlace> LoginDesk::PlaceOf(const Subject& subject) {
  const platform::Result<std::vector<platform::RunningProcess>> line =
      logins_->LineOf(subject.peer.pid);
  if (!line.ok() || line->empty() || !subject.account) return std::nullopt;
  core::LoginPlace place{.uid = subject.account->uid,
                         .service = subject.entry.service,
                         .tty = subject.entry.tty,
                         .line = {}};
  for (const platform::RunningProcess& each : *line) {
    place.line.push_back({each.pid, each.started});
  }
  return place;
}

LoginEnvelope LoginDesk::Grant(Talk& talk) {
  v1::Event event = EventAbout(v1::EVENT_KIND_LOGIN_GRANTED, talk.subject);
  for (const std::string& factor : talk.progress.asked) AddParameter(event, "factor", factor);
  return Admit(talk, std::move(event), Reporter::IfUnwritable::kForget);
}

LoginEnvelope LoginDesk::GrantAllTheSame(Talk& talk, core::LoginCause trouble) {
  v1::Event event = EventAbout(v1::EVENT_KIND_LOGIN_GRANTED, talk.subject);
  AddParameter(event, "fallback", core::Name(trouble));
  return Admit(talk, std::move(event), Reporter::IfUnwritable::kWait);
}

LoginEnvelope LoginDesk::Admit(Talk& talk, v1::Event event, Reporter::IfUnwritable if_unwritable) {
  const Subject& subject = talk.subject;
  std::optional<core::LoginPlace> place;
  if (subject.peer.uid == 0) {
    place = PlaceOf(subject);
    if (!place) return Refuse(subject, Unavailable(core::LoginCause::kNobodyToAsk));
  }
  const absl::Status recorded = reporter_.Record(std::move(event), if_unwritable);
  // A yes that leaves no trace is none.
  if (!recorded.ok() && if_unwritable == Reporter::IfUnwritable::kForget) {
    return End(talk, Unavailable(core::LoginCause::kUnrecordable));
  }
  if (place) tickets_.Issue(*std::move(place));
  return SaidOf({core::LoginResult::kGranted, core::LoginCause::kTwoFactors, {}});
}

LoginEnvelope LoginDesk::End(Talk& talk, const core::LoginVerdict& verdict) {
  if (core::FallsBack(mode_.policy(), talk.subject.entry.service, verdict.cause,
                      talk.progress.facts.password)) {
    return GrantAllTheSame(talk, verdict.cause);
  }
  return Refuse(talk.subject, verdict);
}

LoginEnvelope LoginDesk::Refuse(const Subject& subject, const core::LoginVerdict& verdict) {
  v1::Event event = EventAbout(v1::EVENT_KIND_LOGIN_REFUSED, subject);
  AddParameter(event, "cause", core::Name(verdict.cause));
  // The first at once, more of the same as a count: whoever floods us fills no spool.
  throttle_.Report(
      absl::StrCat("login refused: ", subject.account ? absl::StrCat(subject.account->uid) : "?",
                   " ", core::Name(verdict.cause)),
      std::move(event));
  return SaidOf(verdict, SayRefusal(LanguageOf(subject.entry.language), verdict));
}

LoginEnvelope LoginDesk::Account(const platform::Peer& peer, const LoginEnvelope& entry) {
  const Subject subject = SubjectOf(peer, entry);
  if (subject.settled) {
    if (subject.settled->result == core::LoginResult::kNotAsked) return SaidOf(*subject.settled);
    return Refuse(subject, *subject.settled);
  }
  if (mode_.mode() == core::LoginMode::kObserve) {
    return SaidOf(NotAsked(core::LoginCause::kObserving));
  }
  // A person's own program asks whether that person may do what it could do unasked.
  if (peer.uid != 0) return SaidOf(kGranted);
  const std::optional<core::LoginPlace> place = PlaceOf(subject);
  if (place && tickets_.UseForAccount(*place)) return SaidOf(kGranted);
  v1::Event event = EventAbout(v1::EVENT_KIND_LOGIN_WITHOUT_TICKET, subject);
  AddParameter(event, "what", "account");
  AddParameter(event, "outcome", "refused");
  (void)reporter_.Record(std::move(event));
  return Refuse(subject, Denied(core::LoginCause::kNoTicket));
}

LoginEnvelope LoginDesk::Session(const platform::Peer& peer, const LoginEnvelope& entry) {
  const Subject subject = SubjectOf(peer, entry);
  // Only what opens sessions for others has any to tell of.
  if (peer.uid != 0) return SaidOf(Denied(core::LoginCause::kOthersAccount));
  if (subject.settled) {
    if (subject.settled->result == core::LoginResult::kNotAsked) let_in_(peer.pid);
    return SaidOf(*subject.settled);
  }
  if (entry.kind == Kind::kCloseSession) {
    (void)reporter_.Record(EventAbout(v1::EVENT_KIND_SESSION_CLOSED, subject));
    return SaidOf(NotAsked(core::LoginCause::kTicket));
  }
  if (mode_.mode() == core::LoginMode::kEnforce) {
    const std::optional<core::LoginPlace> place = PlaceOf(subject);
    if (!place || !tickets_.UseForSession(*place)) {
      v1::Event event = EventAbout(v1::EVENT_KIND_LOGIN_WITHOUT_TICKET, subject);
      AddParameter(event, "what", "session");
      AddParameter(event, "outcome", "refused");
      (void)reporter_.Record(std::move(event));
      return Refuse(subject, Denied(core::LoginCause::kNoTicket));
    }
  }
  let_in_(peer.pid);
  (void)reporter_.Record(EventAbout(v1::EVENT_KIND_SESSION_OPENED, subject));
  return SaidOf(mode_.mode() == core::LoginMode::kEnforce ? kGranted
                                                          : NotAsked(core::LoginCause::kObserving));
}

}  // namespace sekisho::engine
