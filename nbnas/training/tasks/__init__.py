"""What trainings on pictures and on text differ in; the loop in `nbnas.training.run` is one."""
