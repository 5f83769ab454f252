#include "agent/link/tpm.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/link/tpm_wire.h"

namespace sekisho::link {
namespace {

// Part 2, table 12 (commands), 16 (codes), 19 (tags), 28 (handles), 9 (algorithms), 10 (curves).
constexpr std::uint32_t kCreatePrimary = 0x131;
constexpr std::uint32_t kCreate = 0x153;
constexpr std::uint32_t kLoad = 0x157;
constexpr std::uint32_t kSign = 0x15D;
constexpr std::uint32_t kFlushContext = 0x165;
constexpr std::uint32_t kRcRetry = 0x922;
constexpr std::uint32_t kRcTesting = 0x90A;
constexpr std::uint32_t kRcIntegrity = 0x09F;  // without the parameter's number
constexpr std::uint16_t kNoSessions = 0x8001;
constexpr std::uint16_t kSessions = 0x8002;
constexpr std::uint16_t kHashCheck = 0x8024;
constexpr std::uint32_t kOwner = 0x40000001;
constexpr std::uint32_t kNull = 0x40000007;
constexpr std::uint32_t kPassword = 0x40000009;
constexpr std::uint16_t kAlgEcc = 0x0023;
constexpr std::uint16_t kAlgAes = 0x0006;
constexpr std::uint16_t kAlgSha256 = 0x000B;
constexpr std::uint16_t kAlgNull = 0x0010;
constexpr std::uint16_t kAlgEcdsa = 0x0018;
constexpr std::uint16_t kAlgCfb = 0x0043;
constexpr std::uint16_t kP256 = 0x0003;

// Part 2, 8.3 (TPMA_OBJECT): fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, noDA; and
// what each is for.
constexpr std::uint32_t kOurs = 0x2 | 0x10 | 0x20 | 0x40 | 0x400;
constexpr std::uint32_t kStorage = kOurs | 0x10000 | 0x20000;  // restricted, decrypt
constexpr std::uint32_t kSigning = kOurs | 0x40000;

constexpr std::size_t kHeader = 10;
constexpr int kTries = 50;
constexpr std::chrono::milliseconds kPause{20};

std::string StorageTemplate() {
  // TCG's "EK Credential Profile" 2.3, template L-2's form with the storage key's attributes.
  return TpmWriter()
      .U16(kAlgEcc)
      .U16(kAlgSha256)
      .U32(kStorage)
      .Sized("")
      .U16(kAlgAes)
      .U16(128)
      .U16(kAlgCfb)
      .U16(kAlgNull)
      .U16(kP256)
      .U16(kAlgNull)
      .Sized("")
      .Sized("")
      .bytes();
}

std::string SigningTemplate() {
  return TpmWriter()
      .U16(kAlgEcc)
      .U16(kAlgSha256)
      .U32(kSigning)
      .Sized("")
      .U16(kAlgNull)
      .U16(kAlgNull)
      .U16(kP256)
      .U16(kAlgNull)
      .Sized("")
      .Sized("")
      .bytes();
}

// The parameters of TPM2_CreatePrimary and TPM2_Create: no password, no data, no PCRs.
std::string CreationOf(const std::string& key_template) {
  return TpmWriter()
      .Sized(TpmWriter().Sized("").Sized("").bytes())
      .Sized(key_template)
      .Sized("")
      .U32(0)
      .bytes();
}

std::optional<P256Number> NumberOf(std::string_view bytes) {
  // A TPM may leave leading zeros out.
  if (bytes.empty() || bytes.size() > kP256Bytes) return std::nullopt;
  P256Number number{};
  std::transform(bytes.begin(), bytes.end(), number.end() - static_cast<int>(bytes.size()),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  return number;
}

std::optional<P256Point> ReadPoint(std::string_view public_area) {
  TpmReader outer(public_area);
  TpmReader area(outer.Sized());
  if (!outer.AtEnd()) return std::nullopt;
  const bool ours = area.U16() == kAlgEcc && area.U16() == kAlgSha256 && area.U32() == kSigning &&
                    area.Sized().empty() && area.U16() == kAlgNull && area.U16() == kAlgNull &&
                    area.U16() == kP256 && area.U16() == kAlgNull;
  const std::optional<P256Number> x = NumberOf(area.Sized());
  const std::optional<P256Number> y = NumberOf(area.Sized());
  if (!ours || !area.AtEnd() || !x || !y) return std::nullopt;
  return P256Point{*x, *y};
}

// One open device; what was loaded into it goes when this does.
class Session {
 public:
  static absl::StatusOr<Session> Open(const platform::TpmDevice& device) {
    platform::Result<std::unique_ptr<platform::TpmConnection>> connection = device.Open();
    if (connection.ok()) return Session(std::move(*connection));
    const std::string why = connection.failure().ToString();
    return connection.failure().code == std::errc::no_such_file_or_directory
               ? absl::NotFoundError(why)
               : absl::UnavailableError(why);
  }
  Session(Session&&) = default;
  Session& operator=(Session&&) = delete;
  ~Session() {
    if (connection_ == nullptr) return;  // moved from
    for (const std::uint32_t handle : loaded_) {
      if (handle != 0) {
        (void)Exchange(kFlushContext, kNoSessions, TpmWriter().U32(handle).bytes());
      }
    }
  }

  // The owner's storage key, the same each time: it is derived from the TPM's seed.
  absl::StatusOr<std::uint32_t> StorageKey() {
    return Loaded(kCreatePrimary, kOwner, CreationOf(StorageTemplate()), loaded_[0]);
  }
  absl::StatusOr<std::uint32_t> Load(const TpmKey& key) {
    absl::StatusOr<std::uint32_t> parent = StorageKey();
    if (!parent.ok()) return parent;
    return Loaded(kLoad, *parent, TpmWriter().Raw(key.private_area).Raw(key.public_area).bytes(),
                  loaded_[1]);
  }
  // A command on `handle`, which has an empty password; the response's parameters.
  absl::StatusOr<std::string> With(std::uint32_t command, std::uint32_t handle,
                                   const std::string& parameters) {
    absl::StatusOr<std::string> response = Authorised(command, handle, parameters);
    if (!response.ok()) return response;
    TpmReader reader(*response);
    const std::string_view answer = reader.Raw(reader.U32());
    if (!reader.good()) return absl::UnavailableError("the TPM's answer is cut short");
    return std::string(answer);
  }

 private:
  explicit Session(std::unique_ptr<platform::TpmConnection> connection)
      : connection_(std::move(connection)) {}

  absl::StatusOr<std::string> Authorised(std::uint32_t command, std::uint32_t handle,
                                         const std::string& parameters) {
    // One session: the password, which is empty (part 1, 19.4).
    const std::string session = TpmWriter().U32(kPassword).Sized("").U8(0).Sized("").bytes();
    return Exchange(command, kSessions,
                    TpmWriter()
                        .U32(handle)
                        .U32(static_cast<std::uint32_t>(session.size()))
                        .Raw(session)
                        .Raw(parameters)
                        .bytes());
  }

  absl::StatusOr<std::uint32_t> Loaded(std::uint32_t command, std::uint32_t handle,
                                       const std::string& parameters, std::uint32_t& loaded) {
    absl::StatusOr<std::string> response = Authorised(command, handle, parameters);
    if (!response.ok()) return response.status();
    TpmReader reader(*response);
    loaded = reader.U32();
    if (!reader.good()) return absl::UnavailableError("the TPM's answer has no handle");
    return loaded;
  }

  absl::StatusOr<std::string> Exchange(std::uint32_t command, std::uint16_t tag,
                                       const std::string& body) {
    const std::string bytes = TpmWriter()
                                  .U16(tag)
                                  .U32(static_cast<std::uint32_t>(kHeader + body.size()))
                                  .U32(command)
                                  .Raw(body)
                                  .bytes();
    for (int attempt = 1;; ++attempt) {
      platform::Result<std::string> response = connection_->Transmit(bytes);
      if (!response.ok()) return absl::UnavailableError(response.failure().ToString());
      TpmReader reader(*response);
      (void)reader.U16();
      (void)reader.U32();
      const std::uint32_t code = reader.U32();
      if (code == 0) return response->substr(kHeader);
      if ((code == kRcRetry || code == kRcTesting) && attempt < kTries) {
        std::this_thread::sleep_for(kPause);
        continue;
      }
      // Part 2, 6.6.2: a format-one code, and which parameter it is about.
      if ((code & 0x80) != 0 && (code & 0xBF) == kRcIntegrity) {
        return absl::PermissionDeniedError("the key is of another TPM");
      }
      return absl::UnavailableError(
          absl::StrFormat("the TPM refuses command 0x%x with code 0x%x", command, code));
    }
  }

  std::unique_ptr<platform::TpmConnection> connection_;
  std::array<std::uint32_t, 2> loaded_{};
};

}  // namespace

absl::StatusOr<TpmKey> TpmKey::FromBytes(std::string_view bytes) {
  TpmReader reader(bytes);
  const std::size_t public_size = 2 + reader.Sized().size();
  (void)reader.Sized();
  if (!reader.AtEnd()) return absl::InvalidArgumentError("not a TPM's key");
  TpmKey key{std::string(bytes.substr(0, public_size)), std::string(bytes.substr(public_size))};
  if (!ReadPoint(key.public_area)) {
    return absl::InvalidArgumentError("not a TPM's P-256 key for signing");
  }
  return key;
}

P256Point PointOf(const TpmKey& key) { return ReadPoint(key.public_area).value_or(P256Point{}); }

absl::StatusOr<TpmKey> Tpm::MakeKey() const {
  absl::StatusOr<Session> session = Session::Open(*device_);
  if (!session.ok()) return session.status();
  absl::StatusOr<std::uint32_t> parent = session->StorageKey();
  if (!parent.ok()) return parent.status();
  absl::StatusOr<std::string> made = session->With(kCreate, *parent, CreationOf(SigningTemplate()));
  if (!made.ok()) return made.status();
  TpmReader reader(*made);
  const std::string_view private_area = reader.Sized();
  const std::string_view public_area = reader.Sized();
  if (!reader.good()) return absl::UnavailableError("the TPM's key is cut short");
  return TpmKey::FromBytes(TpmWriter().Sized(public_area).Sized(private_area).bytes());
}

absl::Status Tpm::Check(const TpmKey& key) const {
  absl::StatusOr<Session> session = Session::Open(*device_);
  if (!session.ok()) return session.status();
  return session->Load(key).status();
}

absl::StatusOr<P256Signature> Tpm::Sign(const TpmKey& key, const P256Number& digest) const {
  absl::StatusOr<Session> session = Session::Open(*device_);
  if (!session.ok()) return session.status();
  absl::StatusOr<std::uint32_t> loaded = session->Load(key);
  if (!loaded.ok()) return loaded.status();
  const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
  absl::StatusOr<std::string> made = session->With(kSign, *loaded,
                                                   TpmWriter()
                                                       .Sized(bytes)
                                                       .U16(kAlgEcdsa)
                                                       .U16(kAlgSha256)
                                                       .U16(kHashCheck)
                                                       .U32(kNull)
                                                       .Sized("")
                                                       .bytes());
  if (!made.ok()) return made.status();
  TpmReader reader(*made);
  const bool ecdsa = reader.U16() == kAlgEcdsa && reader.U16() == kAlgSha256;
  const std::optional<P256Number> r = NumberOf(reader.Sized());
  const std::optional<P256Number> s = NumberOf(reader.Sized());
  if (!ecdsa || !reader.AtEnd() || !r || !s) {
    return absl::UnavailableError("the TPM's signature is none");
  }
  return P256Signature{*r, *s};
}

}  // namespace sekisho::link
