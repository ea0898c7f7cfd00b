"""Statistics: how many, how fast, from where, under which counting rule."""
