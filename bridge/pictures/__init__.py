"""Bytes of pictures: is it one, what does it say, how large should it be."""
