"""A search whose trainings are killed.

python killed.py STORE LOG SECONDS MINUTES TRIALS [WORKERS]

Each step of a training takes so many seconds at least, and adds a byte to the log.
"""

import dataclasses
import os
import sys
import time

import torch
from torch import nn

import nbnas as nb

EPOCHS, STEPS = 10, 10
TIMES = ("seconds", "images_per_second")


class Stepwise(nn.Module):
    """A network that tells of its steps, and draws from torch's own generator."""

    def __init__(self, log, seconds):
        super().__init__()
        self.log, self.seconds = log, seconds
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 32), nn.BatchNorm1d(32), nn.Dropout(0.2), nn.Linear(32, 10)
        )

    def forward(self, images):
        if self.training and self.log:
            file = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(file, b".")
            os.close(file)
            time.sleep(self.seconds)
        return self.layers(images)


@dataclasses.dataclass(frozen=True)
class Build:
    """Builds it."""

    log: str = ""
    seconds: float = 0.0

    def __call__(self, architecture, data):
        return Stepwise(self.log, self.seconds)


def opened(store=None, log="", seconds=0.0, minutes=5.0):
    """The search."""
    trainer = nb.Trainer(
        nb.digits(train=300, validation=200),
        epochs=EPOCHS,
        batch_size=300 // STEPS,
        device="cpu",
        network=Build(str(log), float(seconds)),
        checkpoint_minutes=float(minutes),
    )
    return nb.Search(nb.CellSpace(), trainer, nb.RandomSearch(), seed=7, store=store)


def facts(search):
    """All that is known of the trials but what the clock decides, and by how many attempts."""
    return [
        (
            str(each.architecture),
            each.status,
            each.value,
            each.seed,
            dict(each.measured),
            [
                {name: value for name, value in report.kept.items() if name not in TIMES}
                for report in each.reports
            ],
        )
        for each in sorted(search.observations, key=lambda each: each.origin.number)
    ]


if __name__ == "__main__":
    torch.set_num_threads(1)
    store, log, seconds, minutes, trials, *workers = sys.argv[1:]
    made = opened(store, log, seconds, minutes)
    made.run(int(trials), workers=int(workers[0]) if workers else None)
