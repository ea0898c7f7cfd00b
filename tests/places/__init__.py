"""Where tests run: real PostgreSQL and real Kafka, the best that is found, and which one is said."""
