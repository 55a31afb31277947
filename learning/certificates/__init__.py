"""Certificates: issued with a completion, rendered once, confirmed by anybody, revoked with a reason."""
