"""What an expert would shorten in a backward line, and nothing that changes its value."""
