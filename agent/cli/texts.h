#ifndef SEKISHO_AGENT_CLI_TEXTS_H_
#define SEKISHO_AGENT_CLI_TEXTS_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "sekisho/v1/device.pb.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/local.pb.h"
#include "sekisho/v1/policy.pb.h"

namespace sekisho::cli {

enum class Language { kEnglish, kJapanese };

// By LC_ALL, else LC_MESSAGES, else LANG: Japanese when it starts with "ja".
Language LanguageOfEnvironment();

enum class Text {
  kNotEnrolled,
  kEnrolled,
  kConsole,
  kLinkAbsent,
  kLinkConnecting,
  kLinkConnected,
  kNeverHeard,
  kLastHeard,
  kNoPolicy,
  kPolicy,
  kPolicyOld,
  kWaiting,
  kNoGrants,
  kGrant,
  kGrantNotPlugged,
  kProbes,
  kProbesNone,
  kContact,
  kNoDevices,
  kDeviceLine,
  kReference,
  kBlocked,
  kReadOnly,
  kAllowed,
  kStateDiffers,
  kWhyPolicyVersion,
  kWhyRunnerUp,
  kWhyRule,
  kWhyNext,
  kRequested,
  kReturned,
  kEnrolDone,
  kProposal,
  kProposalAlready,
  kProposalHubs,
  kNoProposals,
  kAdoptQuestion,
  kAdoptHint,
  kAdopted,
  kNothingAdopted,
  kProbeHolds,
  kProbeOpen,
  kProbeUntried,
  kDoctorAllHold,
  kDoctorOpen,
  kDoctorUntried,
  kNoticeBlocked,
  kNoticeBlockedBody,
  kNoticeOpened,
  kNoticeRunning,
  kNoticeLeft,
  kNoticeEnded,
  kNoticeHolder,
  kNoticeClosed,
  kNoticeClosedUnflushed,
  kNoticeStillOpen,
  kWatching,
  kAgentBack,
  kMinutesSeconds,
  kSeconds,
  kHoursMinutes,
};

// `text` with each "{name}" replaced.
std::string Replace(std::string text, std::string_view name, std::string_view value);

// The catalogue's entry, each "{name}" replaced.
std::string Say(Language language, Text text,
                std::initializer_list<std::pair<std::string_view, std::string>> values = {});

// What a refusal means and what to do next, by agentd's code (agent/engine) or the client's own
// ("agent-not-running", "agent-no-answer", "token-missing", "token-file"). An unknown code is said
// as it is.
std::string SayFailure(Language language, const v1::LocalFailure& failure);

std::string Say(Language language, v1::VerdictReason reason);
std::string Say(Language language, v1::DeviceClass device_class);
// "14 min 32 s"; below a minute seconds alone.
std::string SayDuration(Language language, std::uint64_t nanoseconds);

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_TEXTS_H_
