"""What the services say to each other: frozen facts, identifiers that check themselves, the catalogue of topics, the forces."""
