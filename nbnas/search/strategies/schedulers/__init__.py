"""How far each architecture is trained, whichever strategy proposes it: one file per scheduler."""
