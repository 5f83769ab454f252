#include "tests/bench/decide.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>
#include <stdexcept>
#include <string>

#include "agent/core/classify.h"
#include "agent/core/decide.h"
#include "agent/core/rule_index.h"
#include "tests/bench/decide_yardstick.h"

namespace sekisho::bench {
namespace {

constexpr unsigned kSeed = 20260401;
constexpr std::size_t kDevices = 128;
constexpr int kRounds = 5;
// What is timed takes at least so long, or no clock would see it.
constexpr std::chrono::milliseconds kLeastRound{50};

std::string Hex(unsigned value, int digits) {
  char text[8];
  std::snprintf(text, sizeof text, "%0*x", digits, value);
  return text;
}

// One rule or device, in both languages.
struct Pair {
  core::DeviceRule rule;
  std::string text;
};
struct Plugged {
  core::Device device;
  std::string text;
};

// A make is one of 64 vendors' 256 products, a serial one of a million: as an office's list grows,
// devices of the same makes come to it, and now and then one is listed twice.
class Mix {
 public:
  // 70 of 100 name one device, 8 a make; 6 are wildcards of a vendor, 8 ask interface types, 4 of a
  // vendor at certain hours, 4 a port. None ends the search for a stick at once, as a rule about
  // all storage would for both.
  Pair DrawRule(std::size_t place) {
    Pair pair;
    pair.rule.id = "r" + std::to_string(place);
    pair.rule.action = Below(2) == 0 ? core::Action::kAllow : core::Action::kBlock;
    pair.text = pair.rule.action == core::Action::kAllow ? "allow" : "block";
    core::DeviceMatch& match = pair.rule.match;
    const unsigned kind = Below(100);
    if (kind < 70) {
      AddId(match, pair.text, DrawVendor(), DrawProduct());
      match.serial = DrawSerial();
      pair.text += " serial \"" + match.serial + "\"";
    } else if (kind < 78) {
      AddId(match, pair.text, DrawVendor(), DrawProduct());
      AddPort(match, pair.text);
    } else if (kind < 84) {
      AddId(match, pair.text, DrawVendor(), 0);
      AddInterfaces(match, pair.text);
    } else if (kind < 92) {
      AddInterfaces(match, pair.text);
    } else if (kind < 96) {
      AddId(match, pair.text, DrawVendor(), 0);
      AddHours(match, pair.text);
    } else {
      AddPort(match, pair.text);
      AddInterfaces(match, pair.text);
    }
    return pair;
  }

  // Every other one is listed somewhere in `rules`, the rest are strangers of the same makes.
  Plugged DrawDevice(const std::vector<Pair>& rules, std::size_t place) {
    unsigned vendor = DrawVendor();
    unsigned product = DrawProduct();
    std::string serial = DrawSerial();
    if (place % 2 == 0) {
      for (std::size_t tries = 0; tries < 1000; ++tries) {
        const core::DeviceMatch& match = rules[random_() % rules.size()].rule.match;
        if (match.serial.empty()) continue;
        vendor = *match.vendor_id;
        product = *match.product_id;
        serial = match.serial;
        break;
      }
    }
    Plugged plugged;
    core::Device& device = plugged.device;
    device.vendor_id = static_cast<std::uint16_t>(vendor);
    device.product_id = static_cast<std::uint16_t>(product);
    device.serial = serial;
    device.product = "Mass Storage";
    device.port_path = DrawPort();
    for (std::uint8_t& each : device.fingerprint) each = static_cast<std::uint8_t>(random_());
    device.interfaces = {{0, 8, 6, 0x50}};
    device.classes = core::Classify({}, device.interfaces);
    plugged.text = "allow id " + Hex(vendor, 4) + ":" + Hex(product, 4) + " serial \"" + serial +
                   "\" name \"Mass Storage\" hash \"" + std::to_string(random_()) +
                   "\" parent-hash \"0\" via-port \"" + device.port_path +
                   "\" with-interface 08:06:50";
    return plugged;
  }

 private:
  unsigned Below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  unsigned DrawVendor() { return 0x0700 + Below(64); }
  unsigned DrawProduct() { return 0x5500 + Below(256); }
  std::string DrawSerial() { return "SN" + std::to_string(1'000'000 + Below(1'000'000)); }
  std::string DrawPort() {
    return std::to_string(1 + Below(4)) + "-" + std::to_string(1 + Below(8)) + "." +
           std::to_string(1 + Below(8));
  }

