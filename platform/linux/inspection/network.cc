#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "platform/linux/dpkg_database.h"
#include "platform/linux/inspection/inspection.h"

namespace sekisho::platform {
namespace {

// An address as 128 bits; IPv4 in its first 32.
using Address = std::array<std::uint8_t, 16>;

struct Route {
  std::string interface;
  int prefix = -1;  // bits
  unsigned metric = 0;
};

unsigned Number(std::string_view text, int base) {
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

bool Covers(const Address& destination, int prefix, const Address& address) {
  for (int bit = 0; bit < prefix; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> (bit % 8));
    const auto byte = static_cast<std::size_t>(bit / 8);
    if ((destination[byte] & mask) != (address[byte] & mask)) return false;
  }
  return true;
}

// The longest prefix, then the lowest metric. Without an address: the default route alone.
void Prefer(Route& best, Route candidate, const Address& destination,
            const std::optional<Address>& address) {
  if (address ? !Covers(destination, candidate.prefix, *address) : candidate.prefix != 0) return;
  if (candidate.prefix > best.prefix ||
      (candidate.prefix == best.prefix && candidate.metric < best.metric)) {
    best = std::move(candidate);
  }
}

// proc(5), /proc/net/route: numbers are hexadecimal, in the byte order of the network read as the
// machine's.
Route RouteV4(Looker& looker, const std::optional<Address>& address) {
  Route best;
  const std::string text = looker.Text("/proc/net/route").value_or("");
  for (const std::string_view line : Lines(text)) {
    const std::vector<std::string_view> words = Words(line);
    if (words.size() < 8 || words[0] == "Iface") continue;
    constexpr unsigned kUp = 1, kReject = 0x200;
    const unsigned flags = Number(words[3], 16);
    if ((flags & kUp) == 0 || (flags & kReject) != 0) continue;
    const unsigned destination = Number(words[1], 16);
    Address bytes{};
    for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(destination >> 8 * i);
    Route route{std::string(words[0]), __builtin_popcount(Number(words[7], 16)),
                Number(words[6], 10)};
    Prefer(best, std::move(route), bytes, address);
  }
  return best;
}

Route RouteV6(Looker& looker, const std::optional<Address>& address) {
  Route best;
  const std::string text = looker.Text("/proc/net/ipv6_route").value_or("");
  for (const std::string_view line : Lines(text)) {
    const std::vector<std::string_view> words = Words(line);
    constexpr unsigned kReject = 0x200;
    if (words.size() < 10 || words[9] == "lo" || words[0].size() != 32) continue;
    if ((Number(words[8], 16) & kReject) != 0) continue;
    Address bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(Number(words[0].substr(2 * i, 2), 16));
    }
    Route route{std::string(words[9]), static_cast<int>(Number(words[1], 16)),
                Number(words[5], 16)};
    Prefer(best, std::move(route), bytes, address);
  }
  return best;
}

Route RouteTo(Looker& looker, const std::string& console_address) {
  Address address{};
  if (inet_pton(AF_INET, console_address.c_str(), address.data()) == 1) {
    return RouteV4(looker, address);
  }
  if (inet_pton(AF_INET6, console_address.c_str(), address.data()) == 1) {
    return RouteV6(looker, address);
  }
  Route route = RouteV4(looker, std::nullopt);
  return route.interface.empty() ? RouteV6(looker, std::nullopt) : route;
}

// What carries an interface: itself, or what lies below a bridge, bond or VLAN.
void AddCarriers(Looker& looker, const std::string& interface, MachineFacts& facts, int depth) {
  constexpr int kDeepest = 8;
  const std::string directory = "/sys/class/net/" + interface;
  bool stacked = false;
  if (depth < kDeepest) {
    for (const std::string& name : looker.Names(directory)) {
      // Of a bridge its ports; of the others what they lie on.
      if (name.starts_with("lower_")) {
        stacked = true;
        AddCarriers(looker, name.substr(6), facts, depth + 1);
      }
    }
  }
  if (stacked) return;
  NetworkPathFacts path;
  path.interface = interface;
  path.port_path = UsbPortOf(looker.Resolve(directory + "/device"));
  if (!path.port_path.empty()) path.attachment = NetworkPathFacts::Attachment::kUsb;
  if (looker.Exists(directory + "/phy80211") || looker.Exists(directory + "/wireless")) {
    path.medium = NetworkPathFacts::Medium::kWireless;
  }
  if (!looker.Exists(directory + "/device")) {
    looker.Unseen(interface + ": what carries this network interface");
  }
  facts.network.push_back(std::move(path));
}

}  // namespace

void InspectNetwork(Looker& looker, const std::string& console_address, MachineFacts& facts) {
  const Route route = RouteTo(looker, console_address);
  // A console on this machine needs no adapter.
  if (!route.interface.empty() && route.interface != "lo") {
    AddCarriers(looker, route.interface, facts, 0);
  }
}

}  // namespace sekisho::platform
