#include "agent/engine/login_ways_watch.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_join.h"
#include "agent/engine/log.h"

namespace sekisho::engine {
namespace {

using platform::LoginWay;
using platform::ProbeEnd;

// An editor writes a file in several steps, pam-auth-update five of them one after the other.
constexpr LookTimer::Pace kPace{.quiet = std::chrono::milliseconds(500),
                                .latest = std::chrono::seconds(3)};
constexpr char kProbe[] = "logins.two-factors";

}  // namespace

void LoginWaysWatch::Start() {
  if (watch_ == nullptr) return;
  timer_.emplace(loop_, clock_, *watch_, kPace, [this] { Look(); });
  timer_->Start();
}

void LoginWaysWatch::ModeChanged() {
  // What was open by leave is told as open without it, and the reverse.
  open_.reset();
  if (timer_) timer_->Now();
}

void LoginWaysWatch::Look() {
  if (mode_.mode() != core::LoginMode::kEnforce) {
    (void)timer_->Ended();
    return;
  }
  watch_->Look([this](const platform::Result<std::vector<LoginWay>>& ways) {
    const LookTimer::Meanwhile meanwhile = timer_->Ended();
    failure_ = ways.ok() ? "" : ways.failure().ToString();
    if (!ways.ok()) Log(Severity::kWarning, failure_);
    // Half of a change may have been seen: all of it will be.
    if (meanwhile == LookTimer::Meanwhile::kTouched) return timer_->Again(kPace.quiet);
    if (ways.ok()) Seen(*ways);
  });
}

void LoginWaysWatch::Seen(const std::vector<LoginWay>& ways) {
  OpenWays now;
  for (const LoginWay& way : ways) {
    if (way.factors == LoginWay::Factors::kOne) now[way.name] = absl::StrJoin(way.enough, " ");
    if (way.factors == LoginWay::Factors::kUnknown) now[way.name] = "";
  }
  const OpenWays before = std::exchange(open_, now).value_or(OpenWays{});
  for (const auto& [name, enough] : now) {
    const auto known = before.find(name);
    if (known != before.end() && known->second == enough) continue;
    v1::Event event = EventOf(v1::EVENT_KIND_LOGIN_WAY_OPENED);
    AddText(event, "way", name);
    AddText(event, "enough", enough);
    (void)reporter_.Record(std::move(event));
  }
  for (const auto& [name, enough] : before) {
    if (now.contains(name)) continue;
    v1::Event event = EventOf(v1::EVENT_KIND_LOGIN_WAY_CLOSED);
    AddText(event, "way", name);
    (void)reporter_.Record(std::move(event));
  }
}

std::optional<platform::ProbeAttempt> LoginWaysWatch::Attempt() const {
  if (mode_.mode() != core::LoginMode::kEnforce) return std::nullopt;
  if (watch_ == nullptr || !failure_.empty() || !open_) {
    return {{kProbe, ProbeEnd::kUntried, failure_.empty() ? "not looked at yet" : failure_}};
  }
  if (open_->empty()) return {{kProbe, ProbeEnd::kHolds, ""}};
  return {{kProbe, ProbeEnd::kOpen, absl::StrJoin(OpenNames(), ", ")}};
}

std::vector<std::string> LoginWaysWatch::OpenNames() const {
  std::vector<std::string> names;
  if (!open_) return names;
  for (const auto& [name, enough] : *open_) names.push_back(name);
  return names;
}

}  // namespace sekisho::engine
