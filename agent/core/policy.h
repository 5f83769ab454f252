#ifndef SEKISHO_AGENT_CORE_POLICY_H_
#define SEKISHO_AGENT_CORE_POLICY_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/core/device.h"

namespace sekisho::core {

enum class Action { kBlock, kReadOnly, kAllow };

// Every condition given must hold; an empty one is not asked.
struct DeviceMatch {
  // Every class of the device is one of these.
  std::set<DeviceClass> classes;
  std::optional<std::uint16_t> vendor_id;
  std::optional<std::uint16_t> product_id;
  std::string serial;
  std::string port_path;
  std::optional<Fingerprint> fingerprint;
  friend bool operator==(const DeviceMatch&, const DeviceMatch&) = default;
};

struct DeviceRule {
  std::string id;
  std::string description;
  DeviceMatch match;
  Action action = Action::kBlock;
  friend bool operator==(const DeviceRule&, const DeviceRule&) = default;
};

enum class RebootPolicy { kEndsAtReboot, kSurvivesReboot };

struct ExceptionLimits {
  std::chrono::seconds helpdesk_max{0};
  std::chrono::seconds admin_max{0};
  unsigned approvers = 0;
  RebootPolicy reboot = RebootPolicy::kEndsAtReboot;
  friend bool operator==(const ExceptionLimits&, const ExceptionLimits&) = default;
};

struct Texts {
  std::string blocked_ja, blocked_en, contact_ja, contact_en;
  friend bool operator==(const Texts&, const Texts&) = default;
};

// Immutable once made; swapped whole.
struct Policy {
  std::uint64_t version = 0;
  std::string group_id;
  std::string zone;
  std::vector<DeviceRule> rules;
  ExceptionLimits exceptions;
  Texts texts;
  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_POLICY_H_
