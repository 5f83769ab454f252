#include <algorithm>

#include "console/service/terminal_service.h"
#include "proto/contract/bounds.h"
#include "sekisho/version.h"

namespace sekisho::console::service {
namespace {

// What the terminal calls its attempt on a disk that nobody admitted.
constexpr char kMediumGuardProbe[] = "disk.refused-medium";

// "0.1.0" -> {0, 1, 0}; what is not a number counts as 0.
std::vector<int> VersionOf(const std::string& text) {
  std::vector<int> parts{0};
  for (const char c : text) {
    if (c == '.') {
      parts.push_back(0);
    } else if (c >= '0' && c <= '9' && parts.back() < 1'000'000) {
      parts.back() = parts.back() * 10 + (c - '0');
    } else {
      break;
    }
  }
  return parts;
}

void AddMode(v1::Mode mode, std::vector<v1::Unprotected>& reasons) {
  // An agent of before there were modes sends none, and enforces.
  if (mode == v1::MODE_OBSERVE) reasons.push_back(v1::UNPROTECTED_OBSERVING);
  if (mode == v1::MODE_TRIAL) reasons.push_back(v1::UNPROTECTED_TRIAL);
  if (mode == v1::MODE_RESCUE) reasons.push_back(v1::UNPROTECTED_RESCUE);
}

void AddProbes(const v1::Status& status, std::vector<v1::Unprotected>& reasons) {
  bool open = false;
  bool no_guard = false;
  bool untried = status.probes().empty();
  for (const v1::Probe& probe : status.probes()) {
    if (probe.result() == v1::PROBE_RESULT_OPEN) {
      (probe.name() == kMediumGuardProbe ? no_guard : open) = true;
    } else if (probe.result() != v1::PROBE_RESULT_HOLDS) {
      untried = true;
    }
  }
  if (open) reasons.push_back(v1::UNPROTECTED_PROBE_FAILED);
  if (no_guard) reasons.push_back(v1::UNPROTECTED_NO_MEDIUM_GUARD);
  if (untried) reasons.push_back(v1::UNPROTECTED_PROBE_UNTRIED);
}

}  // namespace

std::vector<v1::Unprotected> UnprotectedReasons(const Sight& sight) {
  if (sight.state == v1::TERMINAL_STATE_EXPECTED) return {v1::UNPROTECTED_NEVER_ENROLLED};
  if (sight.state != v1::TERMINAL_STATE_ENROLLED) return {v1::UNPROTECTED_REVOKED};
  std::vector<v1::Unprotected> reasons;
  const bool silent = sight.status == nullptr || sight.age > 3 * contract::kStatusPeriod;
  if (silent) reasons.push_back(v1::UNPROTECTED_SILENT);
  if (sight.status != nullptr) {
    AddMode(sight.status->mode(), reasons);
    if (sight.status->bundle_version() == 0) {
      reasons.push_back(v1::UNPROTECTED_NO_BUNDLE);
    } else if (sight.status->bundle_version() != sight.newest_bundle) {
      reasons.push_back(v1::UNPROTECTED_OUTDATED_BUNDLE);
    }
    AddProbes(*sight.status, reasons);
    if (VersionOf(sight.status->agent_version()) < VersionOf(SEKISHO_VERSION)) {
      reasons.push_back(v1::UNPROTECTED_OUTDATED_AGENT);
    }
  }
  if (sight.chain_broken) reasons.push_back(v1::UNPROTECTED_CHAIN_BROKEN);
  if (sight.duplicated) reasons.push_back(v1::UNPROTECTED_DUPLICATED);
  return reasons;
}

}  // namespace sekisho::console::service
