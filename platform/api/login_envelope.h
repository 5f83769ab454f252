#ifndef SEKISHO_PLATFORM_API_LOGIN_ENVELOPE_H_
#define SEKISHO_PLATFORM_API_LOGIN_ENVELOPE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sekisho::platform {

// What a login hook and agentd say to one another: one packet of a SOCK_SEQPACKET socket each, so
// that nothing has to be framed. Small enough for a library that is loaded into login, sshd and
// sudo, with their memory and their privileges: no protobuf, nothing but these fields
// (docs/decisions/0032-two-factors-at-the-door.md). Both ends compile this file.
struct LoginEnvelope {
  enum class Kind : std::uint8_t {
    // From the hook. Each connection begins with one of these, and is for nothing else.
    kAuthenticate = 1,
    kAccount = 2,
    kOpenSession = 3,
    kCloseSession = 4,
    // What the person typed, after a question; without text: nothing.
    kAnswer = 5,
    // From agentd.
    kShownQuestion = 16,
    kHiddenQuestion = 17,
    kVerdict = 18,
  } kind = Kind::kAuthenticate;
  // What agentd has decided. Where there is none it is a no.
  enum class Verdict : std::uint8_t {
    kDenied = 1,
    kGranted = 2,
    kNotAsked = 3,     // this login is none of Sekisho's business; let the others decide
    kLocked = 4,       // too many wrong answers; text says until when
    kUnavailable = 5,  // cannot be decided now
  };
  std::optional<Verdict> verdict{};
  // Empty is the same as absent.
  std::string service{};      // as PAM names it: "login"
  std::string user{};         // who is to be logged in
  std::string remote_user{};  // who asks for it, where somebody is in already: su, sudo
  std::string tty{};
  std::string remote_host{};
  std::string language{};  // "ja": what the person reads
  std::string text{};      // a question, an answer, or what to tell the person
  friend bool operator==(const LoginEnvelope&, const LoginEnvelope&) = default;
};

inline constexpr std::size_t kMaxLoginField = 1024;
inline constexpr std::size_t kMaxLoginPacket = 4096;

namespace login_envelope_internal {

// By their tag on the wire, 1 to 7.
template <typename Envelope>
auto FieldsOf(Envelope& envelope) {
  return std::array{&envelope.service,     &envelope.user,     &envelope.remote_user, &envelope.tty,
                    &envelope.remote_host, &envelope.language, &envelope.text};
}

inline constexpr std::uint8_t kVerdictTag = 8;

inline bool IsKind(std::uint8_t byte) {
  return (byte >= 1 && byte <= 5) || (byte >= 16 && byte <= 18);
}

}  // namespace login_envelope_internal

// A byte that says the version and one that says the kind; then fields in the order of their tags,
// each a tag, its length in two bytes, big-endian, and as many bytes. None when a field is longer
// than kMaxLoginField.
inline std::optional<std::string> WriteLoginEnvelope(const LoginEnvelope& envelope) {
  namespace internal = login_envelope_internal;
  std::string packet{'\x01', static_cast<char>(envelope.kind)};
  const auto add = [&packet](std::uint8_t tag, std::string_view value) {
    packet += static_cast<char>(tag);
    packet += static_cast<char>(value.size() >> 8);
    packet += static_cast<char>(value.size() & 0xff);
    packet += value;
  };
  std::uint8_t tag = 0;
  for (const std::string* field : internal::FieldsOf(envelope)) {
    ++tag;
    if (field->size() > kMaxLoginField) return std::nullopt;
    if (!field->empty()) add(tag, *field);
  }
  if (envelope.verdict) {
    const char verdict = static_cast<char>(*envelope.verdict);
    add(internal::kVerdictTag, std::string_view(&verdict, 1));
  }
  if (packet.size() > kMaxLoginPacket) return std::nullopt;
  return packet;
}

// Strict: what another version would write, an unknown tag or kind, a field twice, out of order,
// empty or longer than it may be is none. What is read is written as the same bytes again.
inline std::optional<LoginEnvelope> ReadLoginEnvelope(std::string_view packet) {
  namespace internal = login_envelope_internal;
  if (packet.size() < 2 || packet.size() > kMaxLoginPacket || packet[0] != '\x01') {
    return std::nullopt;
  }
  const auto kind = static_cast<std::uint8_t>(packet[1]);
  if (!internal::IsKind(kind)) return std::nullopt;
  LoginEnvelope envelope;
  envelope.kind = static_cast<LoginEnvelope::Kind>(kind);
  packet.remove_prefix(2);
  const auto fields = internal::FieldsOf(envelope);
  for (std::uint8_t last = 0; !packet.empty();) {
    if (packet.size() < 3) return std::nullopt;
    const auto tag = static_cast<std::uint8_t>(packet[0]);
    const std::size_t size = static_cast<std::size_t>(static_cast<std::uint8_t>(packet[1])) << 8 |
                             static_cast<std::uint8_t>(packet[2]);
    packet.remove_prefix(3);
    if (tag <= last || tag > internal::kVerdictTag || size == 0 || size > kMaxLoginField ||
        size > packet.size()) {
      return std::nullopt;
    }
    last = tag;
    const std::string_view value = packet.substr(0, size);
    packet.remove_prefix(size);
    if (tag != internal::kVerdictTag) {
      fields[tag - 1]->assign(value);
      continue;
    }
    const auto verdict = static_cast<std::uint8_t>(value[0]);
    if (size != 1 || verdict < 1 || verdict > 5) return std::nullopt;
    envelope.verdict = static_cast<LoginEnvelope::Verdict>(verdict);
  }
  // A verdict that says nothing, or something else that says one, is nobody's.
  if ((envelope.kind == LoginEnvelope::Kind::kVerdict) != envelope.verdict.has_value()) {
    return std::nullopt;
  }
  return envelope;
}

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_LOGIN_ENVELOPE_H_
