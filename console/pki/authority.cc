#include "console/pki/authority.h"

#include <arpa/inet.h>
#include <openssl/ec.h>

#include <ctime>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "console/pki/openssl.h"

namespace sekisho::console::pki {
namespace {

// Certificates hold from a little before they are made: terminals' clocks lag.
constexpr std::chrono::hours kClockLag{24};
constexpr char kUriScheme[] = "sekisho://";

PkeyPtr NewKey() { return PkeyPtr(EVP_EC_gen("P-256")); }

bool IsP256(EVP_PKEY* key) {
  char group[32] = {};
  std::size_t length = 0;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, group, sizeof(group), &length) == 1 &&
         std::string_view(group, length) == "prime256v1";
}

bool SetTime(ASN1_TIME* field, WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return ASN1_TIME_set(field, static_cast<time_t>(seconds)) != nullptr;
}

bool SetRandomSerial(X509* certificate) {
  // RFC 5280, 4.1.2.2: positive, at most 20 octets; 127 bits of it random.
  const BignumPtr serial(BN_new());
  return serial != nullptr &&
         BN_rand(serial.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetName(X509_NAME* name, const char* field, const std::string& value) {
  return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()), -1, 0) == 1;
}

bool AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

struct Extension {
  int nid;
  std::string value;
};

struct Template {
  std::string common_name;
  std::string organisation;
  std::chrono::seconds lifetime{};
  std::vector<Extension> extensions;
};

// Self-signed without an issuer.
absl::StatusOr<X509Ptr> MakeCertificate(const Template& wanted, EVP_PKEY* subject_key, X509* issuer,
                                        EVP_PKEY* issuer_key, WallTime now) {
  X509Ptr certificate(X509_new());
  if (certificate == nullptr) return OpensslError("new certificate");
  X509* const raw = certificate.get();
  X509_NAME* const name = X509_get_subject_name(raw);
  bool ok = X509_set_version(raw, X509_VERSION_3) == 1 && SetRandomSerial(raw) &&
            SetTime(X509_getm_notBefore(raw), now - kClockLag) &&
            SetTime(X509_getm_notAfter(raw), now + wanted.lifetime) &&
            X509_set_pubkey(raw, subject_key) == 1 && SetName(name, "CN", wanted.common_name);
  if (!wanted.organisation.empty()) ok = ok && SetName(name, "O", wanted.organisation);
  X509* const signer = issuer != nullptr ? issuer : raw;
  ok = ok && X509_set_issuer_name(raw, X509_get_subject_name(signer)) == 1;
  for (const Extension& extension : wanted.extensions) {
    ok = ok && AddExtension(raw, signer, extension.nid, extension.value);
  }
  ok = ok && X509_sign(raw, issuer_key, EVP_sha256()) > 0;
  if (!ok) return OpensslError("making a certificate");
  return certificate;
}

std::string PemOf(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return Contents(bio.get());
}

std::string PemOf(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return Contents(bio.get());
}

std::string DerOf(X509* certificate) {
  unsigned char* data = nullptr;
  const int size = i2d_X509(certificate, &data);
  std::string der = size > 0 ? std::string(reinterpret_cast<char*>(data), size) : std::string();
  OPENSSL_free(data);
  return der;
}

bool IsAddress(const std::string& name) {
  unsigned char buffer[16];
  return ::inet_pton(AF_INET, name.c_str(), buffer) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), buffer) == 1;
}

WallTime TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

std::string BytesOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// Four or sixteen bytes, as people write them.
std::string AddressOf(const std::string& bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof(text));
  return text;
}

absl::StatusOr<PkeyPtr> KeyOfRequest(const std::string& request_der) {
  const unsigned char* data = reinterpret_cast<const unsigned char*>(request_der.data());
  const RequestPtr request(d2i_X509_REQ(nullptr, &data, static_cast<long>(request_der.size())));
  if (request == nullptr) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the certificate request is not PKCS#10 in DER");
  }
  PkeyPtr key(X509_REQ_get_pubkey(request.get()));
  if (key == nullptr || !IsP256(key.get())) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the certificate request's key is not P-256");
  }
  if (X509_REQ_verify(request.get(), key.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the certificate request is not signed by its own key");
  }
  return key;
}

}  // namespace

