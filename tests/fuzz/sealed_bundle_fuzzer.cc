// A bundle: forged it is refused, signed it is taken whole or not at all.
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "sekisho/v1/policy.pb.h"
#include "tests/fuzz/sealed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  if (size > contract::kMaxSealedPayload) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  fuzz::CheckNotForged(bytes, v1::PURPOSE_BUNDLE);
  const auto bundle = fuzz::CheckSigned<v1::Bundle>(bytes, v1::PURPOSE_BUNDLE);
  if (!bundle.ok()) return 0;
  const auto policy = contract::ToCore(*bundle);
  if (!policy.ok()) return 0;
  FUZZ_CHECK(policy->version == bundle->version());
  const auto again = contract::ToCore(contract::ToProto(*policy));
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->rules == policy->rules);
  FUZZ_CHECK(again->exceptions == policy->exceptions);
  FUZZ_CHECK(again->texts == policy->texts);
  return 0;
}
