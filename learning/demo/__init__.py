"""Sample agencies, people and sign-ins for trying the system. Never touched outside demo mode."""
