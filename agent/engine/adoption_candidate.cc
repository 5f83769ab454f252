#include "agent/engine/adoption_candidate.h"

#include <algorithm>

#include "agent/core/decide.h"

namespace sekisho::engine {
namespace {

using Offer = AdoptionCandidate::Offer;

AdoptionCandidate Refuse(const char* reason) { return {Offer::kRefuse, reason}; }

bool CarriesMedia(const core::Device& device) {
  return std::ranges::any_of(device.classes, [](core::DeviceClass each) {
    return each == core::DeviceClass::kStorage || each == core::DeviceClass::kOptical ||
           each == core::DeviceClass::kTape || each == core::DeviceClass::kCardReader;
  });
}

}  // namespace

std::optional<AdoptionCandidate> CandidateOf(const core::Device& device,
                                             const platform::DeviceRole& role) {
  using Class = core::DeviceClass;
  const auto is = [&](Class each) { return device.classes.contains(each); };
  const core::Adoptability adoptability = core::AdoptabilityOf(device);
  if (adoptability == core::Adoptability::kBeforeAll) {
    if (is(Class::kKeyboard)) return AdoptionCandidate{Offer::kAdopt, "keyboard"};
    // A hub alone is taken along with what hangs below it.
    if (is(Class::kHub)) return std::nullopt;
    return AdoptionCandidate{Offer::kAdopt, "pointer"};
  }
  const bool route = role.route != platform::DeviceRole::Route::kNone;
  const bool built_in = role.place == platform::DeviceRole::Place::kBuiltIn;
  const bool input = is(Class::kKeyboard) || is(Class::kPointer);
  const bool smart_cards = is(Class::kSmartCardReader);
  if (CarriesMedia(device)) {
    if (input || route || smart_cards) return Refuse("storage-besides");
    // Open for ever, it would read any card that anybody puts in: that is a policy's word.
    return built_in ? std::optional(Refuse("card-slot")) : std::nullopt;
  }
  if (role.route == platform::DeviceRole::Route::kCarriesMore ||
      (route && adoptability == core::Adoptability::kNever)) {
    return Refuse("more-besides");
  }
  if (route) return AdoptionCandidate{Offer::kAdopt, "console-route"};
  if (adoptability == core::Adoptability::kNever || is(Class::kUnknown)) {
    return smart_cards ? std::optional(Refuse("more-besides")) : std::nullopt;
  }
  if (smart_cards && device.classes.size() == 1) {
    return AdoptionCandidate{Offer::kAdopt, "smart-card-reader"};
  }
  if (built_in && is(Class::kVideo)) return AdoptionCandidate{Offer::kAdopt, "built-in"};
  return std::nullopt;
}

}  // namespace sekisho::engine
