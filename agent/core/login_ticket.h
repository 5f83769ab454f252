#ifndef SEKISHO_AGENT_CORE_LOGIN_TICKET_H_
#define SEKISHO_AGENT_CORE_LOGIN_TICKET_H_

#include <cstdint>
#include <string>
#include <vector>

#include "agent/core/grant.h"

namespace sekisho::core {

// A process that cannot be mistaken for a later one with its number.
struct ProcessId {
  int pid = 0;
  std::uint64_t started = 0;
  friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

// Where somebody logs in.
struct LoginPlace {
  unsigned uid = 0;
  std::string service;
  // As the application says; "ssh" and the like are none.
  std::string tty;
  // The process that asks, then what started it, outwards.
  std::vector<ProcessId> line;
};

// Two factors were shown in this place: good once, for a minute, there. sshd asks for the account,
// and opens the session, in other processes than the one that asked the person: hence the line.
struct LoginTicket {
  LoginPlace place;
  BootTime issued{};
};
inline constexpr std::chrono::seconds kTicketLife{60};

bool IsLive(const LoginTicket& ticket, BootTime now);

// Whether `asking` is where the ticket was issued: the same person and service, the same terminal
// where both name a real one (and not none where one was), and one of the two processes is the
// other or started it.
bool Fits(const LoginTicket& ticket, const LoginPlace& asking);

// "/dev/pts/3" and "pts/3" are one; what is no terminal is empty.
std::string RealTty(const std::string& tty);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_LOGIN_TICKET_H_
