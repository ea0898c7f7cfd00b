"""How a message is carried, and what becomes of it when something fails."""
