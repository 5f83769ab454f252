#include "tests/unit/agent/link/test_pki.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <stdexcept>

namespace sekisho::link::test {
namespace {

void Must(bool good, const char* step) {
  if (!good) throw std::runtime_error(step);
}

std::shared_ptr<EVP_PKEY> NewKey() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

std::shared_ptr<X509> NewCertificate(EVP_PKEY* subject_key, const std::string& name,
                                     std::chrono::seconds from, std::chrono::seconds until) {
  std::shared_ptr<X509> certificate(X509_new(), X509_free);
  Must(X509_set_version(certificate.get(), X509_VERSION_3) == 1, "version");
  std::uint32_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), (serial >> 1) + 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until.count());
  X509_set_pubkey(certificate.get(), subject_key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

void Extend(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  Must(extension != nullptr, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::string PemOf(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string PemOf(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string DerOf(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) : key_(NewKey()) {
  certificate_ =
      NewCertificate(key_.get(), name, -std::chrono::hours{24}, std::chrono::hours{24 * 3650});
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  Extend(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  Extend(certificate_.get(), certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  Must(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) != 0, "sign the authority");
}

TestAuthority::Leaf TestAuthority::IssueServer() const {
  const std::shared_ptr<EVP_PKEY> key = NewKey();
  const std::shared_ptr<X509> leaf =
      NewCertificate(key.get(), "console", server_from, server_until);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(certificate_.get()));
  Extend(leaf.get(), certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
  Extend(leaf.get(), certificate_.get(), NID_ext_key_usage, server_usage.c_str());
  Extend(leaf.get(), certificate_.get(), NID_subject_alt_name, server_names.c_str());
  Must(X509_sign(leaf.get(), key_.get(), EVP_sha256()) != 0, "sign the server's certificate");
  return {PemOf(key.get()), PemOf(leaf.get()) + pem()};
}

std::string TestAuthority::IssueClient(const std::string& request_der,
                                       const std::string& terminal_id, std::chrono::seconds from,
                                       std::chrono::seconds until) const {
  const auto* next = reinterpret_cast<const unsigned char*>(request_der.data());
  const std::shared_ptr<X509_REQ> request(
      d2i_X509_REQ(nullptr, &next, static_cast<long>(request_der.size())), X509_REQ_free);
  Must(request != nullptr, "parse the request");
  EVP_PKEY* subject = X509_REQ_get0_pubkey(request.get());
  Must(X509_REQ_verify(request.get(), subject) == 1, "the request proves its key");
  const std::shared_ptr<X509> leaf = NewCertificate(subject, terminal_id, from, until);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(certificate_.get()));
  Extend(leaf.get(), certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
  Extend(leaf.get(), certificate_.get(), NID_ext_key_usage, "clientAuth");
  Must(X509_sign(leaf.get(), key_.get(), EVP_sha256()) != 0, "sign the client's certificate");
  return DerOf(leaf.get());
}

std::string TestAuthority::der() const { return DerOf(certificate_.get()); }
std::string TestAuthority::pem() const { return PemOf(certificate_.get()); }

}  // namespace sekisho::link::test
