#include "platform/linux/seat.h"

#include <pwd.h>
#include <stdlib.h>
#include <systemd/sd-login.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

struct Free {
  void operator()(char* text) const { free(text); }
};
using Text = std::unique_ptr<char, Free>;

}  // namespace

Result<SeatPerson> LogindSeat::Active() {
  char* raw = nullptr;
  uid_t uid = 0;
  const int found = sd_seat_get_active("seat0", &raw, &uid);
  const Text session(raw);
  // ENXIO: no logind data, or no such seat; ENODATA: nobody there.
  if (found == -ENXIO || found == -ENODATA || found == -ENOENT || session == nullptr) {
    return MakeFailure(ENOENT, "active session of seat0");
  }
  if (found < 0) return MakeFailure(-found, "active session of seat0");

  char* raw_class = nullptr;
  const int known = sd_session_get_class(session.get(), &raw_class);
  const Text session_class(raw_class);
  if (known < 0 || std::string_view(session_class.get()) != "user") {
    return MakeFailure(ENOENT, "active session of seat0 is nobody's");
  }

  SeatPerson person;
  person.uid = uid;
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* account = nullptr;
  getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &account);
  person.name = account != nullptr ? account->pw_name : std::to_string(uid);
  return person;
}

}  // namespace sekisho::platform
