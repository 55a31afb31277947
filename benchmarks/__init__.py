"""How long the large things take. ``python -m benchmarks`` prints the table; ``--help`` says what can be chosen."""
