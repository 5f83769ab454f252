#include "console/metrics/page.h"

#include <cmath>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sekisho::console::metrics {
namespace {

std::string Number(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e15) {
    return absl::StrCat(static_cast<long long>(value));
  }
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

std::string LabelsOf(const Family::Sample& sample) {
  std::string text;
  for (const auto& [name, value] : sample.labels) {
    absl::StrAppend(&text, text.empty() ? "{" : ",", name, "=\"",
                    absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                    "\"");
  }
  return text.empty() ? text : text + "}";
}

}  // namespace

std::string WritePage(const std::vector<Family>& families) {
  std::string page;
  for (const Family& family : families) {
    absl::StrAppend(&page, "# HELP ", family.name, " ",
                    absl::StrReplaceAll(family.help, {{"\\", "\\\\"}, {"\n", "\\n"}}), "\n# TYPE ",
                    family.name, family.type == Type::kCounter ? " counter\n" : " gauge\n");
    for (const Family::Sample& sample : family.samples) {
      absl::StrAppend(&page, family.name, LabelsOf(sample), " ", Number(sample.value), "\n");
    }
  }
  return page;
}

}  // namespace sekisho::console::metrics
