#include "agent/engine/ticket_book.h"

#include <algorithm>
#include <utility>

namespace sekisho::engine {
namespace {

// More than log in within a minute; the oldest go first.
constexpr std::size_t kMostTickets = 1024;

}  // namespace

void TicketBook::Issue(core::LoginPlace place) { Add(for_account_, std::move(place)); }

bool TicketBook::UseForAccount(const core::LoginPlace& place) {
  if (!Use(for_account_, place)) return false;
  Add(for_session_, place);
  return true;
}

bool TicketBook::UseForSession(const core::LoginPlace& place) { return Use(for_session_, place); }

void TicketBook::Add(Tickets& tickets, core::LoginPlace place) {
  const platform::BootTime now = clock_.Now();
  std::erase_if(tickets, [now](const auto& each) { return !core::IsLive(each, now); });
  if (tickets.size() >= kMostTickets) tickets.pop_front();
  tickets.push_back({std::move(place), now});
}

bool TicketBook::Use(Tickets& tickets, const core::LoginPlace& place) {
  const platform::BootTime now = clock_.Now();
  const auto found = std::ranges::find_if(tickets, [&](const core::LoginTicket& each) {
    return core::IsLive(each, now) && core::Fits(each, place);
  });
  if (found == tickets.end()) return false;
  tickets.erase(found);
  return true;
}

}  // namespace sekisho::engine
