#ifndef SEKISHO_TESTS_BENCH_IDLE_AGENTD_H_
#define SEKISHO_TESTS_BENCH_IDLE_AGENTD_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::bench {

// What an idle sekisho-agentd costs.
struct IdleCost {
  double private_kib = 0;  // of its own memory
  double wakeups = 0;      // voluntary context switches in `kIdle`
};
inline constexpr std::chrono::seconds kIdle{60};

// Starts the program `agentd` once for each size of a media register, enrolled and with the
// register on disk, in namespaces of its own without this machine's devices, and measures them side
// by side from their second minute on. There is no console: what a status each minute costs is not
// in it. Nothing without root, or when one does not come up (said on standard error).
std::optional<std::vector<IdleCost>> MeasureIdleAgentd(const std::string& agentd,
                                                       const std::string& folder,
                                                       const std::vector<int>& sizes);

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_IDLE_AGENTD_H_
