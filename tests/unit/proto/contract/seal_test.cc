#include "proto/contract/seal.h"

#include <gtest/gtest.h>

#include "proto/contract/bounds.h"
#include "sekisho/v1/grant.pb.h"

namespace sekisho::contract {
namespace {

constexpr char kDomain[] = "komae";

std::string Bytes(const PublicKey& key) { return {key.begin(), key.end()}; }

class SealTest : public testing::Test {
 protected:
  SealTest() : ring_(kDomain) {
    ring_.Add(v1::PURPOSE_GRANT, grant_.public_key());
    ring_.Add(v1::PURPOSE_BUNDLE, bundle_.public_key());
  }
  v1::Sealed SealedGrant() const { return Seal(grant_, kDomain, v1::PURPOSE_GRANT, "payload"); }
  // "ok", or the stable word of the refusal.
  std::string Word(const v1::Sealed& sealed, v1::Purpose wanted = v1::PURPOSE_GRANT) const {
    const auto opened = ring_.Open(sealed, wanted);
    return opened.ok() ? "ok" : std::string(opened.status().message());
  }

  PrivateKey grant_ = PrivateKey::Generate();
  PrivateKey bundle_ = PrivateKey::Generate();
  PrivateKey root_ = PrivateKey::Generate();
  KeyRing ring_;
};

TEST_F(SealTest, WhatWasSealedOpens) {
  const auto opened = ring_.Open(SealedGrant(), v1::PURPOSE_GRANT);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(*opened, "payload");
}

TEST_F(SealTest, SignedBytesAreTheOnesThatTheProtoDescribes) {
  KeyId key_id;
  key_id.fill(0xab);
  const std::string expected = std::string("sekisho.v1\0", 11) + std::string("\0\0\0\5komae", 9) +
                               std::string("\0\0\0\3", 4) + std::string("\0\0\0\x10", 4) +
                               std::string(16, '\xab') + "payload";
  EXPECT_EQ(SignedBytes(kDomain, v1::PURPOSE_GRANT, key_id, "payload"), expected);
}

TEST_F(SealTest, AForgedPayloadIsRefused) {
  v1::Sealed sealed = SealedGrant();
  sealed.set_payload("payloaD");
  EXPECT_EQ(Word(sealed), "bad_signature");
  EXPECT_TRUE(absl::IsPermissionDenied(ring_.Open(sealed, v1::PURPOSE_GRANT).status()));
}

TEST_F(SealTest, EveryAlteredBitOfTheSignatureIsRefused) {
  const v1::Sealed sealed = SealedGrant();
  for (std::size_t bit = 0; bit < 64 * 8; ++bit) {
    v1::Sealed altered = sealed;
    (*altered.mutable_signature())[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_EQ(Word(altered), "bad_signature") << bit;
  }
}

TEST_F(SealTest, AKeyThatNobodyAddedIsRefused) {
  const PrivateKey stranger = PrivateKey::Generate();
  EXPECT_EQ(Word(Seal(stranger, kDomain, v1::PURPOSE_GRANT, "payload")), "unknown_key");
}

TEST_F(SealTest, AStrangersSignatureUnderAKnownKeyIdIsRefused) {
  const PrivateKey stranger = PrivateKey::Generate();
  v1::Sealed sealed = Seal(stranger, kDomain, v1::PURPOSE_GRANT, "payload");
  sealed.set_key_id(SealedGrant().key_id());
  EXPECT_EQ(Word(sealed), "bad_signature");
}

TEST_F(SealTest, AnotherOrganisationsSignatureByTheSameKeyIsRefused) {
  EXPECT_EQ(Word(Seal(grant_, "inagi", v1::PURPOSE_GRANT, "payload")), "bad_signature");
}

TEST_F(SealTest, ASignatureForOnePurposeIsNotReplayedForAnother) {
  v1::Sealed sealed = Seal(bundle_, kDomain, v1::PURPOSE_BUNDLE, "payload");
  EXPECT_EQ(Word(sealed), "wrong_purpose");
  sealed.set_purpose(v1::PURPOSE_GRANT);
  EXPECT_EQ(Word(sealed), "key_of_another_purpose");
  sealed.set_key_id(SealedGrant().key_id());
  EXPECT_EQ(Word(sealed), "bad_signature");
}

TEST_F(SealTest, AKeyOfTwoPurposesDoesNotMixThem) {
  ring_.Add(v1::PURPOSE_GRANT_REVOCATION, grant_.public_key());
  v1::Sealed sealed = Seal(grant_, kDomain, v1::PURPOSE_GRANT_REVOCATION, "payload");
  EXPECT_EQ(Word(sealed, v1::PURPOSE_GRANT_REVOCATION), "ok");
  EXPECT_EQ(Word(SealedGrant()), "ok");
  sealed.set_purpose(v1::PURPOSE_GRANT);
  EXPECT_EQ(Word(sealed), "bad_signature");
}

TEST_F(SealTest, MalformedSealsAreRefusedBeforeAnyCryptography) {
  v1::Sealed sealed = SealedGrant();
  sealed.set_purpose(v1::PURPOSE_UNSPECIFIED);
  EXPECT_EQ(Word(sealed), "purpose");
  sealed.set_purpose(static_cast<v1::Purpose>(99));
  EXPECT_EQ(Word(sealed), "purpose");
  sealed = SealedGrant();
  sealed.set_key_id("short");
  EXPECT_EQ(Word(sealed), "key_id");
  sealed = SealedGrant();
  sealed.mutable_signature()->pop_back();
  EXPECT_EQ(Word(sealed), "signature_length");
  EXPECT_TRUE(absl::IsInvalidArgument(ring_.Open(sealed, v1::PURPOSE_GRANT).status()));
  EXPECT_EQ(Word(v1::Sealed()), "purpose");
}

TEST_F(SealTest, APayloadAboveTheBoundIsRefusedThoughItsSignatureIsGood) {
  const std::string most(kMaxSealedPayload, 'x');
  EXPECT_EQ(Word(Seal(grant_, kDomain, v1::PURPOSE_GRANT, most)), "ok");
  EXPECT_EQ(Word(Seal(grant_, kDomain, v1::PURPOSE_GRANT, most + "x")), "payload_too_large");
}

TEST_F(SealTest, NothingIsParsedBeforeItsSignatureIsGood) {
  const v1::Sealed garbage = Seal(PrivateKey::Generate(), kDomain, v1::PURPOSE_GRANT, "\xff\xff");
  EXPECT_TRUE(absl::IsPermissionDenied(
      OpenAndParse<v1::GrantClaims>(ring_, garbage, v1::PURPOSE_GRANT).status()));
  const v1::Sealed signed_garbage = Seal(grant_, kDomain, v1::PURPOSE_GRANT, "\xff\xff");
  EXPECT_TRUE(absl::IsInvalidArgument(
      OpenAndParse<v1::GrantClaims>(ring_, signed_garbage, v1::PURPOSE_GRANT).status()));
}

class KeySetTest : public SealTest {
 protected:
  KeySetTest() {
    anchor_.set_organisation_id(kDomain);
    anchor_.set_root_public_key(Bytes(root_.public_key()));
    set_.set_organisation_id(kDomain);
    set_.set_version(3);
    List(v1::PURPOSE_GRANT, grant_.public_key());
    List(v1::PURPOSE_BUNDLE, bundle_.public_key());
  }
  void List(v1::Purpose purpose, const PublicKey& key) {
    v1::SigningKey& listed = *set_.add_keys();
    listed.set_purpose(purpose);
    listed.set_public_key(Bytes(key));
  }
  absl::StatusOr<OpenedKeySet> Open(const PrivateKey& signer, const char* domain = kDomain) const {
    return OpenKeySet(anchor_, Seal(signer, domain, v1::PURPOSE_KEY_SET, set_.SerializeAsString()));
  }

  v1::TrustAnchor anchor_;
  v1::KeySet set_;
};

TEST_F(KeySetTest, GivesARingThatOpensWhatItsKeysSigned) {
  const auto opened = Open(root_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->version, 3u);
  EXPECT_EQ(opened->ring.domain(), kDomain);
  EXPECT_TRUE(opened->ring.Open(SealedGrant(), v1::PURPOSE_GRANT).ok());
  EXPECT_FALSE(opened->ring
                   .Open(Seal(grant_, kDomain, v1::PURPOSE_GRANT_REVOCATION, "p"),
                         v1::PURPOSE_GRANT_REVOCATION)
                   .ok());
  EXPECT_FALSE(
      opened->ring.Open(Seal(grant_, kDomain, v1::PURPOSE_BUNDLE, "p"), v1::PURPOSE_BUNDLE).ok());
  EXPECT_TRUE(
      opened->ring.Open(Seal(root_, kDomain, v1::PURPOSE_ENROLMENT, "p"), v1::PURPOSE_ENROLMENT)
          .ok());
}

TEST_F(KeySetTest, SignedByAnotherRootIsRefused) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Open(PrivateKey::Generate()).status()));
}

