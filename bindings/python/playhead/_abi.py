# SPDX-License-Identifier: Apache-2.0
# Made by make_abi.py from the C headers; do not edit.
from ctypes import (CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_float, c_int32, c_int64, c_uint8, c_uint32,
                    c_uint64, c_void_p)

PLAYHEAD_ERROR_INVALID_ARGUMENT = 1001
PLAYHEAD_ERROR_INVALID_STATE = 1002
PLAYHEAD_ERROR_CLOSED = 1003
PLAYHEAD_ERROR_VERSION_MISMATCH = 1004
PLAYHEAD_ERROR_OUT_OF_MEMORY = 1005
PLAYHEAD_ERROR_INTERNAL = 1006
PLAYHEAD_ERROR_TIMED_OUT = 1007
PLAYHEAD_ERROR_BUFFER_TOO_SMALL = 1008
PLAYHEAD_ERROR_INVALID_HANDLE = 1009
PLAYHEAD_ERROR_CALLBACK_SLOW = 1010
PLAYHEAD_ERROR_NETWORK_UNREACHABLE = 2001
PLAYHEAD_ERROR_NETWORK_TIMEOUT = 2002
PLAYHEAD_ERROR_CONNECTION_LOST = 2003
PLAYHEAD_ERROR_HTTP_STATUS = 2004
PLAYHEAD_ERROR_NOT_FOUND = 2005
PLAYHEAD_ERROR_FORBIDDEN = 2006
PLAYHEAD_ERROR_UNAUTHORIZED = 2007
PLAYHEAD_ERROR_TOO_MANY_REDIRECTS = 2008
PLAYHEAD_ERROR_FORBIDDEN_SCHEME = 2009
PLAYHEAD_ERROR_TOO_LARGE = 2010
PLAYHEAD_ERROR_TLS_FAILURE = 2011
PLAYHEAD_ERROR_INVALID_URL = 2012
PLAYHEAD_ERROR_BAD_RESPONSE = 2013
PLAYHEAD_ERROR_SERVER_BUSY = 2014
PLAYHEAD_ERROR_PIN_MISMATCH = 2015
PLAYHEAD_ERROR_CAPTIVE_PORTAL = 2016
PLAYHEAD_ERROR_PROXY_FAILURE = 2017
PLAYHEAD_ERROR_RESOURCE_CHANGED = 2018
PLAYHEAD_ERROR_MANIFEST_NOT_RECOGNISED = 3001
PLAYHEAD_ERROR_MANIFEST_SYNTAX = 3002
PLAYHEAD_ERROR_MANIFEST_EMPTY = 3003
PLAYHEAD_ERROR_MANIFEST_LIMIT = 3004
PLAYHEAD_ERROR_MANIFEST_UNSUPPORTED = 3005
PLAYHEAD_ERROR_NO_PLAYABLE_TRACK = 3006
PLAYHEAD_ERROR_MANIFEST_STALE = 3007
PLAYHEAD_ERROR_BEHIND_LIVE_WINDOW = 3008
PLAYHEAD_ERROR_CONTAINER_SYNTAX = 4001
PLAYHEAD_ERROR_CONTAINER_UNSUPPORTED = 4002
PLAYHEAD_ERROR_CODEC_UNSUPPORTED = 4003
PLAYHEAD_ERROR_DECODE_FAILED = 4004
PLAYHEAD_ERROR_AUDIO_OUTPUT = 5001
PLAYHEAD_ERROR_VIDEO_OUTPUT = 5002
PLAYHEAD_ERROR_DRM_NO_SYSTEM = 6001
PLAYHEAD_ERROR_DRM_INIT_DATA = 6002
PLAYHEAD_ERROR_DRM_LICENSE = 6003
PLAYHEAD_ERROR_DRM_LICENSE_REFUSED = 6004
PLAYHEAD_ERROR_DRM_LICENSE_UNREACHABLE = 6005
PLAYHEAD_ERROR_DRM_NO_KEY = 6006
PLAYHEAD_ERROR_DRM_EXPIRED = 6007
PLAYHEAD_ERROR_DRM_OUTPUT_RESTRICTED = 6008
PLAYHEAD_ERROR_DRM_SAMPLE = 6009
PLAYHEAD_ERROR_DRM_BUSY = 6010
PLAYHEAD_ERROR_DRM_NO_LICENSE = 6011
PLAYHEAD_ERROR_DRM_WRONG_KEY = 6012
PLAYHEAD_ERROR_DRM_MODULE = 6013
PLAYHEAD_ERROR_DRM_PROVISIONING = 6014
PLAYHEAD_ERROR_DRM_REVOKED = 6015
PLAYHEAD_ERROR_STORE_IO = 7001
PLAYHEAD_ERROR_STORE_CORRUPT = 7002
PLAYHEAD_ERROR_STORE_FULL = 7003
PLAYHEAD_ERROR_STORE_NEWER = 7004
PLAYHEAD_ERROR_OFFLINE_EXPIRED = 7101
PLAYHEAD_ERROR_OFFLINE_CONTACT_NEEDED = 7102
PLAYHEAD_ERROR_OFFLINE_CLOCK_UNTRUSTED = 7103
PLAYHEAD_ERROR_OFFLINE_TAMPERED = 7104
PLAYHEAD_ERROR_OFFLINE_OTHER_DEVICE = 7105
PLAYHEAD_ERROR_OFFLINE_DAMAGED = 7106
PLAYHEAD_ERROR_OFFLINE_INCOMPLETE = 7107
PLAYHEAD_ERROR_OFFLINE_BUSY = 7108
PLAYHEAD_ERROR_OFFLINE_QUOTA = 7109
PLAYHEAD_ERROR_EXPIRED = 8001
PLAYHEAD_ERROR_NOT_ENTITLED = 8002
PLAYHEAD_ERROR_API_REJECTED = 8003
PLAYHEAD_ERROR_API_BAD_ANSWER = 8004
PLAYHEAD_ERROR_STALLED = 8005
PLAYHEAD_ERROR_GEO_BLOCKED = 8006
PLAYHEAD_ERROR_MATURITY_BLOCKED = 8007
PLAYHEAD_ERROR_PIN_REQUIRED = 8008
PLAYHEAD_ERROR_PIN_WRONG = 8009
PLAYHEAD_ERROR_PIN_LOCKED = 8010
PLAYHEAD_ERROR_DEVICE_UNSUPPORTED = 8011
PLAYHEAD_OK = 0
PLAYHEAD_TRACK_VIDEO = 0
PLAYHEAD_TRACK_AUDIO = 1
PLAYHEAD_TRACK_TEXT = 2
PLAYHEAD_RESOURCE_MANIFEST = 0
PLAYHEAD_RESOURCE_INIT = 1
PLAYHEAD_RESOURCE_MEDIA = 2
PLAYHEAD_RESOURCE_TEXT = 3
PLAYHEAD_RESOURCE_KEY = 4
PLAYHEAD_RESOURCE_LICENSE = 5
PLAYHEAD_RESOURCE_API = 6
PLAYHEAD_SOUND_FLOAT = 0
PLAYHEAD_SOUND_INT16 = 1
PLAYHEAD_STORE_PUT = 0
PLAYHEAD_STORE_ERASE = 1
PLAYHEAD_STORE_ERASE_IF_VERSION = 2
PLAYHEAD_TRANSFER_WAIT = 1
PLAYHEAD_LOG_ERROR = 0
PLAYHEAD_LOG_WARNING = 1
PLAYHEAD_LOG_INFO = 2
PLAYHEAD_LOG_DEBUG = 3
PLAYHEAD_START_STREAM = 0
PLAYHEAD_START_SESSION = 1
PLAYHEAD_FONT_DEFAULT = 0
PLAYHEAD_FONT_SANS_SERIF = 1
PLAYHEAD_FONT_SERIF = 2
PLAYHEAD_FONT_MONOSPACE = 3
PLAYHEAD_RUBY_NONE = 0
PLAYHEAD_RUBY_BASE = 1
PLAYHEAD_RUBY_TEXT = 2
PLAYHEAD_WRITING_HORIZONTAL = 0
PLAYHEAD_WRITING_VERTICAL_RIGHT_TO_LEFT = 1
PLAYHEAD_WRITING_VERTICAL_LEFT_TO_RIGHT = 2
PLAYHEAD_TEXT_ALIGN_START = 0
PLAYHEAD_TEXT_ALIGN_CENTER = 1
PLAYHEAD_TEXT_ALIGN_END = 2
PLAYHEAD_TEXT_ALIGN_LEFT = 3
PLAYHEAD_TEXT_ALIGN_RIGHT = 4
PLAYHEAD_ANCHOR_START = 0
PLAYHEAD_ANCHOR_CENTER = 1
PLAYHEAD_ANCHOR_END = 2
PLAYHEAD_STATE_IDLE = 0
PLAYHEAD_STATE_LOADING = 1
PLAYHEAD_STATE_BUFFERING = 2
PLAYHEAD_STATE_PLAYING = 3
PLAYHEAD_STATE_PAUSED = 4
PLAYHEAD_STATE_REBUFFERING = 5
PLAYHEAD_STATE_ENDED = 6
PLAYHEAD_STATE_FAILED = 7
PLAYHEAD_STATE_TRICK_PLAY = 8
PLAYHEAD_STATE_SCRUBBING = 9
PLAYHEAD_SWITCH_INITIAL = 0
PLAYHEAD_SWITCH_THROUGHPUT = 1
PLAYHEAD_SWITCH_BUFFER = 2
PLAYHEAD_SWITCH_MANUAL = 3
PLAYHEAD_SWITCH_PERIOD = 4
PLAYHEAD_SWITCH_FAILURE = 5
PLAYHEAD_SWITCH_LIMIT = 6
PLAYHEAD_SEVERITY_RECOVERABLE = 0
PLAYHEAD_SEVERITY_FATAL = 1
PLAYHEAD_EVENT_NONE = 0
PLAYHEAD_EVENT_LOAD_STARTED = 1
PLAYHEAD_EVENT_SESSION_STARTED = 2
PLAYHEAD_EVENT_MANIFEST_LOADED = 3
PLAYHEAD_EVENT_FIRST_FRAME = 4
PLAYHEAD_EVENT_STATE_CHANGED = 5
PLAYHEAD_EVENT_REPRESENTATION_CHANGED = 6
PLAYHEAD_EVENT_SEGMENT_LOADED = 7
PLAYHEAD_EVENT_SEEK_STARTED = 8
PLAYHEAD_EVENT_SEEK_DONE = 9
PLAYHEAD_EVENT_PROGRESS_SENT = 10
PLAYHEAD_EVENT_ENDED = 11
PLAYHEAD_EVENT_WARNING = 12
PLAYHEAD_EVENT_FAILED = 13
PLAYHEAD_EVENT_SUMMARY = 14
PLAYHEAD_EVENT_EVENTS_DROPPED = 15
PLAYHEAD_EVENT_POSITION_JUMPED = 16
PLAYHEAD_EVENT_CUES_CHANGED = 17
PLAYHEAD_EVENT_TIMED_METADATA = 18
PLAYHEAD_EVENT_RATE_CHANGED = 19
PLAYHEAD_EVENT_THUMBNAIL = 20
PLAYHEAD_EVENT_DRM_FELL_BACK = 21
PLAYHEAD_EVENT_SECURITY_LEVEL = 22
PLAYHEAD_JUMP_BEHIND_WINDOW = 0
PLAYHEAD_JUMP_GAP = 1
PLAYHEAD_PICTURE_RULE_LEVEL = 0
PLAYHEAD_PICTURE_RULE_LICENSE = 1
PLAYHEAD_PICTURE_RULE_DISPLAY = 2
PLAYHEAD_PIXEL_FORMAT_I420 = 0
PLAYHEAD_PIXEL_FORMAT_NV12 = 1
PLAYHEAD_PIXEL_FORMAT_OPAQUE = 2
PLAYHEAD_PRESET_VOD = 0
PLAYHEAD_PRESET_LIVE = 1
PLAYHEAD_PRESET_LOW_LATENCY = 2
PLAYHEAD_PRESET_DATA_SAVER = 3
PLAYHEAD_PRESET_MAX_QUALITY = 4
PLAYHEAD_BEHIND_JUMP_LIVE = 0
PLAYHEAD_BEHIND_JUMP_OLDEST = 1
PLAYHEAD_BEHIND_STOP = 2
PLAYHEAD_CMCD_OFF = 0
PLAYHEAD_CMCD_QUERY = 1
PLAYHEAD_CMCD_HEADERS = 2
PLAYHEAD_LIMIT_NONE = 0
PLAYHEAD_LIMIT_CODEC = 1
PLAYHEAD_LIMIT_SECURITY = 2
PLAYHEAD_LIMIT_HDCP = 3
PLAYHEAD_LIMIT_MANUAL = 4
PLAYHEAD_LIMIT_HARDWARE = 5
PLAYHEAD_LIMIT_BITRATE = 6
PLAYHEAD_LIMIT_HEIGHT = 7
PLAYHEAD_LIMIT_DATA_SAVER = 8
PLAYHEAD_LIMIT_VIEWPORT = 9
PLAYHEAD_LIMIT_DROPPED_FRAMES = 10
PLAYHEAD_LIMIT_MEMORY = 11
PLAYHEAD_DOWNLOAD_QUEUED = 0
PLAYHEAD_DOWNLOAD_PREPARING = 1
PLAYHEAD_DOWNLOAD_DOWNLOADING = 2
PLAYHEAD_DOWNLOAD_WAITING = 3
PLAYHEAD_DOWNLOAD_PAUSED = 4
PLAYHEAD_DOWNLOAD_VERIFYING = 5
PLAYHEAD_DOWNLOAD_COMPLETED = 6
PLAYHEAD_DOWNLOAD_FAILED = 7
PLAYHEAD_DOWNLOAD_REMOVING = 8
PLAYHEAD_WAIT_NOTHING = 0
PLAYHEAD_WAIT_NETWORK = 1
PLAYHEAD_WAIT_UNMETERED = 2
PLAYHEAD_WAIT_CHARGING = 3
PLAYHEAD_WAIT_STORAGE = 4
PLAYHEAD_WAIT_AUTH = 5
PLAYHEAD_NEXT_NONE = 0
PLAYHEAD_NEXT_RETRY = 1
PLAYHEAD_NEXT_FREE_SPACE = 2
PLAYHEAD_NEXT_SIGN_IN = 3
PLAYHEAD_NEXT_RENEW = 4
PLAYHEAD_NEXT_REMOVE_AND_ADD = 5
PLAYHEAD_RIGHTS_NONE = 0
PLAYHEAD_RIGHTS_VALID = 1
PLAYHEAD_RIGHTS_EXPIRING = 2
PLAYHEAD_RIGHTS_RENEWING = 3
PLAYHEAD_RIGHTS_EXPIRED = 4
PLAYHEAD_RIGHTS_DENIED = 5
PLAYHEAD_RIGHTS_CONTACT_NEEDED = 6
PLAYHEAD_RIGHTS_CLOCK_UNTRUSTED = 7
PLAYHEAD_RIGHTS_TAMPERED = 8
PLAYHEAD_DOWNLOAD_ID_BYTES = 32
PLAYHEAD_DEVICE_KEY_BYTES = 32
PLAYHEAD_MATURITY_NOT_RATED = 0
PLAYHEAD_MATURITY_G = 1
PLAYHEAD_MATURITY_PG = 2
PLAYHEAD_MATURITY_PG_13 = 3
PLAYHEAD_MATURITY_R = 4
PLAYHEAD_MATURITY_TV_MA = 5
PLAYHEAD_DEVICE_OTHER = 0
PLAYHEAD_DEVICE_PHONE = 1
PLAYHEAD_DEVICE_TABLET = 2
PLAYHEAD_DEVICE_TV = 3
PLAYHEAD_DEVICE_DESKTOP = 4
PLAYHEAD_DEVICE_BROWSER = 5
PLAYHEAD_DEVICE_CONSOLE = 6
PLAYHEAD_BECAUSE_OF_TASTE = 0
PLAYHEAD_BECAUSE_OF_TITLES = 1
PLAYHEAD_BECAUSE_OF_CONTEXT = 2
PLAYHEAD_BECAUSE_NEW = 3


