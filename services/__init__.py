"""The four services; none knows another."""
