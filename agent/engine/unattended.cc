#include "agent/engine/unattended.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"
#include "proto/contract/keys.h"

namespace sekisho::engine {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxToken = 4096;
// Three hundred clones that are switched on together do not come in one second.
constexpr milliseconds kFirst{3000};
constexpr milliseconds kBase{5000};
constexpr milliseconds kCap = std::chrono::minutes(5);
constexpr milliseconds kRefused = std::chrono::hours(1);
constexpr int kMostDoublings = 10;

// A random share of `most`: from `least` of it to all.
milliseconds Share(milliseconds most, double least) {
  const std::string bytes = contract::RandomBytes(4);
  std::uint32_t drawn = 0;
  for (const char byte : bytes) drawn = drawn << 8 | static_cast<std::uint8_t>(byte);
  const double share = least + (1.0 - least) * drawn / 4294967296.0;
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(most.count()) * share));
}

std::string_view Parameter(const v1::LocalFailure& failure, std::string_view key) {
  for (const v1::Parameter& each : failure.parameters()) {
    if (each.key() == key) return each.value();
  }
  return "";
}

// Whether the same token may do at another time: nobody was reached, or the console was busy.
bool MayPass(const v1::LocalFailure& failure) {
  static constexpr std::array<std::string_view, 7> kPassing = {
      "console-unreachable", "link-absent",     "enrolment-busy", "enrolment-running", "stopping",
      "state-unwritable",    "answer-malformed"};
  if (std::ranges::find(kPassing, std::string_view(failure.code())) != kPassing.end()) return true;
  if (failure.code() != "console-refused") return false;
  static const std::array<std::string, 4> kBusy = {
      absl::StrCat(static_cast<int>(absl::StatusCode::kResourceExhausted)),
      absl::StrCat(static_cast<int>(absl::StatusCode::kAborted)),
      absl::StrCat(static_cast<int>(absl::StatusCode::kInternal)),
      absl::StrCat(static_cast<int>(absl::StatusCode::kUnknown))};
  return std::ranges::find(kBusy, Parameter(failure, "grpc_status")) != kBusy.end();
}

}  // namespace

std::optional<UnattendedEnrolment::Token> UnattendedEnrolment::Find() {
  platform::Result<std::vector<std::byte>> content =
      seams_.files.Read(settings_.token_file, kMaxToken);
  if (content.ok()) {
    const std::string text(reinterpret_cast<const char*>(content->data()), content->size());
    return Token{std::string(absl::StripAsciiWhitespace(text)), settings_.token_file};
  }
  if (!settings_.kernel_token.empty()) {
    return Token{settings_.kernel_token, "the kernel's command line"};
  }
  return std::nullopt;
}

void UnattendedEnrolment::LinkAttached() {
  if (wanted_() && Find()) TryAfter(Share(kFirst, 0));
}

void UnattendedEnrolment::Tick() {
  if (!wanted_() || asking_) return;
  const std::optional<Token> token = Find();
  if (!token) {
    refused_.reset();
    alarm_.reset();
    return;
  }
  if (token->text == tried_) return;
  failures_ = 0;
  Try();
}

void UnattendedEnrolment::TryAfter(milliseconds delay) {
  alarm_ = seams_.loop.At(seams_.clock.Now() + delay, [this] { Try(); });
}

void UnattendedEnrolment::Try() {
  if (!wanted_() || asking_) return;
  std::optional<Token> token = Find();
  if (!token) return;
  tried_ = token->text;
  asking_ = true;
  enrolment_.Begin(token->text, [this, token = *token](const Answer<v1::LocalEnrolReply>& answer) {
    Answered(token, answer);
  });
}

void UnattendedEnrolment::Answered(const Token& token, const Answer<v1::LocalEnrolReply>& answer) {
  asking_ = false;
  if (const auto* failure = std::get_if<v1::LocalFailure>(&answer)) return Failed(token, *failure);
  refused_.reset();
  Log(Severity::kNotice, absl::StrCat("enrolled with the token in ", token.where));
  // It is of no further use here, and may have uses left.
  if (token.where != settings_.token_file) return;
  if (platform::Outcome removed = seams_.files.Remove(token.where); !removed.ok()) {
    Log(Severity::kError, absl::StrCat(removed.failure().ToString(), ": remove it by hand"));
  }
}

void UnattendedEnrolment::Failed(const Token& token, const v1::LocalFailure& failure) {
  if (MayPass(failure)) {
    const int doublings = std::min(failures_++, kMostDoublings);
    return TryAfter(Share(std::min(kBase * (1 << doublings), kCap), 0.5));
  }
  if (refused_ != failure.code()) {
    Log(Severity::kError,
        absl::StrCat("the enrolment token in ", token.where, " was refused (", failure.code(),
                     "); it is tried again every hour, another "
                     "one within a minute: sekishoctl tokens create"));
  }
  refused_ = failure.code();
  TryAfter(Share(kRefused, 0.75));
}

}  // namespace sekisho::engine
