#include "agent/engine/throttle.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"

namespace sekisho::engine {
namespace {

constexpr std::chrono::minutes kQuiet{1};

}  // namespace

void Throttle::Report(const std::string& key, v1::Event event) {
  const bool known = counted_.contains(key);
  Counted& counted =
      counted_[known || counted_.size() < kMaxKeys ? key : absl::StrCat("kind ", event.kind())];
  if (counted.reported.count() != 0 && clock_.Now() < counted.reported + kQuiet) {
    ++counted.more;
    counted.latest = std::move(event);
    return;
  }
  counted.reported = clock_.Now();
  Log(Severity::kWarning, absl::StrCat("refused: ", key));
  (void)reporter_.Record(std::move(event));  // what cannot be recorded now waits in the reporter
}

void Throttle::Flush() {
  for (auto each = counted_.begin(); each != counted_.end();) {
    Counted& counted = each->second;
    if (clock_.Now() < counted.reported + kQuiet) {
      ++each;
      continue;
    }
    if (counted.more == 0) {
      each = counted_.erase(each);
      continue;
    }
    AddParameter(counted.latest, "count", absl::StrCat(counted.more));
    (void)reporter_.Record(std::move(counted.latest));
    counted.reported = clock_.Now();
    counted.more = 0;
    counted.latest.Clear();
    ++each;
  }
}

}  // namespace sekisho::engine
