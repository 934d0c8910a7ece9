"""auto-keras on arrays, from end to end: its own search, and its final fit on all but the test.

python with_auto_keras.py FOLDER TRIALS SEED

FOLDER holds `data.npz` (x, y, test_x, test_y); what came of it is `found.json` there. torch is the
backend of Keras, one core is used, and seconds are of that core, whatever else the machine does.

References:
    Jin, Chollet, Song and Hu, AutoKeras: An AutoML library for deep learning, JMLR 24, 2023.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ |= {"KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"}


def search(folder, trials, seed):
    """What auto-keras finds in so many trials, with its default training of each."""
    import autokeras
    import keras
    import numpy as np
    import torch

    torch.set_num_threads(1)
    keras.utils.set_random_seed(seed)
    with np.load(folder / "data.npz") as arrays:
        data = {name: arrays[name] for name in arrays}
    began = time.process_time()
    searching = autokeras.ImageClassifier(
        max_trials=trials, directory=folder / "tuner", overwrite=True, seed=seed
    )
    searching.fit(data["x"], data["y"], verbose=0)
    seconds = time.process_time() - began
    model = searching.export_model()
    accuracy = searching.evaluate(data["test_x"], data["test_y"], verbose=0)[1]
    found = {"test": float(accuracy), "parameters": int(model.count_params())}
    found |= {"seconds": seconds, "trials": len(searching.tuner.oracle.trials)}
    (folder / "found.json").write_text(json.dumps(found))


if __name__ == "__main__":
    search(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
