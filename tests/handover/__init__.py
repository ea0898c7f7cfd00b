"""Handover: who is asked, who answers, who manages from when."""
