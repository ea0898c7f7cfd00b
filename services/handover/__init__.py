"""Handover: which force takes a person on, by when, and has it answered."""
