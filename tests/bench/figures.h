#ifndef SEKISHO_TESTS_BENCH_FIGURES_H_
#define SEKISHO_TESTS_BENCH_FIGURES_H_

#include <optional>
#include <string>
#include <vector>

namespace sekisho::bench {

// One measured value beside its yardstick, taken in the same run.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  // What the value is held against; none: the figure stands alone.
  std::optional<double> yardstick;
  // e.g. "ratio <= 1.25", "value <= 2"; empty: measured for the record, nothing promised.
  std::string goal;
  // value / yardstick; none without a yardstick.
  std::optional<double> ratio() const;
  // none without a goal.
  std::optional<bool> met() const;
};

enum class Bound { kAtMost, kAtLeast };
std::string RatioGoal(Bound bound, double limit);
std::string ValueGoal(Bound bound, double limit);

double Median(std::vector<double> values);
// The value that a share `q` of all are at or below (nearest rank).
double Quantile(std::vector<double> values, double q);

// For people.
std::string Table(const std::vector<Figure>& figures);
// A list of {"name", "value", "unit", "yardstick", "ratio", "goal", "met"}; what is none is null.
std::string Json(const std::vector<Figure>& figures);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_FIGURES_H_
