"""Statistics: what counts, on which day, under which rule."""
