#ifndef SEKISHO_AGENT_ENGINE_TICKET_BOOK_H_
#define SEKISHO_AGENT_ENGINE_TICKET_BOOK_H_

#include <deque>

#include "agent/core/login_ticket.h"
#include "platform/api/clock.h"

namespace sekisho::engine {

// Who showed two factors where, within the last minute; and who then got an account by it, and may
// open a session within another. In memory: after a restart of agentd in that minute, once more.
class TicketBook {
 public:
  // `clock` outlives this.
  explicit TicketBook(const platform::Clock& clock) : clock_(clock) {}

  void Issue(core::LoginPlace place);
  // Whether there is a ticket for this place. It is used up by that, and is one for the session.
  bool UseForAccount(const core::LoginPlace& place);
  bool UseForSession(const core::LoginPlace& place);

 private:
  using Tickets = std::deque<core::LoginTicket>;
  bool Use(Tickets& tickets, const core::LoginPlace& place);
  void Add(Tickets& tickets, core::LoginPlace place);
  const platform::Clock& clock_;
  Tickets for_account_;
  Tickets for_session_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_TICKET_BOOK_H_
