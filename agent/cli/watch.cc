// `sekisho watch`: notices as they come, and the time that an exception has left.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "agent/cli/client.h"
#include "agent/cli/command_line.h"
#include "agent/cli/desktop.h"
#include "agent/cli/notice_board.h"

namespace sekisho::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kReconnect{2};
// Whoever is not at the seat now may be later: another person's session is in front.
constexpr std::chrono::seconds kSeatAgain{10};

// The notices first, so that nothing falls between them and what stands already.
bool AskFor(Client& client) {
  v1::LocalRequest watch;
  watch.mutable_watch();
  v1::LocalRequest status;
  status.mutable_status();
  v1::LocalRequest devices;
  devices.mutable_devices();
  return client.Send(watch) && client.Send(status) && client.Send(devices);
}

// On standard output, a line each.
std::uint32_t Print(const Notice& notice) {
  std::printf("%s%s%s\n", notice.title.c_str(), notice.body.empty() ? "" : " ",
              notice.body.c_str());
  std::fflush(stdout);
  return 1;
}

class Watch {
 public:
  Watch(const Context& context, std::unique_ptr<Desktop> desktop, std::chrono::seconds every)
      : context_(context),
        desktop_(std::move(desktop)),
        board_(context.language, every, [this](const Notice& notice, std::uint32_t replaces) {
          if (desktop_ == nullptr) return Print(notice);
          return desktop_->Show(notice.title, notice.body, replaces);
        }) {}

  // Returns when there is nothing more to wait for.
  ExitCode Run() {
    for (bool first = true;; first = false) {
      if (!client_ && steady_clock::now() >= redial_) Dial();
      if (first && !client_ && desktop_ == nullptr) {
        return Complain(ClientFailure("agent-not-running"));
      }
      if (desktop_ != nullptr) {
        switch (desktop_->Process()) {
          case Desktop::Change::kNone:
            break;
          case Desktop::Change::kOtherServer:
            board_.Clear();
            if (client_ && !AskFor(*client_)) Lose(kReconnect);
            break;
          case Desktop::Change::kBusGone:
            return ExitCode::kUnavailable;
        }
      }
      board_.ShowWhatIsDue(steady_clock::now());
      Wait();
      if (const std::optional<ExitCode> end = ReadOne()) return *end;
    }
  }

 private:
  void Dial() {
    client_ = Client::Connect(context_.socket);
    if (!client_ || !AskFor(*client_)) Lose(kReconnect);
  }

  void Lose(std::chrono::seconds pause) {
    client_.reset();
    redial_ = steady_clock::now() + pause;
  }

  ExitCode Complain(const v1::LocalFailure& failure) {
    std::fprintf(stderr, "sekisho: %s\n", SayFailure(context_.language, failure).c_str());
    return ExitCodeOf(failure);
  }

  void Wait() {
    const steady_clock::time_point now = steady_clock::now();
    steady_clock::time_point until = now + std::chrono::hours(1);
    if (const auto due = board_.NextDue()) until = std::min(until, *due);
    if (!client_) until = std::min(until, redial_);
    const auto left = std::chrono::ceil<milliseconds>(until - now);
    pollfd waited[2] = {{-1, POLLIN, 0}, {-1, POLLIN, 0}};  // -1 is not waited for
    if (client_) waited[0].fd = client_->Readable();
    if (desktop_ != nullptr) waited[1].fd = desktop_->Readable();
    (void)poll(waited, 2, static_cast<int>(std::max(left, milliseconds(0)).count()));
  }

  std::optional<ExitCode> ReadOne() {
    if (!client_) return std::nullopt;
    std::variant<std::optional<v1::LocalReply>, v1::LocalFailure> next =
        client_->Next(milliseconds(0));
    if (std::holds_alternative<v1::LocalFailure>(next)) {
      Lose(kReconnect);
      return std::nullopt;
    }
    const auto& reply = std::get<std::optional<v1::LocalReply>>(next);
    if (!reply) return std::nullopt;
    if (reply->has_failure()) {
      if (desktop_ == nullptr) return Complain(reply->failure());
      Lose(kSeatAgain);
      return std::nullopt;
    }
    const steady_clock::time_point now = steady_clock::now();
    if (reply->has_notice()) board_.Take(reply->notice(), now);
    if (reply->has_status()) board_.Take(reply->status(), now);
    if (reply->has_devices()) board_.Take(reply->devices(), now);
    return std::nullopt;
  }

  const Context& context_;
  std::unique_ptr<Desktop> desktop_;  // null: standard output
  NoticeBoard board_;
  std::optional<Client> client_;
  steady_clock::time_point redial_;
};

}  // namespace

ExitCode RunWatch(const Context& context, Showing showing, std::chrono::seconds every) {
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
  return Watch(context, std::move(desktop), every).Run();
}

}  // namespace sekisho::cli