class playhead_request_interceptor(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("on_request",
                CFUNCTYPE(None, c_void_p, c_void_p)), ("on_response", CFUNCTYPE(None, c_void_p, c_void_p, c_int32))]


class playhead_license_hooks(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_int32), ("user", c_void_p), ("destroy", CFUNCTYPE(None,
                c_void_p)), ("on_request", CFUNCTYPE(c_int32, c_void_p, c_void_p)), ("on_response", CFUNCTYPE(c_int32,
                c_void_p, c_void_p))]


class playhead_drm_host(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_int32), ("user", c_void_p), ("destroy", CFUNCTYPE(None,
                c_void_p)), ("output_protection", CFUNCTYPE(c_uint32, c_void_p)), ("store_get", CFUNCTYPE(c_int32,
                c_void_p, c_char_p, c_char_p, c_void_p, POINTER(c_uint64))), ("store_put", CFUNCTYPE(c_int32, c_void_p,
                c_char_p, c_char_p, c_void_p, c_uint64)), ("store_remove", CFUNCTYPE(c_int32, c_void_p, c_char_p,
                c_char_p))]


class playhead_drm_config(Structure):
    _fields_ = [("struct_size", c_uint32), ("no_clear_key", c_int32), ("systems", c_void_p), ("system_count", c_uint64),
                ("modules", POINTER(c_char_p)), ("module_count", c_uint64), ("preference", c_char_p), ("license_url",
                c_char_p), ("hooks", POINTER(playhead_license_hooks)), ("raw_licenses", c_int32), ("reserved", c_int32),
                ("host", POINTER(playhead_drm_host))]


