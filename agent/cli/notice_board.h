#ifndef SEKISHO_AGENT_CLI_NOTICE_BOARD_H_
#define SEKISHO_AGENT_CLI_NOTICE_BOARD_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "agent/cli/render.h"

namespace sekisho::cli {

// What the person is told of each port, in one place that is renewed: a device refused, open with
// its time left, closed. Whatever agentd says twice is shown once. Single-threaded.
class NoticeBoard {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Shows it in place of the one of that id (0: of none); returns its id, 0 when nobody shows it.
  using Show = std::function<std::uint32_t(const Notice& notice, std::uint32_t replaces)>;

  // `every`: how often the time left is shown anew, while an exception runs and not otherwise.
  NoticeBoard(Language language, std::chrono::seconds every, Show show)
      : language_(language), every_(every), show_(std::move(show)) {}

  void Take(const v1::LocalNotice& notice, Time now);
  // What stands when a connection to agentd begins, in this order: what happened while there was
  // none is told now.
  void Take(const v1::LocalStatusReply& status, Time now);
  void Take(const v1::LocalDevicesReply& devices, Time now);

  // The next moment at which ShowWhatIsDue has something to do; none: nothing runs or waits.
  std::optional<Time> NextDue() const;
  // Renews the time left, and tries again what nobody showed.
  void ShowWhatIsDue(Time now);
  // Forgets what was shown: nobody shows it any more.
  void Clear() { places_.clear(); }

 private:
  struct Place {
    std::string device;
    std::string reference;
    std::string grant_id;
    std::optional<Time> ends;  // of the grant that runs
    bool closed = false;
    Notice notice;
    std::uint32_t id = 0;
    std::optional<Time> due;  // to be renewed, or tried again
  };

  Place* FindGrant(const std::string& grant_id);
  void Blocked(const v1::LocalNotice& notice, Time now);
  void Allowed(const v1::LocalNotice& notice, Time now);
  void Opened(const v1::LocalNotice& notice, Time now);
  void Ended(const v1::LocalNotice& notice, Time now);
  void Put(Place& place, Notice notice, Time now);

  const Language language_;
  const std::chrono::seconds every_;
  const Show show_;
  std::map<std::string, Place> places_;  // by port
  v1::Texts texts_;
};

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_NOTICE_BOARD_H_
