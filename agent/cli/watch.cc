// `sekisho watch`: notices as they come, and the time that an exception has left.
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "agent/cli/client.h"
#include "agent/cli/command_line.h"
#include "agent/cli/desktop.h"
#include "agent/cli/render.h"

namespace sekisho::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kReconnect{5};
// The time left is shown anew this often, while an exception runs and not otherwise.
constexpr std::chrono::seconds kCountdown{60};

// A notification that counts down in its place.
struct Running {
  std::string device;
  steady_clock::time_point ends;
  std::uint32_t notification = 0;
};

class Watch {
 public:
  Watch(const Context& context, std::unique_ptr<Desktop> desktop)
      : context_(context), desktop_(std::move(desktop)) {}

  void Take(const v1::LocalNotice& notice) {
    const Notice shown = Render(context_.language, notice);
    if (shown.title.empty()) return;
    const std::string& grant_id = notice.event().grant_id();
    const int kind = notice.event().kind();
    if (kind == v1::EVENT_KIND_GRANT_ENDED) running_.erase(grant_id);
    const std::uint32_t id = Show(shown, 0);
    if (kind == v1::EVENT_KIND_GRANT_OPENED) {
      running_[grant_id] = Running{
          NameOf(notice.event().device()),
          steady_clock::now() + std::chrono::nanoseconds(notice.grant().remaining_ns()), id};
      next_countdown_ = steady_clock::now() + kCountdown;
    }
  }

  // How long nothing has to be done.
  std::chrono::milliseconds Idle() const {
    if (running_.empty()) return std::chrono::hours(1);
    return std::max(std::chrono::milliseconds(0),
                    std::chrono::duration_cast<std::chrono::milliseconds>(next_countdown_ -
                                                                          steady_clock::now()));
  }

  void CountDown() {
    const steady_clock::time_point now = steady_clock::now();
    if (running_.empty() || now < next_countdown_) return;
    next_countdown_ = now + kCountdown;
    for (auto& [grant_id, running] : running_) {
      if (running.ends <= now) continue;
      const std::chrono::nanoseconds left = running.ends - now;
      running.notification =
          Show({Say(context_.language, Text::kNoticeLeft,
                    {{"device", running.device},
                     {"left",
                      SayDuration(context_.language, static_cast<std::uint64_t>(left.count()))}}),
                ""},
               running.notification);
    }
  }

 private:
  std::uint32_t Show(const Notice& notice, std::uint32_t replaces) {
    if (desktop_ != nullptr) return desktop_->Show(notice.title, notice.body, replaces);
    std::printf("%s%s%s\n", notice.title.c_str(), notice.body.empty() ? "" : " ",
                notice.body.c_str());
    std::fflush(stdout);
    return 0;
  }

  const Context& context_;
  std::unique_ptr<Desktop> desktop_;
  std::map<std::string, Running> running_;
  steady_clock::time_point next_countdown_;
};

}  // namespace

ExitCode RunWatch(const Context& context, Showing showing) {
  std::unique_ptr<Desktop> desktop;
  if (showing == Showing::kDesktop) {
    desktop = Desktop::Connect();
    if (desktop == nullptr) {
      std::fprintf(stderr, "sekisho: no session bus (DBUS_SESSION_BUS_ADDRESS)\n");
      return ExitCode::kUnavailable;
    }
  } else {
    std::fprintf(stderr, "%s\n", Say(context.language, Text::kWatching).c_str());
  }
  Watch watch(context, std::move(desktop));
  v1::LocalRequest request;
  request.mutable_watch();
  for (bool first = true;; first = false) {
    std::optional<Client> client = Client::Connect(context.socket);
    if (!client || !client->Send(request)) {
      if (first && showing == Showing::kTerminal) {
        const v1::LocalFailure failure = ClientFailure("agent-not-running");
        std::fprintf(stderr, "sekisho: %s\n", SayFailure(context.language, failure).c_str());
        return ExitCodeOf(failure);
      }
      std::this_thread::sleep_for(kReconnect);
      continue;
    }
    while (true) {
      std::variant<std::optional<v1::LocalReply>, v1::LocalFailure> next =
          client->Next(watch.Idle());
      if (std::holds_alternative<v1::LocalFailure>(next)) break;
      if (const auto& reply = std::get<std::optional<v1::LocalReply>>(next)) {
        if (reply->has_failure()) {
          std::fprintf(stderr, "sekisho: %s\n",
                       SayFailure(context.language, reply->failure()).c_str());
          return ExitCodeOf(reply->failure());
        }
        if (reply->has_notice()) watch.Take(reply->notice());
      }
      watch.CountDown();
    }
    std::this_thread::sleep_for(kReconnect);
  }
}

}  // namespace sekisho::cli
