#ifndef SEKISHO_AGENT_CLI_QR_CODE_H_
#define SEKISHO_AGENT_CLI_QR_CODE_H_

#include <optional>
#include <string>
#include <vector>

namespace sekisho::cli {

// A QR code: `width` modules in each of as many rows; true is dark.
struct QrCode {
  int width = 0;
  std::vector<bool> dark;
  bool At(int x, int y) const {
    return x >= 0 && y >= 0 && x < width && y < width &&
           dark[static_cast<std::size_t>(y * width + x)];
  }
};

// By Debian's libqrencode, which is loaded when it is wanted: a terminal without it enrols people
// all the same, by the key that is printed beside. None without it.
std::optional<QrCode> EncodeQr(const std::string& text);

// Pure. For a terminal of light or dark colours that shows UTF-8: two modules in a character, one
// above the other, dark on light, with the quiet zone around that a camera needs.
std::string DrawQr(const QrCode& code);

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_QR_CODE_H_
