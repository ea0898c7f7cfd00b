"""Proofs that no promise of a release can be broken unnoticed; nothing here needs a broker or a database."""
