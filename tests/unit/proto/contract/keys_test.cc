#include "proto/contract/keys.h"

#include <gtest/gtest.h>

namespace sekisho::contract {
namespace {

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string Hex(const auto& bytes) { return ToHex(bytes); }

// RFC 8032, 7.1, test 2.
constexpr char kSeed[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
constexpr char kPublic[] = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
constexpr char kSignature[] =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

TEST(PrivateKey, SignsAsRfc8032Does) {
  const auto key = PrivateKey::FromSeed(FromHex(kSeed));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(Hex(key->public_key()), kPublic);
  EXPECT_EQ(Hex(key->Sign("\x72")), kSignature);
  EXPECT_EQ(key->Seed(), FromHex(kSeed));
}

TEST(PrivateKey, RefusesASeedOfAnotherLength) {
  EXPECT_TRUE(absl::IsInvalidArgument(PrivateKey::FromSeed("short").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(PrivateKey::FromSeed(std::string(33, 'x')).status()));
}

TEST(PrivateKey, StillSignsAfterItWasMoved) {
  PrivateKey key = PrivateKey::Generate();
  PrivateKey other = PrivateKey::Generate();
  const PublicKey public_key = key.public_key();
  other = std::move(key);
  const auto signature = other.Sign("m");
  EXPECT_TRUE(Verify(public_key, "m", {reinterpret_cast<const char*>(signature.data()), 64}));
}

TEST(PrivateKey, IsAnotherOneEachTime) {
  EXPECT_NE(PrivateKey::Generate().public_key(), PrivateKey::Generate().public_key());
}

TEST(Verify, RefusesAnotherMessageKeyOrSignature) {
  const PublicKey key = *ParsePublicKey(FromHex(kPublic));
  const std::string signature = FromHex(kSignature);
  EXPECT_TRUE(Verify(key, "\x72", signature));
  EXPECT_FALSE(Verify(key, "\x73", signature));
  EXPECT_FALSE(Verify(PrivateKey::Generate().public_key(), "\x72", signature));
  EXPECT_FALSE(Verify(key, "\x72", signature.substr(1)));
  EXPECT_FALSE(Verify(key, "\x72", signature + "x"));
  EXPECT_FALSE(Verify(key, "\x72", ""));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    std::string altered = signature;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(Verify(key, "\x72", altered)) << i;
  }
}

TEST(ParsePublicKey, RefusesPointsOfSmallOrderThatSignAnything) {
  EXPECT_FALSE(ParsePublicKey(std::string(32, '\0')).ok());
  EXPECT_FALSE(ParsePublicKey("\x01" + std::string(31, '\0')).ok());
  EXPECT_FALSE(ParsePublicKey(std::string(31, 'x')).ok());
}

TEST(KeyIdOf, IsTheFirstHalfOfTheHash) {
  const PublicKey key = *ParsePublicKey(FromHex(kPublic));
  EXPECT_EQ(Hex(KeyIdOf(key)), Hex(HashOf(FromHex(kPublic))).substr(0, 32));
}

TEST(HashOf, IsSha256) {
  EXPECT_EQ(Hex(HashOf("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
}

TEST(RandomBytes, AreAsManyAsAskedAndNotTheSameTwice) {
  EXPECT_EQ(RandomBytes(16).size(), 16u);
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
}

}  // namespace
}  // namespace sekisho::contract
