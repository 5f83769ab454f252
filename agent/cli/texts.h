#ifndef SEKISHO_AGENT_CLI_TEXTS_H_
#define SEKISHO_AGENT_CLI_TEXTS_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "sekisho/v1/device.pb.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/local.pb.h"
#include "sekisho/v1/order.pb.h"
#include "sekisho/v1/policy.pb.h"

namespace sekisho::cli {

enum class Language { kEnglish, kJapanese };

// By LC_ALL, else LC_MESSAGES, else LANG: Japanese when it starts with "ja".
Language LanguageOfEnvironment();

// A text, or a word, in each.
struct Entry {
  const char* english;
  const char* japanese;
};
inline const char* Choose(Language language, const Entry& entry) {
  return language == Language::kJapanese ? entry.japanese : entry.english;
}

enum class Text {
  kNotEnrolled,
  kTokenRefused,
  kMoved,
  kEnrolled,
  kConsole,
  kKeyInFile,
  kKeyInTpm,
  kObserving,
  kTrial,
  kEnforcing,
  kRescue,
  kNextMode,
  kMayLeave,
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
  kInPart,
  kWouldBeBlocked,
  kStateDiffers,
  kWhyPolicyVersion,
  kWhyRunnerUp,
  kWhyAudited,
  kWhyRule,
  kWhyShutInterface,
  kWhyNext,
  kRequested,
  kReturned,
  kEnrolDone,
  kExported,
  kExportedRequest,
  kExportLeftOut,
  kImported,
  kConfirmed,
  kReleased,
  kUnreleased,
  kLeavingReported,
  kLeavingUnreported,
  kProposal,
  kProposalAlready,
  kProposalHubs,
  kProposalWhy,
  kProposalNot,
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
  kDoctorObserving,
  kLoginRefuses,
  kLoginTwo,
  kLoginOne,
  kLoginNone,
  kLoginUnknown,
  kLoginsTwo,
  kLoginsOne,
  kLoginsUnknown,
  kFactorScan,
  kFactorNoQr,
  kFactorByHand,
  kFactorToConfirm,
  kFactorConfirm,
  kFactorOwnCode,
  kFactorAdded,
  kFactorRemoved,
  kFactorPerson,
  kFactorNone,
  kFactorLocked,
  kFactorUnreadable,
  kLoginsObserving,
  kLoginsEnforcing,
  kNoticeBlocked,
  kNoticeBlockedBody,
  kNoticeAllowed,
  kNoticeReadable,
  kNoticeAllowedBody,
  kNoticeOpened,
  kNoticeRunning,
  kNoticeLeft,
  kNoticeEnded,
  kNoticeUsedUp,
  kNoticeUsedUpBody,
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

// Why a device is proposed for adoption or cannot be adopted, by AdoptionProposal's code. An
// unknown code is said as it is.
std::string SayAdoptionReason(Language language, const std::string& code);

// What a rule asks, by the name in Verdict::runner_up_condition. An unknown name is said as it is.
std::string SayCondition(Language language, const std::string& condition);

std::string Say(Language language, v1::VerdictReason reason);
std::string Say(Language language, v1::DeviceClass device_class);
std::string Say(Language language, v1::Bus bus);
// In a word.
std::string Say(Language language, v1::Mode mode);
// "14 min 32 s"; below a minute seconds alone.
std::string SayDuration(Language language, std::uint64_t nanoseconds);

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_TEXTS_H_
