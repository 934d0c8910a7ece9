"""How the steps of a training are computed: as they are, as a CUDA graph, or compiled; and why."""
