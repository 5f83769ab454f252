#ifndef SEKISHO_PLATFORM_LINUX_SEAT_H_
#define SEKISHO_PLATFORM_LINUX_SEAT_H_

#include "platform/api/files.h"

namespace sekisho::platform {

// logind's active session of seat0; a greeter or a lock screen of the system is nobody (ENOENT).
class LogindSeat : public Seat {
 public:
  Result<SeatPerson> Active() override;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_SEAT_H_
