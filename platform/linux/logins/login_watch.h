#ifndef SEKISHO_PLATFORM_LINUX_LOGINS_LOGIN_WATCH_H_
#define SEKISHO_PLATFORM_LINUX_LOGINS_LOGIN_WATCH_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/event_loop.h"
#include "platform/api/login_ways.h"
#include "platform/linux/directory_watch.h"
#include "platform/linux/forked_look.h"

namespace sekisho::platform {

// Ways in as text: a line a way, tabs between its factors, its name and what is enough; "end" last.
// Pure, and each the other's inverse but for what no name has (tabs, line ends); nothing for what
// is cut short.
std::string WriteLoginWays(const std::vector<LoginWay>& ways);
std::optional<std::vector<LoginWay>> ParseLoginWays(std::string_view text);

// The folders of PAM, sshd and gdm, and looks in a child process: sshd is asked what its settings
// come to. For a single-threaded process.
class LinuxLoginWatch : public LoginWatch {
 public:
  // `loop` outlives this. `root`: where those folders are; "" is the machine's own.
  static Result<std::unique_ptr<LinuxLoginWatch>> Start(EventLoop& loop, std::string root = "");

  Waitable Readable() const override { return directories_.Readable(); }
  Touched Drain() override { return directories_.Drain(); }
  void Look(std::function<void(Result<std::vector<LoginWay>>)> seen) override;

 private:
  LinuxLoginWatch(EventLoop& loop, std::string root, DirectoryWatch directories);

  const std::string root_;
  DirectoryWatch directories_;
  ForkedLook look_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_LOGINS_LOGIN_WATCH_H_
