"""Intelligence: what is known about a person, asked at each source's pace."""
