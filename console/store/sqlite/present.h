#ifndef SEKISHO_CONSOLE_STORE_SQLITE_PRESENT_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_PRESENT_H_

#include <map>
#include <string_view>

#include "console/store/event_store.h"
#include "console/store/projection.h"
#include "console/store/sqlite/connection.h"

namespace sekisho::console::store::sqlite {

// What was plugged in and out in one transaction: the newest of each port. Points into the batches.
// A device that should be the only one of its kind and is plugged in at two terminals that are both
// alive makes a DEVICE_DUPLICATED about each. What was plugged in and out again by the time that it
// is told makes none: when that was is known to the terminal's clock alone.
class PresentDevices {
 public:
  void Note(const ReportedBatch& batch, const v1::Event& event, Projection::Presence presence);
  absl::Status Write(Connection& connection) const;

 private:
  struct Port {
    const ReportedBatch* batch = nullptr;
    const v1::Event* event = nullptr;
    Projection::Presence presence = Projection::Presence::kPluggedIn;
  };
  struct Terminal {
    bool in_doubt = false;  // what was there before it
    std::map<std::string_view, Port> ports;
  };
  static absl::Status WritePort(Connection& connection, const Port& port);
  static absl::Status LookElsewhere(Connection& connection, const Port& port);
  std::map<std::string_view, Terminal> terminals_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_PRESENT_H_