  static void AddId(core::DeviceMatch& match, std::string& text, unsigned vendor,
                    unsigned product) {
    match.vendor_id = static_cast<std::uint16_t>(vendor);
    if (product != 0) match.product_id = static_cast<std::uint16_t>(product);
    text += " id " + Hex(vendor, 4) + ":" + (product == 0 ? "*" : Hex(product, 4));
  }
  void AddPort(core::DeviceMatch& match, std::string& text) {
    match.port_path = DrawPort();
    text += " via-port \"" + match.port_path + "\"";
  }
  // Of the classes that a stick is none of.
  void AddInterfaces(core::DeviceMatch& match, std::string& text) {
    constexpr unsigned kClasses[] = {0x01, 0x02, 0x03, 0x06, 0x07, 0x0b, 0x0e, 0xe0, 0xff};
    const bool all = Below(2) == 0;
    core::InterfaceMatch& interfaces = match.interfaces.emplace();
    interfaces.quantifier =
        all ? core::InterfaceQuantifier::kAllOf : core::InterfaceQuantifier::kOneOf;
    text += all ? " with-interface all-of {" : " with-interface one-of {";
    for (unsigned i = 0, count = 1 + Below(3); i < count; ++i) {
      const unsigned class_code = kClasses[Below(std::size(kClasses))];
      core::InterfaceType& type = interfaces.types.emplace_back();
      type.class_code = static_cast<std::uint8_t>(class_code);
      text += " " + Hex(class_code, 2);
      if (Below(2) == 0) {
        type.subclass_code = static_cast<std::uint8_t>(Below(256));
        text += ":" + Hex(*type.subclass_code, 2) + ":*";
      } else {
        text += ":*:*";
      }
    }
    text += " }";
  }
  // An hour of every day, which is not now.
  void AddHours(core::DeviceMatch& match, std::string& text) {
    const unsigned hour = (Now().minute / 60 + 2 + Below(20)) % 24;
    match.hours.push_back({.weekdays = 0,
                           .from_minute = static_cast<std::uint16_t>(hour * 60),
                           .until_minute = static_cast<std::uint16_t>(hour * 60 + 59)});
    const std::string two = (hour < 10 ? "0" : "") + std::to_string(hour);
    text += " if localtime(" + two + ":00-" + two + ":59)";
  }

 public:
  static core::LocalTime Now() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    return {.weekday = static_cast<unsigned>(local.tm_wday + 6) % 7,
            .minute = static_cast<unsigned>(local.tm_hour * 60 + local.tm_min)};
  }

 private:
  std::mt19937 random_{kSeed};
};

// What this thread has had of a processor: what else the machine does takes nothing from either side.
std::chrono::nanoseconds Spent() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

// Nanoseconds a call; `ask` is called with each device in turn.
double Time(const std::function<void(std::size_t)>& ask, std::size_t devices) {
  std::vector<double> rounds;
  for (int round = 0; round < kRounds; ++round) {
    std::size_t calls = 0;
    const std::chrono::nanoseconds begin = Spent();
    std::chrono::nanoseconds taken{};
    do {
      for (std::size_t i = 0; i < devices; ++i) ask(i);
      calls += devices;
      taken = Spent() - begin;
    } while (taken < kLeastRound);
    rounds.push_back(static_cast<double>(taken.count()) /
                     static_cast<double>(calls));
  }
  return Median(rounds);
}

struct Times {
  double decide = 0;
  std::optional<double> yardstick;
};

Times MeasureOne(std::size_t count) {
  Mix mix;
  std::vector<Pair> rules;
  for (std::size_t i = 0; i < count; ++i) rules.push_back(mix.DrawRule(i));
  std::vector<Plugged> devices;
  for (std::size_t i = 0; i < kDevices; ++i) devices.push_back(mix.DrawDevice(rules, i));

  core::Policy policy;
  policy.version = 1;
  for (const Pair& each : rules) policy.rules.push_back(each.rule);
  policy = core::WithIndex(std::move(policy));
  core::Situation situation;
  situation.policy = &policy;
  situation.surroundings.local_time = Mix::Now();
  std::size_t kept = 0;
  Times times;
  times.decide = Time(
      [&](std::size_t i) { kept += core::Decide(devices[i].device, situation).rule_id.size(); },
      devices.size());
  if (kept == 0) throw std::runtime_error("no device met any rule");

  std::vector<std::string> rule_texts;
  for (const Pair& each : rules) rule_texts.push_back(each.text);
  std::vector<std::string> device_texts;
  for (const Plugged& each : devices) device_texts.push_back(each.text);
  const std::optional<Yardstick> yardstick = MakeYardstick(rule_texts, device_texts);
  if (!yardstick) return times;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const std::optional<std::size_t> theirs = yardstick->first_match(i);
    const std::string ours = core::Decide(devices[i].device, situation).rule_id;
    if (ours != (theirs ? "r" + std::to_string(*theirs) : "")) {
      throw std::runtime_error("libusbguard finds rule " +
                               (theirs ? std::to_string(*theirs) : "none") + " for \"" +
                               device_texts[i] + "\", Decide finds " + ours);
    }
  }
  times.yardstick = Time([&](std::size_t i) { yardstick->first_match(i); }, devices.size());
  return times;
}

}  // namespace

std::vector<Figure> MeasureDecide() {
  std::vector<Figure> figures;
  double least = 0;
  double most = 0;
  for (const std::size_t count : {10u, 1'000u, 10'000u, 100'000u}) {
    const Times times = MeasureOne(count);
    if (count == 10) least = times.decide;
    most = times.decide;
    Figure figure{.name = "decide." + std::to_string(count) + "-rules",
                  .value = times.decide,
                  .unit = "ns",
                  .yardstick = times.yardstick,
                  .goal = ""};
    if (count == 100'000) {
      figure.goal = ValueGoal(Bound::kAtMost, 1000);
      figures.push_back(figure);
      figure.name += "/times-faster";
      figure.unit = "x";
      figure.value = times.yardstick.value_or(0) / times.decide;
      figure.yardstick.reset();
      figure.goal = ValueGoal(Bound::kAtLeast, 10'000);
      if (times.yardstick) figures.push_back(figure);
      continue;
    }
    figures.push_back(figure);
  }
  figures.push_back({.name = "decide.100000-rules-against-10",
                     .value = most,
                     .unit = "ns",
                     .yardstick = least,
                     .goal = ""});
  return figures;
}

}  // namespace sekisho::bench
