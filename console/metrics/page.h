#ifndef SEKISHO_CONSOLE_METRICS_PAGE_H_
#define SEKISHO_CONSOLE_METRICS_PAGE_H_

#include <string>
#include <utility>
#include <vector>

namespace sekisho::console::metrics {

enum class Type { kGauge, kCounter };

// One metric with its samples. By Prometheus' rules for names: a counter's ends with _total, units
// are base units (seconds, bytes) and stand before that.
struct Family {
  std::string name;
  Type type = Type::kGauge;
  std::string help;
  struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
  };
  std::vector<Sample> samples;
};

// Text format 0.0.4: HELP and TYPE before each family, label values escaped.
std::string WritePage(const std::vector<Family>& families);

}  // namespace sekisho::console::metrics

#endif  // SEKISHO_CONSOLE_METRICS_PAGE_H_
