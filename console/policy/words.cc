#include <algorithm>
#include <limits>

#include "absl/strings/numbers.h"
#include "console/policy/yaml.h"

namespace sekisho::console::policy {
namespace {

// Levenshtein's distance.
std::size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::uint32_t> ParseSeconds(const std::string& text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t unit = 1;
  std::string number = text;
  switch (text.back()) {
    case 's':
      unit = 1;
      break;
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'd':
      unit = 86400;
      break;
    default:
      number += 's';
  }
  number.pop_back();
  std::uint32_t count = 0;
  if (number.empty() || !std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }) ||
      !absl::SimpleAtoi(number, &count)) {
    return std::nullopt;
  }
  const std::uint64_t seconds = count * unit;
  if (seconds > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(seconds);
}

std::string NearestOf(const std::string& word, const std::vector<std::string>& candidates) {
  if (word.size() > 64) return "";
  std::string nearest;
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = Distance(word, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace sekisho::console::policy
