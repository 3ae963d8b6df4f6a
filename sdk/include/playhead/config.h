// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bitrate.h"
#include "playhead/drm_config.h"
#include "playhead/log.h"
#include "playhead/result.h"
#include "playhead/service_config.h"
#include "playhead/time.h"
#include "playhead/unique_function.h"

namespace playhead {

class RequestInterceptor;  // playhead/interceptor.h

using TokenCallback = UniqueFunction<void(Result<std::string>)>;

// The app's source of access tokens. Called from any thread, never while an earlier call has not
// been answered; must not block. `refresh`: the service refused the last token, a new one is
// needed. `done` may be called from any thread, during the call or later; only the first call of it
// counts.
using TokenProvider = UniqueFunction<void(bool refresh, TokenCallback done)>;

// The public keys that a host may have, beside having a valid certificate.
struct PinnedHost {
  std::string host;  // "cdn.example.com"; ports and subdomains do not count
  // "sha256//" and the base64 of the SHA-256 of the key's SubjectPublicKeyInfo; at least two, so
  // that a backup key is there the day the first one has to go.
  std::vector<std::string> keys;
};

// Bytes of a recording unless the app says otherwise: hours of playback.
inline constexpr int64_t kDefaultRecordingBytes = int64_t{64} << 20;

// Encoded media of all players of a client, unless the app says otherwise: two plays with the
// usual BufferingConfig::max_bytes, and a prepared one or two.
inline constexpr int64_t kDefaultMediaBytes = int64_t{256} << 20;

// What all players of an app share.
struct ClientConfig {
  // Folder for the outbox and remembered facts; created when absent. Empty: nothing is remembered
  // and unsent progress is lost with the process.
  std::string storage_path;
  // Whose reports wait in storage_path: any stable name of the account the tokens are for, at most
  // 256 bytes. What another account could not deliver then waits until a client has that name
  // again, and positions are each account's own. A change of account is a new client. Empty: one
  // nameless account, whose reports go out with whatever token there is.
  std::string account_id;
  // Origin of the control plane, "https://api.example.com". Empty: only plain URLs can be played.
  std::string api_url;
  TokenProvider token_provider;
  ServiceConfig service;
  // Sees, and may change, every request of the client; null: nobody does.
  std::shared_ptr<RequestInterceptor> interceptor;
  std::shared_ptr<LogSink> log;  // null: no logs; URLs in them are redacted
  std::string user_agent = "playhead";
  // "http://host:port"; all requests go through it. Empty: none, whatever the environment says.
  std::string proxy;
  // Hosts that are refused with kPinMismatch when their key is another one.
  std::vector<PinnedHost> pins;
  // The flight recorder: a file that is written while the client lives, and replaced when it is
  // there. It holds what the library was told and did, by the microsecond, without media, keys,
  // names, hosts and tokens; playhead-sim --replay plays it again. All players of the client then
  // run on the client's thread. Empty: nothing is recorded, and it costs nothing.
  std::string recording_path;
  // Recording ends, and says so, before the file is larger. At least 64 KiB.
  int64_t recording_max_bytes = kDefaultRecordingBytes;
  // Protected titles. Clear Key alone unless the app registers more.
  DrmConfig drm;
  // Encoded bytes that all players together hold, at least 1 MiB for each of them. Where their
  // BufferingConfig::max_bytes come to more, each has what it wants up to an even part of this.
  int64_t max_media_bytes = kDefaultMediaBytes;
};

// What a play is after: sets the automatic choice of the picture, and the BufferingConfig of those
// who do not choose their own.
enum class AbrPreset : uint8_t {
  kVod,         // minutes of buffer, the end is known
  kLive,        // 10 to 30 s of buffer, no end
  kLowLatency,  // 1 to 4 s of buffer
  kDataSaver,   // content with the middle of what is offered
  kMaxQuality,  // accepts more stalls and switches for the best picture
};

// Taken for "what the preset says" by PlayerConfig::buffering.
inline constexpr Duration kByPreset{-1};

// When to fetch and when to play. What is not set here is what buffering_for() says of the preset.
// Zero is allowed for `back` only.
struct BufferingConfig {
  // Media needed before playback starts, and after the buffer ran empty. More: later, and calmer.
  Duration start = kByPreset;
  Duration after_rebuffer = kByPreset;
  // Fetch until this much is ahead. More: memory, and wasted bytes on quit.
  Duration target = kByPreset;
  Duration back = kByPreset;  // kept behind the position for instant rewinds
  // Encoded bytes held, all tracks, at least 1 MiB; wins over everything else here: a segment that
  // has no room waits half fetched, and playback begins with what there is room for. Half a
  // second is fetched whatever it weighs. With a sixth of it held, from 16 MiB on, 1/2 to 2/3 of
  // `target` are enough. 0: the preset's.
  int64_t max_bytes = 0;
};

//               start  after_rebuffer  target  back  max_bytes
// kVod          1 s    2 s             30 s    10 s   96 MiB
// kLive         1 s    2 s             20 s    10 s   96 MiB   the edge is no further away
// kLowLatency   0.5 s  1 s             10 s     5 s   48 MiB   what is stale is of no use
// kDataSaver    1 s    2 s             15 s    30 s   48 MiB   quits waste less, rewinds fetch less
// kMaxQuality   2 s    4 s             60 s    10 s  256 MiB   a reserve to stay at the top with
[[nodiscard]] BufferingConfig buffering_for(AbrPreset preset);
// `wanted`, with what it leaves open taken from the preset.
[[nodiscard]] BufferingConfig complete(BufferingConfig wanted, AbrPreset preset);

// What the picture may not exceed. Zero, negative and false: no such limit, unless said. All but
// the HDCP version are wishes: they bind the automatic choice only, and where they leave nothing
// the smallest Representation is taken.
struct PictureLimits {
  Bitrate max_bitrate;
  int max_height = 0;
  // The view in layout units, and physical pixels in one of them. More pixels than the view has are
  // not fetched.
  int viewport_width = 0, viewport_height = 0;
  double pixel_ratio = 1;  // up to 16; otherwise taken for 1
  // The network is metered, or the viewer saves data: at most data_saver_bitrate.
  bool saves_data = false;
  Bitrate data_saver_bitrate;  // 0: 2 Mb/s, about 900 MB an hour
  // HDCP version the output is protected with, in tenths: 22 is 2.2, which is also what to say of a
  // panel of the device's own. 0: not known, no limit, and for DRM not protected. Negative: not
  // protected. What a manifest or a DRM system withholds from such an output is never shown.
  int hdcp_tenths = 0;
};

// What happens when a live title no longer keeps what is at the position: it was paused for too
// long, or data stopped to arrive.
enum class BehindWindow : uint8_t {
  kJumpLive,    // goes on at the live edge
  kJumpOldest,  // goes on at the oldest moment there is
  kStop,        // ends with kBehindLiveWindow
};

// How live titles are played.
struct LiveConfig {
  // How far behind the live edge. 0: what the title asks for, else three segments. Nearer: fresher,
  // and stalls sooner.
  Duration target_offset{0};
  BehindWindow behind_window = BehindWindow::kJumpLive;
  // Speeds by which the offset is corrected while the viewer plays at normal speed, 0.5..1 and
  // 1..2; 1 and 1: it is not. Where the title gives limits, the narrower ones hold. Only titles
  // with low latency or limits of their own are corrected, and those with a target_offset.
  double min_speed = 0.97, max_speed = 1.03;
  // Uses parts of segments where the title has them (HLS), and starts at their distance.
  bool low_latency = true;
};

// How requests for manifests, segments, keys and text tell a CDN about the play (CMCD version 1,
// CTA-5004).
enum class CmcdMode : uint8_t {
  kOff,
  kQuery,    // an argument of the URL: caches have to leave it out of their keys
  kHeaders,  // four request headers
};

// What happens in plays, told to a collector beside the service (CMCD version 2, CTA-5004-B, event
// mode): changes of the play state, the speed, the bitrate and muting, surfaces that are lost or
// there again (Player::set_surface(), told as backgrounding), errors, and how it goes in intervals.
// Lines of text in batches, POSTed as application/cmcd, without tokens; kept in memory until the
// collector has them, 500 at most, the oldest goes. One that answers 410 is told nothing more. They
// name the play and the title as CmcdMode does.
struct CmcdEvents {
  std::string url;  // of the collector, http or https; empty: none
  // Between reports on how it goes (t), 1 s..1 h; 0: none.
  Duration interval = 30s;
  // Every answer to a request for manifests, segments, keys and text as well (rr): one line for
  // each, with the URL without its query.
  bool tells_responses = false;
};

struct PlayerConfig {
  BufferingConfig buffering;
  // Position reports per true play time; 4 s or 10 s by product rule, 1 s..60 s accepted.
  Duration progress_interval = 4s;
  AbrPreset preset = AbrPreset::kVod;
  LiveConfig live;
  PictureLimits limits;  // Player::set_limits() changes them
  // BCP 47; empty: the manifest's default.
  std::string audio_language;
  // What the sound should be like, among tracks of one language; empty or 0: the manifest's
  // default. None of them rules a track out.
  std::string audio_role;   // "main", "alternate", "commentary", "description", "dub"
  int audio_channels = 0;   // 2, 6 … ; the nearest below it, else the nearest above
  std::string audio_codec;  // beginning of its RFC 6381 name: "ec-3", "mp4a.40"
  std::string audio_label;  // as the manifest has it
  // Subtitles or captions to begin with, BCP 47. Empty, or when the title has none of the language:
  // forced ones alone (signs, foreign talk), in the language of the sound.
  std::string text_language;
  // Names the title by its id, the play by a random one; nobody's device or account.
  CmcdMode cmcd = CmcdMode::kOff;
  // No text at all, forced ones included, until Player::select_text() names a track.
  bool text_off = false;
  CmcdEvents cmcd_events;
};

enum class SeekMode : uint8_t {
  kExact,  // shows the frame at the position
  // Shows the key frame at or before it: the buffer's, else the first of the segment there.
  kFast,
};

// What to play: a download, a title of the service, or the URL of any manifest.
struct PlaySource {
  std::string title_id;
  std::string url;                // used when title_id is empty
  std::optional<Duration> start;  // overrides the saved position
  bool start_paused = false;
  // DownloadStatus::id: what was downloaded is played and no network is asked; title_id and url
  // name nothing then. Needs a DownloadManager of the client.
  std::string download_id;
  // Whose play of title_id it is: a ViewerProfile::profile_id. Empty: the profile chosen by
  // ServiceClient::choose_profile() when it is loaded or prepared, else the account's default one.
  // One that is protected by a PIN has to be chosen.
  std::string profile_id;
};

}  // namespace playhead
