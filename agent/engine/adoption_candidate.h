#ifndef SEKISHO_AGENT_ENGINE_ADOPTION_CANDIDATE_H_
#define SEKISHO_AGENT_ENGINE_ADOPTION_CANDIDATE_H_

#include <optional>
#include <string>

#include "agent/core/device.h"
#include "platform/api/device_roles.h"

namespace sekisho::engine {

// Why a device is proposed for adoption, or, though it looks like one, cannot be.
struct AdoptionCandidate {
  enum class Offer { kAdopt, kRefuse } offer = Offer::kAdopt;
  // kAdopt: "keyboard", "pointer", "console-route", "smart-card-reader", "built-in".
  // kRefuse: "storage-besides", "more-besides", "card-slot".
  std::string reason;
};

// Pure. Nothing for a device that a terminal can do without: it gets what policy says.
std::optional<AdoptionCandidate> CandidateOf(const core::Device& device,
                                             const platform::DeviceRole& role);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_ADOPTION_CANDIDATE_H_
