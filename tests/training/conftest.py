"""What the tests of training stand on."""

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    """For networks so small, threads only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
