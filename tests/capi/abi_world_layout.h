// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of abi_layout.h that is about what an app brings: HTTP, storage, a clock.
// clang-format off

#define PLAYHEAD_ABI_WORLD_STRUCTS(STRUCT, FIELD) \
  STRUCT(playhead_store_write) \
  FIELD(playhead_store_write, struct_size) \
  FIELD(playhead_store_write, kind) \
  FIELD(playhead_store_write, collection) \
  FIELD(playhead_store_write, key) \
  FIELD(playhead_store_write, key_bytes) \
  FIELD(playhead_store_write, value) \
  FIELD(playhead_store_write, value_bytes) \
  FIELD(playhead_store_write, version) \
  STRUCT(playhead_store) \
  FIELD(playhead_store, struct_size) \
  FIELD(playhead_store, reserved) \
  FIELD(playhead_store, user) \
  FIELD(playhead_store, destroy) \
  FIELD(playhead_store, write) \
  FIELD(playhead_store, list) \
  STRUCT(playhead_clock) \
  FIELD(playhead_clock, struct_size) \
  FIELD(playhead_clock, reserved) \
  FIELD(playhead_clock, user) \
  FIELD(playhead_clock, destroy) \
  FIELD(playhead_clock, now_us) \
  STRUCT(playhead_transfer_request) \
  FIELD(playhead_transfer_request, struct_size) \
  FIELD(playhead_transfer_request, kind) \
  FIELD(playhead_transfer_request, url) \
  FIELD(playhead_transfer_request, method) \
  FIELD(playhead_transfer_request, headers) \
  FIELD(playhead_transfer_request, body) \
  FIELD(playhead_transfer_request, body_bytes) \
  FIELD(playhead_transfer_request, range_first) \
  FIELD(playhead_transfer_request, range_last) \
  FIELD(playhead_transfer_request, connect_timeout_us) \
  FIELD(playhead_transfer_request, first_byte_timeout_us) \
  FIELD(playhead_transfer_request, stall_timeout_us) \
  STRUCT(playhead_transport) \
  FIELD(playhead_transport, struct_size) \
  FIELD(playhead_transport, reserved) \
  FIELD(playhead_transport, user) \
  FIELD(playhead_transport, destroy) \
  FIELD(playhead_transport, start) \
  FIELD(playhead_transport, cancel) \
  FIELD(playhead_transport, resume) \
  FIELD(playhead_transport, preconnect) \
  FIELD(playhead_transport, network_changed) \
  STRUCT(playhead_transfer_facts) \
  FIELD(playhead_transfer_facts, struct_size) \
  FIELD(playhead_transfer_facts, connection_reused) \
  FIELD(playhead_transfer_facts, http_major) \
  FIELD(playhead_transfer_facts, reserved) \
  FIELD(playhead_transfer_facts, wire_bytes)

#define PLAYHEAD_ABI_WORLD_CONSTANTS(CONSTANT) \
  CONSTANT(PLAYHEAD_STORE_PUT) \
  CONSTANT(PLAYHEAD_STORE_ERASE) \
  CONSTANT(PLAYHEAD_STORE_ERASE_IF_VERSION) \
  CONSTANT(PLAYHEAD_TRANSFER_WAIT)
