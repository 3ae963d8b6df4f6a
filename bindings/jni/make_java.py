#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what of the Java binding follows from the C headers: Constants.java, a class for each struct that is only data,
and src/members.cpp, by which the native half copies between the two.

    make_java.py [--check]

--check: writes nothing; exit status 1 when a file is not what the headers say.
"""
import argparse
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python"))
import make_abi  # noqa: E402

JAVA = HERE / "java" / "org" / "playhead"
# Order: what is in another comes before it.
CLASSES = {
    "playhead_drm_config": "DrmConfig", "playhead_client_config": "ClientConfig", "playhead_player_config": "PlayerConfig", "playhead_source": "Source",
    "playhead_limits": "Limits", "playhead_audio_format": "AudioFormat", "playhead_downloads_config": "DownloadsConfig",
    "playhead_thumbnail": "Thumbnail", "playhead_metadata": "Metadata", "playhead_answer_info": "Answer",
    "playhead_row": "Row", "playhead_item": "Item", "playhead_title": "Title", "playhead_chapter": "Chapter",
    "playhead_profile": "Profile", "playhead_profile_change": "ProfileChange",
    "playhead_download_request": "DownloadRequest", "playhead_download_conditions": "DownloadConditions",
    "playhead_download": "Download", "playhead_qoe": "Qoe", "playhead_cue": "Cue", "playhead_event": "Event",
    "playhead_frame_info": "FrameInfo", "playhead_player_status": "PlayerStatus", "playhead_live": "LiveStatus",
    "playhead_representation": "Representation", "playhead_track": "Track", "playhead_stream_info": "StreamInfo",
    "playhead_sample_info": "SampleInfo", "playhead_decoded_frame": "DecodedFrame",
    "playhead_decoded_sound": "DecodedSound", "playhead_transfer_request": "TransferRequest",
}
KINDS = {"c_int32": ("int", "kInt"), "c_int64": ("long", "kLong"), "c_uint64": ("long", "kLong"),
         "c_double": ("double", "kDouble"), "c_char_p": ("String", "kText")}
# What is 0 or 1 in C.
YES_OR_NO = re.compile(r"(is|has|no|can|allow|only|goes|saves|cmcd_tells)_\w+|raw_licenses|start_paused|start_over_when_corrupt|text_off")
LEFT_OUT = re.compile(r"struct_size|header_version|reserved\d?|span_count|codec_config_bytes|body_bytes|system_count|module_count")

# How long what is an array in Java is, and whether there is what may be null.
COUNTS = re.compile(r"(row|profile|item|chapter|attribute)_count|(image|message)_bytes|has_title")
# What the copy of a struct cannot say, and src/*_jni.cpp do.
MORE = {
    "playhead_event": ["/** The text on screen, in a CUES_CHANGED. */", "Cue[] cues"],
    "playhead_thumbnail": ["/** A whole file: JPEG, PNG … */", "byte[] image"],
    "playhead_metadata": ["/** Null when there is none. */", "byte[] message", "String[] attributeNames",
                          "String[] attributeValues"],
    "playhead_answer_info": ["Row[] rows", "Profile[] profiles", "/** Null but in the answer to title(). */", "Title title"],
    "playhead_row": ["Item[] items"],
    "playhead_title": ["Chapter[] chapters"],
    "playhead_client_config": ["/** Sees, and may change, every request; null: nobody does. */",
                               "RequestInterceptor interceptor", "/** In the place of the library's; null: its own. */",
                               "Http http", "/** In the place of storagePath; null: that. */", "Storage storage",
                               "/** Null: the system's. */", "WallClock clock"],
    "playhead_transfer_request": ["/** Name, value, name, value … */", "String[] headers", "/** Null: none. */",
                                  "byte[] body"],
}


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def members_of(struct, abi):
    """(C name, Java name, Java type, kind, nested struct or None) of what Java sees."""
    for name, kind in abi.structs[struct]:
        nested = re.fullmatch(r"POINTER\((\w+)\)", kind)
        if LEFT_OUT.fullmatch(name) or COUNTS.fullmatch(name):
            continue
        if kind == "c_int32" and YES_OR_NO.fullmatch(name):
            yield name, camel(name), "boolean", "kYesOrNo", None
        elif kind in KINDS:
            yield (name, camel(name), *KINDS[kind], None)
        elif nested and nested[1] in CLASSES:
            yield name, camel(name), CLASSES[nested[1]], "kNested", nested[1]


def java_class(struct, abi):
    rows = [f"  public {kind} {name};" for _, name, kind, _, _ in members_of(struct, abi)]
    rows += [f"  {row}" if row.startswith("/*") else f"  public {row};" for row in MORE.get(struct, [])]
    return "\n".join([
        "// SPDX-License-Identifier: Apache-2.0", "// Made by make_java.py from the C headers; do not edit.",
        "package org.playhead;", "",
        f"/** {struct} of the C interface, whose comments say what each member means. */",
        f"public final class {CLASSES[struct]} {{", *rows, "}", ""])


def constants(abi):
    rows = [f"  public static final int {name.removeprefix('PLAYHEAD_')} = {value};" for name, value in abi.constants]
    return "\n".join(["// SPDX-License-Identifier: Apache-2.0",
                      "// Made by make_java.py from the C headers; do not edit.", "package org.playhead;", "",
                      "/** The numbers of the C interface, without their PLAYHEAD_. */",
                      "public final class Constants {", *dict.fromkeys(rows), "", "  private Constants() {}", "}", ""])


def native(abi):
    out = ["// SPDX-License-Identifier: Apache-2.0", "// Made by make_java.py from the C headers; do not edit.",
           '#include "mirror.h"', "", "namespace playhead::jni {", ""]
    for struct, name in CLASSES.items():
        out += ["template <>", f"Mirror& mirror<{struct}>() {{", f'  static Mirror made("org/playhead/{name}", {{']
        for member, java, kind, native_kind, nested in members_of(struct, abi):
            shown = f', "Lorg/playhead/{kind};", &mirror<{nested}>' if nested else ""
            out.append(f'      {{"{java}", Member::{native_kind}, offsetof({struct}, {member}){shown}}},')
        out += ["  });", "  return made;", "}", ""]
    finds = " &&\n         ".join(f"mirror<{struct}>().find(env)" for struct in CLASSES)
    out += ["bool find_mirrors(JNIEnv* env) {", f"  return {finds};"]
    return "\n".join(out + ["}", "", "}  // namespace playhead::jni", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    abi = make_abi.read_headers()
    files = {JAVA / f"{name}.java": java_class(struct, abi) for struct, name in CLASSES.items()}
    files[JAVA / "Constants.java"] = constants(abi)
    files[HERE / "src" / "members.cpp"] = native(abi)
    stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if options.check:
            print(f"{path} is not what the headers say: run {pathlib.Path(__file__).name}", file=sys.stderr)
        else:
            path.write_text(files[path])
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
