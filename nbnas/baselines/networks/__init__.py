"""The known networks of images as torch has them."""
