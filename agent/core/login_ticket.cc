#include "agent/core/login_ticket.h"

#include <algorithm>
#include <string_view>

namespace sekisho::core {
namespace {

bool StartedBy(const std::vector<ProcessId>& line, const ProcessId& process) {
  return std::ranges::find(line, process) != line.end();
}

}  // namespace

bool IsLive(const LoginTicket& ticket, BootTime now) {
  return ticket.issued <= now && now - ticket.issued <= kTicketLife;
}

std::string RealTty(const std::string& tty) {
  constexpr std::string_view kFolder = "/dev/";
  std::string_view name = tty;
  if (name.starts_with(kFolder)) name.remove_prefix(kFolder.size());
  // sshd says "ssh" before there is one, X servers ":0", cron and others what they are called.
  const bool real = name.starts_with("pts/") || (name.starts_with("tty") && name.size() > 3) ||
                    name.starts_with("hvc");
  return real ? std::string(name) : "";
}

bool Fits(const LoginTicket& ticket, const LoginPlace& asking) {
  const LoginPlace& place = ticket.place;
  if (place.uid != asking.uid || place.service != asking.service) return false;
  const std::string tty = RealTty(place.tty);
  if (!tty.empty() && tty != RealTty(asking.tty)) return false;
  if (place.line.empty() || asking.line.empty()) return false;
  return StartedBy(asking.line, place.line.front()) || StartedBy(place.line, asking.line.front());
}

}  // namespace sekisho::core
