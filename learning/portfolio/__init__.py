"""A person's whole record, taken to the next employer: out as files to be verified, and in again by HR's yes."""
