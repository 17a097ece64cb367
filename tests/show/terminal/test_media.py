"""Images in a terminal: coloured half blocks, two pixels a character."""

import re

from gittrack.cli.output import escape_controls
from gittrack.show.terminal import media

WHITE, RED, GREY = (255, 255, 255), (255, 0, 0), (128, 128, 128)


def test_two_images_stand_side_by_side():
    first = ((WHITE, RED), (GREY, WHITE), (RED, RED))
    lines = media.side_by_side(first, ((GREY,),))
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines] == ["  ▀▀   ▀", "  ▀▀   "]
    assert "\x1b[38;5;231m\x1b[48;5;244m▀" in lines[0]
    assert "\x1b[38;5;196m\x1b[49m▀" in lines[1]  # nothing below it
    assert escape_controls("\n".join(lines)) == "\n".join(lines)
