#include "agent/engine/session_watch.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/engine/log.h"
#include "agent/engine/minimise.h"

namespace sekisho::engine {
namespace {

// The hook stands before logind's module in the session's stack where Debian wrote it; where
// somebody else did, it may come after. And logind writes a session down before it has moved the
// process there (logind-session.c, session_start), which takes a while on a busy machine.
constexpr std::chrono::milliseconds kOnTheWay{500};
constexpr int kMostLooks = 3;
// More than log in before the next look; the oldest go first.
constexpr std::size_t kMostLetIn = 1024;
constexpr std::size_t kMostSeen = std::size_t{1} << 20;

}  // namespace

void SessionWatch::Start() {
  if (sessions_ == nullptr || logins_ == nullptr) return;
  const auto kept = files_.Read(file_, kMostSeen);
  if (kept.ok()) {
    const std::string text(reinterpret_cast<const char*>(kept->data()), kept->size());
    seen_ = absl::StrSplit(text, '\n', absl::SkipEmpty());
  }
  watching_ = loop_.WatchReadable(sessions_->Readable(), [this] {
    sessions_->TakeChanges();
    Look();
  });
  Look();
}

void SessionWatch::LetIn(int pid) {
  if (sessions_ == nullptr || logins_ == nullptr) return;
  const auto line = logins_->LineOf(pid);
  if (!line.ok() || line->empty()) return;
  if (let_in_.size() >= kMostLetIn) let_in_.pop_front();
  let_in_.push_back(line->front());
}

void SessionWatch::Look() {
  const auto present = sessions_->Present();
  if (!present.ok()) {
    Log(Severity::kWarning, present.failure().ToString());
    return;  // with the next that comes or goes
  }
  std::set<std::string> now;
  for (const platform::LoginSession& each : *present) {
    now.insert(each.id);
    if (seen_.contains(each.id)) continue;
    if (mode_.mode() == core::LoginMode::kEnforce && !WasLetIn(each)) {
      come_.emplace(each.id, Come{each});
    }
  }
  Keep(std::move(now));
  if (!come_.empty() && !alarm_) {
    alarm_ = loop_.At(clock_.Now() + kOnTheWay, [this] { Judge(); });
  }
}

void SessionWatch::Judge() {
  alarm_.reset();
  for (auto& [id, come] : std::exchange(come_, {})) {
    if (WasLetIn(come.session)) continue;
    if (++come.looks < kMostLooks && SomebodyIsOnTheWay()) {
      come_.emplace(id, std::move(come));
    } else {
      Tell(come.session);
    }
  }
  if (!come_.empty()) alarm_ = loop_.At(clock_.Now() + kOnTheWay, [this] { Judge(); });
}

bool SessionWatch::SomebodyIsOnTheWay() {
  return std::ranges::any_of(let_in_, [this](const platform::RunningProcess& each) {
    return !sessions_->Of(each.pid).ok();
  });
}

void SessionWatch::Tell(const platform::LoginSession& session) {
  v1::Event event = EventOf(v1::EVENT_KIND_LOGIN_WITHOUT_TICKET);
  event.mutable_person()->set_uid(session.uid);
  const auto account = logins_->ByUid(session.uid);
  if (account.ok()) event.mutable_person()->set_name(Minimise(account->name));
  AddText(event, "service", session.service);
  AddParameter(event, "what", "session");
  AddParameter(event, "outcome", "let in");
  AddParameter(event, "session", session.id);
  if (!session.tty.empty()) AddText(event, "tty", session.tty);
  if (!session.host.empty()) AddText(event, "host", session.host);
  (void)reporter_.Record(std::move(event));
}

bool SessionWatch::WasLetIn(const platform::LoginSession& session) {
  // Those that have gone have nothing to show any more.
  std::erase_if(let_in_, [this](const platform::RunningProcess& each) {
    const auto line = logins_->LineOf(each.pid);
    return !line.ok() || line->empty() || line->front() != each;
  });
  return std::ranges::any_of(let_in_, [&](const platform::RunningProcess& each) {
    const auto of = sessions_->Of(each.pid);
    return of.ok() && *of == session.id;
  });
}

void SessionWatch::Keep(std::set<std::string> seen) {
  if (seen == seen_ && files_.Read(file_, kMostSeen).ok()) return;
  seen_ = std::move(seen);
  const std::string text = absl::StrJoin(seen_, "\n");
  const platform::Outcome written = files_.Replace(
      file_, std::as_bytes(std::span(text.data(), text.size())), platform::FileMode::kOwnerOnly);
  // Told twice after a restart rather than never.
  if (!written.ok()) Log(Severity::kWarning, written.failure().ToString());
}

}  // namespace sekisho::engine