TEST_F(KeySetTest, SignedByOneOfItsOwnKeysIsRefused) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Open(grant_).status()));
}

TEST_F(KeySetTest, OfAnotherOrganisationIsRefused) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Open(root_, "inagi").status()));
  set_.set_organisation_id("inagi");
  EXPECT_TRUE(absl::IsFailedPrecondition(Open(root_).status()));
}

TEST_F(KeySetTest, MayNotHandOutWhatIsTheRootsOrTheTerminals) {
  for (const v1::Purpose purpose : {v1::PURPOSE_KEY_SET, v1::PURPOSE_ENROLMENT, v1::PURPOSE_REPORT,
                                    v1::PURPOSE_STATUS, v1::PURPOSE_ENROLMENT_REQUEST}) {
    set_.clear_keys();
    List(purpose, grant_.public_key());
    EXPECT_TRUE(absl::IsFailedPrecondition(Open(root_).status())) << purpose;
  }
  set_.clear_keys();
  List(v1::PURPOSE_GRANT, root_.public_key());
  EXPECT_TRUE(absl::IsFailedPrecondition(Open(root_).status()));
}

TEST_F(KeySetTest, WithVersionZeroOrABadKeyIsRefused) {
  set_.set_version(0);
  EXPECT_TRUE(absl::IsInvalidArgument(Open(root_).status()));
  set_.set_version(1);
  set_.mutable_keys(0)->set_public_key("short");
  EXPECT_TRUE(absl::IsInvalidArgument(Open(root_).status()));
}

}  // namespace
}  // namespace sekisho::contract
