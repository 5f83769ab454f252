#ifndef SEKISHO_PROTO_CONTRACT_INTERFACE_CLASSES_H_
#define SEKISHO_PROTO_CONTRACT_INTERFACE_CLASSES_H_

#include <cstdint>
#include <vector>

#include "sekisho/v1/device.pb.h"

namespace sekisho::contract {

// What the interface of that number is for, in all its settings, by core::ClassesOf; empty when the
// device is none or has no such interface. For people: no verdict is made of it.
std::vector<v1::DeviceClass> ClassesOfInterface(const v1::Device& device, std::uint32_t number);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_INTERFACE_CLASSES_H_