std::string UriOf(const TerminalIdentity& identity) {
  return absl::StrCat(kUriScheme, identity.organisation_id, "/terminal/", identity.terminal_id, "/",
                      identity.enrolment);
}

absl::StatusOr<TerminalIdentity> IdentityOf(const std::string& uri) {
  const absl::Status bad = absl::InvalidArgumentError("the certificate names no terminal");
  if (uri.rfind(kUriScheme, 0) != 0) return bad;
  const std::vector<std::string> parts = absl::StrSplit(uri.substr(sizeof(kUriScheme) - 1), '/');
  TerminalIdentity identity;
  if (parts.size() != 4 || parts[1] != "terminal" ||
      !absl::SimpleAtoi(parts[3], &identity.enrolment)) {
    return bad;
  }
  identity.organisation_id = parts[0];
  identity.terminal_id = parts[2];
  return identity;
}

struct Authority::Parts {
  PkeyPtr key;
  X509Ptr certificate;
  // Only fields of the subject.
  std::string organisation;
};

Authority::Authority(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;
Authority::~Authority() = default;

absl::StatusOr<Authority> Authority::Create(const std::string& organisation, WallTime now) {
  auto parts = std::make_unique<Parts>();
  parts->key = NewKey();
  if (parts->key == nullptr) return OpensslError("new key");
  // RFC 5280's upper bound for an organisation name is 64 characters; a longer one is left out.
  parts->organisation = organisation.size() <= 64 ? organisation : "";
  absl::StatusOr<X509Ptr> certificate =
      MakeCertificate({.common_name = "Sekisho CA",
                       .organisation = parts->organisation,
                       .lifetime = kAuthorityLifetime,
                       .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                      {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                      {NID_subject_key_identifier, "hash"}}},
                      parts->key.get(), nullptr, parts->key.get(), now);
  if (!certificate.ok()) return certificate.status();
  parts->certificate = *std::move(certificate);
  return Authority(std::move(parts));
}

absl::StatusOr<Authority> Authority::Load(const std::string& key_pem,
                                          const std::string& certificate_pem) {
  auto parts = std::make_unique<Parts>();
  const BioPtr key(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  parts->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
  const BioPtr certificate(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  parts->certificate.reset(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
  if (parts->key == nullptr || parts->certificate == nullptr) return OpensslError("reading the CA");
  if (X509_check_private_key(parts->certificate.get(), parts->key.get()) != 1) {
    return absl::FailedPreconditionError("the CA's key and certificate do not belong together");
  }
  X509_NAME* const subject = X509_get_subject_name(parts->certificate.get());
  if (const int at = X509_NAME_get_index_by_NID(subject, NID_organizationName, -1); at >= 0) {
    parts->organisation = BytesOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  }
  return Authority(std::move(parts));
}

absl::StatusOr<ServerCredentials> Authority::IssueServer(const std::vector<std::string>& names,
                                                         WallTime now) const {
  if (names.empty()) return absl::InvalidArgumentError("a server certificate needs a name");
  std::string alternatives;
  for (const std::string& name : names) {
    if (name.find(',') != std::string::npos || name.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is not a host name"));
    }
    absl::StrAppend(&alternatives, alternatives.empty() ? "" : ",",
                    IsAddress(name) ? "IP:" : "DNS:", name);
  }
  const PkeyPtr key = NewKey();
  if (key == nullptr) return OpensslError("new key");
  absl::StatusOr<X509Ptr> certificate =
      MakeCertificate({.common_name = names.front().substr(0, 64),
                       .organisation = parts_->organisation,
                       .lifetime = kServerLifetime,
                       .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                                      {NID_key_usage, "critical,digitalSignature"},
                                      {NID_ext_key_usage, "serverAuth"},
                                      {NID_subject_key_identifier, "hash"},
                                      {NID_authority_key_identifier, "keyid"},
                                      {NID_subject_alt_name, alternatives}}},
                      key.get(), parts_->certificate.get(), parts_->key.get(), now);
  if (!certificate.ok()) return certificate.status();
  return ServerCredentials{PemOf(key.get()), PemOf(certificate->get()) + CertificatePem()};
}

absl::StatusOr<std::vector<std::string>> Authority::IssueTerminal(const std::string& request_der,
                                                                  const TerminalIdentity& identity,
                                                                  WallTime now) const {
  absl::StatusOr<PkeyPtr> key = KeyOfRequest(request_der);
  if (!key.ok()) return key.status();
  absl::StatusOr<X509Ptr> certificate =
      MakeCertificate({.common_name = identity.terminal_id,
                       .organisation = parts_->organisation,
                       .lifetime = kTerminalLifetime,
                       .extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                                      {NID_key_usage, "critical,digitalSignature"},
                                      {NID_ext_key_usage, "clientAuth"},
                                      {NID_subject_key_identifier, "hash"},
                                      {NID_authority_key_identifier, "keyid"},
                                      {NID_subject_alt_name, "URI:" + UriOf(identity)}}},
                      key->get(), parts_->certificate.get(), parts_->key.get(), now);
  if (!certificate.ok()) return certificate.status();
  return std::vector<std::string>{DerOf(certificate->get()), CertificateDer()};
}

absl::StatusOr<CertificateFacts> Authority::FactsOf(const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) return OpensslError("reading a certificate");
  CertificateFacts facts;
  facts.not_before = TimeOf(X509_get0_notBefore(certificate.get()));
  facts.not_after = TimeOf(X509_get0_notAfter(certificate.get()));
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) {
      facts.names.push_back(BytesOf(name->d.dNSName));
    } else if (name->type == GEN_IPADD) {
      facts.names.push_back(AddressOf(BytesOf(name->d.iPAddress)));
    }
  }
  GENERAL_NAMES_free(names);
  return facts;
}

