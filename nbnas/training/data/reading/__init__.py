"""What people have, as pictures: arrays, folders of files, data sets of others."""
