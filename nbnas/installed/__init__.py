"""What is installed here, and what there is: versions, devices, stores, notebooks."""
