#include "tests/bench/decide_yardstick.h"

#ifdef SEKISHO_BENCH_USBGUARD
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <usbguard/MemoryRuleSet.hpp>
#include <usbguard/Rule.hpp>
#endif

namespace sekisho::bench {

#ifdef SEKISHO_BENCH_USBGUARD

std::optional<Yardstick> MakeYardstick(const std::vector<std::string>& rules,
                                       const std::vector<std::string>& devices) {
  auto set = std::make_shared<usbguard::MemoryRuleSet>(nullptr);
  auto places = std::make_shared<std::unordered_map<std::uint32_t, std::size_t>>();
  set->setDefaultTarget(usbguard::Rule::Target::Block);
  set->setWritable();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    (*places)[set->appendRule(usbguard::Rule::fromString(rules[i]))] = i;
  }
  std::vector<std::shared_ptr<const usbguard::Rule>> plugged;
  for (const std::string& device : devices) {
    plugged.push_back(std::make_shared<usbguard::Rule>(usbguard::Rule::fromString(device)));
  }
  return Yardstick{[set, places, plugged](std::size_t i) -> std::optional<std::size_t> {
    const std::shared_ptr<usbguard::Rule> found = set->getFirstMatchingRule(plugged[i]);
    const auto place = places->find(found->getRuleID());
    if (place == places->end()) return std::nullopt;  // the implicit one
    return place->second;
  }};
}

#else

std::optional<Yardstick> MakeYardstick(const std::vector<std::string>&,
                                       const std::vector<std::string>&) {
  return std::nullopt;
}

#endif

}  // namespace sekisho::bench
