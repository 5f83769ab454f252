#include "agent/engine/logins_mode.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/engine/log.h"
#include "sekisho/v1/agent_state.pb.h"

namespace sekisho::engine {
namespace {

constexpr std::size_t kMaxFile = 8192;

}  // namespace

const char* Name(core::LoginMode mode) {
  switch (mode) {
    case core::LoginMode::kObserve:
      return "observe";
    case core::LoginMode::kEnforce:
      return "enforce";
  }
  return "enforce";
}

v1::LoginsMode ToProto(core::LoginMode mode) {
  return mode == core::LoginMode::kObserve ? v1::LOGINS_MODE_OBSERVE : v1::LOGINS_MODE_ENFORCE;
}

void LoginsMode::Load(const core::Policy* policy) {
  if (policy != nullptr) policy_ = policy->logins;
  const std::optional<std::string> payload = store_.Load(StateFile::kLogins);
  mode_ = core::LoginMode::kEnforce;
  if (!payload) {
    if (!store_.Lost(StateFile::kLogins)) mode_ = core::LoginMode::kObserve;
  } else {
    v1::StoredLogins stored;
    if (!stored.ParseFromString(*payload) || stored.mode() == v1::LOGINS_MODE_UNSPECIFIED) {
      store_.SetAside(StateFile::kLogins, "garbage");
    } else if (stored.mode() == v1::LOGINS_MODE_OBSERVE) {
      mode_ = core::LoginMode::kObserve;
    }
  }
  WriteFileOrSay();
}

void LoginsMode::Follow(const core::Policy* policy) {
  const core::LoginPolicy now = policy == nullptr ? core::LoginPolicy() : policy->logins;
  if (now == policy_) return;
  policy_ = now;
  WriteFileOrSay();
}

void LoginsMode::WriteFileOrSay() {
  if (absl::Status written = WriteFile(mode_); !written.ok()) {
    Log(Severity::kError,
        absl::StrCat("what holds for logins without agentd: ", written.message()));
  }
}

absl::Status LoginsMode::WriteFile(core::LoginMode mode) {
  const std::string text = core::WriteLoginFile(mode, policy_);
  const platform::Result<std::vector<std::byte>> now = files_.Read(file_, kMaxFile);
  const std::span<const std::byte> bytes = std::as_bytes(std::span(text.data(), text.size()));
  if (now.ok() && std::equal(now->begin(), now->end(), bytes.begin(), bytes.end())) {
    return absl::OkStatus();
  }
  // Readable by everybody: a screen locker runs as the person.
  const platform::Outcome written =
      files_.Replace(file_, bytes, platform::FileMode::kWorldReadable);
  if (!written.ok()) return absl::UnavailableError(written.failure().ToString());
  return absl::OkStatus();
}

absl::Status LoginsMode::Set(core::LoginMode mode, const std::vector<std::string>& without_factor) {
  if (mode == mode_) return WriteFile(mode);
  v1::Event event = EventOf(v1::EVENT_KIND_LOGINS_MODE_CHANGED);
  AddParameter(event, "before", Name(mode_));
  AddParameter(event, "after", Name(mode));
  if (!without_factor.empty()) {
    AddParameter(event, "without_factor", absl::StrJoin(without_factor, ", "));
  }
  // Loosening is recorded, then done.
  absl::Status recorded = reporter_.Record(std::move(event), Reporter::IfUnwritable::kForget);
  if (!recorded.ok()) return recorded;
  v1::StoredLogins stored;
  stored.set_mode(ToProto(mode));
  absl::Status done = store_.Save(StateFile::kLogins, stored.SerializeAsString());
  if (!done.ok()) return done;
  mode_ = mode;
  const absl::Status written = WriteFile(mode);
  changed_();
  return written;
}

}  // namespace sekisho::engine
