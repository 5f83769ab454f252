#ifndef SEKISHO_TESTS_BENCH_DECIDE_YARDSTICK_H_
#define SEKISHO_TESTS_BENCH_DECIDE_YARDSTICK_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::bench {

// libusbguard with rules and devices in its own language.
struct Yardstick {
  // The place of the first rule that matches the device of that place; none: no rule does.
  std::function<std::optional<std::size_t>(std::size_t)> first_match;
};
// None: this build has no libusbguard.
std::optional<Yardstick> MakeYardstick(const std::vector<std::string>& rules,
                                       const std::vector<std::string>& devices);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_DECIDE_YARDSTICK_H_
