"""Everybody outside: overseas feeds, senders of travel notices, forces, a person at a desk, and the year 2021-22 they live through."""
