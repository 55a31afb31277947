"""Mail: an outbox written in the same transaction as its cause, and a worker that sends it."""
