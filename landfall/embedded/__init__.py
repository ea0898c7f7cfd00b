"""The first minute needs Python alone: PostgreSQL and a broker from wheels, private, on loopback, gone when we are."""
