// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "playhead/bytes.h"
#include "playhead/error.h"
#include "playhead/offline/download.h"
#include "playhead/result.h"
#include "playhead/time.h"
#include "trust/time_policy.h"
#include "vault/sealer.h"

// What the service allows for one download, and what that means at a moment. Pure but for sealing:
// no clock, no I/O; any thread.
namespace playhead::offline {

// Persistent licences that do not say when they end (product requirement).
inline constexpr Duration kPersistentLicence = 24h * 30;
// Before the service's time of the grant nobody can be playing; servers differ by less (chosen).
inline constexpr Duration kGrantTolerance = 10min;
// "Expiring" from then on (contract of RightsState).
inline constexpr Duration kExpiringSoon = 24h;
// Playback that is under way at the end may go on for that long at most, if the licence lets it.
inline constexpr Duration kLongestGrace = 2h;

// What an answer of the service grants; times by its clock.
struct Grant {
  std::string title_id;  // "" for downloads by URL
  std::string profile_id;
  WallTime server_time;                        // of the answer
  std::optional<WallTime> expires_at;          // of the download
  std::optional<Duration> rental;              // from now: the latest moment of the first play
  std::optional<Duration> playback;            // from the first play on
  std::optional<WallTime> licence_expires_at;  // of a persistent licence
  bool has_persistent_licence = false;         // without an end of its own: kPersistentLicence
  std::optional<WallTime> renew_after;
  Duration grace{0};  // see kLongestGrace; 0: playback stops at the end
  Duration max_without_contact = 24h * 30;
};

struct FirstPlay {
  WallTime at;
  Duration running{0};      // of the device (TimeReading)
  uint64_t boot = 0;        // see is_same_record()
  bool is_certain = false;  // by the service's clock, not the device's
  friend bool operator==(const FirstPlay&, const FirstPlay&) = default;
};

// The record of a download's rights. Replaced by one of a higher generation, never changed in
// place.
struct Rights {
  std::string download_id;
  std::string title_id;
  std::string profile_id;
  uint64_t generation = 0;
  WallTime issued;      // the service's time
  WallTime not_before;  // earlier than that it is not
  std::optional<WallTime> expires_at;
  std::optional<Duration> rental;
  std::optional<Duration> playback;
  std::optional<WallTime> licence_ends;
  std::optional<WallTime> renew_after;
  Duration grace{0};
  Duration max_without_contact = 24h * 30;
  std::optional<FirstPlay> first_play;

  // Without an end time plays no part, and the service need not be heard of.
  [[nodiscard]] bool is_limited() const;
  friend bool operator==(const Rights&, const Rights&) = default;
};

// Values out of range are brought into it. Generation 1.
[[nodiscard]] Rights make_rights(std::string download_id, const Grant& grant);
// The same download allowed anew, with the next generation. A watching window that is running goes
// on; one that is over begins anew with the next first play.
[[nodiscard]] Rights renew_rights(const Rights& old, const Grant& grant, const TimeReading& time);

// The record with the end of its licences in it, and when they are to be renewed, where that is
// before what the service said; none: it is as it was.
[[nodiscard]] std::optional<Rights> with_licence(const Rights& rights, std::optional<WallTime> end,
                                                 std::optional<WallTime> renew_after);

enum class EndRule : uint8_t { kNone, kExpiresAt, kRental, kPlayback, kLicence, kContact };

// Of a renewal that was asked for.
enum class RenewalState : uint8_t { kIdle, kAsked, kDenied };

struct PlayQuestion {
  bool is_playing = false;  // it was allowed before and goes on
  bool is_known = true;     // TrustedClock has a generation of it
  RenewalState renewal = RenewalState::kIdle;
  uint64_t jitter = 0;  // any number, the same for a download at all times; see renewal_due()
};

struct Verdict {
  RightsState state = RightsState::kNone;
  std::optional<ErrorCode> refusal;  // none: it may be played
  // The earliest end of all rules, contact included, and which it is.
  std::optional<WallTime> ends_at;
  EndRule rule = EndRule::kNone;
  // It has ended for certain, whatever the device's clock said meanwhile: content key and licence
  // are to be destroyed now.
  bool destroys_keys = false;
  bool is_renewal_due = false;

  [[nodiscard]] bool may_play() const { return !refusal.has_value(); }
};

[[nodiscard]] Verdict judge(const Rights& rights, const TimeReading& time,
                            const PlayQuestion& question);
// The refusal as an error, with a sentence.
[[nodiscard]] Result<void> as_result(const Verdict& verdict);
// What cannot even be judged: the record or the files are not ours.
[[nodiscard]] Verdict judge_unreadable(const Error& error);
// The download was removed.
[[nodiscard]] Verdict judge_removed();

// The record with the first play in it; none: there is nothing to write down (again).
[[nodiscard]] std::optional<Rights> with_first_play(const Rights& rights, const TimeReading& time);
// A first play is moved to where it was once more is known of the time: by the service's clock in
// the same start of the device, or back when it seems to lie ahead. To be asked for every record at
// start and after a contact, and what it answers be written. By another record of time it moves
// back alone. None: it stays.
[[nodiscard]] std::optional<Rights> corrected(const Rights& rights, const TimeReading& time);

// When to ask the service anew: from renew_after on (without it, of licences after 4/5 of their
// time), spread over a tenth of what is left, 6 h at most. None: not before the end.
[[nodiscard]] std::optional<WallTime> renewal_due(const Rights& rights, uint64_t jitter);
// Until the next try after so many failures (>= 1): 1 min doubling to 6 h, half of it by chance.
[[nodiscard]] Duration renewal_retry(int failures, uint64_t random);

// Rows of an index that repeat the record, for lists. Only the record counts; a row that says
// something else was not written by us and is to be written again.
struct RightsRow {
  std::optional<WallTime> expires_at;
  std::optional<WallTime> first_play;
  uint64_t generation = 0;
  friend bool operator==(const RightsRow&, const RightsRow&) = default;
};
[[nodiscard]] RightsRow row_of(const Rights& rights);

[[nodiscard]] std::vector<uint8_t> write_rights(const Rights& rights);
// Errors: kStoreCorrupt, kStoreNewer.
[[nodiscard]] Result<Rights> parse_rights(ByteView bytes);

[[nodiscard]] Result<std::vector<uint8_t>> seal_rights(Sealer& sealer, const Rights& rights);
// Errors: kOfflineTampered (changed, or another download's), kOfflineOtherDevice, kStoreNewer.
[[nodiscard]] Result<Rights> open_rights(Sealer& sealer, const std::string& download_id,
                                         ByteView sealed);

}  // namespace playhead::offline
