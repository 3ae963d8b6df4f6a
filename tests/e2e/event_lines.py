# SPDX-License-Identifier: Apache-2.0
"""What `playhead-demo --events FILE` wrote."""
import json


def read_events(path):
    lines = []
    for line in path.read_text().splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            pass  # the last one may be half written
    return lines
