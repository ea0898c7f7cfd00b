"""Proofs: each recomputes what was promised, prints every figure beside its target, and exits 0 only if every must holds."""
