#include "tests/bench/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace sekisho::bench {
namespace {

std::string Number(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string Goal(const char* what, Bound bound, double limit) {
  return std::string(what) + (bound == Bound::kAtMost ? " <= " : " >= ") + Number(limit);
}

// Names and goals are ours: only what JSON must have escaped (RFC 8259, 7).
std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::optional<double> Figure::ratio() const {
  if (!yardstick.has_value() || *yardstick == 0) return std::nullopt;
  return value / *yardstick;
}

std::optional<bool> Figure::met() const {
  if (goal.empty()) return std::nullopt;
  const std::size_t limit_at = goal.find_last_of(' ');
  const double limit = std::atof(goal.c_str() + limit_at);
  const std::optional<double> held = goal.rfind("ratio", 0) == 0 ? ratio() : value;
  if (!held.has_value()) return false;
  return goal.find("<=") != std::string::npos ? *held <= limit : *held >= limit;
}

std::string RatioGoal(Bound bound, double limit) { return Goal("ratio", bound, limit); }
std::string ValueGoal(Bound bound, double limit) { return Goal("value", bound, limit); }

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) throw std::invalid_argument("no values");
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

std::string Table(const std::vector<Figure>& figures) {
  std::size_t width = 6;
  for (const Figure& figure : figures) width = std::max(width, figure.name.size());
  std::string out;
  char line[400];
  std::snprintf(line, sizeof line, "%-*s %12s %-10s %12s %8s  %-14s %s\n", static_cast<int>(width),
                "figure", "value", "unit", "yardstick", "ratio", "goal", "met");
  out += line;
  for (const Figure& figure : figures) {
    const std::optional<double> ratio = figure.ratio();
    const std::optional<bool> met = figure.met();
    std::snprintf(line, sizeof line, "%-*s %12s %-10s %12s %8s  %-14s %s\n",
                  static_cast<int>(width), figure.name.c_str(), Number(figure.value).c_str(),
                  figure.unit.c_str(), figure.yardstick ? Number(*figure.yardstick).c_str() : "-",
                  ratio ? Number(std::round(*ratio * 1000) / 1000).c_str() : "-",
                  figure.goal.empty() ? "-" : figure.goal.c_str(),
                  met ? (*met ? "yes" : "NO") : "-");
    out += line;
  }
  return out;
}

std::string Json(const std::vector<Figure>& figures) {
  std::string out = "[";
  const char* separator = "\n";
  for (const Figure& figure : figures) {
    const std::optional<double> ratio = figure.ratio();
    const std::optional<bool> met = figure.met();
    out += separator;
    out += "  {\"name\": " + Quoted(figure.name) + ", \"value\": " + Number(figure.value) +
           ", \"unit\": " + Quoted(figure.unit) +
           ", \"yardstick\": " + (figure.yardstick ? Number(*figure.yardstick) : "null") +
           ", \"ratio\": " + (ratio ? Number(*ratio) : "null") +
           ", \"goal\": " + (figure.goal.empty() ? "null" : Quoted(figure.goal)) +
           ", \"met\": " + (met ? (*met ? "true" : "false") : "null") + "}";
    separator = ",\n";
  }
  return out + "\n]\n";
}

}  // namespace sekisho::bench