const std::string& Authority::organisation() const { return parts_->organisation; }
std::string Authority::KeyPem() const { return PemOf(parts_->key.get()); }
std::string Authority::CertificatePem() const { return PemOf(parts_->certificate.get()); }
std::string Authority::CertificateDer() const { return DerOf(parts_->certificate.get()); }

absl::StatusOr<std::string> Authority::PemOfDer(const std::string& der) {
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const X509Ptr certificate(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
  if (certificate == nullptr) return OpensslError("reading a certificate");
  return PemOf(certificate.get());
}

absl::StatusOr<Descent> Descent::From(const std::string& authorities_pem) {
  const BioPtr bio(
      BIO_new_mem_buf(authorities_pem.data(), static_cast<int>(authorities_pem.size())));
  std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
  bool any = false;
  while (const X509Ptr authority{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    if (store == nullptr || X509_STORE_add_cert(store.get(), authority.get()) != 1) {
      return OpensslError("reading the CA");
    }
    any = true;
  }
  if (!any) return OpensslError("reading the CA");
  ERR_clear_error();  // the end of the text is one to OpenSSL
  X509_VERIFY_PARAM* parameters = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
  X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT);
  return Descent(std::move(store));
}

absl::Status Descent::CheckClient(const std::string& certificate_pem) const {
  const BioPtr bio(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  const X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  const StoreContextPtr context(X509_STORE_CTX_new());
  const bool good =
      certificate != nullptr && context != nullptr &&
      X509_STORE_CTX_init(context.get(), store_.get(), certificate.get(), nullptr) == 1 &&
      X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (good) return absl::OkStatus();
  return absl::UnauthenticatedError("the client's certificate is not of this console's authority");
}

}  // namespace sekisho::console::pki
