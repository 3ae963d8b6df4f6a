// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "playhead/export.h"

// Every error the library can report: X(number, Name, C_NAME, one-line meaning).
// Ranges: 1xxx API use, 2xxx network, 3xxx manifest, 4xxx container/decoder, 5xxx output, 6xxx DRM,
// 7xxx offline/storage, 8xxx policy. Numbers are never reused and never renumbered.
#define PLAYHEAD_ERROR_TABLE(X)                                                                    \
  X(1001, kInvalidArgument, INVALID_ARGUMENT, "an argument is out of its documented range")        \
  X(1002, kInvalidState, INVALID_STATE, "the call is not allowed in this state")                   \
  X(1003, kClosed, CLOSED, "the object is being destroyed")                                        \
  X(1004, kVersionMismatch, VERSION_MISMATCH, "header and library have different major versions")  \
  X(1005, kOutOfMemory, OUT_OF_MEMORY, "memory could not be allocated")                            \
  X(1006, kInternal, INTERNAL, "the library broke one of its own rules")                           \
  X(1007, kTimedOut, TIMED_OUT, "the call's waiting time ran out")                                 \
  X(1008, kBufferTooSmall, BUFFER_TOO_SMALL, "the caller's buffer is smaller than the answer")     \
  X(1009, kInvalidHandle, INVALID_HANDLE, "the handle is not, or no longer, one of that kind")     \
  X(1010, kCallbackSlow, CALLBACK_SLOW, "a callback of the app's does not return in time")         \
  X(2001, kNetworkUnreachable, NETWORK_UNREACHABLE, "the host cannot be reached")                  \
  X(2002, kNetworkTimeout, NETWORK_TIMEOUT, "the host did not answer in time")                     \
  X(2003, kConnectionLost, CONNECTION_LOST, "the connection broke during the transfer")            \
  X(2004, kHttpStatus, HTTP_STATUS, "the host answered with an error status")                      \
  X(2005, kNotFound, NOT_FOUND, "the host does not have the resource")                             \
  X(2006, kForbidden, FORBIDDEN, "the host refuses access to the resource")                        \
  X(2007, kUnauthorized, UNAUTHORIZED, "access was refused: credentials are missing or not valid") \
  X(2008, kTooManyRedirects, TOO_MANY_REDIRECTS, "the redirects do not end")                       \
  X(2009, kForbiddenScheme, FORBIDDEN_SCHEME, "only http and https URLs are fetched")              \
  X(2010, kTooLarge, TOO_LARGE, "the answer is larger than allowed")                               \
  X(2011, kTlsFailure, TLS_FAILURE, "the secure connection could not be established")              \
  X(2012, kInvalidUrl, INVALID_URL, "the URL cannot be understood")                                \
  X(2013, kBadResponse, BAD_RESPONSE, "the answer breaks the protocol")                            \
  X(2014, kServerBusy, SERVER_BUSY, "the host asks to come back later")                            \
  X(2015, kPinMismatch, PIN_MISMATCH, "the host's key is none of those the app has pinned")        \
  X(2016, kCaptivePortal, CAPTIVE_PORTAL,                                                          \
    "the network answers with a web page in place of the resource")                                \
  X(2017, kProxyFailure, PROXY_FAILURE, "the proxy cannot be reached or refuses")                  \
  X(2018, kResourceChanged, RESOURCE_CHANGED, "the host replaces the file while it is fetched")    \
  X(3001, kManifestNotRecognised, MANIFEST_NOT_RECOGNISED, "neither an HLS playlist nor an MPD")   \
  X(3002, kManifestSyntax, MANIFEST_SYNTAX, "the manifest breaks its format")                      \
  X(3003, kManifestEmpty, MANIFEST_EMPTY, "the manifest names nothing to play")                    \
  X(3004, kManifestLimit, MANIFEST_LIMIT, "the manifest exceeds a limit")                          \
  X(3005, kManifestUnsupported, MANIFEST_UNSUPPORTED, "the manifest needs a feature not built")    \
  X(3006, kNoPlayableTrack, NO_PLAYABLE_TRACK, "no track of the title can be played here")         \
  X(3007, kManifestStale, MANIFEST_STALE, "the live manifest has stopped to change")               \
  X(3008, kBehindLiveWindow, BEHIND_LIVE_WINDOW, "playback fell out of what the live title keeps") \
  X(4001, kContainerSyntax, CONTAINER_SYNTAX, "the segment is damaged or truncated")               \
  X(4002, kContainerUnsupported, CONTAINER_UNSUPPORTED, "the segment's container is not known")    \
  X(4003, kCodecUnsupported, CODEC_UNSUPPORTED, "no decoder for this codec")                       \
  X(4004, kDecodeFailed, DECODE_FAILED, "the decoder rejects the data")                            \
  X(5001, kAudioOutput, AUDIO_OUTPUT, "the audio device fails")                                    \
  X(5002, kVideoOutput, VIDEO_OUTPUT, "the video output fails")                                    \
  X(6001, kDrmNoSystem, DRM_NO_SYSTEM, "the title is encrypted and no DRM system fits")            \
  X(6002, kDrmInitData, DRM_INIT_DATA, "what describes the keys cannot be read")                   \
  X(6003, kDrmLicense, DRM_LICENSE, "the licence cannot be used")                                  \
  X(6004, kDrmLicenseRefused, DRM_LICENSE_REFUSED, "the licence service refuses the licence")      \
  X(6005, kDrmLicenseUnreachable, DRM_LICENSE_UNREACHABLE, "the licence service does not answer")  \
  X(6006, kDrmNoKey, DRM_NO_KEY, "no licence holds the key of the media")                          \
  X(6007, kDrmExpired, DRM_EXPIRED, "the licence has expired")                                     \
  X(6008, kDrmOutputRestricted, DRM_OUTPUT_RESTRICTED,                                             \
    "the output does not protect as the licence asks")                                             \
  X(6009, kDrmSample, DRM_SAMPLE, "an encrypted sample contradicts its description")               \
  X(6010, kDrmBusy, DRM_BUSY, "the DRM system has no session left")                                \
  X(6011, kDrmNoLicense, DRM_NO_LICENSE, "no licence is kept under that name")                     \
  X(6012, kDrmWrongKey, DRM_WRONG_KEY, "the key does not open the media")                          \
  X(6013, kDrmModule, DRM_MODULE, "the DRM module cannot be used")                                 \
  X(6014, kDrmProvisioning, DRM_PROVISIONING, "the device has to be provisioned first")            \
  X(6015, kDrmRevoked, DRM_REVOKED, "the device or its module is not trusted any more")            \
  X(7001, kStoreIo, STORE_IO, "the local store cannot be read or written")                         \
  X(7002, kStoreCorrupt, STORE_CORRUPT, "the local store is damaged")                              \
  X(7003, kStoreFull, STORE_FULL, "the disk is full")                                              \
  X(7004, kStoreNewer, STORE_NEWER, "the local store was written by a newer version")              \
  X(7101, kOfflineExpired, OFFLINE_EXPIRED, "the downloaded title has expired")                    \
  X(7102, kOfflineContactNeeded, OFFLINE_CONTACT_NEEDED,                                           \
    "the service has to be reached before the downloaded title plays again")                       \
  X(7103, kOfflineClockUntrusted, OFFLINE_CLOCK_UNTRUSTED,                                         \
    "the device's clock was set back; the service has to be reached once")                         \
  X(7104, kOfflineTampered, OFFLINE_TAMPERED, "the download's record is not the one written")      \
  X(7105, kOfflineOtherDevice, OFFLINE_OTHER_DEVICE,                                               \
    "the downloads belong to another device or installation")                                      \
  X(7106, kOfflineDamaged, OFFLINE_DAMAGED, "bytes of the download are damaged")                   \
  X(7107, kOfflineIncomplete, OFFLINE_INCOMPLETE, "the download is not complete")                  \
  X(7108, kOfflineBusy, OFFLINE_BUSY, "another process uses the downloads")                        \
  X(7109, kOfflineQuota, OFFLINE_QUOTA, "the quota of downloads is used up")                       \
  X(8001, kExpired, EXPIRED, "the permission to play has expired")                                 \
  X(8002, kNotEntitled, NOT_ENTITLED, "the account may not play this title")                       \
  X(8003, kApiRejected, API_REJECTED, "the service refused the request")                           \
  X(8004, kApiBadAnswer, API_BAD_ANSWER, "the service's answer cannot be used")                    \
  X(8005, kStalled, STALLED, "playback cannot go on: data stopped arriving")                       \
  X(8006, kGeoBlocked, GEO_BLOCKED, "the title may not be watched in this country")                \
  X(8007, kMaturityBlocked, MATURITY_BLOCKED, "the title is rated above the profile")              \
  X(8008, kPinRequired, PIN_REQUIRED, "the profile's PIN is needed")                               \
  X(8009, kPinWrong, PIN_WRONG, "the PIN is not the profile's")                                    \
  X(8010, kPinLocked, PIN_LOCKED, "too many wrong PINs: none is accepted for a while")             \
  X(8011, kDeviceUnsupported, DEVICE_UNSUPPORTED, "the title cannot be played on this device")