class playhead_stream_info(Structure):
    _fields_ = [("struct_size", c_uint32), ("kind", c_int32), ("codec", c_char_p), ("codec_config", c_void_p),
                ("codec_config_bytes", c_uint64), ("width", c_int32), ("height", c_int32), ("sample_rate", c_int32),
                ("channels", c_int32)]


class playhead_sample_info(Structure):
    _fields_ = [("struct_size", c_uint32), ("is_key_frame", c_int32), ("data", c_void_p), ("bytes", c_uint64),
                ("time_us", c_int64), ("decode_time_us", c_int64), ("duration_us", c_int64), ("is_shown", c_int32),
                ("reserved", c_int32), ("crypto", c_void_p)]


class playhead_decoded_frame(Structure):
    _fields_ = [("struct_size", c_uint32), ("format", c_int32), ("time_us", c_int64), ("width", c_int32), ("height",
                c_int32), ("sar_num", c_int32), ("sar_den", c_int32), ("planes", POINTER(c_uint8) * 3), ("strides",
                c_int32 * 3), ("reserved", c_int32), ("app_frame", c_void_p)]


class playhead_decoded_sound(Structure):
    _fields_ = [("struct_size", c_uint32), ("format", c_int32), ("time_us", c_int64), ("sample_rate", c_int32),
                ("channels", c_int32), ("samples", c_void_p), ("frames", c_int64)]


