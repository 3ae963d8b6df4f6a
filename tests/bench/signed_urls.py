#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays a title of the real server for two minutes whose URLs live for 20 seconds, from a CDN at another origin.

    signed_urls.py --bin build/release/bin [--seconds 120] [--ttl 20] [--media FOLDER --title ID]

Fails when playback stalls or fails, when URLs are renewed sooner than needed (a permission is renewed with a fifth of
its life left, so never twice within three quarters of it), when the CDN refuses anything, or when the token is seen
anywhere but at the service.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY / "tests/support"), str(REPOSITORY / "tests/e2e")]
from event_lines import read_events  # noqa: E402
from reference_server import ReferenceServer  # noqa: E402
from relay import Relay  # noqa: E402


def play(arguments, service, token, scratch):
    events = scratch / "events.jsonl"
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy", "PLAYHEAD_TOKEN": token}
    command = [arguments.bin / "playhead-demo", "--headless", "--api", service.url, "--title", arguments.title,
               "--seconds", str(arguments.seconds), "--events", events, "--storage", scratch / "store"]
    code = subprocess.run(command, env=environment, stderr=subprocess.DEVNULL).returncode
    return code, read_events(events)


def problems(arguments, service, cdn, token, code, events):
    """What was wrong, in words; and the figures."""
    wrong = []
    summary = next((event for event in events if event["event"] == "summary"), {})
    stalls = sum(event["event"] == "rebuffer_start" for event in events)
    errors = [event for event in events if event["event"] == "error"]
    if code != 0 or errors:
        wrong.append(f"exit code {code}, errors {errors}")
    if stalls:
        wrong.append(f"{stalls} stalls")
    grants = [each.at for each in service.exchanges if each.target.startswith("/api/v1/stream?")]
    gaps = [later - earlier for earlier, later in zip(grants, grants[1:])]
    early = [gap for gap in gaps if gap < 0.75 * arguments.ttl]
    if early:
        wrong.append(f"renewed after {early} s")
    needed = int(arguments.seconds / arguments.ttl) - 1
    if len(gaps) < needed:
        wrong.append(f"{len(gaps)} renewals, {needed} at least were needed: the title did not play that long")
    refused = [exchange.target.split("?")[0] for exchange in cdn.exchanges if exchange.status not in (200, 206, None)]
    if refused:
        wrong.append(f"the CDN refused {refused}")
    seen = [exchange.target for exchange in cdn.exchanges
            if "authorization" in exchange.headers or token in exchange.target or token in str(exchange.headers)]
    if seen:
        wrong.append(f"the token was at the CDN: {seen[:3]}")
    figures = (f"{len(gaps)} renewals, {min(gaps, default=0):.1f} to {max(gaps, default=0):.1f} s apart; "
               f"{len(cdn.exchanges)} requests at the CDN, none refused, none with the token; {stalls} stalls, "
               f"{summary.get('play_s', 0):.0f} s played")
    return wrong, figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--ttl", type=int, default=20)
    parser.add_argument("--media", type=pathlib.Path, help="folder with the title; without it, it is made")
    parser.add_argument("--title", default="m_1001")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="playhead-signed-") as name:
        scratch = pathlib.Path(name)
        media = arguments.media or scratch / "media"
        if not arguments.media:
            subprocess.run([REPOSITORY / "server/make-titles", "--out", media, "--id", arguments.title, "--ladder",
                            "tiny", "--seconds", str(arguments.seconds + 10)], check=True, stdout=subprocess.DEVNULL)
        cdn, service = Relay(notes=True), Relay(notes=True)
        server = ReferenceServer(arguments.bin / "playhead-server", scratch, media,
                                 options=("--url-ttl", str(arguments.ttl), "--base-url", cdn.url))
        cdn.upstream_port = service.upstream_port = server.port
        try:
            code, events = play(arguments, service, server.token, scratch)
            wrong, figures = problems(arguments, service, cdn, server.token, code, events)
        finally:
            for each in (service, cdn, server):
                each.end()
    print(figures)
    for words in wrong:
        print(f"WRONG: {words}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
