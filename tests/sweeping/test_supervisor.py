"""What a trial sees of the process that runs its sweep."""

import os

from gittrack.sweeping import workdir
from gittrack.sweeping.supervisor import Supervisor


def test_trials_end_on_request(tmp_path):
    supervisor = Supervisor(tmp_path, os.getppid())
    assert not supervisor.ends_trials()
    workdir.end_trials(tmp_path)
    assert supervisor.ends_trials()


def test_trials_end_when_the_process_that_started_them_is_gone(tmp_path):
    assert Supervisor(tmp_path, os.getpid()).ends_trials()  # another process is our parent


def test_orders_go_on_from_the_process_before(tmp_path):
    supervisor = Supervisor(tmp_path, os.getppid(), first_order=10)
    assert [supervisor.take_order("7 1"), supervisor.take_order("8 1")] == [10, 11]