class playhead_decoders(Structure):
    _fields_ = [("struct_size", c_uint32), ("samples_at_once", c_int32), ("user", c_void_p), ("destroy", CFUNCTYPE(None,
                c_void_p)), ("secure_tracks", c_uint32), ("reserved", c_int32), ("open", CFUNCTYPE(c_int32, c_void_p,
                POINTER(playhead_stream_info), c_void_p, POINTER(c_void_p))), ("decode", CFUNCTYPE(None, c_void_p,
                c_void_p)), ("drain", CFUNCTYPE(None, c_void_p)), ("flush", CFUNCTYPE(None, c_void_p)), ("close",
                CFUNCTYPE(None, c_void_p)), ("release_frame", CFUNCTYPE(None, c_void_p, c_void_p)), ("supports",
                CFUNCTYPE(c_int32, c_void_p, c_char_p))]


class playhead_store_write(Structure):
    _fields_ = [("struct_size", c_uint32), ("kind", c_int32), ("collection", c_char_p), ("key", c_void_p), ("key_bytes",
                c_uint64), ("value", c_void_p), ("value_bytes", c_uint64), ("version", c_uint64)]


class playhead_store(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_int32), ("user", c_void_p), ("destroy", CFUNCTYPE(None,
                c_void_p)), ("write", CFUNCTYPE(c_int32, c_void_p, POINTER(POINTER(playhead_store_write)), c_uint64,
                POINTER(c_uint64))), ("list", CFUNCTYPE(c_int32, c_void_p, c_char_p, c_void_p, c_uint64, c_int32,
                c_void_p))]


class playhead_clock(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_int32), ("user", c_void_p), ("destroy", CFUNCTYPE(None,
                c_void_p)), ("now_us", CFUNCTYPE(c_int64, c_void_p))]


class playhead_transfer_request(Structure):
    _fields_ = [("struct_size", c_uint32), ("kind", c_int32), ("url", c_char_p), ("method", c_char_p), ("headers",
                POINTER(c_char_p)), ("body", c_void_p), ("body_bytes", c_uint64), ("range_first", c_int64),
                ("range_last", c_int64), ("connect_timeout_us", c_int64), ("first_byte_timeout_us", c_int64),
                ("stall_timeout_us", c_int64)]


class playhead_transport(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_int32), ("user", c_void_p), ("destroy", CFUNCTYPE(None,
                c_void_p)), ("start", CFUNCTYPE(None, c_void_p, c_void_p, POINTER(playhead_transfer_request))),
                ("cancel", CFUNCTYPE(None, c_void_p, c_void_p)), ("resume", CFUNCTYPE(None, c_void_p, c_void_p)),
                ("preconnect", CFUNCTYPE(None, c_void_p, c_char_p)), ("network_changed", CFUNCTYPE(None, c_void_p))]


class playhead_transfer_facts(Structure):
    _fields_ = [("struct_size", c_uint32), ("connection_reused", c_int32), ("http_major", c_int32), ("reserved",
                c_int32), ("wire_bytes", c_int64)]


class playhead_token_provider(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("request_token",
                CFUNCTYPE(None, c_void_p, c_int32, c_void_p))]


class playhead_log_sink(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("log",
                CFUNCTYPE(None, c_void_p, c_int32, c_char_p, c_char_p))]


class playhead_service_config(Structure):
    _fields_ = [("struct_size", c_uint32), ("start", c_int32), ("device_id", c_char_p), ("formats", c_char_p),
                ("codecs", c_char_p), ("drm", c_char_p), ("device_type", c_int32), ("reports_events", c_int32),
                ("heartbeat_us", c_int64)]


class playhead_client_config(Structure):
    _fields_ = [("struct_size", c_uint32), ("header_version", c_uint32), ("storage_path", c_char_p), ("api_url",
                c_char_p), ("user_agent", c_char_p), ("token_provider", POINTER(playhead_token_provider)), ("log_sink",
                POINTER(playhead_log_sink)), ("proxy", c_char_p), ("pins", c_char_p), ("recording_path", c_char_p),
                ("recording_max_bytes", c_int64), ("drm", POINTER(playhead_drm_config)), ("service",
                POINTER(playhead_service_config)), ("interceptor", POINTER(playhead_request_interceptor)),
                ("account_id", c_char_p), ("max_media_bytes", c_int64), ("transport", POINTER(playhead_transport)),
                ("store", POINTER(playhead_store)), ("clock", POINTER(playhead_clock)), ("decoders",
                POINTER(playhead_decoders))]


class playhead_cue(Structure):
    _fields_ = [("struct_size", c_uint32), ("span_count", c_int32), ("id", c_char_p), ("text", c_char_p), ("language",
                c_char_p), ("start_us", c_int64), ("end_us", c_int64), ("is_forced", c_int32), ("writing", c_int32),
                ("text_align", c_int32), ("has_line_number", c_int32), ("line_number", c_int32), ("has_line", c_int32),
                ("line", c_double), ("position", c_double), ("size", c_double), ("line_align", c_int32),
                ("position_align", c_int32), ("has_position", c_int32), ("has_region", c_int32), ("region_x", c_double),
                ("region_y", c_double), ("region_width", c_double), ("region_height", c_double), ("region_align",
                c_int32), ("region_scrolls_up", c_int32), ("has_region_background", c_int32), ("region_background",
                c_uint32), ("region_id", c_char_p)]


class playhead_cue_span(Structure):
    _fields_ = [("struct_size", c_uint32), ("ruby", c_int32), ("text", c_char_p), ("voice", c_char_p), ("language",
                c_char_p), ("classes", c_char_p), ("is_bold", c_int32), ("is_italic", c_int32), ("is_underlined",
                c_int32), ("is_struck_through", c_int32), ("has_color", c_int32), ("has_background", c_int32), ("color",
                c_uint32), ("background", c_uint32), ("font", c_int32), ("font_size_percent", c_int32),
                ("has_active_from", c_int32), ("reserved", c_int32), ("active_from_us", c_int64)]


