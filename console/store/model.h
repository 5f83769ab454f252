#ifndef SEKISHO_CONSOLE_STORE_MODEL_H_
#define SEKISHO_CONSOLE_STORE_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/grant.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/grant_service.pb.h"
#include "sekisho/v1/operator_service.pb.h"
#include "sekisho/v1/order_service.pb.h"
#include "sekisho/v1/policy.pb.h"
#include "sekisho/v1/terminal_service.pb.h"

// What the store keeps: plain values, one struct a kind of row. Times are the console's, in
// milliseconds since the Unix epoch; a time that has not come is nullopt.
namespace sekisho::console::store {

using core::WallTime;

// Whose rows: one organisation, and in it the groups below `path` (a materialised path of group
// ids, "/a/b/"; empty means all of the organisation).
struct Scope {
  std::string organisation_id;
  std::string path;
};

// Who did what: written in the transaction of the change itself.
struct AuditEntry {
  std::string organisation_id;
  std::string group_path;
  WallTime at{};
  std::string actor;
  std::string method;
  std::string target;
  // What of it matters later, in stable words; no secrets.
  std::string detail;
};

struct Organisation {
  std::string organisation_id;
  std::string name;
  // host:port that terminals are told.
  std::string console_address;
};

struct Group {
  std::string organisation_id;
  std::string group_id;
  std::string parent_id;  // empty for the root
  std::string name;
  std::string path;  // ends with its own id and "/"
};

struct OperatorRecord {
  std::string organisation_id;
  std::string name;
  v1::Role role = v1::ROLE_UNSPECIFIED;
  std::string group_id;       // as the operator was made; empty: the organisation
  std::string group_path;     // empty: the organisation
  std::string password_hash;  // argon2id, libsodium's string form; empty for a robot
  std::string totp_secret;    // raw; empty for a robot
  std::int64_t last_totp_step = 0;
  bool disabled = false;
  bool robot = false;
  std::optional<WallTime> expires_at;  // robots
};

// A signed-in person, or a robot's token. Only the token's SHA-256 is kept.
struct Session {
  std::string token_hash;
  std::string organisation_id;
  std::string operator_name;
  WallTime last_used_at{};
  WallTime expires_at{};  // absolute
};

struct TerminalRecord {
  std::string organisation_id;
  std::string terminal_id;
  std::string group_id;
  std::string group_path;
  std::string name;
  v1::TerminalState state = v1::TERMINAL_STATE_UNSPECIFIED;
  std::string report_public_key;
  std::string hostname;
  std::string hardware_serial;
  std::string machine_id;
  // Rises at each enrolment: certificates of an earlier one are refused.
  std::int64_t enrolment = 0;
  std::optional<WallTime> enrolled_at;
  std::optional<WallTime> revoked_at;
  std::optional<WallTime> last_status_at;
  v1::Status last_status;
  bool silent = false;        // TERMINAL_SILENT was recorded and no status came since
  bool chain_broken = false;  // a gap or an alteration that nothing explains
  // Of the first Status of this enrolment that had one; SHA-256, empty before.
  std::string hardware;
  bool duplicated = false;  // another machine has used this enrolment's identity
};

struct EnrolmentTokenRecord {
  std::string organisation_id;
  std::string token_id;
  std::string secret_hash;
  std::string group_id;
  std::string group_path;
  std::string terminal_name;
  std::uint32_t uses_left = 0;
  WallTime expires_at{};
  std::string created_by;
  bool revoked = false;
};

// A verified, parsed record of a terminal, or an event that the console made about it.
struct NewEvent {
  v1::Event event;
  // The bytes that the chain hashes; what is stored.
  std::string record;
  // SHA-256 of them: taken where many threads can, not by the one writer.
  std::string record_hash;
  // Its entry in the chain (history::EntryOfEvent), likewise; empty: the writer computes it.
  std::string chained_as{};
};

struct StoredEventRecord {
  std::uint64_t cursor = 0;
  std::string terminal_id;
  std::string terminal_name;
  WallTime received_at{};
  v1::Event event;
};

struct EventQuery {
  Scope scope;
  std::string terminal_id;  // empty: all
  std::vector<v1::EventKind> kinds;
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  // After it (oldest first), or before it when newest first; 0: from the end that comes first.
  std::uint64_t cursor = 0;
  enum class Order { kOldestFirst, kNewestFirst } order = Order::kOldestFirst;
  std::uint32_t limit = 200;
};

struct RequestRecord {
  std::string organisation_id;
  std::string group_path;
  std::string terminal_id;
  std::string terminal_name;
  std::string reference;
  v1::Device device;
  v1::Verdict verdict;
  v1::Person person;
  std::string reason;
  WallTime received_at{};
  std::string grant_id;
  bool denied = false;
  bool adopted = false;
};

struct GrantRecord {
  std::string organisation_id;
  std::string group_path;
  std::string terminal_id;
  std::string terminal_name;
  v1::GrantClaims claims;  // complete once it is signed
  std::string sealed;      // Sealed, serialised once; empty while it awaits approval
  std::string revocation;  // Sealed, serialised; empty unless revoked
  v1::GrantState state = v1::GRANT_STATE_UNSPECIFIED;
  v1::Device device;
  std::uint32_t seconds = 0;
  WallTime created_at{};
  std::optional<WallTime> opened_at;
  std::optional<WallTime> ended_at;
  std::string cause;
};

struct OrderRecord {
  std::string organisation_id;
  std::string group_path;
  std::string terminal_id;
  std::string terminal_name;
  std::int64_t enrolment = 0;  // which it is bound to
  v1::OrderKind kind = v1::ORDER_KIND_UNSPECIFIED;
  v1::Order order;     // complete once it is signed
  std::string sealed;  // Sealed, serialised once
  v1::OrderState state = v1::ORDER_STATE_UNSPECIFIED;
  v1::Device device;      // of an adoption
  std::string reference;  // the request that an adoption answers
  WallTime created_at{};
  std::optional<WallTime> sent_at;
  std::optional<WallTime> ended_at;
  std::string cause;
};

// How one terminal stands with its orders.
struct OrderStanding {
  std::uint32_t waiting = 0;
  // The newest order about its mode, of the enrolment asked for, that is neither refused nor
  // cancelled; MODE_UNSPECIFIED without one.
  v1::Mode mode = v1::MODE_UNSPECIFIED;
  v1::OrderState state = v1::ORDER_STATE_UNSPECIFIED;
  std::string boot_id;  // in which it was applied
  // The newest order about the logins mode that still waits.
  std::optional<v1::SetLoginsMode> logins;
};

// One device on all the observing terminals where it was seen.
struct WouldBeBlockedRecord {
  v1::Device device;
  v1::Verdict verdict;
  std::uint32_t terminals = 0;
  std::uint64_t times = 0;
  WallTime last_seen_at{};
  std::vector<std::string> terminal_names;  // the latest first, a few
};

struct PolicyRecord {
  std::string organisation_id;
  std::string group_id;
  std::string group_path;
  std::uint64_t version = 0;
  WallTime published_at{};
  std::string published_by;
  std::string comment;
  std::string yaml;
  v1::Policy policy;
  std::uint64_t content_of_version = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_MODEL_H_