namespace playhead {

enum class ErrorCode : int32_t {
#define PLAYHEAD_ERROR_ENUMERATOR(number, name, c_name, meaning) name = number,
  PLAYHEAD_ERROR_TABLE(PLAYHEAD_ERROR_ENUMERATOR)
#undef PLAYHEAD_ERROR_ENUMERATOR
};

enum class Severity : uint8_t {
  kRecoverable,  // will be retried, or another Representation is tried
  kFatal,        // ends the operation it is reported for
};

// What went wrong, for programs (`code`, `detail`) and for people (`context`).
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  Severity severity = Severity::kFatal;
  // HTTP status, errno, libcurl or FFmpeg code, by the range of `code`; 0 when there is none.
  int32_t detail = 0;
  // Short, English; URLs in it are redacted (see base/url.h). May be empty.
  std::string context;
  // Of what could not be fetched, as of the place that was asked last; redacted. Empty: nothing was
  // being fetched. Licences and calls of the service have none.
  std::string url = {};
};

// "HTTP_STATUS": stable, for logs and metrics. "UNKNOWN" for a number not in the table.
[[nodiscard]] PLAYHEAD_API std::string_view error_name(ErrorCode code);
// The table's one-line meaning.
[[nodiscard]] PLAYHEAD_API std::string_view error_meaning(ErrorCode code);
// One sentence for a person: meaning, context and detail together.
[[nodiscard]] PLAYHEAD_API std::string describe(const Error& error);

}  // namespace playhead
