// SPDX-License-Identifier: Apache-2.0
#include "c_types.h"

#include <iterator>
#include <limits>
#include <utility>

namespace playhead::drm {
namespace {

template <typename Value>
struct Row {
  Value value;
  uint32_t number;
};

constexpr Row<TrackKind> kTracks[] = {{TrackKind::kVideo, PLAYHEAD_CDM_TRACK_VIDEO},
                                      {TrackKind::kAudio, PLAYHEAD_CDM_TRACK_AUDIO},
                                      {TrackKind::kText, PLAYHEAD_CDM_TRACK_TEXT}};
constexpr Row<SessionKind> kKinds[] = {{SessionKind::kTemporary, PLAYHEAD_CDM_TEMPORARY},
                                       {SessionKind::kPersistent, PLAYHEAD_CDM_PERSISTENT}};
constexpr Row<InitDataType> kInitTypes[] = {{InitDataType::kPssh, PLAYHEAD_CDM_INIT_PSSH},
                                            {InitDataType::kKeyIds, PLAYHEAD_CDM_INIT_KEY_IDS},
                                            {InitDataType::kPlayReady, PLAYHEAD_CDM_INIT_PLAYREADY},
                                            {InitDataType::kKeyUri, PLAYHEAD_CDM_INIT_KEY_URI}};
constexpr Row<DrmMessageType> kMessageTypes[] = {
    {DrmMessageType::kLicenseRequest, PLAYHEAD_CDM_LICENSE_REQUEST},
    {DrmMessageType::kRenewal, PLAYHEAD_CDM_RENEWAL},
    {DrmMessageType::kRelease, PLAYHEAD_CDM_RELEASE},
    {DrmMessageType::kIndividualisation, PLAYHEAD_CDM_INDIVIDUALISATION}};
constexpr Row<KeyStatus> kKeyStatuses[] = {
    {KeyStatus::kPending, PLAYHEAD_CDM_KEY_PENDING},
    {KeyStatus::kUsable, PLAYHEAD_CDM_KEY_USABLE},
    {KeyStatus::kUsableInFuture, PLAYHEAD_CDM_KEY_USABLE_IN_FUTURE},
    {KeyStatus::kExpired, PLAYHEAD_CDM_KEY_EXPIRED},
    {KeyStatus::kOutputRestricted, PLAYHEAD_CDM_KEY_OUTPUT_RESTRICTED},
    {KeyStatus::kOutputDownscaled, PLAYHEAD_CDM_KEY_OUTPUT_DOWNSCALED},
    {KeyStatus::kReleased, PLAYHEAD_CDM_KEY_RELEASED},
    {KeyStatus::kError, PLAYHEAD_CDM_KEY_ERROR}};
constexpr Row<SampleScheme> kSchemes[] = {
    {SampleScheme::kCenc, PLAYHEAD_CDM_CENC},      {SampleScheme::kCens, PLAYHEAD_CDM_CENS},
    {SampleScheme::kCbc1, PLAYHEAD_CDM_CBC1},      {SampleScheme::kCbcs, PLAYHEAD_CDM_CBCS},
    {SampleScheme::kHlsAvc, PLAYHEAD_CDM_HLS_AVC}, {SampleScheme::kHlsAac, PLAYHEAD_CDM_HLS_AAC},
    {SampleScheme::kHlsAc3, PLAYHEAD_CDM_HLS_AC3}};
constexpr Row<OutputProtection> kOutputs[] = {
    {OutputProtection::kUnknown, PLAYHEAD_CDM_OUTPUT_UNKNOWN},
    {OutputProtection::kNone, PLAYHEAD_CDM_OUTPUT_NONE},
    {OutputProtection::kHdcp1, PLAYHEAD_CDM_OUTPUT_HDCP1},
    {OutputProtection::kHdcp2_2, PLAYHEAD_CDM_OUTPUT_HDCP2_2},
    {OutputProtection::kInternal, PLAYHEAD_CDM_OUTPUT_INTERNAL}};

// What the table does not have is a number nobody knows: the other side passes it over.
constexpr uint32_t kNoNumber = 0xFFFFFFFF;

template <typename Value, std::size_t kSize>
uint32_t number_of(const Row<Value> (&rows)[kSize], Value value) {
  for (const Row<Value>& row : rows) {
    if (row.value == value) return row.number;
  }
  return kNoNumber;
}

template <typename Value, std::size_t kSize>
std::optional<Value> value_of(const Row<Value> (&rows)[kSize], uint32_t number) {
  for (const Row<Value>& row : rows) {
    if (row.number == number) return row.value;
  }
  return std::nullopt;
}

bool is_known(int64_t code) {
  switch (code) {
#define PLAYHEAD_DRM_KNOWN(number, name, c_name, meaning) case number:
    PLAYHEAD_ERROR_TABLE(PLAYHEAD_DRM_KNOWN)
#undef PLAYHEAD_DRM_KNOWN
    return true;
    default:
      return false;
  }
}

static_assert(PLAYHEAD_CDM_CLOSED == static_cast<int>(ErrorCode::kClosed));
static_assert(PLAYHEAD_CDM_VERSION_MISMATCH == static_cast<int>(ErrorCode::kVersionMismatch));
static_assert(PLAYHEAD_CDM_BUFFER_TOO_SMALL == static_cast<int>(ErrorCode::kBufferTooSmall));
static_assert(PLAYHEAD_CDM_SAMPLE == static_cast<int>(ErrorCode::kDrmSample));
static_assert(PLAYHEAD_CDM_REVOKED == static_cast<int>(ErrorCode::kDrmRevoked));
static_assert(PLAYHEAD_CDM_STORE_IO == static_cast<int>(ErrorCode::kStoreIo));

// One line of ASCII. What stands behind a '?' may be the signed part of a URL.
std::string plain_text(std::string_view text) {
  std::string plain;
  bool is_query = false;
  for (const char c : text) {
    const bool is_plain = c >= ' ' && c <= '~';
    if (is_query && is_plain && c != ' ') continue;
    is_query = c == '?';
    plain += is_plain ? c : ' ';
  }
  plain.resize(plain.find_last_not_of(' ') + 1);
  return plain;
}

}  // namespace

std::optional<std::string_view> c_text(const char* text, std::size_t most) {
  if (text == nullptr) return std::nullopt;
  const void* end = std::memchr(text, 0, most + 1);
  if (end == nullptr) return std::nullopt;
  return std::string_view(text, static_cast<std::size_t>(static_cast<const char*>(end) - text));
}

Status status_of(const Error& error) { return status_of(error.code); }

void fill_error(const Error& error, playhead_cdm_error* filled) {
  if (filled == nullptr) return;
  auto ours = c_sized<playhead_cdm_error>();
  ours.detail = error.detail;
  const std::size_t size = std::min(error.context.size(), sizeof(ours.message) - 1);
  std::memcpy(ours.message, error.context.data(), size);
  c_fill(ours, filled);
}

Error error_of(Status status, const playhead_cdm_error* error, const char* what) {
  auto said = c_copied(error);
  said.message[sizeof(said.message) - 1] = 0;
  std::string text = plain_text(said.message);
  const int64_t code = -int64_t{status};
  if (!is_known(code)) {
    std::string context = std::string("the module's ") + what + " answers an unknown number";
    return make_error(ErrorCode::kDrmModule, std::move(context), status);
  }
  if (text.empty()) text = std::string("the module's ") + what + " fails";
  return make_error(static_cast<ErrorCode>(code), std::move(text), said.detail);
}

uint32_t c_track(TrackKind track) { return number_of(kTracks, track); }
std::optional<TrackKind> track_of(uint32_t track) { return value_of(kTracks, track); }
uint32_t c_kind(SessionKind kind) { return number_of(kKinds, kind); }
std::optional<SessionKind> kind_of(uint32_t kind) { return value_of(kKinds, kind); }
uint32_t c_init_type(InitDataType type) { return number_of(kInitTypes, type); }
std::optional<InitDataType> init_type_of(uint32_t type) { return value_of(kInitTypes, type); }
uint32_t c_message_type(DrmMessageType type) { return number_of(kMessageTypes, type); }
std::optional<DrmMessageType> message_type_of(uint32_t type) {
  return value_of(kMessageTypes, type);
}
uint32_t c_key_status(KeyStatus status) { return number_of(kKeyStatuses, status); }
KeyStatus key_status_of(uint32_t status) {
  return value_of(kKeyStatuses, status).value_or(KeyStatus::kError);
}
uint32_t c_scheme(SampleScheme scheme) { return number_of(kSchemes, scheme); }
std::optional<SampleScheme> scheme_of(uint32_t scheme) { return value_of(kSchemes, scheme); }

std::vector<SampleScheme> schemes_of(uint32_t schemes) {
  std::vector<SampleScheme> found;
  for (const Row<SampleScheme>& row : kSchemes) {
    if ((schemes & row.number) != 0) found.push_back(row.value);
  }
  return found;
}

SecurityLevel level_of(uint32_t level) {
  for (const SecurityLevel known :
       {SecurityLevel::kSl3000, SecurityLevel::kSl2000, SecurityLevel::kSl1000}) {
    if (level >= static_cast<uint32_t>(known)) return known;
  }
  return SecurityLevel::kNone;
}

uint32_t c_output(OutputProtection output) { return number_of(kOutputs, output); }

LogLevel log_level_of(uint32_t level) {
  return level < PLAYHEAD_CDM_LOG_DEBUG ? static_cast<LogLevel>(level) : LogLevel::kDebug;
}
static_assert(static_cast<int>(LogLevel::kInfo) == PLAYHEAD_CDM_LOG_INFO);

playhead_cdm_capabilities c_capabilities(const DrmCapabilities& capabilities) {
  auto told = c_sized<playhead_cdm_capabilities>();
  told.level = static_cast<uint32_t>(capabilities.level);
  for (const SampleScheme scheme : capabilities.schemes) told.schemes |= c_scheme(scheme);
  if (capabilities.decrypts_samples) told.can |= PLAYHEAD_CDM_DECRYPTS;
  if (capabilities.has_secure_decoder) told.can |= PLAYHEAD_CDM_SECURE_DECODER;
  if (capabilities.keeps_licenses) told.can |= PLAYHEAD_CDM_KEEPS_LICENSES;
  told.max_sessions = static_cast<uint32_t>(std::max(capabilities.max_sessions, 1));
  return told;
}

DrmCapabilities capabilities_of(const playhead_cdm_capabilities& capabilities) {
  DrmCapabilities found;
  found.level = level_of(capabilities.level);
  found.schemes = schemes_of(capabilities.schemes);
  found.decrypts_samples = (capabilities.can & PLAYHEAD_CDM_DECRYPTS) != 0;
  found.has_secure_decoder = (capabilities.can & PLAYHEAD_CDM_SECURE_DECODER) != 0;
  found.keeps_licenses = (capabilities.can & PLAYHEAD_CDM_KEEPS_LICENSES) != 0;
  constexpr auto kMost = static_cast<uint32_t>(std::numeric_limits<int>::max());
  found.max_sessions = static_cast<int>(std::clamp(capabilities.max_sessions, 1U, kMost));
  return found;
}

}  // namespace playhead::drm
