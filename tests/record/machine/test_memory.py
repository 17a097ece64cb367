"""record/machine/memory: one unit for the peak memory of every platform."""

import resource

from gittrack.record.machine.memory import peak_bytes


def test_macos_reports_bytes_and_linux_kib():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    assert peak_bytes(usage, "darwin") == usage.ru_maxrss
    assert peak_bytes(usage, "linux") == usage.ru_maxrss * 1024
