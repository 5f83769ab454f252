#include "agent/link/identity.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/link/log.h"
#include "agent/link/openssl.h"
#include "agent/link/tpm_key.h"

namespace sekisho::link {
namespace {

using Request = std::unique_ptr<X509_REQ, Freer<X509_REQ_free>>;

absl::Status TlsLibraryError(const char* step) {
  char text[160] = "no detail";
  if (const unsigned long code = ERR_get_error(); code != 0) {
    ERR_error_string_n(code, text, sizeof text);
  }
  ERR_clear_error();
  return absl::InternalError(absl::StrCat(step, ": ", text));
}

std::string Drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

absl::StatusOr<Certificate> ParseDer(std::string_view der) {
  const auto* next = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = next + der.size();
  Certificate certificate(d2i_X509(nullptr, &next, static_cast<long>(der.size())));
  if (certificate == nullptr || next != end) {
    ERR_clear_error();
    return absl::InvalidArgumentError("certificate is not one X.509 certificate in DER");
  }
  return certificate;
}

std::string ToPem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), certificate) != 1) return "";
  return Drain(bio.get());
}

std::chrono::sys_seconds ToTime(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::sys_seconds{std::chrono::seconds{timegm(&parts)}};
}

std::string ToString(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::vector<std::string> NamesOf(X509* leaf) {
  std::vector<std::string> names;
  X509_NAME* subject = X509_get_subject_name(leaf);
  if (const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); at >= 0) {
    names.push_back(ToString(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  }
  auto* alternatives =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives, i);
    if (name->type != GEN_URI) continue;
    const std::string uri = ToString(name->d.uniformResourceIdentifier);
    names.push_back(uri.substr(uri.rfind('/') + 1));  // the whole text when it has no slash
  }
  GENERAL_NAMES_free(alternatives);
  return names;
}

absl::Status Verify(std::span<const Certificate> chain, std::string_view authorities_pem) {
  const std::vector<Certificate> authorities = ReadCertificates(authorities_pem, kMaxAuthorities);
  if (authorities.empty()) return absl::InvalidArgumentError("no authority");
  const int why =
      CheckDescent(chain.front().get(), chain.subspan(1), authorities, X509_PURPOSE_SSL_CLIENT);
  if (why == X509_V_OK) return absl::OkStatus();
  if (why == X509_V_ERR_OUT_OF_MEM) return absl::ResourceExhaustedError("out of memory");
  return absl::PermissionDeniedError(absl::StrCat("certificate does not descend from the root: ",
                                                  X509_verify_cert_error_string(why)));
}

absl::StatusOr<Identity> Assemble(const TlsKey& key, std::span<const Certificate> chain) {
  if (chain.empty()) return absl::InvalidArgumentError("no certificate");
  X509* leaf = chain.front().get();
  if (X509_check_private_key(leaf, key.get()) != 1) {
    ERR_clear_error();
    return absl::PermissionDeniedError("certificate is over another key");
  }
  absl::StatusOr<std::string> key_pem = key.Pem();
  if (!key_pem.ok()) return key_pem.status();
  Identity identity;
  identity.key_pem = *std::move(key_pem);
  absl::StatusOr<std::string> for_grpc = key.ForGrpc();
  if (!for_grpc.ok()) return for_grpc.status();
  identity.key_for_grpc = *std::move(for_grpc);
  identity.protection = key.protection();
  for (const Certificate& issuer : chain.subspan(1)) identity.issuer_pem += ToPem(issuer.get());
  identity.chain_pem = absl::StrCat(ToPem(leaf), identity.issuer_pem);
  identity.names = NamesOf(leaf);
  identity.not_before = ToTime(X509_get0_notBefore(leaf));
  identity.not_after = ToTime(X509_get0_notAfter(leaf));
  return identity;
}

absl::StatusOr<std::vector<Certificate>> ReadChain(std::string_view pem) {
  std::vector<Certificate> chain = ReadCertificates(pem, kMaxChain);
  if (chain.empty()) return absl::InvalidArgumentError("no certificate");
  if (chain.size() > kMaxChain) return absl::InvalidArgumentError("chain too long");
  return chain;
}

}  // namespace

TlsKey::TlsKey(EVP_PKEY* key, std::optional<TpmKey> in_tpm)
    : key_(key, EVP_PKEY_free), in_tpm_(std::move(in_tpm)) {}

absl::StatusOr<TlsKey> TlsKey::InTpm(TpmKey key) {
  absl::StatusOr<EVP_PKEY*> made = ToOpenSsl(key);
  if (!made.ok()) return made.status();
  return TlsKey(*made, std::move(key));
}

