"""Pictures hidden in pictures: is there one, what is it, and how to hide one."""
