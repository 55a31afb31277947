"""Agencies, the unit tree, people and the positions they hold."""
