"""Signals of this room; receivers run in the sender's transaction."""

from blinker import signal

# Sent with the Session as sender and certificate=Certificate.
certificate_issued = signal("certificate-issued")
# Sent with the Session as sender and revocation=CertificateRevocation.
certificate_revoked = signal("certificate-revoked")
