"""A conviction abroad becomes a record here, or is refused or referred with a reason."""
