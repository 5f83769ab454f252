#include "agent/cli/qr_code.h"

#include <dlfcn.h>
#include <qrencode.h>

#include <memory>

namespace sekisho::cli {
namespace {

// ISO/IEC 18004 asks for four; with four, the code of a long name would not fit a screen of 80 by
// 25.
constexpr int kQuiet = 2;

}  // namespace

std::optional<QrCode> EncodeQr(const std::string& text) {
  const auto close = [](void* library) { dlclose(library); };
  const std::unique_ptr<void, decltype(close)> library(
      dlopen("libqrencode.so.4", RTLD_NOW | RTLD_LOCAL), close);
  if (library == nullptr) return std::nullopt;
  const auto encode = reinterpret_cast<decltype(&QRcode_encodeString8bit)>(
      dlsym(library.get(), "QRcode_encodeString8bit"));
  const auto free = reinterpret_cast<decltype(&QRcode_free)>(dlsym(library.get(), "QRcode_free"));
  if (encode == nullptr || free == nullptr) return std::nullopt;
  QRcode* encoded = encode(text.c_str(), 0, QR_ECLEVEL_L);
  if (encoded == nullptr) return std::nullopt;
  QrCode code;
  code.width = encoded->width;
  for (int i = 0; i < code.width * code.width; ++i) {
    code.dark.push_back((encoded->data[i] & 1) != 0);
  }
  free(encoded);
  return code;
}

std::string DrawQr(const QrCode& code) {
  constexpr const char* kModules[2][2] = {{" ", "\u2584"}, {"\u2580", "\u2588"}};
  std::string drawn;
  for (int y = -kQuiet; y < code.width + kQuiet; y += 2) {
    drawn += "\x1b[30;47m";
    for (int x = -kQuiet; x < code.width + kQuiet; ++x) {
      drawn += kModules[code.At(x, y) ? 1 : 0][code.At(x, y + 1) ? 1 : 0];
    }
    drawn += "\x1b[0m\n";
  }
  return drawn;
}

}  // namespace sekisho::cli
