"""What is measured, side by side, and said with the broker it ran on."""
