"""The command line: the embedded system, its supervisor, the demonstration of the year."""
