"""What ./dev demo shows, in small parts."""
