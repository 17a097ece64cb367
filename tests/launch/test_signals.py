"""launch/signals: a signal to the whole group is told apart from a signal to the launcher alone."""

import os
import signal

from helpers import python

from gittrack.launch.signals import GitParent, Interrupts, Witness

# In a process group of its own, which ignores the signals that are sent to it.
OWN_GROUP = """import os, signal
from gittrack.launch.signals import Witness
os.setpgid(0, 0)
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
witness = Witness()
"""


def test_a_signal_to_the_group_is_seen_and_stays_known_for_its_repetition() -> None:
    code = """os.killpg(0, signal.SIGTERM)
print(witness.is_for_the_group(signal.SIGTERM), witness.is_for_the_group(signal.SIGTERM))
print(witness.is_for_the_group(signal.SIGINT))
witness.close()"""
    assert python(OWN_GROUP + code).out == "True True\nFalse\n"


def test_a_signal_to_the_launcher_alone_is_not_for_the_group() -> None:
    code = """os.kill(os.getpid(), signal.SIGTERM)
print(witness.is_for_the_group(signal.SIGTERM))
witness.close()"""
    assert python(OWN_GROUP + code).out == "False\n"


def test_a_killed_witness_has_seen_nothing() -> None:
    code = """os.kill(witness.pid, signal.SIGKILL)
os.waitid(os.P_PID, witness.pid, os.WEXITED | os.WNOWAIT)
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
print(witness.is_for_the_group(signal.SIGTERM))
witness.close()"""
    assert python(OWN_GROUP + code).out == "False\n"


def test_a_closed_witness_leaves_no_process_and_no_descriptor() -> None:
    before = os.listdir("/proc/self/fd")
    witness = Witness()
    witness.close()
    assert os.listdir("/proc/self/fd") == before
    assert not os.path.exists(f"/proc/{witness.pid}")


def test_the_signal_mask_is_the_same_afterwards() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    Witness().close()
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_a_parent_that_is_not_git_is_not_watched() -> None:
    parent = GitParent()
    assert parent.pid == os.getppid()
    assert parent.watched == ()
    assert parent.cause_of_end() is None
    parent.close()


def test_a_ctrl_c_that_git_passes_on_is_not_a_second_one() -> None:
    interrupts = Interrupts()
    moments = (5.0, 5.2, 5.4, 9.0)
    assert [interrupts.is_second(moment) for moment in moments] == [False, False, True, True]
