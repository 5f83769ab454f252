#include "platform/linux/systemd_manager.h"

#include <systemd/sd-bus.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

constexpr std::uint64_t kCallTimeoutUsec = 5'000'000;
constexpr const char* kDestination = "org.freedesktop.systemd1";
constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";

struct BusClose {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
struct MessageUnref {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, BusClose>;
using Message = std::unique_ptr<sd_bus_message, MessageUnref>;

Result<Bus> Connect() {
  sd_bus* raw = nullptr;
  if (sd_bus_new(&raw) >= 0) {
    Bus direct(raw);
    if (sd_bus_set_address(direct.get(), "unix:path=/run/systemd/private") >= 0 &&
        sd_bus_start(direct.get()) >= 0) {
      return direct;
    }
  }
  if (const int r = sd_bus_open_system(&raw); r < 0) return MakeFailure(-r, "reach systemd");
  return Bus(raw);
}

Result<Message> NewCall(sd_bus* bus, const char* method) {
  sd_bus_message* raw = nullptr;
  const int r = sd_bus_message_new_method_call(bus, &raw, kDestination, kPath, kManager, method);
  if (r < 0) return MakeFailure(-r, std::string("call ") + method);
  return Message(raw);
}

Result<Message> Call(sd_bus* bus, const Message& call, const std::string& step) {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  sd_bus_message* raw = nullptr;
  const int r = sd_bus_call(bus, call.get(), kCallTimeoutUsec, &error, &raw);
  if (r >= 0) return Message(raw);
  const bool exists = error.name != nullptr &&
                      std::string_view(error.name) == "org.freedesktop.systemd1.UnitExists";
  std::string what = step;
  if (error.message != nullptr) what += std::string(" (") + error.message + ")";
  sd_bus_error_free(&error);
  return MakeFailure(exists ? EEXIST : -r, std::move(what));
}

// sd_bus calls in a row: the first failure stands, the rest is passed over.
class Builder {
 public:
  explicit Builder(sd_bus_message* message) : message_(message) {}
  template <typename... Arguments>
  Builder& Append(const char* types, Arguments... arguments) {
    if (result_ >= 0) result_ = sd_bus_message_append(message_, types, arguments...);
    return *this;
  }
  Builder& Open(char type, const char* contents) {
    if (result_ >= 0) result_ = sd_bus_message_open_container(message_, type, contents);
    return *this;
  }
  Builder& Close() {
    if (result_ >= 0) result_ = sd_bus_message_close_container(message_);
    return *this;
  }
  // ExecStart: a(sasb), one command whose failure counts.
  Builder& Command(const std::vector<std::string>& command) {
    Open('r', "sv").Append("s", "ExecStart").Open('v', "a(sasb)").Open('a', "(sasb)");
    Open('r', "sasb").Append("s", command.front().c_str()).Open('a', "s");
    for (const std::string& word : command) Append("s", word.c_str());
    return Close().Append("b", 0).Close().Close().Close().Close();
  }
  int result() const { return result_; }

 private:
  sd_bus_message* message_;
  int result_ = 0;
};

}  // namespace

Outcome StartTransientTimer(const std::string& name, const std::string& description,
                            std::chrono::nanoseconds after, Wake wake,
                            const std::vector<std::string>& command) {
  const std::string timer = name + ".timer";
  const std::string service = name + ".service";
  const std::string step = "start " + timer;
  Result<Bus> bus = Connect();
  if (!bus.ok()) return bus.failure();
  Result<Message> call = NewCall(bus->get(), "StartTransientUnit");
  if (!call.ok()) return call.failure();
  const auto usec = static_cast<std::uint64_t>(
      std::chrono::ceil<std::chrono::microseconds>(std::max(after, std::chrono::nanoseconds(1)))
          .count());

  Builder message(call->get());
  message.Append("ss", timer.c_str(), "fail").Open('a', "(sv)");
  message.Append("(sv)", "Description", "s", description.c_str());
  message.Append("(sv)", "TimersMonotonic", "a(st)", 1, "OnActiveSec", usec);
  message.Append("(sv)", "AccuracyUSec", "t", std::uint64_t{1000});
  message.Append("(sv)", "RemainAfterElapse", "b", 0);
  if (wake == Wake::kWakeSystem) message.Append("(sv)", "WakeSystem", "b", 1);
  message.Close().Open('a', "(sa(sv))").Open('r', "sa(sv)");
  message.Append("s", service.c_str()).Open('a', "(sv)");
  message.Append("(sv)", "Description", "s", description.c_str());
  message.Append("(sv)", "Type", "s", "oneshot");
  message.Append("(sv)", "CollectMode", "s", "inactive-or-failed");
  message.Append("(sv)", "TimeoutStartUSec", "t", std::uint64_t{120'000'000});
  message.Command(command).Close().Close().Close();
  if (message.result() < 0) return MakeFailure(-message.result(), step);
  Result<Message> reply = Call(bus->get(), *call, step);
  if (!reply.ok()) return reply.failure();
  return Done{};
}

Outcome StartUnit(const std::string& unit) {
  Result<Bus> bus = Connect();
  if (!bus.ok()) return bus.failure();
  Result<Message> call = NewCall(bus->get(), "StartUnit");
  if (!call.ok()) return call.failure();
  Builder message(call->get());
  message.Append("ss", unit.c_str(), "replace");
  if (message.result() < 0) return MakeFailure(-message.result(), "start " + unit);
  Result<Message> reply = Call(bus->get(), *call, "start " + unit);
  if (!reply.ok()) return reply.failure();
  return Done{};
}

Outcome StopUnits(const std::string& pattern, const std::string& except) {
  const std::string step = "stop " + pattern;
  Result<Bus> bus = Connect();
  if (!bus.ok()) return bus.failure();
  Result<Message> list = NewCall(bus->get(), "ListUnitsByPatterns");
  if (!list.ok()) return list.failure();
  Builder message(list->get());
  message.Append("as", 0).Append("as", 1, pattern.c_str());
  if (message.result() < 0) return MakeFailure(-message.result(), step);
  Result<Message> units = Call(bus->get(), *list, step);
  if (!units.ok()) return units.failure();

  std::vector<std::string> names;
  int r = sd_bus_message_enter_container(units->get(), 'a', "(ssssssouso)");
  const char* name = nullptr;
  while (r > 0 &&
         (r = sd_bus_message_read(units->get(), "(ssssssouso)", &name, nullptr, nullptr, nullptr,
                                  nullptr, nullptr, nullptr, nullptr, nullptr, nullptr)) > 0) {
    if (name != except) names.emplace_back(name);
  }
  if (r < 0) return MakeFailure(-r, step);
  for (const std::string& unit : names) {
    Result<Message> stop = NewCall(bus->get(), "StopUnit");
    if (!stop.ok()) return stop.failure();
    Builder stopping(stop->get());
    stopping.Append("ss", unit.c_str(), "replace");
    if (stopping.result() < 0) return MakeFailure(-stopping.result(), "stop " + unit);
    Result<Message> reply = Call(bus->get(), *stop, "stop " + unit);
    if (!reply.ok()) return reply.failure();
  }
  return Done{};
}

}  // namespace sekisho::platform
