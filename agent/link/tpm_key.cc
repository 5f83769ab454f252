// gRPC 1.51 takes a key as PEM or by the name of an OpenSSL engine, and a provider (tpm2-openssl)
// would have to be preferred for all signatures of the process: docs/decisions/0016-identity.md.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "agent/link/tpm_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agent/link/log.h"
#include "agent/link/openssl.h"

namespace sekisho::link {
namespace {

constexpr char kPemName[] = "SEKISHO TPM KEY";
constexpr char kEngine[] = "sekisho-tpm";

using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Curve = std::unique_ptr<EC_KEY, Freer<EC_KEY_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

std::optional<Tpm>& Chosen() {
  static auto* const chosen = new std::optional<Tpm>;
  return *chosen;
}

void FreeTpmKey(void*, void* key, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<TpmKey*>(key);
}

// Where an EC_KEY keeps its TpmKey.
int KeyIndex() {
  static const int index = EC_KEY_get_ex_new_index(0, nullptr, nullptr, nullptr, FreeTpmKey);
  return index;
}

Number ToNumber(const P256Number& number) {
  return Number(BN_bin2bn(number.data(), static_cast<int>(number.size()), nullptr));
}

ECDSA_SIG* SignInTpm(const unsigned char* digest, int size, const BIGNUM*, const BIGNUM*,
                     EC_KEY* curve) {
  const auto* key = static_cast<const TpmKey*>(EC_KEY_get_ex_data(curve, KeyIndex()));
  if (key == nullptr || TheTpm() == nullptr || size <= 0) return nullptr;
  // The leftmost bits of a longer digest, a shorter one as the number that it is (FIPS 186-4, 6.4).
  P256Number number{};
  const auto taken = std::min(static_cast<std::size_t>(size), number.size());
  std::copy_n(digest, taken, number.end() - static_cast<std::ptrdiff_t>(taken));
  absl::StatusOr<P256Signature> made = TheTpm()->Sign(*key, number);
  if (!made.ok()) {
    Log(Severity::kWarning, absl::StrCat("the TPM does not sign: ", made.status().message()));
    return nullptr;
  }
  Signature signature(ECDSA_SIG_new());
  Number r = ToNumber(made->r);
  Number s = ToNumber(made->s);
  if (signature == nullptr || r == nullptr || s == nullptr ||
      ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return nullptr;
  }
  (void)r.release();
  (void)s.release();
  return signature.release();
}

int SignToDer(int, const unsigned char* digest, int size, unsigned char* der, unsigned int* length,
              const BIGNUM*, const BIGNUM*, EC_KEY* curve) {
  const Signature signature(SignInTpm(digest, size, nullptr, nullptr, curve));
  if (signature == nullptr) return 0;
  const int written = i2d_ECDSA_SIG(signature.get(), &der);
  if (written <= 0) return 0;
  *length = static_cast<unsigned int>(written);
  return 1;
}

const EC_KEY_METHOD* Method() {
  static const EC_KEY_METHOD* const method = [] {
    EC_KEY_METHOD* made = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    EC_KEY_METHOD_set_sign(made, SignToDer, nullptr, SignInTpm);
    return made;
  }();
  return method;
}

EVP_PKEY* LoadForEngine(ENGINE*, const char* name, UI_METHOD*, void*) {
  std::string bytes;
  if (!absl::Base64Unescape(name, &bytes)) return nullptr;
  absl::StatusOr<TpmKey> key = TpmKey::FromBytes(bytes);
  if (!key.ok()) return nullptr;
  absl::StatusOr<EVP_PKEY*> made = ToOpenSsl(*key);
  return made.ok() ? *made : nullptr;
}

void MakeEngine() {
  static const bool made = [] {
    ENGINE* engine = ENGINE_new();
    const bool good = engine != nullptr && ENGINE_set_id(engine, kEngine) == 1 &&
                      ENGINE_set_name(engine, "Sekisho's key in the TPM") == 1 &&
                      ENGINE_set_load_privkey_function(engine, LoadForEngine) == 1 &&
                      ENGINE_add(engine) == 1;
    ENGINE_free(engine);  // the list has its own
    return good;
  }();
  if (!made) Log(Severity::kWarning, "OpenSSL takes no engine: the key in the TPM is of no use");
}

}  // namespace

void SetTpm(std::unique_ptr<const platform::TpmDevice> device) {
  Chosen().reset();
  if (device != nullptr) Chosen().emplace(std::move(device));
}

const Tpm* TheTpm() { return Chosen().has_value() ? &*Chosen() : nullptr; }

absl::StatusOr<EVP_PKEY*> ToOpenSsl(const TpmKey& key) {
  const P256Point point = PointOf(key);
  const Number x = ToNumber(point.x);
  const Number y = ToNumber(point.y);
  Curve curve(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  auto copy = std::make_unique<TpmKey>(key);
  // Fails for a point that is not on the curve.
  if (curve == nullptr ||
      EC_KEY_set_public_key_affine_coordinates(curve.get(), x.get(), y.get()) != 1 ||
      EC_KEY_set_method(curve.get(), Method()) != 1 ||
      EC_KEY_set_ex_data(curve.get(), KeyIndex(), copy.get()) != 1) {
    ERR_clear_error();
    return absl::InternalError("OpenSSL does not take the TPM's key");
  }
  (void)copy.release();
  Key made(EVP_PKEY_new());
  if (made == nullptr || EVP_PKEY_assign_EC_KEY(made.get(), curve.get()) != 1) {
    return absl::InternalError("OpenSSL does not take the TPM's key");
  }
  (void)curve.release();
  return made.release();
}

std::string WriteTpmPem(const TpmKey& key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  const std::string bytes = key.Bytes();
  PEM_write_bio(bio.get(), kPemName, "", reinterpret_cast<const unsigned char*>(bytes.data()),
                static_cast<long>(bytes.size()));
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

bool HoldsTpmPem(std::string_view pem) {
  return pem.find("-----BEGIN SEKISHO TPM KEY-----") != std::string_view::npos;
}

absl::StatusOr<TpmKey> ReadTpmPem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  absl::StatusOr<TpmKey> key = absl::InvalidArgumentError("no TPM's key");
  if (PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1) {
    if (std::strcmp(name, kPemName) == 0) {
      key =
          TpmKey::FromBytes({reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)});
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  ERR_clear_error();
  return key;
}

std::string ToGrpc(const TpmKey& key) {
  MakeEngine();
  return absl::StrCat("engine:", kEngine, ":", absl::Base64Escape(key.Bytes()));
}

}  // namespace sekisho::link
