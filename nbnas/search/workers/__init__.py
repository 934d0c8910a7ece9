"""Workers: processes in which trials are isolated from the search and from each other."""
