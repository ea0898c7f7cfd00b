"""How a message is carried: consumed, decided on, said, relayed, held. No word of policing."""
