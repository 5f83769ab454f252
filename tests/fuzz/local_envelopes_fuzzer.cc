// Packets on the local sockets, before anyone is asked what they want.
#include "proto/contract/bounds.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/local.pb.h"
#include "tests/fuzz/check.h"

namespace {

// Taken whole or refused; what is taken is bounded, comes back the same, and with one field that
// nobody knows it is refused.
template <typename Message>
void Check(const std::string& packet) {
  const auto message = sekisho::contract::ParseStrictly<Message>(packet);
  if (!message.ok()) return;
  FUZZ_CHECK(sekisho::contract::CheckBounds(*message).ok());
  const std::string written = message->SerializeAsString();
  const auto again = sekisho::contract::ParseStrictly<Message>(written);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->SerializeAsString() == written);
  FUZZ_CHECK(!sekisho::contract::ParseStrictly<Message>(packet + "\xc0\x3e\x01").ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string packet(reinterpret_cast<const char*>(data), size);
  Check<sekisho::v1::LocalRequest>(packet);
  Check<sekisho::v1::LocalReply>(packet);
  Check<sekisho::v1::LinkUp>(packet);
  Check<sekisho::v1::LinkDown>(packet);
  return 0;
}
