#include "platform/linux/doors/own_adapters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <utility>

namespace sekisho::platform {
namespace {

constexpr std::string_view kHeader = "sekisho-own-adapters 1";
constexpr std::size_t kMaxSerial = 64;

std::optional<unsigned> Id(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() != 4 || error != std::errc() || end != text.data() + 4) return std::nullopt;
  return value;
}

bool IsSerial(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSerial &&
         std::ranges::all_of(text, [](char each) { return each > ' ' && each < 0x7f; });
}

std::optional<OwnAdapter> ParseLine(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == line.npos ? line.npos : line.find(' ', first + 1);
  if (second == line.npos || second - first != 10 || line[first + 5] != ':') return std::nullopt;
  const std::optional<unsigned> vendor = Id(line.substr(first + 1, 4));
  const std::optional<unsigned> product = Id(line.substr(first + 6, 4));
  const std::string_view serial = line.substr(second + 1);
  OwnAdapter adapter;
  adapter.place = line.substr(0, first);
  if (!IsAdapterPlace(adapter.place) || !vendor || !product || !IsSerial(serial)) {
    return std::nullopt;
  }
  adapter.vendor_id = *vendor;
  adapter.product_id = *product;
  if (serial != "-") adapter.serial = serial;
  return adapter;
}

}  // namespace

OwnAdapter OwnAdapterOf(const Door& door, const DeviceFacts& facts) {
  OwnAdapter adapter;
  adapter.place = door.place;
  if (facts.attachment) {
    adapter.vendor_id = facts.attachment->vendor_id;
    adapter.product_id = facts.attachment->product_id;
  }
  if (IsSerial(facts.serial)) adapter.serial = facts.serial;
  return adapter;
}

std::string WriteOwnAdapters(const std::vector<OwnAdapter>& adapters) {
  std::string text(kHeader);
  text += '\n';
  for (const OwnAdapter& each : adapters) {
    std::array<char, 16> ids{};
    std::snprintf(ids.data(), ids.size(), "%04x:%04x", each.vendor_id, each.product_id);
    text += each.place + ' ' + ids.data() + ' ' + (each.serial.empty() ? "-" : each.serial) + '\n';
  }
  return text;
}

std::optional<std::vector<OwnAdapter>> ParseOwnAdapters(std::string_view text) {
  std::vector<OwnAdapter> adapters;
  bool headed = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return std::nullopt;  // cut off
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (!headed) {
      if (line != kHeader) return std::nullopt;
      headed = true;
      continue;
    }
    if (line.starts_with('#')) continue;
    std::optional<OwnAdapter> adapter = ParseLine(line);
    if (!adapter) return std::nullopt;
    adapters.push_back(std::move(*adapter));
  }
  if (!headed) return std::nullopt;
  return adapters;
}

bool IsOwnAdapter(const std::vector<OwnAdapter>& own, const OwnAdapter& adapter) {
  return std::ranges::any_of(own, [&](const OwnAdapter& each) {
    return each.vendor_id == adapter.vendor_id && each.product_id == adapter.product_id &&
           (each.place == adapter.place || (!each.serial.empty() && each.serial == adapter.serial));
  });
}

}  // namespace sekisho::platform
