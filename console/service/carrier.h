#ifndef SEKISHO_CONSOLE_SERVICE_CARRIER_H_
#define SEKISHO_CONSOLE_SERVICE_CARRIER_H_

namespace sekisho::console::service {

// How a terminal's words came here. Neither is believed for it; what differs is that a parcel may
// be old, may come twice, and is answered into a file.
enum class Carrier { kStream, kParcel };

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_CARRIER_H_
