#include "console/store/projection.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"

namespace sekisho::console::store {
namespace {

v1::GrantState EndStateOf(const std::string& cause) {
  if (cause == "returned") return v1::GRANT_STATE_RETURNED;
  if (cause == "revoked") return v1::GRANT_STATE_REVOKED;
  return v1::GRANT_STATE_EXPIRED;  // expired, rebooted, volume
}

std::optional<Projection::GrantChange> GrantChangeOf(const v1::Event& event) {
  if (event.grant_id().empty()) return std::nullopt;
  const std::string cause = ParameterOf(event, "cause");
  // Only these four kinds speak of a grant's state; all others leave it as it is.
  if (event.kind() == v1::EVENT_KIND_GRANT_ACCEPTED ||
      event.kind() == v1::EVENT_KIND_GRANT_OPENED) {
    return Projection::GrantChange{event.grant_id(), v1::GRANT_STATE_RUNNING, ""};
  }
  if (event.kind() == v1::EVENT_KIND_GRANT_ENDED) {
    return Projection::GrantChange{event.grant_id(), EndStateOf(cause), cause};
  }
  if (event.kind() == v1::EVENT_KIND_GRANT_REFUSED) {
    return Projection::GrantChange{event.grant_id(), v1::GRANT_STATE_REFUSED, cause};
  }
  return std::nullopt;
}

std::optional<Projection::OrderChange> OrderChangeOf(const v1::Event& event) {
  Projection::OrderChange change;
  if (event.kind() == v1::EVENT_KIND_ORDER_APPLIED) {
    change.to = v1::ORDER_STATE_APPLIED;
  } else if (event.kind() == v1::EVENT_KIND_ORDER_REFUSED) {
    change.to = v1::ORDER_STATE_REFUSED;
    change.cause = ParameterOf(event, "cause");
  } else {
    return std::nullopt;
  }
  // A refused one may be too malformed to have a version.
  if (!absl::SimpleAtoi(ParameterOf(event, "version"), &change.version)) return std::nullopt;
  return change;
}

std::optional<Projection::Belonging> BelongingOf(const v1::Event& event) {
  if (event.kind() == v1::EVENT_KIND_DEVICE_ABANDONED) return Projection::Belonging::kNoLonger;
  // What is let in by a code on the screen is so until it is unplugged; it belongs to nobody.
  const bool adopted = event.kind() == v1::EVENT_KIND_DEVICE_ADOPTED ||
                       (event.kind() == v1::EVENT_KIND_DEVICE_ALLOWED &&
                        event.verdict().reason() == v1::VERDICT_REASON_ADOPTED &&
                        ParameterOf(event, "by") != "keyboard-code");
  if (!adopted || event.device().classes().empty()) return std::nullopt;
  return Projection::Belonging::kBelongs;
}

std::optional<Projection::Presence> PresenceOf(const v1::Event& event) {
  if (event.kind() == v1::EVENT_KIND_AGENT_STARTED) return Projection::Presence::kAllInDoubt;
  if (!event.has_device() || event.device().port_path().empty()) return std::nullopt;
  if (event.kind() == v1::EVENT_KIND_DEVICE_REMOVED) return Projection::Presence::kUnplugged;
  if (event.kind() == v1::EVENT_KIND_DEVICE_ALLOWED ||
      event.kind() == v1::EVENT_KIND_DEVICE_BLOCKED ||
      event.kind() == v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED ||
      event.kind() == v1::EVENT_KIND_GRANT_OPENED) {
    return Projection::Presence::kPluggedIn;
  }
  return std::nullopt;
}

// As makers print them on what they do not number.
bool IsPlaceholder(const std::string& serial) {
  static constexpr char kCounted[] = "01234567890123456789ABCDEFabcdef";
  return serial.size() < 4 || serial.find_first_not_of(serial.front()) == std::string::npos ||
         std::string(kCounted).find(serial) != std::string::npos || serial == "0123456789ABCDEF" ||
         serial == "0123456789abcdef";
}

}  // namespace

std::string SoleKeyOf(const v1::Device& device) {
  if (IsPlaceholder(device.serial()) || device.confidence() == v1::IDENTITY_CONFIDENCE_MAKE) {
    return "";
  }
  return absl::StrFormat("%04x:%04x:%s", device.vendor_id(), device.product_id(), device.serial());
}

unsigned InputOf(const v1::Device& device) {
  const auto is = [&](v1::DeviceClass device_class) {
    return std::ranges::find(device.classes(), static_cast<int>(device_class)) !=
           device.classes().end();
  };
  return (is(v1::DEVICE_CLASS_KEYBOARD) ? 1U : 0U) | (is(v1::DEVICE_CLASS_POINTER) ? 2U : 0U);
}

Projection ProjectionOf(const v1::Event& event) {
  Projection projection;
  projection.reports_device = event.has_device() && event.device().fingerprint().size() == 32;
  projection.presence = PresenceOf(event);
  if (projection.reports_device && !event.reference().empty()) {
    if (event.kind() == v1::EVENT_KIND_DEVICE_BLOCKED) projection.makes_request = true;
    if (event.kind() == v1::EVENT_KIND_EXCEPTION_REQUESTED) {
      projection.makes_request = true;
      projection.request_reason = ParameterOf(event, "reason");
    }
  }
  if (projection.reports_device) projection.belonging = BelongingOf(event);
  projection.grant = GrantChangeOf(event);
  projection.order = OrderChangeOf(event);
  if (event.kind() == v1::EVENT_KIND_SPOOL_EVICTED) {
    Projection::Evicted evicted;
    if (absl::SimpleAtoi(ParameterOf(event, "first"), &evicted.first) &&
        absl::SimpleAtoi(ParameterOf(event, "last"), &evicted.last)) {
      projection.evicted = evicted;
    }
  }
  return projection;
}

WouldBlock WouldBlockOf(v1::EventKind kind) {
  if (kind == v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED) return WouldBlock::kSaysSo;
  if (kind == v1::EVENT_KIND_DEVICE_ALLOWED || kind == v1::EVENT_KIND_DEVICE_ADOPTED ||
      kind == v1::EVENT_KIND_DEVICE_BLOCKED) {
    return WouldBlock::kSettled;
  }
  return WouldBlock::kNothing;
}

bool MayFollow(v1::GrantState from, v1::GrantState to) {
  if (from == v1::GRANT_STATE_ISSUED) return true;
  if (from == v1::GRANT_STATE_RUNNING) {
    return to == v1::GRANT_STATE_EXPIRED || to == v1::GRANT_STATE_RETURNED ||
           to == v1::GRANT_STATE_REVOKED;
  }
  return false;
}

bool MayFollow(v1::OrderState from, v1::OrderState to) {
  if (from == v1::ORDER_STATE_WAITING || from == v1::ORDER_STATE_PASSED) return true;
  // It had been sent after all: what the terminal did is the truth.
  return from == v1::ORDER_STATE_CANCELLED && to == v1::ORDER_STATE_APPLIED;
}

std::string ParameterOf(const v1::Event& event, const std::string& key) {
  for (const v1::Parameter& parameter : event.parameters()) {
    if (parameter.key() == key) return parameter.value();
  }
  return "";
}

}  // namespace sekisho::console::store
