"""Rule files: read, checked, and turned into rules that match and detect understand."""