absl::StatusOr<TlsKey> TlsKey::Generate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  if (key == nullptr) return TlsLibraryError("generate a P-256 key");
  return TlsKey(key);
}

absl::StatusOr<TlsKey> TlsKey::GenerateBest() {
  if (TheTpm() == nullptr) return Generate();
  absl::StatusOr<TpmKey> made = TheTpm()->MakeKey();
  absl::StatusOr<TlsKey> key = made.ok() ? InTpm(*std::move(made)) : made.status();
  if (key.ok()) return key;
  if (!absl::IsNotFound(key.status())) {
    Log(Severity::kWarning,
        absl::StrCat("the TLS key is kept in a file: ", key.status().message()));
  }
  return Generate();
}

absl::StatusOr<TlsKey> TlsKey::FromPem(std::string_view pem) {
  if (HoldsTpmPem(pem)) {
    absl::StatusOr<TpmKey> in_tpm = ReadTpmPem(pem);
    if (!in_tpm.ok()) return in_tpm.status();
    if (TheTpm() == nullptr) return absl::UnavailableError("the key is in a TPM: see --link-tpm");
    if (absl::Status here = TheTpm()->Check(*in_tpm); !here.ok()) {
      return absl::UnavailableError(
          absl::StrCat("the key is not in this machine's TPM: ", here.message()));
    }
    return InTpm(*std::move(in_tpm));
  }
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // An encrypted key must be refused, not prompted for.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr);
  ERR_clear_error();
  if (key == nullptr) return absl::InvalidArgumentError("no private key");
  return TlsKey(key);
}

absl::StatusOr<std::string> TlsKey::CertificateRequest() const {
  const Request request(X509_REQ_new());
  if (request == nullptr || X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
      X509_REQ_set_pubkey(request.get(), key_.get()) != 1 ||
      X509_REQ_sign(request.get(), key_.get(), EVP_sha256()) == 0) {
    return TlsLibraryError("make a certificate request");
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  if (size <= 0) return TlsLibraryError("write a certificate request");
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

absl::StatusOr<std::string> TlsKey::Pem() const {
  if (in_tpm_) return WriteTpmPem(*in_tpm_);
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr || PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0,
                                                      nullptr, nullptr) != 1) {
    return TlsLibraryError("write the private key");
  }
  return Drain(bio.get());
}

absl::StatusOr<std::string> TlsKey::ForGrpc() const { return in_tpm_ ? ToGrpc(*in_tpm_) : Pem(); }

bool Identity::Names(std::string_view terminal_id) const {
  return !terminal_id.empty() && std::find(names.begin(), names.end(), terminal_id) != names.end();
}

std::chrono::sys_seconds Identity::RenewAt() const {
  return not_before + (not_after - not_before) * 2 / 3;
}

absl::StatusOr<Identity> TakeIdentity(const TlsKey& key, std::span<const std::string> chain_der,
                                      std::string_view authorities_pem) {
  if (chain_der.empty() || chain_der.size() > kMaxChain) {
    return absl::InvalidArgumentError("a chain has 1 to 8 certificates");
  }
  std::vector<Certificate> chain;
  for (const std::string& der : chain_der) {
    absl::StatusOr<Certificate> certificate = ParseDer(der);
    if (!certificate.ok()) return certificate.status();
    chain.push_back(*std::move(certificate));
  }
  if (absl::Status status = Verify(chain, authorities_pem); !status.ok()) return status;
  return Assemble(key, chain);
}

std::string WriteIdentity(const Identity& identity) {
  return absl::StrCat(identity.key_pem, identity.chain_pem);
}

absl::StatusOr<Identity> ReadIdentity(std::string_view content) {
  if (content.size() > kMaxIdentityBytes) return absl::InvalidArgumentError("file too large");
  absl::StatusOr<TlsKey> key = TlsKey::FromPem(content);
  if (!key.ok()) return key.status();
  absl::StatusOr<std::vector<Certificate>> chain = ReadChain(content);
  if (!chain.ok()) return chain.status();
  return Assemble(*key, *chain);
}

absl::Status CheckDescent(const Identity& identity, std::string_view authorities_pem) {
  absl::StatusOr<std::vector<Certificate>> chain = ReadChain(identity.chain_pem);
  if (!chain.ok()) return chain.status();
  return Verify(*chain, authorities_pem);
}

absl::StatusOr<std::string> CertificateToPem(std::string_view der) {
  absl::StatusOr<Certificate> certificate = ParseDer(der);
  if (!certificate.ok()) return certificate.status();
  return ToPem(certificate->get());
}

}  // namespace sekisho::link
