"""Keys and sealing. No word of Kafka."""
