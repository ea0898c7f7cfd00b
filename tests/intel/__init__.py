"""Intel: what opens a check, and when its report is sent."""
