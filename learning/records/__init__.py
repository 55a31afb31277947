"""Completion records going out: one row shape, one writer for each format, every export in the audit trail."""
