#include "console/cli/exit_code.h"

#include <utility>

#include "absl/strings/cord.h"

namespace sekisho::console::cli {
namespace {

constexpr char kUsageMark[] = "sekisho/usage";
constexpr char kConsoleMark[] = "sekisho/console";

}  // namespace

absl::Status UsageError(const std::string& message) {
  return AsUsageError(absl::InvalidArgumentError(message));
}

absl::Status AsUsageError(const absl::Status& status) {
  absl::Status marked = absl::InvalidArgumentError(status.message());
  marked.SetPayload(kUsageMark, absl::Cord(""));
  return marked;
}

absl::Status FromConsole(absl::Status status) {
  if (!status.ok()) status.SetPayload(kConsoleMark, absl::Cord(""));
  return status;
}

bool IsFromConsole(const absl::Status& status) {
  return status.GetPayload(kConsoleMark).has_value();
}

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.GetPayload(kUsageMark)) return ExitCode::kUsage;
  // The console's own lost data is a fault of its; what verify says is a finding.
  if (absl::IsDataLoss(status) && !IsFromConsole(status)) return ExitCode::kAltered;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kDone;
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kSignInNeeded;
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kNotPermitted;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kRefused;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnreachable;
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kDoNotUseReservedForFutureExpansionUseDefaultInSwitchInstead_:
      break;
  }
  return ExitCode::kOther;
}

}  // namespace sekisho::console::cli
