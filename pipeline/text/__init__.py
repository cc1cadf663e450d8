"""Chinese text, the same way everywhere: analysers, rules and search fold and cut with these functions."""