class playhead_metadata(Structure):
    _fields_ = [("struct_size", c_uint32), ("attribute_count", c_int32), ("scheme", c_char_p), ("value", c_char_p),
                ("id", c_char_p), ("start_us", c_int64), ("duration_us", c_int64), ("date_us", c_int64),
                ("has_duration", c_int32), ("has_date", c_int32), ("message", c_void_p), ("message_bytes", c_uint64),
                ("attribute_names", POINTER(c_char_p)), ("attribute_values", POINTER(c_char_p))]


class playhead_qoe(Structure):
    _fields_ = [("struct_size", c_uint32), ("has_startup", c_int32), ("startup_us", c_int64), ("play_time_us", c_int64),
                ("rebuffer_time_us", c_int64), ("mean_bitrate_bps", c_int64), ("rebuffer_count", c_int32), ("switches",
                c_int32), ("dropped_frames", c_int64), ("shown_frames", c_int64), ("bytes", c_int64), ("start_wait_us",
                c_int64), ("session_us", c_int64), ("manifest_us", c_int64), ("license_us", c_int64), ("first_byte_us",
                c_int64), ("startup_bytes", c_int64), ("wasted_bytes", c_int64), ("is_offline", c_int32), ("errors",
                c_int32), ("rebuffer_ratio", c_double)]


class playhead_thumbnail(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_int32), ("image", c_void_p), ("image_bytes", c_uint64),
                ("image_id", c_uint64), ("x", c_int32), ("y", c_int32), ("width", c_int32), ("height", c_int32),
                ("column", c_int32), ("row", c_int32), ("columns", c_int32), ("rows", c_int32), ("start_us", c_int64),
                ("duration_us", c_int64)]


class playhead_event(Structure):
    _fields_ = [("struct_size", c_uint32), ("type", c_int32), ("time_us", c_int64), ("position_us", c_int64),
                ("title_id", c_char_p), ("url", c_char_p), ("id", c_char_p), ("target_us", c_int64), ("elapsed_us",
                c_int64), ("duration_us", c_int64), ("bitrate_bps", c_int64), ("bytes", c_int64), ("count", c_int64),
                ("number", c_uint64), ("user_tag", c_uint64), ("has_duration", c_int32), ("video_representations",
                c_int32), ("audio_tracks", c_int32), ("text_tracks", c_int32), ("width", c_int32), ("height", c_int32),
                ("from_state", c_int32), ("to_state", c_int32), ("reason", c_int32), ("track", c_int32), ("error_code",
                c_int32), ("error_severity", c_int32), ("error_detail", c_int32), ("reserved", c_int32), ("error_name",
                c_char_p), ("error_context", c_char_p), ("message", c_char_p), ("qoe", POINTER(playhead_qoe)),
                ("from_us", c_int64), ("cues", c_void_p), ("metadata", POINTER(playhead_metadata)), ("from_rate",
                c_int32), ("to_rate", c_int32), ("thumbnail", POINTER(playhead_thumbnail)), ("is_next", c_int32),
                ("goes_on", c_int32)]


class playhead_wakeup(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("wake",
                CFUNCTYPE(None, c_void_p))]


class playhead_frame_info(Structure):
    _fields_ = [("struct_size", c_uint32), ("format", c_int32), ("time_us", c_int64), ("duration_us", c_int64),
                ("width", c_int32), ("height", c_int32), ("sar_num", c_int32), ("sar_den", c_int32), ("planes",
                POINTER(c_uint8) * 3), ("strides", c_int32 * 3), ("app_frame", c_void_p)]


class playhead_video_sink(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("show",
                CFUNCTYPE(None, c_void_p, c_void_p)), ("clear", CFUNCTYPE(None, c_void_p))]


class playhead_audio_format(Structure):
    _fields_ = [("struct_size", c_uint32), ("sample_rate", c_int32), ("channels", c_int32)]


class playhead_audio_sink(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("open",
                CFUNCTYPE(c_int32, c_void_p, POINTER(playhead_audio_format), POINTER(playhead_audio_format))), ("close",
                CFUNCTYPE(None, c_void_p)), ("write", CFUNCTYPE(None, c_void_p, POINTER(c_float), c_int64)),
                ("frames_played", CFUNCTYPE(c_int64, c_void_p, c_int64)), ("pause", CFUNCTYPE(None, c_void_p)),
                ("resume", CFUNCTYPE(None, c_void_p)), ("flush", CFUNCTYPE(None, c_void_p)), ("set_volume",
                CFUNCTYPE(None, c_void_p, c_double))]


class playhead_player_config(Structure):
    _fields_ = [("struct_size", c_uint32), ("max_height", c_int32), ("video", POINTER(playhead_video_sink)), ("audio",
                POINTER(playhead_audio_sink)), ("progress_interval_us", c_int64), ("max_bitrate_bps", c_int64),
                ("audio_language", c_char_p), ("buffer_start_us", c_int64), ("buffer_after_rebuffer_us", c_int64),
                ("buffer_target_us", c_int64), ("buffer_back_us", c_int64), ("buffer_max_bytes", c_int64), ("preset",
                c_int32), ("behind_window", c_int32), ("live_offset_us", c_int64), ("live_min_speed", c_double),
                ("live_max_speed", c_double), ("no_low_latency", c_int32), ("audio_channels", c_int32), ("audio_role",
                c_char_p), ("audio_codec", c_char_p), ("audio_label", c_char_p), ("text_language", c_char_p),
                ("text_off", c_int32), ("reserved", c_int32), ("cmcd", c_int32), ("reserved2", c_int32),
                ("cmcd_events_url", c_char_p), ("cmcd_events_interval_us", c_int64), ("cmcd_tells_responses", c_int32),
                ("reserved3", c_int32)]


class playhead_limits(Structure):
    _fields_ = [("struct_size", c_uint32), ("max_height", c_int32), ("max_bitrate_bps", c_int64), ("viewport_width",
                c_int32), ("viewport_height", c_int32), ("pixel_ratio", c_double), ("saves_data", c_int32),
                ("hdcp_tenths", c_int32), ("data_saver_bitrate_bps", c_int64)]


