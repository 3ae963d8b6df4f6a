// SPDX-License-Identifier: Apache-2.0
// Made by make_java.py from the C headers; do not edit.
#include "mirror.h"

namespace playhead::jni {

template <>
Mirror& mirror<playhead_drm_config>() {
  static Mirror made("org/playhead/DrmConfig", {
      {"noClearKey", Member::kYesOrNo, offsetof(playhead_drm_config, no_clear_key)},
      {"preference", Member::kText, offsetof(playhead_drm_config, preference)},
      {"licenseUrl", Member::kText, offsetof(playhead_drm_config, license_url)},
      {"rawLicenses", Member::kYesOrNo, offsetof(playhead_drm_config, raw_licenses)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_client_config>() {
  static Mirror made("org/playhead/ClientConfig", {
      {"storagePath", Member::kText, offsetof(playhead_client_config, storage_path)},
      {"apiUrl", Member::kText, offsetof(playhead_client_config, api_url)},
      {"userAgent", Member::kText, offsetof(playhead_client_config, user_agent)},
      {"proxy", Member::kText, offsetof(playhead_client_config, proxy)},
      {"pins", Member::kText, offsetof(playhead_client_config, pins)},
      {"recordingPath", Member::kText, offsetof(playhead_client_config, recording_path)},
      {"recordingMaxBytes", Member::kLong, offsetof(playhead_client_config, recording_max_bytes)},
      {"drm", Member::kNested, offsetof(playhead_client_config, drm), "Lorg/playhead/DrmConfig;", &mirror<playhead_drm_config>},
      {"accountId", Member::kText, offsetof(playhead_client_config, account_id)},
      {"maxMediaBytes", Member::kLong, offsetof(playhead_client_config, max_media_bytes)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_player_config>() {
  static Mirror made("org/playhead/PlayerConfig", {
      {"maxHeight", Member::kInt, offsetof(playhead_player_config, max_height)},
      {"progressIntervalUs", Member::kLong, offsetof(playhead_player_config, progress_interval_us)},
      {"maxBitrateBps", Member::kLong, offsetof(playhead_player_config, max_bitrate_bps)},
      {"audioLanguage", Member::kText, offsetof(playhead_player_config, audio_language)},
      {"bufferStartUs", Member::kLong, offsetof(playhead_player_config, buffer_start_us)},
      {"bufferAfterRebufferUs", Member::kLong, offsetof(playhead_player_config, buffer_after_rebuffer_us)},
      {"bufferTargetUs", Member::kLong, offsetof(playhead_player_config, buffer_target_us)},
      {"bufferBackUs", Member::kLong, offsetof(playhead_player_config, buffer_back_us)},
      {"bufferMaxBytes", Member::kLong, offsetof(playhead_player_config, buffer_max_bytes)},
      {"preset", Member::kInt, offsetof(playhead_player_config, preset)},
      {"behindWindow", Member::kInt, offsetof(playhead_player_config, behind_window)},
      {"liveOffsetUs", Member::kLong, offsetof(playhead_player_config, live_offset_us)},
      {"liveMinSpeed", Member::kDouble, offsetof(playhead_player_config, live_min_speed)},
      {"liveMaxSpeed", Member::kDouble, offsetof(playhead_player_config, live_max_speed)},
      {"noLowLatency", Member::kYesOrNo, offsetof(playhead_player_config, no_low_latency)},
      {"audioChannels", Member::kInt, offsetof(playhead_player_config, audio_channels)},
      {"audioRole", Member::kText, offsetof(playhead_player_config, audio_role)},
      {"audioCodec", Member::kText, offsetof(playhead_player_config, audio_codec)},
      {"audioLabel", Member::kText, offsetof(playhead_player_config, audio_label)},
      {"textLanguage", Member::kText, offsetof(playhead_player_config, text_language)},
      {"textOff", Member::kYesOrNo, offsetof(playhead_player_config, text_off)},
      {"cmcd", Member::kInt, offsetof(playhead_player_config, cmcd)},
      {"cmcdEventsUrl", Member::kText, offsetof(playhead_player_config, cmcd_events_url)},
      {"cmcdEventsIntervalUs", Member::kLong, offsetof(playhead_player_config, cmcd_events_interval_us)},
      {"cmcdTellsResponses", Member::kYesOrNo, offsetof(playhead_player_config, cmcd_tells_responses)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_source>() {
  static Mirror made("org/playhead/Source", {
      {"hasStart", Member::kYesOrNo, offsetof(playhead_source, has_start)},
      {"titleId", Member::kText, offsetof(playhead_source, title_id)},
      {"url", Member::kText, offsetof(playhead_source, url)},
      {"startUs", Member::kLong, offsetof(playhead_source, start_us)},
      {"startPaused", Member::kYesOrNo, offsetof(playhead_source, start_paused)},
      {"downloadId", Member::kText, offsetof(playhead_source, download_id)},
      {"profileId", Member::kText, offsetof(playhead_source, profile_id)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_limits>() {
  static Mirror made("org/playhead/Limits", {
      {"maxHeight", Member::kInt, offsetof(playhead_limits, max_height)},
      {"maxBitrateBps", Member::kLong, offsetof(playhead_limits, max_bitrate_bps)},
      {"viewportWidth", Member::kInt, offsetof(playhead_limits, viewport_width)},
      {"viewportHeight", Member::kInt, offsetof(playhead_limits, viewport_height)},
      {"pixelRatio", Member::kDouble, offsetof(playhead_limits, pixel_ratio)},
      {"savesData", Member::kYesOrNo, offsetof(playhead_limits, saves_data)},
      {"hdcpTenths", Member::kInt, offsetof(playhead_limits, hdcp_tenths)},
      {"dataSaverBitrateBps", Member::kLong, offsetof(playhead_limits, data_saver_bitrate_bps)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_audio_format>() {
  static Mirror made("org/playhead/AudioFormat", {
      {"sampleRate", Member::kInt, offsetof(playhead_audio_format, sample_rate)},
      {"channels", Member::kInt, offsetof(playhead_audio_format, channels)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_downloads_config>() {
  static Mirror made("org/playhead/DownloadsConfig", {
      {"isPumped", Member::kYesOrNo, offsetof(playhead_downloads_config, is_pumped)},
      {"path", Member::kText, offsetof(playhead_downloads_config, path)},
      {"parallelTitles", Member::kInt, offsetof(playhead_downloads_config, parallel_titles)},
      {"parallelSegments", Member::kInt, offsetof(playhead_downloads_config, parallel_segments)},
      {"allowMetered", Member::kYesOrNo, offsetof(playhead_downloads_config, allow_metered)},
      {"onlyCharging", Member::kYesOrNo, offsetof(playhead_downloads_config, only_charging)},
      {"quotaBytes", Member::kLong, offsetof(playhead_downloads_config, quota_bytes)},
      {"freeSpaceFloorBytes", Member::kLong, offsetof(playhead_downloads_config, free_space_floor_bytes)},
      {"keepExpiredUs", Member::kLong, offsetof(playhead_downloads_config, keep_expired_us)},
      {"maxWithoutContactUs", Member::kLong, offsetof(playhead_downloads_config, max_without_contact_us)},
      {"startOverWhenCorrupt", Member::kYesOrNo, offsetof(playhead_downloads_config, start_over_when_corrupt)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_thumbnail>() {
  static Mirror made("org/playhead/Thumbnail", {
      {"imageId", Member::kLong, offsetof(playhead_thumbnail, image_id)},
      {"x", Member::kInt, offsetof(playhead_thumbnail, x)},
      {"y", Member::kInt, offsetof(playhead_thumbnail, y)},
      {"width", Member::kInt, offsetof(playhead_thumbnail, width)},
      {"height", Member::kInt, offsetof(playhead_thumbnail, height)},
      {"column", Member::kInt, offsetof(playhead_thumbnail, column)},
      {"row", Member::kInt, offsetof(playhead_thumbnail, row)},
      {"columns", Member::kInt, offsetof(playhead_thumbnail, columns)},
      {"rows", Member::kInt, offsetof(playhead_thumbnail, rows)},
      {"startUs", Member::kLong, offsetof(playhead_thumbnail, start_us)},
      {"durationUs", Member::kLong, offsetof(playhead_thumbnail, duration_us)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_metadata>() {
  static Mirror made("org/playhead/Metadata", {
      {"scheme", Member::kText, offsetof(playhead_metadata, scheme)},
      {"value", Member::kText, offsetof(playhead_metadata, value)},
      {"id", Member::kText, offsetof(playhead_metadata, id)},
      {"startUs", Member::kLong, offsetof(playhead_metadata, start_us)},
      {"durationUs", Member::kLong, offsetof(playhead_metadata, duration_us)},
      {"dateUs", Member::kLong, offsetof(playhead_metadata, date_us)},
      {"hasDuration", Member::kYesOrNo, offsetof(playhead_metadata, has_duration)},
      {"hasDate", Member::kYesOrNo, offsetof(playhead_metadata, has_date)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_answer_info>() {
  static Mirror made("org/playhead/Answer", {
      {"errorCode", Member::kInt, offsetof(playhead_answer_info, error_code)},
      {"errorDetail", Member::kInt, offsetof(playhead_answer_info, error_detail)},
      {"nextCursor", Member::kText, offsetof(playhead_answer_info, next_cursor)},
      {"errorName", Member::kText, offsetof(playhead_answer_info, error_name)},
      {"errorContext", Member::kText, offsetof(playhead_answer_info, error_context)},
      {"message", Member::kText, offsetof(playhead_answer_info, message)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_row>() {
  static Mirror made("org/playhead/Row", {
      {"id", Member::kText, offsetof(playhead_row, id)},
      {"name", Member::kText, offsetof(playhead_row, name)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_item>() {
  static Mirror made("org/playhead/Item", {
      {"year", Member::kInt, offsetof(playhead_item, year)},
      {"titleId", Member::kText, offsetof(playhead_item, title_id)},
      {"name", Member::kText, offsetof(playhead_item, name)},
      {"genre", Member::kText, offsetof(playhead_item, genre)},
      {"durationUs", Member::kLong, offsetof(playhead_item, duration_us)},
      {"positionUs", Member::kLong, offsetof(playhead_item, position_us)},
      {"hasPosition", Member::kYesOrNo, offsetof(playhead_item, has_position)},
      {"maturity", Member::kInt, offsetof(playhead_item, maturity)},
      {"score", Member::kDouble, offsetof(playhead_item, score)},
      {"because", Member::kInt, offsetof(playhead_item, because)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_title>() {
  static Mirror made("org/playhead/Title", {
      {"isProtected", Member::kYesOrNo, offsetof(playhead_title, is_protected)},
      {"description", Member::kText, offsetof(playhead_title, description)},
      {"genres", Member::kText, offsetof(playhead_title, genres)},
      {"cast", Member::kText, offsetof(playhead_title, cast)},
      {"formats", Member::kText, offsetof(playhead_title, formats)},
      {"thumbnailsUrl", Member::kText, offsetof(playhead_title, thumbnails_url)},
      {"ratingCount", Member::kInt, offsetof(playhead_title, rating_count)},
      {"ownRating", Member::kInt, offsetof(playhead_title, own_rating)},
      {"ratingAverage", Member::kDouble, offsetof(playhead_title, rating_average)},
      {"hasIntro", Member::kYesOrNo, offsetof(playhead_title, has_intro)},
      {"hasCredits", Member::kYesOrNo, offsetof(playhead_title, has_credits)},
      {"introStartUs", Member::kLong, offsetof(playhead_title, intro_start_us)},
      {"introEndUs", Member::kLong, offsetof(playhead_title, intro_end_us)},
      {"creditsStartUs", Member::kLong, offsetof(playhead_title, credits_start_us)},
      {"creditsEndUs", Member::kLong, offsetof(playhead_title, credits_end_us)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_chapter>() {
  static Mirror made("org/playhead/Chapter", {
      {"name", Member::kText, offsetof(playhead_chapter, name)},
      {"startUs", Member::kLong, offsetof(playhead_chapter, start_us)},
      {"endUs", Member::kLong, offsetof(playhead_chapter, end_us)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_profile>() {
  static Mirror made("org/playhead/Profile", {
      {"maturity", Member::kInt, offsetof(playhead_profile, maturity)},
      {"profileId", Member::kText, offsetof(playhead_profile, profile_id)},
      {"name", Member::kText, offsetof(playhead_profile, name)},
      {"isProtected", Member::kYesOrNo, offsetof(playhead_profile, is_protected)},
      {"isDefault", Member::kYesOrNo, offsetof(playhead_profile, is_default)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_profile_change>() {
  static Mirror made("org/playhead/ProfileChange", {
      {"maturity", Member::kInt, offsetof(playhead_profile_change, maturity)},
      {"profileId", Member::kText, offsetof(playhead_profile_change, profile_id)},
      {"name", Member::kText, offsetof(playhead_profile_change, name)},
      {"pin", Member::kText, offsetof(playhead_profile_change, pin)},
      {"defaultPin", Member::kText, offsetof(playhead_profile_change, default_pin)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_download_request>() {
  static Mirror made("org/playhead/DownloadRequest", {
      {"priority", Member::kInt, offsetof(playhead_download_request, priority)},
      {"titleId", Member::kText, offsetof(playhead_download_request, title_id)},
      {"url", Member::kText, offsetof(playhead_download_request, url)},
      {"profileId", Member::kText, offsetof(playhead_download_request, profile_id)},
      {"audioLanguages", Member::kText, offsetof(playhead_download_request, audio_languages)},
      {"textLanguages", Member::kText, offsetof(playhead_download_request, text_languages)},
      {"videoCodecs", Member::kText, offsetof(playhead_download_request, video_codecs)},
      {"appData", Member::kText, offsetof(playhead_download_request, app_data)},
      {"maxBitrateBps", Member::kLong, offsetof(playhead_download_request, max_bitrate_bps)},
      {"fromUs", Member::kLong, offsetof(playhead_download_request, from_us)},
      {"toUs", Member::kLong, offsetof(playhead_download_request, to_us)},
      {"maxHeight", Member::kInt, offsetof(playhead_download_request, max_height)},
      {"noThumbnails", Member::kYesOrNo, offsetof(playhead_download_request, no_thumbnails)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_download_conditions>() {
  static Mirror made("org/playhead/DownloadConditions", {
      {"isOffline", Member::kYesOrNo, offsetof(playhead_download_conditions, is_offline)},
      {"isMetered", Member::kYesOrNo, offsetof(playhead_download_conditions, is_metered)},
      {"isOnBattery", Member::kYesOrNo, offsetof(playhead_download_conditions, is_on_battery)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_download>() {
  static Mirror made("org/playhead/Download", {
      {"state", Member::kInt, offsetof(playhead_download, state)},
      {"id", Member::kText, offsetof(playhead_download, id)},
      {"request", Member::kNested, offsetof(playhead_download, request), "Lorg/playhead/DownloadRequest;", &mirror<playhead_download_request>},
      {"waitsFor", Member::kInt, offsetof(playhead_download, waits_for)},
      {"rights", Member::kInt, offsetof(playhead_download, rights)},
      {"bytesDone", Member::kLong, offsetof(playhead_download, bytes_done)},
      {"bytesTotal", Member::kLong, offsetof(playhead_download, bytes_total)},
      {"bytesPerSecond", Member::kLong, offsetof(playhead_download, bytes_per_second)},
      {"timeLeftUs", Member::kLong, offsetof(playhead_download, time_left_us)},
      {"durationUs", Member::kLong, offsetof(playhead_download, duration_us)},
      {"playableUntilUs", Member::kLong, offsetof(playhead_download, playable_until_us)},
      {"isTotalExact", Member::kYesOrNo, offsetof(playhead_download, is_total_exact)},
      {"hasTimeLeft", Member::kYesOrNo, offsetof(playhead_download, has_time_left)},
      {"width", Member::kInt, offsetof(playhead_download, width)},
      {"height", Member::kInt, offsetof(playhead_download, height)},
      {"videoCodec", Member::kText, offsetof(playhead_download, video_codec)},
      {"expiresAtUs", Member::kLong, offsetof(playhead_download, expires_at_us)},
      {"addedAtUs", Member::kLong, offsetof(playhead_download, added_at_us)},
      {"hasExpiresAt", Member::kYesOrNo, offsetof(playhead_download, has_expires_at)},
      {"errorCode", Member::kInt, offsetof(playhead_download, error_code)},
      {"errorSeverity", Member::kInt, offsetof(playhead_download, error_severity)},
      {"errorDetail", Member::kInt, offsetof(playhead_download, error_detail)},
      {"isRetryable", Member::kYesOrNo, offsetof(playhead_download, is_retryable)},
      {"nextAction", Member::kInt, offsetof(playhead_download, next_action)},
      {"errorName", Member::kText, offsetof(playhead_download, error_name)},
      {"errorContext", Member::kText, offsetof(playhead_download, error_context)},
      {"message", Member::kText, offsetof(playhead_download, message)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_qoe>() {
  static Mirror made("org/playhead/Qoe", {
      {"hasStartup", Member::kYesOrNo, offsetof(playhead_qoe, has_startup)},
      {"startupUs", Member::kLong, offsetof(playhead_qoe, startup_us)},
      {"playTimeUs", Member::kLong, offsetof(playhead_qoe, play_time_us)},
      {"rebufferTimeUs", Member::kLong, offsetof(playhead_qoe, rebuffer_time_us)},
      {"meanBitrateBps", Member::kLong, offsetof(playhead_qoe, mean_bitrate_bps)},
      {"rebufferCount", Member::kInt, offsetof(playhead_qoe, rebuffer_count)},
      {"switches", Member::kInt, offsetof(playhead_qoe, switches)},
      {"droppedFrames", Member::kLong, offsetof(playhead_qoe, dropped_frames)},
      {"shownFrames", Member::kLong, offsetof(playhead_qoe, shown_frames)},
      {"bytes", Member::kLong, offsetof(playhead_qoe, bytes)},
      {"startWaitUs", Member::kLong, offsetof(playhead_qoe, start_wait_us)},
      {"sessionUs", Member::kLong, offsetof(playhead_qoe, session_us)},
      {"manifestUs", Member::kLong, offsetof(playhead_qoe, manifest_us)},
      {"licenseUs", Member::kLong, offsetof(playhead_qoe, license_us)},
      {"firstByteUs", Member::kLong, offsetof(playhead_qoe, first_byte_us)},
      {"startupBytes", Member::kLong, offsetof(playhead_qoe, startup_bytes)},
      {"wastedBytes", Member::kLong, offsetof(playhead_qoe, wasted_bytes)},
      {"isOffline", Member::kYesOrNo, offsetof(playhead_qoe, is_offline)},
      {"errors", Member::kInt, offsetof(playhead_qoe, errors)},
      {"rebufferRatio", Member::kDouble, offsetof(playhead_qoe, rebuffer_ratio)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_cue>() {
  static Mirror made("org/playhead/Cue", {
      {"id", Member::kText, offsetof(playhead_cue, id)},
      {"text", Member::kText, offsetof(playhead_cue, text)},
      {"language", Member::kText, offsetof(playhead_cue, language)},
      {"startUs", Member::kLong, offsetof(playhead_cue, start_us)},
      {"endUs", Member::kLong, offsetof(playhead_cue, end_us)},
      {"isForced", Member::kYesOrNo, offsetof(playhead_cue, is_forced)},
      {"writing", Member::kInt, offsetof(playhead_cue, writing)},
      {"textAlign", Member::kInt, offsetof(playhead_cue, text_align)},
      {"hasLineNumber", Member::kYesOrNo, offsetof(playhead_cue, has_line_number)},
      {"lineNumber", Member::kInt, offsetof(playhead_cue, line_number)},
      {"hasLine", Member::kYesOrNo, offsetof(playhead_cue, has_line)},
      {"line", Member::kDouble, offsetof(playhead_cue, line)},
      {"position", Member::kDouble, offsetof(playhead_cue, position)},
      {"size", Member::kDouble, offsetof(playhead_cue, size)},
      {"lineAlign", Member::kInt, offsetof(playhead_cue, line_align)},
      {"positionAlign", Member::kInt, offsetof(playhead_cue, position_align)},
      {"hasPosition", Member::kYesOrNo, offsetof(playhead_cue, has_position)},
      {"hasRegion", Member::kYesOrNo, offsetof(playhead_cue, has_region)},
      {"regionX", Member::kDouble, offsetof(playhead_cue, region_x)},
      {"regionY", Member::kDouble, offsetof(playhead_cue, region_y)},
      {"regionWidth", Member::kDouble, offsetof(playhead_cue, region_width)},
      {"regionHeight", Member::kDouble, offsetof(playhead_cue, region_height)},
      {"regionAlign", Member::kInt, offsetof(playhead_cue, region_align)},
      {"regionScrollsUp", Member::kInt, offsetof(playhead_cue, region_scrolls_up)},
      {"hasRegionBackground", Member::kYesOrNo, offsetof(playhead_cue, has_region_background)},
      {"regionId", Member::kText, offsetof(playhead_cue, region_id)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_event>() {
  static Mirror made("org/playhead/Event", {
      {"type", Member::kInt, offsetof(playhead_event, type)},
      {"timeUs", Member::kLong, offsetof(playhead_event, time_us)},
      {"positionUs", Member::kLong, offsetof(playhead_event, position_us)},
      {"titleId", Member::kText, offsetof(playhead_event, title_id)},
      {"url", Member::kText, offsetof(playhead_event, url)},
      {"id", Member::kText, offsetof(playhead_event, id)},
      {"targetUs", Member::kLong, offsetof(playhead_event, target_us)},
      {"elapsedUs", Member::kLong, offsetof(playhead_event, elapsed_us)},
      {"durationUs", Member::kLong, offsetof(playhead_event, duration_us)},
      {"bitrateBps", Member::kLong, offsetof(playhead_event, bitrate_bps)},
      {"bytes", Member::kLong, offsetof(playhead_event, bytes)},
      {"count", Member::kLong, offsetof(playhead_event, count)},
      {"number", Member::kLong, offsetof(playhead_event, number)},
      {"userTag", Member::kLong, offsetof(playhead_event, user_tag)},
      {"hasDuration", Member::kYesOrNo, offsetof(playhead_event, has_duration)},
      {"videoRepresentations", Member::kInt, offsetof(playhead_event, video_representations)},
      {"audioTracks", Member::kInt, offsetof(playhead_event, audio_tracks)},
      {"textTracks", Member::kInt, offsetof(playhead_event, text_tracks)},
      {"width", Member::kInt, offsetof(playhead_event, width)},
      {"height", Member::kInt, offsetof(playhead_event, height)},
      {"fromState", Member::kInt, offsetof(playhead_event, from_state)},
      {"toState", Member::kInt, offsetof(playhead_event, to_state)},
      {"reason", Member::kInt, offsetof(playhead_event, reason)},
      {"track", Member::kInt, offsetof(playhead_event, track)},
      {"errorCode", Member::kInt, offsetof(playhead_event, error_code)},
      {"errorSeverity", Member::kInt, offsetof(playhead_event, error_severity)},
      {"errorDetail", Member::kInt, offsetof(playhead_event, error_detail)},
      {"errorName", Member::kText, offsetof(playhead_event, error_name)},
      {"errorContext", Member::kText, offsetof(playhead_event, error_context)},
      {"message", Member::kText, offsetof(playhead_event, message)},
      {"qoe", Member::kNested, offsetof(playhead_event, qoe), "Lorg/playhead/Qoe;", &mirror<playhead_qoe>},
      {"fromUs", Member::kLong, offsetof(playhead_event, from_us)},
      {"metadata", Member::kNested, offsetof(playhead_event, metadata), "Lorg/playhead/Metadata;", &mirror<playhead_metadata>},
      {"fromRate", Member::kInt, offsetof(playhead_event, from_rate)},
      {"toRate", Member::kInt, offsetof(playhead_event, to_rate)},
      {"thumbnail", Member::kNested, offsetof(playhead_event, thumbnail), "Lorg/playhead/Thumbnail;", &mirror<playhead_thumbnail>},
      {"isNext", Member::kYesOrNo, offsetof(playhead_event, is_next)},
      {"goesOn", Member::kYesOrNo, offsetof(playhead_event, goes_on)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_frame_info>() {
  static Mirror made("org/playhead/FrameInfo", {
      {"format", Member::kInt, offsetof(playhead_frame_info, format)},
      {"timeUs", Member::kLong, offsetof(playhead_frame_info, time_us)},
      {"durationUs", Member::kLong, offsetof(playhead_frame_info, duration_us)},
      {"width", Member::kInt, offsetof(playhead_frame_info, width)},
      {"height", Member::kInt, offsetof(playhead_frame_info, height)},
      {"sarNum", Member::kInt, offsetof(playhead_frame_info, sar_num)},
      {"sarDen", Member::kInt, offsetof(playhead_frame_info, sar_den)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_player_status>() {
  static Mirror made("org/playhead/PlayerStatus", {
      {"state", Member::kInt, offsetof(playhead_player_status, state)},
      {"isPaused", Member::kYesOrNo, offsetof(playhead_player_status, is_paused)},
      {"hasDuration", Member::kYesOrNo, offsetof(playhead_player_status, has_duration)},
      {"positionUs", Member::kLong, offsetof(playhead_player_status, position_us)},
      {"durationUs", Member::kLong, offsetof(playhead_player_status, duration_us)},
      {"speed", Member::kDouble, offsetof(playhead_player_status, speed)},
      {"volume", Member::kDouble, offsetof(playhead_player_status, volume)},
      {"videoBufferUs", Member::kLong, offsetof(playhead_player_status, video_buffer_us)},
      {"audioBufferUs", Member::kLong, offsetof(playhead_player_status, audio_buffer_us)},
      {"bufferedBytes", Member::kLong, offsetof(playhead_player_status, buffered_bytes)},
      {"throughputBps", Member::kLong, offsetof(playhead_player_status, throughput_bps)},
      {"shownBitrateBps", Member::kLong, offsetof(playhead_player_status, shown_bitrate_bps)},
      {"shownWidth", Member::kInt, offsetof(playhead_player_status, shown_width)},
      {"shownHeight", Member::kInt, offsetof(playhead_player_status, shown_height)},
      {"shownId", Member::kText, offsetof(playhead_player_status, shown_id)},
      {"isAutoBitrate", Member::kYesOrNo, offsetof(playhead_player_status, is_auto_bitrate)},
      {"representationCount", Member::kInt, offsetof(playhead_player_status, representation_count)},
      {"trackCount", Member::kInt, offsetof(playhead_player_status, track_count)},
      {"trickRate", Member::kInt, offsetof(playhead_player_status, trick_rate)},
      {"hasThumbnails", Member::kYesOrNo, offsetof(playhead_player_status, has_thumbnails)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_live>() {
  static Mirror made("org/playhead/LiveStatus", {
      {"isLive", Member::kYesOrNo, offsetof(playhead_live, is_live)},
      {"windowStartUs", Member::kLong, offsetof(playhead_live, window_start_us)},
      {"windowEndUs", Member::kLong, offsetof(playhead_live, window_end_us)},
      {"offsetUs", Member::kLong, offsetof(playhead_live, offset_us)},
      {"targetOffsetUs", Member::kLong, offsetof(playhead_live, target_offset_us)},
      {"correction", Member::kDouble, offsetof(playhead_live, correction)},
      {"dateUs", Member::kLong, offsetof(playhead_live, date_us)},
      {"hasDate", Member::kYesOrNo, offsetof(playhead_live, has_date)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_representation>() {
  static Mirror made("org/playhead/Representation", {
      {"isSelected", Member::kYesOrNo, offsetof(playhead_representation, is_selected)},
      {"id", Member::kText, offsetof(playhead_representation, id)},
      {"codecs", Member::kText, offsetof(playhead_representation, codecs)},
      {"bitrateBps", Member::kLong, offsetof(playhead_representation, bitrate_bps)},
      {"width", Member::kInt, offsetof(playhead_representation, width)},
      {"height", Member::kInt, offsetof(playhead_representation, height)},
      {"limit", Member::kInt, offsetof(playhead_representation, limit)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_track>() {
  static Mirror made("org/playhead/Track", {
      {"kind", Member::kInt, offsetof(playhead_track, kind)},
      {"id", Member::kText, offsetof(playhead_track, id)},
      {"language", Member::kText, offsetof(playhead_track, language)},
      {"label", Member::kText, offsetof(playhead_track, label)},
      {"codecs", Member::kText, offsetof(playhead_track, codecs)},
      {"bitrateBps", Member::kLong, offsetof(playhead_track, bitrate_bps)},
      {"channels", Member::kInt, offsetof(playhead_track, channels)},
      {"isSelected", Member::kYesOrNo, offsetof(playhead_track, is_selected)},
      {"isForced", Member::kYesOrNo, offsetof(playhead_track, is_forced)},
      {"isCaption", Member::kYesOrNo, offsetof(playhead_track, is_caption)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_stream_info>() {
  static Mirror made("org/playhead/StreamInfo", {
      {"kind", Member::kInt, offsetof(playhead_stream_info, kind)},
      {"codec", Member::kText, offsetof(playhead_stream_info, codec)},
      {"width", Member::kInt, offsetof(playhead_stream_info, width)},
      {"height", Member::kInt, offsetof(playhead_stream_info, height)},
      {"sampleRate", Member::kInt, offsetof(playhead_stream_info, sample_rate)},
      {"channels", Member::kInt, offsetof(playhead_stream_info, channels)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_sample_info>() {
  static Mirror made("org/playhead/SampleInfo", {
      {"isKeyFrame", Member::kYesOrNo, offsetof(playhead_sample_info, is_key_frame)},
      {"bytes", Member::kLong, offsetof(playhead_sample_info, bytes)},
      {"timeUs", Member::kLong, offsetof(playhead_sample_info, time_us)},
      {"decodeTimeUs", Member::kLong, offsetof(playhead_sample_info, decode_time_us)},
      {"durationUs", Member::kLong, offsetof(playhead_sample_info, duration_us)},
      {"isShown", Member::kYesOrNo, offsetof(playhead_sample_info, is_shown)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_decoded_frame>() {
  static Mirror made("org/playhead/DecodedFrame", {
      {"format", Member::kInt, offsetof(playhead_decoded_frame, format)},
      {"timeUs", Member::kLong, offsetof(playhead_decoded_frame, time_us)},
      {"width", Member::kInt, offsetof(playhead_decoded_frame, width)},
      {"height", Member::kInt, offsetof(playhead_decoded_frame, height)},
      {"sarNum", Member::kInt, offsetof(playhead_decoded_frame, sar_num)},
      {"sarDen", Member::kInt, offsetof(playhead_decoded_frame, sar_den)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_decoded_sound>() {
  static Mirror made("org/playhead/DecodedSound", {
      {"format", Member::kInt, offsetof(playhead_decoded_sound, format)},
      {"timeUs", Member::kLong, offsetof(playhead_decoded_sound, time_us)},
      {"sampleRate", Member::kInt, offsetof(playhead_decoded_sound, sample_rate)},
      {"channels", Member::kInt, offsetof(playhead_decoded_sound, channels)},
      {"frames", Member::kLong, offsetof(playhead_decoded_sound, frames)},
  });
  return made;
}

template <>
Mirror& mirror<playhead_transfer_request>() {
  static Mirror made("org/playhead/TransferRequest", {
      {"kind", Member::kInt, offsetof(playhead_transfer_request, kind)},
      {"url", Member::kText, offsetof(playhead_transfer_request, url)},
      {"method", Member::kText, offsetof(playhead_transfer_request, method)},
      {"rangeFirst", Member::kLong, offsetof(playhead_transfer_request, range_first)},
      {"rangeLast", Member::kLong, offsetof(playhead_transfer_request, range_last)},
      {"connectTimeoutUs", Member::kLong, offsetof(playhead_transfer_request, connect_timeout_us)},
      {"firstByteTimeoutUs", Member::kLong, offsetof(playhead_transfer_request, first_byte_timeout_us)},
      {"stallTimeoutUs", Member::kLong, offsetof(playhead_transfer_request, stall_timeout_us)},
  });
  return made;
}

bool find_mirrors(JNIEnv* env) {
  return mirror<playhead_drm_config>().find(env) &&
         mirror<playhead_client_config>().find(env) &&
         mirror<playhead_player_config>().find(env) &&
         mirror<playhead_source>().find(env) &&
         mirror<playhead_limits>().find(env) &&
         mirror<playhead_audio_format>().find(env) &&
         mirror<playhead_downloads_config>().find(env) &&
         mirror<playhead_thumbnail>().find(env) &&
         mirror<playhead_metadata>().find(env) &&
         mirror<playhead_answer_info>().find(env) &&
         mirror<playhead_row>().find(env) &&
         mirror<playhead_item>().find(env) &&
         mirror<playhead_title>().find(env) &&
         mirror<playhead_chapter>().find(env) &&
         mirror<playhead_profile>().find(env) &&
         mirror<playhead_profile_change>().find(env) &&
         mirror<playhead_download_request>().find(env) &&
         mirror<playhead_download_conditions>().find(env) &&
         mirror<playhead_download>().find(env) &&
         mirror<playhead_qoe>().find(env) &&
         mirror<playhead_cue>().find(env) &&
         mirror<playhead_event>().find(env) &&
         mirror<playhead_frame_info>().find(env) &&
         mirror<playhead_player_status>().find(env) &&
         mirror<playhead_live>().find(env) &&
         mirror<playhead_representation>().find(env) &&
         mirror<playhead_track>().find(env) &&
         mirror<playhead_stream_info>().find(env) &&
         mirror<playhead_sample_info>().find(env) &&
         mirror<playhead_decoded_frame>().find(env) &&
         mirror<playhead_decoded_sound>().find(env) &&
         mirror<playhead_transfer_request>().find(env);
}

}  // namespace playhead::jni
