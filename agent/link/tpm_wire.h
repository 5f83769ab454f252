#ifndef SEKISHO_AGENT_LINK_TPM_WIRE_H_
#define SEKISHO_AGENT_LINK_TPM_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::link {

// A TPM command's parameters: numbers are big-endian (part 1, 8.2).
class TpmWriter {
 public:
  TpmWriter& U8(std::uint8_t value) { return Number(value, 1); }
  TpmWriter& U16(std::uint16_t value) { return Number(value, 2); }
  TpmWriter& U32(std::uint32_t value) { return Number(value, 4); }
  TpmWriter& Raw(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  // TPM2B: the length before the bytes.
  TpmWriter& Sized(std::string_view bytes) {
    return U16(static_cast<std::uint16_t>(bytes.size())).Raw(bytes);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  TpmWriter& Number(std::uint32_t value, int size) {
    while (size-- > 0) bytes_.push_back(static_cast<char>(value >> (8 * size)));
    return *this;
  }
  std::string bytes_;
};

// What a TPM answered. Reading beyond the end gives zeros and spoils it.
class TpmReader {
 public:
  explicit TpmReader(std::string_view bytes) : rest_(bytes) {}
  std::uint16_t U16() { return static_cast<std::uint16_t>(Number(2)); }
  std::uint32_t U32() { return Number(4); }
  std::string_view Raw(std::size_t size) {
    if (size > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  // TPM2B, without its length.
  std::string_view Sized() { return Raw(U16()); }
  bool good() const { return good_; }
  bool AtEnd() const { return good_ && rest_.empty(); }

 private:
  std::uint32_t Number(std::size_t size) {
    std::uint32_t value = 0;
    for (const char byte : Raw(size)) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
  }
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace sekisho::link

#endif  // SEKISHO_AGENT_LINK_TPM_WIRE_H_
