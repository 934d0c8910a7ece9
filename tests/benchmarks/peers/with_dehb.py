"""DEHB, asked for one job after the other; its halving divides by what the table's lengths do.

References:
    Awad, Mallik and Hutter, DEHB, IJCAI 2021.
"""

from with_smac import configurations, row_of


def dehb(course, seed):
    """Differential evolution and Hyperband."""
    from dehb import DEHB
    from loguru import logger

    logger.remove()
    optimizer = DEHB(
        cs=configurations(course, seed),
        dimensions=len(course.choices),
        min_fidelity=course.epochs[0],
        max_fidelity=course.full,
        eta=course.ratio,
        n_workers=1,
        seed=seed,
        save_freq=None,
        output_path=str(course.folder / "dehb"),
    )
    while True:
        job = optimizer.ask()
        epochs = course.nearest(job["fidelity"])
        gain = course.number(row_of(course, job["config"]), epochs)
        optimizer.tell(job, {"fitness": -gain, "cost": float(epochs)})