class playhead_source(Structure):
    _fields_ = [("struct_size", c_uint32), ("has_start", c_int32), ("title_id", c_char_p), ("url", c_char_p),
                ("start_us", c_int64), ("start_paused", c_int32), ("reserved", c_int32), ("download_id", c_char_p),
                ("profile_id", c_char_p)]


class playhead_player_status(Structure):
    _fields_ = [("struct_size", c_uint32), ("state", c_int32), ("is_paused", c_int32), ("has_duration", c_int32),
                ("position_us", c_int64), ("duration_us", c_int64), ("speed", c_double), ("volume", c_double),
                ("video_buffer_us", c_int64), ("audio_buffer_us", c_int64), ("buffered_bytes", c_int64),
                ("throughput_bps", c_int64), ("shown_bitrate_bps", c_int64), ("shown_width", c_int32), ("shown_height",
                c_int32), ("shown_id", c_char_p), ("is_auto_bitrate", c_int32), ("representation_count", c_int32),
                ("track_count", c_int32), ("trick_rate", c_int32), ("has_thumbnails", c_int32), ("reserved", c_int32)]


class playhead_representation(Structure):
    _fields_ = [("struct_size", c_uint32), ("is_selected", c_int32), ("id", c_char_p), ("codecs", c_char_p),
                ("bitrate_bps", c_int64), ("width", c_int32), ("height", c_int32), ("limit", c_int32), ("reserved",
                c_int32)]


class playhead_track(Structure):
    _fields_ = [("struct_size", c_uint32), ("kind", c_int32), ("id", c_char_p), ("language", c_char_p), ("label",
                c_char_p), ("codecs", c_char_p), ("bitrate_bps", c_int64), ("channels", c_int32), ("is_selected",
                c_int32), ("is_forced", c_int32), ("is_caption", c_int32)]


class playhead_live(Structure):
    _fields_ = [("struct_size", c_uint32), ("is_live", c_int32), ("window_start_us", c_int64), ("window_end_us",
                c_int64), ("offset_us", c_int64), ("target_offset_us", c_int64), ("correction", c_double), ("date_us",
                c_int64), ("has_date", c_int32), ("reserved", c_int32)]


class playhead_download_request(Structure):
    _fields_ = [("struct_size", c_uint32), ("priority", c_int32), ("title_id", c_char_p), ("url", c_char_p),
                ("profile_id", c_char_p), ("audio_languages", c_char_p), ("text_languages", c_char_p), ("video_codecs",
                c_char_p), ("app_data", c_char_p), ("max_bitrate_bps", c_int64), ("from_us", c_int64), ("to_us",
                c_int64), ("max_height", c_int32), ("no_thumbnails", c_int32)]


class playhead_download(Structure):
    _fields_ = [("struct_size", c_uint32), ("state", c_int32), ("id", c_char_p), ("request",
                POINTER(playhead_download_request)), ("waits_for", c_int32), ("rights", c_int32), ("bytes_done",
                c_int64), ("bytes_total", c_int64), ("bytes_per_second", c_int64), ("time_left_us", c_int64),
                ("duration_us", c_int64), ("playable_until_us", c_int64), ("is_total_exact", c_int32), ("has_time_left",
                c_int32), ("width", c_int32), ("height", c_int32), ("video_codec", c_char_p), ("expires_at_us",
                c_int64), ("added_at_us", c_int64), ("has_expires_at", c_int32), ("error_code", c_int32),
                ("error_severity", c_int32), ("error_detail", c_int32), ("is_retryable", c_int32), ("next_action",
                c_int32), ("error_name", c_char_p), ("error_context", c_char_p), ("message", c_char_p)]


class playhead_device_keys(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("get_key",
                CFUNCTYPE(c_int32, c_void_p, POINTER(c_uint8))), ("read_counter", CFUNCTYPE(c_int32, c_void_p,
                POINTER(c_uint64))), ("write_counter", CFUNCTYPE(c_int32, c_void_p, c_uint64))]


class playhead_video_offer(Structure):
    _fields_ = [("struct_size", c_uint32), ("can_decode", c_int32), ("codecs", c_char_p), ("bitrate_bps", c_int64),
                ("width", c_int32), ("height", c_int32)]


class playhead_video_question(Structure):
    _fields_ = [("struct_size", c_uint32), ("offer_count", c_int32), ("offers", POINTER(POINTER(playhead_video_offer))),
                ("free_bytes", c_int64), ("max_bitrate_bps", c_int64), ("video_codecs", c_char_p), ("max_height",
                c_int32), ("reserved", c_int32)]


class playhead_video_chooser(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("choose",
                CFUNCTYPE(c_int32, c_void_p, POINTER(playhead_video_question)))]


class playhead_url_resolver(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("resolve",
                CFUNCTYPE(None, c_void_p, c_char_p, c_char_p, c_void_p))]


class playhead_download_listener(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("changed",
                CFUNCTYPE(None, c_void_p, POINTER(playhead_download))), ("removed", CFUNCTYPE(None, c_void_p,
                c_char_p))]


class playhead_downloads_config(Structure):
    _fields_ = [("struct_size", c_uint32), ("is_pumped", c_int32), ("path", c_char_p), ("device_keys",
                POINTER(playhead_device_keys)), ("video_chooser", POINTER(playhead_video_chooser)), ("listener",
                POINTER(playhead_download_listener)), ("parallel_titles", c_int32), ("parallel_segments", c_int32),
                ("allow_metered", c_int32), ("only_charging", c_int32), ("quota_bytes", c_int64),
                ("free_space_floor_bytes", c_int64), ("keep_expired_us", c_int64), ("max_without_contact_us", c_int64),
                ("url_resolver", POINTER(playhead_url_resolver)), ("start_over_when_corrupt", c_int32), ("reserved",
                c_int32)]


class playhead_download_limits(Structure):
    _fields_ = [("struct_size", c_uint32), ("parallel_titles", c_int32), ("quota_bytes", c_int64),
                ("free_space_floor_bytes", c_int64), ("parallel_segments", c_int32), ("allow_metered", c_int32),
                ("only_charging", c_int32), ("reserved", c_int32)]


class playhead_download_conditions(Structure):
    _fields_ = [("struct_size", c_uint32), ("is_offline", c_int32), ("is_metered", c_int32), ("is_on_battery", c_int32)]


