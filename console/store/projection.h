#ifndef SEKISHO_CONSOLE_STORE_PROJECTION_H_
#define SEKISHO_CONSOLE_STORE_PROJECTION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/order_service.pb.h"

namespace sekisho::console::store {

// What an event changes besides the history itself. Pure, so that every backend agrees.
struct Projection {
  // The device is one that the terminal has reported.
  bool reports_device = false;
  // A request under this reference begins (a block) or gets the person's words.
  bool makes_request = false;
  std::string request_reason;

  struct GrantChange {
    std::string grant_id;
    v1::GrantState to = v1::GRANT_STATE_UNSPECIFIED;
    std::string cause;
  };
  std::optional<GrantChange> grant;

  // An order was applied or refused.
  struct OrderChange {
    std::uint64_t version = 0;
    v1::OrderState to = v1::ORDER_STATE_UNSPECIFIED;
    std::string cause;
  };
  std::optional<OrderChange> order;

  // The device belongs to the terminal, or does not any more. Nothing for one that the terminal has
  // not seen.
  enum class Belonging { kBelongs, kNoLonger };
  std::optional<Belonging> belonging;

  // What the event says of what is plugged in at the terminal. Everything is in doubt once the
  // agent has started again: it names anew what is there.
  enum class Presence { kPluggedIn, kUnplugged, kAllInDoubt };
  std::optional<Presence> presence;

  struct Evicted {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };
  std::optional<Evicted> evicted;
};

Projection ProjectionOf(const v1::Event& event);

// "vendor:product:serial", when the serial is one that no other device should have; empty when it
// is none, or none that tells devices apart: shorter than four, one character over and over, digits
// in their order, or by the agent's own judgement.
std::string SoleKeyOf(const v1::Device& device);
// Bit 0: it is a keyboard, bit 1: a pointer.
unsigned InputOf(const v1::Device& device);

// What an event about a device says of what observing terminals would refuse.
enum class WouldBlock {
  kNothing,
  kSaysSo,   // this one
  kSettled,  // not this one any more: it is allowed, belongs to the terminal, or was refused
};
WouldBlock WouldBlockOf(v1::EventKind kind);

// Whether a report may take a grant or an order from one state to another: a late or repeated
// report never revives what ended, and a refusal of a second copy does not undo what runs.
bool MayFollow(v1::GrantState from, v1::GrantState to);
bool MayFollow(v1::OrderState from, v1::OrderState to);

// The value of a parameter; empty without it.
std::string ParameterOf(const v1::Event& event, const std::string& key);

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_PROJECTION_H_
