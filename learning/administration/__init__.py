"""Pages where HR and administrators keep people, units and agencies; the rules are in ``organisation``."""