class playhead_answer_info(Structure):
    _fields_ = [("struct_size", c_uint32), ("error_code", c_int32), ("error_detail", c_int32), ("row_count", c_int32),
                ("profile_count", c_int32), ("has_title", c_int32), ("next_cursor", c_char_p), ("error_name", c_char_p),
                ("error_context", c_char_p), ("message", c_char_p)]


class playhead_row(Structure):
    _fields_ = [("struct_size", c_uint32), ("item_count", c_int32), ("id", c_char_p), ("name", c_char_p)]


class playhead_item(Structure):
    _fields_ = [("struct_size", c_uint32), ("year", c_int32), ("title_id", c_char_p), ("name", c_char_p), ("genre",
                c_char_p), ("duration_us", c_int64), ("position_us", c_int64), ("has_position", c_int32), ("maturity",
                c_int32), ("score", c_double), ("because", c_int32), ("reserved", c_int32)]


class playhead_title(Structure):
    _fields_ = [("struct_size", c_uint32), ("is_protected", c_int32), ("description", c_char_p), ("genres", c_char_p),
                ("cast", c_char_p), ("formats", c_char_p), ("thumbnails_url", c_char_p), ("rating_count", c_int32),
                ("own_rating", c_int32), ("rating_average", c_double), ("chapter_count", c_int32), ("has_intro",
                c_int32), ("has_credits", c_int32), ("reserved", c_int32), ("intro_start_us", c_int64), ("intro_end_us",
                c_int64), ("credits_start_us", c_int64), ("credits_end_us", c_int64)]


class playhead_chapter(Structure):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("name", c_char_p), ("start_us", c_int64), ("end_us",
                c_int64)]


class playhead_profile(Structure):
    _fields_ = [("struct_size", c_uint32), ("maturity", c_int32), ("profile_id", c_char_p), ("name", c_char_p),
                ("is_protected", c_int32), ("is_default", c_int32)]


class playhead_service_listener(Structure):
    _fields_ = [("struct_size", c_uint32), ("user", c_void_p), ("destroy", CFUNCTYPE(None, c_void_p)), ("answered",
                CFUNCTYPE(None, c_void_p, c_uint64, c_void_p))]


class playhead_profile_change(Structure):
    _fields_ = [("struct_size", c_uint32), ("maturity", c_int32), ("profile_id", c_char_p), ("name", c_char_p), ("pin",
                c_char_p), ("default_pin", c_char_p)]


