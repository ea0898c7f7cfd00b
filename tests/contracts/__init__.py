"""Proofs about what the services say to each other; nothing here needs a broker or a database."""
