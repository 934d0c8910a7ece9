"""Workers of dask: of one machine or of a cluster."""