FUNCTIONS = {
    "playhead_version": (c_uint32, []),
    "playhead_version_string": (c_char_p, []),
    "playhead_error_name": (c_char_p, [c_int32]),
    "playhead_error_meaning": (c_char_p, [c_int32]),
    "playhead_request_kind": (c_int32, [c_void_p]),
    "playhead_request_url": (c_char_p, [c_void_p]),
    "playhead_request_set_url": (c_int32, [c_void_p, c_char_p]),
    "playhead_request_add_header": (c_int32, [c_void_p, c_char_p, c_char_p, c_int32]),
    "playhead_request_response_header": (c_char_p, [c_void_p, c_char_p]),
    "playhead_license_message_scheme": (c_char_p, [c_void_p]),
    "playhead_license_message_url": (c_char_p, [c_void_p]),
    "playhead_license_message_body": (c_void_p, [c_void_p, POINTER(c_uint64)]),
    "playhead_license_message_set_url": (c_int32, [c_void_p, c_char_p]),
    "playhead_license_message_set_header": (c_int32, [c_void_p, c_char_p, c_char_p]),
    "playhead_license_message_set_body": (c_int32, [c_void_p, c_void_p, c_uint64]),
    "playhead_sample_get_info": (c_int32, [c_void_p, POINTER(playhead_sample_info)]),
    "playhead_sample_release": (None, [c_void_p]),
    "playhead_decoder_give_frame": (c_int32, [c_void_p, POINTER(playhead_decoded_frame)]),
    "playhead_decoder_give_sound": (c_int32, [c_void_p, POINTER(playhead_decoded_sound)]),
    "playhead_decoder_drained": (c_int32, [c_void_p]),
    "playhead_decoder_failed": (c_int32, [c_void_p, c_int32, c_int32]),
    "playhead_store_page_add": (c_int32, [c_void_p, c_void_p, c_uint64, c_void_p, c_uint64, c_uint64]),
    "playhead_transfer_sent": (c_int32, [c_void_p]),
    "playhead_transfer_head": (c_int32, [c_void_p, c_int32, POINTER(c_char_p)]),
    "playhead_transfer_body": (c_int32, [c_void_p, c_void_p, c_uint64]),
    "playhead_transfer_finish": (c_int32, [c_void_p, c_int32, POINTER(playhead_transfer_facts), c_int32]),
    "playhead_token_request_answer": (None, [c_void_p, c_char_p]),
    "playhead_client_create": (c_int32, [POINTER(playhead_client_config), POINTER(c_void_p)]),
    "playhead_client_destroy": (None, [c_void_p]),
    "playhead_client_flush": (c_int32, [c_void_p, c_int32]),
    "playhead_client_network_changed": (c_int32, [c_void_p, c_int32]),
    "playhead_client_set_network": (c_int32, [c_void_p, c_char_p]),
    "playhead_client_low_memory": (c_int32, [c_void_p]),
    "playhead_cues_count": (c_int32, [c_void_p]),
    "playhead_cues_get": (c_int32, [c_void_p, c_int32, POINTER(playhead_cue)]),
    "playhead_cues_get_span": (c_int32, [c_void_p, c_int32, c_int32, POINTER(playhead_cue_span)]),
    "playhead_frame_get_info": (c_int32, [c_void_p, POINTER(playhead_frame_info)]),
    "playhead_frame_retain": (c_void_p, [c_void_p]),
    "playhead_frame_release": (None, [c_void_p]),
    "playhead_player_create": (c_int32, [c_void_p, POINTER(playhead_player_config), POINTER(c_void_p)]),
    "playhead_player_destroy": (None, [c_void_p]),
    "playhead_player_prepare": (c_int32, [c_void_p, POINTER(playhead_source)]),
    "playhead_player_load": (c_int32, [c_void_p, POINTER(playhead_source)]),
    "playhead_player_set_next": (c_int32, [c_void_p, POINTER(playhead_source)]),
    "playhead_player_play_next": (c_int32, [c_void_p]),
    "playhead_player_play": (c_int32, [c_void_p]),
    "playhead_player_pause": (c_int32, [c_void_p]),
    "playhead_player_seek": (c_int32, [c_void_p, c_int64, c_uint64]),
    "playhead_player_seek_fast": (c_int32, [c_void_p, c_int64, c_uint64]),
    "playhead_player_go_live": (c_int32, [c_void_p]),
    "playhead_player_set_speed": (c_int32, [c_void_p, c_double]),
    "playhead_player_trick_play": (c_int32, [c_void_p, c_int32]),
    "playhead_player_scrub": (c_int32, [c_void_p, c_int64]),
    "playhead_player_request_thumbnail": (c_int32, [c_void_p, c_int64, c_uint64]),
    "playhead_player_set_surface": (c_int32, [c_void_p, c_int32]),
    "playhead_player_set_volume": (c_int32, [c_void_p, c_double]),
    "playhead_player_select_representation": (c_int32, [c_void_p, c_char_p]),
    "playhead_player_set_limits": (c_int32, [c_void_p, POINTER(playhead_limits)]),
    "playhead_player_select_audio": (c_int32, [c_void_p, c_char_p]),
    "playhead_player_select_text": (c_int32, [c_void_p, c_char_p]),
    "playhead_player_stop": (c_int32, [c_void_p]),
    "playhead_player_next_event": (c_int32, [c_void_p, c_int32, POINTER(playhead_event)]),
    "playhead_player_set_wakeup": (c_int32, [c_void_p, POINTER(playhead_wakeup)]),
    "playhead_player_now_us": (c_int64, [c_void_p]),
    "playhead_player_decision_log": (c_int32, [c_void_p, c_char_p, c_uint64, POINTER(c_uint64)]),
    "playhead_player_snapshot": (c_int32, [c_void_p, POINTER(c_void_p)]),
    "playhead_snapshot_release": (None, [c_void_p]),
    "playhead_snapshot_get_status": (c_int32, [c_void_p, POINTER(playhead_player_status)]),
    "playhead_snapshot_get_qoe": (c_int32, [c_void_p, POINTER(playhead_qoe)]),
    "playhead_snapshot_get_live": (c_int32, [c_void_p, POINTER(playhead_live)]),
    "playhead_snapshot_get_representation": (c_int32, [c_void_p, c_int32, POINTER(playhead_representation)]),
    "playhead_snapshot_get_track": (c_int32, [c_void_p, c_int32, POINTER(playhead_track)]),
    "playhead_download_list_count": (c_int32, [c_void_p]),
    "playhead_download_list_get": (c_int32, [c_void_p, c_int32, POINTER(playhead_download)]),
    "playhead_download_list_release": (None, [c_void_p]),
    "playhead_choose_download_video": (c_int32, [POINTER(playhead_video_question)]),
    "playhead_url_request_get": (POINTER(playhead_download_request), [c_void_p]),
    "playhead_url_request_answer": (None, [c_void_p, c_char_p]),
    "playhead_downloads_open": (c_int32, [c_void_p, POINTER(playhead_downloads_config), POINTER(c_void_p)]),
    "playhead_downloads_close": (c_int32, [c_void_p]),
    "playhead_downloads_add": (c_int32, [c_void_p, POINTER(playhead_download_request), c_char_p, c_uint64,
        POINTER(c_uint64)]),
    "playhead_downloads_pause": (c_int32, [c_void_p, c_char_p]),
    "playhead_downloads_resume": (c_int32, [c_void_p, c_char_p]),
    "playhead_downloads_remove": (c_int32, [c_void_p, c_char_p]),
    "playhead_downloads_set_priority": (c_int32, [c_void_p, c_char_p, c_int32]),
    "playhead_downloads_renew": (c_int32, [c_void_p, c_char_p]),
    "playhead_downloads_verify": (c_int32, [c_void_p, c_char_p]),
    "playhead_downloads_pause_all": (c_int32, [c_void_p]),
    "playhead_downloads_resume_all": (c_int32, [c_void_p]),
    "playhead_downloads_remove_all": (c_int32, [c_void_p]),
    "playhead_downloads_set_conditions": (c_int32, [c_void_p, POINTER(playhead_download_conditions)]),
    "playhead_downloads_set_limits": (c_int32, [c_void_p, POINTER(playhead_download_limits)]),
    "playhead_downloads_list": (c_int32, [c_void_p, POINTER(c_void_p)]),
    "playhead_downloads_find": (c_int32, [c_void_p, c_char_p, POINTER(c_void_p)]),
    "playhead_downloads_pump": (c_int32, [c_void_p, c_int64, POINTER(c_int32)]),
    "playhead_answer_get": (c_int32, [c_void_p, POINTER(playhead_answer_info)]),
    "playhead_answer_row": (c_int32, [c_void_p, c_int32, POINTER(playhead_row)]),
    "playhead_answer_item": (c_int32, [c_void_p, c_int32, c_int32, POINTER(playhead_item)]),
    "playhead_answer_title": (c_int32, [c_void_p, POINTER(playhead_title)]),
    "playhead_answer_chapter": (c_int32, [c_void_p, c_int32, POINTER(playhead_chapter)]),
    "playhead_answer_profile": (c_int32, [c_void_p, c_int32, POINTER(playhead_profile)]),
    "playhead_answer_release": (None, [c_void_p]),
    "playhead_service_open": (c_int32, [c_void_p, POINTER(playhead_service_listener), POINTER(c_void_p)]),
    "playhead_service_close": (None, [c_void_p]),
    "playhead_service_home": (c_int32, [c_void_p, c_char_p, c_int32, c_uint64]),
    "playhead_service_search": (c_int32, [c_void_p, c_char_p, c_int32, c_uint64]),
    "playhead_service_title": (c_int32, [c_void_p, c_char_p, c_uint64]),
    "playhead_service_continue_watching": (c_int32, [c_void_p, c_int32, c_uint64]),
    "playhead_service_recommendations": (c_int32, [c_void_p, c_int32, c_int32, c_int32, c_uint64]),
    "playhead_service_rate": (c_int32, [c_void_p, c_char_p, c_int32, c_uint64]),
    "playhead_service_profiles": (c_int32, [c_void_p, c_uint64]),
    "playhead_service_put_profile": (c_int32, [c_void_p, POINTER(playhead_profile_change), c_uint64]),
    "playhead_service_choose_profile": (c_int32, [c_void_p, c_char_p, c_char_p, c_uint64]),
}
